"""A cahier kept elsewhere is sent, looked at, added whole, and taken back."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from werkzeug.test import TestResponse

from retkoop.actions import book_imports, deposits, reconciliation
from retkoop.exports import sheets
from retkoop.file_tables import BookImport
from retkoop.models import Allocation, Entry, Project, YearKey
from retkoop.sheet import AMOUNT, DATE, Column, Sheet
from tests.factories import SOMEONE, an_entry
from tests.views.conftest import Browser

HOME = "/coop/075-0001/2024-2025/"
PLACE = HOME + "cahier/reprise"
TITLES = "Date;PJ;Libellé;Recettes banque;Dépenses banque;Compte;Projet\n"
TWO = TITLES + "05/11/2024;01;Librairie – Albums;;12,00;6180;Lecture\n06/11/2024;02;Mairie;300,00;;7410;\n"


def send(browser: Browser, data: bytes | str, name: str = "cahier.csv") -> TestResponse:
    browser.get(PLACE)
    sent: dict[str, Any] = {"fichier": (BytesIO(data.encode() if isinstance(data, str) else data), name)}
    return browser.post(PLACE, sent, content_type="multipart/form-data", buffered=True)


def previewed(browser: Browser, data: bytes | str, name: str = "cahier.csv") -> str:
    answer = send(browser, data, name)
    assert answer.status_code == 303, answer.text
    return browser.get(answer.headers["Location"]).text


def seal(page: str) -> dict[str, str]:
    return {"vu": re.findall(r'name="vu" value="([0-9a-f]{64})"', page)[0]}


def where(page: str) -> str:
    return re.findall(r'action="([^"]*cahier/reprise/\d+)"', page)[0]


def test_a_cahier_kept_elsewhere_is_added_whole(mandataire: Browser, year: YearKey) -> None:
    page = previewed(mandataire, TWO)
    assert "écritures seront ajoutées" in page
    assert not Entry.select().exists(), "a preview adds nothing"
    after = mandataire.follow(where(page), seal(page)).text
    assert "2 écritures ajoutées" in after
    assert [(one.label, one.bank) for one in Entry.select().order_by(Entry.number)] == [
        ("Librairie – Albums", -1_200), ("Mairie", 30_000),
    ]  # fmt: skip
    assert Allocation.select().count() == 2
    assert [one.name for one in Project.select()] == ["Lecture"]


def test_the_same_table_again_adds_nothing(mandataire: Browser, year: YearKey) -> None:
    page = previewed(mandataire, TWO)
    mandataire.follow(where(page), seal(page))
    again = previewed(mandataire, TWO)
    assert "n’ajoute rien" in again
    assert mandataire.post(where(again), seal(again)).status_code == 422
    assert Entry.select().count() == 2


def test_a_line_that_looks_like_an_entry_is_added_only_if_it_is_ticked(mandataire: Browser, year: YearKey) -> None:
    an_entry(year, label="Librairie du Centre", day=date(2024, 11, 7), voucher="40")
    page = previewed(mandataire, TITLES + "05/11/2024;01;Albums;;12,00;6180;\n")
    assert "à vous de dire" in page
    assert mandataire.post(where(page), seal(page)).status_code == 422
    mandataire.follow(where(page), {**seal(page), "ajouter": "2"})
    assert Entry.select().count() == 2


def test_what_changed_since_the_preview_is_refused(mandataire: Browser, year: YearKey) -> None:
    page = previewed(mandataire, TWO)
    an_entry(year, label="Mairie", bank=30_000, day=date(2024, 11, 6), allocations=())
    answer = mandataire.post(where(page), seal(page))
    assert (answer.status_code, "a changé entre-temps" in answer.text) == (409, True)
    assert Entry.select().count() == 1


def test_it_is_taken_back_in_one_click_but_for_what_was_touched_since(mandataire: Browser, year: YearKey) -> None:
    page = previewed(mandataire, TWO)
    mandataire.follow(where(page), seal(page))
    reconciliation.tick_entry(SOMEONE, year, 1, date(2024, 11, 9))
    assert "1 ont changé depuis" in mandataire.get(PLACE).text.replace("\xa0", " ")
    (undo,) = re.findall(r'action="([^"]*cahier/reprise/\d+/annuler)"', mandataire.get(PLACE).text)
    after = mandataire.follow(undo, {}).text
    assert "1 restent au cahier" in after
    assert {one.number: one.struck_at is None for one in Entry.select()} == {1: True, 2: False}
    assert not BookImport.select().exists()


def test_what_went_to_the_bank_with_others_stays(mandataire: Browser, year: YearKey) -> None:
    page = previewed(mandataire, TWO)
    mandataire.follow(where(page), seal(page))
    deposits.make_slip(SOMEONE, year, date(2024, 11, 7), "Remise", [2])
    assert book_imports.take_back(SOMEONE, year, 1) == (1, 1)
    assert Entry.get(Entry.number == 2).struck_at is None


def test_a_preview_never_has_the_number_of_another(mandataire: Browser, year: YearKey) -> None:
    first = where(previewed(mandataire, TWO))
    second = where(previewed(mandataire, TWO.replace("Mairie", "Ville")))
    assert first != second
    assert mandataire.get(first).status_code == 404


def test_columns_are_corrected_before_anything_is_added(mandataire: Browser, year: YearKey) -> None:
    page = previewed(mandataire, "Quand;Quoi;Combien\n05/11/2024;Librairie;12,00\n06/11/2024;Bus;5,00\n")
    assert "Dites quelle colonne est la date." in page
    place = where(page.replace("/colonnes", ""))
    told = {"titres": "1", "colonne-0": "day", "colonne-1": "label", "ordre": "jma", "decimales": ","}
    lacking = mandataire.post(place + "/colonnes", told)
    assert (lacking.status_code, "colonne est le montant" in lacking.text) == (422, True)
    assert mandataire.post(place + "/colonnes", {**told, "colonne-2": "label"}).status_code == 422
    read = mandataire.follow(place + "/colonnes", {**told, "colonne-2": "cash_out"}).text
    mandataire.follow(place, seal(read))
    assert [one.cash for one in Entry.select()] == [-1_200, -500]


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "vide.csv", "vide"),
        (b"%PDF-1.4", "cahier.pdf", "PDF"),
        (b"PK\x03\x04abc", "cahier.xlsx", "abîmée"),
        (b"<?xml version='1.0'?><Document/>", "releve.xml", "tableau"),
        (b"une seule ligne\n", "lettre.txt", "tableau"),
    ],
)
def test_what_is_no_table_is_refused_in_french(
    mandataire: Browser, year: YearKey, data: bytes, name: str, words: str
) -> None:
    answer = send(mandataire, data, name)
    assert (answer.status_code, words in answer.text) == (422, True), answer.text
    assert not BookImport.select().exists()


def test_a_faulty_line_is_named_and_nothing_is_added(mandataire: Browser, year: YearKey) -> None:
    page = previewed(mandataire, TWO + "07/11/2024;03;Bus;;9,00;6999;\n")
    assert "Un point est à corriger" in page
    assert "6999" in page
    assert 'name="vu"' not in page


def test_a_workbook_is_taken_up_too(mandataire: Browser, year: YearKey) -> None:
    columns = (Column("Date", DATE), Column("Libellé"), Column("Banque", AMOUNT))
    data = sheets.to_xlsx(Sheet("Cahier", columns, ((date(2024, 11, 5), "Librairie", -1_200),)))
    page = previewed(mandataire, data, "cahier.xlsx")
    mandataire.follow(where(page), seal(page))
    assert [(one.day, one.bank) for one in Entry.select()] == [(date(2024, 11, 5), -1_200)]


def test_our_own_cahier_comes_back_as_it_went(mandataire: Browser, year: YearKey) -> None:
    an_entry(year)
    an_entry(year, label="Kermesse", bank=0, cash=5_000, voucher="02", allocations=())
    gone = mandataire.get(HOME + "cahier.csv?mois=tout").data
    page = previewed(mandataire, gone)
    assert "n’ajoute rien" in page
