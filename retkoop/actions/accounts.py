"""The accounts of mandataires, as their association départementale gives, renews and ends them.

A secret (a first password, what an activation link ends with) is given back once and kept nowhere: the database holds
a hash or a digest. Days are arguments: an access « jusqu’au 31 août » lasts that day too.
"""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from typing import Any, NamedTuple

from retkoop.actions.people import create_person, lookup_form
from retkoop.actions.verifiers import digest_of
from retkoop.association import ActivationLink
from retkoop.audit import Actor, now, record
from retkoop.coop_rows import account_names
from retkoop.db import writing
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.models import Cooperative, Person, UploadPass
from retkoop.passwords import hash_password, password_fault, random_password
from retkoop.quitus_rows import is_over

# How long an activation link serves.
LINK_LIFE = timedelta(hours=48)
# What ten years of changing mandataires need, several times over.
MOST_EVER = 200
_GONE = "Ce compte n’existe pas, ou son accès a pris fin."


class Given(NamedTuple):
    """An access just given: `secret` is a first password, or what an activation link ends with."""

    person: Person
    secret: str
    by_link: bool


class NewAccount(NamedTuple):
    """Who gets an account, and until when."""

    identifier: str
    name: str
    mail: str = ""
    phone: str = ""
    expires_on: date | None = None


def proposed_identifier(coop: Cooperative) -> str:
    """Propose the next free identifier: that of the cooperative, then `075-1234-2`."""
    taken = account_names(coop)
    ranks = ("", *(f"-{rank}" for rank in range(2, MOST_EVER + 2)))
    wanted = [f"{coop.identifier}{rank}" for rank in ranks]
    return next(one for one in wanted if lookup_form(one) not in taken)


def belongs(identifier: str, coop: Cooperative) -> bool:
    """Tell whether an identifier may be one of this cooperative's: its own, its school's, or one that begins so."""
    written = lookup_form(identifier)
    starts = [start for start in (coop.identifier, coop.uai) if start]
    return any(written == start or written.startswith(f"{start}-") for start in starts)


@writing
def make_account(actor: Actor, coop: Cooperative, new: NewAccount, by_link: bool) -> Given:
    """Make the account of a mandataire, with a first password or an activation link.

    Sent twice, the second is refused by its identifier: the secret of the first was shown once.
    """
    if not belongs(new.identifier, coop):
        raise Refusal(f"L’identifiant commence par celui de la coopérative : {coop.identifier}, {coop.identifier}-2…")
    if len(account_names(coop)) >= MOST_EVER:
        raise Refusal("Trop de comptes ont été créés : renouvelez-en un.")
    password = random_password()
    person = create_person(
        actor, new.identifier, "mandataire", password, coop.identifier, name=new.name, must_change=True
    )
    columns = {"mail": new.mail, "phone": new.phone, "expires_on": new.expires_on}
    Person.update(columns).where(Person.id == person.id).execute()
    secret = new_link(person.id) if by_link else password
    return Given(Person.get_by_id(person.id), secret, by_link)


def new_link(person: int) -> str:
    """Make the only link of a person, for two days."""
    secret = secrets.token_urlsafe(32)
    _drop_link(person)
    ActivationLink.insert(person=person, digest=digest_of(secret), expires_at=now() + LINK_LIFE).execute()
    return secret


def _drop_link(person: int) -> None:
    ActivationLink.delete().where(ActivationLink.person == person).execute()


@writing
def give_password(actor: Actor, coop: Cooperative, number: int) -> Given:
    """Give a new first password: the old one, its sessions and a link that was not used are over."""
    person = account_of(coop, number)
    password = random_password()
    begun = {"password_hash": hash_password(password), "must_change": 1, "postponements": 0, "entered_at": None}
    Person.update({**begun, "letter_at": None}).where(Person.id == person.id).execute()
    end_everything(person)
    _record(actor, coop, "nouveau mot de passe", person)
    return Given(person, password, by_link=False)


