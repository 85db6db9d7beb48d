"""What an association départementale reads of its cooperatives to keep them: the list, and who signs in."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from peewee import fn

from retkoop.db import fetch
from retkoop.models import Cooperative, Person, Year, as_day

PAGE = 100


class CoopLine(NamedTuple):
    """A cooperative in the list: how many mandataires sign in, and how many have not yet used their first password."""

    identifier: str
    name: str
    uai: str
    closed_on: date | None
    merged_into: str | None
    latest: int | None
    accounts: int
    waiting: int


def coop_lines(department: str, words: str, page: int) -> tuple[list[CoopLine], int]:
    """Give a page (from 1) of the cooperatives whose name, identifier or UAI holds the words, and their number."""
    found = _found(department, words)
    ((total,),) = fetch(Cooperative.select(fn.COUNT(Cooperative.identifier)).where(found))
    latest = Year.select(fn.MAX(Year.start_year)).where(
        Year.department == Cooperative.department, Year.coop == Cooperative.identifier
    )
    columns = (
        Cooperative.identifier, Cooperative.name, Cooperative.uai, Cooperative.closed_on, Cooperative.merged_into,
        latest, _people(), _people(is_waiting()),
    )  # fmt: skip
    query = Cooperative.select(*columns).where(found).order_by(Cooperative.identifier)
    rows = fetch(query.limit(PAGE).offset((page - 1) * PAGE))
    return [CoopLine(one, name, uai, as_day(day), *rest) for one, name, uai, day, *rest in rows], int(total)


def _found(department: str, words: str) -> Any:
    condition = Cooperative.department == department
    for word in words.split()[:8]:
        condition &= (
            Cooperative.name.contains(word) | Cooperative.identifier.contains(word) | Cooperative.uai.contains(word)
        )
    return condition


def _people(*conditions: Any) -> Any:
    mine = (Person.department == Cooperative.department, Person.coop == Cooperative.identifier)
    return Person.select(fn.COUNT(Person.id)).where(
        *mine, Person.role == "mandataire", Person.disabled == 0, *conditions
    )


def is_waiting() -> Any:
    """Give the condition of an account whose first password was never used: a new one does no harm."""
    return (Person.must_change == 1) & Person.entered_at.is_null() & (Person.postponements == 0)


def waits(person: Person) -> bool:
    """Tell the same of a person that was read."""
    return bool(person.must_change and person.entered_at is None and not person.postponements)


def accounts_of(coop: Cooperative) -> list[Person]:
    """Give every mandataire of a cooperative, those whose access has ended last."""
    mine = (Person.department == coop.department, Person.coop == coop.identifier, Person.role == "mandataire")
    return list(Person.select().where(*mine).order_by(Person.disabled, Person.name, Person.identifier))


def account_names(coop: Cooperative) -> set[str]:
    """Give the identifiers in use for a cooperative, as sign-in compares them."""
    mine = (Person.department == coop.department, Person.coop == coop.identifier)
    return {name for (name,) in fetch(Person.select(Person.lookup).where(*mine))}


def unfinished_years(coop: Cooperative) -> list[tuple[int, str]]:
    """Give the exercices of a cooperative that are not validated: (start, state), the earliest first."""
    mine = (Year.department == coop.department, Year.coop == coop.identifier, Year.state != "validated")
    return [(int(start), str(state)) for start, state in fetch(
        Year.select(Year.start_year, Year.state).where(*mine).order_by(Year.start_year)
    )]  # fmt: skip


def others_open(coop: Cooperative) -> list[tuple[str, str]]:
    """Give the other cooperatives of the département that are not closed: (identifier, name)."""
    query = Cooperative.select(Cooperative.identifier, Cooperative.name).where(
        Cooperative.department == coop.department, Cooperative.identifier != coop.identifier,
        Cooperative.closed_on.is_null(),
    )  # fmt: skip
    return [(str(one), str(name)) for one, name in fetch(query.order_by(Cooperative.identifier))]
