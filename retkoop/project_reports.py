"""PURE. What each project cost and brought in: the figures of the year over the entries that bear its label.

Amounts in cents. The projects and what bears none add up to the year: they are the same functions, over its parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from retkoop import reports
from retkoop.facts import Entry, Project, YearFacts
from retkoop.ledger_page import month_of
from retkoop.ledger_search import plainly
from retkoop.reports import OperatingAccount

WITHOUT_PROJECT = "Sans projet"
# Beyond so many entries a page is too heavy for an old computer.
LONG = 60


class ProjectLine(NamedTuple):
    """An entry of a project: what it cost, what it brought in, and what no account explains yet."""

    entry: Entry
    expenses: int
    income: int
    gap: int


class MonthFigures(NamedTuple):
    """One month of a project, `2024-11`, and how many entries it has."""

    month: str
    account: OperatingAccount
    entries: int


@dataclass(frozen=True, slots=True)
class ProjectAccount:
    """The account of one project, or of the entries that bear none (`project` is None).

    `red` counts the entries to be allocated: what they lack may come to nothing, `gap`.
    """

    project: Project | None
    entries: tuple[Entry, ...]
    account: OperatingAccount
    gap: int
    red: int

    @property
    def name(self) -> str:
        """Give its name."""
        return self.project.name if self.project else WITHOUT_PROJECT


def project_accounts(facts: YearFacts) -> tuple[ProjectAccount, ...]:
    """Give every project by its name, those that are closed after the others; what bears none comes last."""
    entries: dict[str | None, list[Entry]] = {project.name: [] for project in facts.projects}
    entries[None] = []
    for entry in facts.entries:
        entries[entry.project].append(entry)
    in_order = sorted(facts.projects, key=lambda project: (project.closed, plain_name(project.name)))
    return tuple(
        _project_account(facts, project, entries[project.name if project else None]) for project in (*in_order, None)
    )


def project_account(facts: YearFacts, project: Project | None) -> ProjectAccount:
    """Give the account of one project, or of the entries without project."""
    name = project.name if project else None
    return _project_account(facts, project, [entry for entry in facts.entries if entry.project == name])


def _project_account(facts: YearFacts, project: Project | None, entries: Iterable[Entry]) -> ProjectAccount:
    mine = replace(facts, entries=tuple(entries))
    gaps = [gap for _, gap in reports.red_entries(mine)]
    return ProjectAccount(project, mine.entries, reports.operating_account(mine), sum(gaps), len(gaps))


def project_lines(facts: YearFacts, entries: Iterable[Entry]) -> tuple[ProjectLine, ...]:
    """Give some entries with what each cost and brought in."""
    return tuple(
        ProjectLine(
            entry, *reports.spent_and_earned(entry.allocations, facts.chart), reports.unallocated(entry, facts.chart)
        )
        for entry in entries
    )


def months_of(facts: YearFacts, entries: Iterable[Entry]) -> tuple[MonthFigures, ...]:
    """Give the account of each month from the first to the last that some entries touch."""
    parts: dict[str, list[Entry]] = {}
    for entry in entries:
        parts.setdefault(month_of(entry.day), []).append(entry)
    used = [month for month in facts.year.months if parts and min(parts) <= month <= max(parts)]
    mine = ((month, replace(facts, entries=tuple(parts.get(month, ())))) for month in used)
    return tuple(MonthFigures(month, reports.operating_account(part), len(part.entries)) for month, part in mine)


def shown_month(entries: Sequence[Entry], asked: str) -> str:
    """Give the month whose entries are shown, empty for all: a long list is read month by month, the last one first."""
    used = {month_of(entry.day) for entry in entries}
    if len(entries) <= LONG:
        return ""
    return asked if asked in used else max(used)


def closed_called(projects: Iterable[Project], name: str | None, borne: str | None = None) -> str | None:
    """Give the closed project that a typed name means, or None; an entry keeps the one that it has `borne` so far."""
    alike = [project for project in projects if plain_name(project.name) == plain_name(name or "")]
    found = min(alike, key=lambda project: project.name != name, default=None)
    return found.name if found and found.closed and found.name != borne else None


def plain_name(name: str) -> str:
    """Drop what people do not hear: capitals, accents, the kind of apostrophe, spaces too many."""
    return " ".join(plainly(name.replace("’", "'")).split())
