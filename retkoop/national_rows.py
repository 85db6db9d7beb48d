"""The sums of every département's validated exercices, added up in SQL: ten queries, whatever the country holds."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from peewee import fn

from retkoop.aggregates import CARRIED, CASH
from retkoop.db import fetch
from retkoop.direct import CAHIER, DIRECT
from retkoop.federation_rows import departments
from retkoop.models import Allocation, DirectAccount, DirectReport, Entry, Year
from retkoop.national import CountryFigures, DepartmentFigures, NationalYear
from retkoop.year_rows import chart_for
from retkoop.year_states import VALIDATED

# (département, first year of the exercice)
_Place = tuple[str, int]


class _Sums:
    """What was counted and added up, by département and exercice."""

    def __init__(self, starts: tuple[int, int]) -> None:
        self.states: dict[_Place, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.moneys: dict[_Place, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.accounts: dict[_Place, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._open(starts)
        self._move(starts)
        self._allocate(starts)

    def _open(self, starts: tuple[int, int]) -> None:
        """Count the exercices by state; those kept in a cahier begin with what they open with."""
        group = (Year.department, Year.start_year, Year.state, Year.mode, Year.bank_account)
        sums = (fn.COUNT(Year.coop), *map(fn.SUM, (Year.opening_bank, Year.opening_cash, Year.opening_carried)))
        rows = fetch(Year.select(*group, *sums).where(Year.start_year.in_(starts)).group_by(*group))
        for department, start, state, mode, account, count, bank, cash, carried in rows:
            place = (department, start)
            self.states[place][state] += count
            if state == VALIDATED:
                self.moneys[place][CARRIED] += int(carried)
                if mode == CAHIER:
                    self._add(place, account, bank, cash)

    def _add(self, place: _Place, account: str, bank: Any, cash: Any) -> None:
        self.moneys[place][f"banque-{account}"] += int(bank)
        self.moneys[place][CASH] += int(cash)

    def _move(self, starts: tuple[int, int]) -> None:
        """Add what was moved, or typed in directly as the balances of the end."""
        for table, mode in ((Entry, CAHIER), (DirectReport, DIRECT)):
            group = (Year.department, Year.start_year, Year.bank_account)
            query = Year.select(*group, fn.SUM(table.bank), fn.SUM(table.cash)).join(table, on=_same_year(table))
            for department, start, *moved in fetch(query.where(*_counted(starts, mode, table)).group_by(*group)):
                self._add((department, start), *moved)

    def _allocate(self, starts: tuple[int, int]) -> None:
        for table, mode in ((Allocation, CAHIER), (DirectAccount, DIRECT)):
            group = (Year.department, Year.start_year, table.account)
            query = Year.select(*group, fn.SUM(table.amount)).join(table, on=_same_year(table))
            if table is Allocation:
                query = query.join(Entry, on=_same_year(Entry) & (Allocation.entry == Entry.number))
            for department, start, account, amount in fetch(
                query.where(*_counted(starts, mode, table)).group_by(*group)
            ):
                self.accounts[department, start][account] += int(amount)


def _same_year(table: Any) -> Any:
    return (table.department == Year.department) & (table.coop == Year.coop) & (table.start_year == Year.start_year)


def _counted(starts: tuple[int, int], mode: str, table: Any) -> tuple[Any, ...]:
    """Keep what counts: validated exercices of a mode, and entries that were not struck out."""
    here = (Year.start_year.in_(starts), Year.state == VALIDATED, Year.mode == mode)
    return (*here, Entry.struck_at.is_null()) if table in (Entry, Allocation) else here


def national_year(start_year: int) -> NationalYear:
    """Load the figures of the country for an exercice, and for the one before."""
    starts = (start_year, start_year - 1)
    sums, names = _Sums(starts), departments()
    now, before = (_country(start, sums, names) for start in starts)
    return NationalYear(now, before)


def _country(start: int, sums: _Sums, names: list[tuple[Any, ...]]) -> CountryFigures:
    chart = chart_for(start)
    departments = (
        DepartmentFigures(
            code, name, coops, sums.states.get((code, start), {}), chart,
            # As on a CRF: what is in no account of the chart is in no sum.
            {account: cents for account, cents in sums.accounts.get((code, start), {}).items() if account in chart},
            sums.moneys.get((code, start), {}),
        )
        for code, name, coops in names
    )  # fmt: skip
    return CountryFigures(chart, tuple(departments))
