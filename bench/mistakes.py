"""The mistakes that people make in a cahier, one at a time, drawn from a seed: how each is made, and what to find."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from bench.school_years import YEAR, in_order
from retkoop.facts import Allocation, Entry, YearFacts


class Truth(NamedTuple):
    """What the finder should say: one of these codes, about one of these entries, with this amount if it matters."""

    codes: tuple[str, ...]
    numbers: tuple[int, ...]
    amount: int | None = None


class Fault(NamedTuple):
    """A faulty year, its truth, and how the person came to tick: words for the table."""

    facts: YearFacts
    truth: Truth
    ticked: str


Maker = Callable[[Random, YearFacts], Fault | None]


def _swap(facts: YearFacts, entry: Entry, faulty: Entry | None) -> YearFacts:
    others = [other for other in facts.entries if other is not entry]
    return replace(facts, entries=in_order([*others, *([faulty] if faulty else [])]))


def _half_ticked(random: Random, entry: Entry) -> tuple[Entry, str]:
    """Leave a faulty line ticked, or untick it, as people do who compare amounts."""
    if not entry.bank:
        return replace(entry, ticked_on=None), "en caisse"
    if entry.ticked_on and random.random() < 0.5:
        return entry, "pointée"
    return replace(entry, ticked_on=None), "non pointée"


# ---- Amounts


def _with_amount(random: Random, entry: Entry, typed: int) -> Entry:
    """Type another amount (without sign) for the entry's, in the form or, one time in four, in the grid."""
    true = abs(entry.bank or entry.cash or entry.advance_amount)

    def scaled(amount: int) -> int:
        return (typed if amount > 0 else -typed) if abs(amount) == true else amount

    bank, cash, advance = scaled(entry.bank), scaled(entry.cash), scaled(entry.advance_amount)
    moved = bank + cash + advance - entry.moved
    lines = entry.allocations
    if lines and random.random() < 0.75:
        sign = 1 if entry.moved * lines[0].amount > 0 else -1
        lines = (Allocation(lines[0].account, lines[0].amount + sign * moved), *lines[1:])
    return replace(entry, bank=bank, cash=cash, advance_amount=advance, allocations=lines)


