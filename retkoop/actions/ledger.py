"""Writes of the cahier: add, edit, strike out, restore."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from retkoop.actions.deposits import leave_slip
from retkoop.actions.guard import (
    change_row,
    change_versioned,
    delete_rows,
    insert_numbered,
    insert_row,
    journal,
    open_cahier,
    replayed,
    row_of,
)
from retkoop.audit import Actor, now
from retkoop.db import writing
from retkoop.drafts import PROJECT_LENGTH, EntryDraft, closed_project, draft_faults, text_fault
from retkoop.errors import NotFound, Refusal
from retkoop.facts import Allocation as AllocationFact
from retkoop.models import Advance, Allocation, Entry, Project, YearKey
from retkoop.project_reports import plain_name
from retkoop.year_rows import chart_for


@writing
def add_entry(actor: Actor, key: YearKey, draft: EntryDraft, replay_key: str | None = None) -> int:
    """Add an entry and give its number; the same replay key gives the entry that it made the first time."""
    if first := replayed(Entry, key, replay_key):
        return first
    open_cahier(key)
    draft = ensure_project(actor, key, draft)
    columns = entry_columns(key, draft)
    number = insert_numbered(Entry, key, replay_key=replay_key, **columns)
    allocate(key, number, draft.allocations)
    journal(actor, key, "ajout", f"ecriture:{number}", after=_told(draft))
    return number


@writing
def edit_entry(actor: Actor, key: YearKey, number: int, version: int, draft: EntryDraft) -> int:
    """Replace what an entry says; its tick stays as long as its bank amount does. Gives the step for an undo."""
    open_cahier(key)
    row = _live(key, number)
    before = _snapshot(key, row)
    draft = ensure_project(actor, key, draft, before["projet"])
    columns = entry_columns(key, draft)
    # A tick says that this very amount was seen on the statement.
    if draft.bank != row.bank:
        columns["ticked_on"] = None
    change_versioned(Entry, key, row, version, **columns)
    if draft.bank <= 0 < row.bank:
        leave_slip(key, number)
    if [[line.account, line.amount] for line in draft.allocations] != before["ventilation"]:
        delete_rows(Allocation, key, Allocation.entry == number)
        allocate(key, number, draft.allocations)
    return journal(actor, key, "modification", f"ecriture:{number}", before, _told(draft))


@writing
def strike_entry(actor: Actor, key: YearKey, number: int) -> int | None:
    """Strike an entry out: it leaves the cahier and stays in its history.

    Gives the step for an undo; asked twice, it is struck once, and there is none.
    """
    open_cahier(key)
    row = row_of(Entry, key, number)
    if row.struck_at is not None:
        return None
    before = _snapshot(key, row)
    change_row(Entry, key, row, struck_at=now())
    if row.bank > 0:
        leave_slip(key, number)
    return journal(actor, key, "suppression", f"ecriture:{number}", before)


@writing
def restore_entry(actor: Actor, key: YearKey, number: int) -> None:
    """Bring a struck entry back as it was."""
    open_cahier(key)
    row = row_of(Entry, key, number)
    if row.struck_at is None:
        return
    change_row(Entry, key, row, struck_at=None)
    journal(actor, key, "rétablissement", f"ecriture:{number}", after=_snapshot(key, row))


def ensure_project(actor: Actor, key: YearKey, draft: EntryDraft, borne: str | None = None) -> EntryDraft:
    """Make the project that a draft names, unless there is one that sounds the same: give the draft with its name.

    It is made in the draft's own transaction, so that a refusal leaves nothing behind, with a line of journal of its
    own, so that it is not taken back with the entry that first named it. A closed one is refused, except the one that
    the entry has `borne` so far.
    """
    if not draft.project or text_fault(draft.project, PROJECT_LENGTH, "Le projet"):
        return draft
    found = _project_called(key, draft.project)
    if found is None:
        add_project(actor, key, draft.project)
        return draft
    if found.closed and found.name != borne:
        raise Refusal(closed_project(found.name))
    return replace(draft, project=found.name)


def _project_called(key: YearKey, name: str) -> Any:
    """Find the project of this very name, else one whose name sounds the same."""
    rows = list(Project.select().where(key.of(Project)).order_by(Project.number))
    alike = [row for row in rows if plain_name(row.name) == plain_name(name)]
    return min(alike, key=lambda row: row.name != name, default=None)


@writing
def add_project(actor: Actor, key: YearKey, name: str) -> int:
    """Make a project of the year and give its number; an existing name gives the existing project."""
    found = Project.get_or_none(key.of(Project), Project.name == name)
    if found:
        return int(found.number)
    open_cahier(key)
    number = insert_numbered(Project, key, name=name)
    journal(actor, key, "ajout", f"projet:{number}", after={"nom": name})
    return number


def _live(key: YearKey, number: int) -> Any:
    row = row_of(Entry, key, number)
    if row.struck_at is not None:
        raise NotFound("Cette écriture a été supprimée.")
    return row


def entry_columns(key: YearKey, draft: EntryDraft) -> dict[str, Any]:
    """Check a draft and give the columns of its row; its project exists."""
    advances = _numbers(Advance, Advance.code, key)
    projects = _numbers(Project, Project.name, key)
    for fault in draft_faults(draft, key.year, chart_for(key.start_year), advances, projects):
        raise Refusal(fault.message)
    return {
        "voucher": draft.voucher,
        "day": draft.day,
        "label": draft.label,
        "cheque": draft.cheque,
        "project": projects[draft.project] if draft.project else None,
        "bank": draft.bank,
        "cash": draft.cash,
        "advance": advances[draft.advance] if draft.advance else None,
        "advance_amount": draft.advance_amount,
    }


def _numbers(table: Any, name: Any, key: YearKey) -> dict[str, int]:
    return dict(table.select(name, table.number).where(key.of(table)).tuples())


def allocate(key: YearKey, entry: int, lines: Iterable[AllocationFact]) -> None:
    """Store the allocations of an entry, in their order."""
    for rank, line in enumerate(lines, 1):
        insert_row(Allocation, key, entry=entry, rank=rank, account=line.account, amount=line.amount)


def _told(draft: EntryDraft) -> dict[str, Any]:
    """Give what the journal keeps of a draft."""
    return {
        "pj": draft.voucher,
        "date": str(draft.day),
        "libelle": draft.label,
        "cheque": draft.cheque,
        "projet": draft.project,
        "banque": draft.bank,
        "caisse": draft.cash,
        "regie": [draft.advance, draft.advance_amount] if draft.advance else None,
        "ventilation": [[line.account, line.amount] for line in draft.allocations],
    }


def _snapshot(key: YearKey, row: Any) -> dict[str, Any]:
    lines: Any = (
        Allocation.select(Allocation.account, Allocation.amount)
        .where(key.of(Allocation), Allocation.entry == row.number)
        .order_by(Allocation.rank)
        .tuples()
    )
    return {
        "pj": row.voucher,
        "date": str(row.day),
        "libelle": row.label,
        "cheque": row.cheque,
        "projet": _name(Project, key, row.project, "name"),
        "banque": row.bank,
        "caisse": row.cash,
        "regie": [_name(Advance, key, row.advance, "code"), row.advance_amount] if row.advance else None,
        "ventilation": [[account, amount] for account, amount in lines],
        "pointage": str(row.ticked_on) if row.ticked_on else None,
    }


def _name(table: Any, key: YearKey, number: int | None, column: str) -> str | None:
    return None if number is None else str(getattr(row_of(table, key, number), column))
