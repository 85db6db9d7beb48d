"""The goods of earlier years: carried, changed only by a row of the open year, on paper and in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
import subprocess
from collections.abc import Callable
from datetime import date

import pikepdf
import pytest

from retkoop.models import InventoryItem, Year, YearKey
from tests.support import pages
from tests.support.ledger_checks import told
from tests.views.conftest import Browser
from tests.views.helpers_tables import YEAR, close, readers, stored, text, undo_of, without_form

GOODS = f"{YEAR}/inventaire"
OLD = f"{GOODS}/2023-2024/1"
GONE = {"emplacement": "BCD", "sortie": "2025-06-20", "motif": "Vendu", "cession": "40"}


@pytest.fixture
def older(year: YearKey) -> YearKey:
    """Give the key of 2023-2024, closed, in whose inventory a piano was written."""
    key = year._replace(start_year=2023)
    Year.insert(**key._asdict()).execute()
    told = {"designation": "Piano", "supplier": "Musique", "bought_on": date(2023, 10, 1), "value": 50_000}
    InventoryItem.insert(**key._asdict(), number=1, voucher="12", place="BCD", **told).execute()
    close(key)
    return key


def test_a_good_of_a_closed_year_is_in_the_list(mandataire: Browser, older: YearKey) -> None:
    said = text(mandataire.get(GOODS).text)
    assert "Un bien détenu500,00 € à leur valeur d’achat" in said
    assert "Piano inscrit en 2023-2024" in said
    assert "Achats de l’année à l’inventaire0,00 €" in said


def test_it_leaves_in_the_year_that_is_open(mandataire: Browser, older: YearKey, year: YearKey) -> None:
    page = mandataire.get(OLD)
    assert "Inscrit en 2023-2024" in text(page.text)
    assert "designation" not in page.text
    page = mandataire.follow(OLD, GONE)
    said = text(page.text)
    assert "« Piano » sorti de l’inventaire." in said
    assert "le 20/06/2025 : Vendu (40,00 €)" in said
    assert "Sortis cette année : 500,00 € à leur valeur d’achat, vendus 40,00 €." in said
    assert "La coopérative ne détient plus aucun bien durable." in said
    (item,) = stored(year).inventory
    assert (item.designation, item.bought_on, item.value, item.voucher) == ("Piano", date(2023, 10, 1), 50_000, "12")
    (before,) = stored(older).inventory
    assert before.disposed_on is None


def test_that_is_taken_back(mandataire: Browser, older: YearKey, year: YearKey) -> None:
    page = mandataire.follow(OLD, GONE)
    assert "Un bien détenu500,00 €" in text(mandataire.follow(*undo_of(page.text)).text)
    assert not stored(year).inventory


def test_what_was_written_this_year_is_corrected_or_forgotten(
    mandataire: Browser, older: YearKey, year: YearKey
) -> None:
    mandataire.follow(OLD, {**GONE, "sortie": "", "motif": "", "cession": "", "emplacement": "Préau"})
    assert "Préau" in text(mandataire.get(GOODS).text)
    page = mandataire.get(f"{GOODS}/1")
    assert 'name="designation"' not in page.text
    mandataire.follow(f"{GOODS}/1", {**GONE, "version": "1", "designation": "Orgue", "valeur": "1"})
    (item,) = stored(year).inventory
    assert (item.designation, item.value, item.disposed_on) == ("Piano", 50_000, date(2025, 6, 20))
    page = mandataire.follow(f"{GOODS}/1/supprimer")
    assert "« Piano » est de nouveau comme l’année passée." in text(page.text)
    assert "Un bien détenu500,00 €" in text(page.text)


def test_a_form_sent_twice_writes_one_row(mandataire: Browser, older: YearKey, year: YearKey) -> None:
    for _ in range(2):
        page = mandataire.follow(OLD, {**GONE, "cle": "une"})
        assert "« Piano » sorti de l’inventaire." in text(page.text)
    assert len(stored(year).inventory) == 1


def test_a_second_person_is_told_that_it_has_changed(mandataire: Browser, older: YearKey, year: YearKey) -> None:
    mandataire.follow(OLD, {**GONE, "cle": "une"})
    assert mandataire.get(OLD).status_code == 303
    page = mandataire.post(OLD, {**GONE, "cle": "deux"})
    assert page.status_code == 409
    assert "Quelqu’un d’autre a modifié ce bien entre-temps" in page.text
    assert len(stored(year).inventory) == 1


@pytest.mark.parametrize(
    ("field", "value", "accused", "sentence"),
    [
        ("sortie", "2024-08-31", "sortie", "La date doit être dans l’exercice 2024-2025, du 01/09/2024 au 31/08/2025."),
        ("sortie", "2025-09-01", "sortie", "Cette date est après la fin de l’exercice, le 31/08/2025."),
        ("sortie", "", "sortie", "Indiquez la date de sortie."),
        ("motif", "", "motif", "Indiquez le motif : vendu, donné, cassé, volé…"),
    ],
)
def test_it_refuses_what_does_not_happen_this_year(
    mandataire: Browser, older: YearKey, year: YearKey, field: str, value: str, accused: str, sentence: str
) -> None:
    page = mandataire.post(OLD, {**GONE, field: value})
    assert page.status_code == 422
    assert pages.text_of(pages.by_id(pages.parse(page.text), f"{accused}-faute")) == sentence
    assert "Piano" in page.text
    assert not stored(year).inventory


@pytest.mark.parametrize("place", ["2023-2024/2", "2022-2023/1", "2024-2025/1", "2025-2026/1", "2023-2025/1"])
def test_a_good_that_is_not_there_is_not_found(mandataire: Browser, older: YearKey, place: str) -> None:
    assert mandataire.get(f"{GOODS}/{place}").status_code == 404
    assert mandataire.post(f"{GOODS}/{place}", GONE).status_code == 404


def test_only_the_open_year_changes(
    mandataire: Browser, older: YearKey, year: YearKey, browse: Callable[[], Browser]
) -> None:
    assert without_form(mandataire.get(GOODS.replace("2024-2025", "2023-2024")).text)
    for reader in readers(browse):
        assert (reader.get(OLD).status_code, reader.post(OLD, GONE).status_code) == (403, 403)
        assert without_form(reader.get(GOODS).text)
    close(year)
    assert mandataire.post(OLD, GONE).status_code == 409
    assert not stored(year).inventory


def test_it_is_taken_away_as_csv_without_formulas(mandataire: Browser, older: YearKey, year: YearKey) -> None:
    mandataire.follow(GOODS, {"designation": "=1+1", "date": "2025-01-15", "valeur": "90", "emplacement": "@A1"})
    mandataire.follow(OLD, GONE)
    answer = mandataire.get(f"{YEAR}/inventaire.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="inventaire-075-0001-2024-2025.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [row["Désignation"] for row in rows] == ["Piano", "'=1+1", ""]
    assert (rows[0]["Inscrit en"], rows[0]["Sorti le"], rows[0]["Prix de vente"]) == (
        "2023-2024",
        "20/06/2025",
        "40,00",
    )
    assert rows[1]["Emplacement"] == "'@A1"
    assert [row["Valeur des biens détenus"] for row in rows] == ["", "90,00", "90,00"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_it_prints_what_is_held_what_left_and_what_it_is_worth(
    mandataire: Browser, older: YearKey, year: YearKey
) -> None:
    typed = form_of_page(mandataire)
    mandataire.follow(GOODS, {**typed, "designation": "Vélo", "date": "2025-01-15", "valeur": "90"})
    mandataire.follow(OLD, GONE)
    answer = mandataire.get(f"{YEAR}/inventaire.pdf")
    with pikepdf.open(io.BytesIO(answer.data)) as found:
        assert len(found.pages) == 1
        assert found.open_metadata()["pdfuaid:part"] == "1"
    command = ["pdftotext", "-layout", "-", "-"]
    told = subprocess.run(command, input=answer.data, stdout=subprocess.PIPE, check=True).stdout.decode()
    said = re.sub(r"\s+", " ", told)
    for words in ("Vélo 15/01/2025 2024-2025 90,00", "Valeur des biens détenus (1) 90,00 €",
                  "Piano 01/10/2023 20/06/2025 Vendu 40,00 500,00", "achetés avant le 01/09/2024 500,00",
                  "Biens détenus le 31/08/2025 90,00 €", "provisoire"):  # fmt: skip
        assert words in said, words


def form_of_page(browser: Browser) -> dict[str, str]:
    tree = pages.parse(browser.get(GOODS).text)
    return {str(f.get("name")): f.get("value") or "" for f in tree.iter("input") if f.get("id")}


def test_a_good_corrected_after_its_disposal_was_told_stays_one_good(mandataire: Browser, year: YearKey) -> None:
    """Two exercices are open: what is put right in the first is followed by the second."""
    older = year._replace(start_year=2023)
    Year.insert(**older._asdict()).execute()
    before = GOODS.replace("2024-2025", "2023-2024")
    typed = {**form_of_page(mandataire), "date": "2023-10-01", "valeur": "500", "fournisseur": "Musique"}
    for name in ("Piano", "Piano", "Vélo"):
        mandataire.follow(before, {**typed, "designation": name, "cle": f"{name}{InventoryItem.select().count()}"})
    mandataire.follow(OLD, GONE)
    mandataire.follow(f"{before}/1", {**typed, "designation": "Piano droit", "version": "1"})
    # The other piano was like it: the disposal may be of either, and there are still three goods.
    assert goods_of(mandataire) == ["Piano", "Piano droit", "Vélo"]
    mandataire.follow(f"{before}/2", {**typed, "designation": "Piano à queue", "version": "1"})
    assert goods_of(mandataire) == ["Piano droit", "Piano à queue", "Vélo"]
    (row,) = stored(year).inventory
    assert (row.designation, row.disposal_reason) == ("Piano à queue", "Vendu")
    assert told(year, "suite")[-1][1] == "bien:1"


def goods_of(browser: Browser) -> list[str]:
    """Give the goods of the page, those that left included."""
    cells = [cell for cell in pages.parse(browser.get(GOODS).text).iter("td") if cell.get("class") == "what"]
    return sorted((cell.text or "").strip() for cell in cells)
