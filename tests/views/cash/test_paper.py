"""A count of the cash box on paper: tagged, one page, each denomination, the balance of its day, signatures."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable
from datetime import date

import pikepdf
import pytest

from retkoop.actions import tables
from retkoop.models import YearKey
from tests.factories import SOMEONE, an_entry
from tests.views.conftest import Browser
from tests.views.helpers_tables import YEAR, close, readers

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def words(document: bytes) -> str:
    command = ["pdftotext", "-layout", "-", "-"]
    told = subprocess.run(command, input=document, stdout=subprocess.PIPE, check=True).stdout.decode()
    return re.sub(r"\s+", " ", told)


def test_it_is_one_tagged_page_with_each_denomination(mandataire: Browser, year: YearKey) -> None:
    tables.add_count(SOMEONE, year, date(2024, 12, 20), [(2_000, 2), (50, 19)])
    an_entry(year, day=date(2025, 1, 10), bank=0, cash=-1_000, allocations=())
    answer = mandataire.get(f"{YEAR}/caisse/1.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    name = 'inline; filename="caisse-2024-12-20-075-0001-2024-2025.pdf"'
    assert answer.headers["Content-Disposition"] == name
    with pikepdf.open(io.BytesIO(answer.data)) as found:
        assert len(found.pages) == 1
        assert found.open_metadata()["pdfuaid:part"] == "1"
        assert str(found.docinfo.Title) == "Arrêté de caisse du 20/12/2024 – Coopérative 075-0001"
    said = words(answer.data)
    for told in ("500 € 0 0,00", "20 € 2 40,00", "50 c 19 9,50", "Total compté 49,50 €",
                 "Solde caisse (530) du cahier le 20/12/2024 50,00 €", "Écart -0,50 €",
                 "Il y a 0,50 € de moins dans la caisse", "Signature", "page 1 / 1"):  # fmt: skip
        assert told in said, told


def test_it_says_bravo_of_a_right_count(mandataire: Browser, year: YearKey) -> None:
    tables.add_count(SOMEONE, year, date(2024, 12, 20), [(5_000, 1)])
    assert "Bravo Le comptage est égal au solde du cahier." in words(mandataire.get(f"{YEAR}/caisse/1.pdf").data)


def test_readers_print_it_and_a_closed_year_too(
    mandataire: Browser, year: YearKey, browse: Callable[[], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    tables.add_count(SOMEONE, year, date(2024, 12, 20), [(5_000, 1)])
    monkeypatch.setattr("retkoop.exports.pdf.render", lambda html: b"%PDF")
    close(year)
    for browser in (mandataire, *readers(browse)):
        assert browser.get(f"{YEAR}/caisse/1.pdf").status_code == 200
        assert browser.get(f"{YEAR}/caisse/2.pdf").status_code == 404
