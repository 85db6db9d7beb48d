"""PURE. Suppose mistakes that are not in one entry: statement, opening, count, a line missing, several ticks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain, combinations
from typing import NamedTuple

from retkoop.error_finder.direct import direct_guesses
from retkoop.error_finder.evidence import AGAINST, STRONG, Guess, Trouble, months_lacking, numbers_lacking, of_entry
from retkoop.error_finder.mistyping import mistyping
from retkoop.rules import Subject

# How prone people are to each mistake, all its ways together.
_MISSING, _STATEMENT, _OPENING, _COUNT, _SEVERAL = 0.7, 0.1, 0.05, 0.1, 0.1
# Of how many operations pairs and triples are tried.
_PAIRED, _TRIPLED = 320, 24


def _priors(trouble: Trouble) -> Iterator[Guess]:
    for prior in trouble.facts.priors:
        code, moved = ("pointe_a_tort", -prior.amount) if prior.ticked_on else ("pointage_oublie", prior.amount)
        if trouble.fits(moved, 0):
            yield Guess(code, (Subject("prior", prior.number),), 0.5 * trouble.size / len(trouble.facts.priors))


def _typed_statement(trouble: Trouble) -> Iterator[Guess]:
    statement = trouble.facts.statement
    if statement is None or not trouble.bank or not trouble.fits(trouble.bank, 0):
        return
    true = statement.balance - trouble.bank
    slip = mistyping(statement.balance, true)
    odds = slip.odds if slip else trouble.habits.odds(trouble.bank)
    words = slip.words if slip else ""
    yield Guess("releve", (Subject("statement"),), _STATEMENT * trouble.size * odds, true, words)


def _opening(trouble: Trouble) -> Iterator[Guess]:
    opening, subjects = trouble.facts.opening, (Subject("opening"),)
    apart = opening.carried - opening.bank - opening.cash
    for gap, typed, bank in ((trouble.bank, opening.bank, True), (trouble.cash, opening.cash, False)):
        if not gap or not trouble.fits(gap if bank else 0, 0 if bank else gap):
            continue
        slip, words = mistyping(typed, typed + gap), "en banque" if bank else "en caisse"
        sure = STRONG if gap == apart else AGAINST if apart == 0 and trouble.facts.entries else 1.0
        if slip or gap == apart:
            weight = _OPENING * trouble.size * (slip.odds if slip else 0.01) * sure
            yield Guess("ouverture", subjects, weight, typed + gap, words)


def _counted(trouble: Trouble) -> Iterator[Guess]:
    """Guess that a coin or a note was counted wrong, or that money moved after the count."""
    count = trouble.facts.last_count
    if count is None or not trouble.cash or not trouble.fits(0, trouble.cash):
        return
    later = [entry for entry in trouble.facts.entries if entry.cash and entry.day > count.day]
    if later and sum(entry.cash for entry in later) == -trouble.cash:
        subjects = tuple(subject for entry in later for subject in of_entry(entry))
        yield Guess("comptage_avant", (Subject("cash"), *subjects), _COUNT * trouble.size * 2)
    held = [value for value, number in count.pieces if number and trouble.cash in (value, -value)]
    if held:
        yield Guess("comptage", (Subject("cash"),), _COUNT * trouble.size * 0.1, held[0])


# ---- What is not there


def _missing(trouble: Trouble) -> Iterator[Guess]:
    """Guess that an operation was never typed: there always is one that would explain the gap."""
    bank, cash = trouble.bank or 0, trouble.cash or 0
    shape = 1.0 if not bank or not cash else 0.1 if bank == -cash or bank * cash > 0 else 0.001
    amount = cash if not bank or bank == -cash else bank + cash
    tables = STRONG if trouble.grants_gap == amount > 0 or amount in trouble.unsettled else 1.0
    told = 10.0 if months_lacking(trouble.facts, amount) else 1.0
    hole = 4.0 if numbers_lacking(trouble.facts) else 1.0
    odds = trouble.habits.odds(amount)
    yield Guess("manquante", (), _MISSING * trouble.size * odds * shape * tables * told * hole, amount)


# ---- Several ticks at once


def _several(trouble: Trouble) -> Iterator[Guess]:
    """Guess two or three ticks, all the late ones, or all of a paying-in slip; bounded whatever the year."""
    if not trouble.bank or not trouble.fits(trouble.bank, 0):
        return
    moves = _tick_moves(trouble)
    yield from _slips(trouble)
    yield from _late(trouble)
    yield from _pairs(trouble, moves[:_PAIRED])
    for three in combinations(moves[:_TRIPLED], 3):
        if sum(move.amount for move in three) == trouble.bank:
            yield _together(trouble, three, 0.3)


class _Move(NamedTuple):
    """What ticking or unticking one operation does to the ticked balance."""

    amount: int
    subject: Subject
    odds: float


def _tick_moves(trouble: Trouble) -> list[_Move]:
    """Give each operation that may be ticked or unticked, the likeliest first."""
    facts = trouble.facts
    rows = [(Subject("prior", prior.number), prior.amount, prior.ticked_on) for prior in facts.priors]
    rows += [(Subject("entry", entry.number), entry.bank, entry.ticked_on) for entry in facts.entries if entry.bank]
    moves = [
        _Move(-amount if seen else amount, subject, 0.3 if seen > trouble.last_seen else 1 / trouble.size) if seen
        else _Move(amount, subject, 0.5)
        for subject, amount, seen in rows
    ]  # fmt: skip
    return sorted(moves, key=lambda move: (-move.odds, move.subject))


def _pairs(trouble: Trouble, moves: list[_Move]) -> Iterator[Guess]:
    earlier: dict[int, list[_Move]] = {}
    for move in moves:
        for other in earlier.get((trouble.bank or 0) - move.amount, ())[:3]:
            yield _together(trouble, (other, move), 1.0)
        earlier.setdefault(move.amount, []).append(move)


def _together(trouble: Trouble, moves: tuple[_Move, ...], share: float) -> Guess:
    weight = _SEVERAL * share * trouble.size
    for move in moves:
        weight *= move.odds / (trouble.unticked + 2 if move.odds >= 0.5 else 1)
    return Guess("ensemble", tuple(move.subject for move in moves), weight)


def _late(trouble: Trouble) -> Iterator[Guess]:
    late = [entry for entry in trouble.facts.entries if entry.ticked_on and entry.ticked_on > trouble.last_seen]
    if 2 <= len(late) <= 12 and sum(entry.bank for entry in late) == -(trouble.bank or 0):
        yield Guess("ensemble", tuple(chain.from_iterable(map(of_entry, late))), 20.0)


def _slips(trouble: Trouble) -> Iterator[Guess]:
    waiting: Counter[int] = Counter()
    for entry in trouble.facts.entries:
        if entry.slip is not None and entry.is_outstanding:
            waiting[entry.slip] += entry.bank
    for slip, amount in waiting.items():
        if amount == trouble.bank:
            inside = [entry for entry in trouble.facts.entries if entry.slip == slip and entry.is_outstanding]
            yield Guess("ensemble", tuple(chain.from_iterable(map(of_entry, inside))), 20.0)


_LOOK = (_priors, _typed_statement, _opening, _counted, _missing, _several)
# Without entries, the balances do not come from the opening ones.
_LOOK_DIRECT = (_priors, _typed_statement, _counted, direct_guesses)


def guesses_of_year(trouble: Trouble) -> Iterator[Guess]:
    """Give every other mistake that explains the gaps, in no order."""
    for look in _LOOK if trouble.facts.direct is None else _LOOK_DIRECT:
        yield from look(trouble)
