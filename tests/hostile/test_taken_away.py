"""Every text of the cahier, in every file that is taken away, whatever is filtered: a text, and never a formula."""

from __future__ import annotations

import csv
import io
import zipfile
from xml.etree import ElementTree

import pytest
from flask import Flask

from retkoop.actions import scans, tables
from retkoop.exports import sheets
from retkoop.models import Advance, YearKey
from tests.factories import SOMEONE, an_entry
from tests.views.conftest import Browser

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
HOME = "/coop/075-0001/2024-2025/"
SIGNS = ("=1+1", "+1+1", "-1+1", "@A1", "\u200b=1+1", "\u00a0=1+1", "\u2028=1", "＝1+1", "=cmd|' /C calc'!A1", '"=1+1')
LOOKS = ("", "?vue=classique", "?mois=2024-11", "?cherche=1", "?tri=pj", "?piece=avec", "?mois=%0d%0a&tri==1")


@pytest.fixture
def filled(app: Flask, year: YearKey) -> YearKey:
    """Give a year whose every text begins with a sign that spreadsheets compute."""
    for rank, sign in enumerate(SIGNS):
        code = f"{sign} {rank}"
        tables.add_row(SOMEONE, year, Advance, {"code": code, "holder": sign})
        texts = {"label": sign, "voucher": sign[:20], "cheque": sign[:20], "project": sign}
        number = an_entry(year, **texts, bank=0, advance=code, advance_amount=-1_200)
        digest = app.config["STORAGE"].put(b"\xff\xd8\xff%d" % rank)
        arrived = scans.Arrived(sign, digest, "image/jpeg", 4, digest, 0, "", "")
        scans.add_scan(SOMEONE, year, arrived, number)
    return year


def computed(rows: list[list[str]]) -> list[str]:
    """Give the cells that a spreadsheet would compute: after invisible characters and folded signs too."""
    cells = (cell.lstrip(" \t\r\n\u200b\u00a0\u2028\u202f\ufeff") for row in rows for cell in row)
    kept = (cell for cell in cells if cell and not cell.replace(",", "").lstrip("-").isdecimal())
    return [cell for cell in kept if cell[0] in "=+-@＝＋－＠\t\r"]


def taken_away(browser: Browser) -> list[str]:
    """Read every file as the programs that open it would; give what they would compute."""
    found = []
    for look in LOOKS:
        answer = browser.client.get(f"{HOME}cahier.csv{look}", buffered=True)
        assert answer.status_code == 200
        found += computed(list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=";")))
        for kind in ("xlsx", "ods"):
            found += _formulas(browser.client.get(f"{HOME}cahier.{kind}{look}", buffered=True).data)
    with zipfile.ZipFile(io.BytesIO(browser.client.get(f"{HOME}pieces.zip", buffered=True).data)) as archive:
        assert all(name == "index.csv" or name.startswith("pieces/") for name in archive.namelist())
        assert not [name for name in archive.namelist() if ".." in name or "\\" in name or not name.isascii()]
        index = archive.read("index.csv").decode("utf-8-sig")
    return found + computed(list(csv.reader(io.StringIO(index, newline=""), delimiter=";")))


def _formulas(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [archive.read(name) for name in archive.namelist() if name.endswith(".xml")]
    trees = [ElementTree.fromstring(part) for part in parts]  # noqa: S314 our own files
    elements = [element for tree in trees for element in tree.iter()]
    named = [str(e.tag) for e in elements if str(e.tag).rpartition("}")[2] == "f"]
    return named + [name for e in elements for name in e.attrib if name.endswith("formula")]


def test_no_text_of_the_cahier_is_computed(filled: YearKey, mandataire: Browser) -> None:
    assert taken_away(mandataire) == []


def test_a_bare_sign_would_be_seen(filled: YearKey, mandataire: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control."""
    monkeypatch.setattr(sheets, "_harmless", sheets.plain)
    assert len(taken_away(mandataire)) > 3 * len(SIGNS)
