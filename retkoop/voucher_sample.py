"""PURE. The sample of vouchers that the vérificateurs look at, and what they saw in it.

Which entries: all above an amount, all that move cash, all that touch a grant (7410), and some of the others at random.
A draw is told whole by its number: the others are put in the order of SHA-256("<number>:<entry>"), and the first ones
are drawn. Anybody finds the same sample again from the printed number and the entries that there were; a draw keeps
which ones it took, so that what is added or struck out later changes nothing of a sample that was printed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from retkoop.facts import Entry, YearFacts
from retkoop.numbering import following, natural_key

LEAST_NUMBER, GREATEST_NUMBER = 100_000, 999_999
# Above this an entry is always looked at, unless a draw says otherwise; a régie has the same ceiling.
ABOVE = 15_000
CHANCE, MOST_BY_CHANCE = 10, 50
GRANT, LARGE, CASH, BY_CHANCE, BEFORE = "subvention", "montant", "caisse", "hasard", "auparavant"
SEEN, AGAIN = "vu", "a_revoir"
VERDICTS = (SEEN, AGAIN)
LONGEST_REMARK = 300


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw: its number, the how manieth of the year it is, the amount in cents, and how many come by chance.

    `taken`: the numbers of the entries that it took; `among`: the highest number that an entry had by then. Both are
    None for a draw that nobody kept them of: it is made over the entries of today.
    """

    number: int
    rank: int = 1
    above: int = ABOVE
    chance: int = CHANCE
    taken: tuple[int, ...] | None = None
    among: int | None = None


PARENT = "parent"


