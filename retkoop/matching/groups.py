"""PURE. Several operations that the bank shows as one line: a paying-in slip, one transfer for several grants."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

from retkoop.matching.model import Operation, Option
from retkoop.matching.words import CASH, CHEQUE, DEPOSIT, FEE, INTEREST, UNKNOWN, cheque_of, likeness, means
from retkoop.statements.model import BankLine

_MOST, _DAYS, _PEOPLE_WAIT = 8, 35, 12
_NEAREST = 22
_TRIES = 4_000
_MOST_FOUND = 4


def groups(line: BankLine, operations: Sequence[Operation], free: Sequence[int]) -> list[Option]:
    """Find the sets of two operations or more, among the free ones, that add up to a line; `free` is sorted by day."""
    how = means(line.label)
    if how in (FEE, INTEREST) or cheque_of(line.label, line.cheque, line.amount):
        return []
    near = [place for place in free if _fits(line, how, operations[place])]
    slips = _slips(line, operations, near)
    near = [place for place in near if operations[place].slip is None][-_NEAREST:]
    search = _Search([operations[place].amount for place in near], line.amount)
    search.run()
    found = [tuple(sorted(near[index] for index in chosen)) for chosen in search.found]
    doubt = _doubt(search, [operations[place].amount for place in near], line.amount)
    return [*slips, *(_option(line, how, operations, places, doubt) for places in found)]


def _fits(line: BankLine, how: str, operation: Operation) -> bool:
    """Tell whether an operation may be a part of a line."""
    if operation.amount * line.amount <= 0 or abs(operation.amount) >= abs(line.amount):
        return False
    if operation.ticked or (operation.cheque and operation.amount < 0):
        return False
    if how != UNKNOWN and operation.is_cash != (how == CASH):
        return False
    lag = (line.day - operation.day).days
    if line.amount < 0 or how not in (DEPOSIT, CHEQUE, CASH, UNKNOWN):
        return -1 <= lag <= _PEOPLE_WAIT
    return 0 <= lag <= _DAYS


def _slips(line: BankLine, operations: Sequence[Operation], near: Sequence[int]) -> list[Option]:
    """Find the paying-in slips of the cahier that make a line."""
    by_slip: dict[int, list[int]] = {}
    for place in near:
        slip = operations[place].slip
        if slip is not None:
            by_slip.setdefault(slip, []).append(place)
    return [
        Option(tuple(places), 0.0, f"bordereau de remise de {len(places)} écritures")
        for places in by_slip.values()
        if len(places) > 1 and sum(operations[place].amount for place in places) == line.amount
    ]


class _Search:
    """Looks for subsets of some amounts that add up to a total, for as long as it may."""

    def __init__(self, amounts: list[int], total: int) -> None:
        self.amounts = sorted(((abs(amount), index) for index, amount in enumerate(amounts)), reverse=True)
        self.total = abs(total)
        self.left = [0] * (len(amounts) + 1)
        for place in range(len(amounts) - 1, -1, -1):
            self.left[place] = self.left[place + 1] + self.amounts[place][0]
        self.found: list[tuple[int, ...]] = []
        self.tries = 0

    @property
    def gave_up(self) -> bool:
        """Tell that not everything was looked at."""
        return self.tries >= _TRIES or len(self.found) >= _MOST_FOUND

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


def _doubt(search: _Search, amounts: Sequence[int], total: int) -> float:
    """Give what it costs that many sets were tried: the rounder they are, the oftener one adds up by chance."""
    grain = max(1, gcd(total, *amounts)) if amounts else 1
    chance = search.tries / max(1, abs(total) // grain)
    return min(3.0, 4.0 * chance) + (2.0 if search.tries >= _TRIES else 0.0)


def _option(line: BankLine, how: str, operations: Sequence[Operation], places: tuple[int, ...], doubt: float) -> Option:
    its = [operations[place] for place in places]
    days = [operation.day for operation in its]
    spread, lag = (max(days) - min(days)).days, (line.day - max(days)).days
    alike = min(likeness(line.label, operation.label) for operation in its)
    cost = 0.8 + 0.05 * len(places) + 0.04 * spread + 0.03 * abs(lag) + doubt
    if how not in (DEPOSIT, CHEQUE, CASH):
        cost += 1.0 if alike >= 0.5 else 2.5
    when = "du même jour" if spread == 0 else f"en {spread + 1} jours"
    return Option(places, cost, f"{len(places)} écritures {when} dont la somme fait ce montant")
