"""Sheets as files to take away: CSV as French spreadsheets read it, XLSX and ODS.

What people typed is never a formula in any of them: neither when the file opens, nor when a cell is edited again.
The same sheet always gives the same bytes.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from textwrap import wrap
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter

from retkoop.characters import is_writable
from retkoop.money import to_archive
from retkoop.school_year import french_date
from retkoop.sheet import AMOUNT, DATE, NUMBER, TEXT, Cell, Row, Sheet

CSV_TYPE = "text/csv"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"

_EPOCH = (1980, 1, 1, 0, 0, 0)
_FORMULA_SIGNS = "=+-@"
# Excel refuses these in the name of a sheet, and names beyond 31 UTF-16 units.
_REFUSED_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME = 31
_WIDTHS = {DATE: 12, AMOUNT: 15, NUMBER: 10}
_NARROWEST, _WIDEST = 8, 50
_POINTS_PER_LINE = 15


def plain(text: str) -> str:
    """Make a text one line that every program can store: no control character, nothing that XML refuses."""
    return "".join(" " if char.isspace() else char for char in text if _is_kept(char))


def _is_kept(char: str) -> bool:
    if char.isspace():
        return True
    return is_writable(char)


def _shown(kind: str, cell: Cell) -> str:
    """Write a cell as a French reader sees it: `-1234,56`, `07/05/2021`."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return french_date(cell)
    if isinstance(cell, int):
        return to_archive(cell).replace(".", ",") if kind == AMOUNT else str(cell)
    return plain(cell)


def _typed(sheet: Sheet, row: Row) -> Iterator[tuple[str, Cell]]:
    """Give each cell with its kind; a text among amounts (« Total ») is a text."""
    for column, cell in zip(sheet.columns, row, strict=True):
        yield TEXT if isinstance(cell, str) else column.kind, cell


def _lines(sheet: Sheet) -> tuple[Row, ...]:
    return sheet.rows if sheet.totals is None else (*sheet.rows, sheet.totals)


def _width(sheet: Sheet, place: int) -> int:
    """Give the width of a column in characters: its texts are seen whole, up to a limit."""
    kind = sheet.columns[place].kind
    if kind in _WIDTHS:
        return _WIDTHS[kind]
    longest = max((len(_shown(kind, row[place])) for row in _lines(sheet)), default=0)
    return min(max(longest + 1, _NARROWEST), _WIDEST)


def _head_lines(sheet: Sheet) -> int:
    """Give how many lines the head takes within the widths of its columns: not every program counts them."""
    wrapped = (wrap(column.head, _width(sheet, place) - 1) for place, column in enumerate(sheet.columns))
    return max((len(lines) for lines in wrapped), default=1)


# ---- CSV


def to_csv(sheet: Sheet) -> bytes:
    """Write `;`, UTF-8 with its mark, CRLF, decimal commas and dates as JJ/MM/AAAA."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow([_harmless(column.head) for column in sheet.columns])
    for row in _lines(sheet):
        writer.writerow(
            [_harmless(cell) if isinstance(cell, str) else _shown(kind, cell) for kind, cell in _typed(sheet, row)]
        )
    return file.getvalue().encode("utf-8-sig")


def _harmless(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would compute, whatever invisible precedes its sign.

    Full-width signs are folded: some programs compute them too.
    """
    cleaned = plain(text)
    seen = (char for char in cleaned if unicodedata.category(char) not in ("Cf", "Zs"))
    sign = unicodedata.normalize("NFKC", next(seen, ""))[:1]
    return f"'{cleaned}" if sign and sign in _FORMULA_SIGNS else cleaned


# ---- XLSX


def to_xlsx(sheet: Sheet) -> bytes:
    """Write one sheet, its head in sight while scrolling and repeated on paper."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"title": plain(sheet.title), "created": datetime(*_EPOCH)})  # noqa: DTZ001 no clock here
        _fill(book, book.add_worksheet(_sheet_name(sheet.title)), sheet)
    return file.getvalue()


def _sheet_name(title: str) -> str:
    """Give the title within Excel's rules for the name of a sheet."""
    name = _REFUSED_IN_NAMES.sub(" ", plain(title))
    while len(name.encode("utf-16-le")) > 2 * _LONGEST_NAME:
        name = name[:-1]
    name = name.strip(" '")
    return name if name and name.casefold() != "history" else "Feuille"


