"""The append-only journal of who did what, written in the transaction of what it tells."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

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
    number = new_id()
    Journal.insert(
        **dict(zip(("department", "coop", "start_year"), place, strict=True)),
        id=number,
        at=now(),
        person=actor.person,
        who=actor.name,
        action=action,
        subject=subject,
        before=_text(before),
        after=_text(after),
        changes=changes,
    ).execute()
    return number


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return json.dumps(value, ensure_ascii=False, default=str, separators=(",", ":"))
