"""What was done: the history of an entry, and a person's own last actions, which they may take back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from retkoop import access, journal_rows, journal_words, year_rows
from retkoop.actions.undo import Step, last_steps, undo
from retkoop.desks import YearDesk
from retkoop.errors import Conflict, NotFound
from retkoop.htmx import is_htmx
from retkoop.still_undoable import Change, Written, is_again, outdated
from retkoop.views.book import asked_number, done
from retkoop.views.shared import back, view_here

# The pages whose messages have a way back: they alone may be come back to, whatever a form asks.
_OF_ONE_ROW = {"deposits.page", "projects.page"}
_PAGES = _OF_ONE_ROW | {
    "activity_report.show", "advances.show", "deposits.show", "financial_report.show", "grants.show",
    "inventory.show", "projects.show", "reconciliation.show",
}  # fmt: skip

blueprint = Blueprint("history", __name__, url_prefix="/coop/<identifiant>/<annee:annee>/cahier")


@blueprint.get("/ecritures/<int:number>/historique")
@access.reads_year
def entry(desk: YearDesk, number: int) -> Any:
    """Show who did what to an entry, struck out or not: when, before, after."""
    lines = journal_rows.history_of(desk.key, f"ecriture:{number}")
    known = desk.facts.by_number.get(number) or _struck(desk, number)
    if known is None:
        raise NotFound(access.NOT_FOUND)
    undone, about = journal_rows.undone(desk.key), f"ecriture:{number}"
    told = [
        (line, journal_words.title(line, about, is_again(line.step, undone)), _changes(desk, line)) for line in lines
    ]
    struck = number not in desk.facts.by_number
    return render_template(
        "history/entry.html", desk=desk, entry=known, lines=told, struck=struck, view=view_here(desk)
    )


def _changes(desk: YearDesk, line: journal_rows.JournalLine) -> tuple[journal_words.Difference, ...]:
    return journal_words.differences(line.before, line.after, desk.facts.chart)


def _struck(desk: YearDesk, number: int) -> Any:
    return next((e for e in year_rows.entry_facts(desk.key, struck=True) if e.number == number), None)


@blueprint.get("/mes-actions")
@access.writes_year
def mine(desk: YearDesk) -> Any:
    """List the last twenty actions of the person here, and which of them they may take back."""
    return _mine(desk)


def _mine(desk: YearDesk, refused: str = "", status: int = 200) -> Any:
    steps = last_steps(desk.key, desk.person.id)
    written = [Written(*line) for line in journal_rows.changed_since(desk.key, steps[-1].id)] if steps else []
    rows, undone = {line.step: line.changes for line in written}, journal_rows.undone(desk.key)
    again = {step.id for step in steps if is_again(step.id, undone)}
    told = [(step, journal_words.deed(step, _label(desk, step, rows[step.id]), step.id in again)) for step in steps]
    gone = outdated(written, {step.id for step in steps})
    page = {"desk": desk, "steps": told, "again": again, "gone": gone, "refused": refused, "view": view_here(desk)}
    return render_template("history/mine.html", **page), status


def _label(desk: YearDesk, step: Step, changes: list[Change]) -> str:
    """Call what a step was about as it is called today, where the journal's line says only its number."""
    taken = journal_words.taken_back(step) or step
    if taken.action == "saisie":
        named = [_entry(desk, place["number"]) for table, place, *_ in changes if table == "entry"]
        return " ; ".join(filter(None, named))
    kind, _, number = taken.subject.partition(":")
    if kind == "ecriture":
        return _entry(desk, int(number))
    called = {"regie": {row.number: row.code for row in desk.facts.advances},
              "operation": {row.number: row.label for row in desk.facts.priors}}  # fmt: skip
    return called[kind].get(int(number), "") if kind in called else ""


def _entry(desk: YearDesk, number: int) -> str:
    found = desk.facts.by_number.get(number)
    if found is None:
        return ""
    return journal_words.entry_in_words(found.voucher, found.label, found.moved or found.bank or found.cash)


@blueprint.post("/mes-actions/<ligne:step>/annuler")
@access.writes_year
def take_back(desk: YearDesk, step: int) -> Any:
    """Take one of the person's last actions back, and bring them where they were.

    Asked by the cahier, `retour` names the entry where it shows; by another page, `revenir` and `numero` name the page.
    """
    try:
        undo(desk.actor, desk.key, step)
    except Conflict as refusal:
        if is_htmx():
            raise
        return _mine(desk, refusal.message, refusal.status)
    if asked_number("retour"):
        return done(desk, "Action annulée.", asked_number("retour"))
    endpoint = request.form.get("revenir", "")
    where: Any = {"number": asked_number("numero")} if endpoint in _OF_ONE_ROW else {}
    return back(desk, endpoint if endpoint in _PAGES else "history.mine", "Action annulée.", **where)
