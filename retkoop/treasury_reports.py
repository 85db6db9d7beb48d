"""PURE. The year for those who would rather look: the treasury month by month, and where most of the money went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from retkoop import reports
from retkoop.facts import YearFacts
from retkoop.ledger_page import month_of

# Beyond so many bars nobody compares any more: the others are one bar.
MOST_BARS = 6


class Treasury(NamedTuple):
    """What the coop held at the end of a month, `2024-11`, in cents; `month` is empty for the 1st of September."""

    month: str
    bank: int
    cash: int

    @property
    def total(self) -> int:
        """Give both together."""
        return self.bank + self.cash


def treasury_by_month(facts: YearFacts) -> tuple[Treasury, ...]:
    """Give the opening, then the end of each month up to that of the last entry; nothing while there is no entry."""
    lines = reports.ledger_lines(facts)
    if not lines:
        return ()
    ends = {month_of(line.entry.day): (line.bank, line.cash) for line in lines}
    held = [Treasury("", facts.opening.bank, facts.opening.cash)]
    for month in facts.year.months:
        held.append(Treasury(month, *ends.get(month, held[-1][1:])))
        if month == max(ends):
            break
    return tuple(held)


class Share(NamedTuple):
    """What went to an account, or came from it, in cents; without code, all the smaller ones together."""

    code: str
    amount: int
    accounts: int = 1


def biggest(accounts: Sequence[tuple[str, int]]) -> tuple[Share, ...]:
    """Give the accounts with the most money, the largest first, and what the others add up to: their sum is the same.

    `accounts` is a side of the compte de fonctionnement: (code, cents).
    """
    ranked = sorted(accounts, key=lambda one: (-abs(one[1]), one[0]))
    # One account alone is told by its name.
    kept = len(ranked) if len(ranked) <= MOST_BARS else MOST_BARS - 1
    shares = [Share(code, amount) for code, amount in ranked[:kept]]
    others = ranked[kept:]
    return (*shares, *([Share("", sum(amount for _, amount in others), len(others))] if others else []))
