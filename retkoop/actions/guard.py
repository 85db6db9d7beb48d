"""What every write to a year begins with, and what it leaves behind: numbers, versions, and its line of journal.

Rows are written by `insert_row`, `change_row` and `delete_rows`, which note what they changed: the journal keeps
it, and `actions/undo.py` takes it back.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from retkoop.actions.following import carry_goods, hand_over, keep_number
from retkoop.audit import Actor, record
from retkoop.db import notes
from retkoop.direct import DIRECT
from retkoop.errors import Conflict, NotFound
from retkoop.models import Year, YearKey, next_number
from retkoop.year_states import OPEN, REPORTED_IN

# One change of one row: [table, key of the row within the year, columns before or None, columns after or None].
Change = list[Any]
# Columns that say nothing about the row itself.
_ASIDE = {"version", "replay_key"}


def open_for_writing(key: YearKey) -> Year:
    """Take the year for this transaction and give its row; refuse a closed one.

    The version goes up first, so that two writes to one year meet on this row and not later.
    """
    taken = Year.update(version=Year.version + 1).where(key.of(Year), Year.state == "open").execute()
    year: Year | None = Year.get_or_none(key.of(Year))
    if year is None:
        raise NotFound("Cet exercice n’existe pas.")
    if not taken:
        raise Conflict("Cet exercice est clos : plus rien ne peut y être modifié.")
    return year


def open_cahier(key: YearKey) -> Year:
    """Take the year for a write to its cahier; refuse when its CRF is typed in directly instead."""
    year = open_for_writing(key)
    if year.mode == DIRECT:
        raise Conflict(
            "Le compte rendu financier de cet exercice est saisi directement :"
            " son cahier ne prend ni écriture, ni projet, ni régie."
        )
    return year


def open_for_reporting(key: YearKey) -> Year:
    """Give the year whose reports this transaction changes (CRA, documents…); refuse once they are with the AD.

    The row of a closed year no longer counts versions: then the transaction alone makes two writes meet.
    """
    year: Year | None = Year.get_or_none(key.of(Year))
    if year is None:
        raise NotFound("Cet exercice n’existe pas.")
    if year.state not in REPORTED_IN:
        raise Conflict("Ce compte rendu est figé : il est entre les mains de l’association départementale.")
    return open_for_writing(key) if year.state == OPEN else year


def insert_numbered(table: Any, key: YearKey, **values: Any) -> int:
    """Insert a row under the next number of its table in this year; give the number."""
    number = next_number(table, key)
    insert_row(table, key, number=number, **values)
    return number


def insert_row(table: Any, key: YearKey, **values: Any) -> None:
    """Insert a row of this year."""
    table.insert(**key._asdict(), **values).execute()
    place = {name: values[name] for name in place_names(table)}
    _note(table, place, None, {name: value for name, value in values.items() if name not in place})


def change_row(table: Any, key: YearKey, row: Any, **values: Any) -> None:
    """Change some columns of a row that was read in this transaction; its version, if it has one, goes up."""
    place = {name: getattr(row, name) for name in place_names(table)}
    before = {name: getattr(row, name) for name in values}
    # The year's own version went up when it was taken.
    versioned = {"version": table.version + 1} if "version" in table._meta.fields and table is not Year else {}
    table.update({**values, **versioned}).where(key.of(table), *at(table, place)).execute()
    _note(table, place, before, values)


def delete_rows(table: Any, key: YearKey, *conditions: Any) -> None:
    """Delete the rows of this year that meet the conditions."""
    highest = 0
    for row in table.select().where(key.of(table), *conditions).dicts():
        place = {name: row.pop(name) for name in place_names(table)}
        _note(table, place, {name: value for name, value in row.items() if name not in key._fields}, None)
        highest = max(highest, place["number"] if list(place) == ["number"] else 0)
    if highest:
        keep_number(table, key, highest)
    table.delete().where(key.of(table), *conditions).execute()


def place_names(table: Any) -> list[str]:
    """Give the columns that tell a row from the others of its year."""
    return [name for name in table._meta.primary_key.field_names if name not in YearKey._fields]


def at(table: Any, place: dict[str, Any]) -> list[Any]:
    """Give the conditions that find the row at a place."""
    return [getattr(table, name) == value for name, value in place.items()]


def _note(table: Any, place: dict[str, Any], before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
    kept = [
        values and {name: value for name, value in values.items() if name not in _ASIDE} for values in (before, after)
    ]
    noted = notes.get()
    if noted is not None and kept[0] != kept[1]:
        noted.append([table._meta.table_name, place, *kept])


def replayed(table: Any, key: YearKey, replay_key: str | None) -> int | None:
    """Give the number of the row that this very form made when it was sent the first time."""
    if not replay_key:
        return None
    found = table.get_or_none(key.of(table), table.replay_key == replay_key)
    return int(found.number) if found else None


def row_of(table: Any, key: YearKey, number: int) -> Any:
    """Find a numbered row of this year, or refuse."""
    row = table.get_or_none(key.of(table), table.number == number)
    if row is None:
        raise NotFound("Cette ligne n’existe pas.")
    return row


def change_versioned(table: Any, key: YearKey, row: Any, version: int, **values: Any) -> None:
    """Change a row that has not changed since `version`; otherwise refuse, so that the person sees both."""
    if row.version != version:
        raise Conflict(
            "Quelqu’un d’autre a modifié cette ligne entre-temps. Voici sa version ; la vôtre est conservée ci-dessous."
        )
    change_row(table, key, row, **values)


def journal(
    actor: Actor,
    key: YearKey,
    action: str,
    subject: str,
    before: Any = None,
    after: Any = None,
    undoable: bool = True,
) -> int:
    """Record what was done to this year, with the rows that changed unless it cannot be taken back.

    Gives the number of the line: the step that an undo names.
    """
    changes = notes.get() or []
    step = record(actor, key, action, subject, before, after, json_of(changes) if changes and undoable else None)
    carry_goods(actor, key, changes)
    changes.clear()
    hand_over(actor, key)
    return step


def json_of(value: Any) -> str:
    """Write a value as the journal keeps it: days as ISO text, instants as ISO text in UTC."""
    return json.dumps(value, ensure_ascii=False, default=_plain, separators=(",", ":"))


def _plain(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
