"""Pointage: ticks in the cahier, and the page that compares it with the statement."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, render_template, request

from retkoop import access, clock, deposit_reports, reports
from retkoop.actions import deposits
from retkoop.actions import reconciliation as actions
from retkoop.deposit_reports import Deposit
from retkoop.desks import YearDesk
from retkoop.errors import NotFound, Refusal
from retkoop.facts import Entry
from retkoop.forms.reconciliation import StatementForm
from retkoop.htmx import fragment, go, is_htmx, retarget
from retkoop.ledger_page import BookView
from retkoop.statement_rows import statements_of
from retkoop.views.book import book, row_shown
from retkoop.views.shared import back, book_address, said_back, view_here

blueprint = Blueprint("reconciliation", __name__, url_prefix="/coop/<identifiant>/<annee:annee>")


@blueprint.post("/cahier/ecritures/<int:number>/pointage")
@access.writes_year
def tick_entry(desk: YearDesk, number: int) -> Any:
    """Tick an entry, or take its tick back; one on a slip goes with the slip, which is one line of the statement."""
    wanted = _wanted_day()
    step = actions.tick_line(desk.actor, desk.key, number, wanted)
    after = desk.renewed()
    entry = after.facts.by_number.get(number)
    if entry is None:
        raise NotFound("Cette écriture n’existe plus.")
    words = _words(entry.label, wanted) if entry.slip is None else _slip_words(_slip(after, entry.slip), wanted)
    if _on_statement():
        return _statement(after, words, step)
    return _in_book(after, view_here(desk), entry, words, step)


@blueprint.post("/cahier/operations/<int:number>/pointage")
@access.writes_year
def tick_prior(desk: YearDesk, number: int) -> Any:
    """Tick an operation of last year, or take its tick back."""
    wanted = _wanted_day()
    step = actions.tick_prior(desk.actor, desk.key, number, wanted)
    after = desk.renewed()
    prior = next((row for row in after.facts.priors if row.number == number), None)
    if _on_statement():
        return _statement(after, _words(prior.label if prior else "", wanted), step)
    if is_htmx():
        return fragment("ledger/_ticked_prior.html", desk=after, prior=prior)
    return go(book_address(after, view_here(desk), f"operation-{number}"))


@blueprint.post("/remises/<int:number>/pointage")
@access.writes_year
def tick_slip(desk: YearDesk, number: int) -> Any:
    """Tick a paying-in slip with all that it holds, or take the ticks back."""
    wanted = _wanted_day()
    step = deposits.tick_slip(desk.actor, desk.key, number, wanted)
    after = desk.renewed()
    words = _slip_words(_slip(after, number), wanted)
    if _on_statement():
        return _statement(after, words, step)
    return back(after, "deposits.page", words, step, number=number)


def _wanted_day() -> date | None:
    """Read what the button asks for: `1` to tick today, `0` to untick; a second click asks for the opposite."""
    asked = request.form.get("pointer", "")
    if asked not in ("0", "1"):
        raise Refusal("Demande de pointage illisible.")
    return clock.today() if asked == "1" else None


def _on_statement() -> bool:
    return request.form.get("page") == "releve"


def _slip(desk: YearDesk, number: int) -> Deposit:
    return next(deposit for deposit in deposit_reports.deposits(desk.facts) if deposit.slip.number == number)


def _words(label: str, day: date | None) -> str:
    return f"« {label} » {'pointée' if day else 'dépointée'}."


def _slip_words(deposit: Deposit, day: date | None) -> str:
    count = len(deposit.entries)
    return _words(deposit.label, day)[:-1] + (f", avec ses {count} écritures." if count > 1 else ".")


def _statement(desk: YearDesk, words: str, step: int | None) -> Any:
    """Show the page of the statement after a tick, with a way back."""
    if is_htmx():
        said = said_back(desk, words, step, "reconciliation.show")
        return fragment("reconciliation/_page.html", **_page(desk, None), message=said)
    return back(desk, "reconciliation.show", words, step, _anchor="en-cours")


def _in_book(desk: YearDesk, view: BookView, entry: Entry, words: str, step: int | None) -> Any:
    """Show the row as it is now; the balances and the band follow in the same answer.

    The whole cahier is shown again, with what was done, when other rows changed too or this one may leave the page.
    """
    whole = entry.slip is not None or bool(view.search.pointage)
    undo = desk.url("history.take_back", step=step) if step else None
    said: Any = {"text": words, "undo": undo, "view": {**view.params, "retour": entry.number}}
    if not is_htmx():
        if whole:
            flash(said, "done")
        return go(book_address(desk, view, f"ecriture-{entry.number}"))
    if whole:
        return _book_again(desk, view, said)
    line = next(row for row in reports.ledger_lines(desk.facts) if row.entry.number == entry.number)
    return fragment("ledger/_ticked.html", **row_shown(desk, view, line))


def _book_again(desk: YearDesk, view: BookView, said: Any) -> Any:
    answer = retarget(fragment("ledger/_book.html", **book(desk, view, message=said)), "#book")
    # What stays keeps its place, and with it the focus and the ticks that still wait to be sent.
    answer.headers["HX-Reswap"] = "outerMorph"
    return answer


@blueprint.get("/releve")
@access.reads_year
def show(desk: YearDesk) -> Any:
    """Show the statement's balance, the gap, and every operation that the bank has not shown."""
    return _whole_page(desk, None)


def _whole_page(desk: YearDesk, form: StatementForm | None, status: int = 200) -> Any:
    imports = [] if desk.facts.direct else statements_of(desk.key)
    return render_template("reconciliation/page.html", imports=imports, fault="", **_page(desk, form)), status


def _page(desk: YearDesk, form: StatementForm | None) -> dict[str, Any]:
    statement = desk.facts.statement
    if form is None:
        day = statement.day if statement else min(desk.year.last_day, clock.today())
        form = StatementForm(data={"date": day, "solde": statement.balance if statement else None})
    lines = deposit_reports.statement_lines(desk.facts)
    return {"desk": desk, "form": form, "lines": lines, "far": _is_far(desk)}


# A statement that was made up some days before or after the end of the year still shows its balance.
_NEAR = 5


def _is_far(desk: YearDesk) -> bool:
    """Tell a statement that is not of the end of the year, where a report typed in directly has no other day."""
    statement = desk.facts.statement
    if desk.facts.direct is None or statement is None:
        return False
    return abs((statement.day - desk.year.last_day).days) > _NEAR


@blueprint.post("/releve")
@access.writes_year
def save(desk: YearDesk) -> Any:
    """Keep the day and balance of the last statement."""
    form = StatementForm(request.form)
    if form.validate() and form.date.data < desk.year.first_day:
        form.refuse("date", "Ce relevé est d’avant l’exercice.")
    elif form.date.data and form.date.data > clock.today():
        form.refuse("date", "Ce relevé est daté d’un jour à venir.")
    if form.faults:
        if is_htmx():
            return fragment("reconciliation/_page.html", 422, **_page(desk, form))
        return _whole_page(desk, form, 422)
    actions.set_statement(desk.actor, desk.key, form.date.data, form.solde.data)
    if is_htmx():
        return fragment("reconciliation/_page.html", **_page(desk.renewed(), None), message="Relevé enregistré.")
    flash("Relevé enregistré.")
    return go(desk.url("reconciliation.show"))
