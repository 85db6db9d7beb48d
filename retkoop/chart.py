"""The chart of accounts: data, one version per year, read from the fédération's table."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

EXPENSE = "charge"
INCOME = "produit"


@dataclass(frozen=True, slots=True)
class Account:
    """One account of class 6 or 7; `side` is EXPENSE or INCOME."""

    code: str
    short: str
    side: str
    label: str
    contents: str
    particularity: str = ""

    @property
    def is_expense(self) -> bool:
        """Tell whether the account is of class 6."""
        return self.side == EXPENSE


@dataclass(frozen=True)
class Chart:
    """The accounts that a year may use."""

    accounts: tuple[Account, ...]

    @cached_property
    def _by_code(self) -> dict[str, Account]:
        return {account.code: account for account in self.accounts}

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __getitem__(self, code: str) -> Account:
        return self._by_code[code]

    def get(self, code: str) -> Account | None:
        """Give an account, or None."""
        return self._by_code.get(code)

    def __iter__(self) -> Iterator[Account]:
        return iter(self.accounts)

    def of_side(self, side: str) -> tuple[Account, ...]:
        """Give the accounts of one side, in the chart's order."""
        return tuple(account for account in self.accounts if account.side == side)

    def sign(self, code: str) -> int:
        """Give +1 for income, -1 for an expense: what the account does to the treasury."""
        return -1 if self._by_code[code].is_expense else 1

    @cached_property
    def grant_codes(self) -> frozenset[str]:
        """Give the accounts whose sum the table of grants explains (7410)."""
        return self._with_particularity("subvention")

    @cached_property
    def durable_codes(self) -> frozenset[str]:
        """Give the accounts of durable goods, which the inventory covers (6800)."""
        return self._with_particularity("inventaire")

    def _with_particularity(self, word: str) -> frozenset[str]:
        return frozenset(a.code for a in self.accounts if a.particularity == word)


def merged(first: Chart, *others: Chart) -> Chart:
    """Give the accounts of several versions, each as the first that has it words it."""
    known: dict[str, Account] = {}
    for chart in (first, *others):
        for account in chart:
            known.setdefault(account.code, account)
    return Chart(tuple(sorted(known.values(), key=lambda account: account.code)))


def read_chart(lines: Iterable[str]) -> Chart:
    """Read the fédération's CSV (`;`, header code;code_court;sens;libelle;contenu;particularite)."""
    rows = csv.DictReader(lines, delimiter=";")
    return Chart(tuple(_account(row) for row in rows))


def _account(row: dict[str, str]) -> Account:
    if row["sens"] not in (EXPENSE, INCOME):
        raise ValueError(f"sens inconnu pour le compte {row['code']} : {row['sens']!r}")
    return Account(
        row["code"],
        row["code_court"],
        row["sens"],
        row["libelle"],
        row["contenu"],
        row["particularite"] or "",
    )
