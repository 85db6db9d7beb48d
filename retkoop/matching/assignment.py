"""PURE. The cheapest pairing of lines with operations, each once, however many; and how firm each pair is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from heapq import heapify, heappop, heappush

# Pairings so entangled that they take longer than this are not settled.
_MOST_STEPS = 150_000
_MOST_STEPS_OF_RIVAL = 120
# Tells columns that stand for each other, seen from a row.
Alike = Callable[[int, int, int], bool]


@dataclass
class Pairing:
    """Rows paired with columns at the least cost; a row may stay alone at `alone`.

    The method: shortest augmenting paths, row after row, on costs reduced by what rows and columns are worth.
    """

    edges: Sequence[Mapping[int, float]]
    alone: float
    columns: list[int] = field(init=False)
    steps: int = 0

    def __post_init__(self) -> None:
        """Give every row a column of its own, on which it is alone: those below zero."""
        self.columns = [-1 - row for row in range(len(self.edges))]
        self._row_of: dict[int, int] = {}
        self._worth_of_row = [0.0] * len(self.edges)
        self._worth: dict[int, float] = {}

    def settle(self) -> bool:
        """Pair all rows; tell whether it was done in time."""
        return all(self._augment(row) for row in range(len(self.edges)))

    def _reduced(self, row: int, base: float) -> list[tuple[float, int]]:
        base -= self._worth_of_row[row]
        worth = self._worth
        found = [(base + cost - worth.get(column, 0.0), column) for column, cost in self.edges[row].items()]
        found.append((base + self.alone, -1 - row))
        return found

    def _augment(self, start: int) -> bool:
        distance: dict[int, float] = {}
        came_from: dict[int, int] = {}
        done: dict[int, float] = {}
        heap: list[tuple[float, int]] = []
        row, base = start, 0.0
        while True:
            for far, column in self._reduced(row, base):
                if column not in done and far < distance.get(column, float("inf")):
                    distance[column], came_from[column] = far, row
                    heappush(heap, (far, column))
            base, column = heappop(heap)
            while column in done:
                base, column = heappop(heap)
            if column not in self._row_of:
                break
            done[column] = base
            row = self._row_of[column]
            self.steps += 1
            if self.steps > _MOST_STEPS:
                return False
        for each, far in done.items():
            self._worth[each] = self._worth.get(each, 0.0) + far - base
            self._worth_of_row[self._row_of[each]] += base - far
        self._worth_of_row[start] += base
        while True:
            row = came_from[column]
            self._row_of[column], (self.columns[row], column) = row, (column, self.columns[row])
            if row == start:
                return True

    def _price(self, row: int, freed: int, margin: float) -> float:
        """Give what it costs, up to the margin, that a row leaves its column: it stays empty, or another row comes."""
        best, done = margin, set()
        heap = [(0.0, freed)]
        for _ in range(_MOST_STEPS_OF_RIVAL):
            if not heap or heap[0][0] >= best:
                break
            base, column = heappop(heap)
            if column in done:
                continue
            done.add(column)
            best = min(best, base - self._worth.get(column, 0.0))
            if best <= 0.0:
                break
            for other in self._rows_with.get(column, ()):
                far = base + self.edges[other][column] - self._worth_of_row[other] - self._worth.get(column, 0.0)
                if other != row and far < best and self.columns[other] not in done:
                    heappush(heap, (far, self.columns[other]))
        else:
            return 0.0
        return best

    @cached_property
    def _rows_with(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for row, its in enumerate(self.edges):
            for column in its:
                found.setdefault(column, []).append(row)
        return found

    def is_firm(self, row: int, margin: float, alike: Alike) -> bool:
        """Tell whether every pairing without this pair, or one that stands for it, costs `margin` more."""
        freed = self.columns[row]
        price = self._price(row, freed, margin)
        shut = {column for column in self.edges[row] if column == freed or alike(row, column, freed)}
        heap = [(far, column) for far, column in self._reduced(row, 0.0) if column not in shut and far < margin]
        heapify(heap)
        done: set[int] = set()
        for _ in range(_MOST_STEPS_OF_RIVAL):
            while heap and heap[0][1] in done:
                heappop(heap)
            if not heap:
                return True
            base, column = heappop(heap)
            done.add(column)
            # Another pairing is whole where the way comes back, or where nobody is: then what it left has its price.
            if column == freed or (column not in self._row_of and base + price < margin):
                return False
            if column in self._row_of:
                for far, other in self._reduced(self._row_of[column], base):
                    if other not in done and far < margin:
                        heappush(heap, (far, other))
        return False
