"""Importing a list of cooperatives: kept in preview, then written whole or not at all, as it was previewed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from typing import NamedTuple

from retkoop.actions.coops import create_coop
from retkoop.actions.identity import save_identity
from retkoop.actions.people import lookup_form
from retkoop.actions.years import open_first_year
from retkoop.association import CoopImport
from retkoop.audit import Actor, new_id, now, record
from retkoop.coop_identity import NewCoop
from retkoop.coop_import import CoopRow, Fault, read_coops
from retkoop.coop_plan import IDENTITY, Opening, Plan, Planned, Stored, plan
from retkoop.db import fetch, writing
from retkoop.errors import Conflict, NotFound
from retkoop.facts import Opening as OpeningFacts
from retkoop.models import Cooperative, Person, Year
from retkoop.passwords import hash_password
from retkoop.school_year import SchoolYear
from retkoop.settings_rows import scheme_of

# A preview that nobody confirmed is forgotten after a while.
_FORGOTTEN_AFTER = timedelta(days=7)
_AT_ONCE = 400


class Preview(NamedTuple):
    """A file in preview: what it was called, and what it would do now."""

    number: int
    name: str
    plan: Plan


class Kept(NamedTuple):
    """A file once read: the number of its preview, or its faults; and its columns that are not looked at."""

    number: int | None
    faults: tuple[Fault, ...]
    ignored: tuple[str, ...]


def keep_preview(actor: Actor, department: str, name: str, data: bytes) -> Kept:
    """Read a file and keep what it says until it is confirmed; nothing is kept of one with faults."""
    reading = read_coops(data, department)
    # What a cell says may also contradict what is stored: both are told at once.
    planned = _planned(department, reading.rows)
    faults = tuple(sorted([*reading.faults, *planned.faults]))
    if faults:
        return Kept(None, faults, reading.ignored)
    return Kept(_keep(actor, department, name, data, reading.rows), (), reading.ignored)


def _planned(department: str, rows: Sequence[CoopRow]) -> Plan:
    return plan(rows, department, _stored(department, rows), scheme_of(department))


@writing
def _keep(actor: Actor, department: str, name: str, data: bytes, rows: Sequence[CoopRow]) -> int:
    CoopImport.delete().where(
        CoopImport.department == department,
        (CoopImport.at < now() - _FORGOTTEN_AFTER) | (CoopImport.person == (actor.person or 0)),
    ).execute()
    number = new_id()
    lines = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    CoopImport.insert(
        department=department, number=number, person=actor.person or 0, name=name, digest=sha256(data).hexdigest(),
        lines=lines, at=now(),
    ).execute()  # fmt: skip
    return number


def preview(department: str, number: int) -> Preview:
    """Give a file in preview of this département, compared with what is stored now."""
    row, rows = _found(department, number)
    return Preview(number, row.name, _planned(department, rows))


def _found(department: str, number: int) -> tuple[CoopImport, list[CoopRow]]:
    row = CoopImport.get_or_none(CoopImport.department == department, CoopImport.number == number)
    if row is None:
        raise NotFound("Cet import n’existe plus : il est déjà fait, ou trop ancien. Envoyez de nouveau le fichier.")
    return row, [CoopRow(*values) for values in json.loads(row.lines)]


@writing
def confirm(actor: Actor, department: str, number: int, seal: str) -> Plan:
    """Write what was previewed; refuse when it would no longer be the same."""
    row, rows = _found(department, number)
    planned = _planned(department, rows)
    if planned.seal != seal or planned.faults:
        raise Conflict("Des coopératives ont changé entre-temps : relisez cet aperçu, puis confirmez de nouveau.")
    # Nobody knows the password of these accounts: it is the letter, or the AD, that gives each its first one.
    unknown = hash_password(secrets.token_hex(32))
    taken = _identifiers(department)
    for line in planned.lines:
        _write(actor, department, line, unknown, taken)
    CoopImport.delete().where(CoopImport.department == department, CoopImport.number == number).execute()
    counts = {what: planned.count(what) for what in ("créée", "modifiée", "inchangée")}
    record(actor, (department, "", None), "import", "cooperatives", after={"fichier": row.digest, **counts})
    return planned


def _write(actor: Actor, department: str, line: Planned, unknown: str, taken: set[str]) -> None:
    row = line.row
    if line.what == "créée":
        coop = create_coop(actor, department, NewCoop(row.identifier, row.name, row.uai, row.address))
    else:
        coop = Cooperative.get(Cooperative.department == department, Cooperative.identifier == row.identifier)
    if line.identity:
        told = {name: getattr(row, name) for name in IDENTITY if getattr(row, name)}
        save_identity(actor, row.identifier, coop.version, told)
    if line.opens is not None and row.first_year is not None:
        account, *balances = line.opens
        open_first_year(actor, coop, SchoolYear(row.first_year), OpeningFacts(*balances), account)
    if line.holder:
        _give_account(actor, coop, row, unknown, taken)


def _give_account(actor: Actor, coop: Cooperative, row: CoopRow, unknown: str, taken: set[str]) -> None:
    """Make the account of a mandataire, whose first password is still to be given."""
    wanted = (coop.identifier, *(f"{coop.identifier}-{rank}" for rank in range(2, 500)))
    identifier = next(one for one in wanted if lookup_form(one) not in taken)
    taken.add(lookup_form(identifier))
    Person.create(
        id=new_id(), identifier=identifier, lookup=lookup_form(identifier), name=row.holder, role="mandataire",
        department=coop.department, coop=coop.identifier, password_hash=unknown, mail=row.mail, phone=row.phone,
        session_token=secrets.token_hex(16), must_change=1,
    )  # fmt: skip
    record(actor, (coop.department, coop.identifier, None), "création", "compte", after=[identifier, "mandataire"])


def _identifiers(department: str) -> set[str]:
    """Give the identifiers that begin like this département's or are in its cooperatives."""
    mine = (Person.department == department) | Person.lookup.startswith(department)
    return {name for (name,) in fetch(Person.select(Person.lookup).where(mine))}


