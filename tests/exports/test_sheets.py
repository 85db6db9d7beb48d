"""Files for spreadsheets, read back: amounts and dates keep their kind, and no text is ever computed."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest
import xlsxwriter
from python_calamine import load_workbook

from retkoop.exports import sheets
from retkoop.exports.sheets import to_csv, to_ods, to_xlsx
from retkoop.sheet import AMOUNT, DATE, NUMBER, Column, Sheet

DAY = date(2024, 9, 1)
COMPUTED = (
    "=1+1", "+33 6 12 34 56 78", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", '=HYPERLINK("x";"y")', "{=1}", "  =1+1",
    "\t=1", "\r=1", "\n=1", "\x85=1", "\u2028=1", "\x00=1", "\ufeff=1", "\u200b=1", "\u202e=1", "\xa0=1",
    "＝1+1", "＋1", "－1", "＠x", "﹢1", "\u200b＝1",
)  # fmt: skip
ODD = (
    "Élève n°3 – « Noël » 5 €", "שלום עולם", "\u202eelpmaxe", "😀👩‍👩‍👧", "x" * 300, "  deux  espaces  ",
    '"; "=1"; a;b', "<r><t>x</t></r>", "<r></si></sst></r>", "_x0041_", "_x003D_1", "]]>", "<!-- & -->", "&amp;", "01",
    "0000123", "1E5", "1/2", "12,50", "#REF!", "'", "",
)  # fmt: skip
ILLEGAL = "a\x00b\x08c\x0b\x1fd\x7fe\ufffef\uffffg\ud800h"


def a_sheet(*texts: str, **values: Any) -> Sheet:
    columns = (Column("Libellé"), Column("Date", DATE), Column("Montant", AMOUNT), Column("Nombre", NUMBER))
    defaults: dict[str, Any] = {"title": "Cahier", "columns": columns}
    rows = tuple((text, DAY, -123_456, 7) for text in texts)
    return Sheet(**{**defaults, "rows": rows, **values})


def read_csv(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";", strict=True))


def read_cells(data: bytes) -> list[list[Any]]:
    return load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def parts_of(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def parsed(part: str) -> ElementTree.Element:
    """Read a part that we wrote; raises ParseError when it is not well-formed."""
    return ElementTree.fromstring(part)  # noqa: S314 our own file


def is_computed(data: bytes) -> bool:
    """Tell whether a file holds a formula, in the words of either format."""
    parts = parts_of(data)
    return any(re.search(r"<f[ >]|table:formula", parts.get(name, "")) for name in CONTENT)


CONTENT = ("xl/worksheets/sheet1.xml", "content.xml")


def one_line(text: str) -> str:
    """Say what becomes of a text: control characters go, every kind of space is one."""
    return "".join(
        " " if c.isspace() else c for c in text if c.isspace() or c.isprintable() or c in "\u200b\u200d\u202e\ufeff"
    )


# ---- Kinds


def test_csv_is_what_a_french_spreadsheet_reads() -> None:
    sheet = a_sheet("Car", totals=("Total", None, 99_999_999_999, 0))
    expected = "Libellé;Date;Montant;Nombre\r\nCar;01/09/2024;-1234,56;7\r\nTotal;;999999999,99;0\r\n"
    assert to_csv(sheet) == b"\xef\xbb\xbf" + expected.encode()


@pytest.mark.parametrize("write", [to_xlsx, to_ods])
def test_amounts_stay_numbers_and_dates_stay_dates(write: Callable[[Sheet], bytes]) -> None:
    amounts = (0, 1, -1, 5, 10, 99, -100, 123_456, 99_999_999_999)
    rows = tuple((None, None if cents == 1 else DAY, cents, None) for cents in amounts)
    cells = read_cells(write(a_sheet(rows=rows, totals=("Total", None, sum(amounts), None))))
    assert [row[2] for row in cells[1:]] == [cents / 100 for cents in (*amounts, sum(amounts))]
    assert [row[1] for row in cells[1:4]] == [DAY, "", DAY]
    assert cells[-1][0] == "Total"


def test_ods_amounts_are_written_to_the_cent_and_not_computed_from_floats() -> None:
    rows = tuple((None, None, cents, None) for cents in (10, -29, 115, 99_999_999_999))
    written = re.findall(r'office:value="([^"]*)"', parts_of(to_ods(a_sheet(rows=rows)))["content.xml"])
    assert written == ["0.10", "-0.29", "1.15", "999999999.99"]


@pytest.mark.parametrize("values", [{"rows": (("x", DAY, 1),)}, {"totals": ("Total",)}])
def test_a_row_that_lacks_a_cell_is_an_error(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="4 cells"):
        a_sheet(**values)


@pytest.mark.parametrize("write", [to_csv, to_xlsx, to_ods])
def test_an_empty_sheet_has_its_head(write: Callable[[Sheet], bytes]) -> None:
    data = write(a_sheet())
    cells = read_csv(data) if write is to_csv else read_cells(data)
    assert cells == [["Libellé", "Date", "Montant", "Nombre"]]


@pytest.mark.parametrize("write", [to_csv, to_xlsx, to_ods])
def test_the_same_sheet_gives_the_same_bytes(write: Callable[[Sheet], bytes]) -> None:
    sheet = a_sheet(*ODD, totals=("Total", None, 1, 1))
    assert write(sheet) == write(sheet)


# ---- Texts


@pytest.mark.parametrize("write", [to_xlsx, to_ods])
def test_no_text_is_a_formula(write: Callable[[Sheet], bytes]) -> None:
    head = tuple(Column(text) for text in COMPUTED)
    rows = (tuple(COMPUTED), tuple(COMPUTED))
    data = write(Sheet("=1+1", head, rows, tuple(COMPUTED)))
    assert not is_computed(data)
    assert read_cells(data) == [[one_line(text) for text in COMPUTED]] * 4


@pytest.mark.parametrize("text", COMPUTED)
def test_csv_shows_what_would_be_computed(text: str) -> None:
    rows = read_csv(to_csv(Sheet("x", (Column(text),), ((text,),), (text,))))
    shown = one_line(text) if text.startswith("{") else f"'{one_line(text)}"
    assert rows == [[shown]] * 3


@pytest.mark.parametrize("write", [to_xlsx, to_ods])
@pytest.mark.parametrize("text", ODD)
def test_a_text_comes_back_as_it_was(write: Callable[[Sheet], bytes], text: str) -> None:
    data = write(a_sheet(text))
    # XlsxWriter would copy this one as raw XML: a space at its end keeps it a text.
    more = " " if write is to_xlsx and text.endswith("</r>") else ""
    assert read_cells(data)[1] == [text + more, DAY, -1234.56, 7]
    assert not is_computed(data)


@pytest.mark.parametrize("text", ODD)
def test_csv_keeps_a_text_in_its_cell(text: str) -> None:
    assert read_csv(to_csv(a_sheet(text)))[1] == [text, "01/09/2024", "-1234,56", "7"]


def test_what_xml_refuses_is_left_out() -> None:
    sheet = a_sheet(ILLEGAL, "a\tb\r\nc")
    for write in (to_xlsx, to_ods):
        assert [row[0] for row in read_cells(write(sheet))[1:]] == ["abc  defgh", "a b  c"]
    assert [row[0] for row in read_csv(to_csv(sheet))[1:]] == ["abc  defgh", "a b  c"]


@pytest.mark.parametrize("write", [to_xlsx, to_ods])
def test_every_part_is_well_formed(write: Callable[[Sheet], bytes]) -> None:
    sheet = a_sheet(*COMPUTED, *ODD, ILLEGAL, title=ILLEGAL + "'\"<&[]:*?/\\", totals=("<&", None, 1, 1))
    parts = parts_of(write(sheet))
    for name, part in parts.items():
        if name != "mimetype":
            parsed(part)
    assert len(parts) >= 5


def test_what_reads_formulas_would_see_one() -> None:
    """Negative control: the same text written as XlsxWriter does by itself, and as OpenDocument allows."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet().write(0, 0, "=1+1")
    assert is_computed(file.getvalue())
    ods = io.BytesIO()
    with zipfile.ZipFile(ods, "w") as archive:
        archive.writestr("content.xml", '<table:table-cell table:formula="of:=1+1"/>')
    assert is_computed(ods.getvalue())


