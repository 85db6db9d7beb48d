"""The bilan d’emploi of a grant, on screen and on one page of paper."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable
from datetime import date

import pikepdf
import pytest

from retkoop.actions import tables
from retkoop.facts import Allocation
from retkoop.models import Grant, YearKey
from tests.factories import SOMEONE, an_entry
from tests.views.conftest import Browser
from tests.views.grants.test_grants import received
from tests.views.helpers_tables import YEAR, close, readers, text

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
USE = f"{YEAR}/subventions/1/bilan"


@pytest.fixture
def granted(year: YearKey) -> YearKey:
    """Give a grant of 450,00 € whose entry bears no project, and a project that cost 120,00 €."""
    received(year)
    told = {"organisation": "Mairie", "kind": "commune", "purpose": "Classe verte", "day": date(2024, 11, 12)}
    tables.add_row(SOMEONE, year, Grant, {**told, "amount": 45_000, "voucher": "07"})
    line = (Allocation("61800008", 12_000),)
    an_entry(year, label="Cirque Plume – Atelier", voucher="09", bank=-12_000, allocations=line, project="Cirque")
    return year


def words(document: bytes) -> str:
    command = ["pdftotext", "-layout", "-", "-"]
    told = subprocess.run(command, input=document, stdout=subprocess.PIPE, check=True).stdout.decode()
    return re.sub(r"\s+", " ", told)


def test_a_grant_without_project_asks_for_one(mandataire: Browser, granted: YearKey) -> None:
    page = mandataire.get(USE)
    assert "Choisir" in page.text
    assert "Reste de la subvention" not in page.text
    answer = mandataire.get(USE + ".pdf")
    assert (answer.status_code, answer.headers["Location"]) == (303, USE)
    assert "Reste de la subvention330,00 €" in text(mandataire.get(USE + "?action=1").text)


def test_the_project_of_its_entry_is_proposed(mandataire: Browser, year: YearKey) -> None:
    line = (Allocation("74100008", 45_000),)
    an_entry(year, label="Mairie – Cirque", voucher="07", bank=45_000, allocations=line, project="Cirque")
    mandataire.follow(f"{YEAR}/subventions/ecritures/1")
    said = text(mandataire.get(USE).text)
    assert "L’écriture de cette subvention porte le projet « Cirque »." in said
    assert "Il reste 450,00 € à employer." in said


def test_without_any_project_it_says_how_to_begin(mandataire: Browser, year: YearKey) -> None:
    mandataire.follow(f"{YEAR}/subventions/ecritures/{received(year)}")
    assert "Aucun projet dans ce cahier." in text(mandataire.get(USE).text)


def test_a_project_or_a_grant_that_is_not_there_is_not_found(mandataire: Browser, granted: YearKey) -> None:
    for address in ("?action=9", "?action=x", ".pdf?action=9"):
        assert mandataire.get(USE + address).status_code == 404
    assert mandataire.get(f"{YEAR}/subventions/2/bilan").status_code == 404


def test_it_is_one_tagged_page(mandataire: Browser, granted: YearKey) -> None:
    answer = mandataire.get(USE + ".pdf?action=1")
    assert answer.headers["Content-Disposition"] == 'inline; filename="bilan-emploi-1-075-0001-2024-2025.pdf"'
    with pikepdf.open(io.BytesIO(answer.data)) as found:
        assert len(found.pages) == 1
        assert found.open_metadata()["pdfuaid:part"] == "1"
    said = words(answer.data)
    for told in ("Bilan d’emploi d’une subvention", "Mairie (Commune) – Classe verte 12/11/2024 07 450,00",
                 "09 04/11/2024 Cirque Plume – Atelier 120,00", "Reste de la subvention 330,00 €", "provisoire",
                 "Signature", "page 1 / 1"):  # fmt: skip
        assert told in said, told


def test_many_expenses_still_take_one_page(mandataire: Browser, granted: YearKey) -> None:
    for number in range(23):
        an_entry(granted, label="Fournisseur de la classe – matériel de cirque " + "w" * 8, project="Cirque",
                 voucher=f"{number + 20}")  # fmt: skip
    listed = mandataire.get(USE + ".pdf?action=1").data
    for number in range(60):
        an_entry(granted, label="x" * 190, voucher=f"{number + 60}", project="Cirque")
    for document, told in ((listed, "matériel de cirque"), (mandataire.get(USE + ".pdf?action=1").data, "par compte")):
        assert told in words(document)
        with pikepdf.open(io.BytesIO(document)) as found:
            assert len(found.pages) == 1


def test_readers_see_it_and_a_closed_year_has_it(
    mandataire: Browser, granted: YearKey, browse: Callable[[], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retkoop.exports.pdf.render", lambda html: b"%PDF")
    close(granted)
    for browser in (mandataire, *readers(browse)):
        assert browser.get(USE + "?action=1").status_code == 200
        assert browser.get(USE + ".pdf?action=1").status_code == 200
