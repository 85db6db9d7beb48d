"""Writes of the documents of the year for the AD: given, replaced, put away, brought back; or sent by post or mail.

They change until the year is with the AD, its cahier closed or not. As for scans, a file lies in the storage before any
transaction names it, and each write gives the step for an undo, None when nothing changed.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from retkoop.actions.guard import change_row, insert_numbered, journal, open_for_reporting, replayed, row_of
from retkoop.actions.scans import Arrived, Joined, Removed
from retkoop.audit import Actor, now
from retkoop.db import fetch, writing
from retkoop.direct import DIRECT
from retkoop.errors import NotFound, Refusal
from retkoop.models import DirectOperation, Document, Entry, Grant, PriorOperation, Year, YearKey
from retkoop.required_documents import (
    GRANT,
    OPERATION,
    OTHER,
    OWN,
    PRIOR,
    QUITUS,
    STATEMENT,
    TYPED,
    kind_of,
    name_of,
    own_code,
)  # fmt: skip
from retkoop.required_documents import row_of as row_number
from retkoop.settings_rows import settings_for

# As many as an exchange archive takes back, with room for what an undo brings back.
MOST = 200
_ROWS: dict[str, Any] = {GRANT: Grant, OPERATION: Entry, PRIOR: PriorOperation}
_FULL = f"Cet exercice a déjà {MOST} documents : c’est le plus qu’il puisse garder."


@writing
def give_document(
    actor: Actor, key: YearKey, requirement: str, arrived: Arrived, replay_key: str | None = None
) -> Joined:
    """Keep a file given for a requirement; the same file sent again is the first one."""
    first = replayed(Document, key, replay_key)
    if first and row_of(Document, key, first).removed_at is None:
        return Joined(first, None)
    year = open_for_reporting(key)
    _refuse_unknown(key, requirement)
    here = (Document.requirement == requirement, Document.digest == arrived.digest, Document.removed_at.is_null())
    same = Document.get_or_none(key.of(Document), *here)
    if same is not None:
        return Joined(int(same.number), _given_again(actor, key, same, year))
    # As a scan that was put away meanwhile: what its form sends again is another one.
    replay_key = None if first else replay_key
    number = _insert(key, requirement, after_move=year.moves, replay_key=replay_key, **file_columns(arrived))
    after = {"document": arrived.name, "pour": _called(key, requirement)}
    return Joined(number, journal(actor, key, "ajout", f"document:{number}", after=after))


def _given_again(actor: Actor, key: YearKey, row: Any, year: Year) -> int | None:
    """Count the same quitus from now on, once the cahier was closed anew: it is said to hold for today’s figures."""
    if row.requirement != QUITUS or row.after_move == year.moves:
        return None
    change_row(Document, key, row, after_move=year.moves)
    after = {"document": row.name, "pour": _called(key, row.requirement)}
    return journal(actor, key, "ajout", f"document:{row.number}", after=after)


@writing
def note_posted(actor: Actor, key: YearKey, requirement: str, day: date) -> int | None:
    """Note that what is asked for was sent by post or mail; noted again, it is corrected to that day."""
    year = open_for_reporting(key)
    _refuse_unknown(key, requirement, also=())
    told = {"document": _called(key, requirement), "envoye_le": str(day)}
    here = (Document.requirement == requirement, Document.posted_on.is_null(False), Document.removed_at.is_null())
    row = Document.get_or_none(key.of(Document), *here)
    if row is None:
        number = _insert(key, requirement, posted_on=day, media_type="", name="", after_move=year.moves)
        return journal(actor, key, "envoi", f"document:{number}", after=told)
    if row.posted_on == day:
        return _given_again(actor, key, row, year)
    before = {**told, "envoye_le": str(row.posted_on)}
    change_row(Document, key, row, posted_on=day, after_move=year.moves)
    return journal(actor, key, "modification", f"document:{row.number}", before, told)


def _insert(key: YearKey, requirement: str, **values: Any) -> int:
    _refuse_overfull(key)
    return insert_numbered(Document, key, requirement=requirement, **values)


def file_columns(arrived: Arrived) -> dict[str, Any]:
    """Give the columns that tell a file of the storage."""
    names = ("name", "digest", "media_type", "size", "thumb_digest", "pages")
    return {name: getattr(arrived, name) for name in names}


def _refuse_unknown(key: YearKey, requirement: str, also: tuple[str, ...] = (OTHER,)) -> None:
    """Refuse what this year does not know: the row that it is about was taken out while the page was open."""
    kind, settings = kind_of(requirement), settings_for(key.department, key.start_year)
    if (OPERATION if kind == TYPED else kind) in settings.waived:
        known = False
    elif kind == OWN:
        known = requirement in map(own_code, settings.own_documents)
    elif requirement == TYPED:
        # The operations of a CRF typed in directly have no row of the cahier each.
        known = (
            Year.get(key.of(Year)).mode == DIRECT and DirectOperation.select().where(key.of(DirectOperation)).exists()
        )
    elif kind in _ROWS:
        known = f"{kind}:{row_number(requirement)}" == requirement and _row_stands(key, kind, row_number(requirement))
    else:
        known = requirement in (QUITUS, STATEMENT, *also)
    if not known:
        raise Refusal("Ce document n’est pas, ou n’est plus, demandé pour cet exercice.")


def _row_stands(key: YearKey, kind: str, number: int) -> bool:
    table = _ROWS[kind]
    row = table.get_or_none(key.of(table), table.number == number)
    return row is not None and getattr(row, "struck_at", None) is None


def _refuse_overfull(key: YearKey) -> None:
    if Document.select().where(key.of(Document), Document.removed_at.is_null()).count() >= MOST:
        raise Refusal(_FULL)


@writing
def replace_document(actor: Actor, key: YearKey, number: int, arrived: Arrived) -> int | None:
    """Put another file in the place of one; the journal knows the bytes of the first."""
    year = open_for_reporting(key)
    row = row_of(Document, key, number)
    if row.removed_at is not None or row.posted_on is not None:
        raise NotFound("Ce document a été retiré : rétablissez-le d’abord.")
    if row.digest == arrived.digest:
        return _given_again(actor, key, row, year)
    before = {"document": row.name}
    change_row(Document, key, row, after_move=year.moves, **file_columns(arrived))
    return journal(actor, key, "remplacement", f"document:{number}", before, {"document": arrived.name})


@writing
def remove_document(actor: Actor, key: YearKey, number: int) -> int | None:
    """Put a document away, or take back that it was posted. Asked twice, it is done once."""
    open_for_reporting(key)
    row = row_of(Document, key, number)
    if row.removed_at is not None:
        return None
    change_row(Document, key, row, removed_at=now())
    action = "suppression" if row.posted_on is None else "envoi repris"
    return journal(actor, key, action, f"document:{number}", before=_told(key, row))


@writing
def restore_document(actor: Actor, key: YearKey, number: int) -> int | None:
    """Bring a document back to where it was."""
    open_for_reporting(key)
    row = row_of(Document, key, number)
    if row.removed_at is None:
        return None
    _refuse_overfull(key)
    change_row(Document, key, row, removed_at=None)
    return journal(actor, key, "rétablissement", f"document:{number}", after=_told(key, row))


def _told(key: YearKey, row: Any) -> dict[str, Any]:
    if row.posted_on is None:
        return {"document": row.name}
    return {"document": _called(key, row.requirement), "envoye_le": str(row.posted_on)}


def _called(key: YearKey, requirement: str) -> str:
    """Call what a document was given for, as the association calls its own."""
    settings = settings_for(key.department, key.start_year) if kind_of(requirement) == OWN else None
    return name_of(requirement, settings)


def removed_documents(key: YearKey) -> list[Removed]:
    """Give the files that were put away."""
    away = (key.of(Document), Document.removed_at.is_null(False), Document.posted_on.is_null())
    query = Document.select(Document.number, Document.name).where(*away).order_by(Document.number)
    return [Removed(*row) for row in fetch(query)]
