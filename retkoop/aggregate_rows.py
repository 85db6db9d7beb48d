"""The validated years of a département as figures, in a number of queries that does not depend on how many there are.

Tests show that each is the figure that the functions of the CRF give on the same year.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from peewee import fn

from retkoop.aggregates import Aggregate, CoopYear, DepartmentYear, Missing
from retkoop.db import fetch
from retkoop.direct import DIRECT
from retkoop.facts import Opening
from retkoop.models import Allocation, Cooperative, DirectAccount, DirectReport, Entry, Year
from retkoop.year_rows import chart_for
from retkoop.year_states import VALIDATED

# (cooperative, first year of the exercice)
_Place = tuple[str, int]


def years_of_department(department: str) -> list[tuple[int, int]]:
    """Give the exercices of a département, the latest first: (first year, how many are validated)."""
    validated = fn.SUM((Year.state == VALIDATED).cast("integer"))
    query = Year.select(Year.start_year, validated).where(Year.department == department).group_by(Year.start_year)
    return [(start, int(count)) for start, count in fetch(query.order_by(Year.start_year.desc()))]


def department_year(department: str, start_year: int) -> DepartmentYear:
    """Load the accounts of a département, and those of the exercice before, in six queries and the charts'."""
    figures = _figures(department, (start_year, start_year - 1))
    names = _names(department)
    years = _years(department, (start_year, start_year - 1))
    charts = {start: chart_for(start) for start in (start_year, start_year - 1)}
    now, before = (
        Aggregate(
            charts[start],
            tuple(
                _coop_year(years[coop, start], name, charts[start], figures)
                for coop, name in names.items()
                if (coop, start) in years and years[coop, start].state == VALIDATED
            ),
        )
        for start in (start_year, start_year - 1)
    )
    present = {coop.identifier for coop in now.coops}
    states = {coop: years[coop, start_year].state if (coop, start_year) in years else None for coop in names}
    missing = (Missing(coop, name, states[coop]) for coop, name in names.items() if coop not in present)
    return DepartmentYear(now, before, tuple(missing))


def _names(department: str) -> dict[str, str]:
    query = Cooperative.select(Cooperative.identifier, Cooperative.name).where(Cooperative.department == department)
    return dict(fetch(query.order_by(Cooperative.identifier)))


def _years(department: str, starts: tuple[int, int]) -> dict[_Place, Year]:
    query = Year.select().where(Year.department == department, Year.start_year.in_(starts))
    return {(year.coop, year.start_year): year for year in query}


class _Figures:
    """Sums by cooperative and exercice: what was moved (bank, cash, régies), what went to each account."""

    def __init__(self) -> None:
        self.moved: dict[_Place, tuple[int, int, int]] = {}
        self.accounts: dict[_Place, dict[str, int]] = defaultdict(dict)
        self.typed: dict[_Place, tuple[int, int]] = {}
        self.typed_accounts: dict[_Place, dict[str, int]] = defaultdict(dict)


def _figures(department: str, starts: tuple[int, int]) -> _Figures:
    found = _Figures()
    for coop, start, *moved in fetch(_moved(department, starts)):
        bank, cash, advance = map(int, moved)
        found.moved[coop, start] = (bank, cash, advance)
    for coop, start, account, amount in fetch(_allocated(department, starts)):
        found.accounts[coop, start][account] = int(amount)
    for coop, start, bank, cash in _typed(DirectReport, ("bank", "cash"), department, starts):
        found.typed[coop, start] = (bank, cash)
    for coop, start, account, amount in _typed(DirectAccount, ("account", "amount"), department, starts):
        found.typed_accounts[coop, start][account] = amount
    return found


def _moved(department: str, starts: tuple[int, int]) -> Any:
    sums = (fn.SUM(Entry.bank), fn.SUM(Entry.cash), fn.SUM(Entry.advance_amount))
    query = Entry.select(Entry.coop, Entry.start_year, *sums).join(Year, on=_same_year(Entry, Year))
    return query.where(*_live(Entry, department, starts)).group_by(Entry.coop, Entry.start_year)


def _allocated(department: str, starts: tuple[int, int]) -> Any:
    place = (Allocation.coop, Allocation.start_year, Allocation.account)
    return (
        Allocation.select(*place, fn.SUM(Allocation.amount))
        .join(Entry, on=_same_year(Allocation, Entry) & (Allocation.entry == Entry.number))
        .join(Year, on=_same_year(Entry, Year))
        .where(*_live(Allocation, department, starts))
        .group_by(*place)
    )


def _live(table: Any, department: str, starts: tuple[int, int]) -> tuple[Any, ...]:
    """Keep what counts: entries that were not struck out, of validated years."""
    here = (table.department == department, table.start_year.in_(starts))
    return (*here, Entry.struck_at.is_null(), Year.state == VALIDATED)


def _typed(table: Any, names: tuple[str, str], department: str, starts: tuple[int, int]) -> Any:
    columns = (table.coop, table.start_year, *(getattr(table, name) for name in names))
    return fetch(table.select(*columns).where(table.department == department, table.start_year.in_(starts)))


def _same_year(one: Any, other: Any) -> Any:
    return (one.department == other.department) & (one.coop == other.coop) & (one.start_year == other.start_year)


def _coop_year(year: Year, name: str, chart: Any, figures: _Figures) -> CoopYear:
    place = (year.coop, year.start_year)
    opening = Opening(year.opening_bank, year.opening_cash, year.opening_carried)
    if year.mode == DIRECT:
        bank, cash = figures.typed.get(place, (0, 0))
        held, sums = 0, figures.typed_accounts[place]
    else:
        moved = figures.moved.get(place, (0, 0, 0))
        bank, cash, held, sums = opening.bank + moved[0], opening.cash + moved[1], moved[2], figures.accounts[place]
    accounts = {account.code: sums[account.code] for account in chart if account.code in sums}
    direct = year.mode == DIRECT
    return CoopYear(year.coop, name, year.bank_account, opening, bank, cash, held, chart, accounts, direct)
