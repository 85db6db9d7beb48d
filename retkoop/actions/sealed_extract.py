"""Seal the accounts of a département: an extract for its auditor, kept, whose seal the journal remembers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from retkoop.aggregate_rows import department_year
from retkoop.aggregate_sheet import missing_sheet
from retkoop.audit import Actor, record
from retkoop.db import fetch, reading, writing
from retkoop.errors import Refusal
from retkoop.exports.sealed import pack_extract
from retkoop.fec_rows import DayOf, books_of
from retkoop.models import Department, Journal, as_stamp, read_json
from retkoop.school_year import SchoolYear
from retkoop.storage import Storage

_ACTION, _SUBJECT = "extrait scellé", "agregats"


class Extract(NamedTuple):
    """An extract that was sealed: `archive` is the digest of the zip, `seal` that of the manifest in it."""

    at: datetime
    who: str
    seal: str
    archive: str
    coops: int
    expected: int


def seal_extract(
    actor: Actor,
    department: Department,
    year: SchoolYear,
    words: Mapping[str | None, str],
    storage: Storage,
    day: DayOf,
) -> str:
    """Make the extract of what is validated now, keep it, and give its seal; `words` says each state of a year."""
    with reading():
        found = department_year(department.code, year.start)
        if not found.now.coops:
            raise Refusal(f"Aucun exercice {year.label} n’est validé : il n’y a rien à sceller.")
        missing = missing_sheet(found.missing, words, year)
        sealed = pack_extract(department.code, year, found, missing, books_of(department, year.start, day))
    with sealed.file as file:
        archive = storage.put(file.read())
    _note(actor, department.code, year, sealed.seal, archive, len(found.now.coops), found.expected)
    return sealed.seal


@writing
def _note(actor: Actor, code: str, year: SchoolYear, seal: str, archive: str, coops: int, expected: int) -> None:
    told = {"sceau": seal, "archive": archive, "cooperatives": coops, "attendues": expected}
    record(actor, (code, "", year.start), _ACTION, _SUBJECT, after=told)


def extracts_of(department: str, year: SchoolYear) -> list[Extract]:
    """Give the extracts of an exercice, the latest first."""
    mine = (Journal.department == department, Journal.coop == "", Journal.start_year == year.start)
    query = Journal.select(Journal.at, Journal.who, Journal.after).where(
        *mine, Journal.subject == _SUBJECT, Journal.action == _ACTION
    )
    return [_extract(*row) for row in fetch(query.order_by(Journal.id.desc()))]


def _extract(at: object, who: str, after: str) -> Extract:
    told = read_json(after)
    return Extract(as_stamp(at), who, told["sceau"], told["archive"], told["cooperatives"], told["attendues"])
