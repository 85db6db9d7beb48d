"""PURE. Mistakes that show without any statement: a bilan that does not balance, a cash box below zero."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from retkoop import reports
from retkoop.error_finder.evidence import BACKWARDS, Guess, of_entry, out_of_order
from retkoop.error_finder.mistyping import mistyping
from retkoop.facts import Entry, YearFacts
from retkoop.money import format_euros, has_too_much
from retkoop.rules import Subject
from retkoop.school_year import french_date

# A bilan that does not balance is certain; where it comes from is mostly plain.
_PLAIN, _GUESSED, _FAINT = 2.0, 1.0, 0.1


def red_guesses(facts: YearFacts) -> Iterator[Guess]:
    """Guess what is wrong in the lines to be allocated."""
    for entry, gap in reports.red_entries(facts):
        if gap == 2 * entry.moved:
            yield Guess("sens", of_entry(entry), _PLAIN, -entry.moved)
        yield Guess("ventilation", of_entry(entry), _PLAIN, None, _left(entry, gap))


def _left(entry: Entry, gap: int) -> str:
    """Say what the accounts of a line lack or have too much, and whether two amounts look alike."""
    given = entry.moved - gap
    slip = mistyping(given, entry.moved)
    lacks = "ventilés de trop" if has_too_much(gap, entry.moved) else "restent à ventiler"
    return f"{format_euros(abs(gap))} {lacks}" + (f" ({slip.words} ?)" if slip else "")


def advance_guesses(facts: YearFacts) -> Iterator[Guess]:
    """Guess which movement is wrong of each régie that is not settled."""
    for code, held in reports.advance_balances(facts).items():
        moves = [entry for entry in facts.entries if entry.advance == code and held]
        for entry in moves:
            yield _of_advance(entry, entry.advance_amount - held, moves)


def _of_advance(entry: Entry, true: int, moves: list[Entry]) -> Guess:
    """Guess what is wrong with a movement if it should be `true` for the régie to be settled."""
    typed, subjects = entry.advance_amount, of_entry(entry)
    if slip := mistyping(typed, true):
        return Guess("regie", subjects, _GUESSED, true, slip.words)
    if true == -typed:
        return Guess("sens", subjects, _GUESSED, -(entry.bank or typed), BACKWARDS)
    if true:
        return Guess("regie", subjects, _FAINT)
    twins = [other for other in moves if other.advance_amount == typed and other.number < entry.number]
    if twins:
        return Guess("doublon", (*subjects, *of_entry(twins[0])), _GUESSED)
    reason = f"le mouvement contraire de {format_euros(abs(typed))} n’est peut-être pas saisi"
    return Guess("regie", subjects, _GUESSED / 2, None, reason)


def opening_guesses(facts: YearFacts) -> Iterator[Guess]:
    """Guess which opening amount is wrong, when the report à nouveau is not bank + cash."""
    opening = facts.opening
    apart = opening.carried - opening.bank - opening.cash
    if apart == 0:
        return
    named = (
        ("en banque", opening.bank, opening.bank + apart),
        ("en caisse", opening.cash, opening.cash + apart),
        ("report à nouveau", opening.carried, opening.carried - apart),
    )
    slips = [(slip, words, true) for words, typed, true in named if (slip := mistyping(typed, true))]
    if slips:
        slip, words, true = max(slips, key=lambda found: found[0].odds)
        yield Guess("ouverture", (Subject("opening"),), _PLAIN, true, f"{words}, {slip.words}")
    else:
        yield Guess("ouverture", (Subject("opening"),), _PLAIN, None, f"écart de {format_euros(apart)}")


# ---- A cash box below zero


class _Hollow(NamedTuple):
    """From the first day that ends below zero to the day that is above for good, and how low the box gets between."""

    first: date
    over: date
    lowest: int


def negative_cash_guesses(facts: YearFacts) -> Iterator[Guess]:
    """Guess which entry of the cash box bears a wrong date, when the box is below zero for a while."""
    hollow = _hollow(facts)
    if hollow is None:
        return
    for entry in facts.entries:
        late = entry.cash > 0 and entry.day >= hollow.over
        early = entry.cash < 0 and entry.day <= hollow.first
        if (late or early) and abs(entry.cash) + hollow.lowest >= 0:
            yield from _redated(facts, entry, hollow)


def _hollow(facts: YearFacts) -> _Hollow | None:
    ends = {line.entry.day: line.cash for line in reports.ledger_lines(facts)}
    below = [day for day, balance in ends.items() if balance < 0]
    over = min((day for day in ends if below and day > max(below)), default=None)
    return _Hollow(min(below), over, min(ends.values())) if over else None


def _redated(facts: YearFacts, entry: Entry, hollow: _Hollow) -> Iterator[Guess]:
    """Guess the day that fills the hollow: a receipt before it, an expense after it."""
    strange = 10.0 if out_of_order(facts, entry) else 1.0
    for odds, day in _other_days(facts, entry.day):
        if day <= hollow.first if entry.cash > 0 else day >= hollow.over:
            yield Guess("date", of_entry(entry), odds * strange, None, f"peut-être le {french_date(day)}")
            return


def _other_days(facts: YearFacts, day: date) -> list[tuple[float, date]]:
    """Give the days that may have been typed as `day`: day and month exchanged, another month."""
    days = [(0.5, day.month, day.day), *((0.2, day.day, (day.month + n - 1) % 12 + 1) for n in _MONTHS_AWAY)]
    dated = ((odds, _in_year(facts, number, month)) for odds, number, month in days)
    return [(odds, found) for odds, found in dated if found is not None and found != day]


_MONTHS_AWAY = (1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6)


def _in_year(facts: YearFacts, day: int, month: int) -> date | None:
    try:
        return date(facts.year.start + (month < 9), month, day)
    except ValueError:
        return None
