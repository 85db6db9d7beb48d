"""PURE. The cahier by project, by account or by month: one table per group, cut into pages that never overflow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import NamedTuple

from retkoop import reports
from retkoop.chart import Account
from retkoop.facts import Entry, YearFacts
from retkoop.ledger_page import month_of
from retkoop.ledger_search import plainly
from retkoop.paper import Room, Words, lines_of, room_of, words_of
from retkoop.project_reports import WITHOUT_PROJECT
from retkoop.school_year import month_name

PROJECT, ACCOUNT, MONTH = "projet", "compte", "mois"
UNALLOCATED = "À ventiler"
# Lines of text of a page, and those of a table besides its rows: title and head; total and the space after it.
LINES = 41
HEAD, FOOT = 2, 2
_TITLE = 8_000
# Millimetres: PJ, date, label, cheque, project and accounts; then the sums of a line.
WORDS = (11.0, 15.8, 88.2, 16.0, 36.0)
ROOM = Room(*(room_of(WORDS[place]) for place in (0, 2, 3, 4)))


class Sums(NamedTuple):
    """What a row, a group or the whole comes to, in cents: bank + cash + régie = income − expenses + gap.

    `red` counts the lines to be allocated: what they lack may come to nothing.
    """

    bank: int = 0
    cash: int = 0
    advance: int = 0
    income: int = 0
    expenses: int = 0
    gap: int = 0
    red: int = 0


class GroupLine(NamedTuple):
    """An entry in a group, or the part of it that belongs there."""

    entry: Entry
    words: Words
    sums: Sums


@dataclass(frozen=True, slots=True)
class Group:
    """The entries that go together."""

    title: str
    lines: tuple[GroupLine, ...]

    @property
    def sums(self) -> Sums:
        """Add the group up."""
        return total(line.sums for line in self.lines)


class Piece(NamedTuple):
    """What one page shows of a group: the first piece bears its title, the last one its total."""

    group: Group
    lines: tuple[GroupLine, ...]
    begins: bool
    ends: bool


class Column(NamedTuple):
    """A column of amounts: its name, its place in Sums, and whether it shows a movement with its sign."""

    name: str
    place: int
    signed: bool


_COLUMNS = (
    Column("Banque", 0, True), Column("Caisse", 1, True), Column("Régie", 2, True), Column("Produits", 3, False),
    Column("Charges", 4, False), Column("À ventiler", 5, True),
)  # fmt: skip


def columns(grouping: str) -> tuple[Column, ...]:
    """Give the columns of a grouping: an account's part of an entry says nothing of the treasury."""
    return _COLUMNS[3:] if grouping == ACCOUNT else _COLUMNS


def total(rows: Iterable[Sums]) -> Sums:
    """Add sums up, column by column."""
    return Sums(*map(sum, zip(Sums(), *rows, strict=True)))


def by_project(facts: YearFacts) -> tuple[Group, ...]:
    """Gather the entries by project in alphabetical order; those that have none come last."""
    names = sorted({entry.project for entry in facts.entries if entry.project}, key=_alphabetical)
    gathered = ((name, [entry for entry in facts.entries if entry.project == name]) for name in (*names, None))
    return _groups(
        (name or WITHOUT_PROJECT, [_line(entry, _sums(facts, entry), _accounts(facts, entry)) for entry in entries])
        for name, entries in gathered
    )


def by_month(facts: YearFacts) -> tuple[Group, ...]:
    """Gather the entries by month, in the order of the cahier."""
    months = groupby(facts.entries, key=lambda entry: month_of(entry.day))
    return _groups(
        (
            month_name(month),
            [_line(e, _sums(facts, e), e.project or "", _accounts(facts, e)) for e in entries],
        )
        for month, entries in months
    )


def by_account(facts: YearFacts) -> tuple[Group, ...]:
    """Gather what was allocated by account in the chart's order, then what is still to be allocated."""
    red = [_line(entry, Sums(gap=gap, red=1), entry.project or "") for entry, gap in reports.red_entries(facts)]
    accounts = ((f"{account.short} {account.label}", list(_parts(facts, account))) for account in facts.chart)
    return _groups((*accounts, (UNALLOCATED, red)))


GROUPINGS: dict[str, Callable[[YearFacts], tuple[Group, ...]]] = {
    PROJECT: by_project, ACCOUNT: by_account, MONTH: by_month,
}  # fmt: skip


def _alphabetical(name: str) -> tuple[str, str]:
    """Put É beside E."""
    return plainly(name), name


def _groups(named: Iterable[tuple[str, list[GroupLine]]]) -> tuple[Group, ...]:
    return tuple(Group(lines_of(title, _TITLE, 1)[0], tuple(lines)) for title, lines in named if lines)


def _line(entry: Entry, sums: Sums, *about: str) -> GroupLine:
    return GroupLine(entry, words_of(entry, ROOM, *about, f"régie {entry.advance}" if entry.advance else ""), sums)


def _accounts(facts: YearFacts, entry: Entry) -> str:
    return " ".join(facts.chart[line.account].short for line in entry.allocations)


def _sums(facts: YearFacts, entry: Entry) -> Sums:
    expenses, income = reports.spent_and_earned(entry.allocations, facts.chart)
    gap = reports.unallocated(entry, facts.chart)
    return Sums(entry.bank, entry.cash, entry.advance_amount, income, expenses, gap, int(bool(gap)))


def _parts(facts: YearFacts, account: Account) -> Iterator[GroupLine]:
    """Give what each entry allocates to an account."""
    for entry in facts.entries:
        mine = reports.by_account(entry.allocations).get(account.code)
        if mine is not None:
            sums = Sums(expenses=mine) if account.is_expense else Sums(income=mine)
            yield _line(entry, sums, entry.project or "")


def pages(groups: Iterable[Group]) -> tuple[tuple[Piece, ...], ...]:
    """Deal groups out to pages; a group goes on to the next page when its lines do not fit."""
    cut: list[list[Piece]] = [[]]
    left = LINES
    for group in groups:
        rest = group.lines
        while rest:
            fitting = _fitting(rest, left - HEAD - FOOT)
            if not fitting:
                cut.append([])
                left = LINES
                continue
            cut[-1].append(Piece(group, rest[:fitting], rest is group.lines, fitting == len(rest)))
            left -= HEAD + FOOT + sum(line.words.height for line in rest[:fitting])
            rest = rest[fitting:]
    return tuple(map(tuple, cut))


def summaries(groups: Sequence[Group]) -> tuple[tuple[Group, ...], ...]:
    """Deal the groups out to the pages that list them with their totals; there is always one."""
    starts = range(0, max(len(groups), 1), LINES - HEAD - FOOT)
    return tuple(tuple(groups[start : start + LINES - HEAD - FOOT]) for start in starts)


def _fitting(lines: tuple[GroupLine, ...], room: int) -> int:
    """Give how many of the first lines there is room for."""
    used = accumulate(line.words.height for line in lines)
    return sum(1 for height in used if height <= room)
