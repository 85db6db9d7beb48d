"""PURE. Suppose one mistake after another in each entry, and keep those that would explain the gaps."""

from __future__ import annotations

from collections.abc import Iterator

from retkoop.error_finder.evidence import (
    BACKWARDS,
    Guess,
    Trouble,
    age_odds,
    beside,
    gone,
    granted_by,
    label_odds,
    likeness,
    of_entry,
    out_of_order,
    reddens,
    tick_odds,
    told_odds,
)
from retkoop.error_finder.mistyping import CROSSED, INVERTED, mistyping, words_of
from retkoop.facts import Entry
from retkoop.rules import Subject

# How prone people are to each mistake, all its ways together.
_TICK, _UNTICK, _SIDE, _AMOUNT, _TWICE, _YEAR, _MEANS, _AGAIN = 1.0, 0.3, 0.5, 0.8, 0.5, 0.5, 0.5, 0.3
# An amount read on another line or made up, rather than mistyped.
_OTHER_AMOUNT = 0.15
# How many earlier entries of the same amount are compared with one.
_TWINS = 8


def _forgotten_tick(trouble: Trouble, entry: Entry) -> Iterator[Guess]:
    if entry.is_outstanding and trouble.fits(entry.bank, 0):
        odds = age_odds(trouble, entry) * trouble.size / trouble.unticked
        reason = "sa date est peut-être fausse" if out_of_order(trouble.facts, entry) else ""
        yield Guess("pointage_oublie", of_entry(entry), _TICK * odds, None, reason)


def _wrong_tick(trouble: Trouble, entry: Entry) -> Iterator[Guess]:
    if not entry.ticked_on or not trouble.fits(-entry.bank, 0):
        return
    if entry.ticked_on > trouble.last_seen:
        yield Guess("pointe_a_tort", of_entry(entry), _UNTICK * 30, None, "pointée après la date du relevé")
    else:
        recent = (trouble.last_seen - entry.day).days <= 20
        yield Guess("pointe_a_tort", of_entry(entry), _UNTICK * (4.0 if recent else 0.5))


def _wrong_side(trouble: Trouble, entry: Entry) -> Iterator[Guess]:
    bank = -2 * entry.bank if entry.ticked_on else -entry.bank
    if entry.bank and not entry.ticked_on and trouble.fits(0, -2 * entry.cash):
        bank = 0
    if not trouble.fits(bank, -2 * entry.cash):
        return
    refund = any(line.amount < 0 for line in entry.allocations)
    change = beside(trouble, entry, -2 * entry.advance_amount, -2 * granted_by(trouble, entry.allocations))
    weight = _SIDE * (6.0 if refund else 1.0) * reddens(trouble, entry, -2 * entry.moved) * change
    reason = BACKWARDS if entry.is_transfer or entry.advance else ""
    yield Guess("sens", of_entry(entry), weight * tick_odds(trouble, entry), -(entry.bank or entry.cash), reason)


def _wrong_amount(trouble: Trouble, entry: Entry) -> Iterator[Guess]:
    transfer = entry.is_transfer
    if entry.bank and trouble.bank:
        true = trouble.bank + (entry.bank if entry.ticked_on else 0)
        if trouble.fits(trouble.bank, entry.bank - true if transfer else 0):
            yield from _retyped(trouble, entry, entry.bank, true, 0 if transfer else true - entry.bank)
    if entry.cash and trouble.cash and not (transfer and entry.ticked_on) and trouble.fits(0, trouble.cash):
        true = entry.cash + trouble.cash
        yield from _retyped(trouble, entry, entry.cash, true, 0 if transfer else trouble.cash)


def _retyped(trouble: Trouble, entry: Entry, typed: int, true: int, change: int) -> Iterator[Guess]:
    """Guess that a column should hold another amount, which changes what the entry moves by `change`."""
    if typed * true <= 0 or typed == true:
        return
    slip, label = mistyping(typed, true), words_of(entry.label)
    told, usual = told_odds(entry, typed, true), trouble.habits.odds(true, label)
    proof = told * reddens(trouble, entry, change) * _changed_beside(trouble, entry, typed, true)
    seen = tick_odds(trouble, entry)
    if slip:
        code = "chiffres" if slip in (INVERTED, CROSSED) else "montant"
        weight = slip.odds * usual / trouble.habits.odds(typed, label, own=1)
        yield Guess(code, of_entry(entry), _AMOUNT * weight * proof * seen, true, slip.words)
    elif proof > 1 or _lingers(trouble, entry) or trouble.habits.by_label[label, abs(true)]:
        attested = max(usual, 0.05) if proof > 1 else usual
        yield Guess("montant", of_entry(entry), _OTHER_AMOUNT * attested * proof * seen, true)


