"""Files to take away: what is on screen, to those who may read it, under names that say nothing."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from python_calamine import load_workbook
from werkzeug.test import TestResponse

from retkoop import reports
from retkoop.actions.years import load_facts
from retkoop.db import database
from retkoop.exports.receipts import LOST
from retkoop.exports.sheets import CSV_TYPE, ODS_TYPE, XLSX_TYPE
from retkoop.models import Scan, Year, YearKey
from retkoop.views import exports
from tests.factories import a_case, a_coop, a_person, a_year, an_entry
from tests.support import pages
from tests.views.conftest import Browser

HOME = "/coop/075-0001/2024-2025"
FILES = {
    "cahier.csv": CSV_TYPE + "; charset=utf-8", "cahier.xlsx": XLSX_TYPE, "cahier.ods": ODS_TYPE,
    "pieces.zip": "application/zip",
}  # fmt: skip
BOOKS = [name for name in FILES if name.startswith("cahier")]


@pytest.fixture
def kept(year: YearKey) -> YearKey:
    """Give a year of three entries over two months, one of them red."""
    an_entry(year, label="Car", voucher="D10", project="Sortie", day=date(2024, 10, 1))
    an_entry(year, label="=Élève", voucher="D2", cheque="0000123", bank=-50_000, day=date(2024, 11, 4), allocations=())
    an_entry(year, label="Librairie", voucher="D1", day=date(2024, 11, 5))
    return year


def a_scan(app: Flask, key: YearKey, entry: int, data: bytes = b"\xff\xd8\xff", **values: Any) -> None:
    digest = app.config["STORAGE"].put(data)
    number = Scan.select().where(key.of(Scan)).count() + 1
    told = {"digest": digest, "media_type": "image/jpeg", "name": "x", "size": len(data), **values}
    Scan.insert(**key._asdict(), number=number, entry=entry, **told).execute()


def fetch(browser: Browser, name: str, home: str = HOME) -> TestResponse:
    """Ask for a file as a server would: what is sent is closed."""
    return browser.client.get(f"{home}/{name}", buffered=True)


def rows_of(browser: Browser, query: str = "", home: str = HOME) -> list[dict[str, str]]:
    answer = fetch(browser, f"cahier.csv{query}", home)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=";"))


def labels_of(browser: Browser, query: str = "") -> list[str]:
    """Give the labels of a CSV file, less the apostrophe, what is brought forward and the row of totals."""
    return [row["Libellé"].removeprefix("'") for row in rows_of(browser, query)[1:-1]]


def cells_of(data: bytes) -> list[list[Any]]:
    return load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def archive_of(browser: Browser, home: str = HOME) -> zipfile.ZipFile:
    answer = fetch(browser, "pieces.zip", home)
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(answer.data))


# ---- To whom, and under which name


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_handed_over_under_a_plain_name(kept: YearKey, mandataire: Browser, name: str) -> None:
    answer = fetch(mandataire, name)
    stem, _, extension = name.partition(".")
    headers = answer.headers
    assert (answer.status_code, headers["Content-Type"]) == (200, FILES[name])
    disposition = headers["Content-Disposition"].replace('"', "")
    assert disposition == f"attachment; filename={stem}-075-0001-2024-2025.{extension}"
    assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")


@pytest.mark.parametrize("name", FILES)
def test_readers_take_it_away_and_strangers_do_not(kept: YearKey, browse: Callable[[], Browser], name: str) -> None:
    a_year(a_coop("075-0002"))
    a_person("verif", "verificateur")
    a_person("asso", "ad")
    a_person("voisin", coop_identifier="075-0002")
    for identifier, status in (("verif", 200), ("asso", 200), ("voisin", 404)):
        assert fetch(browse().sign_in(identifier), name).status_code == status, identifier
    assert fetch(browse(), name).status_code == 302


@pytest.mark.parametrize("name", FILES)
def test_a_closed_year_is_taken_away_as_before(kept: YearKey, mandataire: Browser, name: str) -> None:
    before = fetch(mandataire, name).data
    Year.update(state="closed").where(kept.of(Year)).execute()
    assert fetch(mandataire, name).data == before


@pytest.mark.parametrize("name", FILES)
def test_an_empty_year_has_empty_files(year: YearKey, mandataire: Browser, name: str) -> None:
    answer = fetch(mandataire, name)
    assert answer.status_code == 200
    if name == "cahier.csv":
        brought, _ = rows_of(mandataire)
        assert (brought["Libellé"], brought["Solde banque"]) == ("Report à nouveau", "1000,00")


# ---- What is on screen


def test_the_three_files_hold_the_same_cells(kept: YearKey, mandataire: Browser) -> None:
    xlsx, ods = (cells_of(fetch(mandataire, f"cahier.{kind}").data) for kind in ("xlsx", "ods"))
    assert xlsx == ods
    text = [list(row.values()) for row in rows_of(mandataire)]
    assert [[_said(cell) for cell in row] for row in xlsx[1:]] == [[cell.removeprefix("'") for cell in r] for r in text]


def _said(cell: Any) -> str:
    if isinstance(cell, float):
        return f"{cell:.2f}".replace(".", ",")
    return cell if isinstance(cell, str) else f"{cell:%d/%m/%Y}"


def test_without_a_month_the_whole_year_is_there(kept: YearKey, mandataire: Browser) -> None:
    assert labels_of(mandataire) == ["Car", "=Élève", "Librairie"]
    for number in range(30):
        an_entry(kept, label=f"Écriture {number}", voucher=f"E{number}")
    assert len(labels_of(mandataire)) == len(labels_of(mandataire, "?mois=tout")) == 33


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("?mois=2024-10", ["Car"]), ("?mois=2024-12", []), ("?mois=n’importe", ["Car", "=Élève", "Librairie"]),
        ("?cherche=eleve", ["=Élève"]), ("?cherche=500", ["=Élève"]), ("?ventilation=non", ["=Élève"]),
        ("?compte=61800008", ["Car", "Librairie"]), ("?tri=pj", ["Librairie", "=Élève", "Car"]),
        ("?mois=2024-11&tri=pj&vue=classique", ["Librairie", "=Élève"]), ("?piece=avec", []),
    ],
)  # fmt: skip
def test_the_parameters_of_the_screen_choose_the_lines(
    kept: YearKey, mandataire: Browser, query: str, labels: list[str]
) -> None:
    assert labels_of(mandataire, query) == labels
    for kind in ("xlsx", "ods"):
        cells = cells_of(fetch(mandataire, f"cahier.{kind}{query}").data)
        assert [row[3] for row in cells[2:-1]] == labels
    if "n’importe" not in query:
        assert shown_by(mandataire, query) == labels


def shown_by(browser: Browser, query: str) -> list[str]:
    """Give the labels of the cahier's page, in its order."""
    texts = [pages.text_of(row) for row in pages.parse(browser.get(f"{HOME}/cahier{query}").text).iter("tr")]
    return [name for text in texts for name in ("Car", "=Élève", "Librairie") if name in text]


