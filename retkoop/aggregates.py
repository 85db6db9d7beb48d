"""PURE. The accounts of a département: what its validated cooperatives add up to, and what is not in it yet.

Each cooperative brings the figures of its CRF (`CoopYear`); here they are only added up. Amounts in cents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from retkoop import reports
from retkoop.chart import Chart, merged
from retkoop.facts import Opening, YearFacts
from retkoop.reports import BalanceSheet, Line, NextOpening, OperatingAccount

BANKS = ("512", "514")
CASH, CARRIED, RESULT = "caisse", "report", "resultat"
# The figures that are no account of class 6 or 7, in the words of the screen.
FIGURES = {
    "banque-512": "Banque (512)",
    "banque-514": "La Banque Postale (514)",
    CASH: "Caisse (530)",
    CARRIED: "Report à nouveau",
    RESULT: "Résultat de l’exercice",
}


@dataclass(frozen=True)
class CoopYear:
    """The figures of one validated exercice: `held` is what is left in régies, `accounts` the totals by code."""

    identifier: str
    name: str
    bank_account: str
    opening: Opening
    bank: int
    cash: int
    held: int
    chart: Chart = field(repr=False, compare=False)
    accounts: dict[str, int] = field(default_factory=dict)
    direct: bool = False

    @cached_property
    def operating(self) -> OperatingAccount:
        """Give its compte de fonctionnement général."""
        return _operating(self.chart, self.accounts)

    @property
    def gap(self) -> int:
        """Give actif − passif of its bilan."""
        return self.bank + self.cash - self.opening.carried - self.operating.result

    @property
    def closing(self) -> NextOpening:
        """Give what its next exercice opens with."""
        return NextOpening(self.bank, self.cash, self.opening.carried + self.operating.result)

    def figure(self, code: str) -> int:
        """Give one figure: an account by its code, or one of FIGURES."""
        if code.startswith("banque-"):
            return self.bank if code == f"banque-{self.bank_account}" else 0
        told = {CASH: self.cash, CARRIED: self.opening.carried, RESULT: self.operating.result}
        return told[code] if code in told else self.accounts.get(code, 0)


def coop_year(identifier: str, name: str, facts: YearFacts) -> CoopYear:
    """Give the figures of a year, each from the function that its CRF shows it by."""
    return CoopYear(
        identifier,
        name,
        facts.bank_account,
        facts.opening,
        reports.bank_balance(facts),
        reports.cash_balance(facts),
        sum(reports.advance_balances(facts).values()),
        facts.chart,
        reports.account_totals(facts),
        facts.direct is not None,
    )


@dataclass(frozen=True)
class Aggregate:
    """The figures of several cooperatives, added up."""

    chart: Chart
    coops: tuple[CoopYear, ...] = ()

    @cached_property
    def accounts(self) -> dict[str, int]:
        """Give the total of each account that one of them used, in the chart's order."""
        used = {code for coop in self.coops for code in coop.accounts}
        return {account.code: self.figure(account.code) for account in self.chart if account.code in used}

    @cached_property
    def operating(self) -> OperatingAccount:
        """Give the compte de fonctionnement général of all of them."""
        return _operating(self.chart, self.accounts)

    @cached_property
    def balance(self) -> BalanceSheet:
        """Give their bilan."""
        assets = (*(f"banque-{account}" for account in BANKS), CASH)
        return BalanceSheet(*(tuple(Line(c, self.figure(c)) for c in codes) for codes in (assets, (CARRIED, RESULT))))

    def figure(self, code: str) -> int:
        """Add up one figure."""
        return sum(coop.figure(code) for coop in self.coops)

    def made_of(self, code: str) -> tuple[CoopYear, ...]:
        """Give the cooperatives that make a figure, the largest share first."""
        shares = (coop for coop in self.coops if coop.figure(code))
        return tuple(sorted(shares, key=lambda coop: (-abs(coop.figure(code)), coop.identifier)))


def _operating(chart: Chart, accounts: dict[str, int]) -> OperatingAccount:
    rows = [(account, accounts[account.code]) for account in chart if account.code in accounts]
    expenses = tuple((account.code, amount) for account, amount in rows if account.is_expense)
    return OperatingAccount(expenses, tuple((a.code, amount) for a, amount in rows if not a.is_expense))


