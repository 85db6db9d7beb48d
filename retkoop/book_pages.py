"""PURE. The cahier as the OCCE's double page: operations on the left, their allocation on the right.

A double page is cut when its lines are used up, so that the totals carried from page to page are known beforehand,
and that the pages of one book can be laid out side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from retkoop import reports
from retkoop.chart import Chart
from retkoop.facts import PriorOperation, YearFacts
from retkoop.paper import WIDTH, Room, Words, head_room_of, lines_of, room_of, words_of, words_of_prior
from retkoop.reports import LedgerLine

# Lines of text of a page, besides « Report » and « À reporter »; print-book.css has their height.
LINES = 34
# What the title and the head of the table of last year's operations take, and the space after it.
PRIORS_HEAD = 3
HEAD_LINES = 6
# Millimetres. Left: PJ, date, label, cheque, project; régie, bank and cash in and out; both balances; ticked on.
OPERATIONS = (11.0, 15.8, 66.8, 16.0, 27.0, *[16.3] * 6, 17.3, 17.3, 12.0)
ROOM = Room(*(room_of(OPERATIONS[place]) for place in (0, 2, 3, 4)))


def allocation_columns(accounts: int) -> tuple[float, ...]:
    """Give the columns of the right page in millimetres: PJ and date, one per account, what is to be allocated."""
    first, last = 26.6, OPERATIONS[-2]
    return (first, *[round((WIDTH - first - last) / accounts, 3)] * accounts, last)


# A text, an amount in cents, or nothing: an empty text and no cents are the same.
Shown = str | int


class Moved(NamedTuple):
    """The six money columns of the left page, in cents, each counted as people write it: without a sign."""

    advance_out: int
    advance_back: int
    bank_in: int
    bank_out: int
    cash_in: int
    cash_out: int


class Totals(NamedTuple):
    """What is carried from page to page, in cents; `accounts` are in the chart's order."""

    moved: Moved
    bank: int
    cash: int
    accounts: tuple[int, ...]
    gap: int


@dataclass(frozen=True, slots=True)
class BookLine:
    """One entry on both pages."""

    line: LedgerLine
    words: Words
    moved: Moved
    accounts: tuple[int, ...]

    @property
    def height(self) -> int:
        """Give the number of lines of text that it takes."""
        return self.words.height


@dataclass(frozen=True, slots=True)
class PriorLine:
    """One operation of last year."""

    prior: PriorOperation
    words: Words

    @property
    def height(self) -> int:
        """Give the number of lines of text that it takes."""
        return self.words.height


@dataclass(frozen=True, slots=True)
class Spread:
    """A left page and its right page, between what was carried to them and what they carry on."""

    number: int
    of: int
    priors: tuple[PriorLine, ...]
    lines: tuple[BookLine, ...]
    before: Totals
    after: Totals

    @property
    def is_first(self) -> bool:
        """Tell whether it begins the book, with the report à nouveau."""
        return self.number == 1

    @property
    def is_last(self) -> bool:
        """Tell whether it ends the book, with the totals of the year."""
        return self.number == self.of

    @property
    def offset(self) -> int:
        """Give how many lines of text stand above the operations."""
        return sum(line.height for line in self.priors) + PRIORS_HEAD if self.priors else 0


def spreads(facts: YearFacts) -> tuple[Spread, ...]:
    """Cut the cahier into double pages; an empty cahier has one."""
    cut = _cut([_prior_line(prior) for prior in facts.priors], _book_lines(facts))
    carried = _opening(facts)
    made = []
    for number, (priors, lines) in enumerate(cut, 1):
        after = _carried_on(carried, lines)
        made.append(Spread(number, len(cut), tuple(priors), tuple(lines), carried, after))
        carried = after
    return tuple(made)


def _cut(priors: Iterable[PriorLine], lines: Iterable[BookLine]) -> list[tuple[list[PriorLine], list[BookLine]]]:
    """Deal the rows out to double pages that never overflow: last year's operations first, then the entries."""
    cut: list[tuple[list[PriorLine], list[BookLine]]] = [([], [])]
    left = LINES
    for rank, prior in enumerate(priors):
        if rank == 0:
            left -= PRIORS_HEAD
        if prior.height > left:
            cut.append(([], []))
            left = LINES - PRIORS_HEAD
        cut[-1][0].append(prior)
        left -= prior.height
    for line in lines:
        if line.height > left:
            cut.append(([], []))
            left = LINES
        cut[-1][1].append(line)
        left -= line.height
    return cut


def _prior_line(prior: PriorOperation) -> PriorLine:
    return PriorLine(prior, words_of_prior(prior, ROOM))


def _book_lines(facts: YearFacts) -> list[BookLine]:
    codes = [account.code for account in facts.chart]
    return [_book_line(line, codes) for line in reports.ledger_lines(facts)]


def _book_line(line: LedgerLine, codes: Sequence[str]) -> BookLine:
    entry = line.entry
    sums = reports.by_account(entry.allocations)
    words = words_of(entry, ROOM, entry.project or "", f"régie {entry.advance}" if entry.advance else "")
    return BookLine(line, words, Moved(*reports.money_columns(entry)), tuple(sums.get(code, 0) for code in codes))


def _opening(facts: YearFacts) -> Totals:
    return Totals(Moved(0, 0, 0, 0, 0, 0), facts.opening.bank, facts.opening.cash, (0,) * len(facts.chart.accounts), 0)


def _carried_on(before: Totals, lines: Sequence[BookLine]) -> Totals:
    """Add the rows of a double page to what was carried to it."""
    if not lines:
        return before
    last = lines[-1].line
    moved = _added(before.moved, [line.moved for line in lines])
    accounts = _added(before.accounts, [line.accounts for line in lines])
    return Totals(Moved(*moved), last.bank, last.cash, accounts, before.gap + sum(line.line.gap for line in lines))


def _added(before: Sequence[int], rows: Sequence[Sequence[int]]) -> tuple[int, ...]:
    return tuple(map(sum, zip(before, *rows, strict=True)))


def allocation_heads(chart: Chart) -> tuple[tuple[str, ...], ...]:
    """Give the lines above each column of the right page: an account's are its short code and its label cut to fit."""
    width = head_room_of(allocation_columns(len(chart.accounts))[1])
    accounts = ((account.short, *lines_of(account.label, width, HEAD_LINES - 1)) for account in chart)
    return ("PJ et date",), *accounts, ("À ventiler",)


def cells(*columns: Sequence[Shown]) -> list[tuple[int, Shown]]:
    """Give the cells of a row as (columns, what is shown): empty neighbours make one cell, which is laid out faster."""
    made: list[tuple[int, Shown]] = []
    for shown in chain(*columns):
        if not shown and made and not made[-1][1]:
            made[-1] = (made[-1][0] + 1, 0)
        else:
            made.append((1, shown or 0))
    return made
