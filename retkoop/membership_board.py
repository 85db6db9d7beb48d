"""PURE. The adhésions of a département in a school year: filtered, added up, as a sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from retkoop.characters import writable
from retkoop.ledger_search import plainly
from retkoop.membership import NOTHING, STATE_WORDS, STATES, Amounts
from retkoop.numbering import natural_key
from retkoop.school_year import SchoolYear
from retkoop.sheet import AMOUNT, DATE, NUMBER, Column, Row, Sheet

LONGEST = 100
# One that has not opened the exercice has nothing to fill in yet: told, and counted, apart.
NOT_OPENED = "pas_ouvert"
STANDINGS = (NOT_OPENED, *STATES)
WORDS = {NOT_OPENED: "exercice pas ouvert", **STATE_WORDS}


@dataclass(frozen=True, slots=True)
class Line:
    """A cooperative and its adhésion; `opened` tells whether it has the exercice; `due` is zero before it is sent."""

    identifier: str
    name: str
    opened: bool
    state: str
    classes: int = 0
    pupils: int = 0
    adults: int = 0
    due: Amounts = NOTHING
    paid: int = 0
    sent_at: datetime | None = None
    paid_on: date | None = None

    @property
    def standing(self) -> str:
        """Give where it stands for the AD, one of STANDINGS; what was sent stands as it is, whatever the exercice."""
        return self.state if self.opened or self.sent_at is not None else NOT_OPENED

    @property
    def left(self) -> int:
        """Give what is still due; below zero when too much was paid."""
        return self.due.total - self.paid


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked for among them, as the address holds it."""

    cherche: str = ""
    etat: str = ""

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Look:
        """Read what an address asks; what means nothing here is left out."""
        state = values.get("etat", "")
        return cls(writable(values.get("cherche", "")).strip()[:LONGEST], state if state in STANDINGS else "")

    @property
    def params(self) -> dict[str, str]:
        """Give what an address has to hold to show the same."""
        return {name: text for name, text in (("cherche", self.cherche), ("etat", self.etat)) if text}


def chosen(lines: Iterable[Line], look: Look) -> tuple[Line, ...]:
    """Give the lines that are looked for, by name: École 2 before École 10."""
    words = plainly(look.cherche).split()
    kept = (line for line in lines if not look.etat or line.standing == look.etat)
    found = [line for line in kept if all(word in plainly(f"{line.identifier} {line.name}") for word in words)]
    return tuple(sorted(found, key=lambda line: (natural_key(plainly(line.name)), line.identifier)))


def counts(lines: Iterable[Line]) -> dict[str, int]:
    """Count the cooperatives of each standing, in the order of STANDINGS."""
    found = Counter(line.standing for line in lines)
    return {standing: found[standing] for standing in STANDINGS}


@dataclass(frozen=True, slots=True)
class Totals:
    """What lines add up to."""

    classes: int
    pupils: int
    adults: int
    due: Amounts
    paid: int
    left: int


def totals(lines: Iterable[Line]) -> Totals:
    """Add up the cooperatives that sent their adhésion; what was paid too much at one is not another’s."""
    sent = [line for line in lines if line.sent_at is not None]
    return Totals(
        sum(line.classes for line in sent),
        sum(line.pupils for line in sent),
        sum(line.adults for line in sent),
        Amounts(sum(line.due.membership for line in sent), sum(line.due.insurance for line in sent)),
        sum(line.paid for line in sent),
        sum(max(line.left, 0) for line in sent),
    )


def board_sheet(lines: Sequence[Line], year: SchoolYear) -> Sheet:
    """Give the lines as a sheet to take away, in their order, with their totals."""
    columns = (
        Column("Identifiant"), Column("Coopérative"), Column("État"), Column("Envoyée le", DATE),
        Column("Classes", NUMBER), Column("Élèves", NUMBER), Column("Adultes", NUMBER), Column("Adhésion", AMOUNT),
        Column("Assurance", AMOUNT), Column("Montant dû", AMOUNT), Column("Payé", AMOUNT),
        Column("Dernier paiement", DATE), Column("Reste dû", AMOUNT),
    )  # fmt: skip
    added = totals(lines)
    total: Row = (
        "Total", "", "", None, added.classes, added.pupils, added.adults, added.due.membership, added.due.insurance,
        added.due.total, added.paid, None, added.left,
    )  # fmt: skip
    return Sheet(f"Adhésions {year.label}", columns, tuple(_row(line) for line in lines), total)


def _row(line: Line) -> Row:
    told: Row = (line.identifier, line.name, WORDS[line.standing])
    if line.sent_at is None:
        return (*told, *(None,) * 10)
    return (
        *told, line.sent_at.date(), line.classes, line.pupils, line.adults, line.due.membership, line.due.insurance,
        line.due.total, line.paid, line.paid_on, max(line.left, 0),
    )  # fmt: skip
