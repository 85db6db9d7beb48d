"""PURE. What one operation may be for one bank line, and how likely: a cheque clears after its date, never before."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from retkoop.matching.clues import Clues
from retkoop.matching.learned import History, habit
from retkoop.matching.model import PRIOR, Operation, Option
from retkoop.matching.solver import ALONE
from retkoop.matching.words import (
    CARD,
    CASH,
    CHEQUE,
    DEBIT,
    DEPOSIT,
    FEE,
    INTEREST,
    TRANSFER,
    UNKNOWN,
    nearly_same_cheque,
    numbers,
    plain,
    same_cheque,
    telling,
)  # fmt: skip
from retkoop.statements.model import BankLine

# Days from the entry to the bank, first and last, and what a day more costs.
_WINDOWS = {
    CHEQUE: (0, 120, 0.01), DEPOSIT: (0, 35, 0.02), CASH: (0, 15, 0.08), CARD: (-1, 7, 0.2), TRANSFER: (-1, 9, 0.2),
    DEBIT: (-3, 12, 0.15), FEE: (-8, 8, 0.15), INTEREST: (-8, 8, 0.15), UNKNOWN: (-1, 35, 0.04),
}  # fmt: skip
# Beyond the window but not out of the question: people write late, or the day of the bill.
_EARLIEST, _LATEST = -45, 200
_OUTSIDE = 3.0
_SAME_CHEQUE_LATEST = 400
# What the bank had not shown at the year's end is late, whatever it is.
_PRIOR_LATEST, _PRIOR_RATE = 150, 0.01
_SAME_CHEQUE = -3.0
_INSTANT = (CARD, TRANSFER, DEBIT)
_FEE_WORDS = ("frais", "cotisation", "commission", "agios", "banc", "tenue", "interet")
_HABIT = 1.5
_AS_BEFORE = ", comme d’autres fois"
# Of a crowd of one amount, those that are looked at for one line: the last ones before it, the first ones after.
_BEFORE, _AFTER, _LIKEST, _MOST_KEPT = 20, 6, 6, 12


def pairs(
    lines: Sequence[BankLine], operations: Sequence[Operation], clues: Clues, history: History | None = None
) -> list[list[Option]]:
    """Give for each line the operations of its amount that it may settle; `operations` are sorted by day."""
    crowds: dict[int, _Crowd] = defaultdict(_Crowd)
    for place, operation in enumerate(operations):
        crowds[operation.amount].add(place, operation)
    found: list[list[Option]] = []
    for at, line in enumerate(lines):
        crowd = crowds.get(line.amount)
        judge = _Judge(line, clues, at, history, crowd is not None and crowd.is_large)
        options = [
            option
            for place in (crowd.near(line, clues.with_cheque(clues.numbers[at])) if crowd else ())
            if (option := judge.option(operations[place], place)) and option.cost < 2 * ALONE
        ]
        if len(options) > _MOST_KEPT:
            options = sorted(options, key=lambda option: (option.cost, option.places))[:_MOST_KEPT]
        found.append([*options, *_one_cheque(line, clues.with_cheque(clues.numbers[at]), operations)])
    return found


class _Crowd:
    """The operations of one amount, by day."""

    def __init__(self) -> None:
        self.places: list[int] = []
        self.days: list[date] = []
        self.by_word: dict[str, list[int]] = defaultdict(list)

    def add(self, place: int, operation: Operation) -> None:
        self.places.append(place)
        self.days.append(operation.day)
        for start in {word[:4] for word in telling(operation.label)}:
            self.by_word[start].append(place)

    @property
    def is_large(self) -> bool:
        """Tell that not all are looked at for one line."""
        return len(self.places) > _BEFORE + _AFTER

    def near(self, line: BankLine, by_cheque: Sequence[int]) -> Iterator[int]:
        """Give those that may be settled by a line: of a crowd, the nearest in time and in words."""
        if not self.is_large:
            yield from self.places
            return
        at = bisect_right(self.days, line.day)
        kept = set(self.places[max(0, at - _BEFORE) : at + _AFTER])
        for word in telling(line.label):
            its = self.by_word.get(word[:4], ())
            if len(its) <= _LIKEST:
                kept.update(its)
            else:
                middle = bisect_left(its, self.places[min(at, len(self.places) - 1)])
                kept.update(its[max(0, middle - _LIKEST) : middle + 2])
        mine = set(self.places) if by_cheque else set()
        kept.update(place for place in by_cheque if place in mine)
        yield from sorted(kept)


def _one_cheque(line: BankLine, its: Sequence[int], operations: Sequence[Operation]) -> list[Option]:
    """Find the entries that were paid by one cheque."""
    if len(its) < 2 or sum(operations[place].amount for place in its) != line.amount:
        return []
    return [Option(tuple(its), _SAME_CHEQUE, f"{len(its)} écritures payées par le même chèque")]


def other_amount(at: int, operations: Sequence[Operation], clues: Clues) -> Operation | None:
    """Find an operation with the cheque of a line, whatever its amount."""
    return next((operations[place] for place in clues.with_cheque(clues.numbers[at])), None)


class _Judge:
    """Tells of one line how likely each operation of its amount is."""

    def __init__(self, line: BankLine, clues: Clues, at: int, history: History | None, of_many: bool) -> None:
        self.of_many = of_many
        self.line, self.clues, self.history = line, clues, history
        self.number, self.how = clues.numbers[at], clues.hows[at]
        # An operation has this cheque already: the others hardly are what it paid.
        self.owned = bool(clues.with_cheque(self.number))
        # Numbers that are no cheque of the cahier, one of which may be one that was typed wrong.
        self.others = numbers(line.label) if line.amount < 0 and not self.number else ()
        self.names_another = clues.names_another(line.label)

    def option(self, operation: Operation, place: int) -> Option | None:
        """Judge an operation; None when it cannot be."""
        lag = (self.line.day - operation.day).days
        latest = _SAME_CHEQUE_LATEST if operation.kind == PRIOR else _LATEST
        if self.number and operation.cheque:
            if same_cheque(self.number, operation.cheque) and _EARLIEST <= lag <= _SAME_CHEQUE_LATEST:
                cost = _SAME_CHEQUE + (0.0 if lag >= 0 else 1.0)
                return Option((place,), cost, "même n° de chèque, même montant")
            if self.owned or not 0 <= lag <= latest:
                return None
            return self._mistyped(operation, place, lag)
        if not _EARLIEST <= lag <= latest:
            return None
        if operation.cheque and any(nearly_same_cheque(number, operation.cheque) for number in self.others):
            return self._mistyped(operation, place, lag)
        like = self.clues.shared(self.line.label, operation.label)
        known = _HABIT * habit(self.line, operation.label, self.history) if self.history else 0.0
        cost = self._lag(lag, operation) + self._means(operation) + self._words(like) - known
        reason = reason_for(lag, like > 0)
        of_many = self.of_many and like == 0 and known <= 0
        return Option((place,), cost, reason + (_AS_BEFORE if known > 0 else ""), of_many)

    def _mistyped(self, operation: Operation, place: int, lag: int) -> Option:
        near = any(nearly_same_cheque(number, operation.cheque) for number in (self.number, *self.others))
        # Another line has the cahier's number: one of the two was typed on the wrong entry.
        cost = 0.5 if near and not self.clues.is_at_bank(operation.cheque) else 3.0
        when = reason_for(lag, False)
        return Option(
            (place,), cost + self._lag(lag, operation), f"{when}, mais chèque n° {operation.cheque} au cahier"
        )

    def _lag(self, lag: int, operation: Operation) -> float:
        how = CHEQUE if self.how == UNKNOWN and operation.cheque else self.how
        first, last, rate = _WINDOWS[how]
        if operation.kind == PRIOR:
            last, rate = max(last, _PRIOR_LATEST), min(rate, _PRIOR_RATE)
        if first <= lag <= last:
            return rate * (abs(lag) + 0.01 * lag * lag)
        beyond = first - lag if lag < first else lag - last
        return _OUTSIDE + min(1.8, 0.08 * beyond)

    def _means(self, operation: Operation) -> float:
        """Give what it costs that the entry tells another means of payment than the bank."""
        how, cost = self.how, 0.0
        paid_by_cheque = bool(operation.cheque) and operation.amount < 0
        if paid_by_cheque and how not in (CHEQUE, UNKNOWN):
            cost += 3.0
        if paid_by_cheque and how == UNKNOWN and self.clues.bank_tells_cheques:
            cost += 2.0
        if self.clues.is_part(operation):
            cost += 2.0
        if how == CHEQUE and self.line.amount < 0 and not operation.cheque:
            cost += 2.5 if self.owned else 1.2
        if operation.is_cash != (how == CASH) and how != UNKNOWN:
            cost += 3.0 if operation.is_cash else 0.3 if "espece" in plain(operation.label) else 1.5
        if how in (FEE, INTEREST) and not any(word in plain(operation.label) for word in _FEE_WORDS):
            cost += 2.0
        return cost

    def _words(self, like: float) -> float:
        """Give what the words add or take away, and what a round amount, which comes back often, does not prove."""
        if like > 0:
            return -0.8 * like
        cost = 0.6 if self.how in _INSTANT and telling(self.line.label) else 0.0
        if self.names_another:
            cost += 0.9
        if self.how in (*_INSTANT, UNKNOWN):
            cost += 0.8 if self.line.amount % 500 == 0 else 0.4 if self.line.amount % 100 == 0 else 0.0
        return cost


def reason_for(lag: int, like: bool) -> str:
    """Say in words why an operation is proposed."""
    if lag == 0:
        when = "le même jour"
    elif lag > 0:
        when = f"{lag} jour{'s' if lag > 1 else ''} après"
    else:
        when = f"{-lag} jour{'s' if lag < -1 else ''} avant la date de l’écriture"
    return f"même montant, {when}" + (", libellé proche" if like else "")
