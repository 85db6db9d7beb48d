"""PURE. What a year tells for or against a supposed mistake, as factors of its weight.

A guess is worth what people are prone to, times what this very year tells for it. Weights are relative to one entry
among all: a mistake that may be anywhere in the year counts once per entry, one that has a place of its own (the
statement, the opening) counts as many times as there are entries.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from retkoop import reports, scan_text
from retkoop.error_finder.mistyping import Habits, words_of
from retkoop.facts import Allocation, Entry, YearFacts
from retkoop.numbering import following, natural_key
from retkoop.rules import Subject
from retkoop.school_year import month_name

# Who compares with the statement sees a wrong amount, mostly, and does not tick it.
SEEN, NOT_SEEN = 0.6, 0.4
_SURE, STRONG, AGAINST = 1_000.0, 100.0, 0.05
# More holes than this are a habit, not a trace.
_FEW = 3
# A transfer or a régie is no expense and no receipt.
BACKWARDS = "dans l’autre sens"


class Guess(NamedTuple):
    """A supposed mistake: the rows accused (one mistake), its weight, the amount that would be right, a reason."""

    code: str
    subjects: tuple[Subject, ...]
    weight: float
    amount: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Trouble:
    """A year and its gaps: what the bank and the count show more than the cahier says; None where nobody knows."""

    facts: YearFacts
    bank: int | None
    cash: int | None

    def fits(self, bank: int, cash: int) -> bool:
        """Tell whether a mend that moves the ticked balance and the cash balance by so much explains the gaps."""
        return bool(bank or cash) and self.bank in (None, bank) and self.cash in (None, cash)

    @cached_property
    def habits(self) -> Habits:
        """Give the amounts that this year is used to."""
        return Habits.of(self.facts.entries)

    @cached_property
    def size(self) -> int:
        """Give the number of entries that may be at fault."""
        return max(len(self.facts.entries), 1)

    @cached_property
    def last_seen(self) -> date:
        """Give the day up to which the bank has spoken."""
        return self.facts.statement.day if self.facts.statement else self.facts.year.last_day

    @cached_property
    def unticked(self) -> int:
        """Give the number of entries that the bank has not shown."""
        return sum(entry.is_outstanding for entry in self.facts.entries)

    @cached_property
    def held(self) -> dict[str, int]:
        """Give what each régie still holds."""
        return reports.advance_balances(self.facts)

    @cached_property
    def unsettled(self) -> frozenset[int]:
        """Give what the régies hold that are not settled."""
        return frozenset(held for held in self.held.values() if held)

    @cached_property
    def grants_gap(self) -> int:
        """Give what the table of grants has more than the account of grants."""
        return reports.grants_listed(self.facts) - reports.grants_received(self.facts)

    @cached_property
    def by_amounts(self) -> dict[tuple[int, int, int], list[Entry]]:
        """Give the entries by what they move."""
        found: dict[tuple[int, int, int], list[Entry]] = {}
        for entry in self.facts.entries:
            found.setdefault((entry.bank, entry.cash, entry.advance_amount), []).append(entry)
        return found


# ---- What the year tells for or against a guess


def of_entry(entry: Entry) -> tuple[Subject, ...]:
    """Accuse one entry."""
    return (Subject("entry", entry.number),)


def granted_by(trouble: Trouble, lines: tuple[Allocation, ...]) -> int:
    """Give what the accounts of an entry bring to the account of grants."""
    return sum(line.amount for line in lines if line.account in trouble.facts.chart.grant_codes)


def _settles(gap: int, change: int) -> float:
    """Weigh a change by another gap of the year: it closes it, it opens it, or they do not meet."""
    if change == 0:
        return 1.0
    if gap == 0:
        return AGAINST
    return STRONG if gap == change else 1.0


def beside(trouble: Trouble, entry: Entry, advance: int, granted: int) -> float:
    """Weigh what a mend of an entry would do to its régie and to the grants."""
    held = trouble.held[entry.advance] if entry.advance else 0
    return _settles(-held, advance) * _settles(trouble.grants_gap, granted)


def gone(trouble: Trouble, entry: Entry) -> float:
    """Weigh what striking out an entry would do beside the bank and the cash box."""
    return beside(trouble, entry, -entry.advance_amount, -granted_by(trouble, entry.allocations))


def reddens(trouble: Trouble, entry: Entry, change: int) -> float:
    """Weigh a change of what an entry moves by what its accounts say."""
    gap = reports.unallocated(entry, trouble.facts.chart)
    if gap == 0:
        return 1.0
    return _SURE if gap + change == 0 else AGAINST


def age_odds(trouble: Trouble, entry: Entry) -> float:
    """Weigh that an operation is not ticked: recent ones may well be outstanding, and cheques for weeks."""
    usual = 60 if entry.cheque else 15
    return 3.0 if (trouble.last_seen - entry.day).days > usual else 0.5


def tick_odds(trouble: Trouble, entry: Entry) -> float:
    """Weigh a mistake that keeps people from ticking, by whether the entry is ticked."""
    if entry.ticked_on or not entry.bank:
        return NOT_SEEN if entry.bank else 1.0
    return SEEN * age_odds(trouble, entry) * trouble.size / trouble.unticked


def told_odds(entry: Entry, typed: int, true: int) -> float:
    """Weigh an amount by what the scans of an entry tell."""
    amounts = {amount for scan in entry.scans for amount in scan_text.read(scan.told).amounts}
    says_true, says_typed = abs(true) in amounts, abs(typed) in amounts
    if says_true == says_typed:
        return 1.0
    return STRONG if says_true else AGAINST


def label_odds(one: str, other: str) -> float:
    """Weigh two operations of the same amount by the words of their labels."""
    mine, theirs = words_of(one), words_of(other)
    share = len(mine & theirs) / max(len(mine | theirs), 1)
    return 25.0 if share > 0.8 else 2.0 if share >= 0.4 else 0.1


def likeness(entry: Entry, other: Entry) -> float:
    """Weigh two entries of the same amount: their labels, their days, their numbers."""
    apart = abs((entry.day - other.day).days)
    near = 3.0 if apart <= 3 else 1.5 if apart <= 12 else 0.3 if apart <= 40 else 0.05
    cheque = 20.0 if entry.cheque and entry.cheque == other.cheque else 1.0
    voucher = 10.0 if entry.voucher and entry.voucher == other.voucher else 1.0
    scan = 20.0 if {s.digest for s in entry.scans if s.digest} & {s.digest for s in other.scans} else 1.0
    return label_odds(entry.label, other.label) * near * cheque * voucher * scan


def out_of_order(facts: YearFacts, entry: Entry) -> bool:
    """Tell an entry whose date is months away from those typed before and after it."""
    typed = sorted(facts.entries, key=lambda other: other.number)
    place = typed.index(entry)
    around = typed[max(place - 3, 0) : place] + typed[place + 1 : place + 4]
    return len(around) >= 3 and all(abs((entry.day - other.day).days) > 45 for other in around)


# ---- Where something may have fallen out


class Hole(NamedTuple):
    """A place where an operation may have fallen out: the row next to it, and what lacks there in words."""

    entry: Entry
    words: str


def months_lacking(facts: YearFacts, amount: int) -> tuple[Hole, ...]:
    """Give the operations of exactly this amount that come back under one label and lack in a few months between."""
    alike: dict[frozenset[str], list[Entry]] = {}
    for entry in facts.entries:
        if amount in (entry.bank, entry.cash):
            alike.setdefault(words_of(entry.label), []).append(entry)
    return tuple(hole for entries in alike.values() for hole in _months_between(facts, entries))


def _months_between(facts: YearFacts, entries: list[Entry]) -> Iterator[Hole]:
    """Give the months without any of these entries, each with the entry before it."""
    last = {f"{entry.day:%Y-%m}": entry for entry in entries}
    span = [month for month in facts.year.months if min(last) <= month <= max(last)]
    lacking = [month for month in span if month not in last]
    if len(last) >= 3 and len(lacking) <= _FEW:
        for month in lacking:
            before = max(known for known in last if known < month)
            yield Hole(last[before], f"rien en {month_name(month)}")


def numbers_lacking(facts: YearFacts) -> tuple[Hole, ...]:
    """Give the voucher and cheque numbers that lack between two others; none where lacking is a habit."""
    typed = sorted(facts.entries, key=lambda entry: entry.number)
    vouchers = {entry.voucher: entry for entry in typed if entry.voucher}
    cheques = {entry.cheque: entry for entry in typed if entry.cheque}
    return (*_between(vouchers, "pas de PJ"), *_between(cheques, "pas de chèque"))


def _between(used: dict[str, Entry], words: str) -> tuple[Hole, ...]:
    last = {_series(number): number for number in sorted(used, key=natural_key)}
    holes = [
        Hole(entry, f"{words} {after}")
        for number, entry in used.items()
        if (after := following(number)) and after not in used and number != last[_series(number)]
    ]
    return tuple(holes) if len(holes) <= _FEW else ()


def _series(number: str) -> str:
    return number.rstrip("0123456789")
