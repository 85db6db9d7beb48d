"""What a person typed and could not be kept as an entry: it waits for them until it can.

It belongs to nobody's books: no line of journal, no version of the year. It goes away with the write that settles it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from retkoop.actions import ledger
from retkoop.audit import Actor, now
from retkoop.db import fetch, writing
from retkoop.drafts import EntryDraft
from retkoop.models import HalfTyped, YearKey, read_json

# Stand for what is no entry yet: the new line of a grid, and the form. Several of each may wait, begun in several tabs
# or as copies: each is known by the key of its form, `cle`, and has a place of its own.
NEW, FORM = 0, -1
PLACES = {NEW: (0, -2, -3, -4, -5), FORM: (-1, -6, -7, -8, -9)}
# An entry may wait twice: its line at its own number, and here what was typed of it in the single form.
_PORTRAIT = -1_000
# A longer text is a mistake that is shown once and not kept.
_LONGEST = 8_000

# What waits: the fields typed by their names, by place; the last that was kept comes last.
Waits = Mapping[int, Mapping[str, str]]


def portrait(number: int) -> int:
    """Give the place of what was typed of an entry in the single form; of a place, give back the entry."""
    return _PORTRAIT - number


def waiting(key: YearKey, person: int) -> dict[int, dict[str, str]]:
    """Give what waits for a person in a year: the fields typed, by place, in the order in which they were kept."""
    query = HalfTyped.select(HalfTyped.entry, HalfTyped.fields).where(key.of(HalfTyped), HalfTyped.person == person)
    return {place: read_json(fields) for place, fields in fetch(query.order_by(HalfTyped.at))}


def place_of(waits: Waits, kind: int, cle: str) -> int | None:
    """Give where a new line, or a form, waits by its key; None when it does not."""
    return next((place for place in PLACES[kind] if place in waits and waits[place].get("cle", "") == cle), None)


def wanted(waits: Waits, kind: int, cle: str) -> Mapping[str, str] | None:
    """Give the new line, or the form, that is asked for by its key; else the last that was kept; None without any."""
    places = [place for place in waits if place in PLACES[kind]]
    asked = place_of(waits, kind, cle)
    return waits[places[-1] if asked is None else asked] if places else None


@writing
def keep(key: YearKey, person: int, number: int, fields: Mapping[str, str]) -> bool:
    """Keep what a person typed in a line, instead of what they had typed there before; tell whether it is kept.

    It is not when it is too long, nor when as many others as have a place wait already: those stay.
    """
    place = _room(waiting(key, person), number, fields.get("cle", "")) if number in PLACES else number
    if place is None:
        return False
    _delete(key, person, place)
    text = json.dumps(fields, ensure_ascii=False)
    if len(text) > _LONGEST:
        return False
    HalfTyped.insert(**key._asdict(), person=person, entry=place, fields=text, at=now()).execute()
    return True


def _room(waits: Waits, kind: int, cle: str) -> int | None:
    mine = place_of(waits, kind, cle)
    return mine if mine is not None else next((place for place in PLACES[kind] if place not in waits), None)


@writing
def forget(key: YearKey, person: int | None, number: int, cle: str = "") -> None:
    """Forget what a person typed in a line; `cle` tells which of the new ones."""
    place = place_of(waiting(key, person or 0), number, cle) if number in PLACES else number
    if place is not None:
        _delete(key, person, place)


@writing
def add_line(
    actor: Actor, key: YearKey, draft: EntryDraft, replay_key: str | None, place: int = NEW, cle: str = ""
) -> int:
    """Add the entry of a new line or of a form, which no longer waits; give its number."""
    number = ledger.add_entry(actor, key, draft, replay_key)
    forget(key, actor.person, place, cle)
    return number


@writing
def edit_line(actor: Actor, key: YearKey, number: int, version: int, draft: EntryDraft) -> int:
    """Replace what an entry says, which no longer waits in any form; give the step for an undo."""
    step = ledger.edit_entry(actor, key, number, version, draft)
    _delete(key, actor.person, number, portrait(number))
    return step


def _delete(key: YearKey, person: int | None, *places: int) -> None:
    HalfTyped.delete().where(key.of(HalfTyped), HalfTyped.person == person, HalfTyped.entry.in_(places)).execute()
