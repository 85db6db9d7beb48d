"""PURE. What the page of a bank statement shows: each line with what it settles, as it can be confirmed now.

What was proposed is kept; here it is looked at beside the cahier of today. A line whose operations were ticked, struck
out or changed meanwhile is never offered for confirmation as it was. Amounts in cents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any

from retkoop.matching.model import SURE, TO_CHECK, Operation
from retkoop.matching.words import cheque_of, same_cheque

WAITING, TICKED, SEEN, ASIDE = "waiting", "ticked", "seen", "aside"
# What the sections of the page are called in addresses.
SECTIONS = ("sures", "doutes", "inconnues", "pointees", "cote")

# An operation by its kind and number.
Ref = tuple[str, int]


@dataclass(frozen=True, slots=True)
class StoredLine:
    """A line of a statement as it is kept, with the options of what it settles: 0 is the one that is proposed."""

    number: int
    day: date
    label: str
    amount: int
    cheque: str
    state: str
    confidence: str
    reason: str
    options: Mapping[int, tuple[Ref, ...]]


@dataclass(frozen=True, slots=True)
class StoredStatement:
    """A statement as it is kept; `told` lines in the file, `known` of them here before, `outside` of another year."""

    number: int
    name: str
    kind: str
    account: str
    first_day: date
    last_day: date
    opening: int | None
    closing: int | None
    closing_day: date
    told: int
    known: int
    outside: int
    basis: str
    version: int
    has_rows: bool
    lines: int = 0
    waiting: int = 0

    @property
    def is_done(self) -> bool:
        """Tell that no line of it waits any more."""
        return not self.waiting


@dataclass(frozen=True, slots=True)
class Line:
    """A line as the page shows it: what it settles now, and what else it could, each option under its number.

    `instead`: an operation with its cheque number and another amount, for whoever typed one of them wrong.
    """

    stored: StoredLine
    operations: tuple[Operation, ...]
    alternatives: tuple[tuple[int, tuple[Operation, ...]], ...]
    reason: str
    instead: Operation | None = None

    @property
    def number(self) -> int:
        """Give its number in the exercice."""
        return self.stored.number


@dataclass(frozen=True)
class Board:
    """The lines of a statement in their sections; `elsewhere`: what the cahier has and these lines do not show."""

    statement: StoredStatement
    sures: tuple[Line, ...]
    doutes: tuple[Line, ...]
    inconnues: tuple[Line, ...]
    pointees: tuple[Line, ...]
    cote: tuple[Line, ...]
    elsewhere: tuple[Operation, ...]
    is_fresh: bool

    @cached_property
    def total(self) -> int:
        """Give what the lines of the statement add up to, in cents."""
        sections = (self.sures, self.doutes, self.inconnues, self.pointees, self.cote)
        return sum(line.stored.amount for section in sections for line in section)

    @cached_property
    def seal(self) -> str:
        """Give the digest of what would be confirmed as sure."""
        return seal_of((line.stored, line.operations) for line in self.sures)

    @property
    def sure_total(self) -> int:
        """Give what would be ticked by confirming what is sure, in cents."""
        return sum(line.stored.amount for line in self.sures)

    @property
    def lines_gap(self) -> int | None:
        """Give closing less opening and lines; None when the file tells no balances, or some lines were here before."""
        told = self.statement
        if told.opening is None or told.closing is None or told.known:
            return None
        return told.closing - told.opening - self.total


def basis_of(operations: Sequence[Operation]) -> str:
    """Give a digest of what the cahier says that matching reads, but for the ticks."""
    told = [(o.kind, o.number, str(o.day), o.label, o.amount, o.cheque, o.slip, o.is_cash) for o in operations]
    return sha256(repr(told).encode()).hexdigest()


# So many days after its last line a balance is still that of a statement; a later one is of the day of the download.
_STILL = timedelta(days=31)


def takes_over(closing_day: date, last_day: date, known: date | None) -> bool:
    """Tell whether a statement's balance is by itself that of the last one: the latest, and not told much later."""
    return closing_day - last_day <= _STILL and (known is None or known <= closing_day)


