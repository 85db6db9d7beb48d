"""The compte rendu d’activité (CRA): keeping what was answered, before and after the cahier is closed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from retkoop.actions.guard import change_row, delete_rows, insert_row, journal, open_for_writing
from retkoop.audit import Actor, now
from retkoop.db import writing
from retkoop.errors import Conflict, NotFound
from retkoop.models import ActivityAnswer, ActivityReport, Year, YearKey
from retkoop.questionnaire import Answers

# The states of a year in which its CRA is still filled in: the closing freezes the cahier, not what is said of it.
FILLED_IN = frozenset({"open", "closed"})


class Changed(Conflict):
    """Somebody else changed the answers since the person read them."""


def may_be_filled_in(year: Year) -> bool:
    """Tell whether the CRA of a year may still change."""
    return year.state in FILLED_IN


def open_for_reporting(key: YearKey) -> Year:
    """Give the year whose CRA this transaction changes; refuse once it is frozen.

    The row of a closed year no longer counts versions: then the transaction alone makes two writes meet.
    """
    year: Year | None = Year.get_or_none(key.of(Year))
    if year is None:
        raise NotFound("Cet exercice n’existe pas.")
    if not may_be_filled_in(year):
        raise Conflict("Ce compte rendu d’activité est figé : plus rien ne peut y être modifié.")
    return open_for_writing(key) if year.state == "open" else year


@writing
def save_report(actor: Actor, key: YearKey, seen: str, answers: Mapping[str, str], passing: bool = False) -> int | None:
    """Keep answers, right or wrong, by question; an empty text removes one. `passing`: and leave for the next step.

    `seen` is the fingerprint of the answers that the person read; raises Changed when they are others now. Gives the
    step for an undo, or None when nothing had to change: what was sent twice changes nothing the second time.
    """
    open_for_reporting(key)
    rows = {row.question: row for row in ActivityAnswer.select().where(key.of(ActivityAnswer))}
    stored = {code: row.value for code, row in rows.items()}
    changed = {code: value for code, value in answers.items() if stored.get(code, "") != value}
    if changed and Answers(stored).fingerprint != seen:
        raise Changed("Quelqu’un d’autre a modifié ce compte rendu entre-temps.")
    for code, value in changed.items():
        _write(key, rows.get(code), code, value)
    passed = passing and _pass(key)
    if not changed and not passed:
        return None
    before = {code: stored.get(code, "") for code in changed}
    return journal(actor, key, "passage à la suite" if passed else "modification", "cra", before, changed)


def _write(key: YearKey, row: Any, code: str, value: str) -> None:
    if row is None:
        insert_row(ActivityAnswer, key, question=code, value=value)
    elif value:
        change_row(ActivityAnswer, key, row, value=value)
    else:
        delete_rows(ActivityAnswer, key, ActivityAnswer.question == code)


def _pass(key: YearKey) -> bool:
    """Mark the step as left for the next one; tell whether it was not yet."""
    if ActivityReport.get_or_none(key.of(ActivityReport)) is not None:
        return False
    insert_row(ActivityReport, key, passed_at=now())
    return True
