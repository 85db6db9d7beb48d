"""PURE. Paying-in slips (bordereaux de remise): what went to the bank together, and shows as one line of the statement.

Amounts in cents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from retkoop import reports
from retkoop.facts import DepositSlip, Entry, YearFacts


@dataclass(frozen=True, slots=True)
class Deposit:
    """A slip with its receipts, in the order of the cahier."""

    slip: DepositSlip
    entries: tuple[Entry, ...]

    @property
    def label(self) -> str:
        """Give what it is called."""
        return shown_label(self.slip.label, len(self.entries))

    @property
    def total(self) -> int:
        """Give what the statement shows on one line: Σ bank."""
        return total_of(self.entries)

    @property
    def waiting(self) -> tuple[Entry, ...]:
        """Give what the bank has not shown yet."""
        return tuple(entry for entry in self.entries if entry.is_outstanding)

    @property
    def seen_on(self) -> date | None:
        """Give the day on which the whole slip was seen on the statement, or None."""
        days = [entry.ticked_on for entry in self.entries if entry.ticked_on]
        return max(days) if days and not self.waiting else None


def total_of(entries: Iterable[Entry]) -> int:
    """Give the total of a slip made of some receipts."""
    return sum(entry.bank for entry in entries)


def deposits(facts: YearFacts) -> tuple[Deposit, ...]:
    """Give the slips, the latest first."""
    inside: dict[int, list[Entry]] = {slip.number: [] for slip in facts.slips}
    for entry in facts.entries:
        if entry.slip is not None:
            inside[entry.slip].append(entry)
    latest_first = sorted(facts.slips, key=lambda slip: (slip.day, slip.number), reverse=True)
    return tuple(Deposit(slip, tuple(inside[slip.number])) for slip in latest_first)


def may_be_deposited(entry: Entry) -> bool:
    """Tell a receipt that may still go into a slip: the bank has not shown it, and it is in no other.

    Cash taken to the bank has a slip of the bank's own: it is an internal transfer.
    """
    return entry.bank > 0 and entry.is_outstanding and entry.slip is None and not entry.is_transfer


def to_deposit(facts: YearFacts) -> tuple[Entry, ...]:
    """Give the receipts that may go into a slip."""
    return tuple(entry for entry in facts.entries if may_be_deposited(entry))


def proposed_label(count: int) -> str:
    """Name a slip by what it holds."""
    return "Remise d’un chèque" if count == 1 else f"Remise de {count} chèques"


_PROPOSED = re.compile(r"Remise d’un chèque|Remise de \d{1,6} chèques")


def is_proposed(label: str) -> bool:
    """Tell a name that a slip was given by what it held."""
    return _PROPOSED.fullmatch(label) is not None


def shown_label(label: str, count: int) -> str:
    """Give what a slip is called: what somebody typed, else what it holds today, whatever it held when it was made."""
    return proposed_label(count) if is_proposed(label) else label


class StatementLine(NamedTuple):
    """One line to look for on the statement: an operation, or a whole slip.

    `place` is the part of the address where it is ticked: « operations », « ecritures » or « remises »; « saisie »
    tells one of a CRF typed in directly, which is not ticked but taken out there.
    """

    place: str
    number: int
    day: date
    label: str
    cheque: str
    voucher: str
    amount: int


def statement_lines(facts: YearFacts) -> tuple[StatementLine, ...]:
    """Give what the bank has not shown, as the statement will: last year's first, then by day, a slip on one line.

    They add up to the outstanding operations.
    """
    on_slips = {entry.number for entry in facts.entries if entry.slip is not None}
    elsewhere = "ecritures" if facts.direct is None else "saisie"
    alone = [
        StatementLine("operations" if o.prior else elsewhere, *o[1:])
        for o in reports.outstanding(facts)
        if o.prior or o.number not in on_slips
    ]
    together = [_line(deposit) for deposit in deposits(facts) if deposit.waiting]
    priors = [line for line in alone if line.place == "operations"]
    return (*priors, *sorted([*alone[len(priors) :], *together], key=lambda line: line.day))


def _line(deposit: Deposit) -> StatementLine:
    slip = deposit.slip
    return StatementLine("remises", slip.number, slip.day, deposit.label, "", "", total_of(deposit.waiting))
