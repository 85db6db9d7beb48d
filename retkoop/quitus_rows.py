"""What the quitus asks of the database: the draw of a year, what was looked at, and who may look."""

from __future__ import annotations

from datetime import date
from typing import Any

from retkoop.db import fetch
from retkoop.facts import YearFacts
from retkoop.models import Cooperative, Person, VoucherDraw, VoucherLook, YearKey, as_stamp
from retkoop.voucher_sample import Draw, Look, Since, since
from retkoop.year_rows import entry_facts


def draw_of(key: YearKey) -> Draw | None:
    """Give the draw of a year, or None before the first."""
    table = VoucherDraw
    columns = (table.number, table.rank, table.above, table.chance, table.taken, table.among)
    rows = fetch(table.select(*columns).where(key.of(table)))
    if not rows:
        return None
    number, rank, above, chance, taken, among = rows[0]
    return Draw(number, rank, above, chance, None if taken is None else tuple(map(int, taken.split())), among)


def draw_columns(draw: Draw) -> dict[str, Any]:
    """Give the columns that keep a draw."""
    columns: dict[str, Any] = {name: getattr(draw, name) for name in ("number", "rank", "above", "chance", "among")}
    return {**columns, "taken": None if draw.taken is None else " ".join(map(str, draw.taken))}


def changed_since(key: YearKey, year: YearFacts, draw: Draw) -> Since:
    """Tell what of the cahier changed since a draw; the entries struck out are read only when one is missing."""
    missing = set(draw.taken or ()) - year.by_number.keys()
    return since(year, draw, entry_facts(key, struck=True) if missing else ())


def looks_of(key: YearKey) -> tuple[Look, ...]:
    """Give what every vérificateur said of a year's entries."""
    table = VoucherLook
    columns = (table.entry, table.person, table.who, table.verdict, table.remark, table.at, table.version)
    rows = fetch(table.select(*columns).where(key.of(table)).order_by(table.entry, table.person))
    return tuple(
        Look(entry, person, who, verdict, remark, as_stamp(at), version)
        for entry, person, who, verdict, remark, at, version in rows
    )


def verifiers_of(coop: Cooperative) -> list[Person]:
    """Give the vérificateurs of a cooperative whose access was not ended, the latest first."""
    mine = (Person.department == coop.department) & (Person.coop == coop.identifier)
    query = Person.select().where(mine, Person.role == "verificateur", Person.disabled == 0)
    return list(query.order_by(Person.id.desc()))


def is_over(person: Person, today: date) -> bool:
    """Tell whether the access of a person has come to its end: its last day is included."""
    return bool(person.expires_on is not None and person.expires_on < today)
