"""Made-up years in nine dialects of banks: what is said to be sure is, and nearly all is found."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from bench.bank_dialects import DIALECTS
from bench.bank_years import BankYear, bank_year
from bench.matching import Figures, judged
from retkoop.matching import match, words

# Twelve years, and not those that the matching was made with.
SEEDS = range(70_001, 70_013)


@pytest.fixture(scope="module", name="years")
def drawn() -> list[BankYear]:
    return [bank_year(seed) for seed in SEEDS]


def figures(years: list[BankYear]) -> Figures:
    return Figures.of(outcome for year in years for outcome in judged(year))


def test_the_years_are_many_links_in_every_dialect(years: list[BankYear]) -> None:
    assert {year.dialect for year in years} == set(DIALECTS)
    assert sum(len(places) > 0 for year in years for places in year.truth) > 1_000
    assert bank_year(SEEDS[0]) == years[0]


def test_what_is_sure_is_true_and_nearly_all_is_found(years: list[BankYear]) -> None:
    found = figures(years)
    assert found.precision >= 0.995
    assert found.sure >= 0.93
    assert found.found >= 0.98


def test_no_word_of_a_bank_is_needed(years: list[BankYear], monkeypatch: pytest.MonkeyPatch) -> None:
    silent = [
        replace(year, lines=tuple(replace(line, label=_without_words(line.label)) for line in year.lines))
        for year in years
    ]
    found = figures(silent)
    assert found.precision >= 0.995
    assert found.sure >= 0.9
    assert found.found >= 0.97


def _without_words(label: str) -> str:
    """Put what tells a means of payment in a language that nobody speaks."""
    known = [pattern for _, pattern in words._MEANS]
    said = words.plain(label)
    return " ".join(
        "zq" + word[::-1] if any(words.re.search(p, word) for p in known) else word for word in said.split()
    )


def test_the_same_year_is_matched_the_same_way_whatever_the_order_of_the_entries(years: list[BankYear]) -> None:
    for year in years[:3]:
        assert match(year.lines, year.operations) == match(year.lines, year.operations[::-1])


def test_the_judge_notices_links_that_are_wrong(years: list[BankYear]) -> None:
    moved = [
        replace(year, truth=tuple(next_one for _, next_one in pairwise((*year.truth, year.truth[0])))) for year in years
    ]
    assert figures(moved).precision < 0.2
