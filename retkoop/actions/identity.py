"""The fiche identité: what the cooperative changes of itself, and each mandataire of how they are reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from retkoop.audit import Actor, record
from retkoop.db import writing
from retkoop.errors import Conflict, NotFound
from retkoop.models import Cooperative, Person, find_coop

# In the words of the screen: the journal of a cooperative is read by people.
_NAMES = {
    "address": "adresse", "mail": "mail", "phone": "telephone", "headcount": "effectif", "bank": "banque",
    "account": "compte", "name": "nom", "uai": "uai",
}  # fmt: skip


@writing
def save_identity(actor: Actor, identifier: str, seen: int, values: Mapping[str, Any]) -> bool:
    """Change what a cooperative may change of itself, as it was read at a version; tell whether anything did."""
    coop = find_coop(identifier)
    if coop is None:
        raise NotFound("Cette coopérative n’existe pas.")
    changed = _changed(coop, values)
    if not changed:
        return False
    if coop.version != seen:
        raise Conflict("Quelqu’un d’autre a modifié cette fiche entre-temps.")
    before = _told(coop, changed)
    mine = (Cooperative.department == coop.department) & (Cooperative.identifier == coop.identifier)
    Cooperative.update({**changed, "version": Cooperative.version + 1}).where(mine).execute()
    record(actor, (coop.department, coop.identifier, None), "identité", "cooperative", before, _named(changed))
    return True


@writing
def save_contact(actor: Actor, person: Person, values: Mapping[str, Any]) -> bool:
    """Change how a person is called and reached; tell whether anything did."""
    row = Person.get_by_id(person.id)
    changed = _changed(row, values)
    if not changed:
        return False
    before = _told(row, changed)
    Person.update(changed).where(Person.id == row.id).execute()
    record(actor, (row.department or "", row.coop or "", None), "coordonnées", "compte", before, _named(changed))
    return True


def _changed(row: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if getattr(row, name) != value}


def _told(row: Any, changed: Mapping[str, Any]) -> dict[str, Any]:
    return {_NAMES[name]: getattr(row, name) for name in changed}


def _named(changed: Mapping[str, Any]) -> dict[str, Any]:
    return {_NAMES[name]: value for name, value in changed.items()}


def people_of(coop: Cooperative) -> list[Person]:
    """Give those who sign in for a cooperative, mandataires first, then by name; disabled accounts left out."""
    mine = (Person.department == coop.department) & (Person.coop == coop.identifier) & (Person.disabled == 0)
    return list(Person.select().where(mine).order_by(Person.role, Person.name, Person.identifier))
