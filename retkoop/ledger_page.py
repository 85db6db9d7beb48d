"""PURE. What one page of the cahier shows: a month or the whole year, with what is brought forward to it."""

from __future__ import annotations

from collections import Counter
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
    current = f"{today:%Y-%m}"
    return current if current in facts.year.months else f"{facts.entries[-1].day:%Y-%m}"


def ledger_page(facts: YearFacts, month: str) -> LedgerPage:
    """Cut one page out of the cahier."""
    every = reports.ledger_lines(facts)
    shown = tuple(line for line in every if month in (WHOLE_YEAR, f"{line.entry.day:%Y-%m}"))
    earlier = [line for line in every if month != WHOLE_YEAR and f"{line.entry.day:%Y-%m}" < month]
    bank = earlier[-1].bank if earlier else facts.opening.bank
    cash = earlier[-1].cash if earlier else facts.opening.cash
    return LedgerPage(month, _tabs(facts), bank, cash, shown)


def _tabs(facts: YearFacts) -> tuple[MonthTab, ...]:
    counts = Counter(f"{entry.day:%Y-%m}" for entry in facts.entries)
    months = (MonthTab(month, month_name(month), counts[month]) for month in facts.year.months)
    return (MonthTab(WHOLE_YEAR, "Toute l’année", len(facts.entries)), *months)
