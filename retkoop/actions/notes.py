"""What an association départementale notes about a cooperative, for itself."""

from __future__ import annotations

from retkoop.association import CoopNote
from retkoop.audit import Actor, now, record
from retkoop.db import writing
from retkoop.errors import Conflict
from retkoop.models import Cooperative


@writing
def save_note(actor: Actor, coop: Cooperative, seen: int, text: str) -> bool:
    """Keep what is noted of a cooperative, as it was read at a version (0: nothing yet); tell whether it changed."""
    mine = (CoopNote.department == coop.department) & (CoopNote.coop == coop.identifier)
    note = CoopNote.get_or_none(mine)
    before, version = (note.text, note.version) if note else ("", 0)
    if text == before:
        return False
    if version != seen:
        raise Conflict("Quelqu’un d’autre a modifié cette note entre-temps.")
    values = {"text": text, "at": now(), "who": actor.name[:200]}
    if note is None:
        CoopNote.insert(department=coop.department, coop=coop.identifier, **values).execute()
    else:
        CoopNote.update(values | {"version": CoopNote.version + 1}).where(mine).execute()
    record(actor, (coop.department, coop.identifier, None), "note", "note", before, text)
    return True
