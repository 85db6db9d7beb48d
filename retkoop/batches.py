"""Many exercices of one département and one school year loaded together: each query is asked once for all of them.

What loads one exercice (`year_rows`) is what loads many: within `together`, its queries are answered from here.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

from retkoop.db import fetch

P = ParamSpec("P")
R = TypeVar("R")
Rows = list[tuple[Any, ...]]


class _These:
    """Stands for the key of a year where a query is worded: the same school year of several cooperatives."""

    def __init__(self, department: str, coops: Sequence[str], start_year: int) -> None:
        self.department, self.coops, self.start_year = department, list(coops), start_year

    def of(self, table: Any) -> Any:
        """Give the condition that keeps a query within these years."""
        mine = (table.department == self.department) & table.coop.in_(self.coops)
        return mine & (table.start_year == self.start_year)


class Batch:
    """The years that are loaded together, and what was read of them."""

    def __init__(self, department: str, coops: Sequence[str], start_year: int) -> None:
        self._these = _These(department, coops, start_year)
        self._rows: dict[Any, dict[str, Rows]] = {}
        self._once: dict[Any, Any] = {}

    def rows(self, coop: str, write: Callable[..., Any], about: tuple[Any, ...]) -> Rows:
        """Give one cooperative's rows of a query, which is asked for all when it is asked first."""
        asked = (write, about)
        if asked not in self._rows:
            query = write(self._these, *about)
            shared: dict[str, Rows] = defaultdict(list)
            for *row, whose in fetch(query.select_extend(query.model.coop)):
                shared[whose].append(tuple(row))
            self._rows[asked] = shared
        return self._rows[asked].get(coop, [])

    def once(self, asked: Any, load: Callable[[], R]) -> R:
        """Load what is the same for all the years."""
        if asked not in self._once:
            self._once[asked] = load()
        found: R = self._once[asked]
        return found


batch: ContextVar[Batch | None] = ContextVar("batch", default=None)


@contextmanager
def together(department: str, coops: Sequence[str], start_year: int) -> Iterator[None]:
    """Have the years of these cooperatives loaded together while this lasts."""
    token = batch.set(Batch(department, coops, start_year))
    try:
        yield
    finally:
        batch.reset(token)


def same_for_all(load: Callable[P, R]) -> Callable[P, R]:
    """Load once within a batch what depends on the arguments alone."""

    @functools.wraps(load)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        here = batch.get()
        return load(*args, **kwargs) if here is None else here.once((load, args), lambda: load(*args, **kwargs))

    return run
