"""PURE. The country's figures of an exercice: each département's sums, added up, beside those of the year before.

Only validated exercices count, as in `aggregates`: tests show that each département's figures are its own page's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from retkoop.aggregates import BANKS, CARRIED, CASH, FIGURES, RESULT, Compared
from retkoop.chart import EXPENSE, INCOME, Chart, merged
from retkoop.federation_board import STATE_HEADS, STATES
from retkoop.school_year import SchoolYear
from retkoop.sheet import AMOUNT, NUMBER, Column, Row, Sheet
from retkoop.year_states import VALIDATED

ASSETS = (*(f"banque-{account}" for account in BANKS), CASH)
LIABILITIES = (CARRIED, RESULT)


@dataclass(frozen=True)
class DepartmentFigures:
    """The sums of a département's validated exercices, in cents; `states` counts all its exercices by state.

    `moneys` holds what stands at the end: `banque-512`, `banque-514`, `caisse`, and `report`, what was brought forward.
    """

    code: str
    name: str
    coops: int
    states: Mapping[str, int]
    chart: Chart = field(repr=False, compare=False)
    accounts: Mapping[str, int] = field(default_factory=dict)
    moneys: Mapping[str, int] = field(default_factory=dict)

    @property
    def validated(self) -> int:
        """Give how many exercices are in the sums."""
        return self.states.get(VALIDATED, 0)

    @cached_property
    def expenses(self) -> int:
        """Give the sum of its expenses."""
        return self._side(EXPENSE)

    @cached_property
    def income(self) -> int:
        """Give the sum of its income."""
        return self._side(INCOME)

    def _side(self, side: str) -> int:
        return sum(self.accounts.get(account.code, 0) for account in self.chart.of_side(side))

    def figure(self, code: str) -> int:
        """Give one figure: an account by its code, or one of `aggregates.FIGURES`."""
        if code == RESULT:
            return self.income - self.expenses
        return self.moneys.get(code, 0) if code in FIGURES else self.accounts.get(code, 0)

    @property
    def bank(self) -> int:
        """Give what stood in its banks."""
        return sum(self.figure(f"banque-{account}") for account in BANKS)


@dataclass(frozen=True)
class CountryFigures:
    """The figures of every département for one exercice."""

    chart: Chart
    departments: tuple[DepartmentFigures, ...]

    def figure(self, code: str) -> int:
        """Add up one figure."""
        return sum(department.figure(code) for department in self.departments)

    @property
    def coops(self) -> int:
        """Give the number of open cooperatives."""
        return sum(department.coops for department in self.departments)

    @property
    def validated(self) -> int:
        """Give how many exercices are in the sums."""
        return self.states[VALIDATED]

    @cached_property
    def states(self) -> dict[str, int]:
        """Count the exercices of the country by state."""
        return {state: sum(department.states.get(state, 0) for department in self.departments) for state in STATES}

    @cached_property
    def used(self) -> frozenset[str]:
        """Give the accounts that something stands in."""
        return frozenset(code for department in self.departments for code in department.accounts)

    @property
    def expenses(self) -> int:
        """Give the sum of the expenses."""
        return sum(department.expenses for department in self.departments)

    @property
    def income(self) -> int:
        """Give the sum of the income."""
        return sum(department.income for department in self.departments)


@dataclass(frozen=True)
class NationalYear:
    """The figures of the country for one exercice, beside those of the exercice before."""

    now: CountryFigures
    before: CountryFigures

    @cached_property
    def chart(self) -> Chart:
        """Give the accounts of either exercice: one that was withdrawn since still has last year's sum."""
        return merged(self.now.chart, self.before.chart)

    def side(self, side: str) -> tuple[Compared, ...]:
        """Compare the accounts of one side, EXPENSE or INCOME, that either exercice used."""
        used = self.now.used | self.before.used
        return tuple(self.compared(account.code) for account in self.chart.of_side(side) if account.code in used)

    def compared(self, code: str) -> Compared:
        """Compare one figure."""
        return Compared(code, self.now.figure(code), self.before.figure(code))

    @property
    def total_assets(self) -> Compared:
        """Compare what stood in banks and cash boxes together."""
        return self._total("actif", ASSETS)

    @property
    def total_liabilities(self) -> Compared:
        """Compare what was brought forward and the result together."""
        return self._total("passif", LIABILITIES)

    def _total(self, name: str, codes: tuple[str, ...]) -> Compared:
        return Compared(name, *(sum(year.figure(code) for code in codes) for year in (self.now, self.before)))


