"""Writes of the pointage: ticks, and the balance of the last statement."""

from __future__ import annotations

from datetime import date
from typing import Any

from retkoop.actions.deposits import tick_slip
from retkoop.actions.guard import change_row, journal, open_for_writing, row_of
from retkoop.audit import Actor
from retkoop.db import writing
from retkoop.errors import NotFound, Refusal
from retkoop.models import DepositLine, Entry, PriorOperation, Year, YearKey


@writing
def tick_line(actor: Actor, key: YearKey, number: int, day: date | None) -> int | None:
    """Tick, or untick, the line of the statement that shows an entry: with its slip, all that the slip holds.

    Gives the step for an undo, or None when nothing changed.
    """
    together = DepositLine.get_or_none(key.of(DepositLine), DepositLine.entry == number)
    return tick_slip(actor, key, together.slip, day) if together else tick_entry(actor, key, number, day)


@writing
def tick_entry(actor: Actor, key: YearKey, number: int, day: date | None) -> int | None:
    """Say on which day an entry was seen on the statement; None takes the tick back. Gives the step, as `tick_line`."""
    open_for_writing(key)
    row = row_of(Entry, key, number)
    if row.struck_at is not None:
        raise NotFound("Cette écriture a été supprimée.")
    if row.bank == 0:
        raise Refusal("Cette écriture ne touche pas la banque : il n’y a rien à pointer.")
    return _tick(actor, key, Entry, row, day, f"ecriture:{number}")


@writing
def tick_prior(actor: Actor, key: YearKey, number: int, day: date | None) -> int | None:
    """Tick, or untick, an operation of last year that was still outstanding. Gives the step, as `tick_line`."""
    open_for_writing(key)
    return _tick(actor, key, PriorOperation, row_of(PriorOperation, key, number), day, f"operation:{number}")


def _tick(actor: Actor, key: YearKey, table: Any, row: Any, day: date | None, subject: str) -> int | None:
    # A second click, or two people at once, asks for what already is: there is nothing to do, nor to tell.
    if (row.ticked_on is None) == (day is None):
        return None
    action, before = "pointage" if day else "dépointage", _text(row.ticked_on)
    # The amount is noted with the tick, so that an undo never ticks another one.
    seen = "bank" if table is Entry else "amount"
    change_row(table, key, row, ticked_on=day, **{seen: getattr(row, seen)})
    return journal(actor, key, action, subject, before, _text(day))


def _text(day: date | None) -> str | None:
    return str(day) if day else None


@writing
def set_statement(actor: Actor, key: YearKey, day: date, balance: int) -> None:
    """Keep the day and the balance (cents) of the last bank statement."""
    year = open_for_writing(key)
    if day < key.year.first_day:
        raise Refusal("Ce relevé est d’avant l’exercice.")
    before = None if year.statement_day is None else [str(year.statement_day), year.statement_balance]
    change_row(Year, key, year, statement_day=day, statement_balance=balance)
    journal(actor, key, "relevé", "releve", before, [str(day), balance])
