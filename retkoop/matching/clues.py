"""PURE. What a whole statement and a whole cahier tell about their words and numbers: which of them are telling."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from math import log

from retkoop.matching.model import Operation
from retkoop.matching.words import CHEQUE, alike, cheque_of, means, numbers, plain, same_cheque, telling
from retkoop.statements.model import BankLine

_MOST_TELLING = 3.0


class Clues:
    """The words and the cheques of both sides."""

    def __init__(self, lines: Sequence[BankLine], operations: Sequence[Operation]) -> None:
        self.cheques: dict[str, list[int]] = defaultdict(list)
        for place, operation in enumerate(operations):
            if operation.cheque and operation.amount < 0:
                self.cheques[_last_digits(operation.cheque)].append(place)
        self._operations = operations
        self.paid_together = _paid_together(operations)
        self._slips = Counter(operation.slip for operation in operations)
        self.numbers = [self._number(line) for line in lines]
        known = [number for number in self.numbers if self.with_cheque(number)]
        # Then a cheque of the cahier whose number a line does not show is hardly what the line paid.
        self.bank_tells_cheques = len(known) >= 3
        self._at_bank = {number[-4:] for number in self.numbers if number}
        self.hows = [CHEQUE if number else means(line.label) for number, line in zip(self.numbers, lines, strict=True)]
        self._written = _rarity(operation.label for operation in operations)
        self._said = _rarity(line.label for line in lines)
        self._starts: dict[str, list[str]] = defaultdict(list)
        for word in self._written:
            self._starts[word[:4]].append(word)
        self._shared: dict[tuple[str, str], float] = {}

    def _number(self, line: BankLine) -> str:
        """Give the number of the cheque that a line paid: told as such, or one that a cheque of the cahier has."""
        told = cheque_of(line.label, line.cheque, line.amount)
        if told or line.amount >= 0:
            return told
        return next((number for number in numbers(line.label) if self.with_cheque(number)), "")

    def with_cheque(self, number: str) -> list[int]:
        """Give the operations that were paid by a cheque."""
        if not number:
            return []
        return [
            place for place in self.cheques.get(number[-4:], ()) if same_cheque(number, self._operations[place].cheque)
        ]

    def is_part(self, operation: Operation) -> bool:
        """Tell whether an operation went to the bank with others, on one paying-in slip."""
        return operation.slip is not None and self._slips[operation.slip] > 1

    def is_at_bank(self, cheque: str) -> bool:
        """Tell whether the bank shows a cheque, on whatever line."""
        return _last_digits(cheque) in self._at_bank

    def shared(self, bank: str, book: str) -> float:
        """Tell from 0 to 3 how surprising it would be that two labels had these words in common by chance."""
        key = (plain(bank), plain(book))
        if key not in self._shared:
            said, written = telling(bank), telling(book)
            found = 0.0
            for word in said:
                its = [self._written[other] for other in written if alike(word, other)]
                if its:
                    found += min(max(its), self._said[word])
            self._shared[key] = min(_MOST_TELLING, found)
        return self._shared[key]

    def names_another(self, bank: str) -> bool:
        """Tell whether a bank label has a word that some entries of the cahier have, and few."""
        return any(
            self._written[other] > 1.0 and self._said[word] > 1.0
            for word in telling(bank)
            for other in self._starts.get(word[:4], ())
            if alike(word, other)
        )


def _paid_together(operations: Sequence[Operation]) -> list[tuple[int, ...]]:
    """Give the operations of one cheque, where it paid several."""
    found: dict[str, list[int]] = defaultdict(list)
    for place, operation in enumerate(operations):
        if operation.cheque and operation.amount < 0 and not operation.ticked:
            found[operation.cheque].append(place)
    return [tuple(places) for places in found.values() if len(places) > 1]


def _last_digits(cheque: str) -> str:
    return "".join(filter(str.isdigit, cheque)).lstrip("0")[-4:]


def _rarity(labels: Iterable[str]) -> dict[str, float]:
    """Give how rare each word is among labels."""
    count = 0
    having: Counter[str] = Counter()
    for label in labels:
        count += 1
        having.update(telling(label))
    return {word: log((count + 2) / (its + 1)) for word, its in having.items()}
