"""The compte rendu d’activité (CRA): keeping what was answered, before and after the cahier is closed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from retkoop.actions.guard import change_row, delete_rows, insert_row, journal, open_for_reporting
from retkoop.audit import Actor, now
from retkoop.db import writing
from retkoop.errors import Conflict
from retkoop.models import ActivityAnswer, ActivityReport, YearKey
from retkoop.questionnaire import Answers


class Changed(Conflict):
    """Somebody else changed the answers since the person read them."""


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