def _fill(book: Any, page: Any, sheet: Sheet) -> None:
    page.set_row(0, _POINTS_PER_LINE * _head_lines(sheet))
    head = book.add_format(
        {"bold": True, "text_wrap": True, "align": "center", "valign": "top", "bottom": 1, "quote_prefix": True}
    )
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, _width(sheet, place))
        page.write_string(0, place, _excel_text(column.head), head)
    usual, total = _formats(book), _formats(book, bold=True, top=1)
    for number, row in enumerate(_lines(sheet), 1):
        formats = total if row is sheet.totals else usual
        for place, (kind, cell) in enumerate(_typed(sheet, row)):
            _write(page, (number, place), cell, kind, formats[kind])
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(2, 0)  # a double page, as wide as the paper book's
    # « 01 » and cheque numbers are texts on purpose: no green corner on them.
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})


def _formats(book: Any, **more: Any) -> dict[str, Any]:
    """Give the format of each kind; the quote prefix keeps a text a text after it was edited."""
    kinds: dict[str, dict[str, Any]] = {
        TEXT: {"quote_prefix": True},
        DATE: {"num_format": "dd/mm/yyyy", "align": "center"},
        AMOUNT: {"num_format": "#,##0.00"},
        NUMBER: {},
    }
    return {kind: book.add_format({**properties, **more}) for kind, properties in kinds.items()}


def _write(page: Any, place: tuple[int, int], cell: Cell, kind: str, style: Any) -> None:
    if cell is None or cell == "":
        page.write_blank(*place, None, style)
    elif isinstance(cell, str):
        page.write_string(*place, _excel_text(cell), style)
    elif isinstance(cell, date):
        page.write_datetime(*place, cell, style)
    else:
        page.write_number(*place, cell / 100 if kind == AMOUNT else cell, style)


def _excel_text(text: str) -> str:
    """Keep XlsxWriter from taking a text for rich text, whose XML it copies as it is."""
    cleaned = plain(text)
    return f"{cleaned} " if cleaned.endswith("</r>") else cleaned


# ---- ODS


