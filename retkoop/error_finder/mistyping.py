"""PURE. How one amount comes to be typed for another, how often, and which amounts a year is used to."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from retkoop.facts import Entry

_MONTHS = frozenset(
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre".split()  # noqa: SIM905 one line reads better
)
# From the roundest: an amount belongs to the first of these that divides it.
_STEPS = (1_000, 100, 50, 10, 1)


class Mistyping(NamedTuple):
    """A way of typing one amount for another: words for people, and its share among all slips of the same kind."""

    words: str
    odds: float


INVERTED = Mistyping("deux chiffres inversés", 1 / 6)
CROSSED = Mistyping("deux chiffres échangés", 1 / 60)
SHIFTED = Mistyping("virgule déplacée", 1 / 20)
LOST = Mistyping("un chiffre oublié", 1 / 150)
ADDED = Mistyping("un chiffre en trop", 1 / 150)
ONE_DIGIT = Mistyping("un chiffre faux", 1 / 70)


def mistyping(typed: int, true: int) -> Mistyping | None:
    """Say how `true` may have become `typed`, both in cents and of the same sign; None if a single slip cannot."""
    if typed == true or typed * true <= 0:
        return None
    typed, true = abs(typed), abs(true)
    if max(typed, true) in (10 * min(typed, true), 100 * min(typed, true)):
        return SHIFTED
    return _of_same_length(typed, true) or _of_other_length(str(typed), str(true))


def _of_same_length(typed: int, true: int) -> Mistyping | None:
    width = max(len(str(typed)), len(str(true)), 3)
    pairs = list(zip(f"{typed:0{width}}", f"{true:0{width}}", strict=True))
    places = [place for place, (one, other) in enumerate(pairs) if one != other]
    if len(places) == 1:
        return ONE_DIGIT if len(str(typed)) == len(str(true)) else None
    if len(places) != 2 or pairs[places[0]] != pairs[places[1]][::-1]:
        return None
    return INVERTED if places[1] - places[0] == 1 else CROSSED


def _of_other_length(typed: str, true: str) -> Mistyping | None:
    if len(true) == len(typed) + 1 and _lacks_one(typed, true):
        return LOST
    return ADDED if len(typed) == len(true) + 1 and _lacks_one(true, typed) else None


def _lacks_one(short: str, long: str) -> bool:
    return any(long[:place] + long[place + 1 :] == short for place in range(len(long)))


@lru_cache(maxsize=4096)
def words_of(label: str) -> frozenset[str]:
    """Give the words that tell a label from another: no accents, no numbers, no months, nothing of two letters."""
    plain = unicodedata.normalize("NFKD", label.casefold()).encode("ascii", "ignore").decode()
    return frozenset(word for word in re.findall(r"[a-z]{3,}", plain) if word not in _MONTHS)


def amounts_of(entry: Entry) -> frozenset[int]:
    """Give the amounts that stand in the columns of an entry, without sign."""
    return frozenset(abs(amount) for amount in (entry.bank, entry.cash, entry.advance_amount) if amount)


@dataclass(frozen=True)
class Habits:
    """Which amounts a year holds: how round and how great they are, and what each label is used to."""

    entries: int
    steps: Counter[int]
    sizes: Counter[int]
    amounts: Counter[int]
    labels: Counter[frozenset[str]]
    by_label: Counter[tuple[frozenset[str], int]]

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Habits:
        """Count the amounts of a year."""
        pairs = [(words_of(entry.label), amount) for entry in entries for amount in amounts_of(entry)]
        amounts = Counter(amount for _, amount in pairs)
        labels = Counter(label for label, _ in pairs)
        steps, sizes = (Counter(map(of, amounts.elements())) for of in (_step, int.bit_length))
        return cls(len(pairs), steps, sizes, amounts, labels, Counter(pairs))

    def odds(self, amount: int, label: frozenset[str] = frozenset(), own: int = 0) -> float:
        """Give how likely an amount is, for a label if one is given; `own` is the number of times not to count it."""
        amount = abs(amount)
        step, size = _step(amount), amount.bit_length()
        share = (self.steps[step] - own + 0.5) * (self.sizes[size] - own + 0.1) / (self.entries + 2) ** 2
        alike = self.by_label[label, amount] - own if label else self.amounts[amount]
        among = self.labels[label] - own if label else self.entries
        return share * step / (1 << size) + 0.3 * max(alike, 0) / (max(among, 0) + 1)


def _step(amount: int) -> int:
    return next(step for step in _STEPS if amount % step == 0)
