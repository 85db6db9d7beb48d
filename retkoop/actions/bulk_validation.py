"""Validating many years at once: planned after a preview, carried out half an hour later, looked at again by then."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from retkoop.actions import moves, plans
from retkoop.audit import Actor, record
from retkoop.clean_files import figures, obstacles, sending_of
from retkoop.clean_rows import Waiting, dossier_of, waiting_files
from retkoop.db import writing
from retkoop.decision_tables import PlannedValidation
from retkoop.errors import Conflict, Refusal
from retkoop.models import Department, Person, Year, YearKey
from retkoop.quitus_rows import is_over

_CHANGED = "il a changé depuis que vous l’avez vu"
_ALREADY = "sa validation est déjà programmée"
_NO_ACCESS = "La personne qui l’a programmée n’a plus accès à l’association : validez de nouveau ce qui doit l’être."
_BROKEN = "La validation a échoué. Validez depuis la page du dossier."


class Chosen(NamedTuple):
    """A year that somebody ticked, as they saw it: after so many moves."""

    coop: str
    start_year: int
    moves: int


class Planned(NamedTuple):
    """What came of it: how many are planned, and the others, each with why."""

    number: int
    left_out: tuple[str, ...]


def plan(actor: Actor, department: Department, chosen: Sequence[Chosen], today: date, instant: datetime) -> Planned:
    """Plan the validation of what was ticked, DELAY from now; what is not clean, or not as it was seen, is left out."""
    asked = {(one.coop, one.start_year): one.moves for one in chosen}
    found = {(one.sent.coop, one.sent.year.start): one for one in waiting_files(department, asked.keys())}
    clean, left_out = [], []
    for (coop, start), seen in asked.items():
        file = found.get((coop, start))
        if file is None or file.moves != seen:
            left_out.append(f"{file.sent.name if file else coop} : {_CHANGED}.")
            continue
        why = obstacles(file.dossier, today)
        if why:
            left_out.append(f"{file.sent.name} : {why[0]}")
        else:
            clean.append(file)
    number, late = _keep(actor, department, clean, instant + plans.DELAY)
    return Planned(number, (*left_out, *late))


@writing
def _keep(
    actor: Actor, department: Department, files: Sequence[Waiting], due_at: datetime
) -> tuple[int, tuple[str, ...]]:
    """Keep the plans of years that are still as they were loaded: what was sent does not change without a move."""
    number, left_out = 0, []
    for file in files:
        key = YearKey(department.code, file.sent.coop, file.sent.year.start)
        if not Year.select().where(key.of(Year), Year.moves == file.moves).exists():
            left_out.append(f"{file.sent.name} : {_CHANGED}.")
        elif plans.waiting_for(key) is not None:
            left_out.append(f"{file.sent.name} : {_ALREADY}.")
        else:
            at = file.dossier.standing
            plans.keep(actor, key, sending_of(at.moves), figures(at.facts), due_at)
            number += 1
    return number, tuple(left_out)


def carry_out(instant: datetime, today: Callable[[], date], stopped: Callable[[], bool] = lambda: False) -> int:
    """Validate what is due, each in a transaction of its own; give how many were. Several workers may do so at once."""
    done = 0
    for row in plans.due(instant):
        if stopped():
            break
        try:
            done += _carry_out(row, today())
        except Refusal as refused:
            _refuse(row, refused.message)
        except Exception as fault:
            # Whatever is wrong with this one, the others wait behind it.
            logging.getLogger("retkoop").error("validation de %s en échec : %s", row.coop, type(fault).__name__)
            _refuse(row, _BROKEN)
    return done


@writing
def _carry_out(row: PlannedValidation, today: date) -> bool:
    # Taken first: another worker, or whoever cancels, meets this one here.
    if not plans.end(row, plans.DONE, row.who):
        return False
    _refuse_without_access(row, today)
    key = plans.key_of_plan(row)
    dossier = dossier_of(Department.get_by_id(row.department), Year.get(key.of(Year)))
    told = figures(dossier.standing.facts)
    if sending_of(dossier.standing.moves) != row.sending or told != (row.bank, row.cash, row.result):
        raise Conflict("Ses chiffres ne sont plus ceux qui avaient été vus.")
    why = obstacles(dossier, today)
    if why:
        raise Conflict(" ".join(why))
    moves.validate(Actor(row.who, row.person), key)
    return True


def _refuse_without_access(row: PlannedValidation, today: date) -> None:
    """Refuse what somebody planned who may not validate here any more: ended, past their last day, or elsewhere.

    What was planned at the command line has nobody to look at.
    """
    if row.person is None:
        return
    mine = (Person.role == "ad", Person.department == row.department, Person.disabled == 0)
    person = Person.get_or_none(Person.id == row.person, *mine)
    if person is None or is_over(person, today):
        raise Conflict(_NO_ACCESS)


@writing
def _refuse(row: PlannedValidation, why: str) -> None:
    """Keep why a year was not validated, unless somebody ended the plan meanwhile."""
    if plans.end(row, plans.REFUSED, "", why):
        record(Actor(row.who, row.person), plans.key_of_plan(row), "échec", "validation", after=why[:300])
