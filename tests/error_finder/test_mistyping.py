"""How one amount comes to be typed for another."""

from __future__ import annotations

import pytest

from retkoop.error_finder.mistyping import (
    ADDED,
    CROSSED,
    INVERTED,
    LOST,
    ONE_DIGIT,
    SHIFTED,
    Habits,
    Mistyping,
    mistyping,
    words_of,
)
from tests.support.year_facts import entry


@pytest.mark.parametrize(
    ("typed", "true", "slip"),
    [
        (4_500, 5_400, INVERTED), (-4_500, -5_400, INVERTED), (1_203, 1_230, INVERTED), (50, 500, SHIFTED),
        (12_345, 32_145, CROSSED), (4_500, 450, SHIFTED), (450, 45_000, SHIFTED), (45_000, 450, SHIFTED),
        (4_520, 4_570, ONE_DIGIT), (4_500, 14_500, LOST), (4_556, 45_056, LOST), (14_500, 4_500, ADDED),
        (44_512, 4_512, ADDED),
    ],
)  # fmt: skip
def test_it_knows_the_slip(typed: int, true: int, slip: Mistyping) -> None:
    assert mistyping(typed, true) == slip


@pytest.mark.parametrize(
    ("typed", "true"), [(4_500, 4_500), (4_500, -4_500), (0, 4_500), (4_500, 0), (4_567, 4_599), (4_500, 7_121)]
)
def test_it_knows_no_other(typed: int, true: int) -> None:
    assert mistyping(typed, true) is None


def test_labels_are_told_apart_by_their_words_alone() -> None:
    assert words_of("Frais de tenue de compte février 2025") == words_of("FRAIS DE TENUE DE COMPTE – août")
    assert words_of("Piscine CP") != words_of("Poney-club CP")


def test_an_amount_is_likely_when_the_label_is_used_to_it_and_when_it_is_round() -> None:
    habits = Habits.of([entry(n, label="Piscine", bank=-9_200) for n in (1, 2, 3)] + [entry(4, bank=-6_437)])
    pool = words_of("Piscine")
    assert habits.odds(9_200, pool) > 100 * habits.odds(9_300, pool)
    assert habits.odds(9_300) > habits.odds(9_317) > 0
