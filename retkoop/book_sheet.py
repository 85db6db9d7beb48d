"""PURE. The cahier as a sheet to take away: the columns of the visualisation classique, one row per entry.

The first row has the balances that the page begins with, and nothing that the totals add up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from retkoop.chart import Account
from retkoop.facts import YearFacts
from retkoop.ledger_page import LedgerPage
from retkoop.ledger_search import Totals
from retkoop.reports import LedgerLine, by_account, money_columns
from retkoop.sheet import AMOUNT, DATE, Cell, Column, Sheet


class Figure(NamedTuple):
    """One column of the cahier: what it takes from a line, what stands under it, and what it begins with."""

    column: Column
    of: Callable[[LedgerLine], Cell]
    under: Callable[[Totals], Cell] = lambda sums: None
    brought: Callable[[LedgerPage], Cell] = lambda page: None


def book_sheet(facts: YearFacts, page: LedgerPage) -> Sheet:
    """Give the sheet of the lines that are on screen, in their order, with the totals of these lines; cents."""
    figures = (*_BOOK, *(_account(account) for account in facts.chart), _TO_ALLOCATE)
    brought = tuple(figure.brought(page) for figure in figures)
    return Sheet(
        f"Cahier {facts.year.label}",
        tuple(figure.column for figure in figures),
        (brought, *(tuple(figure.of(line) for figure in figures) for line in page.lines)),
        tuple(figure.under(page.totals) for figure in figures),
    )


def _money(head: str, of: Callable[[LedgerLine], int], under: Callable[[Totals], int]) -> Figure:
    """Make a column that stays empty where nothing moved."""
    return Figure(Column(head, AMOUNT), lambda line: of(line) or None, under)


def _account(account: Account) -> Figure:
    def of(line: LedgerLine) -> int:
        return by_account(line.entry.allocations).get(account.code, 0)

    return _money(f"{account.short} {account.label}", of, lambda sums: sums.accounts.get(account.code, 0))


_BOOK = (
    Figure(Column("Projet"), lambda line: line.entry.project, lambda sums: "Total"),
    Figure(Column("PJ"), lambda line: line.entry.voucher),
    Figure(Column("Date", DATE), lambda line: line.entry.day),
    Figure(Column("Libellé"), lambda line: line.entry.label, brought=lambda page: page.brought),
    Figure(Column("N° de chèque"), lambda line: line.entry.cheque),
    Figure(Column("Régie"), lambda line: line.entry.advance),
    _money("Régie versée", lambda line: money_columns(line.entry).handed_out, lambda sums: sums.handed_out),
    _money("Régie rendue ou justifiée", lambda line: money_columns(line.entry).settled, lambda sums: sums.settled),
    _money("Banque entrée", lambda line: money_columns(line.entry).bank_in, lambda sums: sums.bank_in),
    _money("Banque sortie", lambda line: money_columns(line.entry).bank_out, lambda sums: sums.bank_out),
    _money("Caisse entrée", lambda line: money_columns(line.entry).cash_in, lambda sums: sums.cash_in),
    _money("Caisse sortie", lambda line: money_columns(line.entry).cash_out, lambda sums: sums.cash_out),
    Figure(Column("Solde banque", AMOUNT), lambda line: line.bank, brought=lambda page: page.bank),
    Figure(Column("Solde caisse", AMOUNT), lambda line: line.cash, brought=lambda page: page.cash),
    Figure(Column("Pointée le", DATE), lambda line: line.entry.ticked_on),
)
_TO_ALLOCATE = _money("À ventiler", lambda line: line.gap, lambda sums: sums.gap)