def test_totals_are_those_of_the_lines_that_are_there(kept: YearKey, mandataire: Browser) -> None:
    (_, _, total) = rows_of(mandataire, "?ventilation=non")
    assert (total["Banque sortie"], total["À ventiler"], total["Solde banque"]) == ("500,00", "-500,00", "")
    assert rows_of(mandataire)[-1]["Banque sortie"] == "524,00"


def test_a_label_is_not_a_formula(kept: YearKey, mandataire: Browser) -> None:
    assert [row["Libellé"] for row in rows_of(mandataire)[1:]] == ["Car", "'=Élève", "Librairie", ""]
    for kind in ("xlsx", "ods"):
        with zipfile.ZipFile(io.BytesIO(fetch(mandataire, f"cahier.{kind}").data)) as archive:
            content = b"".join(archive.read(name) for name in archive.namelist())
        assert not re.search(rb"<f[ >]|table:formula", content)


def test_the_year_of_a_school_is_there_whole(app: Flask, browse: Callable[[], Browser]) -> None:
    key = a_case("ecole-102-postale", app.config["STORAGE"])
    a_person("verif", "verificateur", coop_identifier=key.coop)
    browser = browse().sign_in("verif")
    facts = load_facts(Year.get(key.of(Year)))
    home = f"/coop/{key.coop}/{key.year.label}"
    _, *rows, total = rows_of(browser, home=home)
    assert [row["PJ"] for row in rows] == [entry.voucher for entry in facts.entries]
    for code, amount in reports.account_totals(facts).items():
        account = facts.chart[code]
        assert total[f"{account.short} {account.label}"] == f"{amount / 100:.2f}".replace(".", ",")
    assert len(cells_of(fetch(browser, "cahier.ods", home).data)) == len(facts.entries) + 3


