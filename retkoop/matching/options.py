"""PURE. What one operation may be for one bank line, and how likely: a cheque clears after its date, never before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from retkoop.matching.learned import History, habit
from retkoop.matching.model import Operation, Option
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
    cheque_of,
    likeness,
    means,
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
_INSTANT = (CARD, TRANSFER, DEBIT)
_AS_BEFORE = ", comme d’autres fois"
_FEE_WORDS = ("frais", "cotisation", "commission", "agios", "banc", "tenue", "interet")


def pairs(
    lines: Sequence[BankLine], operations: Sequence[Operation], history: History | None = None
) -> list[list[Option]]:
    """Give for each line the operations of its amount that it may settle."""
    by_amount: dict[int, list[int]] = defaultdict(list)
    by_cheque: dict[str, list[int]] = defaultdict(list)
    for place, operation in enumerate(operations):
        by_amount[operation.amount].append(place)
        if operation.cheque and operation.amount < 0:
            by_cheque[_last_digits(operation.cheque)].append(place)
    found: list[list[Option]] = []
    for line in lines:
        number = cheque_of(line.label, line.cheque, line.amount)
        options = [
            option
            for place in by_amount[line.amount]
            if (option := _pair(line, number, operations[place], place, history))
        ]
        found.append([*options, *_one_cheque(line, number, by_cheque, operations)])
    return found


def _last_digits(cheque: str) -> str:
    return "".join(filter(str.isdigit, cheque)).lstrip("0")[-4:]


def _one_cheque(
    line: BankLine, number: str, by_cheque: dict[str, list[int]], operations: Sequence[Operation]
) -> list[Option]:
    """Find the entries that were paid by one cheque."""
    its = [
        place for place in by_cheque.get(number[-4:], ()) if number and same_cheque(number, operations[place].cheque)
    ]
    if len(its) < 2 or sum(operations[place].amount for place in its) != line.amount:
        return []
    return [Option(tuple(its), 0.0, f"{len(its)} écritures payées par le même chèque")]


def other_amount(line: BankLine, operations: Sequence[Operation]) -> Operation | None:
    """Find an operation with the cheque of a line, whatever its amount."""
    number = cheque_of(line.label, line.cheque, line.amount)
    if not number:
        return None
    return next((each for each in operations if each.amount < 0 and same_cheque(number, each.cheque)), None)


def _pair(line: BankLine, number: str, operation: Operation, place: int, history: History | None) -> Option | None:
    lag = (line.day - operation.day).days
    if number and operation.cheque:
        if not same_cheque(number, operation.cheque) or not _EARLIEST <= lag <= _SAME_CHEQUE_LATEST:
            return None
        return Option((place,), 0.0 if lag >= 0 else 1.0, "même n° de chèque, même montant")
    if not _EARLIEST <= lag <= _LATEST:
        return None
    how = CHEQUE if number else means(line.label)
    like = likeness(line.label, operation.label)
    cost = _lag_cost(how, lag, operation) + _means_cost(line, how, operation) + _words_cost(line, how, operation, like)
    known = habit(line, operation.label, history) if history else 0.0
    return Option((place,), max(cost - known, 0.0), reason_for(lag, like) + (_AS_BEFORE if known > 0 else ""))


def _lag_cost(how: str, lag: int, operation: Operation) -> float:
    if how == UNKNOWN and operation.cheque:
        how = CHEQUE
    first, last, rate = _WINDOWS[how]
    if first <= lag <= last:
        return rate * (abs(lag) + 0.01 * lag * lag)
    beyond = first - lag if lag < first else lag - last
    return _OUTSIDE + min(1.8, 0.08 * beyond)


def _means_cost(line: BankLine, how: str, operation: Operation) -> float:
    """Give what it costs that the entry tells another means of payment than the bank."""
    cost = 0.0
    paid_by_cheque = bool(operation.cheque) and operation.amount < 0
    if paid_by_cheque and how not in (CHEQUE, UNKNOWN):
        cost += 3.0
    if how == CHEQUE and line.amount < 0 and not operation.cheque:
        cost += 1.2
    if operation.is_cash != (how == CASH) and how != UNKNOWN:
        cost += 3.0 if operation.is_cash else 1.5
    if how in (FEE, INTEREST) and not any(word in plain(operation.label) for word in _FEE_WORDS):
        cost += 2.0
    return cost


def _words_cost(line: BankLine, how: str, operation: Operation, like: float) -> float:
    """Give what the words add or take away, and what a round amount, which comes back often, does not prove."""
    if like > 0:
        return -1.0 * like
    cost = 0.8 if how in _INSTANT and telling(line.label) else 0.0
    if line.amount % 500 == 0 and how in (*_INSTANT, UNKNOWN):
        cost += 0.8
    return cost


def reason_for(lag: int, like: float) -> str:
    """Say in words why an operation is proposed."""
    if lag == 0:
        when = "le même jour"
    elif lag > 0:
        when = f"{lag} jour{'s' if lag > 1 else ''} après"
    else:
        when = f"{-lag} jour{'s' if lag < -1 else ''} avant la date de l’écriture"
    return f"même montant, {when}" + (", libellé proche" if like >= 0.5 else "")
