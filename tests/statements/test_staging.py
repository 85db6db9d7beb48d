"""What of a file is new: overlapping files add no line twice, and true twins of one day are both kept."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from retkoop.school_year import SchoolYear
from retkoop.statements.model import Balance, BankLine, Statement
from retkoop.statements.staging import Part, Staged, already_here, part_of

YEAR = SchoolYear(2024)
START = 100_000
SPLITS = 1_000
WORDS = ("VIR FAMILLE", "CARTE LIBRAIRIE", "REMISE CHEQUES", "FRAIS", "PRLV ASSURANCE")


def a_year_of_lines(chance: random.Random) -> list[BankLine]:
    """Give the lines of a year at the bank, with twins on one day."""
    lines: list[BankLine] = []
    day = YEAR.first_day
    while day <= YEAR.last_day:
        for _ in range(chance.choice((0, 0, 0, 1, 1, 2, 3))):
            amount = chance.choice((2_500, -1_200, 30_000, -310, 1_500))
            lines.append(BankLine(day, chance.choice(WORDS[:2]), amount))
            if chance.random() < 0.2:
                lines.append(lines[-1])
        day += timedelta(days=chance.randint(1, 6))
    return lines


def read(lines: list[BankLine], first: int, last: int, told: bool) -> Part:
    """Give what a file with these lines says, with the balances around them or without."""
    before = START + sum(line.amount for line in lines[:first])
    inside = lines[first:last]
    balances = (Balance(before), Balance(before + sum(line.amount for line in inside))) if told else (None, None)
    part = part_of(Statement(tuple(inside), *balances), YEAR)
    assert part is not None
    return part


def add(kept: list[Staged], part: Part) -> None:
    """Keep what a file adds, as the action does."""
    here = already_here(kept, part)
    kept += [staged for staged, known in zip(part.lines, here, strict=True) if not known]


def day_bounds(lines: list[BankLine]) -> list[int]:
    """Give the places where a day ends."""
    return [0, *(at for at in range(1, len(lines)) if lines[at].day != lines[at - 1].day), len(lines)]


def any_bounds(lines: list[BankLine]) -> list[int]:
    """Give every place between two lines."""
    return list(range(len(lines) + 1))


@pytest.mark.parametrize(
    ("told", "bounds"), [(False, day_bounds), (True, day_bounds), (True, any_bounds)], ids=("days", "balances", "lines")
)
def test_any_split_of_a_year_into_overlapping_files_gives_each_line_once(
    told: bool, bounds: Callable[[list[BankLine]], list[int]]
) -> None:
    for seed in range(SPLITS):
        chance = random.Random(seed)
        lines = a_year_of_lines(chance)
        places = bounds(lines)
        cuts = sorted({0, len(places) - 1, *(chance.randrange(len(places)) for _ in range(chance.randint(1, 6)))})
        files = []
        for start, end in itertools.pairwise(cuts):
            # Banks give the last months again: a file may begin well before the one before it ended.
            begins = max(0, start - chance.choice((0, 0, 1, 3, 20)))
            files.append((places[begins], places[end]))
        files += chance.sample(files, min(2, len(files)))
        if chance.random() < 0.5:
            chance.shuffle(files)
        kept: list[Staged] = []
        for first, last in files:
            if last > first:
                add(kept, read(lines, first, last, told))
        found = sorted((s.line.day, s.line.label, s.line.amount) for s in kept)
        assert found == sorted((line.day, line.label, line.amount) for line in lines), seed


def test_without_looking_at_what_is_here_lines_are_doubled() -> None:
    """Negative control of the property."""
    lines = a_year_of_lines(random.Random(1))
    part = read(lines, 0, len(lines), told=True)
    assert len([*part.lines, *part.lines]) == 2 * len(lines)
    assert all(already_here(part.lines, part))
    assert not any(already_here([], part))


def line(day: int = 5, label: str = "VIR FAMILLE", amount: int = 2_500, **more: str) -> BankLine:
    return BankLine(date(2024, 11, day), label, amount, **more)


def kept(*lines: BankLine) -> list[Staged]:
    return list(map(Staged, lines))


@pytest.mark.parametrize(
    ("stored", "new", "same"),
    [
        pytest.param(line(), line(), True, id="the same"),
        pytest.param(line(), line(6), False, id="another day"),
        pytest.param(line(), line(amount=2_600), False, id="another amount"),
        pytest.param(line(), line(label="CHEQUE 8620041"), False, id="other words"),
        pytest.param(
            line(label="VIR SEPA RECU MAIRIE DE PARIS 75"), line(label="VIR SEPA RECU MAIRIE"), True, id="cut short"
        ),
        pytest.param(line(label="Vir. Sépa reçu"), line(label="VIR SEPA RECU"), True, id="accents and dots"),
        pytest.param(
            line(reference="A10293"), line(label="AUTREMENT DIT", reference="A10293"), True, id="one reference"
        ),
    ],
)
def test_what_tells_a_line_that_is_here_already(stored: BankLine, new: BankLine, same: bool) -> None:
    part = part_of(Statement((new,)), YEAR)
    assert part is not None
    assert already_here(kept(stored), part) == [same]


def test_a_reference_that_comes_back_on_every_line_tells_nothing() -> None:
    lines = tuple(replace(line(label=word), reference="0000000") for word in WORDS)
    part = part_of(Statement(lines), YEAR)
    assert part is not None
    assert already_here(kept(*lines[:2]), part) == [True, True, False, False, False]


def test_only_the_lines_of_the_exercice_are_kept_with_the_balances_around_them() -> None:
    lines = (BankLine(date(2024, 8, 30), "A", -500), line(), line(7), BankLine(date(2025, 9, 2), "B", -100))
    part = part_of(Statement(lines, Balance(10_000), Balance(14_400)), YEAR)
    assert part is not None
    assert ([staged.line for staged in part.lines], part.outside) == ([lines[1], lines[2]], 2)
    assert (part.opening, part.closing, part.closing_day) == (9_500, 14_500, date(2024, 11, 7))
    assert part_of(Statement(lines[:1]), YEAR) is None


def test_balances_that_contradict_the_lines_are_told_and_tell_no_line_from_another() -> None:
    part = part_of(Statement((line(),), Balance(0), Balance(1)), YEAR)
    assert part is not None
    assert (part.opening, part.closing, part.lines[0].running) == (0, 1, None)


def test_the_balance_is_of_the_day_that_the_file_tells() -> None:
    part = part_of(Statement((line(),), None, Balance(5_000, date(2024, 11, 30))), YEAR)
    assert part is not None
    assert (part.opening, part.closing, part.closing_day) == (None, 5_000, date(2024, 11, 30))


def test_a_whole_day_in_another_order_is_the_same_day() -> None:
    day = [line(amount=2_500), line(label="CARTE LIBRAIRIE", amount=-1_200), line(label="FRAIS", amount=-310)]
    both = [Statement(tuple(lines), Balance(10_000), Balance(10_990)) for lines in (day, day[::-1])]
    there, here = (part_of(one, YEAR) for one in both)
    assert there is not None
    assert here is not None
    assert [staged.running for staged in there.lines] != [staged.running for staged in reversed(here.lines)]
    assert already_here(there.lines, here) == [True, True, True]


def test_the_balance_of_the_day_of_the_download_does_not_double_the_same_lines() -> None:
    lines = (line(), line(8, "CHEQUE 8620041", -1_200), line(9))
    first, second = (
        part_of(Statement(lines, None, Balance(amount, date(2024, 11, day))), YEAR)
        for amount, day in ((128_100, 20), (145_000, 30))
    )
    assert first is not None
    assert second is not None
    assert already_here(first.lines, second) == [True, True, True]


def test_two_files_that_count_from_another_balance_are_told_by_their_words() -> None:
    lines = (line(), line(8, "CHEQUE 8620041", -1_200))
    first, second = (part_of(Statement(lines, Balance(n), Balance(n + 1_300)), YEAR) for n in (10_000, 77_000))
    assert first is not None
    assert second is not None
    assert already_here(first.lines, second) == [True, True]
