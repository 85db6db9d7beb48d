"""PURE. What of a statement is new to an exercice: its lines of that year, without those that are here already."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from retkoop.school_year import SchoolYear
from retkoop.statements.model import BankLine, Statement
from retkoop.statements.values import plain


@dataclass(frozen=True, slots=True)
class Staged:
    """A line of the year; `running` (cents) is what the account held after it, None when the file does not tell."""

    line: BankLine
    running: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a statement that is of one exercice, and the balances (cents) around it; `outside`: lines left out.

    `last_day` is the day of `closing`: the file's own, when that is later than the last line.
    """

    lines: tuple[Staged, ...]
    opening: int | None
    closing: int | None
    last_day: date
    outside: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A statement that is here already, its lines in order."""

    lines: tuple[Staged, ...]
    opening: int | None = None
    closing: int | None = None


def part_of(statement: Statement, year: SchoolYear) -> Part | None:
    """Give what a statement says of an exercice; None when it says nothing of it."""
    amounts = [line.amount for line in statement.lines]
    start = _start(statement, amounts)
    running: list[int | None] = [None] * len(amounts)
    if start is not None:
        running = [start + so_far for so_far in accumulate(amounts)]
    inside = [
        Staged(line, held) for line, held in zip(statement.lines, running, strict=True) if year.contains(line.day)
    ]
    if not inside:
        return None
    first, last = inside[0], inside[-1]
    told = statement.closing.day if statement.closing else None
    is_last = last.line is statement.lines[-1]
    end = min(told, year.last_day) if told and told > last.line.day and is_last else last.line.day
    return Part(
        tuple(inside),
        None if first.running is None else first.running - first.line.amount,
        last.running,
        end,
        len(statement.lines) - len(inside),
    )


def _start(statement: Statement, amounts: Sequence[int]) -> int | None:
    """Give what the account held before the first line; None when nothing tells, or when the two ends disagree."""
    if statement.gap:
        return None
    if statement.opening is not None:
        return statement.opening.amount
    return None if statement.closing is None else statement.closing.amount - sum(amounts)


def already_here(kept: Sequence[Kept], part: Part) -> list[bool]:
    """Tell of each line of a part whether it is in a statement that is here: each kept line answers for one at most.

    The same reference or the same balance after it tells a line for sure; without them the same day, amount and words
    do. Twins of one day are two lines, unless one file begins exactly where another ends.
    """
    stored = [(place, staged) for place, one in enumerate(kept) for staged in one.lines]
    found: dict[int, int] = {}
    often = Counter(staged.line.reference for staged in part.lines)
    for same in (lambda staged: _reference(staged, often), _running):
        _pair(stored, part.lines, found, same, lambda _place, _day: True)
    met = {(stored[at][0], part.lines[new].line.day) for new, at in found.items()}
    touching = {place: day for place, one in enumerate(kept) if (day := _meets(one, part)) is not None}

    def may_be(place: int, day: date) -> bool:
        return touching.get(place) != day or (place, day) in met

    for same in (_words, _alike):
        _pair(stored, part.lines, found, same, may_be)
    return [new in found for new in range(len(part.lines))]


def _meets(one: Kept, part: Part) -> date | None:
    """Give the day on which one statement goes on exactly where the other ends, by their balances."""
    if not one.lines:
        return None
    first, last = one.lines[0].line.day, one.lines[-1].line.day
    if one.closing is not None and one.closing == part.opening and last == part.lines[0].line.day:
        return last
    if one.opening is not None and one.opening == part.closing and first == part.lines[-1].line.day:
        return first
    return None


Told = Callable[[Staged], Hashable | None]


def _pair(
    stored: Sequence[tuple[int, Staged]],
    lines: Sequence[Staged],
    found: dict[int, int],
    told: Told,
    may_be: Callable[[int, date], bool],
) -> None:
    """Pair lines of one day and amount that tell the same, in order; those already paired are left."""
    used = set(found.values())
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for at, (place, staged) in enumerate(stored):
        key = told(staged)
        if at not in used and key is not None and may_be(place, staged.line.day):
            waiting[staged.line.day, staged.line.amount, key].append(at)
    for new, staged in enumerate(lines):
        key = told(staged)
        same = waiting.get((staged.line.day, staged.line.amount, key)) if new not in found and key is not None else None
        if same:
            found[new] = same.pop(0)


def _reference(staged: Staged, often: Counter[str]) -> Hashable | None:
    """Give what the bank numbers a line by; what comes back on other lines is no such number."""
    reference = staged.line.reference
    return reference if reference and often[reference] == 1 else None


def _running(staged: Staged) -> Hashable | None:
    return staged.running


def _words(staged: Staged) -> Hashable | None:
    return plain(staged.line.label)


def _alike(staged: Staged) -> Hashable | None:
    """Give how a label begins: other formats of one bank cut it, or add to it."""
    letters = "".join(filter(str.isalnum, plain(staged.line.label)))
    return staged.line.cheque or letters[:12] or None
