"""Taking back what a person did: their last twenty actions, in any order, as long as the year is open.

What is only reported (the documents for the AD) is taken back as long as it changes, after the closing too.

The journal keeps the rows that each action changed. Taking one back writes them as they were, provided that nobody
has changed the same thing since; it is itself an action, with its line, and can be taken back in turn.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import IntegrityError

from retkoop.actions.bank_statements import refuse_read_again
from retkoop.actions.deposits import drop_strays
from retkoop.actions.direct_report import refuse_mode
from retkoop.actions.guard import (
    Change,
    at,
    change_row,
    delete_rows,
    insert_row,
    journal,
    json_of,
    open_for_reporting,
    open_for_writing,
)
from retkoop.actions.projects import follow_names
from retkoop.actions.scans import refuse_overfull
from retkoop.actions.years import refuse_inherited
from retkoop.association import TABLES
from retkoop.audit import Actor, now
from retkoop.db import fetch, writing
from retkoop.direct import CAHIER, DIRECT
from retkoop.errors import Conflict, NotFound
from retkoop.file_tables import BankLine
from retkoop.journal_rows import since_import
from retkoop.models import (
    Allocation,
    DirectAccount,
    Document,
    Entry,
    Journal,
    PriorOperation,
    Scan,
    Year,
    YearKey,
    as_day,
    as_stamp,
    read_json,
)
from retkoop.year_rows import chart_for

MOST = 20
UNDO = "annulation"
_TABLES: dict[str, Any] = {table._meta.table_name: table for table in TABLES}
# What the closing of the cahier does not freeze.
_REPORTED = {Document._meta.table_name}
# What stands in an account of the chart.
_ACCOUNTED = {table._meta.table_name for table in (Allocation, DirectAccount)}
_CHANGED = "Cela a été modifié depuis : cette action ne peut plus être annulée."
_USED = "Cela a servi depuis : annulez d’abord ce qui l’utilise."
_GONE = "Ce que cette action utilisait a été supprimé depuis : rétablissez-le d’abord."
_TAKEN = "Ce nom a été repris depuis : renommez d’abord ce qui le porte."
_STRUCK = "Cette écriture a été supprimée depuis : rétablissez-la d’abord."
_DIRECT = "Le compte rendu financier est saisi directement depuis : revenez d’abord au cahier."
_BOOK = "L’exercice est tenu dans le cahier depuis : revenez d’abord à la saisie directe."
_TOO_OLD = f"Cette action ne peut plus être annulée : seules vos {MOST} dernières le peuvent."


@dataclass(frozen=True, slots=True)
class Step:
    """One action of a person that may be taken back; `taken_back` is the step itself of an undo."""

    id: int
    at: datetime
    action: str
    subject: str
    before: Any
    after: Any


def last_steps(key: YearKey, person: int | None, most: int = MOST) -> list[Step]:
    """Give the last actions of a person in a year that still stand, the latest first."""
    rows = fetch(
        Journal.select(Journal.id, Journal.at, Journal.action, Journal.subject, Journal.before, Journal.after)
        .where(key.of(Journal), Journal.person == person, Journal.changes.is_null(False), since_import(key))
        .order_by(Journal.id.desc())
        # Every undo hides the line that it took back: enough lines are read to find as many that stand.
        .limit(3 * most)
    )
    standing, gone = [], set()
    for number, when, action, subject, before, after in rows:
        if number in gone:
            continue
        if action == UNDO:
            gone.add(int(subject.partition(":")[2]))
        standing.append(Step(number, as_stamp(when), action, subject, read_json(before), read_json(after)))
    return standing[:most]


def step_about(key: YearKey, person: int | None, subject: str) -> int | None:
    """Give the last step of a person about one thing (`bordereau:3`), or None: for what gives a number of its own."""
    mine = (key.of(Journal), Journal.person == person, Journal.subject == subject, Journal.changes.is_null(False))
    line = Journal.select(Journal.id).where(*mine).order_by(Journal.id.desc()).first()
    return line and int(line.id)


@writing
def undo(actor: Actor, key: YearKey, step: int) -> None:
    """Take one of the actor's last actions back; asked twice, it is taken back once."""
    undo_all(actor, key, [step])


@writing
def undo_all(actor: Actor, key: YearKey, steps: Sequence[int]) -> None:
    """Take several actions back that were one for the person (files sent together): all of them, or none."""
    lines = {step: _line_of(actor, key, step) for step in set(steps)}
    reported = all(table in _REPORTED for line in lines.values() for table, *_ in json.loads(line.changes))
    year = open_for_reporting(key) if reported else open_for_writing(key)
    standing = {found.id for found in last_steps(key, actor.person, MOST + len(set(steps)) - 1)}
    for step in sorted(lines, reverse=True):
        if step in standing:
            _undo(actor, key, year, lines[step])
        elif not _was_taken_back(key, step):
            raise Conflict(_TOO_OLD)


def _line_of(actor: Actor, key: YearKey, step: int) -> Any:
    line = Journal.get_or_none(key.of(Journal), Journal.person == actor.person, Journal.id == step)
    if line is None or line.changes is None:
        raise NotFound("Cette action n’existe pas, ou elle n’est pas à vous.")
    return line


def _was_taken_back(key: YearKey, step: int) -> bool:
    """Tell whether the last undo of a step has not been taken back itself."""
    undone = Journal.select(Journal.id).where(key.of(Journal), Journal.subject == f"journal:{step}")
    latest = undone.order_by(Journal.id.desc()).limit(1).scalar()
    return latest is not None and not _was_taken_back(key, latest)


