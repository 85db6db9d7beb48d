"""PURE. Finding entries again: what a person looks for in the cahier, in which order, and what is found adds up to."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields

from retkoop import reports
from retkoop.characters import writable
from retkoop.facts import Entry
from retkoop.money import AmountError, parse_amount
from retkoop.numbering import natural_key
from retkoop.reports import LedgerLine

YES, NO = "oui", "non"
WITH, WITHOUT = "avec", "sans"
BY_DAY, BY_VOUCHER = "date", "pj"
# Stands for « no project » among the projects to choose from; no project can bear this name, which is too long.
NO_PROJECT = "-" * 81
# Beyond this a search text is a mistake.
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; every field is the text that the address holds, empty when it does not matter.

    `compte` is an account's code, `activite` a project's name, `classe` a régie's code.
    """

    cherche: str = ""
    compte: str = ""
    activite: str = ""
    classe: str = ""
    pointage: str = ""
    piece: str = ""
    ventilation: str = ""
    tri: str = ""

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Search:
        """Read what an address or a form asks, less what no page may hold; too long to mean anything, it is cut."""
        return cls(**{f.name: writable(values.get(f.name, "")).strip()[:LONGEST] for f in fields(cls)})

    @property
    def params(self) -> dict[str, str]:
        """Give what an address has to hold to show the same."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)}

    @property
    def filters(self) -> bool:
        """Tell whether anything is left out."""
        return bool(set(self.params) - {"tri"})


def found(lines: Iterable[LedgerLine], search: Search) -> tuple[LedgerLine, ...]:
    """Give the lines that meet every condition, in the order that is asked for."""
    tests = _tests(search)
    kept = [line for line in lines if all(test(line) for test in tests)]
    if search.tri == BY_VOUCHER:
        kept.sort(key=lambda line: (not line.entry.voucher, natural_key(line.entry.voucher)))
    return tuple(kept)


def _tests(search: Search) -> list[Callable[[LedgerLine], bool]]:
    tests: list[Callable[[LedgerLine], bool]] = [_says(search.cherche)] if search.cherche else []
    if search.compte:
        tests.append(lambda line: any(a.account == search.compte for a in line.entry.allocations))
    if search.activite:
        tests.append(lambda line: (line.entry.project or NO_PROJECT) == search.activite)
    if search.classe:
        tests.append(lambda line: line.entry.advance == search.classe)
    if search.pointage in (YES, NO):
        # Only what goes through the bank is there to be ticked.
        tests.append(lambda line: bool(line.entry.bank) and bool(line.entry.ticked_on) == (search.pointage == YES))
    if search.piece in (WITH, WITHOUT):
        tests.append(lambda line: bool(line.entry.scans) == (search.piece == WITH))
    if search.ventilation == NO:
        tests.append(lambda line: bool(line.gap))
    return tests


def _says(asked: str) -> Callable[[LedgerLine], bool]:
    """Look for each word in the label and the numbers, or for an amount of money wherever the entry has it."""
    amount, words = _amount(asked), [(word, _amount(word)) for word in plainly(asked).split()]

    def test(line: LedgerLine) -> bool:
        entry, money = line.entry, _amounts(line.entry)
        told = plainly(" ".join((entry.label, entry.cheque, entry.voucher, entry.project or "", entry.advance or "")))
        return amount in money or all(word in told or cents in money for word, cents in words)

    return test


def _amount(text: str) -> int | None:
    try:
        return abs(parse_amount(text)) or None
    except AmountError:
        return None


def _amounts(entry: Entry) -> set[int]:
    money = (entry.bank, entry.cash, entry.advance_amount, entry.bank + entry.cash)
    return {abs(cents) for cents in (*money, *(line.amount for line in entry.allocations))}


def plainly(text: str) -> str:
    """Drop capitals and accents: people look for « eleve » and « Élève » alike."""
    apart = unicodedata.normalize("NFD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over some lines, in cents: each of the six money columns as a positive amount, and each account.

    `red` counts the lines to be allocated: what they lack may come to nothing, `gap`.
    """

    count: int = 0
    handed_out: int = 0
    settled: int = 0
    bank_in: int = 0
    bank_out: int = 0
    cash_in: int = 0
    cash_out: int = 0
    accounts: Mapping[str, int] = field(default_factory=dict)
    gap: int = 0
    red: int = 0


def totals(lines: Iterable[LedgerLine]) -> Totals:
    """Add up the columns of some lines."""
    lines = tuple(lines)
    rows = (reports.money_columns(line.entry) for line in lines)
    sums = reports.MoneyColumns(*map(sum, zip(reports.MoneyColumns(), *rows, strict=True)))
    gaps = [line.gap for line in lines if line.gap]
    accounts = reports.by_account(part for line in lines for part in line.entry.allocations)
    return Totals(len(lines), **sums._asdict(), accounts=accounts, gap=sum(gaps), red=len(gaps))