BY_CODE, BY_COOPS, BY_VALIDATED, BY_RESULT, BY_MONEY = "", "coops", "valides", "resultat", "tresorerie"
ORDERS = {
    BY_CODE: "Département", BY_COOPS: "Coopératives", BY_VALIDATED: "Exercices validés", BY_RESULT: "Résultat",
    BY_MONEY: "Banque et caisse",
}  # fmt: skip


def in_order(country: CountryFigures, order: str = BY_CODE) -> tuple[DepartmentFigures, ...]:
    """Give the départements by code, or by a figure, the largest first."""
    keys = {
        BY_COOPS: lambda one: one.coops,
        BY_VALIDATED: lambda one: one.validated,
        BY_RESULT: lambda one: one.figure(RESULT),
        BY_MONEY: lambda one: one.bank + one.figure(CASH),
    }
    by_code = sorted(country.departments, key=lambda one: one.code)
    return tuple(sorted(by_code, key=lambda one: -keys[order](one)) if order in keys else by_code)


def sums_sheet(found: NationalYear, year: SchoolYear) -> Sheet:
    """Give each figure of the country, with that of the exercice before."""
    before = SchoolYear(year.start - 1).label
    amounts = (Column(year.label, AMOUNT), Column(before, AMOUNT), Column("Écart", AMOUNT))
    rows: list[Row] = []
    for side, words in ((EXPENSE, "Charges"), (INCOME, "Produits")):
        for line in found.side(side):
            account = found.chart[line.code]
            rows.append((words, account.short, account.label, *line[1:], line.change))
    for words, codes in (("Actif", ASSETS), ("Passif", LIABILITIES)):
        rows += [(words, None, FIGURES[line.code], *line[1:], line.change) for line in map(found.compared, codes)]
    columns = (Column("Rubrique"), Column("Compte"), Column("Libellé"), *amounts)
    return Sheet(f"Chiffres nationaux {year.label}", columns, tuple(rows))


def departments_sheet(found: NationalYear, year: SchoolYear, order: str = BY_CODE) -> Sheet:
    """Give a line for each association: its exercices by state, every account, its result and what it holds."""
    codes = [account.code for account in found.now.chart if account.code in found.now.used]
    accounts = (f"{found.now.chart[code].short} {found.now.chart[code].label}" for code in codes)
    ends = ("Total des charges", "Total des produits", "Résultat", "Banque", "Caisse", "Report à nouveau")
    counts = (Column("Coopératives", NUMBER), *(Column(STATE_HEADS[state], NUMBER) for state in STATES))
    columns = (
        Column("Département"),
        Column("Association"),
        *counts,
        *(Column(one, AMOUNT) for one in (*accounts, *ends)),
    )
    numbers = [_numbers(one, codes) for one in in_order(found.now, order)]
    rows: tuple[Row, ...] = tuple(
        (one.code, one.name, *its) for one, its in zip(in_order(found.now, order), numbers, strict=True)
    )
    totals: Row = ("Total", f"{len(rows)} associations", *(sum(column) for column in zip(*numbers, strict=True)))
    return Sheet(f"Associations {year.label}", columns, rows, totals if rows else None)


def _numbers(one: DepartmentFigures, codes: list[str]) -> tuple[int, ...]:
    counts = (one.coops, *(one.states.get(state, 0) for state in STATES))
    ends = (one.expenses, one.income, one.figure(RESULT), one.bank, one.figure(CASH), one.figure(CARRIED))
    return (*counts, *(one.accounts.get(code, 0) for code in codes), *ends)
