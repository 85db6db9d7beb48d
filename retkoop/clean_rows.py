"""The years that an AD may validate together, as `clean_files` looks at them: a fixed number of queries each 50."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from peewee import fn

from retkoop.batches import together
from retkoop.clean_files import Dossier
from retkoop.db import fetch
from retkoop.department_rows import SentYear, sent_years
from retkoop.facts import YearFacts
from retkoop.models import Department, VoucherLook, Year
from retkoop.summary_rows import CHUNK
from retkoop.voucher_sample import AGAIN
from retkoop.year_rows import standing, year_facts
from retkoop.year_states import SENT, VALIDATED

# More than an AD decides about at one sitting; those sent first come first.
MOST = 200


class Waiting(NamedTuple):
    """A year that was sent, and all that is looked at before it is validated; `moves` tells it from what it becomes."""

    sent: SentYear
    moves: int
    dossier: Dossier


def waiting_files(department: Department, only: Collection[tuple[str, int]] | None = None) -> list[Waiting]:
    """Give the years that wait for a decision, those sent first on top, at most MOST; or only some of them."""
    asked = [one for one in sent_years(department.code) if only is None or (one.coop, one.year.start) in only][:MOST]
    found = {}
    by_year = sorted(asked, key=lambda one: one.year.start)
    for start, those in groupby(by_year, key=lambda one: one.year.start):
        coops = [one.coop for one in those]
        for first in range(0, len(coops), CHUNK):
            for year, dossier in _dossiers(department, coops[first : first + CHUNK], start):
                found[year.coop, start] = (year.moves, dossier)
    return [Waiting(one, *found[one.coop, one.year.start]) for one in asked if (one.coop, one.year.start) in found]


def dossier_of(department: Department, year: Year) -> Dossier:
    """Load one year as it is now."""
    return next(dossier for _, dossier in _dossiers(department, [year.coop], year.start_year, (year.state,)))


def _dossiers(
    department: Department, coops: Sequence[str], start: int, states: Sequence[str] = (SENT,)
) -> Iterator[tuple[Year, Dossier]]:
    earlier, unvalidated = _before(department, coops, start - 1)
    again = _again(department, coops, start)
    with together(department.code, coops, start):
        for year in _years(department, coops, start).where(Year.state.in_(list(states))):
            label = unvalidated.get(year.coop, "") if year.follows else ""
            known = standing(year, year_facts(year, department))
            yield year, Dossier(known, earlier.get(year.coop), label, again.get(year.coop, 0))


def _years(department: Department, coops: Sequence[str], start: int) -> Any:
    mine = (Year.department == department.code, Year.coop.in_(list(coops)), Year.start_year == start)
    return Year.select().where(*mine)


def _before(department: Department, coops: Sequence[str], start: int) -> tuple[dict[str, YearFacts], dict[str, str]]:
    """Give the facts of the year before of each, where there is one, and its label where it is not validated."""
    facts, labels = {}, {}
    with together(department.code, coops, start):
        for year in _years(department, coops, start):
            facts[year.coop] = year_facts(year, department)
            if year.state != VALIDATED:
                labels[year.coop] = facts[year.coop].year.label
    return facts, labels


def _again(department: Department, coops: Sequence[str], start: int) -> dict[str, int]:
    table = VoucherLook
    mine = (table.department == department.code, table.coop.in_(list(coops)), table.start_year == start)
    columns = (table.coop, fn.COUNT(fn.DISTINCT(table.entry)))
    rows = fetch(table.select(*columns).where(*mine, table.verdict == AGAIN).group_by(table.coop))
    return defaultdict(int, rows)
