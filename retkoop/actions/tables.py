"""Writes of the tables beside the cahier: cash counts, grants, inventory, régies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from retkoop.actions.guard import (
    change_row,
    change_versioned,
    delete_rows,
    insert_numbered,
    insert_row,
    journal,
    open_cahier,
    open_for_writing,
    replayed,
    row_of,
)
from retkoop.audit import Actor
from retkoop.db import writing
from retkoop.errors import Conflict, Refusal
from retkoop.inventory_reports import goods, identity
from retkoop.models import Advance, CashCount, CashPiece, Entry, Grant, InventoryItem, YearKey
from retkoop.year_rows import inventory_rows


@writing
def add_count(
    actor: Actor, key: YearKey, day: date, pieces: Sequence[tuple[int, int]], replay_key: str | None = None
) -> int:
    """Keep a count of the cash box: (denomination in cents, number of pieces); give its number."""
    if first := replayed(CashCount, key, replay_key):
        return first
    open_for_writing(key)
    number = insert_numbered(CashCount, key, day=day, replay_key=replay_key)
    for denomination, found in pieces:
        insert_row(CashPiece, key, cash_count=number, denomination=denomination, pieces=found)
    journal(actor, key, "ajout", f"arrete:{number}", after={"date": str(day), "coupures": list(pieces)})
    return number


@writing
def remove_count(actor: Actor, key: YearKey, number: int) -> int:
    """Remove a count that was a mistake; the journal keeps what it said. Gives the step for an undo."""
    open_for_writing(key)
    row = row_of(CashCount, key, number)
    mine = (key.of(CashPiece), CashPiece.cash_count == number)
    pieces = list(CashPiece.select(CashPiece.denomination, CashPiece.pieces).where(*mine).tuples())
    delete_rows(CashPiece, key, CashPiece.cash_count == number)
    delete_rows(CashCount, key, CashCount.number == number)
    return journal(actor, key, "suppression", f"arrete:{number}", before={"date": str(row.day), "coupures": pieces})


# What the journal calls the rows of each table.
_NAMES: dict[Any, str] = {Grant: "subvention", InventoryItem: "bien", Advance: "regie"}


@writing
def add_row(actor: Actor, key: YearKey, table: Any, values: dict[str, Any], replay_key: str | None = None) -> int:
    """Add a line to the table of grants, the inventory or the régies; give its number."""
    if first := replayed(table, key, replay_key):
        return first
    (open_cahier if table is Advance else open_for_writing)(key)
    _refuse_second_code(key, table, values)
    number = insert_numbered(table, key, **values, replay_key=replay_key)
    journal(actor, key, "ajout", f"{_NAMES[table]}:{number}", after=values)
    return number


@writing
def edit_row(actor: Actor, key: YearKey, table: Any, number: int, version: int, values: dict[str, Any]) -> None:
    """Change a line of the table of grants or of the inventory."""
    open_for_writing(key)
    row = row_of(table, key, number)
    before = _told(row, values)
    change_versioned(table, key, row, version, **values)
    journal(actor, key, "modification", f"{_NAMES[table]}:{number}", before, values)


@writing
def remove_row(actor: Actor, key: YearKey, table: Any, number: int) -> int:
    """Remove a line; the journal keeps what it said. A régie with entries stays. Gives the step for an undo."""
    open_for_writing(key)
    row = row_of(table, key, number)
    if table is Advance and Entry.select().where(key.of(Entry), Entry.advance == number).exists():
        raise Refusal("Cette régie a des écritures : elle ne peut pas être retirée.")
    before = {name: getattr(row, name) for name in row._meta.fields if name not in key._fields}
    delete_rows(table, key, table.number == number)
    return journal(actor, key, "suppression", f"{_NAMES[table]}:{number}", before=before)


@writing
def restate_good(
    actor: Actor, key: YearKey, told_in: int, number: int, values: dict[str, Any], replay_key: str | None = None
) -> int:
    """Write in this year what became of a good of an earlier one, whose year may be closed; give the row’s number.

    `told_in` and `number` name the row that speaks of it so far; `values` are its place and how it left.
    """
    if first := replayed(InventoryItem, key, replay_key):
        return first
    open_for_writing(key)
    found = (good for good in goods(inventory_rows(key)) if (good.told_in, good.item.number) == (told_in, number))
    good = next(found, None)
    if good is None or told_in == key.start_year or good.item.disposed_on is not None:
        raise Conflict("Quelqu’un d’autre a modifié ce bien entre-temps : reprenez-le dans la liste.")
    row = insert_numbered(InventoryItem, key, **identity(good.item), **values, replay_key=replay_key)
    action = "sortie" if values["disposed_on"] else "modification"
    journal(
        actor, key, action, f"bien:{row}", _told(good.item, values), {"designation": good.item.designation, **values}
    )
    return row


@writing
def set_holder(actor: Actor, key: YearKey, number: int, seen: str, holder: str) -> int | None:
    """Change who holds a régie, unless somebody else did since `seen` was read.

    Gives the step for an undo; the same name again changes nothing, and there is none.
    """
    open_for_writing(key)
    row = row_of(Advance, key, number)
    if row.holder != seen:
        raise Conflict("Quelqu’un d’autre a changé le titulaire entre-temps.")
    if holder == seen:
        return None
    change_row(Advance, key, row, holder=holder)
    return journal(actor, key, "modification", f"regie:{number}", {"holder": seen}, {"holder": holder})


def _told(row: Any, values: dict[str, Any]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in values}


def _refuse_second_code(key: YearKey, table: Any, values: dict[str, Any]) -> None:
    if table is Advance and Advance.get_or_none(key.of(Advance), Advance.code == values["code"]):
        raise Refusal(f"La régie « {values['code']} » existe déjà.")
