"""What is kept of the exercices of a département, read; and computed anew where it is stale, without writing it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from hashlib import sha256
from typing import Any, NamedTuple

from retkoop.ad_settings import asked_stamp
from retkoop.association import KeptSummary
from retkoop.batches import together
from retkoop.db import fetch
from retkoop.facts import Settings
from retkoop.models import Department, Year, YearKey, key_of
from retkoop.settings_rows import settings_for
from retkoop.year_rows import chart_stamp, questionnaire_text, standing, year_facts
from retkoop.year_summary import YearSummary, summarise

# How many years are loaded together: beyond, memory grows and queries are no dearer.
CHUNK = 50
NAMES = tuple(field.name for field in fields(YearSummary))
_CODES = {"blocking", "warnings"}


class Kept(NamedTuple):
    """A kept summary, None before it was first computed; `changes` counts the writes to its year."""

    summary: YearSummary | None
    changes: int
    fresh: bool


def basis_of(department: str, start_year: int, settings: Settings | None = None) -> str:
    """Tell which versions of the chart and the questionnaire, and which documents asked for, summaries rest on."""
    version, size = chart_stamp(start_year)
    questionnaire = sha256(questionnaire_text(department, start_year).encode()).hexdigest()[:24]
    asked = asked_stamp(settings or settings_for(department, start_year))
    return f"{version}:{size}:{questionnaire}" + (f":{asked}" if asked else "")


def columns() -> list[Any]:
    """Give the columns that `kept` reads, in their order."""
    return [getattr(KeptSummary, name) for name in ("changes", "kept", "basis", *NAMES)]


def kept(row: Sequence[Any], basis: str) -> Kept:
    """Read those columns; a year without a row has none yet."""
    changes, counted, computed_with, *values = row
    if not counted:
        return Kept(None, changes or 0, fresh=False)
    told = dict(zip(NAMES, values, strict=True))
    told |= {name: tuple(told[name].split()) for name in _CODES}
    summary = YearSummary(**{**told, "sent_back": bool(told["sent_back"])})
    return Kept(summary, changes, fresh=counted == changes and computed_with == basis)


def stored(summary: YearSummary) -> dict[str, Any]:
    """Give a summary as its columns hold it."""
    values = {name: getattr(summary, name) for name in NAMES}
    values |= {name: " ".join(values[name]) for name in _CODES}
    return {**values, "sent_back": int(summary.sent_back)}


def computed(department: Department, coops: Sequence[str], start_year: int) -> Iterator[tuple[str, YearSummary]]:
    """Compute the summaries of some cooperatives' years, a fixed number of queries for each CHUNK of them."""
    for start in range(0, len(coops), CHUNK):
        some = coops[start : start + CHUNK]
        with together(department.code, some, start_year):
            mine = (Year.department == department.code) & Year.coop.in_(list(some)) & (Year.start_year == start_year)
            for year in Year.select().where(mine):
                yield year.coop, summarise(standing(year, year_facts(year, department)))


def summary_of(key: YearKey) -> Kept:
    """Read what is kept of one year."""
    found = fetch(KeptSummary.select(*columns()).where(key.of(KeptSummary)))
    return kept(found[0] if found else [None] * (3 + len(NAMES)), basis_of(key.department, key.start_year))


def summary_now(year: Year) -> YearSummary:
    """Compute the summary of one year."""
    return next(summary for _, summary in computed(_department(year), [year.coop], key_of(year).start_year))


def _department(year: Year) -> Department:
    found: Department = Department.get_by_id(year.department)
    return found