def _lingers(trouble: Trouble, entry: Entry) -> bool:
    """Tell an operation that the bank should have shown long since."""
    return entry.is_outstanding and age_odds(trouble, entry) > 1


def _changed_beside(trouble: Trouble, entry: Entry, typed: int, true: int) -> float:
    granted = granted_by(trouble, entry.allocations)
    advance = typed - true if entry.advance else 0
    return beside(trouble, entry, advance, true - typed if granted and abs(granted) == abs(typed) else 0)


def _twice(trouble: Trouble, entry: Entry) -> Iterator[Guess]:
    if not trouble.fits(-entry.bank if entry.ticked_on else 0, -entry.cash):
        return
    alike = trouble.by_amounts[entry.bank, entry.cash, entry.advance_amount]
    twins = [other for other in alike if (other.day, other.number) < (entry.day, entry.number)]
    likest, twin = max(((likeness(entry, other), other) for other in twins[-_TWINS:]), default=(0.0, entry), key=_first)
    if likest >= 0.1:
        weight = _TWICE * likest * gone(trouble, entry) / (len(alike) - 1)
        yield Guess("doublon", (*of_entry(entry), *of_entry(twin)), weight)


def _first(pair: tuple[float, Entry]) -> float:
    return pair[0]


def _other_year(trouble: Trouble, entry: Entry) -> Iterator[Guess]:
    if not trouble.fits(-entry.bank if entry.ticked_on else 0, -entry.cash):
        return
    year = trouble.facts.year
    away = min((entry.day - year.first_day).days, (year.last_day - entry.day).days)
    near = 4.0 if away <= 31 else 1.5 if away <= 75 else 0.1
    seen = entry.ticked_on
    odd = 5.0 if seen and not 0 <= (seen - entry.day).days <= 120 else 1.0
    weight = _YEAR * near * odd * (8.0 if out_of_order(trouble.facts, entry) else 1.0) * gone(trouble, entry)
    yield Guess("autre_exercice", of_entry(entry), weight)


def _wrong_means(trouble: Trouble, entry: Entry) -> Iterator[Guess]:
    """Guess that the bank stands for the cash box, or the reverse."""
    seen = entry.bank if entry.ticked_on else 0
    if entry.bank and not entry.cash and trouble.fits(-seen, entry.bank):
        weight = _MEANS * (5.0 if "espece" in _plain(entry) else 1.0) * (0.1 if entry.cheque else 1.0)
        yield Guess("moyen", of_entry(entry), weight * tick_odds(trouble, entry), entry.bank, "en caisse")
    if entry.cash and not entry.bank and (trouble.fits(entry.cash, -entry.cash) or trouble.fits(0, -entry.cash)):
        weight = _MEANS * (0.2 if "espece" in _plain(entry) else 1.0) * (20.0 if entry.cheque else 1.0)
        shown = 1.0 if trouble.bank else 0.1
        yield Guess("moyen", of_entry(entry), weight * shown, entry.cash, "en banque")


def _plain(entry: Entry) -> str:
    return " ".join(words_of(entry.label))


def _entered_again(trouble: Trouble, entry: Entry) -> Iterator[Guess]:
    if not entry.ticked_on or entry.cash or not trouble.fits(-entry.bank, 0):
        return
    for prior in trouble.facts.priors:
        if prior.amount == entry.bank:
            cheque = 20.0 if prior.cheque and prior.cheque == entry.cheque else 1.0
            weight = _AGAIN * cheque * label_odds(prior.label, entry.label)
            yield Guess("report_double", (*of_entry(entry), Subject("prior", prior.number)), weight)


_SUPPOSE = (
    _forgotten_tick, _wrong_tick, _wrong_side, _wrong_amount, _twice, _other_year, _wrong_means, _entered_again,
)  # fmt: skip


def guesses_by_entry(trouble: Trouble) -> Iterator[Guess]:
    """Give every mistake in one entry that explains the gaps, in no order."""
    for entry in trouble.facts.entries:
        for suppose in _SUPPOSE:
            yield from suppose(trouble, entry)