def seal_of(pairs: Iterable[tuple[Any, Sequence[Operation]]]) -> str:
    """Give a digest of lines and of what each settles, as they are shown: what was shown is what is confirmed.

    A line is one as it is kept: number, day, label, amount.
    """
    told = [
        (line.number, str(line.day), line.label, line.amount, sorted(map(_shown, operations)))
        for line, operations in pairs
    ]
    return sha256(repr(sorted(told)).encode()).hexdigest()


def _shown(operation: Operation) -> tuple[Any, ...]:
    its = operation
    return its.kind, its.number, str(its.day), its.label, its.cheque, its.amount


def still_good(line: StoredLine, refs: Sequence[Ref], book: Mapping[Ref, Operation]) -> tuple[Operation, ...]:
    """Give the operations of an option that may be ticked by a line now; none when any of them cannot be."""
    found = [book.get(ref) for ref in refs]
    operations = tuple(one for one in found if one is not None and not one.ticked)
    if len(operations) != len(refs) or sum(one.amount for one in operations) != line.amount:
        return ()
    return operations


def board(statement: StoredStatement, lines: Sequence[StoredLine], operations: Sequence[Operation]) -> Board:
    """Put the lines of a statement in the sections of its page."""
    book: dict[Ref, Operation] = {(one.kind, one.number): one for one in operations}
    sections: dict[str, list[Line]] = {name: [] for name in SECTIONS}
    # An operation is offered to one line: the first that has it.
    offered: set[Ref] = set()
    for line in lines:
        name, shown = _placed(line, {ref: one for ref, one in book.items() if ref not in offered} if offered else book)
        if name == "sures":
            offered |= {_ref(one) for one in shown.operations}
        sections[name].append(shown)
    proposed = {_ref(one) for name in ("sures", "doutes") for line in sections[name] for one in line.operations}
    elsewhere = tuple(
        one
        for one in sorted(operations, key=lambda each: (each.day, each.kind, each.number))
        if not one.ticked and _ref(one) not in proposed and one.day <= statement.last_day
    )
    told = {name: tuple(found) for name, found in sections.items()}
    return Board(statement, **told, elsewhere=elsewhere, is_fresh=basis_of(operations) == statement.basis)


def _ref(operation: Operation) -> Ref:
    return operation.kind, operation.number


def _placed(line: StoredLine, book: Mapping[Ref, Operation]) -> tuple[str, Line]:
    """Tell the section of a line, and what it shows there."""
    if line.state == ASIDE:
        return "cote", Line(line, (), (), "")
    chosen = line.options.get(0, ())
    if line.state in (TICKED, SEEN):
        settled = tuple(book[ref] for ref in chosen if ref in book and book[ref].ticked)
        if chosen and len(settled) == len(chosen):
            return "pointees", Line(line, settled, (), "" if line.state == TICKED else "pointée auparavant")
    good = still_good(line, chosen, book) if chosen else ()
    others = tuple(
        (option, its)
        for option, refs in sorted(line.options.items())
        if option > 0 and (its := still_good(line, refs, book))
    )
    if line.state == WAITING and line.confidence == SURE and good:
        return "sures", Line(line, good, others, line.reason)
    if good or others:
        return "doutes", Line(line, good, others, line.reason if line.state == WAITING else "dépointée depuis")
    return "inconnues", _unknown(line, book, bool(chosen))


def _unknown(line: StoredLine, book: Mapping[Ref, Operation], was_proposed: bool) -> Line:
    """Give a line that nothing of the cahier settles now, with the operation that bears its cheque number, if any."""
    if was_proposed or (line.state == WAITING and line.confidence in (SURE, TO_CHECK)):
        return Line(line, (), (), "ce qui était proposé a changé au cahier, ou est pointé ailleurs")
    number = cheque_of(line.label, line.cheque, line.amount)
    waits = (one for one in book.values() if not one.ticked and one.amount < 0)
    same = (one for one in waits if number and same_cheque(number, one.cheque))
    return Line(line, (), (), line.reason, next(same, None))
