"""The record of a handover: written once, signed by each of its two people from their own account, never changed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from peewee import fn

from retkoop.audit import Actor, now, record
from retkoop.db import fetch, writing
from retkoop.errors import NotFound, Refusal
from retkoop.models import Cooperative, Handover, HandoverSignature, YearKey
from retkoop.school_year import SchoolYear

# One a year is usual; this keeps a form sent over and over from filling the base.
MOST = 200
_SUBJECT = "passation"


@dataclass(frozen=True, slots=True)
class Told:
    """What a form says of a handover."""

    day: date
    leaver: str
    taker: str
    content: Mapping[str, Any]
    replay_key: str | None = None


@writing
def record_handover(actor: Actor, key: YearKey, told: Told) -> int:
    """Write the record of a handover and sign it for its author; a form sent twice writes one. Give its number."""
    mine = (Handover.department == key.department) & (Handover.coop == key.coop)
    first = told.replay_key and Handover.get_or_none(mine, Handover.replay_key == told.replay_key)
    if first:
        return int(first.number)
    ((last,),) = fetch(Handover.select(fn.MAX(Handover.number)).where(mine))
    number = (last or 0) + 1
    if number > MOST:
        raise Refusal("Cette coopérative a déjà trop de procès-verbaux : prévenez votre association départementale.")
    Handover.insert(
        department=key.department, coop=key.coop, number=number, start_year=key.start_year, day=told.day,
        leaver=told.leaver, taker=told.taker, content=json.dumps(told.content, ensure_ascii=False), at=now(),
        replay_key=told.replay_key,
    ).execute()  # fmt: skip
    after = {"date": str(told.day), "sortant": told.leaver, "entrant": told.taker}
    record(actor, (key.department, key.coop, key.start_year), "passation", f"{_SUBJECT}:{number}", after=after)
    _sign(actor, key.department, key.coop, number)
    return number


@writing
def sign_handover(actor: Actor, department: str, coop: str, number: int) -> bool:
    """Sign a record from one's own account; tell whether it was not yet."""
    if _row(department, coop, number) is None:
        raise NotFound("Ce procès-verbal n’existe pas.")
    if HandoverSignature.get_or_none(*_at(HandoverSignature, department, coop, number), _by(actor)):
        return False
    _sign(actor, department, coop, number)
    return True


def _sign(actor: Actor, department: str, coop: str, number: int) -> None:
    place = {"department": department, "coop": coop, "number": number}
    HandoverSignature.insert(**place, person=actor.person, who=actor.name, at=now()).execute()
    record(actor, (department, coop, None), "signature", f"{_SUBJECT}:{number}")


def _row(department: str, coop: str, number: int) -> Any:
    return Handover.get_or_none(*_at(Handover, department, coop, number))


def _at(table: Any, department: str, coop: str, number: int) -> tuple[Any, ...]:
    return table.department == department, table.coop == coop, table.number == number


def _by(actor: Actor) -> Any:
    return HandoverSignature.person == actor.person


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed a record, and when."""

    person: int
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Record:
    """The record of a handover."""

    number: int
    year: SchoolYear
    day: date
    leaver: str
    taker: str
    content: dict[str, Any]
    at: datetime
    signatures: tuple[Signature, ...]


def handovers_of(coop: Cooperative) -> list[Record]:
    """Give the records of the handovers of a cooperative, the latest first, in two queries."""
    signed: dict[int, list[Signature]] = defaultdict(list)
    for row in HandoverSignature.select().where(*_of(HandoverSignature, coop)).order_by(HandoverSignature.at):
        signed[row.number].append(Signature(row.person, row.who, row.at))
    rows = Handover.select().where(*_of(Handover, coop)).order_by(Handover.number.desc())
    return [
        Record(row.number, SchoolYear(row.start_year), row.day, row.leaver, row.taker, json.loads(row.content), row.at,
               tuple(signed[row.number]))
        for row in rows
    ]  # fmt: skip


def _of(table: Any, coop: Cooperative) -> tuple[Any, ...]:
    return table.department == coop.department, table.coop == coop.identifier
