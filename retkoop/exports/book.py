"""The ruled paper of the printed cahier, and the parts in which it is rendered."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple, TypeVar

from retkoop.book_pages import LINES, OPERATIONS, allocation_columns
from retkoop.chart import Chart
from retkoop.paper import WIDTH

# Millimetres; print-book.css has the same.
HEAD, LINE = 16.0, 4.5
# Pages of a part: its memory and time stay small, whatever the book.
_LARGEST = 12
# The columns of the régies (I and J), grey in the paper book.
_ADVANCES = (5, 6)

Page = TypeVar("Page")


class Ruling(NamedTuple):
    """A table's columns in millimetres, and the drawing of its lines that lies under its cells as SVG.

    One drawing per page takes the place of four borders per cell.
    """

    columns: tuple[float, ...]
    drawing: str


def operations_ruling() -> Ruling:
    """Rule the left page."""
    return _ruling(OPERATIONS, bold=(5, 7, 9, 11, 13), grey=_ADVANCES)


def allocation_ruling(chart: Chart) -> Ruling:
    """Rule the right page: a bold line between the accounts of class 6 and those of class 7."""
    accounts = len(chart.accounts)
    expenses = sum(account.is_expense for account in chart)
    return _ruling(allocation_columns(accounts), bold=(1, 1 + expenses, 1 + accounts))


def _ruling(columns: tuple[float, ...], bold: Sequence[int], grey: Sequence[int] = ()) -> Ruling:
    edges = [round(edge, 3) for edge in accumulate(columns, initial=0.0)]
    bottom = HEAD + LINE * (LINES + 2)
    rows = [0.0, *(round(HEAD + LINE * line, 3) for line in range(LINES + 3))]
    shaded = "".join(f"M{edges[n]} 0H{edges[n + 1]}V{bottom}H{edges[n]}Z" for n in grey)
    thin = "".join(f"M{x} 0V{bottom}" for x in edges) + "".join(f"M0 {y}H{WIDTH}" for y in rows)
    thick = "".join(f"M{edges[n]} 0V{bottom}" for n in bold)
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}mm" height="{bottom}mm" '
        f'viewBox="0 0 {WIDTH} {bottom}"><path fill="#e9e9e9" d="{shaded}"/>'
        f'<path fill="none" stroke="#aaa" stroke-width=".12" d="{thin}"/>'
        f'<path fill="none" stroke="#444" stroke-width=".25" d="{thick}"/></svg>'
    )
    return Ruling(columns, drawing)


def shared_out(pages: Sequence[Page], at_once: int) -> list[Sequence[Page]]:
    """Share pages out to parts of _LARGEST at most, so that `at_once` processes have as much to do each."""
    if len(pages) < 2 * at_once:
        return [pages]
    number = -(-len(pages) // (at_once * _LARGEST)) * at_once
    return [pages[start:end] for start, end in pairwise(len(pages) * rank // number for rank in range(number + 1))]
