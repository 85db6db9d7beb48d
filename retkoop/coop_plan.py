"""PURE. What an import of cooperatives would do to those that are stored: created, changed, left as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from retkoop.coop_identity import EITHER, scheme_fault
from retkoop.coop_import import COLUMNS, CoopRow, Fault, opening_sum
from retkoop.money import format_euros
from retkoop.school_year import SchoolYear

CREATED, CHANGED, SAME = "créée", "modifiée", "inchangée"
# The columns of the identity that an import may change.
IDENTITY = ("name", "uai", "address")


class Opening(NamedTuple):
    """What an exercice begins with, in cents, and the kind of its bank account."""

    bank_account: str
    bank: int
    cash: int
    carried: int


class Stored(NamedTuple):
    """A cooperative that exists: its identity, its exercices by their first year, its mandataires’ names."""

    department: str
    name: str
    uai: str
    address: str
    years: Mapping[int, Opening]
    holders: frozenset[str]


class Change(NamedTuple):
    """One column before and after, in words."""

    column: str
    before: str
    after: str


class Planned(NamedTuple):
    """What a line would do: `opens` its first exercice, `holder` an account."""

    row: CoopRow
    what: str
    identity: tuple[Change, ...] = ()
    opens: Opening | None = None
    holder: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """Say it for a person, one sentence a thing."""
        said = [f"{one.column} : {one.before or 'rien'} → {one.after}" for one in self.identity]
        if self.opens is not None and self.row.first_year is not None:
            amounts = f"banque {format_euros(self.opens.bank)}, caisse {format_euros(self.opens.cash)}"
            said.append(
                f"exercice {SchoolYear(self.row.first_year).label} ouvert ({self.opens.bank_account}, {amounts})"
            )
        if self.holder:
            said.append(f"accès pour {self.holder}")
        return tuple(said)


class Plan(NamedTuple):
    """What a whole file would do, or why it cannot."""

    lines: tuple[Planned, ...]
    faults: tuple[Fault, ...]

    @property
    def seal(self) -> str:
        """Give the fingerprint that tells this plan from another."""
        return sha256(repr([self.lines, self.faults]).encode()).hexdigest()

    def count(self, what: str) -> int:
        """Count the lines that do this."""
        return sum(line.what == what for line in self.lines)


def plan(rows: Sequence[CoopRow], department: str, stored: Mapping[str, Stored], scheme: str = EITHER) -> Plan:
    """Compare what a file says with what is stored; `stored` holds every cooperative that it names.

    Only those that are new have to follow the scheme of the association.
    """
    faults: list[Fault] = []
    lines = []
    for row in rows:
        there = stored.get(row.identifier)
        if there is not None and there.department != department:
            said = "Cet identifiant est celui d’une coopérative d’un autre département."
            faults.append(Fault(row.line, COLUMNS["identifier"][0], said))
            continue
        against = scheme_fault(row.identifier, department, scheme) if there is None else ""
        if against:
            faults.append(Fault(row.line, COLUMNS["identifier"][0], against))
            continue
        lines.append(_planned(row, there, faults))
    return Plan(tuple(lines), tuple(faults))


def opening_of(row: CoopRow) -> Opening:
    """Give what the first exercice of a line begins with."""
    carried = opening_sum(row) if row.carried is None else row.carried
    return Opening(row.bank_account or "512", row.bank or 0, row.cash or 0, carried)


def _planned(row: CoopRow, there: Stored | None, faults: list[Fault]) -> Planned:
    if there is None:
        opens = opening_of(row) if row.first_year is not None else None
        return Planned(row, CREATED, (), opens, row.holder)
    changes = tuple(
        Change(COLUMNS[key][0], getattr(there, key), getattr(row, key))
        for key in IDENTITY
        if getattr(row, key) and getattr(row, key) != getattr(there, key)
    )
    opens = _opened(row, there, faults)
    holder = row.holder if row.holder and row.holder.casefold() not in there.holders else ""
    what = CHANGED if changes or opens or holder else SAME
    return Planned(row, what, changes, opens, holder)


def _opened(row: CoopRow, there: Stored, faults: list[Fault]) -> Opening | None:
    """Give the opening of a first exercice; what contradicts one that exists is a fault, never a correction."""
    if row.first_year is None:
        return None
    if not there.years:
        return opening_of(row)
    label = SchoolYear(row.first_year).label
    same = there.years.get(row.first_year)
    if same is None:
        said = f"Cette coopérative a déjà un exercice : {label} s’ouvre depuis son dossier, pas par un import."
        faults.append(Fault(row.line, COLUMNS["first_year"][0], said))
    elif not _agrees(row, same):
        said = f"L’exercice {label} a commencé avec d’autres soldes : ils se corrigent dans son cahier."
        faults.append(Fault(row.line, COLUMNS["bank"][0], said))
    return None


def _agrees(row: CoopRow, there: Opening) -> bool:
    told = (row.bank_account or None, row.bank, row.cash, row.carried)
    return all(one is None or one == stored for one, stored in zip(told, there, strict=True))
