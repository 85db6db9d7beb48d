"""Letters that hand out first passwords: made at the moment they are printed, and kept nowhere but in what is printed.

Only accounts whose first password was never used get one: what a letter said before is then replaced. In parts
(`prepared`, the printing, `keep`), so that a request and a job alike print before anything changes.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from peewee import Case, fn

from retkoop.association import ActivationLink, LetterBatch
from retkoop.audit import Actor, new_id, now, record
from retkoop.coop_rows import is_waiting
from retkoop.db import fetch, writing
from retkoop.errors import Conflict, Refusal
from retkoop.models import Cooperative, Person
from retkoop.passwords import hash_password, random_password

# As many as one request prints: each password takes its time to hash.
MOST_AT_ONCE = 50
# Without letter yet, all that wait, or those of some cooperatives.
NEW, ALL = "nouvelles", "toutes"


class Letter(NamedTuple):
    """A letter to print: who, for which cooperative, and a first password that nothing else knows."""

    person: int
    name: str
    identifier: str
    coop: str
    coop_name: str
    address: str
    mail: str
    # What the session token of the person was: any other, and somebody has acted in between.
    token: str
    secret: str


class Waiting(NamedTuple):
    """How many accounts wait for a first password: without letter, and in all."""

    new: int
    all: int

    def of(self, which: str) -> int:
        """Count one of them."""
        return self.all if which == ALL else self.new


def waiting(department: str, today: date) -> Waiting:
    """Count the accounts whose first password was never used."""
    ((new, every),) = fetch(
        _joined(department, today).select(_counted(Person.letter_at.is_null()), _counted(Person.id.is_null(False)))
    )
    return Waiting(int(new or 0), int(every or 0))


def _counted(condition: Any) -> Any:
    return fn.SUM(Case(None, [(condition, 1)], 0))


def _joined(department: str, today: date) -> Any:
    at = (Cooperative.department == Person.department) & (Cooperative.identifier == Person.coop)
    return (
        Person.select()
        .join(Cooperative, on=at)
        .where(
            Person.department == department, Person.role == "mandataire", Person.disabled == 0, is_waiting(),
            Cooperative.closed_on.is_null(), Person.expires_on.is_null() | (Person.expires_on >= str(today)),
        )
    )  # fmt: skip


def prepared(department: str, which: str, today: date, most: int = MOST_AT_ONCE) -> list[Letter]:
    """Make letters for the next accounts that wait, in the order of their cooperatives; nothing is kept yet.

    With ALL, those whose letter is the oldest come first, after those that have none.
    """
    query = _joined(department, today)
    if which != ALL:
        query = query.where(Person.letter_at.is_null())
    columns = (
        Person.id, Person.name, Person.identifier, Cooperative.identifier, Cooperative.name, Cooperative.address,
        Person.mail, Person.session_token,
    )  # fmt: skip
    rows = fetch(query.select(*columns).order_by(Person.letter_at.asc(nulls="first"), Person.lookup).limit(most))
    return [Letter._make((*row, random_password())) for row in rows]


def hashes(letters: Sequence[Letter]) -> list[str]:
    """Hash the passwords of letters, before any transaction: it takes a second for twenty."""
    return [hash_password(letter.secret) for letter in letters]


@writing
def keep(
    actor: Actor, department: str, letters: Sequence[Letter], hashed: Sequence[str], replay_key: str | None = None
) -> None:
    """Give the accounts the passwords of letters that are printed: all, or none when somebody acted in between."""
    if not letters:
        raise Refusal("Aucun accès n’attend de lettre.")
    _refuse_twice(department, replay_key)
    instant = now()
    LetterBatch.insert(
        department=department, number=new_id(), letters=len(letters), who=actor.name, at=instant, replay_key=replay_key
    ).execute()
    for letter, password in zip(letters, hashed, strict=True):
        here = (Person.id == letter.person, Person.session_token == letter.token, Person.disabled == 0, is_waiting())
        columns = {"password_hash": password, "session_token": secrets.token_hex(16), "letter_at": instant}
        if not Person.update(columns).where(*here).execute():
            called = letter.name or letter.identifier
            raise Conflict(f"{called} s’est connecté entre-temps : aucune lettre n’est valable, recommencez.")
        ActivationLink.delete().where(ActivationLink.person == letter.person).execute()
        record(actor, (department, letter.coop, None), "lettre", "compte", after=letter.identifier)


def _refuse_twice(department: str, replay_key: str | None) -> None:
    """Refuse what is sent twice: other passwords would replace those of letters that are already printed."""
    if replay_key and LetterBatch.get_or_none(
        LetterBatch.department == department, LetterBatch.replay_key == replay_key
    ):
        raise Conflict("Ces lettres viennent d’être faites. Pour en faire d’autres, revenez à la page des lettres.")
