"""PURE. What one page of the cahier shows: a mode, a month or the whole year, and what a person looks for in it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from retkoop import reports
from retkoop.facts import YearFacts
from retkoop.ledger_search import Search, Totals, found, totals
from retkoop.reports import LedgerLine
from retkoop.school_year import month_name

WHOLE_YEAR = "tout"
# The three ways to type, as the addresses have them.
CLASSIC, AUTOMATIC, SIMPLE = "classique", "automatique", "simple"
MODES = {CLASSIC: "Visualisation classique", AUTOMATIC: "Ventilation automatique", SIMPLE: "Création d’une écriture"}
# A short cahier is read whole; a longer one is paged by month, so that old computers follow.
SHORT = 20


@dataclass(frozen=True, slots=True)
class BookView:
    """How somebody looks at the cahier: everything that an address has to hold to show the same.

    `mode` is empty when the address asks none: the person's own is meant, `own`.
    """

    month: str = ""
    mode: str = ""
    own: str = SIMPLE
    search: Search = field(default_factory=Search)

    @classmethod
    def read(cls, values: Mapping[str, str], own: str) -> BookView:
        """Read what an address or a form asks; `own` is the mode that the person chose."""
        mode = str(values.get("vue", ""))
        return cls(str(values.get("mois", ""))[:7], mode if mode in MODES else "", own, Search.read(values))

    @property
    def shown(self) -> str:
        """Give the mode that is shown."""
        return self.mode or self.own

    @property
    def params(self) -> dict[str, str]:
        """Give what an address has to hold, and the hidden fields of a form that comes back here."""
        return {**({"vue": self.mode} if self.mode else {}), **self.place}

    @property
    def place(self) -> dict[str, str]:
        """Give the same, whatever the mode."""
        return {**({"mois": self.month} if self.month else {}), **self.search.params}

    def at(self, month: str) -> BookView:
        """Give the same look at another month."""
        return BookView(month, self.mode, self.own, self.search)

    def of(self, search: Search) -> BookView:
        """Give the same place under another search."""
        return BookView(self.month, self.mode, self.own, search)


@dataclass(frozen=True, slots=True)
class MonthTab:
    """One choice of what to show: `2024-11` or WHOLE_YEAR, its name and its number of entries."""

    value: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """A page of the cahier; `bank` and `cash` are the balances before its first line.

    `totals` are those of the lines shown; `total` is how many there are before anything is left out.
    """

    month: str
    tabs: tuple[MonthTab, ...]
    bank: int
    cash: int
    lines: tuple[LedgerLine, ...]
    totals: Totals
    total: int
    view: BookView

    @property
    def is_first(self) -> bool:
        """Tell whether the page begins with the year, and so with the balance brought forward."""
        return self.month in (WHOLE_YEAR, self.tabs[1].value)

    @property
    def brought(self) -> str:
        """Name the line that the page begins with, which has the balances only."""
        return "Report à nouveau" if self.is_first else "Report des mois précédents"

    @property
    def title(self) -> str:
        """Give the name of what is shown."""
        return "toute l’année" if self.month == WHOLE_YEAR else month_name(self.month)


def chosen_month(facts: YearFacts, view: BookView, today: date) -> str:
    """Give what to show: what was asked, else a short cahier whole, else the month where people work.

    Who looks for something without naming a month looks for it in the whole year.
    """
    if view.month == WHOLE_YEAR or view.month in facts.year.months:
        return view.month
    if len(facts.entries) <= SHORT or view.search.filters:
        return WHOLE_YEAR
    current = month_of(today)
    return current if current in facts.year.months else month_of(facts.entries[-1].day)


def ledger_page(facts: YearFacts, month: str, view: BookView | None = None) -> LedgerPage:
    """Cut one page out of the cahier, and leave out what is not looked for."""
    view = view or BookView(month)
    every = reports.ledger_lines(facts)
    # The entries are in the order of their days, and so are their months.
    months = [month_of(entry.day) for entry in facts.entries]
    first, after = (0, len(every)) if month == WHOLE_YEAR else (bisect_left(months, month), bisect_right(months, month))
    bank, cash = (every[first - 1].bank, every[first - 1].cash) if first else (facts.opening.bank, facts.opening.cash)
    lines = found(every[first:after], view.search)
    return LedgerPage(month, _tabs(facts, months), bank, cash, lines, totals(lines), after - first, view)


def month_of(day: date) -> str:
    """Give the month of a day, `2024-11`."""
    return f"{day.year}-{day.month:02d}"


def _tabs(facts: YearFacts, months: Sequence[str]) -> tuple[MonthTab, ...]:
    counts = Counter(months)
    tabs = (MonthTab(month, month_name(month), counts[month]) for month in facts.year.months)
    return (MonthTab(WHOLE_YEAR, "Toute l’année", len(facts.entries)), *tabs)
