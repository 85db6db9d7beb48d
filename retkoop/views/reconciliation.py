"""Pointage: ticks in the cahier, and the page that compares it with the statement."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request

from retkoop import access, clock, deposit_reports, reports
from retkoop.access import YearDesk
from retkoop.actions import deposits
from retkoop.actions import reconciliation as actions
from retkoop.errors import NotFound, Refusal
from retkoop.forms.reconciliation import StatementForm
from retkoop.htmx import fragment, go, is_htmx
from retkoop.views.book import row_shown
from retkoop.views.shared import book_address, view_here

blueprint = Blueprint("reconciliation", __name__, url_prefix="/coop/<identifiant>/<annee:annee>")


@blueprint.post("/cahier/ecritures/<int:number>/pointage")
@access.writes_year
def tick_entry(desk: YearDesk, number: int) -> Any:
    """Tick an entry, or take its tick back."""
    wanted = _wanted_day()
    actions.tick_entry(desk.actor, desk.key, number, wanted)
    return _ticked(desk, "entry", number)


@blueprint.post("/cahier/operations/<int:number>/pointage")
@access.writes_year
def tick_prior(desk: YearDesk, number: int) -> Any:
    """Tick an operation of last year, or take its tick back."""
    wanted = _wanted_day()
    actions.tick_prior(desk.actor, desk.key, number, wanted)
    return _ticked(desk, "prior", number)


@blueprint.post("/remises/<int:number>/pointage")
@access.writes_year
def tick_slip(desk: YearDesk, number: int) -> Any:
    """Tick a paying-in slip with all that it holds, or take the ticks back."""
    wanted = _wanted_day()
    deposits.tick_slip(desk.actor, desk.key, number, wanted)
    after = desk.renewed()
    if is_htmx():
        return fragment("reconciliation/_page.html", **_page(after, None))
    if request.form.get("page") == "releve":
        return go(after.url("reconciliation.show", _anchor="en-cours"))
    return go(after.url("deposits.page", number=number, _anchor="contenu"))


def _wanted_day() -> Any:
    """Read what the button asks for: `1` to tick today, `0` to untick; a second click asks for the opposite."""
    asked = request.form.get("pointer", "")
    if asked not in ("0", "1"):
        raise Refusal("Demande de pointage illisible.")
    return clock.today() if asked == "1" else None


def _ticked(desk: YearDesk, kind: str, number: int) -> Any:
    """Show the row as it is now; the balances and the band follow in the same answer."""
    after = desk.renewed()
    if not is_htmx():
        return go(_way_back(after, kind, number))
    if request.form.get("page") == "releve":
        return fragment("reconciliation/_page.html", **_page(after, None))
    if kind == "prior":
        prior = next((row for row in after.facts.priors if row.number == number), None)
        return fragment("ledger/_ticked_prior.html", desk=after, prior=prior)
    line = next((row for row in reports.ledger_lines(after.facts) if row.entry.number == number), None)
    if line is None:
        raise NotFound("Cette écriture n’existe plus.")
    return fragment("ledger/_ticked.html", **row_shown(after, view_here(desk), line))


def _way_back(desk: YearDesk, kind: str, number: int) -> str:
    if request.form.get("page") == "releve":
        return desk.url("reconciliation.show", _anchor="en-cours")
    anchor = f"ecriture-{number}" if kind == "entry" else f"operation-{number}"
    return book_address(desk, view_here(desk), anchor)


@blueprint.get("/releve")
@access.reads_year
def show(desk: YearDesk) -> Any:
    """Show the statement's balance, the gap, and every operation that the bank has not shown."""
    return render_template("reconciliation/page.html", **_page(desk, None))


def _page(desk: YearDesk, form: StatementForm | None) -> dict[str, Any]:
    statement = desk.facts.statement
    if form is None:
        day = statement.day if statement else min(desk.year.last_day, clock.today())
        form = StatementForm(data={"date": day, "solde": statement.balance if statement else None})
    return {"desk": desk, "form": form, "lines": deposit_reports.statement_lines(desk.facts)}


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
        page = "reconciliation/_page.html" if is_htmx() else "reconciliation/page.html"
        return render_template(page, **_page(desk, form)), 422
    actions.set_statement(desk.actor, desk.key, form.date.data, form.solde.data)
    if is_htmx():
        return fragment("reconciliation/_page.html", **_page(desk.renewed(), None), message="Relevé enregistré.")
    flash("Relevé enregistré.")
    return go(desk.url("reconciliation.show"))
