"""Figures of a year, each from one function; amounts in cents. Source: the reference on the domain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from retkoop.chart import INCOME, Chart
from retkoop.facts import Allocation, Entry, PriorOperation, YearFacts


def allocated(allocations: Iterable[Allocation], chart: Chart) -> int:
    """Give the right member of the line identity: Σ income − Σ expenses."""
    return sum(chart.sign(line.account) * line.amount for line in allocations)


def unallocated(entry: Entry, chart: Chart) -> int:
    """Give what the line still owes to the identity `bank + cash + régie = Σ income − Σ expenses`.

    Positive: money came in that no account explains; negative: money went out.
    """
    return entry.moved - allocated(entry.allocations, chart)


def by_account(allocations: Iterable[Allocation]) -> dict[str, int]:
    """Add up what goes to each account, in the order they come."""
    sums: dict[str, int] = {}
    for line in allocations:
        sums[line.account] = sums.get(line.account, 0) + line.amount
    return sums


def spent_and_earned(allocations: Iterable[Allocation], chart: Chart) -> tuple[int, int]:
    """Give Σ class 6 and Σ class 7."""
    sums = by_account(allocations)
    expenses = sum(amount for code, amount in sums.items() if chart[code].is_expense)
    return expenses, sum(sums.values()) - expenses


def in_and_out(cents: int) -> tuple[int, int]:
    """Write a signed amount as people do: what came in, what went out, both without a sign."""
    return max(cents, 0), max(-cents, 0)


class MoneyColumns(NamedTuple):
    """The six money columns of the cahier, each counted without a sign."""

    handed_out: int = 0
    settled: int = 0
    bank_in: int = 0
    bank_out: int = 0
    cash_in: int = 0
    cash_out: int = 0


def money_columns(entry: Entry) -> MoneyColumns:
    """Give what an entry moves in each money column."""
    return MoneyColumns(*in_and_out(entry.advance_amount), *in_and_out(entry.bank), *in_and_out(entry.cash))


def red_entries(facts: YearFacts) -> tuple[tuple[Entry, int], ...]:
    """Give the lines to be allocated, each with the amount that is missing."""
    gaps = ((entry, unallocated(entry, facts.chart)) for entry in facts.entries)
    return tuple((entry, gap) for entry, gap in gaps if gap)


def bank_balance(facts: YearFacts) -> int:
    """Give the bank balance of the cahier, opening + Σ bank, or the one typed in directly."""
    if facts.direct is not None:
        return facts.direct.bank
    return facts.opening.bank + sum(entry.bank for entry in facts.entries)


def cash_balance(facts: YearFacts) -> int:
    """Give the cash balance of the cahier, opening + Σ cash, or the one typed in directly."""
    if facts.direct is not None:
        return facts.direct.cash
    return facts.opening.cash + sum(entry.cash for entry in facts.entries)


def cash_used(facts: YearFacts) -> bool:
    """Tell whether cash was ever held or moved in the year, as far as is known."""
    if facts.direct is not None:
        return any((facts.opening.cash, facts.direct.cash, *(count.total for count in facts.counts)))
    return facts.opening.cash != 0 or any(entry.cash for entry in facts.entries)


def opening_statement(facts: YearFacts) -> int:
    """Give what the statement showed at the opening: the balance less last year's operations still outstanding."""
    return facts.opening.bank - sum(prior.amount for prior in facts.priors)


def ticked_balance(facts: YearFacts) -> int:
    """Give the solde après pointage: what the bank should show.

    The opening balance less last year's operations still outstanding, plus every ticked operation; or, which is the
    same, the balance less all that is outstanding.
    """
    if facts.direct is not None:
        return facts.direct.bank - sum(line.amount for line in outstanding(facts))
    opening = opening_statement(facts)
    priors = sum(prior.amount for prior in facts.priors if prior.ticked_on)
    return opening + priors + sum(entry.bank for entry in facts.entries if entry.ticked_on)


def statement_gap(facts: YearFacts) -> int | None:
    """Give statement − solde après pointage, or None as long as no statement is typed."""
    return None if facts.statement is None else facts.statement.balance - ticked_balance(facts)


