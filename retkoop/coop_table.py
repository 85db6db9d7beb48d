"""PURE. A table that people sent, CSV or spreadsheet, recognised by its content: rows of texts, each with its line."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from retkoop import workbook_size
from retkoop.characters import visible, writable

LARGEST_FILE = 4_000_000
MOST_LINES = 3_000
MOST_COLUMNS = 60
_LARGEST_UNPACKED = 60_000_000
_SEPARATORS = ";\t,"


class Unreadable(ValueError):
    """The file is no table; the message is a French sentence, `line` the place when it is known."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


class TextRow(NamedTuple):
    """A row as texts, and the line of the file where it begins."""

    line: int
    cells: tuple[str, ...]


def read_table(data: bytes) -> list[TextRow]:
    """Read every row that says something, the head included; raises Unreadable."""
    if len(data) > LARGEST_FILE:
        raise Unreadable(f"Ce fichier est trop lourd : {LARGEST_FILE // 1_000_000} Mo au plus.")
    rows: list[TextRow] = []
    for row in _spreadsheet(data) if data[:4] == b"PK\x03\x04" else _csv(data):
        if not any(row.cells):
            continue
        if len(rows) > MOST_LINES:
            raise Unreadable(f"Ce fichier a plus de {MOST_LINES} lignes : coupez-le en plusieurs.", row.line)
        if len(row.cells) > MOST_COLUMNS:
            raise Unreadable(f"Cette ligne a plus de {MOST_COLUMNS} colonnes.", row.line)
        rows.append(row)
    if not rows:
        raise Unreadable("Ce fichier est vide.")
    return rows


def _decoded(data: bytes) -> str:
    """Read UTF-8, with its mark or without, else what Excel writes on a French Windows."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Unreadable("Ce fichier n’est ni un CSV ni un classeur Excel : enregistrez-le sous l’un de ces formats.")


def _csv(data: bytes) -> Iterator[TextRow]:
    text = _decoded(data)
    head = text.lstrip("\r\n").partition("\n")[0]
    separator = max(_SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            yield TextRow(line, _trimmed([_text(cell) for cell in cells]))
            line = reader.line_num + 1
    except csv.Error:
        raise Unreadable("Un guillemet ouvert n’est pas refermé dans cette ligne.", line) from None


def _trimmed(cells: list[str]) -> tuple[str, ...]:
    """Leave out the empty cells at the end, which spreadsheets add."""
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def _text(cell: str) -> str:
    """Give what a cell says on one line; an apostrophe that kept it from being a formula is not part of it."""
    one_line = " ".join(visible(writable(" ".join(cell.split()))).split())
    return one_line[1:] if one_line[:1] == "'" and one_line[1:2] in tuple("=+-@") else one_line


def _spreadsheet(data: bytes) -> Iterator[TextRow]:
    from python_calamine import CalamineError, CalamineWorkbook

    _refuse_bomb(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheet = book.get_sheet_by_index(0)
        if sheet.total_height > 50 * MOST_LINES or sheet.total_width > 50 * MOST_COLUMNS:
            raise Unreadable("La première feuille de ce classeur est trop grande.")
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, IndexError, OSError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("Ce classeur n’a pas pu être lu : enregistrez-le de nouveau, en .xlsx ou en .csv.") from None
    for line, cells in enumerate(rows, 1):
        yield TextRow(line, _trimmed([_text(_told(cell)) for cell in cells]))


def _refuse_bomb(data: bytes) -> None:
    """Refuse a small file that unpacks into a huge one, or whose cells reach so far that it would fill the memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            far = unpacked <= _LARGEST_UNPACKED and workbook_size.is_too_large(archive)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, EOFError, NotImplementedError):
        raise Unreadable("Ce classeur est abîmé.") from None
    if far:
        raise Unreadable("Une feuille de ce classeur va trop loin : enregistrez en .xlsx ou en .csv les lignes seules.")
    if unpacked > _LARGEST_UNPACKED:
        raise Unreadable("Ce classeur est trop grand une fois ouvert.")


def _told(cell: object) -> str:
    """Write a cell as its author reads it."""
    if isinstance(cell, bool):
        return "oui" if cell else "non"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(round(cell, 6))
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return str(cell)
