"""A printed table read back from the PDF: which text stands in which column of which row."""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import accumulate

_PAGE = re.compile(r"<page [^>]*>(.*?)</page>", re.DOTALL)
_WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>')
_POINTS = 72 / 25.4
_MARGIN = 8.0
_LINE = 4.5

Row = tuple[str, ...]


def pages_of(document: bytes, *columns: Sequence[float]) -> list[list[Row]]:
    """Give the rows of each page, its words put into columns of so many millimetres; `columns` serve pages in turn."""
    return [_rows(page, columns[number % len(columns)]) for number, page in enumerate(_pages(document))]


def _pages(document: bytes) -> Iterator[str]:
    command = ["pdftotext", "-bbox", "-", "-"]
    found = subprocess.run(command, input=document, stdout=subprocess.PIPE, check=True).stdout.decode()
    yield from _PAGE.findall(found)


def _rows(page: str, columns: Sequence[float]) -> list[Row]:
    """Gather the words of each line of the ruled page, then those of each column."""
    edges = list(accumulate(columns, initial=_MARGIN))
    lines: dict[int, list[tuple[float, int, str]]] = defaultdict(list)
    for left, top, right, bottom, text in _WORD.findall(page):
        middle = (float(left) + float(right)) / 2 / _POINTS
        place = sum(edge <= middle for edge in edges[1:-1])
        line = round((float(top) + float(bottom)) / 2 / _POINTS / _LINE * 2)
        lines[line].append((float(left), place, unescape(text)))
    return [_cells(sorted(words), len(columns)) for _, words in sorted(lines.items())]


def _cells(words: list[tuple[float, int, str]], number: int) -> Row:
    return tuple(" ".join(text for _, place, text in words if place == column) for column in range(number))
