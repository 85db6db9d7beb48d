"""PURE. The cahier as a grid: its columns, what its cells say, and what a person means by what is typed in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from retkoop.chart import Account, Chart
from retkoop.facts import Allocation, Entry, YearFacts
from retkoop.ledger_page import AUTOMATIC, CLASSIC, LedgerPage
from retkoop.ledger_search import Totals, plainly
from retkoop.money import format_amount
from retkoop.reports import LedgerLine, by_account, money_columns
from retkoop.school_year import SchoolYear, french_date

GRIDS = (CLASSIC, AUTOMATIC)
_DAY = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})(?:[/.\- ](\d{4}|\d{2}))?")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its letter in the paper book, its head, and the field that is typed in it (empty: none)."""

    letter: str
    head: str
    field: str = ""
    explained: str = ""


_BEFORE = (
    Column("A", "Projet", "projet"),
    Column("B", "PJ", "pj"),
    Column("C", "Pièce"),
    Column("D", "Date", "date"),
    Column("E", "Libellé", "libelle"),
    Column("F", "Chèque", "cheque"),
    Column("", "Classe", "regie"),
)
_MONEY = (
    Column("I", "Régie versée", "versee"),
    Column("J", "Régie rendue", "rendue", "ou justifiée"),
    Column("K", "Banque entrée", "banque_entree"),
    Column("O", "Banque sortie", "banque_sortie"),
    Column("Q", "Caisse entrée", "caisse_entree"),
    Column("R", "Caisse sortie", "caisse_sortie"),
)
_AFTER = (Column("", "Reste en banque"), Column("", "Reste en caisse"), Column("", "Relevé"))
_BY_ACCOUNT = Column("", "Compte", "parts")


def columns(mode: str, chart: Chart) -> tuple[Column, ...]:
    """Give the columns of a mode, in the order of the paper book; its own buttons come after them."""
    right = tuple(Column("", a.short, account_field(a.code), a.label) for a in chart) if mode == CLASSIC else ()
    return (*_BEFORE, *_MONEY, *_AFTER, *(right or (_BY_ACCOUNT,)))


def account_field(code: str) -> str:
    """Name the field of an account's column."""
    return f"compte_{code}"


# The name of a cell, for the phones that show each row as a card, and what it says; empty when there is nothing to say.
Cell = tuple[str, str]


@dataclass(frozen=True, slots=True)
class GridRow:
    """What one row of the grid says; `left` and `right` are its cells before and after the tick."""

    entry: Entry
    gap: int
    day: str
    left: tuple[Cell, ...]
    right: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A page of the cahier as a grid: heads, rows, and the sums of the rows shown."""

    mode: str
    columns: tuple[Column, ...]
    rows: tuple[GridRow, ...]
    brought: tuple[Cell, ...]
    sums: GridRow


def grid_of(page: LedgerPage, mode: str, chart: Chart) -> Grid:
    """Lay a page of the cahier out in the columns of a mode."""
    heads = columns(mode, chart)
    rows = tuple(grid_row(line, mode, chart) for line in page.lines)
    return Grid(mode, heads, rows, _left("", "", (), page.bank, page.cash), _sums(page.totals, mode, chart))


def grid_row(line: LedgerLine, mode: str, chart: Chart) -> GridRow:
    """Give the row of an entry."""
    entry = line.entry
    left = _left(entry.cheque, entry.advance or "", money_columns(entry), line.bank, line.cash)
    return GridRow(entry, line.gap, french_date(entry.day), left, _right(entry.allocations, mode, chart))


def _left(cheque: str, advance: str, moved: Sequence[int], bank: int | None, cash: int | None) -> tuple[Cell, ...]:
    amounts = [format_amount(cents) if cents else "" for cents in moved or (0,) * len(_MONEY)]
    balances = ["" if cents is None else format_amount(cents) for cents in (bank, cash)]
    heads = [column.head for column in (*_BEFORE[5:], *_MONEY, *_AFTER[:2])]
    return tuple(zip(heads, (cheque, advance, *amounts, *balances), strict=True))


def _right(parts: Sequence[Allocation], mode: str, chart: Chart) -> tuple[Cell, ...]:
    if mode == CLASSIC:
        sums = by_account(parts)
        return tuple((account_name(a), format_amount(sums[a.code]) if a.code in sums else "") for a in chart)
    if len(parts) == 1:
        return ((_BY_ACCOUNT.head, account_name(chart[parts[0].account])),)
    told = (f"{chart[part.account].short}\u00a0: {format_amount(part.amount)}" for part in parts)
    return ((_BY_ACCOUNT.head, " · ".join(told)),)


def _sums(totals: Totals, mode: str, chart: Chart) -> GridRow:
    """Give the row of totals: the same columns as the rows above it."""
    moved = (
        totals.handed_out, totals.settled, totals.bank_in, totals.bank_out, totals.cash_in, totals.cash_out,
    )  # fmt: skip
    nothing = Entry(0, "", date.min, "", "", None, 0, 0, None, 0, None)
    parts = [Allocation(code, cents) for code, cents in totals.accounts.items()] if mode == CLASSIC else []
    return GridRow(nothing, totals.gap, "", _left("", "", moved, None, None), _right(parts, mode, chart))


def read_day(text: str, year: SchoolYear) -> date | None:
    """Read a day typed as `18/10`, `18/10/24`, `18/10/2024` or `2024-10-18`; without a year, that of the exercice."""
    try:
        found = _DAY.fullmatch(text.strip())
        if found is None:
            return date.fromisoformat(text.strip()[:10]) if len(text.strip()) == 10 else None
        day, month = int(found[1]), int(found[2])
        if found[3] is None:
            return date(year.start + (month < 9), month, day)
        return date(int(found[3]) + (2000 if len(found[3]) == 2 else 0), month, day)
    except ValueError:
        return None


def account_name(account: Account) -> str:
    """Give the words by which an account is picked from the list."""
    return f"{account.short} {account.label}"


def accounts_by_use(facts: YearFacts) -> tuple[Account, ...]:
    """Give the accounts, the most used in this year first, then in the chart's order."""
    used = Counter(part.account for entry in facts.entries for part in entry.allocations)
    return tuple(sorted(facts.chart, key=lambda account: -used[account.code]))


