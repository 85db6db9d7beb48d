"""Validations that were planned: what waits for its hour, taken back or ended; rows are kept as history.

What plans them and what carries them out is `bulk_validation.py`; a move of the year ends what was planned of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from peewee import fn

from retkoop.audit import Actor, now, record
from retkoop.clean_files import Figures
from retkoop.db import fetch, writing
from retkoop.decision_tables import PlannedValidation
from retkoop.errors import Conflict
from retkoop.models import Cooperative, YearKey
from retkoop.year_states import REOPENING, RETURN, VALIDATION, WITHDRAWAL

# A plan, and the name of its cooperative.
Named = tuple[PlannedValidation, str]
WAITING, DONE, CANCELLED, REFUSED = "waiting", "done", "cancelled", "refused"
# As long as a person who ticked one too many has to notice.
DELAY = timedelta(minutes=30)
_RESTORED = "La base a été restaurée depuis : validez de nouveau ce qui doit l’être."
# A move that ends what was planned, in words.
_ENDS = {
    WITHDRAWAL: "La coopérative a retiré son envoi.",
    RETURN: "Le dossier a été renvoyé à la coopérative.",
    REOPENING: "Le cahier a été rouvert.",
    VALIDATION: "Le dossier a été validé depuis sa page.",
}


def key_of_plan(row: PlannedValidation) -> YearKey:
    """Give the year that a plan is about."""
    return YearKey(row.department, row.coop, row.start_year)


def waiting_of(department: str) -> list[Named]:
    """Give what waits in a département, each with the name of the cooperative, those due first on top."""
    return _named(department, PlannedValidation.state == WAITING, PlannedValidation.due_at, PlannedValidation.coop)


def ended_of(department: str, since: datetime | None = None, most: int = 50) -> list[Named]:
    """Give what ended, the latest first; `since` an instant, only what was not validated."""
    table = PlannedValidation
    asked = table.state != WAITING
    if since is not None:
        asked = (table.state == REFUSED) & (table.ended_at > since)
    return _named(department, asked, table.ended_at.desc(), table.coop, most=most)


def _named(department: str, asked: object, *order: object, most: int | None = None) -> list[Named]:
    table = PlannedValidation
    whose = (Cooperative.department == table.department) & (Cooperative.identifier == table.coop)
    query = table.select(table, Cooperative.name.alias("of_coop")).join(Cooperative, on=whose)
    query = query.where(table.department == department, asked).order_by(*order).limit(most)
    # The alias of the query is an attribute of its rows.
    return [(row, vars(row)["of_coop"]) for row in query.objects()]


def waiting_for(key: YearKey) -> PlannedValidation | None:
    """Give what is planned of a year, if anything."""
    table = PlannedValidation
    found: PlannedValidation | None = table.get_or_none(key.of(table), table.state == WAITING)
    return found


def keep(actor: Actor, key: YearKey, sending: int, told: Figures, due_at: datetime) -> None:
    """Plan the validation of a year, in the transaction under way."""
    table = PlannedValidation
    ((last,),) = fetch(table.select(fn.MAX(table.number)).where(key.of(table)))
    table.insert(
        **key._asdict(), number=int(last or 0) + 1, sending=sending, **told._asdict(), person=actor.person,
        who=actor.name, made_at=now(), due_at=due_at,
    ).execute()  # fmt: skip
    record(actor, key, "programmation", "validation", after={"pour": due_at.isoformat()})


def end(row: PlannedValidation, state: str, who: str, why: str = "") -> bool:
    """End what waits, once; tell whether this is who ended it."""
    table = PlannedValidation
    here = (key_of_plan(row).of(table), table.number == row.number, table.state == WAITING)
    values = {"state": state, "ended_at": now(), "ended_who": who, "why": why[:1_000]}
    return bool(table.update(values).where(*here).execute())


def end_with(actor: Actor, key: YearKey, move: str) -> None:
    """End what is planned of a year that moves on otherwise, in the transaction of the move."""
    row = waiting_for(key) if move in _ENDS else None
    if row is not None:
        # What the AD decided itself is no news to it.
        end(row, REFUSED if move == WITHDRAWAL else CANCELLED, actor.name, _ENDS[move])


@writing
def cancel(actor: Actor, department: str, key: YearKey | None = None) -> int:
    """Take back what waits, all of it or one year’s; give how many."""
    table = PlannedValidation
    asked = (table.department == department, table.state == WAITING)
    rows: Sequence[PlannedValidation] = list(table.select().where(*asked, *([key.of(table)] if key else [])))
    if not rows:
        raise Conflict("Aucune validation n’est programmée : elle a été annulée, ou elle a déjà pris effet.")
    for row in rows:
        end(row, CANCELLED, actor.name)
        record(actor, key_of_plan(row), "annulation de la programmation", "validation")
    return len(rows)


def forget_what_waited() -> None:
    """After a restoration: what was planned before is not carried out by itself."""
    values = {"state": CANCELLED, "ended_at": now(), "ended_who": "restauration", "why": _RESTORED}
    PlannedValidation.update(values).where(PlannedValidation.state == WAITING).execute()


def due(instant: datetime) -> list[PlannedValidation]:
    """Give what is to be carried out, those of the earliest exercices first: the next one rests on them."""
    table = PlannedValidation
    asked = table.select().where(table.state == WAITING, table.due_at <= instant)
    return list(asked.order_by(table.start_year, table.due_at, table.department, table.coop))
