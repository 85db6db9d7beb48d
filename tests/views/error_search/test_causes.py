"""The page that proposes where an error lies: the cause on top, each row one link away, and nothing when all agrees."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask

from retkoop.actions import ledger, reconciliation
from retkoop.facts import Allocation
from retkoop.models import YearKey
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
