"""The phone's pass: a secret address that lets who holds it send scans once, within ten minutes, without account."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from retkoop.actions.guard import journal, open_for_writing
from retkoop.actions.scans import Arrived, join
from retkoop.audit import Actor, now
from retkoop.db import fetch, writing
from retkoop.errors import NotFound
from retkoop.models import Person, Scan, UploadPass, YearKey

LIFE = timedelta(minutes=10)
WAITS, USED, OVER = "attend", "servi", "fini"
GONE = "Ce code a déjà servi, ou n’est plus valable. Affichez-en un autre sur l’ordinateur."


@dataclass(frozen=True, slots=True)
class Pass:
    """What a pass opens: the inbox of a year, or one entry; `actor` made it and answers for what comes."""

    digest: str
    key: YearKey
    entry: int | None
    actor: Actor
    is_used: bool


def digest_of(token: str) -> str:
    """Name a pass by what the database keeps of its secret."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


@writing
def make_pass(actor: Actor, key: YearKey, entry: int | None = None) -> str:
    """Make a pass for the person who acts, and give its secret, which is kept nowhere."""
    open_for_writing(key)
    # Not by the guard's writers: there is nothing here to take back.
    UploadPass.delete().where(key.of(UploadPass), UploadPass.expires_at < now()).execute()
    token = secrets.token_urlsafe(32)
    owner = {**key._asdict(), "person": actor.person or 0, "who": actor.name}
    UploadPass.insert(**owner, token_digest=digest_of(token), entry=entry, expires_at=now() + LIFE).execute()
    subject = "piece" if entry is None else f"ecriture:{entry}"
    journal(actor, key, "lien pour téléphone", subject, undoable=False)
    return token


def find_pass(token: str) -> Pass | None:
    """Find a pass that lives, used or not, of a person who may still write; None for all others alike."""
    row = UploadPass.get_or_none(UploadPass.token_digest == digest_of(token))
    if row is None or row.expires_at <= now():
        return None
    person = Person.get_or_none(Person.id == row.person, Person.disabled == 0, Person.role == "mandataire")
    if person is None or (person.department, person.coop) != (row.department, row.coop):
        return None
    key = YearKey(row.department, row.coop, row.start_year)
    return Pass(row.token_digest, key, row.entry, Actor(f"{row.who} (téléphone)", row.person), bool(row.used_at))


def state_of(key: YearKey, digest: str) -> str:
    """Tell whether a pass of this year waits for its phone, was used, or is over."""
    row = UploadPass.get_or_none(key.of(UploadPass), UploadPass.token_digest == digest)
    if row is None or row.expires_at <= now():
        return OVER
    return USED if row.used_at else WAITS


def received(made: Pass, keys: Sequence[str]) -> set[str]:
    """Give those of these documents that came by this pass: the phone sends again what it got no answer for."""
    return {key for (key,) in fetch(Scan.select(Scan.replay_key).where(made.key.of(Scan), Scan.replay_key.in_(keys)))}


@writing
def use_pass(made: Pass, arrived: Sequence[tuple[Arrived, str]]) -> None:
    """Add the documents, each with its replay key, and end the pass: used, it never serves again."""
    open_for_writing(made.key)
    mine = (made.key.of(UploadPass), UploadPass.token_digest == made.digest, UploadPass.used_at.is_null())
    if not UploadPass.update(used_at=now()).where(*mine).execute():
        raise NotFound(GONE)
    for document, replay_key in arrived:
        join(made.actor, made.key, document, made.entry, replay_key)
