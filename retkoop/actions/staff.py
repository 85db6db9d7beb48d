"""The accounts of the people of an association départementale and of the fédération, given by each other.

A team is named by its département, the fédération's by None. Whoever gives an account never learns a password: a link
lets its holder choose one. Nobody ends their own access, nor that of the last one who can sign in.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from retkoop.actions import second_factor
from retkoop.actions.accounts import LINK_LIFE, Given, NewAccount, end_everything, new_link
from retkoop.actions.mails import can_be_written_to, post
from retkoop.actions.people import create_person
from retkoop.audit import Actor, new_id, record
from retkoop.coop_rows import waits
from retkoop.db import fetch, writing
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.letters import link_given
from retkoop.models import Person
from retkoop.passwords import random_password
from retkoop.staff_rows import of_team

# What ten years of changing colleagues need, several times over.
MOST_EVER = 200
_GONE = "Ce compte n’existe pas, ou son accès a pris fin."
_ONESELF = "C’est votre propre compte : demandez à quelqu’un d’autre de le faire."
_LAST = "C’est la dernière personne de l’équipe qui peut se connecter : donnez d’abord un accès à quelqu’un d’autre."


def proposed_identifier(department: str | None) -> str:
    """Propose the next free identifier of a team: `ad075-2`."""
    start = f"ad{department}" if department else "federation"
    taken = {name for (name,) in fetch(Person.select(Person.lookup).where(Person.lookup.startswith(start.upper())))}
    ranks = ("", *(f"-{rank}" for rank in range(2, 2 * MOST_EVER)))
    return next(f"{start}{rank}" for rank in ranks if f"{start}{rank}".upper() not in taken)


@writing
def make_member(actor: Actor, department: str | None, new: NewAccount) -> Given:
    """Give somebody an account in a team, with an activation link.

    Sent twice, the second is refused by its identifier: the link of the first was shown once.
    """
    # What begins with a digit is kept for cooperatives and their mandataires.
    if re.match("[A-Za-z]", new.identifier) is None:
        raise Refusal("L’identifiant commence par une lettre, par exemple le prénom et le nom : anne.petit.")
    if Person.select().where(*of_team(department)).count() >= MOST_EVER:
        raise Refusal("Trop de comptes ont été créés : rétablissez-en un.")
    role = "ad" if department else "federation"
    person = create_person(
        actor, new.identifier, role, random_password(), department=department, name=new.name, must_change=True
    )
    columns = {"mail": new.mail, "phone": new.phone, "expires_on": new.expires_on}
    Person.update(columns).where(Person.id == person.id).execute()
    return Given(Person.get_by_id(person.id), new_link(person.id), by_link=True)


@writing
def give_link(actor: Actor, department: str | None, number: int) -> Given:
    """Give an activation link, by which a new password is chosen; the old password serves until then.

    The person is told by mail that somebody took it: whoever holds it enters in their name.
    """
    person = _other(actor, department, number)
    secret = new_link(person.id)
    _record(actor, person, "lien d’activation")
    if can_be_written_to(person.mail):
        # Of the kind that the association does not read: it is about the person's own access.
        told = link_given(person.name, person.identifier, actor.name, int(LINK_LIFE.total_seconds()) // 3600)
        post(person, "mot_de_passe", told, f"lien:{new_id()}")
    return Given(person, secret, by_link=True)


@writing
def end_member(actor: Actor, department: str | None, number: int, today: date) -> Person:
    """End an access at once, with its sessions; what the person did keeps their name."""
    person = _other(actor, department, number)
    _refuse_last(person, department, today)
    Person.update(disabled=1).where(Person.id == person.id).execute()
    end_everything(person)
    _record(actor, person, "fin d’accès")
    return person


@writing
def restore_member(actor: Actor, department: str | None, number: int) -> Person:
    """Give an access back that was ended; its password, its phone and its last day are what they were."""
    person = member(department, number, ended=True)
    if person.disabled:
        Person.update(disabled=0).where(Person.id == person.id).execute()
        _record(actor, person, "retour d’accès")
    return person


@writing
def set_last_day(actor: Actor, department: str | None, number: int, day: date | None) -> Person:
    """Write the last day of an access; None leaves it without one."""
    person = _other(actor, department, number)
    before = person.expires_on
    if before != day:
        if day is not None:
            _refuse_last(person, department, day)
        Person.update(expires_on=day).where(Person.id == person.id).execute()
        _record(actor, person, "fin de mandat", before and str(before), day and str(day))
    return person


@writing
def lift_code(actor: Actor, department: str | None, number: int) -> Person:
    """Ask for no more codes of somebody who has lost their phone."""
    person = _other(actor, department, number)
    second_factor.lift(actor, person)
    return person


def member(department: str | None, number: int, ended: bool = False) -> Person:
    """Find somebody of a team, or refuse; one whose access has ended only if asked."""
    person: Person | None = Person.get_or_none(Person.id == number, *of_team(department))
    if person is None or (person.disabled and not ended):
        raise NotFound(_GONE)
    return person


def _other(actor: Actor, department: str | None, number: int) -> Person:
    person = member(department, number)
    if person.id == actor.person:
        raise Conflict(_ONESELF)
    return person


def _refuse_last(person: Person, department: str | None, day: date) -> None:
    """Refuse when nobody else could sign in after a day: who has never done so does not count."""
    others = Person.select().where(*of_team(department), Person.id != person.id, Person.disabled == 0)
    if not any((one.expires_on is None or one.expires_on > day) and not waits(one) for one in others):
        raise Conflict(_LAST)


def _record(actor: Actor, person: Person, action: str, before: Any = None, after: Any = None) -> None:
    place = (person.department or "", "", None)
    record(actor, place, action, "compte", [person.identifier, before], [person.identifier, after])
