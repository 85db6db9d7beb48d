"""The draw of cooperatives to control on site: found again from its number, those of late after all others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from retkoop.school_year import SchoolYear
from retkoop.site_draws import (
    MOST_VOUCHERS,
    Control,
    Pooled,
    controls_sheet,
    how_many,
    moved_by,
    read,
    take,
    vouchers,
    written,
)
from tests.support.year_facts import entry, facts

POOL = tuple(Pooled(f"075-{number:04d}") for number in range(1, 41))


@pytest.mark.parametrize(
    ("pool", "rate", "drawn"), [(0, 10, 0), (1, 10, 1), (9, 10, 1), (10, 10, 1), (11, 10, 2), (40, 10, 4), (5, 100, 5)]
)
def test_the_rate_is_rounded_up_and_one_is_drawn_at_least(pool: int, rate: int, drawn: int) -> None:
    assert how_many(pool, rate) == drawn


def test_a_number_tells_the_draw_whatever_the_order_of_the_pool() -> None:
    first = take(POOL, 123_456, 10)
    assert len(set(first)) == 4
    assert take(reversed(POOL), 123_456, 10) == first
    assert take(read(written(POOL)), 123_456, 10) == first
    assert take(POOL, 123_457, 10) != first


def test_each_is_drawn_about_as_often_as_the_others() -> None:
    counts = dict.fromkeys((one.coop for one in POOL), 0)
    for number in range(100_000, 102_000):
        for coop in take(POOL, number, 10):
            counts[coop] += 1
    assert all(140 < count < 260 for count in counts.values()), counts


def test_those_drawn_lately_come_after_all_others() -> None:
    pool = [one._replace(recent=number < 38) for number, one in enumerate(POOL)]
    drawn = take(pool, 123_456, 10)
    assert set(drawn[:2]) == {"075-0039", "075-0040"}
    assert len(drawn) == 4, "there are not enough of the others"
    assert read(written(pool)) == tuple(pool)


def test_the_vouchers_are_as_many_as_two_pages_hold_and_found_again() -> None:
    full = facts(*(entry(number, bank=-20_000, spent=20_000) for number in range(1, 61)))
    lines, left_out = vouchers(full, 123_456)
    assert (len(lines), left_out) == (MOST_VOUCHERS, 30)
    assert vouchers(full, 123_456)[0] == lines
    assert vouchers(replace(full, entries=()), 123_456) == ((), 0)


def test_an_entry_tells_where_it_moved() -> None:
    assert moved_by(entry()) == (-1_200, "banque")
    assert moved_by(entry(bank=0, cash=500)) == (500, "caisse")
    assert moved_by(entry(bank=0, advance="CP", advance_amount=500)) == (500, "régie")


def test_the_sheet_has_a_line_for_each() -> None:
    sheet = controls_sheet([Control(1, 1, "075-0001", "Les Lilas", "", None, "", "")], SchoolYear(2024))
    assert sheet.rows == ((1, 1, "075-0001", "Les Lilas", "à faire", None, "", ""),)
