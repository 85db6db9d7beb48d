"""What is read of the people of an association départementale, or of the fédération: who signs in, when, and how."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from retkoop.association import SecondFactor, StaffEntry
from retkoop.coop_rows import waits
from retkoop.db import fetch
from retkoop.models import Person, as_stamp
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
