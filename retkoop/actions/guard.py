"""What every write to a year begins with, and the numbers and versions it leaves behind."""

from __future__ import annotations

from typing import Any

from retkoop.audit import Actor, record
from retkoop.errors import Conflict, NotFound
from retkoop.models import Year, YearKey, next_number


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


def insert_numbered(table: Any, key: YearKey, **values: Any) -> int:
    """Insert a row under the next number of its table in this year; give the number."""
    number = next_number(table, key)
    table.insert(**key._asdict(), number=number, **values).execute()
    return number


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


def update_versioned(table: Any, key: YearKey, number: int, version: int, **values: Any) -> None:
    """Change a row that has not changed since `version`; otherwise refuse, so that the person sees both."""
    changed = (
        table.update(version=table.version + 1, **values)
        .where(key.of(table), table.number == number, table.version == version)
        .execute()
    )
    if not changed:
        raise Conflict(
            "Quelqu’un d’autre a modifié cette ligne entre-temps. Voici sa version ; la vôtre est conservée ci-dessous."
        )


def journal(actor: Actor, key: YearKey, action: str, subject: str, before: Any = None, after: Any = None) -> None:
    """Record what was done to this year."""
    record(actor, key, action, subject, before, after)
