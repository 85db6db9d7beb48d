"""Writes of the régies: what happened in a class, told at once, becomes entries of the cahier."""

from __future__ import annotations

from collections.abc import Sequence

from retkoop.actions.guard import insert_numbered, journal, open_cahier, replayed
from retkoop.actions.ledger import allocate, ensure_project, entry_columns
from retkoop.audit import Actor
from retkoop.db import writing
from retkoop.drafts import EntryDraft
from retkoop.errors import Refusal
from retkoop.models import Advance, Entry, YearKey


@writing
def add_movements(
    actor: Actor, key: YearKey, code: str, drafts: Sequence[EntryDraft], replay_key: str | None = None
) -> int:
    """Add the entries of one régie as one action, all or none; give the number of the first.

    Each is checked as the cahier checks it. The same replay key gives what was made the first time.
    """
    if first := replayed(Entry, key, replay_key):
        return first
    open_cahier(key)
    advance = Advance.get_or_none(key.of(Advance), Advance.code == code)
    if advance is None or not drafts or any(draft.advance != code for draft in drafts):
        raise Refusal("Cette saisie ne concerne pas cette régie.")
    drafts = [ensure_project(actor, key, draft) for draft in drafts]
    numbers = []
    for rank, draft in enumerate(drafts):
        columns = entry_columns(key, draft)
        # Only the first bears the form's key, which is enough to know the form again.
        numbers.append(insert_numbered(Entry, key, replay_key=None if rank else replay_key, **columns))
        allocate(key, numbers[-1], draft.allocations)
    names = [f"{draft.voucher} {draft.label}".strip() for draft in drafts]
    told = {"code": code, "ecritures": " ; ".join(names)}
    journal(actor, key, "saisie", f"regie:{advance.number}", after=told)
    return numbers[0]
