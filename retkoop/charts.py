"""PURE. The geometry of the small charts: amounts in cents become bars in the units of a drawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Bar(NamedTuple):
    """A rectangle of a drawing; `up` tells what is above the axis, or right of it."""

    x: float
    y: float
    width: float
    height: float
    up: bool


class Columns(NamedTuple):
    """Columns on both sides of a level axis; `middles` are where each pair's name stands."""

    axis: float
    bars: tuple[Bar, ...]
    middles: tuple[float, ...]


def columns(pairs: Sequence[tuple[int, int]], width: int, height: int) -> Columns:
    """Draw each (up, down) pair as two columns from one axis; an amount below zero goes to the other side."""
    sides = [(max(up, 0) + max(-down, 0), max(down, 0) + max(-up, 0)) for up, down in pairs]
    highest, deepest = (max((side[place] for side in sides), default=0) for place in (0, 1))
    scale = height / (highest + deepest or 1)
    axis = round(highest * scale, 1)
    step = width / (len(pairs) or 1)
    # Few months do not make broad slabs.
    breadth = min(step * 0.7, 36)
    bars = []
    for rank, (up, down) in enumerate(sides):
        x = round((rank + 0.5) * step - breadth / 2, 1)
        above, below = round(up * scale, 1), round(down * scale, 1)
        bars += [Bar(x, round(axis - above, 1), round(breadth, 1), above, True)] if up else []
        bars += [Bar(x, axis, round(breadth, 1), below, False)] if down else []
    return Columns(axis, tuple(bars), tuple(round((rank + 0.5) * step, 1) for rank in range(len(pairs))))


class Strip(NamedTuple):
    """One bar to either side of an upright axis, on the scale of its neighbours."""

    axis: float
    bar: Bar


def strips(amounts: Sequence[int], width: int, height: int) -> tuple[Strip, ...]:
    """Draw amounts one below the other, to the right what is above zero, to the left what is below."""
    most, least = max((*amounts, 0)), min((*amounts, 0))
    scale = width / (most - least or 1)
    axis = round(-least * scale, 1)
    found = []
    for amount in amounts:
        length = round(abs(amount) * scale, 1)
        found.append(Strip(axis, Bar(axis if amount >= 0 else round(axis - length, 1), 0, length, height, amount >= 0)))
    return tuple(found)


class Point(NamedTuple):
    """A place in a drawing."""

    x: float
    y: float


class Curve(NamedTuple):
    """A line from left to right; `axis` is where zero lies."""

    points: tuple[Point, ...]
    axis: float

    @property
    def path(self) -> str:
        """Give the points as SVG writes them."""
        return " ".join(f"{point.x},{point.y}" for point in self.points)


def curve(amounts: Sequence[int], width: int, height: int) -> Curve:
    """Draw amounts at equal steps, zero always in the drawing: a line far from it looks far from it."""
    most, least = max((*amounts, 0)), min((*amounts, 0))
    scale = height / (most - least or 1)
    step = width / max(len(amounts), 1)
    places = tuple(
        Point(round((rank + 0.5) * step, 1), round((most - amount) * scale, 1)) for rank, amount in enumerate(amounts)
    )
    return Curve(places, round(most * scale, 1))


def shares(amounts: Sequence[int], width: int, height: int) -> tuple[Bar, ...]:
    """Draw amounts, none below zero, end to end in one bar: each as long as its share of the whole."""
    whole, x, found = sum(amounts) or 1, 0.0, []
    for amount in amounts:
        length = amount * width / whole
        found.append(Bar(round(x, 1), 0, round(length, 1), height, True))
        x += length
    return tuple(found)
