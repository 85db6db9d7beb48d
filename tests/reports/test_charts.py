"""The geometry of charts: bars as long as their amounts, inside the drawing, on the right side."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retkoop.charts import columns, curve, strips

amounts = st.integers(-100_000, 100_000)
WIDTH, HEIGHT = 320, 120
ROUNDED = 0.21


@given(st.lists(st.tuples(amounts, amounts), max_size=12))
def test_columns_stay_inside_and_keep_proportions(pairs: list[tuple[int, int]]) -> None:
    chart = columns(pairs, WIDTH, HEIGHT)
    assert len(chart.middles) == len(pairs)
    for bar in chart.bars:
        assert -ROUNDED <= bar.x <= bar.x + bar.width <= WIDTH + ROUNDED
        assert -ROUNDED <= bar.y <= bar.y + bar.height <= HEIGHT + ROUNDED
        assert (bar.y + bar.height if bar.up else bar.y) == pytest.approx(chart.axis, abs=ROUNDED)
    length = sum(abs(up) + abs(down) for up, down in pairs)
    drawn = sum(bar.height for bar in chart.bars)
    highest = max((max(up, 0) + max(-down, 0) for up, down in pairs), default=0)
    deepest = max((max(down, 0) + max(-up, 0) for up, down in pairs), default=0)
    assert drawn == pytest.approx(length * HEIGHT / (highest + deepest or 1), abs=ROUNDED * (len(chart.bars) + 1))


@given(st.lists(amounts, max_size=12))
def test_strips_stay_inside_and_keep_proportions(results: list[int]) -> None:
    drawn = strips(results, WIDTH, 12)
    span = max((*results, 0)) - min((*results, 0))
    for result, strip in zip(results, drawn, strict=True):
        assert -ROUNDED <= strip.bar.x <= strip.bar.x + strip.bar.width <= WIDTH + ROUNDED
        assert strip.bar.width == pytest.approx(abs(result) * WIDTH / (span or 1), abs=ROUNDED)
        assert strip.bar.up == (result >= 0)
        edge = strip.bar.x if strip.bar.up else strip.bar.x + strip.bar.width
        assert edge == pytest.approx(strip.axis, abs=ROUNDED)


def test_what_came_in_stands_above_and_what_went_out_hangs_below() -> None:
    chart = columns([(3_000, 1_000)], WIDTH, HEIGHT)
    above, below = chart.bars
    assert (above.up, above.height, below.up, below.height, chart.axis) == (True, 90, False, 30, 90)


def test_nothing_at_all_draws_nothing() -> None:
    assert columns([], WIDTH, HEIGHT).bars == ()
    assert columns([(0, 0)], WIDTH, HEIGHT).bars == ()
    assert strips([0], WIDTH, 12)[0].bar.width == 0


@given(st.lists(amounts, max_size=14))
def test_a_curve_stays_inside_with_zero_in_it_and_keeps_proportions(held: list[int]) -> None:
    drawn = curve(held, WIDTH, HEIGHT)
    assert len(drawn.points) == len(held)
    assert 0 <= drawn.axis <= HEIGHT
    span = max((*held, 0)) - min((*held, 0))
    for amount, point in zip(held, drawn.points, strict=True):
        assert 0 <= point.x <= WIDTH
        assert 0 <= point.y <= HEIGHT
        assert drawn.axis - point.y == pytest.approx(amount * HEIGHT / (span or 1), abs=ROUNDED)
    assert [point.x for point in drawn.points] == sorted(point.x for point in drawn.points)