def advance_balances(facts: YearFacts) -> dict[str, int]:
    """Give what each class still holds, by code, in the order of the list of régies."""
    held = {advance.code: 0 for advance in facts.advances}
    for entry in facts.entries:
        if entry.advance is not None:
            held[entry.advance] += entry.advance_amount
    return held


class OutstandingOperation(NamedTuple):
    """An operation that the bank has not shown; `prior` tells last year's."""

    prior: bool
    number: int
    day: date
    label: str
    cheque: str
    voucher: str
    amount: int


def outstanding(facts: YearFacts) -> tuple[OutstandingOperation, ...]:
    """Give the operations that the bank has not shown, last year's first."""
    late = (_from_prior(prior) for prior in facts.priors if prior.ticked_on is None)
    ours = (_from_entry(entry) for entry in facts.entries if entry.is_outstanding)
    lines = facts.direct.operations if facts.direct else ()
    typed = (OutstandingOperation(False, o.number, o.day, o.label, o.cheque, "", o.amount) for o in lines)
    return (*late, *ours, *typed)


def _from_prior(prior: PriorOperation) -> OutstandingOperation:
    return OutstandingOperation(True, prior.number, prior.day, prior.label, prior.cheque, "", prior.amount)


def _from_entry(entry: Entry) -> OutstandingOperation:
    return OutstandingOperation(False, entry.number, entry.day, entry.label, entry.cheque, entry.voucher, entry.bank)


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The table that explains the cahier's bank balance by the statement's."""

    statement: int
    operations: tuple[OutstandingOperation, ...]
    cahier: int

    @property
    def to_pay(self) -> int:
        """Give the factures à payer: unticked expenses, as a positive amount."""
        return -sum(line.amount for line in self.operations if line.amount < 0)

    @property
    def to_receive(self) -> int:
        """Give the produits à recevoir: unticked receipts."""
        return sum(line.amount for line in self.operations if line.amount > 0)

    @property
    def gap(self) -> int:
        """Give what neither the statement nor the outstanding operations explain."""
        return self.statement - self.to_pay + self.to_receive - self.cahier


def reconciliation(facts: YearFacts) -> Reconciliation:
    """Explain the cahier's balance by the statement's, or by the ticked balance before one is typed."""
    shown = facts.statement.balance if facts.statement else ticked_balance(facts)
    return Reconciliation(shown, outstanding(facts), bank_balance(facts))


def account_totals(facts: YearFacts) -> dict[str, int]:
    """Give the total of each account that was used, in the chart's order."""
    typed = facts.direct.accounts if facts.direct else ()
    sums = by_account((*(line for entry in facts.entries for line in entry.allocations), *typed))
    return {account.code: sums[account.code] for account in facts.chart if account.code in sums}


def grants_received(facts: YearFacts) -> int:
    """Give the total of account 7410."""
    totals = account_totals(facts)
    return sum(totals.get(code, 0) for code in facts.chart.grant_codes)


def grants_listed(facts: YearFacts) -> int:
    """Give the sum of the table of grants."""
    return sum(grant.amount for grant in facts.grants)


def durable_goods_bought(facts: YearFacts) -> int:
    """Give the total of account 6800."""
    totals = account_totals(facts)
    return sum(totals.get(code, 0) for code in facts.chart.durable_codes)


def inventory_of_year(facts: YearFacts) -> int:
    """Give the value of the goods of the inventory that were bought in the year."""
    return sum(item.value for item in facts.inventory if facts.year.contains(item.bought_on))


@dataclass(frozen=True, slots=True)
class OperatingAccount:
    """The compte de fonctionnement général: (account code, total) on each side."""

    expenses: tuple[tuple[str, int], ...]
    income: tuple[tuple[str, int], ...]

    @property
    def total_expenses(self) -> int:
        """Σ class 6."""
        return sum(amount for _, amount in self.expenses)

    @property
    def total_income(self) -> int:
        """Σ class 7."""
        return sum(amount for _, amount in self.income)

    @property
    def result(self) -> int:
        """Income − expenses: positive is the excédent, negative the déficit."""
        return self.total_income - self.total_expenses


