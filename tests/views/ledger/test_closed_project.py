"""A closed project that is typed all the same is refused where it is typed, and nothing typed is lost."""

from __future__ import annotations

import pytest

from retkoop.actions import ledger, projects
from retkoop.models import YearKey
from tests.factories import SOMEONE, an_entry
from tests.support import pages
from tests.views.conftest import Browser, form_of
from tests.views.helpers_tables import YEAR, stored

BOOK = f"{YEAR}/cahier"
SAID = "Le projet « Jardin » est fermé : rouvrez-le à la page Projets, ou choisissez-en un autre."
TYPED = {"date": "2024-11-28", "libelle": "Terreau", "lignes-0-montant": "12", "lignes-0-compte": "61800008"}
LINE = {"date": "28/11", "libelle": "Terreau", "banque_sortie": "12", "cle": "une"}


@pytest.fixture
def key(year: YearKey) -> YearKey:
    """Give entry 1 of the project Jardin, which is closed, and entry 2 of none."""
    an_entry(year, project="Jardin")
    an_entry(year)
    ledger.add_project(SOMEONE, year, "Cirque")
    projects.close_project(SOMEONE, year, 1, True)
    return year


def said(html: str) -> str:
    return html.replace("\u00a0", " ")


@pytest.mark.parametrize("name", ["Jardin", "  jardin "])
def test_the_form_says_it_under_the_project_and_keeps_what_was_typed(
    mandataire: Browser, key: YearKey, name: str
) -> None:
    typed = {**form_of(mandataire.get(f"{BOOK}?vue=simple"), "entry-form"), **TYPED, "nature": "depense"}
    page = mandataire.post(BOOK, {**typed, "projet": name})
    assert page.status_code == 422
    assert pages.text_of(pages.by_id(pages.parse(page.text), "projet-faute")).replace("\u00a0", " ") == SAID
    again = mandataire.get(f"{BOOK}?vue=simple")
    assert form_of(again, "entry-form")["libelle"] == "Terreau"
    assert SAID in said(again.text)
    assert len(stored(key).entries) == 2
    assert mandataire.post(BOOK, {**typed, "projet": "Cirque"}).status_code == 303


@pytest.mark.parametrize("mode", ["classique", "automatique"])
def test_a_grid_says_it_at_the_line(mandataire: Browser, key: YearKey, mode: str) -> None:
    mandataire.get(f"{BOOK}?vue={mode}")
    line = {**LINE, "saisie": mode, "vue": mode}
    answer = mandataire.post(f"{BOOK}/grille", {**line, "projet": "Jardin"}, htmx=True)
    assert answer.status_code == 422
    assert SAID in said(answer.text)
    assert SAID in said(mandataire.get(f"{BOOK}?vue={mode}").text)
    assert mandataire.post(f"{BOOK}/grille", {**line, "projet": "Cirque"}, htmx=True).status_code == 200


def test_an_entry_keeps_the_closed_project_that_it_has_and_takes_no_other(mandataire: Browser, key: YearKey) -> None:
    for number, project, status in ((1, "Jardin", 303), (2, "Jardin", 422), (2, "", 303)):
        address = f"{BOOK}/ecritures/{number}"
        fields = {**form_of(mandataire.get(address), "entry-form"), "nature": "depense", "libelle": "Terreau"}
        assert mandataire.post(address, {**fields, "projet": project}).status_code == status


def test_what_waits_for_an_entry_of_a_closed_project_is_not_told_of_it(mandataire: Browser, key: YearKey) -> None:
    address = f"{BOOK}/ecritures/1"
    fields = {**form_of(mandataire.get(address), "entry-form"), "nature": "depense", "libelle": ""}
    assert mandataire.post(address, fields).status_code == 422
    assert SAID not in said(mandataire.get(address).text)
