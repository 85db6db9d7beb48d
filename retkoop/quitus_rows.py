"""What the quitus asks of the database: the draw of a year, what was looked at, and who may look."""

from __future__ import annotations

from datetime import date

from retkoop.db import fetch
from retkoop.models import Cooperative, Person, VoucherDraw, VoucherLook, YearKey, as_stamp
from retkoop.voucher_sample import Draw, Look


def draw_of(key: YearKey) -> Draw | None:
    """Give the draw of a year, or None before the first."""
    table = VoucherDraw
    rows = fetch(table.select(table.number, table.rank, table.above, table.chance).where(key.of(table)))
    return Draw(*rows[0]) if rows else None


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
