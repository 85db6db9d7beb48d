"""PURE. What this cooperative confirmed before: which entries the bank's words stand for, by counting, no more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from retkoop.drafts import EXPENSE, RECEIPT, TO_BANK, TO_CASH, TRANSFER, TRANSFER_LABELS
from retkoop.matching.words import CASH, alike, cheque_of, means, plain, telling
from retkoop.statements.model import BankLine

_T = TypeVar("_T")
# The last ones kept: some five years of one cooperative.
MOST_KEPT = 1_000
_NEAREST = 30
_MOST_ASKED = 5_000
_UNKNOWN_WEIGHT = 0.5
# Below these, what was seen before is no ground to fill a form in.
_LIKE_ENOUGH, _MOST_VOTES = 0.5, 0.5
_LONGEST_LABEL = 200


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A bank line and one entry that it was confirmed to settle; `amount` (signed cents) is the entry's at the bank.

    `account`: the one with most of the entry's money, empty when it has none; `nature`: one of `drafts.NATURES`.
    """

    bank_label: str
    amount: int
    entry_label: str
    account: str = ""
    nature: str = ""


@dataclass(frozen=True, slots=True)
class Likely:
    """What the entry of a bank line probably is: what the form is filled in with.

    `account` is empty and `reason` too when nothing like it was confirmed before; `way` is a transfer's.
    """

    label: str
    account: str
    nature: str
    cheque: str
    reason: str
    way: str = ""


@dataclass(frozen=True)
class History:
    """The confirmed pairs of a cooperative, oldest first; made by `learn`."""

    pairs: tuple[Confirmed, ...] = ()
    _asked: dict[tuple[str, bool], tuple[tuple[float, Confirmed], ...]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @cached_property
    def _by_word(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for place, pair in enumerate(self.pairs):
            for start in {word[:3] for word in telling(pair.bank_label)}:
                found[start].append(place)
        return found

    @cached_property
    def _weights(self) -> dict[str, float]:
        """Give what a word tells: one that stood for many different entries tells little."""
        entries: dict[str, set[str]] = defaultdict(set)
        for pair in self.pairs:
            for word in telling(pair.bank_label):
                entries[word].add(who(pair.entry_label))
        return {word: 1.0 / len(its) for word, its in entries.items()}

    def near(self, label: str, is_receipt: bool) -> tuple[tuple[float, Confirmed], ...]:
        """Give the pairs with a bank label like this one, and how much from 0 to 1; the likest and latest first."""
        key = (plain(label), is_receipt)
        if key not in self._asked:
            if len(self._asked) >= _MOST_ASKED:
                self._asked.clear()
            self._asked[key] = self._found(label, is_receipt)
        return self._asked[key]

    def _found(self, label: str, is_receipt: bool) -> tuple[tuple[float, Confirmed], ...]:
        said = telling(label)
        places = {place for word in said for place in self._by_word.get(word[:3], ())}
        scored = [
            (round(self._alike(said, telling(self.pairs[place].bank_label)), 4), place)
            for place in places
            if (self.pairs[place].amount > 0) == is_receipt
        ]
        kept = sorted((each for each in scored if each[0] >= 0.2), key=lambda each: (-each[0], -each[1]))
        return tuple((share, self.pairs[place]) for share, place in kept[:_NEAREST])

    def _alike(self, one: frozenset[str], other: frozenset[str]) -> float:
        """Tell how much of what two labels tell they have in common."""

        def weight(word: str) -> float:
            return self._weights.get(word, _UNKNOWN_WEIGHT)

        common = sum(weight(word) for word in one if any(alike(word, its) for its in other))
        common += sum(weight(word) for word in other if any(alike(word, its) for its in one))
        every = sum(map(weight, one)) + sum(map(weight, other))
        return min(1.0, common) * common / every if every else 0.0


def learn(pairs: Iterable[Confirmed]) -> History:
    """Keep the last pairs of a cooperative; give them oldest first."""
    return History(tuple(pairs)[-MOST_KEPT:])


def who(label: str) -> str:
    """Give the first half of « Qui c’est – Ce que c’est », without the numbers that change."""
    return " ".join(word for word in plain(_first_half(label)).split() if not word.isdigit())


def _first_half(label: str) -> str:
    for mark in (" – ", " — ", " - "):
        if mark in label:
            return label.partition(mark)[0]
    return label


def habit(line: BankLine, label: str, history: History) -> float:
    """Tell from -0.3 to 1 how much an entry's label is what this bank label stood for; 0 when nothing is known."""
    near = history.near(line.label, line.amount > 0)
    if not near:
        return 0.0
    its, first = plain(label), who(label)
    best = max(
        (
            share * (1.0 if plain(pair.entry_label) == its else 0.8)
            for share, pair in near
            if who(pair.entry_label) == first
        ),
        default=0.0,
    )
    return best if best > 0 or near[0][0] < 0.7 else -0.3


def likely_entry(line: BankLine, history: History) -> Likely:
    """Tell what the entry of a bank line without one probably is, by what this cooperative confirmed before."""
    cheque = cheque_of(line.label, line.cheque, line.amount)
    nature = RECEIPT if line.amount > 0 else EXPENSE
    near = [each for each in history.near(line.label, line.amount > 0) if each[0] >= _LIKE_ENOUGH]
    if not near:
        if means(line.label) == CASH:
            way = TO_BANK if line.amount > 0 else TO_CASH
            return Likely(TRANSFER_LABELS[way], "", TRANSFER, "", "", way)
        return Likely(line.label[:_LONGEST_LABEL], "", nature, cheque, "")
    (account, told), votes = _most(
        [((pair.account, pair.nature), share * (2 if pair.amount == line.amount else 1)) for share, pair in near]
    )
    if votes <= _MOST_VOTES:
        account, told = "", nature
    its = [(share, pair) for share, pair in near if not account or pair.account == account]
    way = (TO_BANK if line.amount > 0 else TO_CASH) if told == TRANSFER else ""
    return Likely(_label(line, its)[:_LONGEST_LABEL], account, told or nature, cheque, _because(len(its)), way)


def _label(line: BankLine, near: list[tuple[float, Confirmed]]) -> str:
    """Give the label that most of these entries have, else who they are about, else what the bank writes."""
    label, agreed = _most([(pair.entry_label, share) for share, pair in near])
    if agreed > _MOST_VOTES:
        return label
    first, agreed = _most([(who(pair.entry_label), share) for share, pair in near])
    if agreed > _MOST_VOTES and first:
        return next(_first_half(pair.entry_label) for _, pair in near if who(pair.entry_label) == first)
    return line.label


def _because(count: int) -> str:
    if count == 1:
        return "d’après une opération semblable déjà pointée"
    return f"d’après {count} opérations semblables déjà pointées"


def _most(votes: list[tuple[_T, float]]) -> tuple[_T, float]:
    """Give what has most votes, the first said when equal, and its share of them all."""
    counted: dict[_T, float] = {}
    for what, weight in votes:
        counted[what] = counted.get(what, 0.0) + weight
    what = max(counted, key=lambda each: counted[each])
    return what, counted[what] / sum(counted.values())
