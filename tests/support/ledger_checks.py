"""What every test of an action asks of the database: the journal's lines, and all that a year holds."""

from __future__ import annotations

import json
from typing import Any

from peewee import PeeweeException

from retkoop.association import TABLES, KeptSummary
from retkoop.audit import now
from retkoop.db import database
from retkoop.models import Journal, Year, YearKey


def told(key: YearKey, action: str | None = None) -> list[tuple[str, str, Any, Any]]:
    """Give the journal's lines of a year: (action, subject, before, after)."""
    rows = Journal.select().where(key.of(Journal)).order_by(Journal.at, Journal.id)
    lines = [(row.action, row.subject, _read(row.before), _read(row.after)) for row in rows]
    return [line for line in lines if action in (None, line[0])]


def _read(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def everything_of(key: YearKey) -> dict[str, list[tuple[Any, ...]]]:
    """Give every row of a year, table by table, its journal included, but not what is kept of it."""
    found: dict[str, Any] = {}
    for table in TABLES:
        if {"coop", "start_year"} <= set(table._meta.fields) and table is not KeptSummary:
            rows = table.select().where(key.of(table)).tuples()
            found[table._meta.table_name] = sorted(rows, key=repr)
    return found


def close_at_once(key: YearKey) -> None:
    """Close a year without asking whether it may be."""
    Year.update(state="closed", closed_at=now()).where(key.of(Year)).execute()


def outcome(work: Any) -> str:
    """Run a query and take it back; give what the database says against it, or « accepted »."""
    try:
        with database.atomic() as step:
            work.execute()
            step.rollback()
    except PeeweeException as error:
        return str(error)
    return "accepted"