# ---- What is stored of the cooperatives that a file names


def _stored(department: str, rows: Sequence[CoopRow]) -> dict[str, Stored]:
    named = sorted({row.identifier for row in rows if row.identifier})
    found: dict[str, Stored] = {}
    for at in range(0, len(named), _AT_ONCE):
        found |= _some(department, named[at : at + _AT_ONCE])
    return found


def _some(department: str, named: list[str]) -> dict[str, Stored]:
    years = _years(department, named)
    holders = _holders(department, named)
    table = Cooperative
    columns = (table.identifier, table.department, table.name, table.uai, table.address)
    rows = fetch(table.select(*columns).where(table.identifier.in_(named)))
    return {
        one: Stored(place, name, uai, address, years.get(one, {}), frozenset(holders.get(one, ())))
        for one, place, name, uai, address in rows
    }


def _years(department: str, named: list[str]) -> dict[str, dict[int, Opening]]:
    opening = (Year.bank_account, Year.opening_bank, Year.opening_cash, Year.opening_carried)
    query = Year.select(Year.coop, Year.start_year, *opening).where(Year.department == department, Year.coop.in_(named))
    found: dict[str, dict[int, Opening]] = {}
    for coop, start, *values in fetch(query):
        found.setdefault(coop, {})[start] = Opening(*values)
    return found


def _holders(department: str, named: list[str]) -> dict[str, list[str]]:
    """Give the names of the mandataires of each, those whose access has ended included: no import gives it back."""
    mine = (Person.department == department, Person.coop.in_(named), Person.role == "mandataire")
    found: dict[str, list[str]] = {}
    for coop, name in fetch(Person.select(Person.coop, Person.name).where(*mine)):
        found.setdefault(coop, []).append(name.casefold())
    return found
