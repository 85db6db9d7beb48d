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

# Stand for what is no entry yet: the new line of a grid, and the form.
NEW, FORM = 0, -1
# A longer text is a mistake that is shown once and not kept.
_LONGEST = 8_000


def waiting(key: YearKey, person: int) -> dict[int, dict[str, str]]:
    """Give the lines that wait for a person in a year: the fields typed, by the number of the entry."""
    query = HalfTyped.select(HalfTyped.entry, HalfTyped.fields).where(key.of(HalfTyped), HalfTyped.person == person)
    return {number: read_json(fields) for number, fields in fetch(query)}


@writing
def keep(key: YearKey, person: int, number: int, fields: Mapping[str, str]) -> None:
    """Keep what a person typed in the line of an entry, instead of what they had typed there before."""
    _forget(key, person, number)
    text = json.dumps(fields, ensure_ascii=False)
    if len(text) <= _LONGEST:
        HalfTyped.insert(**key._asdict(), person=person, entry=number, fields=text, at=now()).execute()


@writing
def forget(key: YearKey, person: int, number: int) -> None:
    """Forget what a person typed in a line."""
    _forget(key, person, number)


@writing
def add_line(actor: Actor, key: YearKey, draft: EntryDraft, replay_key: str | None, place: int = NEW) -> int:
    """Add the entry of the new line or of the form, which no longer waits; give its number."""
    number = ledger.add_entry(actor, key, draft, replay_key)
    _forget(key, actor.person, place)
    return number


@writing
def edit_line(actor: Actor, key: YearKey, number: int, version: int, draft: EntryDraft) -> int:
    """Replace what an entry says, whose line no longer waits; give the step for an undo."""
    step = ledger.edit_entry(actor, key, number, version, draft)
    _forget(key, actor.person, number)
    return step


def _forget(key: YearKey, person: int | None, number: int) -> None:
    HalfTyped.delete().where(key.of(HalfTyped), HalfTyped.person == person, HalfTyped.entry == number).execute()
