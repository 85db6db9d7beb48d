"""Writes of what an association settles: each part of the page by itself, with its line of the journal.

`seen` is the fingerprint of what the page showed of that part (`ad_settings.seal`): two people who change different
parts do not meet, two who change the same one do.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from retkoop.ad_settings import (
    PROFILE_PARTS,
    RULES_PARTS,
    Profile,
    profile_part,
    rules_part,
    seal,
    told_rules,
    written_rules,
)  # fmt: skip
from retkoop.association import DepartmentProfile, DepartmentRules
from retkoop.audit import Actor, record
from retkoop.db import fetch, writing
from retkoop.documents.logo import clean_logo
from retkoop.errors import Conflict
from retkoop.facts import OwnDocument, Settings
from retkoop.school_year import SchoolYear
from retkoop.settings_rows import CHANGED, frozen_years, profile_of, settings_for
from retkoop.storage import Storage

_MEANWHILE = "Quelqu’un d’autre a modifié ces réglages entre-temps."


@writing
def save_profile(actor: Actor, department: str, part: str, seen: str, values: Mapping[str, str]) -> bool:
    """Change a part of how an association presents itself; tell whether anything did."""
    before = profile_part(profile_of(department), part)
    after = {name: values[name] for name in PROFILE_PARTS[part]}
    if after == before:
        return False
    if seal(before) != seen:
        raise Conflict(_MEANWHILE)
    _store(department, after)
    _record(actor, department, part, _named(part, before, after), _named(part, after, before))
    return True


def _store(department: str, values: Mapping[str, str]) -> None:
    table = DepartmentProfile
    if not table.update(values).where(table.department == department).execute():
        table.insert(department=department, **values).execute()


def _named(part: str, told: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    return {words: told[name] for name, words in PROFILE_PARTS[part].items() if told[name] != other[name]}


def _record(actor: Actor, department: str, part: str, before: Any, after: Any) -> None:
    record(actor, (department, "", None), CHANGED, f"reglages:{part}", before, after)


def keep_logo(data: bytes, storage: Storage) -> str:
    """Make a logo fit to print and store it; give its digest, or raise Refusal with the sentence that says why not."""
    return storage.put(clean_logo(data))


@writing
def set_logo(actor: Actor, department: str, digest: str) -> bool:
    """Take a logo that lies in the storage, or none; tell whether anything changed."""
    before: Profile = profile_of(department)
    if before.logo == digest:
        return False
    _store(department, {"logo": digest})
    told = ["aucun" if not one else f"image {one[:8]}" for one in (before.logo, digest)]
    _record(actor, department, "logo", {"logo": told[0]}, {"logo": told[1]})
    return True


@writing
def save_rules(
    actor: Actor, department: str, year: SchoolYear, part: str, seen: str, values: Mapping[str, Any]
) -> bool:
    """Change a part of the rules from an exercice on, until the next that has its own; tell whether anything did."""
    now_are = settings_for(department, year.start)
    changed = replace(now_are, **{name: values[name] for name in RULES_PARTS[part]})
    if changed == now_are:
        return False
    if frozen_years(department, year.start):
        raise Conflict(frozen_words(year))
    if seal(rules_part(now_are, part)) != seen:
        raise Conflict(_MEANWHILE)
    _store_rules(department, year.start, changed)
    before, after = told_rules(now_are, part), told_rules(changed, part)
    _record(actor, department, part, before, {**after, "exercice": f"{year.label} et suivants"})
    return True


def frozen_words(year: SchoolYear) -> str:
    """Say why the rules of an exercice do not change any more."""
    return (
        f"Des comptes rendus sont déjà validés avec ces règles : celles de {year.label} ne changent plus. "
        f"Choisissez l’exercice à partir duquel d’autres règles valent."
    )


def _store_rules(department: str, first_year: int, settings: Settings) -> None:
    table, columns = DepartmentRules, written_rules(settings)
    mine = (table.department == department) & (table.first_year == first_year)
    if not table.update(columns).where(mine).execute():
        table.insert(department=department, first_year=first_year, **columns).execute()


def numbered(department: str, typed: Sequence[tuple[int, str, str]]) -> tuple[OwnDocument, ...]:
    """Give the documents as they were typed (number or 0, label, help); new ones get a number that nothing ever had.

    A number that no rules of this département hold is not taken from a form: what was given under it is elsewhere. Nor
    is one that an earlier line of the form holds: what is given under a number is for one document.
    """
    table = DepartmentRules
    known = {
        one.number
        for (first_year,) in fetch(table.select(table.first_year).where(table.department == department))
        for one in settings_for(department, first_year).own_documents
    }
    found = []
    for number, label, hint in typed:
        kept = number if number in known else secrets.randbelow(999_999_998) + 1
        known.discard(kept)
        found.append(OwnDocument(kept, label, hint))
    return tuple(found)
