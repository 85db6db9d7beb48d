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


Told = Callable[[Staged], Hashable | None]


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


def already_here(kept: Sequence[Staged], part: Part) -> list[bool]:
    """Tell of each line of a part whether it is among those that are here: each kept line answers for one at most.

    The same reference, or the same balance after it, tells a line for sure; the same day, amount and words do where
    one of the two does not tell the balance, or where both show a whole day in another order.
    """
    found: dict[int, int] = {}
    often = Counter(staged.line.reference for staged in part.lines)
    for told in (lambda staged: _reference(staged, often), _running):
        _pair(kept, part.lines, found, told)
    by_words = _days_by_words(kept, part.lines)
    for told in (_words, _alike):
        _pair(kept, part.lines, found, _within(told, by_words))
    return [new in found for new in range(len(part.lines))]


def _within(told: Told, days: set[date]) -> Told:
    return lambda staged: told(staged) if staged.line.day in days else None


def _days_by_words(kept: Sequence[Staged], lines: Sequence[Staged]) -> set[date]:
    """Give the days on which words tell a line from another, for want of balances or of the same order."""
    stored, new = _by_day(kept), _by_day(lines)
    return {day for day in new if day in stored and (_lacks(stored[day], new[day]) or _mixed(stored[day], new[day]))}


def _by_day(lines: Sequence[Staged]) -> dict[date, list[Staged]]:
    days: dict[date, list[Staged]] = defaultdict(list)
    for staged in lines:
        days[staged.line.day].append(staged)
    return days


def _lacks(stored: Sequence[Staged], new: Sequence[Staged]) -> bool:
    return any(staged.running is None for staged in (*stored, *new))


def _mixed(stored: Sequence[Staged], new: Sequence[Staged]) -> bool:
    """Tell two lists of one whole day, in another order: they begin with the same balance and hold the same."""
    told = [Counter((staged.line.amount, _words(staged)) for staged in lines) for lines in (stored, new)]
    begins = {staged.running - staged.line.amount for staged in stored if staged.running is not None}
    # The chain of that day begins with what no other line of it ends with.
    begins -= {staged.running for staged in stored}
    first = new[0]
    return told[0] == told[1] and first.running is not None and first.running - first.line.amount in begins


def _pair(kept: Sequence[Staged], lines: Sequence[Staged], found: dict[int, int], told: Told) -> None:
    """Pair lines of one day and amount that tell the same, in order; those already paired are left."""
    used = set(found.values())
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for at, staged in enumerate(kept):
        key = told(staged)
        if at not in used and key is not None:
            waiting[staged.line.day, staged.line.amount, key].append(at)
    for new, staged in enumerate(lines):
        key = None if new in found else told(staged)
        same = waiting.get((staged.line.day, staged.line.amount, key)) if key is not None else None
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
