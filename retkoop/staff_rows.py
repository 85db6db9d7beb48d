"""What is read of the people of an association départementale, or of the fédération: who signs in, when, and how."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any, NamedTuple

from retkoop.association import SecondFactor, StaffEntry
from retkoop.coop_rows import waits
from retkoop.db import fetch
from retkoop.models import Journal, Person, as_stamp
from retkoop.quitus_rows import is_over


class Member(NamedTuple):
    """Somebody of a team: when they last signed in, and since when codes are asked of them."""

    person: Person
    entered_at: datetime | None
    code_since: datetime | None

    def state(self, today: date) -> str:
        """Tell in a word where the account stands."""
        if self.person.disabled:
            return "terminé"
        if is_over(self.person, today):
            return "fini"
        if waits(self.person):
            return "jamais utilisé"
        return "mot de passe provisoire" if self.person.must_change else "en service"


def of_team(department: str | None) -> tuple[Any, ...]:
    """Give the conditions of the people of an association, or of the fédération."""
    if department is None:
        return (Person.role == "federation",)
    return Person.role == "ad", Person.department == department


# What gives the keys of an account to whoever does it.
_KEYS = ("création", "lien d’activation", "arrêt de la double authentification")


def keys_given(department: str, since: datetime) -> list[tuple[int, int]]:
    """Give who made, opened or let in without codes whose account in the team of an association, since an instant."""
    table = Journal
    asked = (table.department == department, table.coop == "", table.subject == "compte", table.action.in_(_KEYS))
    query = table.select(table.person, table.before, table.after).where(*asked, table.at > since)
    lines = [(giver, _account(before, after)) for giver, before, after in fetch(query) if giver is not None]
    columns = (Person.identifier, Person.id)
    numbers = dict(fetch(Person.select(*columns).where(Person.identifier.in_([name for _, name in lines]))))
    return [(giver, numbers[name]) for giver, name in lines if name in numbers]


def _account(before: str | None, after: str | None) -> str:
    """Give the identifier that a line about an account holds: alone, or with what else there is to tell."""
    told = json.loads(after or before or '""')
    return str(told[0] if isinstance(told, list) else told)


def team(department: str | None) -> list[Member]:
    """Give every member of a team, those whose access has ended last."""
    people = list(Person.select().where(*of_team(department)).order_by(Person.disabled, Person.name, Person.identifier))
    mine = Person.select(Person.id).where(*of_team(department))
    entries = fetch(StaffEntry.select(StaffEntry.person, StaffEntry.at).where(StaffEntry.person.in_(mine)))
    factors = fetch(
        SecondFactor.select(SecondFactor.person, SecondFactor.enabled_at).where(
            SecondFactor.person.in_(mine), SecondFactor.enabled_at.is_null(False)
        )
    )
    at, since = ({person: as_stamp(instant) for person, instant in rows} for rows in (entries, factors))
    return [Member(one, at.get(one.id), since.get(one.id)) for one in people]
