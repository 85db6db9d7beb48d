"""What was done: the history of an entry, and a person's own last actions, which they may take back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from retkoop import access, journal_words, models
from retkoop.access import YearDesk
from retkoop.actions.undo import Step, last_steps, undo
from retkoop.errors import NotFound
from retkoop.views.shared import back, view_here

blueprint = Blueprint("history", __name__, url_prefix="/coop/<identifiant>/<annee:annee>/cahier")


@blueprint.get("/ecritures/<int:number>/historique")
@access.reads_year
def entry(desk: YearDesk, number: int) -> Any:
    """Show who did what to an entry, struck out or not: when, before, after."""
    lines = models.history_of(desk.key, f"ecriture:{number}")
    known = desk.facts.by_number.get(number) or _struck(desk, number)
    if known is None:
        raise NotFound(access.NOT_FOUND)
    told = [(line, _about(line, number), _changes(desk, line)) for line in lines]
    struck = number not in desk.facts.by_number
    return render_template(
        "history/entry.html", desk=desk, entry=known, lines=told, struck=struck, view=view_here(desk)
    )


def _about(line: models.JournalLine, number: int) -> str:
    """Say what was done: to the entry itself, or to something that it belongs to."""
    if line.subject == f"ecriture:{number}":
        return line.action.capitalize()
    return journal_words.sentence(line.action, line.subject, line.before, line.after)


def _changes(desk: YearDesk, line: models.JournalLine) -> tuple[journal_words.Difference, ...]:
    return journal_words.differences(line.before, line.after, desk.facts.chart)


def _struck(desk: YearDesk, number: int) -> Any:
    return next((e for e in models.entry_facts(desk.key, struck=True) if e.number == number), None)


@blueprint.get("/mes-actions")
@access.writes_year
def mine(desk: YearDesk) -> Any:
    """List the last twenty actions of the person here, which they may take back."""
    steps = [(step, _sentence(desk, step)) for step in last_steps(desk.key, desk.person.id)]
    return render_template("history/mine.html", desk=desk, steps=steps, view=view_here(desk))


def _sentence(desk: YearDesk, step: Step) -> str:
    """Say a step by the label that its entry bears today, where the journal's line says only its number."""
    kind, _, number = step.subject.partition(":")
    found = desk.facts.by_number.get(int(number)) if kind == "ecriture" else None
    label = f"{found.voucher} {found.label}".strip() if found else ""
    return journal_words.sentence(step.action, step.subject, step.before, step.after, label)


@blueprint.post("/mes-actions/<ligne:step>/annuler")
@access.writes_year
def take_back(desk: YearDesk, step: int) -> Any:
    """Take one of the person's last actions back."""
    undo(desk.actor, desk.key, step)
    return back(desk, "history.mine", "Action annulée.")
