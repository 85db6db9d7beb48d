"""PURE. Figures of the tables beside the cahier: grants, inventory, cash counts, régies. Amounts in cents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from retkoop.facts import Advance, CashCount, Entry, YearFacts
from retkoop.reports import cash_balance, durable_goods_bought, grants_listed, grants_received, inventory_of_year


def grants_gap(facts: YearFacts) -> int:
    """Give what the table of grants has too much (positive) or lacks (negative) beside account 7410."""
    return grants_listed(facts) - grants_received(facts)


def inventory_gap(facts: YearFacts) -> int:
    """Give what the inventory of the year lacks beside account 6800; zero when it is covered."""
    return max(0, durable_goods_bought(facts) - inventory_of_year(facts))


class Unlisted(NamedTuple):
    """An entry that a table does not explain, and the amount that is missing there."""

    entry: Entry
    amount: int


def grants_unlisted(facts: YearFacts) -> tuple[Unlisted, ...]:
    """Give the entries on account 7410 that the table of grants lacks; none when its sum is right."""
    if not grants_gap(facts):
        return ()
    return _unlisted(facts, facts.chart.grant_codes, [(grant.voucher, grant.amount) for grant in facts.grants])


def inventory_unlisted(facts: YearFacts) -> tuple[Unlisted, ...]:
    """Give the purchases on account 6800 that the inventory lacks; none when the account is covered."""
    if not inventory_gap(facts):
        return ()
    goods = [(item.voucher, item.value) for item in facts.inventory if facts.year.contains(item.bought_on)]
    return tuple(line for line in _unlisted(facts, facts.chart.durable_codes, goods) if line.amount > 0)


def _unlisted(facts: YearFacts, codes: frozenset[str], table: Iterable[tuple[str, int]]) -> tuple[Unlisted, ...]:
    """Match entries on some accounts with the lines (voucher, amount) of a table: by voucher, else by amount."""
    moved = [(entry, sum(a.amount for a in entry.allocations if a.account in codes)) for entry in facts.entries]
    named = {entry.voucher: 0 for entry, amount in moved if amount and entry.voucher}
    loose = []
    for voucher, amount in table:
        if voucher in named:
            named[voucher] += amount
        else:
            loose.append(amount)
    missing = []
    for entry, amount in moved:
        listed = named.get(entry.voucher, 0)
        left = max(amount - max(listed, 0), 0) if amount > 0 else min(amount - min(listed, 0), 0)
        if entry.voucher in named:
            named[entry.voucher] -= amount - left
        if left in loose:
            loose.remove(left)
        elif left:
            missing.append(Unlisted(entry, left))
    return tuple(missing)


@dataclass(frozen=True, slots=True)
class CountCheck:
    """A count of the cash box beside what the cahier says at the end of that day; gap = counted − expected."""

    count: CashCount
    expected: int
    gap: int


def count_check(facts: YearFacts, count: CashCount) -> CountCheck:
    """Compare a count with what the cahier says at the end of its day."""
    expected = cash_balance_on(facts, count.day)
    return CountCheck(count, expected, count.total - expected)


def count_checks(facts: YearFacts) -> tuple[CountCheck, ...]:
    """Give the counts of the year with what the cahier says of their day, the latest first."""
    newest_first = sorted(facts.counts, key=lambda count: (count.day, count.number), reverse=True)
    return tuple(count_check(facts, count) for count in newest_first)


def cash_balance_on(facts: YearFacts, day: date) -> int:
    """Give the cash balance of the cahier at the end of a day; typed in directly, only the last one is known."""
    if facts.direct is not None:
        return cash_balance(facts)
    return facts.opening.cash + sum(entry.cash for entry in facts.entries if entry.day <= day)


def count_gap(facts: YearFacts, count: CashCount) -> int:
    """Give counted − cash balance of the whole cahier: positive, there is too much in the box."""
    return count.total - cash_balance(facts)


def lowest_cash(facts: YearFacts) -> tuple[date, int] | None:
    """Give the first day that ends with a negative cash box, and its balance; None if there is none."""
    balance = facts.opening.cash
    if balance < 0:
        return facts.year.first_day, balance
    for day, moved in sorted(_cash_by_day(facts.entries).items()):
        balance += moved
        if balance < 0:
            return day, balance
    at_last = cash_balance(facts)
    return (facts.year.last_day, at_last) if at_last < 0 else None


def _cash_by_day(entries: Iterable[Entry]) -> Mapping[date, int]:
    days: dict[date, int] = {}
    for entry in entries:
        if entry.cash:
            days[entry.day] = days.get(entry.day, 0) + entry.cash
    return days


class AdvanceMovement(NamedTuple):
    """What one entry did to a régie, as positive amounts, and what the class held after it.

    handed_out + collected − justified − given_back is the entry's régie amount.
    """

    entry: Entry
    handed_out: int
    justified: int
    given_back: int
    collected: int
    held: int


@dataclass(frozen=True, slots=True)
class AdvanceAccount:
    """A régie through the year; `peak` is the most that the class ever held."""

    advance: Advance
    movements: tuple[AdvanceMovement, ...]

    @property
    def handed_out(self) -> int:
        """Σ handed out by the bank or the cash box."""
        return sum(line.handed_out for line in self.movements)

    @property
    def justified(self) -> int:
        """Σ spent by the class, with receipts."""
        return sum(line.justified for line in self.movements)

    @property
    def given_back(self) -> int:
        """Σ given back to the bank or the cash box."""
        return sum(line.given_back for line in self.movements)

    @property
    def collected(self) -> int:
        """Σ received by the class itself."""
        return sum(line.collected for line in self.movements)

    @property
    def held(self) -> int:
        """What the class still holds: negative when it justified or gave back too much."""
        return self.movements[-1].held if self.movements else 0

    @property
    def peak(self) -> int:
        """The most that the class held after any entry."""
        return max((line.held for line in self.movements), default=0)


def advance_accounts(facts: YearFacts) -> tuple[AdvanceAccount, ...]:
    """Give each régie with its movements, in the order of the list of régies."""
    movements: dict[str, list[AdvanceMovement]] = {advance.code: [] for advance in facts.advances}
    for entry in facts.entries:
        if entry.advance is not None:
            line = movements[entry.advance]
            line.append(_movement(entry, line[-1].held if line else 0))
    return tuple(AdvanceAccount(advance, tuple(movements[advance.code])) for advance in facts.advances)


def _movement(entry: Entry, held: int) -> AdvanceMovement:
    """Tell apart what went through the treasury and what the class did itself."""
    amount, treasury = entry.advance_amount, entry.bank + entry.cash
    handed_out = min(max(amount, 0), max(-treasury, 0))
    given_back = min(max(-amount, 0), max(treasury, 0))
    collected = max(amount, 0) - handed_out
    justified = max(-amount, 0) - given_back
    return AdvanceMovement(entry, handed_out, justified, given_back, collected, held + amount)
