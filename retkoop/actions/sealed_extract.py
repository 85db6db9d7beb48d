"""Seal the accounts of a département: an extract for its auditor, whose seal the journal remembers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from retkoop.aggregate_rows import department_year
from retkoop.aggregate_sheet import missing_sheet
from retkoop.audit import Actor, record
from retkoop.db import fetch, writing
from retkoop.errors import Refusal
from retkoop.exports.sealed import pack_extract
from retkoop.fec import Book
from retkoop.fec_rows import DayOf, books_of
from retkoop.models import Department, Journal, as_stamp, read_json
from retkoop.school_year import SchoolYear

Step = Callable[[int, int], None]
_ACTION, _SUBJECT = "extrait scellé", "agregats"


class Extract(NamedTuple):
    """An extract that was sealed: `archive` is the digest of the zip, `seal` that of the manifest in it."""

    at: datetime
    who: str
    seal: str
    archive: str
    coops: int
    expected: int


class Made(NamedTuple):
    """An extract just made: the bytes of its zip, its seal, and the name of its file."""

    data: bytes
    seal: str
    name: str


def seal_extract(
    actor: Actor, department: Department, year: SchoolYear, words: Mapping[str | None, str], day: DayOf, step: Step
) -> Made:
    """Make the extract of what is validated now, and note its seal; `words` says each state of a year.

    `step` is told how many cooperatives are done, and of how many. What is validated does not change meanwhile.
    """
    found = department_year(department.code, year.start)
    here = {coop.identifier for coop in found.now.coops}
    if not here:
        raise Refusal(f"Aucun exercice {year.label} n’est validé : il n’y a rien à sceller.")
    missing = missing_sheet(found.missing, words, year)
    books = (book for book in books_of(department, year.start, day) if book.identifier in here)
    sealed = pack_extract(department.code, year, found, missing, _counted(books, len(here), step))
    with sealed.file as file:
        data = file.read()
    archive = hashlib.sha256(data).hexdigest()
    _note(actor, department.code, year, sealed.seal, archive, len(here), found.expected)
    return Made(data, sealed.seal, f"extrait-{department.code}-{year.label}-{sealed.seal[:8]}.zip")


def _counted(books: Iterable[Book], total: int, step: Step) -> Iterator[Book]:
    for done, book in enumerate(books):
        step(done, total)
        yield book
    step(total, total)


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
