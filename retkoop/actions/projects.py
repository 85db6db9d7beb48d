"""Writes of the projects: rename, merge, close, open again, remove. Making one is `ledger.add_project`."""

from __future__ import annotations

from collections.abc import Iterable

from retkoop.actions.guard import Change, change_row, change_versioned, delete_rows, journal, open_for_writing, row_of
from retkoop.audit import Actor
from retkoop.db import writing
from retkoop.drafts import PROJECT_LENGTH, text_fault
from retkoop.errors import Conflict, Refusal
from retkoop.models import Entry, Project, YearKey


@writing
def rename_project(actor: Actor, key: YearKey, number: int, version: int, name: str) -> int | None:
    """Give a project another name, which no other bears; its entries follow.

    Gives the step for an undo; the same name again changes nothing, and there is none.
    """
    open_for_writing(key)
    row = row_of(Project, key, number)
    if row.name == name:
        return None
    fault = text_fault(name, PROJECT_LENGTH, "Le projet")
    if fault or not name.strip():
        raise Refusal(fault or "Écrivez le nom du projet.")
    if Project.get_or_none(key.of(Project), Project.name == name):
        raise Refusal(f"Le projet « {name} » existe déjà : réunissez-les plutôt.")
    before = {"nom": row.name}
    change_versioned(Project, key, row, version, name=name)
    # Whoever is editing one of its entries has to see that it changed: saved as it was, it would bring the name back.
    _move_entries(key, number, number)
    return journal(actor, key, "modification", f"projet:{number}", before, {"nom": name})


@writing
def merge_projects(actor: Actor, key: YearKey, number: int, version: int, into: int) -> int:
    """Move all the entries of a project to another one, struck entries too; the emptied one disappears.

    Gives the step for an undo.
    """
    open_for_writing(key)
    row, kept = row_of(Project, key, number), row_of(Project, key, into)
    if row.number == kept.number:
        raise Refusal("Choisissez un autre projet que celui-ci.")
    if row.version != version:
        raise Conflict("Quelqu’un d’autre a modifié ce projet entre-temps : vérifiez son nom, puis recommencez.")
    _move_entries(key, number, into)
    delete_rows(Project, key, Project.number == number)
    return journal(actor, key, "réunion", f"projet:{into}", {"nom": row.name}, {"nom": kept.name})


def _move_entries(key: YearKey, number: int, into: int | None) -> None:
    for entry in list(Entry.select().where(key.of(Entry), Entry.project == number)):
        change_row(Entry, key, entry, project=into)


def follow_names(key: YearKey, changes: Iterable[Change]) -> None:
    """Tell whoever is editing an entry that an undo gave its project another name, as renaming does."""
    for table, place, before, after in changes:
        if table == "project" and before and "name" in (after or {}):
            _move_entries(key, place["number"], place["number"])


@writing
def close_project(actor: Actor, key: YearKey, number: int, closed: bool) -> int | None:
    """Close a project, which is not offered any more, or open it again.

    Gives the step for an undo; asked twice, it is done once, and there is none.
    """
    open_for_writing(key)
    row = row_of(Project, key, number)
    if bool(row.closed) == closed:
        return None
    change_row(Project, key, row, closed=int(closed))
    return journal(actor, key, "fermeture" if closed else "réouverture", f"projet:{number}", after={"nom": row.name})


@writing
def remove_project(actor: Actor, key: YearKey, number: int) -> int:
    """Remove a project that no entry of the cahier bears; entries struck out lose its label.

    Gives the step for an undo.
    """
    open_for_writing(key)
    row = row_of(Project, key, number)
    alive = (key.of(Entry), Entry.project == number, Entry.struck_at.is_null())
    if Entry.select().where(*alive).exists():
        raise Refusal("Ce projet a des écritures : fermez-le, ou réunissez-le à un autre.")
    _move_entries(key, number, None)
    delete_rows(Project, key, Project.number == number)
    return journal(actor, key, "suppression", f"projet:{number}", {"nom": row.name})
