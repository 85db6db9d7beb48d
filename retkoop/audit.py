"""The append-only journal of who did what, written in the transaction of what it tells."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from retkoop.db import database, is_postgres
from retkoop.models import Journal


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person, or the operator at the command line (`person` None)."""

    name: str
    person: int | None = None


OPERATOR = Actor("commande")


def now() -> datetime:
    """Give the instant that the journal records, in UTC."""
    return datetime.now(UTC)


def new_id() -> int:
    """Give a number that grows with time and never meets another: 41 bits of milliseconds, 22 of chance."""
    return (int(now().timestamp() * 1000) << 22) | secrets.randbits(22)


def record(
    actor: Actor,
    place: tuple[str, str, int | None],
    action: str,
    subject: str,
    before: Any = None,
    after: Any = None,
    changes: str | None = None,
) -> int:
    """Add one line and give its number; `place` is (department, coop, start year), `before` and `after` any JSON value.

    `changes` holds the rows that changed, as JSON, for whoever can take the action back.
    """
    number, at = new_id(), now()
    Journal.insert(
        **dict(zip(("department", "coop", "start_year"), place, strict=True)),
        id=number,
        at=at,
        person=actor.person,
        who=actor.name,
        action=action,
        subject=subject,
        before=_text(before),
        after=_text(after),
        changes=changes,
    ).execute()
    # What a département does for an exercice of all its cooperatives is no change of any one of them.
    if place[1] and place[2] is not None:
        _touch(place, at, actor, action)
    return number


# Makes what is kept of a year (`association.KeptSummary`) stale, and keeps who was active last. Written by hand: it is
# in every write, and peewee would take longer to word it than the database to do it.
_TOUCH = (
    "INSERT INTO year_summary (department, coop, start_year, active_at, active_who, active_what)"
    " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (department, coop, start_year) DO UPDATE"
    " SET changes = year_summary.changes + 1, active_at = excluded.active_at, active_who = excluded.active_who,"
    " active_what = excluded.active_what"
)


def _touch(place: tuple[str, str, int | None], at: datetime, actor: Actor, action: str) -> None:
    sql = _TOUCH.replace("?", "%s") if is_postgres() else _TOUCH
    database.execute_sql(sql, [*place, at.isoformat(), actor.name[:200], action[:60]])


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return json.dumps(value, ensure_ascii=False, default=str, separators=(",", ":"))
