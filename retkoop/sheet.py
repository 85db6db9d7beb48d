"""PURE. A table to take away, whatever the program that opens it: typed columns, rows, and their totals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

TEXT, DATE, AMOUNT, NUMBER = "text", "date", "amount", "number"

# An amount is integer cents, a number is plain; None is an empty cell.
Cell = str | date | int | None
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what its head says, and what its cells hold (TEXT, DATE, AMOUNT or NUMBER)."""

    head: str
    kind: str = TEXT


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: each row has one cell per column, the row of totals too; raises ValueError on any other."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    totals: Row | None = None

    def __post_init__(self) -> None:
        every = self.rows if self.totals is None else (*self.rows, self.totals)
        if any(len(row) != len(self.columns) for row in every):
            raise ValueError(f"a row of « {self.title} » has not {len(self.columns)} cells")