@writing
def give_link(actor: Actor, coop: Cooperative, number: int) -> Given:
    """Give an activation link, by which a new password is chosen; the old password serves until then."""
    person = account_of(coop, number)
    secret = new_link(person.id)
    _record(actor, coop, "lien d’activation", person)
    return Given(person, secret, by_link=True)


@writing
def end_account(actor: Actor, coop: Cooperative, number: int) -> Person:
    """End an access at once, with its sessions; what the person did keeps their name."""
    person = account_of(coop, number)
    Person.update(disabled=1).where(Person.id == person.id).execute()
    end_everything(person)
    _record(actor, coop, "fin d’accès", person)
    return person


def end_everything(person: Person) -> None:
    """End sessions, a link and what phones may still send."""
    Person.update(session_token=secrets.token_hex(16)).where(Person.id == person.id).execute()
    UploadPass.delete().where(UploadPass.person == person.id).execute()
    _drop_link(person.id)


@writing
def restore_account(actor: Actor, coop: Cooperative, number: int) -> Person:
    """Give an access back that was ended; its password is what it was. One that was not ended stays as it is."""
    person = account_of(coop, number, ended=True)
    if not person.disabled:
        return person
    Person.update(disabled=0).where(Person.id == person.id).execute()
    _record(actor, coop, "retour d’accès", person)
    return person


@writing
def set_end(actor: Actor, coop: Cooperative, number: int, day: date | None) -> Person:
    """Write the last day of a mandate; None leaves it without one."""
    person = account_of(coop, number)
    before = person.expires_on
    if before != day:
        Person.update(expires_on=day).where(Person.id == person.id).execute()
        _record(actor, coop, "fin de mandat", person, before and str(before), day and str(day))
    return person


def account_of(coop: Cooperative, number: int, ended: bool = False) -> Person:
    """Find the account of a mandataire of this cooperative, or refuse; one whose access has ended only if asked."""
    mine = (Person.id == number, Person.department == coop.department, Person.coop == coop.identifier)
    person: Person | None = Person.get_or_none(*mine, Person.role == "mandataire")
    if person is None or (person.disabled and not ended):
        raise NotFound(_GONE)
    return person


def _record(
    actor: Actor, coop: Cooperative, action: str, person: Person, before: Any = None, after: Any = None
) -> None:
    place = (coop.department, coop.identifier, None)
    record(actor, place, action, "compte", [person.identifier, before], [person.identifier, after])


# ---- By the link: nobody is signed in yet


def find_activation(secret: str, today: date) -> Person | None:
    """Find whose link this is; None alike for one that never was, was used, is too old, or whose access has ended."""
    link = ActivationLink.get_or_none(ActivationLink.digest == digest_of(secret), ActivationLink.expires_at > now())
    person = Person.get_or_none(Person.id == link.person, Person.disabled == 0) if link else None
    return None if person is None or is_over(person, today) else person


def activate(secret: str, password: str, today: date) -> Person:
    """Choose the password of the account that a link is for: the link, and sessions begun before, are over."""
    person = find_activation(secret, today)
    if person is None:
        raise NotFound(_GONE)
    fault = password_fault(password, [person.identifier, person.name])
    if fault:
        raise Refusal(fault)
    return _activate(secret, person, hash_password(password))


@writing
def _activate(secret: str, person: Person, hashed: str) -> Person:
    used = ActivationLink.delete().where(ActivationLink.digest == digest_of(secret), ActivationLink.expires_at > now())
    if not used.execute():
        raise Conflict("Ce lien vient d’être utilisé.")
    columns = {"password_hash": hashed, "must_change": 0, "postponements": 0, "entered_at": now()}
    Person.update(columns).where(Person.id == person.id).execute()
    end_everything(person)
    actor = Actor(person.name or person.identifier, person.id)
    record(actor, (person.department or "", person.coop or "", None), "activation", "compte", after=person.identifier)
    return Person.get_by_id(person.id)