def to_ods(sheet: Sheet) -> bytes:
    """Write the same sheet as an OpenDocument spreadsheet."""
    name = quoteattr(_sheet_name(sheet.title))
    parts = {
        "content.xml": _content(sheet, name),
        "styles.xml": _STYLES,
        "settings.xml": _SETTINGS.replace("NAME", name),
        "META-INF/manifest.xml": _MANIFEST,
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        # The type comes first and bare: programs recognise the file by its first bytes.
        archive.writestr(zipfile.ZipInfo("mimetype", _EPOCH), ODS_TYPE, zipfile.ZIP_STORED)
        for path, part in parts.items():
            archive.writestr(zipfile.ZipInfo(path, _EPOCH), _XML + part, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _content(sheet: Sheet, name: str) -> str:
    widths = [_width(sheet, place) for place in range(len(sheet.columns))]
    styles = "".join(_COLUMN_STYLE.format(width=width, mm=2 * width + 2) for width in sorted(set(widths)))
    columns = "".join(f'<table:table-column table:style-name="w{width}"/>' for width in widths)
    head = _ods_row(_ods_text(column.head, "head") for column in sheet.columns)
    rows = "".join(_ods_row(_ods_cells(sheet, row)) for row in _lines(sheet))
    return (
        f"<office:document-content {_VERSION}><office:automatic-styles>{_CELL_STYLES}{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet><table:table table:name={name}>{columns}"
        f"<table:table-header-rows>{head}</table:table-header-rows>{rows}"
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )


def _ods_row(cells: Iterable[str]) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def _ods_cells(sheet: Sheet, row: Row) -> Iterator[str]:
    suffix = "-total" if row is sheet.totals else ""
    for kind, cell in _typed(sheet, row):
        yield _ods_text(cell, kind + suffix) if isinstance(cell, str) else _ods_value(kind, cell, kind + suffix)


def _ods_text(text: str, style: str) -> str:
    # A reader folds several spaces into one, and drops the first and last ones.
    spaced = re.sub("^ +| {2,}| +$", lambda run: f'<text:s text:c="{len(run[0])}"/>', escape(plain(text)))
    return _ods_cell(style, 'office:value-type="string"', spaced)


def _ods_value(kind: str, cell: date | int | None, style: str) -> str:
    if cell is None:
        return f'<table:table-cell table:style-name="{style}"/>'
    if isinstance(cell, date):
        value = f'office:value-type="date" office:date-value="{cell.isoformat()}"'
    else:
        value = f'office:value-type="float" office:value="{to_archive(cell) if kind == AMOUNT else cell}"'
    return _ods_cell(style, value, _shown(kind, cell))


def _ods_cell(style: str, value: str, shown: str) -> str:
    return f'<table:table-cell table:style-name="{style}" {value}><text:p>{shown}</text:p></table:table-cell>'


_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_URN = "urn:oasis:names:tc:opendocument:xmlns"
_VERSION = (
    f'xmlns:office="{_URN}:office:1.0" xmlns:table="{_URN}:table:1.0" xmlns:text="{_URN}:text:1.0" '
    f'xmlns:style="{_URN}:style:1.0" xmlns:number="{_URN}:datastyle:1.0" xmlns:config="{_URN}:config:1.0" '
    f'xmlns:fo="{_URN}:xsl-fo-compatible:1.0" xmlns:ooo="http://openoffice.org/2004/office" office:version="1.3"'
)
_MANIFEST = (
    f'<manifest:manifest xmlns:manifest="{_URN}:manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{ODS_TYPE}"/>'
    + "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="text/xml"/>'
        for path in ("content.xml", "styles.xml", "settings.xml")
    )
    + "</manifest:manifest>"
)
# A4 lying on its side, two pages wide.
_STYLES = (
    f"<office:document-styles {_VERSION}><office:automatic-styles>"
    '<style:page-layout style:name="page"><style:page-layout-properties fo:page-width="29.7cm" fo:page-height="21cm" '
    'style:print-orientation="landscape" style:scale-to-X="2" style:scale-to-Y="0"/></style:page-layout>'
    "</office:automatic-styles><office:master-styles>"
    '<style:master-page style:name="Default" style:page-layout-name="page"/>'
    "</office:master-styles></office:document-styles>"
)
# The head stays in sight: the first row is cut off from what scrolls (mode 2 is « frozen »).
_SETTINGS = (
    f"<office:document-settings {_VERSION}><office:settings>"
    '<config:config-item-set config:name="ooo:view-settings"><config:config-item-map-indexed config:name="Views">'
    '<config:config-item-map-entry><config:config-item config:name="ViewId" config:type="string">view1'
    '</config:config-item><config:config-item-map-named config:name="Tables"><config:config-item-map-entry '
    "config:name=NAME>"
    + "".join(
        f'<config:config-item config:name="{name}" config:type="{kind}">{value}</config:config-item>'
        for name, kind, value in (
            ("VerticalSplitMode", "short", 2), ("VerticalSplitPosition", "int", 1),
            ("ActiveSplitRange", "short", 2), ("PositionBottom", "int", 1),
        )
    )
    + "</config:config-item-map-entry></config:config-item-map-named></config:config-item-map-entry>"
    "</config:config-item-map-indexed></config:config-item-set></office:settings></office:document-settings>"
)  # fmt: skip
_COLUMN_STYLE = (
    '<style:style style:name="w{width}" style:family="table-column">'
    '<style:table-column-properties style:column-width="{mm}mm"/></style:style>'
)
_CENTRED = '<style:paragraph-properties fo:text-align="center"/>'
_BOLD = '<style:text-properties fo:font-weight="bold"/>'
_CELL_STYLES = (
    '<number:text-style style:name="n-text"><number:text-content/></number:text-style>'
    '<number:number-style style:name="n-number"><number:number number:decimal-places="0" '
    'number:min-integer-digits="1"/></number:number-style>'
    '<number:number-style style:name="n-amount"><number:number number:decimal-places="2" '
    'number:min-decimal-places="2" number:min-integer-digits="1" number:grouping="true"/></number:number-style>'
    '<number:date-style style:name="n-date"><number:day number:style="long"/><number:text>/</number:text>'
    '<number:month number:style="long"/><number:text>/</number:text><number:year number:style="long"/>'
    "</number:date-style>"
    '<style:style style:name="head" style:family="table-cell" style:data-style-name="n-text">'
    '<style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top" '
    f'fo:border-bottom="0.5pt solid #000000"/>{_CENTRED}{_BOLD}</style:style>'
    + "".join(
        f'<style:style style:name="{kind}" style:family="table-cell" style:data-style-name="n-{kind}">'
        f"{placed}</style:style>"
        f'<style:style style:name="{kind}-total" style:family="table-cell" style:data-style-name="n-{kind}">'
        f'<style:table-cell-properties fo:border-top="0.5pt solid #000000"/>{placed}{_BOLD}</style:style>'
        for kind, placed in ((TEXT, ""), (DATE, _CENTRED), (AMOUNT, ""), (NUMBER, ""))
    )
)
