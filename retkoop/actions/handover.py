"""The record of a handover: written once, signed by each of its two people from their own account, never changed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from peewee import fn

from retkoop.audit import Actor, now, record
from retkoop.db import fetch, writing
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.handover import account_of
from retkoop.models import Cooperative, Handover, HandoverSignature, Person, YearKey
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


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts of the two people of a record, 0 for who has none; None when nobody noted them."""

    leaver: int | None
    taker: int | None

    def let_sign(self, person: int | None) -> bool:
        """Tell whether a person is one of the two; without a note, any mandataire is taken at their word."""
        if self.leaver is None and self.taker is None:
            return True
        return bool(person) and person in (self.leaver, self.taker)


def _accounts(actor: Actor, key: YearKey, told: Told) -> Accounts:
    """Give the mandataires whom a record names; who acts and has no name yet is the one who leaves, then who takes."""
    mine = (Person.department == key.department, Person.coop == key.coop, Person.role == "mandataire")
    rows = fetch(Person.select(Person.id, Person.name, Person.identifier).where(*mine, Person.disabled == 0))
    leaver, taker = account_of(told.leaver, rows), account_of(told.taker, rows)
    nameless = {number for number, name, _ in rows if not name} - {leaver, taker}
    mine_if_nameless = next((number for number in nameless if number == actor.person), 0)
    if leaver:
        return Accounts(leaver, taker or mine_if_nameless)
    return Accounts(mine_if_nameless, taker)


@writing
def record_handover(actor: Actor, key: YearKey, told: Told) -> int:
    """Write the record of a handover, and sign it for its author if it names them. Give its number.

    A form sent twice writes one.
    """
    mine = (Handover.department == key.department) & (Handover.coop == key.coop)
    first = told.replay_key and Handover.get_or_none(mine, Handover.replay_key == told.replay_key)
    if first:
        return int(first.number)
    ((last,),) = fetch(Handover.select(fn.MAX(Handover.number)).where(mine))
    number = (last or 0) + 1
    if number > MOST:
        raise Refusal("Cette coopérative a déjà trop de procès-verbaux : prévenez votre association départementale.")
    accounts = _accounts(actor, key, told)
    Handover.insert(
        department=key.department, coop=key.coop, number=number, start_year=key.start_year, day=told.day,
        leaver=told.leaver, taker=told.taker, content=json.dumps(told.content, ensure_ascii=False), at=now(),
        replay_key=told.replay_key, leaver_person=accounts.leaver, taker_person=accounts.taker,
    ).execute()  # fmt: skip
    after = {"date": str(told.day), "sortant": told.leaver, "entrant": told.taker}
    record(actor, (key.department, key.coop, key.start_year), "passation", f"{_SUBJECT}:{number}", after=after)
    if accounts.let_sign(actor.person):
        _sign(actor, key.department, key.coop, number)
    return number


@writing
def sign_handover(actor: Actor, department: str, coop: str, number: int) -> bool:
    """Sign a record from one's own account; tell whether it was not yet."""
    row = _row(department, coop, number)
    if row is None:
        raise NotFound("Ce procès-verbal n’existe pas.")
    if not Accounts(row.leaver_person, row.taker_person).let_sign(actor.person):
        raise Conflict("Seules les deux personnes que ce procès-verbal nomme le signent, chacune depuis son compte.")
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
    accounts: Accounts = Accounts(None, None)
    # How each account signs in, by its number.
    identifiers: Mapping[int, str] = field(default_factory=dict)

    @property
    def leaver_identifier(self) -> str:
        """Give how the one who leaves signs in, empty without an account."""
        return self.identifiers.get(self.accounts.leaver or 0, "")

    @property
    def taker_identifier(self) -> str:
        """Give how the one who takes over signs in, empty without an account."""
        return self.identifiers.get(self.accounts.taker or 0, "")


def handovers_of(coop: Cooperative) -> list[Record]:
    """Give the records of the handovers of a cooperative, the latest first, in three queries."""
    signed: dict[int, list[Signature]] = defaultdict(list)
    for row in HandoverSignature.select().where(*_of(HandoverSignature, coop)).order_by(HandoverSignature.at):
        signed[row.number].append(Signature(row.person, row.who, row.at))
    known = dict(fetch(Person.select(Person.id, Person.identifier).where(*_accounts_of(coop))))
    rows = Handover.select().where(*_of(Handover, coop)).order_by(Handover.number.desc())
    return [
        Record(row.number, SchoolYear(row.start_year), row.day, row.leaver, row.taker, json.loads(row.content), row.at,
               tuple(signed[row.number]), Accounts(row.leaver_person, row.taker_person), known)
        for row in rows
    ]  # fmt: skip


def _accounts_of(coop: Cooperative) -> tuple[Any, ...]:
    return Person.department == coop.department, Person.coop == coop.identifier


def _of(table: Any, coop: Cooperative) -> tuple[Any, ...]:
    return table.department == coop.department, table.coop == coop.identifier
