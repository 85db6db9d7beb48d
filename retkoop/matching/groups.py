"""PURE. Several operations that the bank shows as one line: a paying-in slip, one transfer for several grants."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from math import gcd

from retkoop.matching.clues import Clues
from retkoop.matching.model import Operation, Option
from retkoop.matching.words import CASH, CHEQUE, DEPOSIT, FEE, INTEREST, UNKNOWN, plain, telling
from retkoop.statements.model import BankLine

_MOST, _DAYS, _PEOPLE_WAIT = 8, 35, 12
_MOST_IN_A_ROW, _MOST_LOOKED_AT = 40, 200
_NEAREST = 22
_TRIES = 3_000
_MOST_FOUND = 4
_SLIP, _WHOLE, _IN_A_ROW, _PICKED, _MIXED = -1.5, 0.2, 0.6, 1.0, 0.8
_SOON = 8


@dataclass
class Effort:
    """What may still be tried for a whole statement."""

    left: int


class Pool:
    """Operations of one sign that may be parts of lines, by day."""

    def __init__(self) -> None:
        self.places: list[int] = []
        self.days: list[date] = []

    def add(self, place: int, day: date) -> None:
        """Add an operation; they come by day."""
        self.places.append(place)
        self.days.append(day)

    def near(self, line: BankLine, how: str, operations: Sequence[Operation]) -> list[int]:
        """Give the last ones before a line that may be parts of it, by day."""
        first = bisect_left(self.days, line.day - timedelta(_DAYS))
        last = bisect_right(self.days, line.day + timedelta(1))
        found = (
            place
            for place in reversed(self.places[max(first, last - _MOST_LOOKED_AT) : last])
            if operations[place].slip is None and _fits(line, how, operations[place])
        )
        return list(islice(found, _MOST_IN_A_ROW))[::-1]


def groups(
    line: BankLine, at: int, operations: Sequence[Operation], free: Pool, clues: Clues, effort: Effort
) -> list[Option]:
    """Find the sets of two operations or more, among the free ones, that add up to a line."""
    how = clues.hows[at]
    if how in (FEE, INTEREST) or clues.with_cheque(clues.numbers[at]):
        return []
    if how == CHEQUE and line.amount < 0:
        return [] if clues.numbers[at] else _one_cheque(line, operations, clues)
    near = free.near(line, how, operations)
    chance = _chance(len(near), [operations[place].amount for place in near], line.amount)
    rows = _rows(line, operations, near)
    few = near[-_NEAREST:]
    amounts = [operations[place].amount for place in few]
    search = _Search(amounts, line.amount, min(_TRIES, effort.left))
    search.run()
    effort.left -= search.tries
    picked = {tuple(sorted(few[index] for index in chosen)) for chosen in search.found} - rows.keys()
    judge = _Judge(line, how, operations, clues)
    doubt = _chance(search.tries, amounts, line.amount) + (2.0 if search.tries >= search.most else 0.0)
    return [
        *(judge.option(places, base, chance) for places, base in rows.items()),
        *(judge.option(places, _PICKED + doubt, 0.0) for places in sorted(picked)),
    ]


def _fits(line: BankLine, how: str, operation: Operation) -> bool:
    """Tell whether an operation may be a part of a line."""
    if operation.amount * line.amount <= 0 or abs(operation.amount) >= abs(line.amount):
        return False
    if operation.cheque and operation.amount < 0:
        return False
    if how != UNKNOWN and operation.is_cash != (how == CASH) and "espece" not in plain(operation.label):
        return False
    lag = (line.day - operation.day).days
    if line.amount < 0 or how not in (DEPOSIT, CHEQUE, CASH, UNKNOWN):
        return -1 <= lag <= _PEOPLE_WAIT
    return 0 <= lag <= _DAYS


def slips(lines: Sequence[BankLine], operations: Sequence[Operation]) -> list[list[Option]]:
    """Find for each line the paying-in slips of the cahier that make it: they say themselves what belongs together."""
    by_slip: dict[tuple[int, bool], list[int]] = defaultdict(list)
    for place, operation in enumerate(operations):
        if operation.slip is not None and operation.amount:
            by_slip[operation.slip, operation.ticked].append(place)
    by_total: dict[int, list[list[int]]] = defaultdict(list)
    for places in by_slip.values():
        if len(places) > 1:
            by_total[sum(operations[place].amount for place in places)].append(places)
    return [
        [found for places in by_total.get(line.amount, ()) if (found := _slip(line, places, operations))]
        for line in lines
    ]


def _slip(line: BankLine, places: Sequence[int], operations: Sequence[Operation]) -> Option | None:
    lag = (line.day - max(operations[place].day for place in places)).days
    if not -1 <= lag <= 3 * _DAYS:
        return None
    cost = _SLIP + 0.05 * abs(lag) + 0.07 * max(0, lag - _SOON)
    return Option(tuple(places), cost, f"bordereau de remise de {len(places)} écritures")


def _rows(line: BankLine, operations: Sequence[Operation], near: Sequence[int]) -> dict[tuple[int, ...], float]:
    """Find the operations that follow each other in the cahier and make a line; what a set of them costs."""
    found: dict[tuple[int, ...], float] = {}
    for row in _sequences(operations, near):
        for first, last in _sums(tuple(operations[place].amount for place in row), line.amount):
            base = _WHOLE if (first, last) == (0, len(row)) else _IN_A_ROW
            places = tuple(row[first:last])
            found[places] = min(base, found.get(places, base))
    return dict(sorted(found.items(), key=lambda each: (each[1], each[0]))[: 2 * _MOST_FOUND])


def _sequences(operations: Sequence[Operation], near: Sequence[int]) -> Iterator[list[int]]:
    """Give what belongs together: all of them, those of one day, those with a word in common, the same price."""
    yield list(near)
    alike: dict[object, list[int]] = defaultdict(list)
    for place in near:
        day = operations[place].day
        alike[day].append(place)
        for word in telling(operations[place].label):
            alike[word].append(place)
            alike[day, word].append(place)
            alike[operations[place].amount, word].append(place)
    seen: set[tuple[int, ...]] = {tuple(near)}
    for row in alike.values():
        if len(row) > 1 and tuple(row) not in seen:
            seen.add(tuple(row))
            yield row


def _sums(amounts: Sequence[int], total: int) -> Iterator[tuple[int, int]]:
    """Give where two or more amounts in a row, all of one sign, add up to a total."""
    first = so_far = 0
    for last, amount in enumerate(amounts, 1):
        so_far += amount
        while abs(so_far) > abs(total):
            so_far -= amounts[first]
            first += 1
        if so_far == total and last - first > 1:
            yield first, last


def _one_cheque(line: BankLine, operations: Sequence[Operation], clues: Clues) -> list[Option]:
    """Find the entries that were paid by one cheque, when the bank does not tell its number."""
    found = []
    for places in clues.paid_together:
        its = [operations[place] for place in places]
        lag = (line.day - max(operation.day for operation in its)).days
        if sum(operation.amount for operation in its) == line.amount and 0 <= lag <= 4 * _DAYS:
            found.append(Option(places, 0.3 + 0.01 * lag, f"{len(its)} écritures payées par le même chèque"))
    return found


class _Search:
    """Looks for subsets of some amounts that add up to a total, for as long as it may."""

    def __init__(self, amounts: list[int], total: int, most: int) -> None:
        self.amounts = sorted(((abs(amount), index) for index, amount in enumerate(amounts)), reverse=True)
        self.total = abs(total)
        self.most = most
        self.left = [0] * (len(amounts) + 1)
        for place in range(len(amounts) - 1, -1, -1):
            self.left[place] = self.left[place + 1] + self.amounts[place][0]
        self.found: list[tuple[int, ...]] = []
        self.tries = 0

    @property
    def gave_up(self) -> bool:
        """Tell that not everything was looked at."""
        return self.tries >= self.most or len(self.found) >= _MOST_FOUND

    def run(self) -> None:
        """Look for them, the smallest sets first."""
        for size in range(2, min(_MOST, len(self.amounts)) + 1):
            self._from(0, self.total, size, ())

    def _from(self, place: int, total: int, size: int, chosen: tuple[int, ...]) -> None:
        for at in range(place, len(self.amounts) - size + 1):
            if self.gave_up or self.left[at] < total:
                return
            self.tries += 1
            amount, index = self.amounts[at]
            if size == 1:
                if amount == total:
                    self.found.append((*chosen, index))
                elif amount < total:
                    return
            elif amount < total <= amount * size:
                self._from(at + 1, total - amount, size - 1, (*chosen, index))
            elif total > amount * size:
                return


def _chance(tries: int, amounts: Sequence[int], total: int) -> float:
    """Give what it costs that so many sets were tried: the rounder they are, the oftener one adds up by chance."""
    grain = max(1, gcd(total, *amounts)) if amounts else 1
    return min(3.0, 4.0 * tries / max(1, abs(total) // grain))


class _Judge:
    """Tells how likely a set of operations is what makes a line."""

    def __init__(self, line: BankLine, how: str, operations: Sequence[Operation], clues: Clues) -> None:
        self.line, self.how, self.operations, self.clues = line, how, operations, clues

    def option(self, places: tuple[int, ...], base: float, chance: float) -> Option:
        """Judge a set; `chance` counts where nothing but the sum says that they belong together."""
        its = [self.operations[place] for place in places]
        days = [operation.day for operation in its]
        spread, lag = (max(days) - min(days)).days, abs((self.line.day - max(days)).days)
        together = frozenset.intersection(*(telling(operation.label) for operation in its))
        cost = base + 0.08 * spread + 0.03 * lag + 0.07 * max(0, lag - _SOON) + self._means(its)
        cost += 0.0 if together else _MIXED + chance
        when = "du même jour" if spread == 0 else f"en {spread + 1} jours"
        return Option(places, cost, f"{len(places)} écritures {when} dont la somme fait ce montant")

    def _means(self, its: Sequence[Operation]) -> float:
        """Give what it costs that this line is no paying-in: one transfer is for entries about who sent it."""
        if self.how in (DEPOSIT, CHEQUE, CASH):
            return 0.0
        like = min(self.clues.shared(self.line.label, operation.label) for operation in its)
        if self.how == UNKNOWN and self.line.amount > 0:
            return 0.0 if like > 0 else 1.5 if self.clues.names_another(self.line.label) else 0.3
        return 0.2 if like >= 1.5 else 1.0 if like > 0 else 2.5
