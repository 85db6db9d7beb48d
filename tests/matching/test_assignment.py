"""The pairing is the cheapest of all, and a pair is firm exactly when every other pairing is dearer by the margin."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from retkoop.matching.assignment import Pairing

ALONE, MARGIN = 5.0, 1.5
costs = st.dictionaries(st.integers(0, 4), st.integers(-12, 19).map(lambda quarter: quarter / 4), max_size=4)


def cost(edges: list[dict[int, float]], columns: tuple[int | None, ...]) -> float:
    return sum(ALONE if column is None else edges[row][column] for row, column in enumerate(columns))


def every(edges: list[dict[int, float]]) -> list[tuple[int | None, ...]]:
    found = product(*[[None, *each] for each in edges])
    return [one for one in found if len([c for c in one if c is not None]) == len({c for c in one if c is not None})]


@settings(max_examples=400, deadline=None)
@given(st.lists(costs, min_size=1, max_size=5), st.booleans())
def test_it_is_the_cheapest_and_firm_when_nothing_else_comes_near(edges: list[dict[int, float]], twins: bool) -> None:
    def alike(row: int, one: int, other: int) -> bool:
        return twins and {one, other} == {0, 1}

    pairing = Pairing(edges, ALONE)
    assert pairing.settle()
    chosen = tuple(column if column >= 0 else None for column in pairing.columns)
    best = min(cost(edges, one) for one in every(edges))
    assert abs(cost(edges, chosen) - best) < 1e-9
    for row, column in enumerate(chosen):
        if column is not None:
            rivals = [
                cost(edges, one)
                for one in every(edges)
                if one[row] is None or (one[row] != column and not alike(row, one[row], column))
            ]
            assert pairing.is_firm(row, MARGIN - 1e-6, alike) == (min(rivals) >= best + MARGIN - 1e-6)