# ---- Scans


def test_scans_are_named_by_pj(app: Flask, kept: YearKey, mandataire: Browser) -> None:
    for entry, data in ((1, b"car"), (1, b"car, suite"), (3, b"livre")):
        a_scan(app, kept, entry, data)
    with archive_of(mandataire) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if name != "index.csv"}
    assert files == {"pieces/D10-1.jpg": b"car", "pieces/D10-2.jpg": b"car, suite", "pieces/D1-1.jpg": b"livre"}


def test_a_hostile_pj_stays_in_the_folder(app: Flask, year: YearKey, mandataire: Browser) -> None:
    for number, voucher in enumerate(("../../x", "C:\\x", "\u202egnp", ""), 1):
        a_scan(app, year, an_entry(year, voucher=voucher), str(number).encode())
    with archive_of(mandataire) as archive:
        names = archive.namelist()
    assert names[:-1] == ["pieces/x-1.jpg", "pieces/C_x-1.jpg", "pieces/gnp-1.jpg", "pieces/2024-11-04-1.jpg"]


def test_a_lost_scan_is_told_in_the_index(app: Flask, kept: YearKey, mandataire: Browser) -> None:
    a_scan(app, kept, 1, digest="0" * 64)
    a_scan(app, kept, 3)
    with archive_of(mandataire) as archive:
        assert archive.namelist() == ["pieces/D1-1.jpg", "index.csv"]
        index = archive.read("index.csv").decode("utf-8-sig").splitlines()
    assert index[1:] == [
        f"D10;01/10/2024;Car;-12,00;;{LOST}", "D1;05/11/2024;Librairie;-12,00;pieces/D1-1.jpg;",
    ]  # fmt: skip


def test_the_zip_is_sent_in_pieces_from_a_file_that_is_closed(
    app: Flask, kept: YearKey, mandataire: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_scan(app, kept, 1, b"\xff" * 3_000_000)
    made: list[Any] = []
    pack = exports.pack_receipts

    def packed(*args: Any) -> Any:
        made.append(pack(*args))
        return made[0]

    monkeypatch.setattr(exports, "pack_receipts", packed)
    answer = mandataire.client.get(f"{HOME}/pieces.zip", buffered=False)
    sizes = [len(piece) for piece in answer.iter_encoded()]
    assert max(sizes) <= 100_000
    assert sum(sizes) == answer.content_length > 3_000_000
    assert not made[0].closed
    answer.close()
    assert made[0].closed


@pytest.mark.parametrize(
    ("address", "work"),
    [
        ("pieces.zip", "retkoop.views.exports.pack_receipts"),
        ("cahier.pdf", "retkoop.exports.pdf.render"),
        ("crf.pdf", "retkoop.exports.pdf.render"),
    ],
)
def test_long_work_keeps_no_connection_from_the_others(
    mandataire: Browser, kept: YearKey, monkeypatch: pytest.MonkeyPatch, address: str, work: str
) -> None:
    held = []

    def done(*parts: Any) -> Any:
        held.append(not database.is_closed())
        return io.BytesIO(b"zip") if address == "pieces.zip" else b"%PDF"

    monkeypatch.setattr(work, done)
    database.close()  # the test's own: the request takes one, as on a server
    assert fetch(mandataire, address).status_code == 200
    assert held == [False]


def test_a_page_holds_its_connection_while_it_is_made(
    mandataire: Browser, kept: YearKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = []
    monkeypatch.setattr(exports, "book_sheet", lambda *_: held.append(not database.is_closed()) or None)
    monkeypatch.setattr(exports.sheets, "to_csv", lambda _: b"")
    database.close()
    assert fetch(mandataire, "cahier.csv").status_code == 200
    assert held == [True]
