"""PURE. When the statement, the cash box or the bilan does not agree: the likely causes, the likeliest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from retkoop import reports
from retkoop.error_finder.bilan import advance_guesses, negative_cash_guesses, opening_guesses, red_guesses
from retkoop.error_finder.direct import account_guesses
from retkoop.error_finder.entries import guesses_by_entry
from retkoop.error_finder.evidence import Guess, Trouble, months_lacking, numbers_lacking, of_entry
from retkoop.error_finder.words import (
    BY_NINE,
    LACKING_HINT,
    MISSING_HINT,
    WORDS,
    guess_words,
    hole_words,
    lacking_words,
    missing_words,
)
from retkoop.error_finder.year import guesses_of_year
from retkoop.facts import YearFacts
from retkoop.rules import Subject

MOST_CAUSES, MOST_SUSPECTS = 8, 12
# A cause this much less likely than the first is not worth a teacher's time.
_FAINT = 1 / 5_000
# When two things do not agree, two mistakes are less likely than one that explains both.
_ALONE = 0.01
# What shows without any statement, and the rules that hold again once it is mended.
_WITHOUT_STATEMENT = (
    (red_guesses, ("VENTILATION", "BILAN")),
    (advance_guesses, ("REGIES", "BILAN")),
    (opening_guesses, ("BILAN",)),
    (negative_cash_guesses, ("CAISSE_NEGATIVE",)),
    (account_guesses, ("BILAN",)),
)


@dataclass(frozen=True, slots=True)
class Suspect:
    """One supposed mistake: the rows that it is about, the first at fault, and the amount that would be right."""

    subjects: tuple[Subject, ...]
    words: str
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """A kind of mistake that would explain what does not agree.

    `message` and `hint` are French sentences; `suspects` are alternatives, the likeliest first; `others` is how many
    more there are; `explains` holds the codes of the rules that would hold again; `amount` is what is missing.
    """

    code: str
    message: str
    hint: str
    suspects: tuple[Suspect, ...]
    others: int
    explains: tuple[str, ...]
    amount: int | None = None


def causes(facts: YearFacts) -> tuple[Cause, ...]:
    """Propose why RELEVE, CAISSE or BILAN does not hold, at most MOST_CAUSES; nothing when they agree."""
    groups: dict[tuple[str, tuple[str, ...]], _Group] = {}
    for trouble, share, explains in _troubles(facts):
        for guess in chain(guesses_by_entry(trouble), guesses_of_year(trouble)):
            group = groups.setdefault((guess.code, explains), _Group(guess.code, explains, trouble))
            group.add(guess._replace(weight=guess.weight * share))
    for look, explains in _WITHOUT_STATEMENT:
        for guess in look(facts):
            group = _accusing(guess, groups.values()) or groups.setdefault(
                (guess.code, explains), _Group(guess.code, explains, Trouble(facts, None, None))
            )
            group.add(guess, explains)
    return tuple(_cause(group) for group in _likeliest(groups.values()))


def cash_gap(facts: YearFacts) -> int | None:
    """Give what was counted − the cash balance; None as long as nothing tells what the box holds.

    A coop that opened without cash, has counted nothing and has a line or two in cash has no box: it holds nothing.
    Figures typed in directly say nothing of it before a count.
    """
    if facts.direct is not None and facts.last_count is None:
        return None
    count, moved = facts.last_count, sum(entry.cash != 0 for entry in facts.entries)
    if count is not None:
        return count.total - reports.cash_balance(facts) if reports.cash_used(facts) else 0
    if facts.opening.cash == 0 and moved <= 2:
        return -reports.cash_balance(facts)
    return None


def _troubles(facts: YearFacts) -> Iterator[tuple[Trouble, float, tuple[str, ...]]]:
    """Give what is to be explained: all the gaps together, then each alone."""
    bank, cash = reports.statement_gap(facts), cash_gap(facts)
    if bank and cash:
        yield Trouble(facts, bank, cash), 1.0, ("RELEVE", "CAISSE")
        yield Trouble(facts, bank, 0), _ALONE, ("RELEVE",)
        yield Trouble(facts, 0, cash), _ALONE, ("CAISSE",)
    elif bank or cash:
        yield Trouble(facts, bank, cash), 1.0, ("RELEVE",) if bank else ("CAISSE",)


# ---- Guesses of one kind make a cause


@dataclass
class _Group:
    """The guesses of one kind for the same gaps, while they are gathered."""

    code: str
    explains: tuple[str, ...]
    trouble: Trouble
    guesses: dict[tuple[Subject, ...], Guess] = field(default_factory=dict)

    @property
    def weight(self) -> float:
        return sum(guess.weight for guess in self.guesses.values())

    def add(self, guess: Guess, explains: tuple[str, ...] = ()) -> None:
        """Keep the likeliest guess on the same rows."""
        self.explains += tuple(rule for rule in explains if rule not in self.explains)
        known = self.guesses.get(guess.subjects)
        if known is None or known.weight < guess.weight:
            self.guesses[guess.subjects] = guess


def _accusing(guess: Guess, groups: Iterable[_Group]) -> _Group | None:
    """Give the group that accuses the same rows of the same mistake for another reason."""
    return next((group for group in groups if group.code == guess.code and guess.subjects in group.guesses), None)


def _likeliest(groups: Iterable[_Group]) -> list[_Group]:
    ranked = sorted(groups, key=lambda group: (-group.weight, group.code, group.explains))
    return [group for group in ranked[:MOST_CAUSES] if group.weight >= ranked[0].weight * _FAINT]


def _cause(group: _Group) -> Cause:
    ranked = sorted(group.guesses.values(), key=lambda guess: (-guess.weight, guess.subjects))
    if group.code == "manquante":
        return _missing_cause(group, ranked[0])
    message, hint = WORDS[group.code]
    if group.code == "chiffres" and ((group.trouble.bank or 0) % 9, (group.trouble.cash or 0) % 9) == (0, 0):
        message = BY_NINE
    shown = tuple(_suspect(group.trouble.facts, guess) for guess in ranked[:MOST_SUSPECTS])
    return Cause(group.code, message, hint, shown, len(ranked) - len(shown), group.explains)


def _suspect(facts: YearFacts, guess: Guess) -> Suspect:
    return Suspect(guess.subjects, guess_words(facts, guess), guess.amount)


def _missing_cause(group: _Group, guess: Guess) -> Cause:
    """Say what is missing, with the places where it may have fallen out."""
    trouble, amount = group.trouble, guess.amount or 0
    holes = (*numbers_lacking(trouble.facts), *months_lacking(trouble.facts, amount))
    places = [Suspect(of_entry(hole.entry), hole_words(hole)) for hole in holes]
    message, hint = missing_words(trouble.bank or 0, trouble.cash or 0), MISSING_HINT
    if trouble.facts.direct is not None:
        message, hint = lacking_words(amount), LACKING_HINT
    shown = tuple(places[:MOST_SUSPECTS])
    return Cause(group.code, message, hint, shown, len(places) - len(shown), group.explains, amount)