class Drawn(NamedTuple):
    """An entry of the sample, and why it is there."""

    entry: Entry
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What one vérificateur says of one entry: a verdict of VERDICTS or none, a remark or none."""

    entry: int
    person: int
    who: str
    verdict: str
    remark: str
    at: datetime
    version: int = 1


def size(entry: Entry) -> int:
    """Give the amount by which an entry is large, without a sign: the largest that it moves anywhere."""
    return max(abs(entry.bank), abs(entry.cash), abs(entry.advance_amount), abs(entry.moved))


def reasons(entry: Entry, draw: Draw, grant_codes: Collection[str]) -> tuple[str, ...]:
    """Give why an entry is in the sample whatever the number; empty when chance decides."""
    found = {
        GRANT: any(line.account in grant_codes for line in entry.allocations),
        LARGE: size(entry) > draw.above,
        CASH: entry.cash != 0,
    }
    return tuple(reason for reason, holds in found.items() if holds)


def place(number: int, entry: int | str) -> str:
    """Give where chance puts an entry, or whatever else is drawn, among the others in the draw of a number."""
    return sha256(f"{number}:{entry}".encode()).hexdigest()


def take(entries: Iterable[Entry], draw: Draw, grant_codes: Collection[str]) -> tuple[int, ...]:
    """Draw: give the numbers of the entries that a draw takes among some, in their order."""
    certain = {entry.number: bool(reasons(entry, draw, grant_codes)) for entry in entries}
    others = [number for number, sure in certain.items() if not sure]
    chosen = sorted(others, key=lambda number: place(draw.number, number))[: draw.chance]
    return tuple(sorted([*(number for number, sure in certain.items() if sure), *chosen]))


def sample(facts: YearFacts, draw: Draw, looked: Collection[int] = ()) -> tuple[Drawn, ...]:
    """Give the sample in the order of the cahier; entries already looked at stay in sight, drawn or not."""
    codes = facts.chart.grant_codes
    taken = set(take(facts.entries, draw, codes) if draw.taken is None else draw.taken)
    return tuple(
        Drawn(entry, (reasons(entry, draw, codes) or (BY_CHANCE,)) if entry.number in taken else (BEFORE,))
        for entry in facts.entries
        if entry.number in taken or entry.number in looked
    )


class Since(NamedTuple):
    """What changed since a draw: entries that were added, and those of the sample that were struck out."""

    added: int = 0
    struck: tuple[Entry, ...] = ()


def since(facts: YearFacts, draw: Draw, struck: Iterable[Entry]) -> Since:
    """Tell what changed since a draw; `struck` are the entries of the year that are struck out."""
    if draw.taken is None or draw.among is None:
        return Since()
    added = sum(entry.number > draw.among for entry in facts.entries)
    return Since(added, tuple(entry for entry in struck if entry.number in draw.taken))


def by_chance(drawn: Iterable[Drawn]) -> int:
    """Count what chance brought to a sample: fewer than it may when the cahier has not that many."""
    return sum(line.reasons == (BY_CHANCE,) for line in drawn)


def looked_at(facts: YearFacts, looks: Iterable[Look]) -> tuple[Look, ...]:
    """Give the looks at entries that are still in the cahier, in its order."""
    places = {entry.number: rank for rank, entry in enumerate(facts.entries)}
    live = (look for look in looks if look.entry in places)
    return tuple(sorted(live, key=lambda look: (places[look.entry], look.at, look.person)))


class Progress(NamedTuple):
    """Where the looking stands in a sample: entries in it, without a look, seen by somebody, to be seen again."""

    drawn: int
    left: int
    seen: int
    again: int


def progress(drawn: Sequence[Drawn], looks: Iterable[Look]) -> Progress:
    """Count the entries of a sample; one that somebody wants to see again is not counted as seen."""
    said: dict[int, set[str]] = {line.entry.number: set() for line in drawn if line.reasons != (BEFORE,)}
    for look in looks:
        if look.entry in said and look.verdict:
            said[look.entry].add(look.verdict)
    again = sum(AGAIN in verdicts for verdicts in said.values())
    left = sum(not verdicts for verdicts in said.values())
    return Progress(len(said), left, len(said) - again - left, again)


class Looked(NamedTuple):
    """What one vérificateur has looked at."""

    person: int
    who: str
    seen: int
    again: int
    remarks: int
    last: datetime


def by_person(looks: Iterable[Look]) -> tuple[Looked, ...]:
    """Add up the looks of each vérificateur, in the order of their names."""
    theirs: dict[int, list[Look]] = {}
    for look in looks:
        theirs.setdefault(look.person, []).append(look)
    found = (_added(person, mine) for person, mine in theirs.items())
    return tuple(sorted(found, key=lambda one: (one.who.casefold(), one.person)))


def _added(person: int, looks: Sequence[Look]) -> Looked:
    latest = max(looks, key=lambda look: look.at)
    return Looked(
        person,
        latest.who,
        sum(look.verdict == SEEN for look in looks),
        sum(look.verdict == AGAIN for look in looks),
        sum(bool(look.remark) for look in looks),
        latest.at,
    )


def called(entry: Entry) -> str:
    """Call an entry by its PJ number, or as people know it when it has none: by its day and label."""
    short = entry.label if len(entry.label) <= _LABEL else f"{entry.label[: _LABEL - 1].rstrip()}…"
    return entry.voucher or f"{entry.day:%d/%m/%Y} {short}"


# What paper has room for of a label.
_LABEL = 40


class Listed(NamedTuple):
    """Some of the sample on paper: why, how many, their numbers, and how many there was no room for."""

    reason: str
    number: int
    text: str
    left_out: int


def listed(drawn: Iterable[Drawn], room: int) -> tuple[Listed, ...]:
    """Write the sample shortly, each entry once, under its first reason; `room` characters for each reason."""
    groups: dict[str, list[Entry]] = {GRANT: [], LARGE: [], CASH: [], BY_CHANCE: [], BEFORE: []}
    for line in drawn:
        groups[line.reasons[0]].append(line.entry)
    return tuple(Listed(reason, len(its), *_named(its, room)) for reason, its in groups.items() if its)


def _named(entries: Sequence[Entry], room: int) -> tuple[str, int]:
    """Name entries shortly: PJ numbers in order, then those without one by their day and label."""
    vouchers = [entry.voucher for entry in entries if entry.voucher]
    return compact(vouchers, room, [called(entry) for entry in entries if not entry.voucher])


def compact(names: Iterable[str], room: int, apart: Iterable[str] = ()) -> tuple[str, int]:
    """Write numbers in order, `04 à 09` for those that follow each other, then names that are none.

    Gives too how many of them `room` characters leave out.
    """
    runs = [*_runs(sorted(names, key=natural_key)), *([name] for name in apart)]
    written: list[str] = []
    for rank, run in enumerate(runs):
        words = run[0] if len(run) == 1 else f"{run[0]}, {run[1]}" if len(run) == 2 else f"{run[0]} à {run[-1]}"
        if sum(map(len, written)) + 2 * len(written) + len(words) > room:
            return ", ".join(written), sum(map(len, runs[rank:]))
        written.append(words)
    return ", ".join(written), 0


def _runs(names: Sequence[str]) -> Iterator[list[str]]:
    run: list[str] = []
    for name in names:
        if run and following(run[-1]) != name:
            yield run
            run = []
        run.append(name)
    if run:
        yield run


def lacks_parent(qualities: Sequence[str]) -> bool:
    """Tell whether no parent is among the vérificateurs (shared/domain.md: two at least, one of them a parent).

    Only when two are known, each with a quality: others may sign on paper without an access here.
    """
    return len(qualities) >= 2 and all(qualities) and PARENT not in qualities