def _slips_of_amount(random: Random, true: int, facts: YearFacts) -> int:
    """Mistype an amount: a digit wrong, left out or added, the comma, or the amount of something else."""
    digits = str(true)
    place, digit = random.randrange(len(digits)), str(random.randrange(10))
    match random.choices(("digit", "lost", "added", "comma", "other"), (35, 15, 15, 15, 20))[0]:
        case "digit":
            return int(digits[:place] + digit + digits[place + 1 :])
        case "lost":
            return int(digits[:place] + digits[place + 1 :] or "0")
        case "added":
            return int(digits[:place] + random.choice((digit, digits[place])) + digits[place:])
        case "comma":
            return random.choice((true * 10, true * 100, true // 10, true // 100))
    other = random.choice(facts.entries)
    return abs(other.bank or other.cash) if random.random() < 0.5 else random.randint(200, 40_000)


def _retyped(random: Random, facts: YearFacts, slip: Callable[[int], int]) -> Fault | None:
    entry = random.choice(facts.entries)
    true = abs(entry.bank or entry.cash or entry.advance_amount)
    typed = slip(true)
    if typed in (0, true) or typed > 2_000_000:
        return None
    faulty, ticked = _half_ticked(random, _with_amount(random, entry, typed))
    truth = Truth(("montant", "chiffres", "ventilation", "regie"), (entry.number,), true)
    return Fault(_swap(facts, entry, faulty), truth, ticked)


def wrong_amount(random: Random, facts: YearFacts) -> Fault | None:
    """Mistype an amount."""
    return _retyped(random, facts, lambda true: _slips_of_amount(random, true, facts))


def swapped_digits(random: Random, facts: YearFacts) -> Fault | None:
    """Exchange two digits that stand side by side."""

    def swapped(true: int) -> int:
        digits = f"{true:03d}"
        place = random.randrange(len(digits) - 1)
        return int(digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :])

    return _retyped(random, facts, swapped)


def wrong_side(random: Random, facts: YearFacts) -> Fault | None:
    """Type an expense as a receipt or the reverse: same account, an account of the other side, or the grid's column."""
    entry = random.choice([entry for entry in facts.entries if entry.bank or entry.cash])
    faulty = replace(entry, bank=-entry.bank, cash=-entry.cash, advance_amount=-entry.advance_amount)
    match random.choice(("same", "other", "grid")):
        case "same":
            lines = tuple(Allocation(line.account, -line.amount) for line in entry.allocations)
            faulty = replace(faulty, allocations=lines)
        case "other" if entry.allocations:
            account = "75620008" if faulty.moved > 0 else "61800008"
            faulty = replace(faulty, allocations=(Allocation(account, abs(faulty.moved)),))
    faulty, ticked = _half_ticked(random, faulty)
    return Fault(_swap(facts, entry, faulty), Truth(("sens",), (entry.number,)), ticked)


# ---- Too many, too few


def duplicate(random: Random, facts: YearFacts) -> Fault | None:
    """Type an operation twice, at once or some weeks later, with the same numbers or new ones."""
    entry, number = random.choice(facts.entries), _next_number(facts)
    day = min(entry.day + timedelta(days=random.choice((0, 0, 1, 3, 8, 20))), YEAR.last_day)
    voucher = random.choice((entry.voucher, str(number), ""))
    cheque = entry.cheque if random.random() < 0.7 else ""
    scans = entry.scans if random.random() < 0.5 else ()
    double = replace(entry, number=number, day=day, voucher=voucher, cheque=cheque, scans=scans)
    double, ticked = _half_ticked(random, double)
    year = replace(facts, entries=in_order([*facts.entries, double]))
    return Fault(year, Truth(("doublon",), (number, entry.number)), ticked)


def missing(random: Random, facts: YearFacts) -> Fault | None:
    """Forget an operation; its number is left out or, as often, goes to the next one."""
    entry = random.choice([entry for entry in facts.entries if entry.bank or entry.cash])
    year = _swap(facts, entry, None)
    amount = entry.cash if entry.is_transfer or not entry.ticked_on else entry.bank + entry.cash
    truth = Truth(("manquante",), (), amount)
    if entry.advance and not entry.ticked_on:
        truth = Truth(("regie",), tuple(_opposites(facts, entry)))
    if random.random() < 0.5:
        year = replace(year, entries=tuple(_closed_up(year.entries, entry)))
    return Fault(year, truth, "absente")


def _opposites(facts: YearFacts, entry: Entry) -> Iterator[int]:
    """Give the movements that settle the same régie: all that is left to show that one is missing."""
    for other in facts.entries:
        if other.advance == entry.advance and other.advance_amount == -entry.advance_amount:
            yield other.number


def _closed_up(entries: Iterable[Entry], gone: Entry) -> Iterator[Entry]:
    """Give the vouchers that follow the number before."""
    free = gone.voucher
    for entry in entries:
        same_series = len(entry.voucher) == len(free) and (free.isdecimal() or entry.voucher[:1] == free[:1])
        if free and same_series and entry.voucher > free and entry.day >= gone.day:
            entry, free = replace(entry, voucher=free), entry.voucher
        yield entry


def _next_number(facts: YearFacts) -> int:
    return max(entry.number for entry in facts.entries) + 1


# ---- Dates and means


def wrong_date(random: Random, facts: YearFacts) -> Fault | None:
    """Type a date that brings an operation of another year into this one, or a cash movement to another month."""
    if random.random() < 0.25:
        return _redated(random, facts)
    model = random.choice([entry for entry in facts.entries if entry.moved and not entry.advance])
    factor = random.choice((100, 110, 125, 75, 90))
    amount = (model.bank + model.cash) * factor // 100
    next_year = random.random() < 0.5
    real = YEAR.last_day + timedelta(days=random.randint(1, 30)) if next_year else (
        YEAR.first_day - timedelta(days=random.randint(1, 70)))  # fmt: skip
    edge = YEAR.last_day if next_year else YEAR.first_day
    typed = edge if random.random() < 0.3 else real.replace(year=real.year + (-1 if next_year else 1))
    number = _next_number(facts) if next_year and random.random() < 0.6 else _number_at(facts, typed)
    bank, cash = (amount, 0) if model.bank else (0, amount)
    seen = real + timedelta(days=2) if next_year and random.random() < 0.5 else typed
    line = Allocation(model.allocations[0].account, abs(amount)) if model.allocations else Allocation("61800008", 0)
    entry = replace(
        model, number=number, day=typed, voucher=str(number), cheque="", bank=bank, cash=cash, scans=(),
        ticked_on=seen if bank else None, allocations=(line,), slip=None,
    )  # fmt: skip
    entry = replace(entry, allocations=_balanced(facts, entry))
    year = replace(facts, entries=in_order([*_renumbered(facts.entries, number), entry]))
    return Fault(year, Truth(("autre_exercice",), (number,)), "pointée" if bank else "en caisse")


def _number_at(facts: YearFacts, day: date) -> int:
    """Give the number that an entry gets which is typed in its turn."""
    return 1 + max((entry.number for entry in facts.entries if entry.day <= day), default=0)


def _renumbered(entries: Sequence[Entry], number: int) -> list[Entry]:
    return [replace(entry, number=entry.number + (entry.number >= number)) for entry in entries]


def _balanced(facts: YearFacts, entry: Entry) -> tuple[Allocation, ...]:
    account = entry.allocations[0].account
    return (Allocation(account, facts.chart.sign(account) * entry.moved),)


def _redated(random: Random, facts: YearFacts) -> Fault | None:
    moved = [entry for entry in facts.entries if entry.cash]
    if not moved:
        return None
    entry = random.choice(moved)
    month = random.randint(1, 12)
    day, month = random.choice(((entry.day.month, entry.day.day), (min(entry.day.day, 28), month)))
    if month > 12:
        return None
    typed = date(YEAR.start + (month < 9), month, day)
    if typed == entry.day:
        return None
    truth = Truth(("date",), (entry.number,))
    return Fault(_swap(facts, entry, replace(entry, day=typed)), truth, "en caisse")


def wrong_means(random: Random, facts: YearFacts) -> Fault | None:
    """Type in cash what went through the bank, or the reverse; who sees it on no statement does not tick it, mostly."""
    entry = random.choice([e for e in facts.entries if bool(e.bank) != bool(e.cash) and not e.advance])
    seen = entry.day if entry.cash and random.random() < 0.3 else None
    faulty = replace(entry, bank=entry.cash, cash=entry.bank, ticked_on=seen)
    ticked = "en caisse" if entry.bank else "pointée" if seen else "non pointée"
    return Fault(_swap(facts, entry, faulty), Truth(("moyen",), (entry.number,)), ticked)


KINDS: dict[str, Maker] = {
    "montant faux": wrong_amount,
    "chiffres inversés": swapped_digits,
    "mauvais sens": wrong_side,
    "doublon": duplicate,
    "oubli": missing,
    "date fausse": wrong_date,
    "caisse pour banque": wrong_means,
}
