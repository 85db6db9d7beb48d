"""PURE. What one page of the cahier shows: a month or the whole year, with what is brought forward to it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from retkoop import reports
from retkoop.facts import YearFacts
from retkoop.reports import LedgerLine
from retkoop.school_year import month_name

WHOLE_YEAR = "tout"
# A short cahier is read whole; a longer one is paged by month, so that old computers follow.
SHORT = 20


@dataclass(frozen=True, slots=True)
class MonthTab:
    """One choice of what to show: `2024-11` or WHOLE_YEAR, its name and its number of entries."""

    value: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """A page of the cahier; `bank` and `cash` are the balances before its first line."""

    month: str
    tabs: tuple[MonthTab, ...]
    bank: int
    cash: int
    lines: tuple[LedgerLine, ...]

    @property
    def is_first(self) -> bool:
        """Tell whether the page begins with the year, and so with the balance brought forward."""
        return self.month in (WHOLE_YEAR, self.tabs[1].value)

    @property
    def title(self) -> str:
        """Give the name of what is shown."""
        return "toute l’année" if self.month == WHOLE_YEAR else month_name(self.month)


def chosen_month(facts: YearFacts, asked: str, today: date) -> str:
    """Give what to show: what was asked, else a short cahier whole, else the month where people work."""
    if asked == WHOLE_YEAR or asked in facts.year.months:
        return asked
    if len(facts.entries) <= SHORT:
        return WHOLE_YEAR
    current = month_of(today)
    return current if current in facts.year.months else month_of(facts.entries[-1].day)


def ledger_page(facts: YearFacts, month: str) -> LedgerPage:
    """Cut one page out of the cahier."""
    every = reports.ledger_lines(facts)
    # The entries are in the order of their days, and so are their months.
    months = [month_of(entry.day) for entry in facts.entries]
    first, after = (0, len(every)) if month == WHOLE_YEAR else (bisect_left(months, month), bisect_right(months, month))
    bank, cash = (every[first - 1].bank, every[first - 1].cash) if first else (facts.opening.bank, facts.opening.cash)
    return LedgerPage(month, _tabs(facts, months), bank, cash, every[first:after])


def month_of(day: date) -> str:
    """Give the month of a day, `2024-11`."""
    return f"{day.year}-{day.month:02d}"


def _tabs(facts: YearFacts, months: Sequence[str]) -> tuple[MonthTab, ...]:
    counts = Counter(months)
    tabs = (MonthTab(month, month_name(month), counts[month]) for month in facts.year.months)
    return (MonthTab(WHOLE_YEAR, "Toute l’année", len(facts.entries)), *tabs)