def accounts_called(text: str, chart: Chart, moved: int) -> tuple[Account, ...]:
    """Give the accounts that a person may mean by a number, or its beginning, or by some words (`6180`, `sort`).

    Words that an expense and an income share mean the one on the side where the money went, `moved`.
    """
    words = plainly(text).split()
    if words and words[0].isdecimal():
        return tuple(a for a in chart if a.short.startswith(words[0]) or a.code == words[0])
    found = tuple(a for a in chart if all(word in plainly(f"{a.label} {a.contents}") for word in words))
    return tuple(account for account in found if account.is_expense == (moved < 0)) or found


def allocated_by_column(sums: Mapping[str, int], before: Sequence[Allocation]) -> tuple[Allocation, ...]:
    """Give the allocations of a line typed in the columns of the accounts, in cents.

    What was stored stays as it was, in its order, for each account whose sum did not change: a split on one account
    is not lost by changing a label.
    """
    stored = by_account(before)
    kept: list[Allocation] = []
    for part in before:
        wanted = sums.get(part.account, 0)
        if wanted == stored[part.account]:
            kept.append(part)
        elif wanted and part.account not in {other.account for other in kept}:
            kept.append(Allocation(part.account, wanted))
    added = (Allocation(code, cents) for code, cents in sums.items() if cents and code not in stored)
    return (*kept, *added)


# An account and what goes to it, in the direction of the money; None is whatever the other parts leave.
Part = tuple[str, int | None]


def allocated_by_parts(parts: Sequence[Part], moved: int, chart: Chart) -> tuple[Allocation, ...]:
    """Give the allocations of a line whose accounts were picked: each part goes to its column by itself.

    The first part left open takes the rest. Money that goes against the account's side is a refund: its amount is
    negative on the account. A part without account stays to be allocated.
    """
    direction = _direction(moved)
    rest = max(abs(moved) - sum(cents or 0 for _, cents in parts), 0)
    kept = []
    for code, cents in parts:
        if cents is None:
            cents, rest = rest, 0
        if code:
            kept.append(Allocation(code, direction * chart.sign(code) * cents))
    return tuple(kept)


def parts_of(entry: Entry, chart: Chart) -> tuple[Part, ...]:
    """Give the parts that say again the allocations of an entry; the only one, when it takes all, is left open."""
    direction = _direction(entry.moved)
    parts = tuple((a.account, direction * chart.sign(a.account) * a.amount) for a in entry.allocations)
    if len(parts) == 1 and parts[0][1] == abs(entry.moved):
        return ((parts[0][0], None),)
    return parts


def _direction(moved: int) -> int:
    return -1 if moved < 0 else 1
