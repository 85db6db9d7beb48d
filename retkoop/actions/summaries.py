"""Bringing what is kept of the exercices up to date: after the writes, apart from them.

A write only counts itself (`audit.record`). Computing anew what it changes would take twice the time of the write
itself, with the database's one lock held: that is done here, read without a lock, written only if nothing came between.
"""

from __future__ import annotations

from itertools import groupby

from peewee import fn

from retkoop.association import KeptSummary
from retkoop.db import fetch, reading, writing
from retkoop.models import Department, Journal, Year, YearKey
from retkoop.summary_rows import CHUNK, basis_of, computed, stored
from retkoop.year_summary import YearSummary

# (key of the year, count of its writes, what is kept of it)
_Found = list[tuple[YearKey, int, YearSummary]]


def refresh(most: int | None = None) -> int:
    """Compute stale summaries anew, at most `most` of them; give how many are fresh now."""
    _begin()
    with reading():
        query = KeptSummary.select(KeptSummary.department, KeptSummary.start_year, KeptSummary.coop)
        query = query.where(KeptSummary.kept != KeptSummary.changes)
        stale = fetch(query.order_by(KeptSummary.department, KeptSummary.start_year, KeptSummary.coop).limit(most))
    done = 0
    for (department, start_year), rows in groupby(stale, key=lambda row: (row[0], row[1])):
        coops = [coop for _, _, coop in rows]
        for start in range(0, len(coops), CHUNK):
            done += _refresh(department, start_year, coops[start : start + CHUNK])
    return done


def _refresh(department: str, start_year: int, coops: list[str]) -> int:
    """Compute some summaries on one snapshot, the counts of the writes included."""
    with reading():
        basis, found = basis_of(department, start_year), []
        mine = (KeptSummary.department == department) & (KeptSummary.start_year == start_year)
        rows = fetch(KeptSummary.select(KeptSummary.coop, KeptSummary.changes).where(mine, KeptSummary.coop.in_(coops)))
        counts = dict(rows)
        for coop, summary in computed(Department.get_by_id(department), coops, start_year):
            found.append((YearKey(department, coop, start_year), counts[coop], summary))
    return _keep(found, basis)


@writing
def _keep(found: _Found, basis: str) -> int:
    """Keep what was computed, but for the years that somebody has written to since: their turn comes again."""
    kept = 0
    for key, changes, summary in found:
        values = {**stored(summary), "basis": basis, "kept": changes}
        here = (key.of(KeptSummary), KeptSummary.changes == changes)
        kept += KeptSummary.update(values).where(*here).execute()
    return kept


@writing
def _begin() -> None:
    """Give a row to each year that has none, and count a change of the chart or of the questionnaire as a write."""
    known = KeptSummary.select(KeptSummary.coop).where(
        KeptSummary.department == Year.department,
        KeptSummary.coop == Year.coop,
        KeptSummary.start_year == Year.start_year,
    )
    without = Year.select(Year.department, Year.coop, Year.start_year).where(~fn.EXISTS(known))
    for row in fetch(without):
        _adopt(YearKey(*row))
    bases = KeptSummary.select(KeptSummary.department, KeptSummary.start_year, KeptSummary.basis).distinct()
    for department, start_year, basis in fetch(bases.where(KeptSummary.kept == KeptSummary.changes)):
        if basis != basis_of(department, start_year):
            mine = (KeptSummary.department == department) & (KeptSummary.start_year == start_year)
            outdated = (mine, KeptSummary.basis == basis, KeptSummary.kept == KeptSummary.changes)
            KeptSummary.update(changes=KeptSummary.changes + 1).where(*outdated).execute()


def _adopt(key: YearKey) -> None:
    """Give a year its row, with who was active last: a backup older than the table has none."""
    last = Journal.select().where(key.of(Journal)).order_by(Journal.id.desc()).first()
    active = {"active_at": last.at, "active_who": last.who[:200], "active_what": last.action[:60]} if last else {}
    KeptSummary.insert(**key._asdict(), **active).execute()
