"""What is read of the settings of an association départementale: who it is, its words, the rules of a year."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from retkoop.ad_settings import COLUMNS, Profile, frozen, read_rules
from retkoop.association import DepartmentProfile, DepartmentRules, ValidatedHead
from retkoop.batches import same_for_all
from retkoop.db import fetch
from retkoop.facts import Settings
from retkoop.journal_rows import JournalLine, journal_line
from retkoop.models import Department, Journal, Year, YearKey

CHANGED = "réglages"
# Of the rules, what is read; peewee gives them by these names.
_RULES = (
    "unticked_limit", "closing_delay_days", "presentation", "verifiers", "signers", "waived", "own_documents",
)  # fmt: skip


# How many columns tell what a département began with.
_BEGUN = 3


@same_for_all
def settings_for(department: str, start_year: int) -> Settings:
    """Give the rules that a year of a département uses: the newest not after it, else those that it began with."""
    rules, begun = DepartmentRules, Department
    used = (rules.department == begun.code) & (rules.first_year <= start_year)
    query = (
        begun.select(
            begun.unticked_limit, begun.closing_delay_days, begun.presentation,
            *(getattr(rules, name) for name in _RULES),
        )
        .left_outer_join(rules, on=used)
        .where(begun.code == department)
        .order_by(rules.first_year.desc())
    )  # fmt: skip
    (row,) = fetch(query.limit(1))
    own = row[_BEGUN:]
    return Settings(*row[:_BEGUN]) if own[0] is None else read_rules(dict(zip(_RULES, own, strict=True)))


def versions_of(department: str) -> list[int]:
    """Give the first exercices of the rules of a département."""
    table = DepartmentRules
    mine = table.select(table.first_year).where(table.department == department)
    return [first for (first,) in fetch(mine.order_by(table.first_year))]


def frozen_years(department: str, first_year: int) -> tuple[int, ...]:
    """Give the validated years that keep the rules from a year on from changing."""
    done = Year.select(Year.start_year).where(
        Year.department == department, Year.state == "validated", Year.start_year >= first_year
    )
    return frozen(first_year, versions_of(department), [start for (start,) in fetch(done.distinct())])


def still_changing(department: str, starts: Collection[int]) -> list[int]:
    """Give those of these exercices whose rules no validation keeps from changing yet, in two queries."""
    done = Year.select(Year.start_year).where(Year.department == department, Year.state == "validated").distinct()
    versions, validated = versions_of(department), [start for (start,) in fetch(done)]
    return [start for start in sorted(starts) if not frozen(start, versions, validated)]


def profile_of(department: str) -> Profile:
    """Give how an association presents itself, in one query."""
    table = DepartmentProfile
    query = (
        Department.select(Department.name, *(getattr(table, name) for name in COLUMNS))
        .left_outer_join(table, on=table.department == Department.code)
        .where(Department.code == department)
    )
    name, *told = (fetch(query) or [("", *[None] * len(COLUMNS))])[0]
    return Profile(name, **{column: value for column, value in zip(COLUMNS, told, strict=True) if value is not None})


def head_of(key: YearKey, today: Profile) -> Profile:
    """Give how an association presents itself on the papers of a validated year: as it did then, where it was kept."""
    table = ValidatedHead
    rows = fetch(table.select(table.association, table.logo).where(key.of(table)))
    return replace(today, name=rows[0][0], logo=rows[0][1]) if rows else today


def scheme_of(department: str) -> str:
    """Give the scheme of the identifiers of a département."""
    return profile_of(department).scheme


def last_changes(department: str, most: int = 10) -> list[JournalLine]:
    """Give what was changed last of the settings."""
    columns: Any = (Journal.at, Journal.who, Journal.action, Journal.subject, Journal.before, Journal.after, Journal.id)
    mine = (Journal.department == department, Journal.coop == "", Journal.action == CHANGED)
    rows = fetch(Journal.select(*columns).where(*mine).order_by(Journal.id.desc()).limit(most))
    return [journal_line(row) for row in rows]