def test_the_reading_back_of_csv_notices_a_bare_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control."""
    monkeypatch.setattr(sheets, "_FORMULA_SIGNS", "")
    with pytest.raises(AssertionError):
        test_csv_shows_what_would_be_computed("=1+1")


def test_raw_xml_in_a_text_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: without the space, XlsxWriter copies the text into the file's own XML."""
    monkeypatch.setattr(sheets, "_excel_text", sheets.plain)
    with pytest.raises(ElementTree.ParseError):
        parsed(parts_of(to_xlsx(a_sheet("<r></si></sst></r>")))["xl/sharedStrings.xml"])


# ---- What the programs ask for


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Cahier 2024-2025", "Cahier 2024-2025"), ("a[b]c:d*e?f/g\\h", "a b c d e f g h"), ("x" * 40, "x" * 31),
        ("😀" * 40, "😀" * 15), ("'quoted'", "quoted"), ("", "Feuille"), ("'", "Feuille"), ("History", "Feuille"),
        ("\x00\x07", "Feuille"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("write", [to_xlsx, to_ods])
def test_the_name_of_the_sheet_is_one_that_excel_takes(write: Callable[[Sheet], bytes], title: str, name: str) -> None:
    assert load_workbook(io.BytesIO(write(a_sheet("x", title=title)))).sheet_names == [name]


def test_xlsx_keeps_its_head_in_sight_and_its_formats() -> None:
    parts = parts_of(to_xlsx(a_sheet("x")))
    assert '<pane ySplit="1"' in parts[CONTENT[0]]
    assert 'state="frozen"' in parts[CONTENT[0]]
    # The quote prefix keeps a text a text when it is edited.
    assert 'formatCode="#,##0.00"' in parts["xl/styles.xml"]
    assert 'formatCode="dd/mm/yyyy"' in parts["xl/styles.xml"]
    assert 'quotePrefix="1"' in parts["xl/styles.xml"]


def test_columns_are_as_wide_as_their_texts_up_to_a_limit() -> None:
    for length, least, most in ((1, 8, 9), (20, 21, 22), (300, 50, 51)):
        page = parts_of(to_xlsx(a_sheet("x", "y" * length)))[CONTENT[0]]
        first = re.search(r'<col [^>]*width="([\d.]+)"', page)
        assert first is not None
        assert least <= float(first[1]) <= most


def test_ods_begins_with_its_type_and_lists_its_parts() -> None:
    data = to_ods(a_sheet("x"))
    assert data[30:].startswith(b"mimetype" + sheets.ODS_TYPE.encode())
    parts = parts_of(data)
    listed = re.findall('full-path="([^"]*)"', parts["META-INF/manifest.xml"])
    assert {"mimetype", "META-INF/manifest.xml", *listed} - {"/"} == set(parts)
    for name in ("content.xml", "styles.xml", "settings.xml"):
        assert 'office:version="1.3"' in parts[name]


def test_ods_keeps_its_head_in_sight_and_repeats_it_on_paper() -> None:
    parts = parts_of(to_ods(a_sheet("x", title="L'école")))
    assert '<config:config-item config:name="VerticalSplitMode" config:type="short">2<' in parts["settings.xml"]
    assert 'config:name="L\'école"' in parts["settings.xml"]
    assert parts["content.xml"].count("<table:table-header-rows>") == 1


def test_a_long_book_is_written_and_read_back() -> None:
    sheet = a_sheet(*(f"Écriture {number}" for number in range(1_000)))
    for write in (to_xlsx, to_ods):
        assert len(read_cells(write(sheet))) == 1_001
