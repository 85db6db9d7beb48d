"""« Annuler » beside what was just done: the undo of that very step, back where the person was."""

from __future__ import annotations

import re
from datetime import date

import pytest

from retkoop.actions import deposits
from retkoop.actions.years import load_facts
from retkoop.facts import Allocation
from retkoop.grid import GRIDS
from retkoop.models import DepositLine, Year, YearKey
from tests.factories import SOMEONE, an_entry
from tests.support import pages
from tests.views.conftest import Browser, form_of

BOOK = "/coop/075-0001/2024-2025/cahier"
ENTRY = BOOK + "/ecritures/1"
LOOK = {"vue": "classique", "mois": "2024-11"}


def label(key: YearKey) -> str:
    return load_facts(Year.get(key.of(Year))).entries[0].label


def way_back(text: str) -> tuple[str, dict[str, str]]:
    """Give where the message's « Annuler » sends, and with what."""
    (box,) = [e for e in pages.parse_fragment(text).iter("div") if e.get("class") == "message"]
    (form,) = box.iter("form")
    return str(form.get("action")), {str(f.get("name")): f.get("value") or "" for f in form.iter("input")}


def changed(mandataire: Browser, year: YearKey, where: str) -> str:
    """Change the label of an entry, in a grid or in the single form; give the page that says so."""
    an_entry(year)
    if where == "portrait":
        return mandataire.follow(ENTRY, {**form_of(mandataire.get(ENTRY), "entry-form"), "libelle": "Romans"}).text
    line = {"saisie": where, "date": "4/11", "libelle": "Romans", "pj": "01", "banque_sortie": "12", "version": "1"}
    return mandataire.follow(f"{BOOK}/grille/1", {**line, **LOOK, "vue": where}).text


@pytest.mark.parametrize("where", [*GRIDS, "portrait"])
def test_a_change_is_taken_back_without_htmx(mandataire: Browser, year: YearKey, where: str) -> None:
    address, sent = way_back(changed(mandataire, year, where))
    assert label(year) == "Romans"
    page = mandataire.follow(address, sent)
    assert "Action annulée." in page.text
    assert pages.by_id(pages.parse(page.text), "ecriture-1") is not None, "back on the cahier"
    assert label(year) == "Librairie du Centre – Albums"


@pytest.mark.parametrize("where", GRIDS)
def test_after_it_is_taken_back_the_page_is_what_a_reload_shows(mandataire: Browser, year: YearKey, where: str) -> None:
    before = changed(mandataire, year, where)
    address, sent = way_back(before)
    answer = mandataire.post(address, sent, htmx=True)
    assert "Action annulée." in answer.text
    reloaded = mandataire.get(answer.headers["HX-Replace-Url"])
    assert f"vue={where}&mois=2024-11" in answer.headers["HX-Replace-Url"]
    assert pages.shown(pages.after_swap(before, answer.text, "book")) == pages.shown(pages.parse(reloaded.text))


def test_an_entry_struck_out_comes_back_with_its_paying_in_slip(mandataire: Browser, year: YearKey) -> None:
    for _ in range(2):
        an_entry(year, bank=1_200, allocations=(Allocation("70700008", 1_200),))
    deposits.make_slip(SOMEONE, year, date(2024, 11, 8), "Remise", [1, 2])
    mandataire.get(BOOK)
    address, sent = way_back(mandataire.follow(ENTRY + "/supprimer", LOOK).text)
    assert DepositLine.select().count() == 1, "negative control: it had left the slip"
    mandataire.follow(address, sent)
    assert DepositLine.select().count() == 2


def test_a_line_saved_as_it_was_offers_nothing_to_take_back(mandataire: Browser, year: YearKey) -> None:
    an_entry(year)
    row = mandataire.client.get(f"{BOOK}/grille/1?vue=classique", headers={"HX-Request": "true"}).text
    line = dict(re.findall(r'name="(\w+)" form="grille-1" value="([^"]*)"', row))
    page = mandataire.follow(f"{BOOK}/grille/1", {**line, "saisie": "classique", "version": "1", "vue": "classique"})
    assert "Écriture 01 modifiée." in page.text
    assert "mes-actions/" not in page.text.replace('/mes-actions"', "")


def test_from_ones_own_actions_it_comes_back_to_them(mandataire: Browser, year: YearKey) -> None:
    address, sent = way_back(changed(mandataire, year, "portrait"))
    del sent["retour"]
    assert "Mes dernières actions" in mandataire.follow(address, sent).text
