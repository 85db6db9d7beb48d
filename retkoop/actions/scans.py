"""Writes of the scans: taken in, joined to an entry, turned, replaced, put away and brought back.

A document is cleaned and lies in the storage before any transaction names it: a row never leads nowhere, and what
is cut halfway leaves at most bytes that no row knows. Each write gives the step for an undo, None when nothing changed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from retkoop import documents, scan_text
from retkoop.actions.guard import change_row, insert_numbered, journal, open_for_writing, replayed, row_of
from retkoop.audit import Actor, now
from retkoop.db import fetch, given_back, writing
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.models import Entry, Scan, YearKey
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
    pages: int = 1


class Joined(NamedTuple):
    """The number of a scan, and the step by which it came; None when it was there already."""

    number: int
    step: int | None


def take_in(name: str, data: bytes, storage: Storage) -> Arrived:
    """Clean a document and store it; raise Refusal with the sentence that says why it cannot be kept."""
    with given_back():
        return keep(name, documents.clean(data), storage)


def keep(name: str, found: documents.CleanDocument, storage: Storage) -> Arrived:
    """Store a document that is clean."""
    return _stored(name, found, found.digest, 0, storage)


def turned(key: YearKey, number: int, quarters: int, storage: Storage) -> Arrived:
    """Store a scan of this year as it looks turned by 0 to 3 quarters clockwise from what first came in."""
    row = row_of(Scan, key, number)
    source = row.source_digest or row.digest
    with given_back():
        return _stored(row.name, documents.turned(storage.get(source), quarters), source, quarters, storage)


def _stored(name: str, found: documents.CleanDocument, source: str, turn: int, storage: Storage) -> Arrived:
    digest = storage.put(found.data)
    thumbnail = storage.put(found.thumbnail) if found.thumbnail else ""
    told = scan_text.written(found.told)
    return Arrived(name, digest, found.media_type, len(found.data), source, turn, thumbnail, told, found.pages)


@writing
def add_scan(
    actor: Actor, key: YearKey, arrived: Arrived, entry: int | None = None, replay_key: str | None = None
) -> Joined:
    """Join a document to an entry, or leave it in the inbox; the same document sent again is the first one."""
    first = replayed(Scan, key, replay_key)
    if first and row_of(Scan, key, first).removed_at is None:
        return Joined(first, None)
    open_for_writing(key)
    # Put away meanwhile, and sent again by the form that it came with: it comes back beside the first, as another one.
    return join(actor, key, arrived, entry, None if first else replay_key)


def join(actor: Actor, key: YearKey, arrived: Arrived, entry: int | None, replay_key: str | None) -> Joined:
    """Do what add_scan does, in a transaction that has taken the year."""
    if first := _same_here(key, entry, arrived.source_digest):
        return Joined(first, None)
    label = _label(key, entry)
    number = insert_numbered(Scan, key, entry=entry, replay_key=replay_key, **asdict(arrived))
    after = {"piece": arrived.name, "ecriture": label}
    return Joined(number, journal(actor, key, "ajout", f"piece:{number}", after=after))


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
    refuse_overfull(key, entry, coming=1)
    return _named(row)


def refuse_overfull(key: YearKey, entry: int | None, coming: int = 0) -> None:
    """Refuse when an entry would hold more than an archive takes back; the inbox holds any number."""
    held = Scan.select().where(key.of(Scan), Scan.entry == entry, Scan.removed_at.is_null()).count()
    if entry is not None and held + coming > MOST:
        raise Refusal(f"Cette écriture a déjà {MOST} pièces : c’est le plus qu’elle puisse garder.")


def _named(row: Any) -> str:
    return f"{row.voucher} {row.label}".strip()


@writing
def attach_scan(actor: Actor, key: YearKey, number: int, entry: int | None) -> int | None:
    """Join a scan to an entry of the cahier, or put it back into the inbox."""
    open_for_writing(key)
    row = _kept(key, number)
    if row.entry == entry:
        return None
    after = _label(key, entry)
    left = None if row.entry is None else _named(row_of(Entry, key, row.entry))
    before = {"piece": row.name, "ecriture": left}
    # Elsewhere it comes last, whatever it was here.
    change_row(Scan, key, row, entry=entry, place=0)
    action = "mise en attente" if entry is None else "rattachement"
    return journal(actor, key, action, f"piece:{number}", before, {"piece": row.name, "ecriture": after})


@writing
def turn_scan(actor: Actor, key: YearKey, number: int, arrived: Arrived) -> int | None:
    """Show a scan as it was turned, unless it was replaced meanwhile."""
    open_for_writing(key)
    row = _kept(key, number)
    if (row.source_digest or row.digest) != arrived.source_digest:
        raise Conflict("Cette pièce a été remplacée entre-temps : regardez-la avant de la tourner.")
    if row.turn == arrived.turn:
        return None
    before = {"piece": row.name, "quarts": row.turn}
    _look_like(key, row, arrived)
    return journal(actor, key, "rotation", f"piece:{number}", before, {"piece": row.name, "quarts": arrived.turn})


@writing
def replace_scan(actor: Actor, key: YearKey, number: int, arrived: Arrived) -> int | None:
    """Put another document in the place of a scan; the journal knows the bytes of the first."""
    open_for_writing(key)
    row = _kept(key, number)
    if row.source_digest == arrived.source_digest:
        return None
    before = {"piece": row.name}
    _look_like(key, row, arrived)
    return journal(actor, key, "remplacement", f"piece:{number}", before, {"piece": arrived.name})


def _look_like(key: YearKey, row: Any, arrived: Arrived) -> None:
    change_row(Scan, key, row, **asdict(arrived))


@writing
def put_first(actor: Actor, key: YearKey, number: int, version: int) -> int | None:
    """Put a scan, as it was at a version, before the others of its entry."""
    open_for_writing(key)
    row = _kept(key, number)
    if row.entry is None:
        raise Refusal("Joignez d’abord cette pièce à une écriture.")
    here = (key.of(Scan), Scan.entry == row.entry, Scan.removed_at.is_null())
    order = fetch(Scan.select(Scan.number, Scan.place).where(*here).order_by(Scan.place, Scan.number))
    rank = [scan for scan, _ in order].index(number)
    if rank == 0:
        return None
    if row.version != version:
        raise Conflict("Cette pièce a changé entre-temps : regardez-la avant de la mettre en premier.")
    change_row(Scan, key, row, place=order[0][1] - 1)
    before, after = ({"piece": row.name, "rang": place} for place in (rank + 1, 1))
    return journal(actor, key, "mise en premier", f"piece:{number}", before, after)


@writing
def remove_scan(actor: Actor, key: YearKey, number: int) -> int | None:
    """Put a scan away; it can be brought back until closing. Asked twice, it is put away once."""
    open_for_writing(key)
    row = row_of(Scan, key, number)
    if row.removed_at is not None:
        return None
    change_row(Scan, key, row, removed_at=now())
    return journal(actor, key, "suppression", f"piece:{number}", before={"piece": row.name})


@writing
def restore_scan(actor: Actor, key: YearKey, number: int) -> int | None:
    """Bring a scan back to where it was."""
    open_for_writing(key)
    row = row_of(Scan, key, number)
    if row.removed_at is None:
        return None
    refuse_overfull(key, row.entry, coming=1)
    change_row(Scan, key, row, removed_at=None)
    return journal(actor, key, "rétablissement", f"piece:{number}", after={"piece": row.name})


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