def _undo(actor: Actor, key: YearKey, year: Year, line: Any) -> None:
    changes: list[Change] = json.loads(line.changes)
    _refuse_inherited_opening(key, changes)
    _refuse_other_mode(key, year, changes)
    _refuse_lines_read_again(key, changes)
    _take_back(key, year, changes)
    _refuse_overfull(key, changes)
    _refuse_withdrawn_account(key, changes)
    drop_strays(key)
    follow_names(key, changes)
    # What was taken back is told whole; an undo taken back tells what stands again.
    again = line.action == UNDO
    told = (
        read_json(line.before) if again else [line.action, line.subject, read_json(line.before), read_json(line.after)]
    )
    journal(actor, key, UNDO, f"journal:{line.id}", told)


def _refuse_overfull(key: YearKey, changes: list[Change]) -> None:
    """Refuse when a scan that comes back is one too many for its entry."""
    came = [
        place["number"]
        for table, place, before, _ in changes
        if table == "scan" and {"entry", "removed_at"} & {*(before or ())}
    ]
    for (entry,) in fetch(
        Scan.select(Scan.entry).where(key.of(Scan), Scan.number.in_(came), Scan.removed_at.is_null())
    ):
        refuse_overfull(key, entry)


def _refuse_withdrawn_account(key: YearKey, changes: list[Change]) -> None:
    """Refuse what would stand again in an account that the fédération has withdrawn from this exercice since."""
    chart = chart_for(key.start_year)
    for table, place, before, _ in changes:
        account = before is not None and {**place, **before}.get("account")
        if table in _ACCOUNTED and account and account not in chart:
            raise Conflict(f"Le compte {account[:4]} n’est plus dans le plan comptable de cet exercice.")


def _refuse_inherited_opening(key: YearKey, changes: list[Change]) -> None:
    """What a closed year before hands over is not corrected by hand, nor by an undo."""
    for table, _place, before, after in changes:
        opening = table == Year._meta.table_name and any(name.startswith("opening_") for name in after or {})
        if opening or (table == PriorOperation._meta.table_name and (before is None or after is None)):
            refuse_inherited(key)


def _refuse_lines_read_again(key: YearKey, changes: list[Change]) -> None:
    """A deleted bank statement does not come back beside another one that has its lines."""
    name = BankLine._meta.table_name
    back = [{**place, **before} for table, place, before, after in changes if table == name and after is None]
    refuse_read_again(key, [BankLine(**{**row, "day": as_day(row["day"])}) for row in back])


def _refuse_other_mode(key: YearKey, year: Year, changes: list[Change]) -> None:
    """An undo gives neither a live entry to a year typed in directly, nor figures to a cahier, nor loses any."""
    for table, _place, before, _after in changes:
        old = before or {}
        if year.mode == DIRECT and table == "entry" and old.get("struck_at", "") is None:
            raise Conflict(_DIRECT)
        if year.mode == CAHIER and table.startswith("direct_"):
            raise Conflict(_BOOK)
        if table == Year._meta.table_name and "mode" in old:
            refuse_mode(key, old["mode"])


def _take_back(key: YearKey, year: Year, changes: list[Change]) -> None:
    """Write the rows as they were, the last change first."""
    # An entry, once made, is struck out and keeps its lines; a scan is put away and keeps its bytes.
    made = [place["number"] for table, place, before, _ in changes if table == "entry" and before is None]
    for name, place, before, after in reversed(changes):
        table = _TABLES[name]
        if table is Allocation and before is None and place["entry"] in made:
            continue
        if table is Scan and before and before.get("entry") is not None:
            _refuse_struck(key, before["entry"])
        row = year if table is Year else table.get_or_none(key.of(table), *at(table, place))
        _refuse_changed(row, after)
        with _refused(_USED if before is None else _GONE):
            if before is None:
                _unmake(key, table, place, row)
            elif after is None:
                insert_row(table, key, **place, **before)
            else:
                change_row(table, key, row, **before)


def _refuse_struck(key: YearKey, entry: int) -> None:
    """A scan given back to an entry that is struck out would be in no list."""
    if Entry.get_or_none(key.of(Entry), Entry.number == entry, Entry.struck_at.is_null()) is None:
        raise Conflict(_STRUCK)


@contextmanager
def _refused(otherwise: str) -> Iterator[None]:
    """Say why the database refuses a row as it was: its name now belongs to another, or what ties it to others."""
    try:
        yield
    except IntegrityError as refused:
        taken = "unique" in str(refused).lower()
        raise Conflict(_TAKEN if taken else otherwise) from refused


def _unmake(key: YearKey, table: Any, place: dict[str, Any], row: Any) -> None:
    if table is Entry:
        change_row(table, key, row, struck_at=now())
    elif table in (Scan, Document):
        change_row(table, key, row, removed_at=now())
    else:
        delete_rows(table, key, *at(table, place))


def _refuse_changed(row: Any, after: dict[str, Any] | None) -> None:
    """Refuse when the row is not as the action left it."""
    if (row is None) != (after is None):
        raise Conflict(_CHANGED)
    # Struck entries go with their project all the same.
    if after and "struck_at" not in after and set(after) != {"project"} and getattr(row, "struck_at", None):
        raise Conflict(_STRUCK)
    for name, left in (after or {}).items():
        if json.loads(json_of(getattr(row, name))) != left:
            raise Conflict(_CHANGED)