class Missing(NamedTuple):
    """A cooperative that is not in the aggregate: where its exercice stands, or None when it has none."""

    identifier: str
    name: str
    state: str | None


class Compared(NamedTuple):
    """A figure of two exercices, by its code."""

    code: str
    now: int
    before: int

    @property
    def change(self) -> int:
        """Give by how much it changed."""
        return self.now - self.before


class Oddity(NamedTuple):
    """Something to look at in a validated exercice: a stable code, the cooperative, a sentence, an amount or None."""

    code: str
    coop: CoopYear
    message: str
    amount: int | None = None


@dataclass(frozen=True)
class DepartmentYear:
    """The accounts of a département for one exercice, beside those of the exercice before."""

    now: Aggregate
    before: Aggregate
    missing: tuple[Missing, ...] = ()

    @property
    def expected(self) -> int:
        """Tell how many cooperatives there are."""
        return len(self.now.coops) + len(self.missing)

    @property
    def missing_share(self) -> int:
        """Give the share of what is missing, in tenths of a percent of the cooperatives."""
        return _share(len(self.missing), self.expected)

    @cached_property
    def missing_weight(self) -> int | None:
        """Give what the missing ones weighed last year, in tenths of a percent of the expenses; None when unknown."""
        absent = {coop.identifier for coop in self.missing}
        weights = [(coop.identifier in absent, coop.operating.total_expenses) for coop in self.before.coops]
        whole = sum(weight for _, weight in weights)
        return _share(sum(weight for is_absent, weight in weights if is_absent), whole) if whole > 0 else None

    @cached_property
    def chart(self) -> Chart:
        """Give the accounts of either exercice: one that was withdrawn since still has last year's sum."""
        return merged(self.now.chart, self.before.chart)

    def side(self, side: str) -> tuple[Compared, ...]:
        """Compare the accounts of one side, EXPENSE or INCOME, that either exercice used."""
        used = {*self.now.accounts, *self.before.accounts}
        return tuple(self.compared(account.code) for account in self.chart.of_side(side) if account.code in used)

    def compared(self, code: str) -> Compared:
        """Compare one figure."""
        return Compared(code, self.now.figure(code), self.before.figure(code))

    @cached_property
    def oddities(self) -> tuple[Oddity, ...]:
        """Give all that does not look right, by cooperative."""
        closed = {coop.identifier: coop for coop in self.before.coops}
        return tuple(
            odd for coop in self.now.coops for check in _CHECKS for odd in check(coop, closed.get(coop.identifier))
        )


def _share(part: int, whole: int) -> int:
    return round(1_000 * part / whole) if whole else 0


def _unbalanced(coop: CoopYear, before: CoopYear | None) -> Iterable[Oddity]:
    if coop.gap:
        yield Oddity("BILAN", coop, "Le bilan n’est pas équilibré", coop.gap)


def _unsettled(coop: CoopYear, before: CoopYear | None) -> Iterable[Oddity]:
    if coop.held:
        yield Oddity("REGIES", coop, "Il reste de l’argent dans les régies", coop.held)


def _overdrawn(coop: CoopYear, before: CoopYear | None) -> Iterable[Oddity]:
    if coop.bank < 0:
        yield Oddity("BANQUE", coop, "Le solde de la banque est négatif", coop.bank)
    if coop.cash < 0:
        yield Oddity("CAISSE", coop, "Le solde de la caisse est négatif", coop.cash)


def _broken(coop: CoopYear, before: CoopYear | None) -> Iterable[Oddity]:
    """The exercice opens with what the one before ended with."""
    if before is None:
        return
    opened, closed = NextOpening(coop.opening.bank, coop.opening.cash, coop.opening.carried), before.closing
    if opened != closed:
        gap = max((one - other for one, other in zip(opened, closed, strict=True)), key=abs)
        yield Oddity("REPORT", coop, "Les soldes de départ ne sont pas ceux de la fin de l’exercice précédent", gap)


def _still(coop: CoopYear, before: CoopYear | None) -> Iterable[Oddity]:
    if not coop.accounts:
        yield Oddity("VIDE", coop, "Ni dépense ni recette de toute l’année")


_CHECKS: tuple[Callable[[CoopYear, CoopYear | None], Iterable[Oddity]], ...] = (
    _unbalanced,
    _unsettled,
    _overdrawn,
    _broken,
    _still,
)
