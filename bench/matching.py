"""`python -m bench.matching`: made-up years matched with their bank's lines, against the truth; then the speed."""

from __future__ import annotations

import argparse
import os
import platform
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from bench.bank_worlds import worlds
from bench.bank_years import BankYear, bank_year
from retkoop.matching import ENTRY, NONE, SURE, TO_CHECK, Operation, Proposal, match, words
from retkoop.matching.words import plain
from retkoop.statements.model import BankLine


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was proposed for one line: `right` when it is the truth or cannot be told from it, `exact` when it is it."""

    seed: int
    dialect: str
    kind: str
    confidence: str
    linked: bool
    right: bool
    exact: bool


def judged(year: BankYear) -> list[Outcome]:
    """Match a year and compare with the truth; lines of which the entries are ticked are judged only when wrong."""
    found = match(year.lines, year.operations)
    told = _told(found)
    fair = _fair(year, told)
    outcomes = []
    for at, proposal in enumerate(found):
        true = year.truth[at]
        if any(year.operations[place].ticked for place in true) and not proposal.operations:
            continue
        confidence = SURE if proposal.settled else proposal.confidence
        exact = told[at] == true
        outcomes.append(Outcome(year.seed, year.dialect.name, year.kinds[at], confidence, bool(true), fair[at], exact))
    return outcomes


def _told(found: Sequence[Proposal]) -> list[frozenset[int]]:
    return [frozenset(each.number for each in proposal.operations or proposal.settled) for proposal in found]


_WINDOW = 31


def _fair(year: BankYear, told: Sequence[frozenset[int]]) -> list[bool]:
    """Tell which lines got the truth, or entries that nothing tells from the true ones: see bench/README.md."""
    line_of = {place: at for at, places in enumerate(year.truth) for place in places}
    ticked = {place for places in told for place in places}

    def for_each_other(at: int, said: int, true: int) -> bool:
        one, other = year.operations[said], year.operations[true]
        if said == true:
            return True
        if (one.amount, one.cheque, one.is_cash, one.slip) != (other.amount, other.cheque, other.is_cash, other.slip):
            return False
        if said not in line_of or true not in ticked:
            return False
        mine, its = year.lines[at], year.lines[line_of[said]]
        alike = all(_common(line, one) == _common(line, other) for line in (mine, its))
        in_time = (mine.day - one.day).days >= -1 and (its.day - other.day).days >= -1
        return alike and in_time and not mine.cheque and abs((mine.day - its.day).days) <= _WINDOW

    def right(at: int, said: frozenset[int], true: frozenset[int]) -> bool:
        if len(said) != len(true):
            return False
        wrong, left = sorted(said - true), sorted(true - said)
        for place in wrong:
            fit = next((each for each in left if for_each_other(at, place, each)), None)
            if fit is None:
                return False
            left.remove(fit)
        return True

    return [right(at, places, year.truth[at]) for at, places in enumerate(told)]


def _common(line: BankLine, operation: Operation) -> frozenset[str]:
    """Give the words by which a line could tell this entry from another."""
    written = set(plain(operation.label).split())
    return frozenset(
        word
        for word in re.findall(r"[a-z]{3,}", plain(line.label))
        if any(each.startswith(word[:5]) for each in written)
    )


# ---- Tables


@dataclass(frozen=True, slots=True)
class Figures:
    """The three figures of some outcomes, from 0 to 1."""

    precision: float
    sure: float
    found: float

    @staticmethod
    def of(outcomes: Iterable[Outcome], exact: bool = False) -> Figures:
        """Count."""
        counted = list(outcomes)
        good = [each.exact if exact else each.right for each in counted]
        sure = [right for right, each in zip(good, counted, strict=True) if each.confidence == SURE]
        linked = [(right, each) for right, each in zip(good, counted, strict=True) if each.linked]
        return Figures(
            _share(sum(sure), len(sure)),
            _share(sum(right and each.confidence == SURE for right, each in linked), len(linked)),
            _share(sum(right for right, _ in linked), len(linked)),
        )

    def __str__(self) -> str:
        """Write the three as percentages."""
        return f"{self.precision:>11.2%}{self.sure:>11.1%}{self.found:>11.1%}"


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def report(seeds: Sequence[int], misses: bool) -> None:
    """Print the confusion table, then the figures by dialect and by kind of link."""
    outcomes = [outcome for seed in seeds for outcome in judged(bank_year(seed))]
    print(f"Années {seeds[0]} à {seeds[-1]} : {len(seeds)} années, {len(outcomes)} lignes de la banque.\n")
    print(f"{'':<24}{'juste':>11}{'faux':>11}")
    for name, confidence in (("sûre", SURE), ("à vérifier", TO_CHECK), ("aucune", NONE)):
        its = [each for each in outcomes if each.confidence == confidence]
        print(f"{name:<24}{sum(each.right for each in its):>11}{sum(not each.right for each in its):>11}")
    print(f"\n{'':<32}{'liens':>8}{'précision':>11}{'sûres':>11}{'trouvées':>11}")
    _row("ensemble", outcomes)
    _row("au numéro près", outcomes, exact=True)
    by_year = {seed: [each for each in outcomes if each.seed == seed] for seed in seeds}
    for what, key in (
        ("précision", lambda f: f.precision),
        ("sûres", lambda f: f.sure),
        ("trouvées", lambda f: f.found),
    ):
        worst = min(seeds, key=lambda seed: key(Figures.of(by_year[seed])))
        _row(f"pire année, {what} : {worst}", by_year[worst])
    _by("banque", outcomes, lambda each: each.dialect)
    _by("lien", outcomes, lambda each: each.kind)
    if misses:
        for seed in seeds:
            _print_misses(bank_year(seed))


def _row(name: str, outcomes: Sequence[Outcome], exact: bool = False) -> None:
    print(f"{name:<32}{sum(each.linked for each in outcomes):>8}{Figures.of(outcomes, exact)}")


def _by(name: str, outcomes: Sequence[Outcome], key: Callable[[Outcome], str]) -> None:
    print()
    for value in sorted({key(each) for each in outcomes}):
        _row(f"{name} : {value}", [each for each in outcomes if key(each) == value])


def _print_misses(year: BankYear) -> None:
    found = match(year.lines, year.operations)
    told = _told(found)
    for at, right in enumerate(_fair(year, told)):
        proposal, line = found[at], year.lines[at]
        if right and (not year.truth[at] or proposal.confidence == SURE or proposal.settled):
            continue
        print(f"\n{'   ' if right else 'XX '}{year.seed} {proposal.confidence:<10} {year.kinds[at]:<20}", end="")
        print(f"{line.day} {line.amount / 100:>9.2f} {line.label} {line.cheque}\n     {proposal.reason}")
        for name, places in (("vrai", year.truth[at]), ("dit", told[at])):
            for place in sorted(places):
                _print_operation(name, place, year.operations[place])


def _print_operation(name: str, place: int, each: Operation) -> None:
    more = ("€ " if each.is_cash else "") + each.label + (" (pointée)" if each.ticked else "")
    slip = "" if each.slip is None else each.slip
    print(f"     {name:<5}{place:>4} {each.day} {each.amount / 100:>9.2f} {each.cheque:<9}{slip!s:<4}{more}")


def _print_worlds(seeds: Sequence[int]) -> None:
    print(f"\n{'':<32}{'liens':>8}{'précision':>11}{'sûres':>11}{'trouvées':>11}")
    for name, years in worlds(seeds).items():
        _row(name, [outcome for year in years for outcome in judged(year)])


# ---- Speed


def _crowd(size: int, amounts: Sequence[int], seed: int = 1) -> tuple[list[BankLine], list[Operation]]:
    random = Random(seed)
    lines, operations = [], []
    for number in range(size):
        amount = random.choice(amounts)
        day = date(2024, 9, 1) + timedelta(random.randrange(350))
        operations.append(Operation(ENTRY, number, day, f"Cotisation famille {number % 90}", amount))
        lines.append(
            BankLine(day + timedelta(random.randint(0, 5)), f"REMISE CHEQUES {random.randrange(10**6)}", amount)
        )
    return sorted(lines, key=lambda line: line.day), operations


def _usual(size: int) -> tuple[list[BankLine], list[Operation]]:
    """Give years of one account put side by side."""
    lines: list[BankLine] = []
    operations: list[Operation] = []
    seed = 500
    while min(len(lines), len(operations)) < size:
        year = bank_year(seed)
        for each in year.operations:
            slip = None if each.slip is None else each.slip + 1_000 * seed
            operations.append(replace(each, number=len(operations), slip=slip, ticked=False))
        lines += year.lines
        seed += 1
    return sorted(lines[:size], key=lambda line: line.day), operations[:size]


def _timed(lines: list[BankLine], operations: list[Operation]) -> float:
    """Time one matching, with nothing kept of another."""
    for kept in (words.plain, words.means, words.telling, words.numbers, words.alike):
        kept.cache_clear()
    began = time.perf_counter()
    match(lines, operations)
    return time.perf_counter() - began


def speed() -> None:
    """Time crowds of lines and entries, and how time grows with them."""
    print(f"\n{'lignes × écritures':<34}" + "".join(f"{size:>9}" for size in (300, 1_000, 3_000)) + f"{'3000/300':>11}")
    random = Random(3)
    crowds: tuple[tuple[str, Callable[[int], tuple[list[BankLine], list[Operation]]]], ...] = (
        ("années ordinaires", _usual),
        ("montants tous divers", lambda size: _crowd(size, [random.randrange(100, 10**6) for _ in range(10 * size)])),
        ("cinq montants", lambda size: _crowd(size, [500, 1_000, 1_500, 2_000, 2_500])),
        ("un seul montant", lambda size: _crowd(size, [2_500])),
        ("cent montants qui s’ajoutent", lambda size: _crowd(size, [100 * number for number in range(1, 101)])),
    )
    for name, crowd in crowds:
        taken = []
        for size in (300, 1_000, 3_000):
            lines, operations = crowd(size)
            taken.append(min(_timed(lines, operations) for _ in range(3 if size < 3_000 else 1)))
        print(
            f"{name:<34}" + "".join(f"{1_000 * each:>6.0f} ms" for each in taken) + f"{taken[2] / taken[0]:>11.1f}",
            flush=True,
        )


def main() -> None:
    """Read the words of the command and run."""
    parser = argparse.ArgumentParser(prog="python -m bench.matching", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="la première année")
    parser.add_argument("--number", type=int, default=200, help="combien d’années")
    parser.add_argument("--misses", action="store_true", help="montre ce qui n’est ni sûr ni juste")
    parser.add_argument(
        "--worlds", action="store_true", help="change les années : banques et cahiers qui en disent moins"
    )
    parser.add_argument("--no-speed", action="store_true", help="ne mesure pas le temps")
    told = parser.parse_args()
    print(
        f"{datetime.now(UTC):%d/%m/%Y}, Python {platform.python_version()}, {os.cpu_count()} cœurs,",
        f"charge {os.getloadavg()[0]:.1f}",
    )
    if told.worlds:
        _print_worlds(range(told.seed, told.seed + told.number))
        return
    report(range(told.seed, told.seed + told.number), told.misses)
    if not told.no_speed:
        speed()


if __name__ == "__main__":
    main()
