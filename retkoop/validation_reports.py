"""PURE. What the AD looks at when it validates a year: its accounts beside last year's, and what is out of line.

Amounts are in cents. What is out of line is worth a look, and never a reason by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from retkoop import reports
from retkoop.chart import Account, merged
from retkoop.facts import YearFacts
from retkoop.money import format_euros

# An account is out of line when it moved by more than this, and by more than half of what it was.
LARGE_CHANGE = 20_000
# More cash than a school should keep in a drawer over the summer.
MUCH_CASH = 50_000


class ComparedAccount(NamedTuple):
    """An account, its total this year and last year (None when there was no last year)."""

    account: Account
    now: int
    before: int | None

    @property
    def change(self) -> int:
        """Give by how much it moved; nothing when there is nothing to compare with."""
        return 0 if self.before is None else self.now - self.before

    @property
    def is_out_of_line(self) -> bool:
        """Tell an account that moved by much, and by more than half."""
        return self.before is not None and abs(self.change) > max(LARGE_CHANGE, abs(self.before) // 2)


def compared_accounts(facts: YearFacts, previous: YearFacts | None) -> tuple[ComparedAccount, ...]:
    """Give every account used in either year, in the chart's order: those that were withdrawn since too."""
    now = reports.account_totals(facts)
    before = reports.account_totals(previous) if previous else {}
    chart = merged(facts.chart, previous.chart) if previous else facts.chart
    used = [account for account in chart if account.code in now or account.code in before]
    return tuple(
        ComparedAccount(one, now.get(one.code, 0), before.get(one.code, 0) if previous else None) for one in used
    )


def oddities(facts: YearFacts) -> Iterator[str]:
    """Give what is worth a look besides the accounts, in words."""
    cash, result = reports.cash_balance(facts), reports.operating_account(facts).result
    if cash > MUCH_CASH:
        yield f"La caisse contient {format_euros(cash)}."
    if result < 0 and -result * 2 > max(facts.opening.carried, 0):
        yield f"Le déficit, {format_euros(-result)}, dépasse la moitié du report à nouveau."
    if reports.bank_balance(facts) < 0:
        yield "Le solde de la banque est négatif."
