"""PURE. The cahier as a sheet to take away: the columns of the visualisation classique, one row per entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from retkoop.chart import Account
from retkoop.facts import YearFacts
from retkoop.ledger_search import Totals, totals
from retkoop.reports import LedgerLine
from retkoop.sheet import AMOUNT, DATE, Cell, Column, Sheet


class Figure(NamedTuple):
    """One column of the cahier: what it takes from a line, and what stands under it."""

    column: Column
    of: Callable[[LedgerLine], Cell]
    under: Callable[[Totals], Cell] = lambda sums: None


def book_sheet(facts: YearFacts, lines: Sequence[LedgerLine]) -> Sheet:
    """Give the sheet of the lines that are on screen, in their order, with the totals of these lines; cents."""
    figures = (*_BOOK, *(_account(account) for account in facts.chart), _TO_ALLOCATE)
    sums = totals(lines)
    return Sheet(
        f"Cahier {facts.year.label}",
        tuple(figure.column for figure in figures),
        tuple(tuple(figure.of(line) for figure in figures) for line in lines),
        tuple(figure.under(sums) for figure in figures),
    )


def _money(head: str, of: Callable[[LedgerLine], int], under: Callable[[Totals], int]) -> Figure:
    """Make a column that stays empty where nothing moved."""
    return Figure(Column(head, AMOUNT), lambda line: of(line) or None, under)


def _account(account: Account) -> Figure:
    def of(line: LedgerLine) -> int:
        return sum(part.amount for part in line.entry.allocations if part.account == account.code)

    return _money(f"{account.short} {account.label}", of, lambda sums: sums.accounts.get(account.code, 0))


_BOOK = (
    Figure(Column("Projet"), lambda line: line.entry.project, lambda sums: "Total"),
    Figure(Column("PJ"), lambda line: line.entry.voucher),
    Figure(Column("Date", DATE), lambda line: line.entry.day),
    Figure(Column("Libellé"), lambda line: line.entry.label),
    Figure(Column("N° de chèque"), lambda line: line.entry.cheque),
    Figure(Column("Régie"), lambda line: line.entry.advance),
    _money("Régie versée", lambda line: max(line.entry.advance_amount, 0), lambda sums: sums.handed_out),
    _money("Régie rendue ou justifiée", lambda line: max(-line.entry.advance_amount, 0), lambda sums: sums.settled),
    _money("Banque entrée", lambda line: max(line.entry.bank, 0), lambda sums: sums.bank_in),
    _money("Banque sortie", lambda line: max(-line.entry.bank, 0), lambda sums: sums.bank_out),
    _money("Caisse entrée", lambda line: max(line.entry.cash, 0), lambda sums: sums.cash_in),
    _money("Caisse sortie", lambda line: max(-line.entry.cash, 0), lambda sums: sums.cash_out),
    Figure(Column("Solde banque", AMOUNT), lambda line: line.bank),
    Figure(Column("Solde caisse", AMOUNT), lambda line: line.cash),
    Figure(Column("Pointée le", DATE), lambda line: line.entry.ticked_on),
)
_TO_ALLOCATE = _money("À ventiler", lambda line: line.gap, lambda sums: sums.gap)