def operating_account(facts: YearFacts) -> OperatingAccount:
    """Draw up the compte de fonctionnement général."""
    totals = account_totals(facts).items()
    sides = {code: facts.chart[code].side for code, _ in totals}
    return OperatingAccount(
        tuple(row for row in totals if sides[row[0]] != INCOME),
        tuple(row for row in totals if sides[row[0]] == INCOME),
    )


class Line(NamedTuple):
    """One line of the bilan: a stable code for the screen and an amount."""

    code: str
    amount: int


@dataclass(frozen=True, slots=True)
class BalanceSheet:
    """The bilan simplifié in one presentation."""

    assets: tuple[Line, ...]
    liabilities: tuple[Line, ...]

    @property
    def total_assets(self) -> int:
        """Actif."""
        return sum(line.amount for line in self.assets)

    @property
    def total_liabilities(self) -> int:
        """Passif."""
        return sum(line.amount for line in self.liabilities)

    @property
    def gap(self) -> int:
        """Actif − passif."""
        return self.total_assets - self.total_liabilities


def balance_sheet(facts: YearFacts) -> BalanceSheet:
    """Draw up the bilan simplifié as the accountant sees it, from the cahier's balances."""
    return BalanceSheet((Line("banque", bank_balance(facts)), Line("caisse", cash_balance(facts))), _own_funds(facts))


def balance_sheet_from_statement(facts: YearFacts) -> BalanceSheet:
    """Draw up the same bilan as the bank shows it: with what is to be received and to be paid.

    It starts from the solde après pointage, which RELEVE compares with the statement: a slip in the typed
    statement is that check's finding, not a hole in the bilan.
    """
    table = reconciliation(facts)
    assets = (
        Line("releve", ticked_balance(facts)),
        Line("a_recevoir", table.to_receive),
        Line("caisse", cash_balance(facts)),
    )
    return BalanceSheet(assets, (*_own_funds(facts), Line("a_payer", table.to_pay)))


def _own_funds(facts: YearFacts) -> tuple[Line, Line]:
    return Line("report", facts.opening.carried), Line("resultat", operating_account(facts).result)


class GapCause(NamedTuple):
    """One of the reasons why actif − passif is not zero, with its share in cents."""

    code: str
    amount: int


def gap_causes(facts: YearFacts) -> tuple[GapCause, ...]:
    """Explain actif − passif: its causes add up to the gap, to the cent.

    actif − passif = Σ régie given back − Σ régie given out + unallocated + error in the balance brought forward.
    Typed in directly, the balances also have to move by the result.
    """
    causes = (
        GapCause("saisie", _unexplained(facts)),
        GapCause("regies", -sum(entry.advance_amount for entry in facts.entries)),
        GapCause("ventilation", sum(gap for _, gap in red_entries(facts))),
        GapCause("report", facts.opening.bank + facts.opening.cash - facts.opening.carried),
    )
    return tuple(cause for cause in causes if cause.amount)


def _unexplained(facts: YearFacts) -> int:
    """Give by how much the balances typed in directly moved more than the accounts explain."""
    if facts.direct is None:
        return 0
    moved = facts.direct.bank + facts.direct.cash - facts.opening.bank - facts.opening.cash
    return moved - operating_account(facts).result


class NextOpening(NamedTuple):
    """What the next year opens with."""

    bank: int
    cash: int
    carried: int


def next_opening(facts: YearFacts) -> NextOpening:
    """Give the opening of N+1: closing balances, and report à nouveau ± result."""
    carried = facts.opening.carried + operating_account(facts).result
    return NextOpening(bank_balance(facts), cash_balance(facts), carried)


class LedgerLine(NamedTuple):
    """An entry with the balances after it and what it lacks."""

    entry: Entry
    bank: int
    cash: int
    gap: int


def ledger_lines(facts: YearFacts) -> tuple[LedgerLine, ...]:
    """Give the lines of the cahier with their running balances."""
    bank, cash = facts.opening.bank, facts.opening.cash
    lines = []
    for entry in facts.entries:
        bank, cash = bank + entry.bank, cash + entry.cash
        lines.append(LedgerLine(entry, bank, cash, unallocated(entry, facts.chart)))
    return tuple(lines)
