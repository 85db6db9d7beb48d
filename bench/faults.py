"""Put one mistake into whole right years, and see whether the error finder names it.

The finder sees the faulty year alone: its entries and ticks as a person would have them, the true statement, the true
count. A mistake that leaves no trace (RELEVE, CAISSE, BILAN and CAISSE_NEGATIVE as before) is not asked of it.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from statistics import median

from bench.mistakes import KINDS, Fault, Truth
from bench.school_years import SOURCES, a_year
from retkoop import rules
from retkoop.error_finder import Cause, causes
from retkoop.facts import YearFacts

CHECKS = ("RELEVE", "CAISSE", "BILAN", "CAISSE_NEGATIVE")
TODAY = date(2025, 9, 5)


@dataclass(frozen=True)
class Outcome:
    """How one fault was found: places begin at 1, 0 is not found."""

    kind: str
    source: str
    size: int
    ticked: str
    place: int
    row: int
    rows: int
    before: int
    kind_place: int
    seed: int


def judged(kind: str, source: str, seed: int, fault: Fault) -> Outcome:
    """Run the finder and look for the truth in what it says."""
    found = causes(fault.facts)
    place = next((rank for rank, cause in enumerate(found, 1) if _row(cause, fault.truth)), 0)
    kind_place = next((rank for rank, cause in enumerate(found, 1) if cause.code in fault.truth.codes), 0)
    cause = found[place - 1] if place else None
    row = _row(cause, fault.truth) if cause else 0
    before = sum(max(len(other.suspects), 1) for other in found[: max(place - 1, 0)])
    rows = len(cause.suspects) + cause.others if cause else 0
    return Outcome(kind, source, len(fault.facts.entries), fault.ticked, place, row, rows, before, kind_place, seed)


def _row(cause: Cause, truth: Truth) -> int:
    """Give the place of the true row among those that a cause accuses with the right mend, 0 if it does not."""
    if cause.code not in truth.codes:
        return 0
    if not truth.numbers:
        return int(cause.amount == truth.amount)
    for place, suspect in enumerate(cause.suspects, 1):
        first = suspect.subjects if cause.code == "doublon" else suspect.subjects[:1]
        accused = {subject.number for subject in first if subject.kind == "entry"}
        right = truth.amount is None or suspect.amount is None or abs(suspect.amount) == truth.amount
        if right and accused & set(truth.numbers):
            return place
    return 0


def leaves_a_trace(before: YearFacts, after: YearFacts) -> bool:
    """Tell whether a check that the finder answers for fails now."""
    was = {finding.code for finding in rules.verdict(before, TODAY).findings}
    now = {finding.code for finding in rules.verdict(after, TODAY).findings}
    return any(code in now and code not in was for code in CHECKS)


def run(seed: int, number: int) -> tuple[list[Outcome], Counter[str]]:
    """Try faults of every kind in turn until so many left a trace; also count those that left none."""
    outcomes: list[Outcome] = []
    silent: Counter[str] = Counter()
    turn = 0
    while len(outcomes) < number:
        kind = list(KINDS)[len(outcomes) % len(KINDS)]
        one = seed * 1_000_000 + turn
        turn += 1
        random = Random(one)
        source = random.choices(SOURCES, (2, 2, 1))[0]
        facts = a_year(random, source)
        fault = KINDS[kind](random, facts)
        if fault is None:
            continue
        if not leaves_a_trace(facts, fault.facts):
            silent[kind] += 1
            continue
        outcomes.append(judged(kind, source, one, fault))
    return outcomes, silent


# ---- Printing


def _line(name: str, outcomes: Sequence[Outcome], silent: int | str = "") -> str:
    total = len(outcomes)
    first = sum(o.place == 1 for o in outcomes)
    three = sum(1 <= o.place <= 3 for o in outcomes)
    kind = sum(1 <= o.kind_place <= 3 for o in outcomes)
    row = sum(1 <= o.place <= 3 and o.row == 1 for o in outcomes)
    rows3 = sum(o.place > 0 and o.before + o.row <= 3 for o in outcomes)
    cells = (total, f"{first / total:.0%}", f"{three / total:.1%}", total - three, f"{kind / total:.1%}",
             f"{row / total:.0%}", f"{rows3 / total:.0%}", silent)  # fmt: skip
    return f"{name:<22}" + "".join(f"{cell!s:>11}" for cell in cells)


def report(seed: int, outcomes: Sequence[Outcome], silent: Counter[str], misses: bool) -> None:
    """Print the tables."""
    print(f"seed {seed}, {len(outcomes)} faults")
    heads = ("faults", "first", "in 3", "missed", "kind in 3", "row first", "3 rows", "no trace")
    print(" " * 22 + "".join(f"{head:>11}" for head in heads))
    for kind in KINDS:
        if mine := [o for o in outcomes if o.kind == kind]:
            print(_line(kind, mine, silent[kind]))
    groups: tuple[tuple[str, Callable[[Outcome], object]], ...] = (
        ("source", lambda o: o.source), ("entries", lambda o: _size(o.size)), ("line", lambda o: o.ticked),
    )  # fmt: skip
    for name, key in groups:
        for value in sorted({str(key(o)) for o in outcomes}):
            print(_line(f"{name}: {value}", [o for o in outcomes if str(key(o)) == value]))
    print(_line("all", outcomes, sum(silent.values())))
    rows = [o.rows for o in outcomes if 1 <= o.place <= 3]
    print(f"rows accused by the true cause: median {median(rows):.0f}, most {max(rows)}")
    if misses:
        for o in outcomes:
            if not 1 <= o.place <= 3:
                print(o)


def _size(entries: int) -> str:
    return "1-99" if entries < 100 else "100-199" if entries < 200 else "200-"


def main() -> None:
    """Read the words of the command and run."""
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int, default=500)
    parser.add_argument("--misses", action="store_true", help="print what was not found")
    words = parser.parse_args()
    report(words.seed, *run(words.seed, words.number), words.misses)


if __name__ == "__main__":
    main()
