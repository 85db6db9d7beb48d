"""PURE. The associations départementales as the fédération sees them: searched, sorted, added up, as a sheet."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from retkoop.journal_words import Told
from retkoop.school_year import SchoolYear
from retkoop.sheet import DATE, NUMBER, Column, Row, Sheet
from retkoop.year_states import CLOSED, OPEN, RETURNED, SENT, VALIDATED

# In the order in which an exercice goes through them.
STATES = (OPEN, CLOSED, SENT, RETURNED, VALIDATED)
# In the words of a column, several of them.
STATE_HEADS = {
    OPEN: "En cours", CLOSED: "Clos", SENT: "Envoyés", RETURNED: "Renvoyés", VALIDATED: "Validés",
}  # fmt: skip
BY_CODE, BY_NAME, BY_COOPS, BY_VALIDATED, BY_ACTIVITY = "", "nom", "coops", "valides", "activite"
ORDERS = {
    BY_CODE: "Département", BY_NAME: "Association", BY_COOPS: "Coopératives", BY_VALIDATED: "Exercices validés",
    BY_ACTIVITY: "Dernière activité",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DepartmentLine:
    """One association: its open cooperatives, and its exercices of a school year by state; times are of Paris."""

    code: str
    name: str
    coops: int
    states: Mapping[str, int] = field(default_factory=dict)
    active_at: datetime | None = None

    @property
    def validated(self) -> int:
        """Give how many exercices are validated."""
        return self.states.get(VALIDATED, 0)


def _folded(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in bare if not unicodedata.combining(char))


def chosen(lines: Iterable[DepartmentLine], words: str = "", order: str = BY_CODE) -> tuple[DepartmentLine, ...]:
    """Give the lines whose code or name holds every word, accents and capitals aside; the most comes first."""
    asked = _folded(words).split()
    kept = [line for line in lines if all(word in _folded(f"{line.code} {line.name}") for word in asked)]
    kept.sort(key=lambda line: line.code)
    if order == BY_NAME:
        kept.sort(key=lambda line: _folded(line.name))
    elif order == BY_COOPS:
        kept.sort(key=lambda line: -line.coops)
    elif order == BY_VALIDATED:
        kept.sort(key=lambda line: -line.validated)
    elif order == BY_ACTIVITY:
        kept.sort(key=lambda line: -line.active_at.timestamp() if line.active_at else float("inf"))
    return tuple(kept)


def added_up(lines: Iterable[DepartmentLine]) -> DepartmentLine:
    """Give the sums of all lines, as one without code nor name."""
    every = tuple(lines)
    states = {state: sum(line.states.get(state, 0) for line in every) for state in STATES}
    return DepartmentLine("", "", sum(line.coops for line in every), states)


def deed_in_words(line: Told, start: int | None) -> str:
    """Tell what the fédération did, to what, and for which exercice: « publication, plan comptable 2025-2026 »."""
    kind, _, number = line.subject.partition(":")
    words = f"{line.action}, {kind}{f' {number}' if number else ''}{f' {SchoolYear(start).label}' if start else ''}"
    told = line.after or line.before
    named: dict[str, Callable[[], str]] = {
        "association": lambda: " ".join(told),
        "annonce": lambda: told.get("title", "") if isinstance(told, Mapping) else "",
        "brouillon du plan comptable": lambda: told.get("short", "") if isinstance(told, Mapping) else "",
    }
    about = named[kind]() if told and kind in named else ""
    return f"{words} : {about}" if about else words


def board_sheet(lines: Iterable[DepartmentLine], year: SchoolYear) -> Sheet:
    """Give the lines as a table, with their sums."""
    every = tuple(lines)
    counts = tuple(Column(STATE_HEADS[state], NUMBER) for state in STATES)
    heads = (Column("Département"), Column("Association"), Column("Coopératives", NUMBER))
    columns = (*heads, *counts, Column("Dernière activité", DATE))
    rows: tuple[Row, ...] = tuple(
        (line.code, line.name, *_counts(line), line.active_at.date() if line.active_at else None) for line in every
    )
    totals: Row = ("Total", f"{len(every)} associations", *_counts(added_up(every)), None)
    return Sheet(f"Associations {year.label}", columns, rows, totals if every else None)


def _counts(line: DepartmentLine) -> tuple[int, ...]:
    return (line.coops, *(line.states.get(state, 0) for state in STATES))
