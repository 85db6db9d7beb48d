"""Cooperatives as their association départementale keeps them: made, closed, opened again, merged. None is deleted."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from retkoop.actions.years import open_first_year
from retkoop.audit import Actor, record
from retkoop.coop_identity import NewCoop, identifier_fault, scheme_fault, uai_fault
from retkoop.coop_rows import accounts_of, unfinished_years
from retkoop.db import writing
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.facts import Opening
from retkoop.models import Cooperative, Department, Person, find_coop
from retkoop.school_year import SchoolYear
from retkoop.settings_rows import scheme_of


@writing
def create_coop(actor: Actor, department: str, new: NewCoop) -> Cooperative:
    """Make a cooperative and, when its first exercice is given, open it with its balances."""
    if Department.get_or_none(Department.code == department) is None:
        raise NotFound(f"Le département {department} n’existe pas.")
    fault = (
        identifier_fault(new.identifier, department)
        or scheme_fault(new.identifier, department, scheme_of(department))
        or uai_fault(new.uai, department)
    )
    if fault:
        raise Refusal(fault)
    if find_coop(new.identifier) is not None:
        raise Conflict(f"L’identifiant {new.identifier} est déjà celui d’une coopérative.")
    values = {"uai": new.uai, "name": new.name, "address": new.address}
    coop = Cooperative.create(department=department, identifier=new.identifier, **values)
    told = {"nom": new.name, "uai": new.uai, "adresse": new.address}
    record(actor, _place(coop), "création", "cooperative", after=told)
    if new.first_year is not None:
        opening = Opening(new.bank, new.cash, new.carried)
        open_first_year(actor, coop, SchoolYear(new.first_year), opening, new.bank_account)
    return coop


def _place(coop: Cooperative) -> tuple[str, str, None]:
    return coop.department, coop.identifier, None


def _here(coop: Cooperative) -> Any:
    return (Cooperative.department == coop.department) & (Cooperative.identifier == coop.identifier)


def _taken(coop: Cooperative) -> Cooperative:
    """Take a cooperative for this transaction, as it is now: its version goes up, so that two writes meet there."""
    Cooperative.update(version=Cooperative.version + 1).where(_here(coop)).execute()
    return Cooperative.get(_here(coop))


@writing
def close_coop(actor: Actor, coop: Cooperative, day: date) -> None:
    """Close a cooperative on a day: no exercice begins after it; those under way are finished, and all stays read."""
    now_is = _taken(coop)
    if now_is.closed_on is not None:
        raise Conflict(f"Cette coopérative est déjà fermée, depuis le {now_is.closed_on:%d/%m/%Y}.")
    later = [start for start, _ in unfinished_years(coop) if SchoolYear(start).first_day > day]
    if later:
        label = SchoolYear(later[-1]).label
        raise Conflict(
            f"L’exercice {label} est déjà ouvert : choisissez un jour à partir du 1er septembre {later[-1]}."
        )
    Cooperative.update(closed_on=day).where(_here(coop)).execute()
    record(actor, _place(coop), "fermeture", "cooperative", after=str(day))


@writing
def reopen_coop(actor: Actor, coop: Cooperative) -> None:
    """Open a cooperative again that was closed; one that became part of another stays closed."""
    now_is = _taken(coop)
    if now_is.closed_on is None:
        raise Conflict("Cette coopérative n’est pas fermée.")
    if now_is.merged_into is not None:
        raise Conflict(f"Cette coopérative fait partie de {now_is.merged_into} : elle ne peut plus être rouverte.")
    Cooperative.update(closed_on=None).where(_here(coop)).execute()
    record(actor, _place(coop), "réouverture", "cooperative", before=str(now_is.closed_on))


def merge_obstacles(coop: Cooperative) -> list[str]:
    """Say what keeps a cooperative from becoming part of another: its accounts have to be finished and validated."""
    if coop.closed_on is not None and coop.merged_into is not None:
        return [f"Elle fait déjà partie de {coop.merged_into}."]
    return [
        f"Son exercice {SchoolYear(start).label} n’est pas validé : terminez-le et validez-le d’abord."
        for start, _ in unfinished_years(coop)
    ]


@writing
def merge_coops(actor: Actor, source: Cooperative, target: str, day: date, with_accounts: bool) -> int:
    """Make a cooperative part of another of the same département; give how many accounts moved.

    Its exercices stay under its own identifier. Its mandataires' accounts move, or end; those of vérificateurs end.
    """
    now_is, into = _taken(source), find_coop(target)
    if into is None or into.department != source.department:
        raise NotFound("La coopérative qui la reçoit n’existe pas.")
    into = _taken(into)
    if into.identifier == source.identifier or into.closed_on is not None:
        raise Conflict("Choisissez une autre coopérative, qui ne soit pas fermée.")
    if obstacles := merge_obstacles(now_is):
        raise Conflict(" ".join(obstacles))
    Cooperative.update(closed_on=now_is.closed_on or day, merged_into=into.identifier).where(_here(source)).execute()
    moved = _moved_accounts(actor, source, into) if with_accounts else []
    _end_accounts(source)
    told = {"dans": into.identifier, "comptes": moved}
    record(actor, _place(source), "réunion", "cooperative", after=told)
    record(actor, _place(into), "réunion", "cooperative", after={"avec": source.identifier, "comptes": moved})
    return len(moved)


def _moved_accounts(actor: Actor, source: Cooperative, into: Cooperative) -> list[str]:
    moving = [person for person in accounts_of(source) if not person.disabled]
    for person in moving:
        columns = {"coop": into.identifier, "session_token": secrets.token_hex(16)}
        Person.update(columns).where(Person.id == person.id).execute()
    return [str(person.identifier) for person in moving]


def _end_accounts(source: Cooperative) -> None:
    mine = (Person.department == source.department, Person.coop == source.identifier, Person.disabled == 0)
    for person in list(Person.select().where(*mine)):
        columns = {"disabled": 1, "session_token": secrets.token_hex(16)}
        Person.update(columns).where(Person.id == person.id).execute()
