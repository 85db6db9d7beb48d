"""PURE. Which actions of the journal may still be taken back, by the rows that they and the later ones changed.

The undo itself refuses what changed since; this tells it beforehand, without asking the database for each row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

# One change of one row: [table, key of the row within the year, columns before or None, columns after or None].
Change = list[Any]
# The table and the place of a row, and its columns as they were left; None: there is no such row.
_Rows = dict[str, dict[str, Any] | None]


class Written(NamedTuple):
    """The rows that one line of the journal changed."""

    step: int
    changes: list[Change]


def outdated(written: Iterable[Written], steps: Collection[int]) -> set[int]:
    """Give those of `steps` whose rows are not any more as the step left them; lines come in their order."""
    left: dict[int, _Rows] = {}
    now: _Rows = {}
    for line in written:
        _write(now, line.changes)
        if line.step in steps:
            left[line.step] = _checked(line.changes)
    return {step for step, rows in left.items() if any(_differs(rows[at], now[at]) for at in rows)}


def _write(rows: _Rows, changes: Iterable[Change]) -> None:
    """Follow what a line did to its rows."""
    for table, place, before, after in changes:
        at = f"{table} {place}"
        kept = None if before is None else rows.get(at)
        rows[at] = None if after is None else {**(kept or {}), **after}


def _checked(changes: Iterable[Change]) -> _Rows:
    """Give the rows that the undo of these changes looks at, as the changes left them."""
    changes = list(changes)
    # An entry that is taken back is struck out with its lines, whatever they became.
    made = [place["number"] for table, place, before, _ in changes if table == "entry" and before is None]
    rows: _Rows = {}
    _write(rows, [c for c in changes if not (c[0] == "allocation" and c[2] is None and c[1]["entry"] in made)])
    return rows


def _differs(left: dict[str, Any] | None, found: dict[str, Any] | None) -> bool:
    """Tell a row that the undo would not find as the step left it."""
    if left is None or found is None:
        return left is not found
    # Struck entries go with their project all the same.
    struck = found.get("struck_at") and "struck_at" not in left and set(left) != {"project"}
    return bool(struck) or any(found.get(name) != value for name, value in left.items())


def is_again(step: int, undone: Mapping[int, int]) -> bool:
    """Tell an undo of an undo, after which the action stands; `undone` gives what each undo took back."""
    depth = 0
    while step in undone:
        step, depth = undone[step], depth + 1
    return depth > 0 and depth % 2 == 0
