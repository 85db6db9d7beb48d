"""PURE. How far the cells of a workbook reach, told before it is opened: its reader lays the whole rectangle out."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator

# Rows times columns up to the last cell that says something, and cells in the file.
MOST_CELLS = 3_000_000
_MOST_WRITTEN = 300_000
_CHUNK, _LONGEST_TAG = 1 << 16, 1 << 12
_TAGS = re.compile(rb"<(/?)(?:[\w.-]{1,20}:)?(row|c|table|table-row|table-cell|covered-table-cell)(?=[\s/>])([^<>]*)>")
_PLACE = re.compile(rb"(?:^|\s)r\s*=\s*[\"']([A-Za-z]{0,4})(\d{1,10})[\"']")
_REPEATED = re.compile(rb"number-(?:rows|columns)-repeated\s*=\s*[\"'](\d{1,12})[\"']")
_BINARY = "xl/workbook.bin"
Tag = tuple[bool, bytes, bytes]


def is_too_large(archive: zipfile.ZipFile) -> bool:
    """Tell whether a sheet of a workbook (.xlsx, .ods) reaches too far; a binary sheet is never looked into."""
    for member in archive.infolist():
        name = member.filename.lower()
        if name == _BINARY:
            return True
        # A workbook may keep its sheets under any name.
        reaches = _repeats_far if name == "content.xml" else _reaches_far
        if reaches(_tags(archive, member)):
            return True
    return False


def _tags(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[Tag]:
    """Give the tags of rows and cells: whether they end, their name, their attributes."""
    rest = b""
    with archive.open(member) as opened:
        while chunk := opened.read(_CHUNK):
            text = rest + chunk
            end = 0
            for found in _TAGS.finditer(text):
                end = found.end()
                yield bool(found[1]), found[2], found[3]
            cut = text.rfind(b"<", end)
            rest = text[cut:][:_LONGEST_TAG] if cut >= 0 else b""


def _reaches_far(tags: Iterator[Tag]) -> bool:
    row = column = most_row = most_column = count = 0
    for is_end, name, attributes in tags:
        if is_end or name not in (b"row", b"c"):
            continue
        place = _PLACE.search(attributes)
        if name == b"row":
            row, column = int(place[2]) if place and not place[1] else row + 1, 0
            continue
        count += 1
        column = _column(place[1]) if place and place[1] else column + 1
        most_row, most_column = max(most_row, int(place[2]) if place and place[1] else row), max(most_column, column)
        if most_row * most_column > MOST_CELLS or count > _MOST_WRITTEN:
            return True
    return False


def _column(letters: bytes) -> int:
    column = 0
    for letter in letters.upper():
        column = column * 26 + letter - 64
    return column


def _repeats_far(tags: Iterator[Tag]) -> bool:
    """Tell it of an OpenDocument, where one tag stands for many; what says nothing at the end does not count."""
    height = width = reached = most_width = count = 0
    for is_end, name, attributes in tags:
        found = _REPEATED.search(attributes)
        times = int(found[1]) if found else 1
        if is_end:
            continue
        if name == b"table":
            height = width = reached = most_width = 0
        elif name == b"table-row":
            height, width = height + times, 0
        elif name.endswith(b"cell"):
            count, width = count + 1, width + times
            if b"value-type" in attributes or not attributes.rstrip().endswith(b"/"):
                reached, most_width = height, max(most_width, width)
        if reached * most_width > MOST_CELLS or count > _MOST_WRITTEN:
            return True
    return False
