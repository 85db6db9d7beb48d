"""What is kept of each exercice against what is computed from its rows, on days on both sides of every deadline."""

from __future__ import annotations

from datetime import date

from retkoop import rules, year_steps
from retkoop.models import Department, Year, key_of
from retkoop.standing import Standing
from retkoop.summary_rows import summary_of
from retkoop.year_rows import standing
from retkoop.year_summary import YearSummary, blocking_on, steps_left, summarise

# Within the year, the eve of the closing, its day, after it, the deadline, the day after, long after.
DAYS = [(0, 11, 20), (1, 8, 30), (1, 8, 31), (1, 9, 5), (1, 9, 30), (1, 10, 1), (2, 3, 1)]


def days_around(start_year: int) -> list[date]:
    """Give the days on which a year is looked at."""
    return [date(start_year + years, month, day) for years, month, day in DAYS]


def faults(year: Year) -> list[str]:
    """Give all in which the kept summary of a year, when it says that it is fresh, is not what its rows tell."""
    kept = summary_of(key_of(year))
    if not kept.fresh:
        return []
    # By the way of one year alone: the one that every screen of the year takes.
    alone = standing(year)
    if kept.summary is None or kept.summary != summarise(alone):
        return [f"{key_of(year)}: kept {kept.summary}, computed {summarise(alone)}"]
    return [fault for day in days_around(year.start_year) for fault in _on(day, year, kept.summary, alone)]


def _on(day: date, year: Year, summary: YearSummary, alone: Standing) -> list[str]:
    """Give how what is told of a day from the summary differs from the rules and the steps themselves."""
    settings = alone.facts.settings
    verdict = list(dict.fromkeys(finding.code for finding in rules.verdict(alone.facts, day).blocking))
    left = [step.code for step in year_steps.steps(alone, day) if step.is_left]
    told = list(blocking_on(summary, settings, alone.facts.year, day)), list(steps_left(year.state, summary))
    return [] if told == (verdict, left) else [f"{key_of(year)} on {day}: {told}, computed {(verdict, left)}"]


def all_faults() -> list[str]:
    """Look at every year there is."""
    assert Department.select().exists()
    return [fault for year in Year.select() for fault in faults(year)]


def fresh_years() -> int:
    """Count the years whose summary says that it is fresh: those that were compared."""
    return sum(summary_of(key_of(year)).fresh for year in Year.select())
