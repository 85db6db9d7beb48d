"""Writes of the paying-in slips: make, correct, take apart, tick as one; an entry struck out leaves its slip."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from retkoop.actions.guard import (
    change_row,
    change_versioned,
    delete_rows,
    insert_numbered,
    insert_row,
    journal,
    open_for_writing,
    replayed,
    row_of,
)
from retkoop.audit import Actor
from retkoop.db import fetch, writing
from retkoop.deposit_reports import shown_label
from retkoop.drafts import LABEL_LENGTH, out_of_year, text_fault
from retkoop.errors import NotFound, Refusal
from retkoop.models import DepositLine, DepositSlip, Entry, YearKey


@writing
def make_slip(
    actor: Actor, key: YearKey, day: date, label: str, entries: Collection[int], replay_key: str | None = None
) -> int:
    """Put receipts that the bank has not shown together on one slip; give its number."""
    if first := replayed(DepositSlip, key, replay_key):
        return first
    open_for_writing(key)
    _check(key, day, label, entries)
    number = insert_numbered(DepositSlip, key, day=day, label=label, replay_key=replay_key)
    _put_in(key, number, entries)
    journal(actor, key, "ajout", f"bordereau:{number}", after=_told(key, number))
    return number


@writing
def edit_slip(
    actor: Actor, key: YearKey, number: int, version: int, day: date, label: str, entries: Collection[int]
) -> int:
    """Change what a slip says and holds, unless somebody else did meanwhile. Gives the step for an undo."""
    open_for_writing(key)
    _check(key, day, label, entries)
    row = row_of(DepositSlip, key, number)
    before = _told(key, number)
    change_versioned(DepositSlip, key, row, version, day=day, label=label)
    held = set(_entries_of(key, number))
    for entry in held - set(entries):
        delete_rows(DepositLine, key, DepositLine.entry == entry)
    _put_in(key, number, sorted(set(entries) - held))
    return journal(actor, key, "modification", f"bordereau:{number}", before, _told(key, number))


@writing
def take_out(actor: Actor, key: YearKey, number: int, entry: int) -> int | None:
    """Take one receipt out of a slip; the last one out, the slip goes too.

    Gives the step for an undo; asked twice, it is done once, and there is none.
    """
    open_for_writing(key)
    row_of(DepositSlip, key, number)
    if entry not in _entries_of(key, number):
        return None
    before = _told(key, number)
    leave_slip(key, entry)
    left = DepositSlip.get_or_none(key.of(DepositSlip), DepositSlip.number == number)
    return journal(actor, key, "modification", f"bordereau:{number}", before, _told(key, number) if left else None)


@writing
def undo_slip(actor: Actor, key: YearKey, number: int) -> int:
    """Take a slip apart: its receipts stay in the cahier, ticked or not as they are. Gives the step for an undo."""
    open_for_writing(key)
    row_of(DepositSlip, key, number)
    before = _told(key, number)
    delete_rows(DepositLine, key, DepositLine.slip == number)
    delete_rows(DepositSlip, key, DepositSlip.number == number)
    return journal(actor, key, "suppression", f"bordereau:{number}", before)


@writing
def tick_slip(actor: Actor, key: YearKey, number: int, day: date | None) -> int | None:
    """Say on which day a slip was seen on the statement, with all that it holds; None takes the ticks back.

    Gives the step for an undo, which gives back to each entry the day that it had; None when nothing changed.
    """
    open_for_writing(key)
    row = row_of(DepositSlip, key, number)
    changed = [entry for entry in _rows_of(key, number) if (entry.ticked_on is None) != (day is None)]
    if not changed:
        return None
    for entry in changed:
        # The amount is noted with the tick, so that an undo never ticks another one.
        change_row(Entry, key, entry, ticked_on=day, bank=entry.bank)
    told = {"libelle": _called(key, row), "pointage": str(day) if day else None}
    return journal(actor, key, "pointage" if day else "dépointage", f"bordereau:{number}", after=told)


def leave_slip(key: YearKey, entry: int) -> None:
    """Take an entry out of the slip that it may be in, within the action at hand; an empty slip goes with it."""
    line = DepositLine.get_or_none(key.of(DepositLine), DepositLine.entry == entry)
    if line is None:
        return
    delete_rows(DepositLine, key, DepositLine.entry == entry)
    if not _entries_of(key, line.slip):
        delete_rows(DepositSlip, key, DepositSlip.number == line.slip)
    else:
        # Whoever is correcting this slip has to see that it changed.
        row = row_of(DepositSlip, key, line.slip)
        change_row(DepositSlip, key, row, day=row.day)


def drop_strays(key: YearKey) -> None:
    """Take out of the slips what an undo left no receipt of the cahier."""
    stray = Entry.select(Entry.number).where(key.of(Entry), (Entry.bank <= 0) | Entry.struck_at.is_null(False))
    for (entry,) in fetch(
        DepositLine.select(DepositLine.entry).where(key.of(DepositLine), DepositLine.entry.in_(stray))
    ):
        leave_slip(key, entry)


def _check(key: YearKey, day: date, label: str, entries: Collection[int]) -> None:
    if not key.year.contains(day):
        raise Refusal(out_of_year(key.year))
    fault = text_fault(label, LABEL_LENGTH, "Le libellé")
    if fault or not label.strip():
        raise Refusal(fault or "Écrivez un libellé pour cette remise.")
    if not entries:
        raise Refusal("Cochez au moins un chèque à remettre.")


def _put_in(key: YearKey, number: int, entries: Iterable[int]) -> None:
    for place in dict.fromkeys(entries):
        entry = row_of(Entry, key, place)
        if entry.struck_at is not None:
            raise NotFound("Cette écriture a été supprimée.")
        if entry.bank <= 0 or entry.ticked_on is not None:
            raise Refusal(f"« {entry.label} » n’est pas une recette à remettre en banque, ou elle y a déjà été vue.")
        if DepositLine.get_or_none(key.of(DepositLine), DepositLine.entry == place):
            raise Refusal(f"« {entry.label} » est déjà dans une remise.")
        insert_row(DepositLine, key, entry=place, slip=number)


def _entries_of(key: YearKey, number: int) -> list[int]:
    lines = DepositLine.select(DepositLine.entry).where(key.of(DepositLine), DepositLine.slip == number)
    return [entry for (entry,) in fetch(lines.order_by(DepositLine.entry))]


def _rows_of(key: YearKey, number: int) -> list[Any]:
    inside = Entry.number.in_(_entries_of(key, number))
    return list(Entry.select().where(key.of(Entry), inside, Entry.struck_at.is_null()).order_by(Entry.number))


def _told(key: YearKey, number: int) -> dict[str, Any]:
    """Give what the journal keeps of a slip: its day, its label, and its receipts by their labels."""
    row = row_of(DepositSlip, key, number)
    names = [f"{entry.voucher} {entry.label}".strip() for entry in _rows_of(key, number)]
    return {"libelle": _called(key, row), "date": str(row.day), "ecritures": " ; ".join(names)}


def _called(key: YearKey, row: Any) -> str:
    return shown_label(row.label, len(_entries_of(key, row.number)))
