"""The page that proposes where an error lies: the cause on top, each row one link away, and nothing when all agrees."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask

from retkoop.actions import direct_report, ledger, reconciliation
from retkoop.direct import fingerprint
from retkoop.facts import Allocation, DirectOperation, DirectReport
from retkoop.models import Year, YearKey
from tests.factories import SOMEONE, a_case, a_person, an_entry
from tests.support.pages import parse
from tests.views.conftest import Browser

HOME = "/coop/075-0001/2024-2025/"
DAY = date(2024, 10, 20)


def a_right_year(key: YearKey) -> None:
    """Three entries, the first two on a statement that agrees."""
    for number, label in enumerate(("Librairie des Tilleuls", "Car pour le musée"), 1):
        an_entry(key, label=label, voucher=f"0{number}")
        reconciliation.tick_entry(SOMEONE, key, number, DAY)
    an_entry(key, label="Timbres", voucher="03", bank=-4_321, allocations=(Allocation("61800008", 4_321),))
    reconciliation.set_statement(SOMEONE, key, DAY, 100_000 - 2 * 1_200)


def test_when_all_agrees_there_is_nothing_to_look_for(mandataire: Browser, year: YearKey) -> None:
    a_right_year(year)
    ledger.strike_entry(SOMEONE, year, 3)
    answer = mandataire.get(f"{HOME}cloture/ecart")
    assert "Il n’y a pas d’erreur à chercher" in answer.text
    assert "piste-" not in answer.text


def test_without_a_statement_it_says_what_is_lacking(mandataire: Browser) -> None:
    answer = mandataire.get(f"{HOME}cloture/ecart")
    assert "pas de relevé saisi" in answer.text
    assert "Saisissez le solde de votre dernier relevé" in answer.text


def test_an_operation_that_the_bank_has_shown_comes_first_with_its_row_one_link_away(
    mandataire: Browser, year: YearKey
) -> None:
    a_right_year(year)
    reconciliation.set_statement(SOMEONE, year, DAY, 100_000 - 2 * 1_200 - 4_321)
    answer = mandataire.get(f"{HOME}cloture/ecart")
    first = re.search(r'<li id="piste-(\w+)-1">(.*?)</ul>', answer.text, re.DOTALL)
    assert first is not None
    assert first[1] == "pointage_oublie"
    (link,) = re.findall(r'href="([^"]+)"', first[2])
    page, _, row = link.replace("&amp;", "&").partition("#")
    assert f'id="{row}"' in mandataire.get(page).text
    assert row == "ecriture-3"


@pytest.mark.parametrize("case", ["faute-releve", "faute-caisse", "faute-report", "faute-ventilation", "faute-regie"])
def test_every_row_accused_exists(app: Flask, browse, case: str) -> None:
    key = a_case(case, app.config["STORAGE"])
    a_person(key.coop, coop_identifier=key.coop)
    browser = browse().sign_in(key.coop)
    answer = browser.get(f"/coop/{key.coop}/{key.year.label}/cloture/ecart")
    links = re.findall(r'<li><a href="([^"]+)"', answer.text.partition('<ol class="causes">')[2])
    assert links
    for link in links:
        page, _, row = link.replace("&amp;", "&").partition("#")
        assert f'id="{row}"' in browser.get(page).text, link


@pytest.mark.parametrize("check", ["RELEVE", "BILAN"])
def test_the_closing_page_leads_there_from_what_does_not_agree_and_from_nothing_else(
    mandataire: Browser, year: YearKey, check: str
) -> None:
    address = f"{HOME}cloture/ecart"
    a_right_year(year)
    assert address not in _line(mandataire, check)
    reconciliation.set_statement(SOMEONE, year, DAY, 7)
    an_entry(year, label="Fleurs", bank=0, cash=-300, allocations=())
    assert address in _line(mandataire, check)
    assert address not in _line(mandataire, "DATE")


def _line(browser: Browser, check: str) -> str:
    page = parse(browser.get(f"{HOME}cloture").text)
    (found,) = [element for element in page.iter() if element.get("id") == f"controle-{check}"]
    return " ".join(link.get("href") or "" for link in found.iter("a"))


def test_a_box_that_nobody_counted_shows_no_gap(mandataire: Browser, year: YearKey) -> None:
    Year.update(opening_cash=0, opening_carried=100_000).where(year.of(Year)).execute()
    an_entry(year, bank=0, cash=-1_200)
    page = mandataire.get(f"{HOME}cloture/ecart").text
    assert "pas d’arrêté de caisse" in page


def test_a_report_typed_in_directly_is_searched_where_it_was_typed(mandataire: Browser, year: YearKey) -> None:
    direct_report.turn_direct(SOMEONE, year)
    line = DirectOperation(1, date(2025, 8, 28), "Librairie", "", -1_200)
    report = DirectReport(100_000, 5_000, (), (line,))
    direct_report.save_direct(SOMEONE, year, fingerprint(DirectReport(), "512"), report, "512")
    reconciliation.set_statement(SOMEONE, year, date(2025, 8, 31), 100_000)
    page = mandataire.get(f"{HOME}cloture/ecart").text
    first = re.search(r'<li id="piste-(\w+)-1">(.*?)</ul>', page, re.DOTALL)
    assert first is not None
    assert first[1] == "en_cours"
    assert f'href="{HOME}crf#operations"' in first[2]
    assert "pas d’arrêté de caisse" in page


def test_a_statement_far_from_the_end_of_the_year_is_told_where_the_report_is_typed_in(
    mandataire: Browser, year: YearKey
) -> None:
    reconciliation.set_statement(SOMEONE, year, date(2025, 6, 30), 100_000)
    told = "il faut celui où se lit le solde au 31/08/2025"
    assert told not in mandataire.get(f"{HOME}releve").text, "a cahier is compared all along the year"
    direct_report.turn_direct(SOMEONE, year)
    assert told in mandataire.get(f"{HOME}releve").text
    reconciliation.set_statement(SOMEONE, year, date(2025, 8, 29), 100_000)
    assert told not in mandataire.get(f"{HOME}releve").text
