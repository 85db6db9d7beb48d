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
    """The part of a statement that is of one exercice; `outside`: lines left out.

    `opening` and `closing` (cents) are balances that the file tells, less what is outside: before the first line, and
    on `closing_day`, which may be later than the last line.
    """

    lines: tuple[Staged, ...]
    opening: int | None
    closing: int | None
    closing_day: date
    outside: int


Told = Callable[[Staged], Hashable | None]


def part_of(statement: Statement, year: SchoolYear) -> Part | None:
    """Give what a statement says of an exercice; None when it says nothing of it."""
    lines = statement.lines
    # Both balances and all between them: otherwise nothing tells that a balance is of the day of a line.
    start = statement.opening.amount if statement.opening is not None and statement.gap == 0 else None
    held = [None if start is None else start + so_far for so_far in accumulate(line.amount for line in lines)]
    inside = [Staged(line, after) for line, after in zip(lines, held, strict=True) if year.contains(line.day)]
    if not inside:
        return None
    before = sum(line.amount for line in lines if line.day < year.first_day)
    after = sum(line.amount for line in lines if line.day > year.last_day)
    last = inside[-1].line.day
    told = statement.closing.day if statement.closing else None
    return Part(
        tuple(inside),
        statement.opening.amount + before if statement.opening else None,
        statement.closing.amount - after if statement.closing else None,
        min(told, year.last_day) if told and told > last and lines[-1].day <= year.last_day else last,
        len(lines) - len(inside),
    )


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
    if _are_strangers(kept, part):
        by_words = {staged.line.day for staged in part.lines}
    for told in (_words, _alike):
        _pair(kept, part.lines, found, _within(told, by_words))
    return [new in found for new in range(len(part.lines))]


def _are_strangers(kept: Sequence[Staged], part: Part) -> bool:
    """Tell a file whose balances meet those that are here nowhere: then words alone can tell.

    It counts from another balance, or a gap lies between.
    """
    ends = {staged.running for staged in kept} - {None}
    starts = {staged.running - staged.line.amount for staged in kept if staged.running is not None}
    mine = [staged.running for staged in part.lines]
    first, last = part.lines[0], mine[-1]
    begins = None if first.running is None else first.running - first.line.amount
    return not ends.intersection(mine) and begins not in ends and last not in starts


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
    # QIF puts « VIR » or « CB » there.
    numbers = len(reference) >= 5 and any(map(str.isdigit, reference))
    return reference if numbers and often[reference] == 1 else None


def _running(staged: Staged) -> Hashable | None:
    return staged.running


def _words(staged: Staged) -> Hashable | None:
    return plain(staged.line.label)


def _alike(staged: Staged) -> Hashable | None:
    """Give how a label begins: other formats of one bank cut it, or add to it."""
    letters = "".join(filter(str.isalnum, plain(staged.line.label)))
    return staged.line.cheque or letters[:12] or None
