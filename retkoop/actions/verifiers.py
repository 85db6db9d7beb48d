"""The accesses of the vérificateurs aux comptes: an account or a link, read-only, which end by themselves.

Somebody who enters by a link is a person like the others, without a password that anyone knows; of the link's secret
only the digest is kept. Days are arguments: « jusqu’au 5 octobre » means that day included.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import NamedTuple

from retkoop.actions.people import create_person, lookup_form
from retkoop.audit import Actor, record
from retkoop.db import fetch, writing
from retkoop.errors import NotFound, Refusal
from retkoop.models import Cooperative, Person, VoucherLook
from retkoop.passwords import hash_password, random_password
from retkoop.quitus_rows import is_over

LIFE = timedelta(days=30)
# Two sign a quitus; more than eight at once are no longer people that a mandataire knows.
MOST_AT_ONCE = 8
# What ten years need, several times over: accesses that ended are kept, for what they said is.
MOST_EVER = 200
QUALITIES = ("parent", "enseignant", "autre")


class Access(NamedTuple):
    """An access just made or renewed: `secret` is a password, or what a link ends with; it is kept nowhere."""

    person: Person
    secret: str
    by_link: bool


def digest_of(secret: str) -> str:
    """Name a link by what the database keeps of its secret."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


def last_day(today: date) -> date:
    """Give the last day of an access that is given today."""
    return today + LIFE


def proposed_identifier(coop: Cooperative) -> str:
    """Propose the next free identifier of a vérificateur: `075-1234-v1`."""
    taken = {name for (name,) in fetch(Person.select(Person.lookup).where(Person.coop == coop.identifier))}
    free = (f"{coop.identifier}-v{n}" for n in range(1, MOST_EVER + 2))
    return next(name for name in free if lookup_form(name) not in taken)


@writing
def make_access(
    actor: Actor, coop: Cooperative, name: str, quality: str, identifier: str, by_link: bool, today: date
) -> Access:
    """Make an access for one vérificateur; the identifier must be one of the cooperative's own.

    Sent twice, the second is refused by the identifier: the secret of the first was shown once.
    """
    if quality not in QUALITIES or not identifier.startswith(f"{coop.identifier}-"):
        raise Refusal("Cet accès ne peut pas être créé.")
    _refuse_too_many(coop, today)
    secret, password = _secret(by_link), random_password()
    person = create_person(
        actor, identifier, "verificateur", password if by_link else secret, coop.identifier, name=name,
        must_change=not by_link,
    )  # fmt: skip
    columns = {"expires_on": last_day(today), "quality": quality, "link_digest": digest_of(secret) if by_link else None}
    Person.update(columns).where(Person.id == person.id).execute()
    return Access(Person.get_by_id(person.id), secret, by_link)


def _secret(by_link: bool) -> str:
    return secrets.token_urlsafe(32) if by_link else random_password()


def _of(coop: Cooperative) -> Sequence[Person]:
    mine = (Person.department == coop.department, Person.coop == coop.identifier)
    return list(Person.select().where(*mine, Person.role == "verificateur"))


def _refuse_too_many(coop: Cooperative, today: date, but: int = 0) -> None:
    ever = _of(coop)
    current = [one for one in ever if not one.disabled and not is_over(one, today) and one.id != but]
    if len(current) >= MOST_AT_ONCE:
        raise Refusal(f"Il y a déjà {MOST_AT_ONCE} accès : mettez fin à l’un d’eux d’abord.")
    if not but and len(ever) >= MOST_EVER:
        raise Refusal("Trop d’accès ont été créés : renouvelez-en un, ou demandez à votre association départementale.")


@writing
def renew_access(actor: Actor, coop: Cooperative, number: int, today: date) -> Access:
    """Give an access a new secret and thirty days more; the old secret, and the sessions begun with it, are over.

    The mandataire sees the secret: it never opens the account of somebody who has said something already.
    """
    person = _verifier(coop, number)
    _refuse_to_speak_for(person)
    _refuse_too_many(coop, today, but=person.id)
    by_link = person.link_digest is not None
    secret = _secret(by_link)
    opened = (
        {"link_digest": digest_of(secret)}
        if by_link
        else {"password_hash": hash_password(secret), "must_change": 1, "postponements": 0}
    )
    columns = {**opened, "expires_on": last_day(today), "session_token": secrets.token_hex(16)}
    Person.update(columns).where(Person.id == person.id).execute()
    _record(actor, coop, "renouvellement", person, str(last_day(today)))
    return Access(Person.get_by_id(person.id), secret, by_link)


def _refuse_to_speak_for(person: Person) -> None:
    name = person.name or person.identifier
    if person.expires_on is None:
        raise Refusal(f"Le compte de {name} n’a pas été ouvert ici : voyez avec l’association départementale.")
    if VoucherLook.select().where(VoucherLook.person == person.id).exists():
        raise Refusal(
            f"{name} a déjà dit ce qui a été vu : son accès ne passe pas en d’autres mains."
            " Créez un nouvel accès, les avis déjà donnés restent."
        )


@writing
def end_access(actor: Actor, coop: Cooperative, number: int) -> Person:
    """End an access at once, with its sessions; what the vérificateur said stays."""
    person = _verifier(coop, number)
    columns = {"disabled": 1, "session_token": secrets.token_hex(16)}
    if person.link_digest is not None:
        # Any other secret than the link's own: the person stays one who came by a link.
        columns["link_digest"] = digest_of(secrets.token_urlsafe(32))
    Person.update(columns).where(Person.id == person.id).execute()
    _record(actor, coop, "fin d’accès", person, "")
    return person


def _verifier(coop: Cooperative, number: int) -> Person:
    mine = (Person.id == number, Person.department == coop.department, Person.coop == coop.identifier)
    person: Person | None = Person.get_or_none(*mine, Person.role == "verificateur", Person.disabled == 0)
    if person is None:
        raise NotFound("Cet accès n’existe pas, ou il a déjà pris fin.")
    return person


def _record(actor: Actor, coop: Cooperative, action: str, person: Person, until: str) -> None:
    place = (coop.department, coop.identifier, None)
    record(
        actor, place, action, "compte", [person.identifier, str(person.expires_on or "")], [person.identifier, until]
    )


def find_link(secret: str, today: date) -> Person | None:
    """Find who a link lets in; None alike for one that never was, has ended or is over."""
    person: Person | None = Person.get_or_none(Person.link_digest == digest_of(secret), Person.disabled == 0)
    return None if person is None or is_over(person, today) else person
