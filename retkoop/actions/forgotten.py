"""Forgotten passwords: asked for by an identifier, answered by mail, used once.

Asking writes the same row whoever it is; the worker looks later who that is. So neither the answer nor its time tells
whether an account exists. The secret of a link is made from the row's message and the instance's key when the mail is
sent: only its digest is stored.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from retkoop import work_queue
from retkoop.actions.mails import can_be_written_to, post
from retkoop.actions.people import count_reset, lookup_form
from retkoop.association import PasswordRequest
from retkoop.audit import Actor, new_id, now, record
from retkoop.db import writing
from retkoop.errors import Refusal
from retkoop.letters import new_password
from retkoop.models import Person, UploadPass
from retkoop.passwords import hash_password, password_fault

LIFE = timedelta(hours=24)
# Nobody's mailbox is filled by somebody else: further requests are answered alike, and bring nothing.
MOST_A_DAY = 4
_FORGOTTEN_AFTER = timedelta(days=30)


@writing
def request_password(identifier: str, address: str) -> None:
    """Note that somebody forgot their password; an address that asks very often waits."""
    count_reset(address)
    instant = now()
    PasswordRequest.delete().where(PasswordRequest.ends_at < instant - _FORGOTTEN_AFTER).execute()
    lookup = lookup_form(identifier)[:64] or "?"
    PasswordRequest.insert(id=new_id(), lookup=lookup, asked_at=instant, ends_at=instant + LIFE).execute()
    work_queue.call("courriels")


def look_up(digest: Callable[[int], str]) -> None:
    """Write to whoever asked and exists; `digest` gives what is kept of the secret of a message."""
    waiting = PasswordRequest.select().where(PasswordRequest.looked_at.is_null()).order_by(PasswordRequest.id)
    for row in list(waiting.limit(500)):
        _look_up(row.id, digest)


@writing
def _look_up(number: int, digest: Callable[[int], str]) -> None:
    row = PasswordRequest.get_or_none(PasswordRequest.id == number, PasswordRequest.looked_at.is_null())
    if row is None:
        return
    values: dict[str, object] = {"looked_at": now()}
    person = _reachable(row.lookup) if row.ends_at > now() else None
    if person is not None and _asked_today(person) < MOST_A_DAY:
        letter = new_password(person.name, person.identifier, int(LIFE.total_seconds() // 3600))
        message = post(person, "mot_de_passe", letter, f"mot-de-passe:{row.id}")
        if message is not None:
            values |= {"person": person.id, "digest": digest(message)}
    PasswordRequest.update(values).where(PasswordRequest.id == row.id).execute()


def _reachable(lookup: str) -> Person | None:
    """Find who has a password of their own, and an address; who came by a link has none."""
    live = (Person.lookup == lookup, Person.disabled == 0, Person.link_digest.is_null())
    person: Person | None = Person.get_or_none(*live)
    return person if person is not None and can_be_written_to(person.mail) else None


def _asked_today(person: Person) -> int:
    since = now() - timedelta(days=1)
    mine = (PasswordRequest.person == person.id, PasswordRequest.asked_at > since)
    return int(PasswordRequest.select().where(*mine).count())


def find_request(digest: str, instant: datetime) -> Person | None:
    """Find whose password a link changes; None alike for one that never was, was used or is over."""
    row = PasswordRequest.get_or_none(PasswordRequest.digest == digest)
    if row is None or row.used_at is not None or row.ends_at <= instant:
        return None
    person: Person | None = Person.get_or_none(Person.id == row.person, Person.disabled == 0)
    return person


def choose_password(digest: str, new: str) -> bool:
    """Change the password that a link is for, once; False when the link is no longer good.

    Every session of the person ends, and so do their other links.
    """
    person = find_request(digest, now())
    if person is None:
        return False
    fault = password_fault(new, [person.identifier, person.name])
    if fault:
        raise Refusal(fault)
    # The hash takes its time: no transaction waits for it.
    return _keep(digest, person, hash_password(new))


@writing
def _keep(digest: str, person: Person, hashed: str) -> bool:
    mine = (PasswordRequest.person == person.id, PasswordRequest.used_at.is_null())
    if not PasswordRequest.update(used_at=now()).where(*mine, PasswordRequest.digest == digest).execute():
        return False
    PasswordRequest.update(used_at=now()).where(*mine).execute()
    changed = {"password_hash": hashed, "session_token": secrets.token_hex(16), "must_change": 0, "postponements": 0}
    Person.update(changed).where(Person.id == person.id).execute()
    UploadPass.delete().where(UploadPass.person == person.id).execute()
    actor = Actor(person.name or person.identifier, person.id)
    record(actor, (person.department or "", person.coop or "", None), "mot de passe oublié", "compte")
    return True
