"""Writes of the scans: taken in, joined to an entry, turned, replaced, put away and brought back.

A document is cleaned and lies in the storage before any transaction names it: a row never leads nowhere, and what
is cut halfway leaves at most bytes that no row knows.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from retkoop import documents, scan_text
from retkoop.actions.guard import change_row, insert_numbered, journal, open_for_writing, replayed, row_of
from retkoop.audit import Actor, now
from retkoop.db import fetch, writing
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.models import Entry, Journal, Scan, YearKey
from retkoop.storage import Storage

# As many as an exchange archive takes back.
MOST = 50


@dataclass(frozen=True, slots=True)
class Arrived:
    """A document that is clean and stored: the columns of its row, save its place; `size` is in bytes."""

    name: str
    digest: str
    media_type: str
    size: int
    source_digest: str
    turn: int
    thumb_digest: str
    told: str


def take_in(name: str, data: bytes, storage: Storage) -> Arrived:
    """Clean a document and store it; raise Refusal with the sentence that says why it cannot be kept."""
    found = documents.clean(data)
    digest = storage.put(found.data)
    return _stored(name, found, digest, 0, storage)


def turned(key: YearKey, number: int, quarters: int, storage: Storage) -> Arrived:
    """Store a scan of this year as it looks turned by 0 to 3 quarters clockwise from what first came in."""
    row = row_of(Scan, key, number)
    source = row.source_digest or row.digest
    return _stored(row.name, documents.turned(storage.get(source), quarters), source, quarters, storage)


def _stored(name: str, found: documents.CleanDocument, source: str, turn: int, storage: Storage) -> Arrived:
    digest = storage.put(found.data)
    thumbnail = storage.put(found.thumbnail) if found.thumbnail else ""
    told = scan_text.written(found.told)
    return Arrived(name, digest, found.media_type, len(found.data), source, turn, thumbnail, told)


@writing
def add_scan(
    actor: Actor, key: YearKey, arrived: Arrived, entry: int | None = None, replay_key: str | None = None
) -> int:
    """Join a document to an entry, or leave it in the inbox; the same document sent again is the first one."""
    if first := replayed(Scan, key, replay_key):
        return first
    open_for_writing(key)
    return join(actor, key, arrived, entry, replay_key)


def join(actor: Actor, key: YearKey, arrived: Arrived, entry: int | None, replay_key: str | None) -> int:
    """Do what add_scan does, in a transaction that has taken the year."""
    if first := _same_here(key, entry, arrived.source_digest):
        return first
    label = _label(key, entry)
    number = insert_numbered(Scan, key, entry=entry, replay_key=replay_key, **asdict(arrived))
    journal(actor, key, "ajout", f"piece:{number}", after={"piece": arrived.name, "ecriture": label})
    return number


def _same_here(key: YearKey, entry: int | None, source: str) -> int | None:
    here = Scan.entry.is_null() if entry is None else Scan.entry == entry
    found = Scan.get_or_none(key.of(Scan), here, Scan.source_digest == source, Scan.removed_at.is_null())
    return int(found.number) if found else None


def _label(key: YearKey, entry: int | None) -> str | None:
    """Give what the journal calls an entry of the cahier; refuse one that is not there any more, or is full."""
    if entry is None:
        return None
    row = Entry.get_or_none(key.of(Entry), Entry.number == entry, Entry.struck_at.is_null())
    if row is None:
        raise Refusal("Cette écriture n’est pas, ou n’est plus, dans le cahier.")
    if Scan.select().where(key.of(Scan), Scan.entry == entry, Scan.removed_at.is_null()).count() >= MOST:
        raise Refusal(f"Cette écriture a déjà {MOST} pièces : c’est le plus qu’elle puisse garder.")
    return _named(row)


def _named(row: Any) -> str:
    return f"{row.voucher} {row.label}".strip()


@writing
def attach_scan(actor: Actor, key: YearKey, number: int, entry: int | None) -> None:
    """Join a scan to an entry of the cahier, or put it back into the inbox."""
    open_for_writing(key)
    row = _kept(key, number)
    if row.entry == entry:
        return
    after = _label(key, entry)
    left = None if row.entry is None else _named(row_of(Entry, key, row.entry))
    before = {"piece": row.name, "ecriture": left}
    change_row(Scan, key, row, entry=entry)
    action = "mise en attente" if entry is None else "rattachement"
    journal(actor, key, action, f"piece:{number}", before, {"piece": row.name, "ecriture": after})


@writing
def turn_scan(actor: Actor, key: YearKey, number: int, arrived: Arrived) -> None:
    """Show a scan as it was turned, unless it was replaced meanwhile."""
    open_for_writing(key)
    row = _kept(key, number)
    if (row.source_digest or row.digest) != arrived.source_digest:
        raise Conflict("Cette pièce a été remplacée entre-temps : regardez-la avant de la tourner.")
    if row.turn == arrived.turn:
        return
    before = {"piece": row.name, "quarts": row.turn}
    _look_like(key, row, arrived)
    journal(actor, key, "rotation", f"piece:{number}", before, {"piece": row.name, "quarts": arrived.turn})


@writing
def replace_scan(actor: Actor, key: YearKey, number: int, arrived: Arrived) -> None:
    """Put another document in the place of a scan; the journal knows the bytes of the first."""
    open_for_writing(key)
    row = _kept(key, number)
    if row.source_digest == arrived.source_digest:
        return
    before = {"piece": row.name}
    _look_like(key, row, arrived)
    journal(actor, key, "remplacement", f"piece:{number}", before, {"piece": arrived.name})


def _look_like(key: YearKey, row: Any, arrived: Arrived) -> None:
    change_row(Scan, key, row, **asdict(arrived))


@writing
def remove_scan(actor: Actor, key: YearKey, number: int) -> None:
    """Put a scan away; it can be brought back until closing. Asked twice, it is put away once."""
    open_for_writing(key)
    row = row_of(Scan, key, number)
    if row.removed_at is not None:
        return
    change_row(Scan, key, row, removed_at=now())
    journal(actor, key, "suppression", f"piece:{number}", before={"piece": row.name})


@writing
def restore_scan(actor: Actor, key: YearKey, number: int) -> None:
    """Bring a scan back to where it was."""
    open_for_writing(key)
    row = row_of(Scan, key, number)
    if row.removed_at is None:
        return
    change_row(Scan, key, row, removed_at=None)
    journal(actor, key, "rétablissement", f"piece:{number}", after={"piece": row.name})


def _kept(key: YearKey, number: int) -> Any:
    row = row_of(Scan, key, number)
    if row.removed_at is not None:
        raise NotFound("Cette pièce a été retirée : rétablissez-la d’abord.")
    return row


@dataclass(frozen=True, slots=True)
class Removed:
    """A scan that was put away."""

    number: int
    name: str


def removed_scans(key: YearKey, entry: int | None) -> list[Removed]:
    """Give the scans put away from an entry, or from the inbox."""
    here = Scan.entry.is_null() if entry is None else Scan.entry == entry
    query = Scan.select(Scan.number, Scan.name).where(key.of(Scan), here, Scan.removed_at.is_null(False))
    return [Removed(*row) for row in fetch(query.order_by(Scan.number))]


def last_step(actor: Actor, key: YearKey, number: int) -> int | None:
    """Give the line of the journal of the last thing that a person did to a scan, which they may take back."""
    mine = (key.of(Journal), Journal.person == actor.person, Journal.subject == f"piece:{number}")
    ((step,),) = fetch(Journal.select(Journal.id).where(*mine).order_by(Journal.id.desc()).limit(1)) or [(None,)]
    return step
