"""The régies d'avance: the money entrusted to classes, what they did with it, what is left."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from retkoop import access, models, table_reports
from retkoop.actions import advances as actions
from retkoop.actions import tables
from retkoop.actions.guard import replayed
from retkoop.actions.undo import step_about
from retkoop.advance_reports import Forecast, forecast
from retkoop.desks import YearDesk
from retkoop.drafts import EntryDraft
from retkoop.errors import Conflict
from retkoop.facts import Advance
from retkoop.forms.advances import AdvanceForm, HolderForm, MovementsForm
from retkoop.htmx import fragment, is_htmx
from retkoop.rules import Subject
from retkoop.views.shared import back, day_here, row_here, sent_key

blueprint = Blueprint("advances", __name__, url_prefix="/coop/<identifiant>/<annee:annee>/regies")


@blueprint.get("")
@access.reads_year
def show(desk: YearDesk) -> Any:
    """Show each régie with its movements and what is left of it."""
    return _page(desk, AdvanceForm())


def _page(desk: YearDesk, form: AdvanceForm, status: int = 200) -> Any:
    accounts = table_reports.advance_accounts(desk.facts)
    shown = {
        "accounts": accounts,
        "served": any(account.movements for account in accounts),
        "unsettled": [account for account in accounts if account.held],
        "ceiling": desk.facts.settings.advance_ceiling,
        "subject": Subject,
    }
    return render_template("advances/page.html", desk=desk, form=form, **shown), status


@blueprint.post("")
@access.writes_year
def add(desk: YearDesk) -> Any:
    """Make a régie for a class."""
    form = AdvanceForm(request.form)
    again = replayed(models.Advance, desk.key, sent_key())
    if not again and not form.checked(desk.facts.advances):
        return _page(desk, form, 422)
    number = tables.add_row(desk.actor, desk.key, models.Advance, form.values(), sent_key())
    return back(desk, "advances.show", f"Régie « {form.code.data} » créée.", _last_step(desk, number))


def _last_step(desk: YearDesk, number: int) -> int | None:
    return step_about(desk.key, desk.person.id, f"regie:{number}")


@blueprint.get("/<int:number>")
@access.writes_year
def edit(desk: YearDesk, number: int) -> Any:
    """Show who holds a régie, to change it."""
    advance = row_here(desk.facts.advances, number)
    return _edit_page(desk, advance, HolderForm.of(advance))


def _edit_page(desk: YearDesk, advance: Advance, form: HolderForm, status: int = 200, conflict: str = "") -> Any:
    return render_template("advances/edit.html", desk=desk, advance=advance, form=form, conflict=conflict), status


@blueprint.post("/<int:number>")
@access.writes_year
def save(desk: YearDesk, number: int) -> Any:
    """Change who holds a régie, unless somebody else did meanwhile."""
    advance = row_here(desk.facts.advances, number)
    form = HolderForm(request.form)
    if not form.validate():
        return _edit_page(desk, advance, form, 422)
    try:
        step = tables.set_holder(desk.actor, desk.key, number, form.vu.data or "", form.titulaire.data or "")
    except Conflict as conflict:
        return _both_versions(desk.renewed(), number, form, conflict)
    return back(desk, "advances.show", f"Régie « {advance.code} » modifiée.", step)


def _both_versions(desk: YearDesk, number: int, form: HolderForm, conflict: Conflict) -> Any:
    """Show who is stored now above who was typed, which a second save then replaces."""
    current = row_here(desk.facts.advances, number)
    form.vu.data = current.holder
    return _edit_page(desk, current, form, conflict.status, conflict.message)


@blueprint.post("/<int:number>/supprimer")
@access.writes_year
def remove(desk: YearDesk, number: int) -> Any:
    """Remove a régie that no entry uses."""
    advance = row_here(desk.facts.advances, number)
    step = tables.remove_row(desk.actor, desk.key, models.Advance, number)
    return back(desk, "advances.show", f"Régie « {advance.code} » retirée.", step)


@blueprint.get("/<int:number>/mouvement")
@access.writes_year
def movement(desk: YearDesk, number: int) -> Any:
    """Ask what happened in a régie: an advance, receipts, what was left, what was too much."""
    advance = row_here(desk.facts.advances, number)
    return _movement_page(desk, advance, MovementsForm.blank(day_here(desk)))


def _read(desk: YearDesk, advance: Advance, form: MovementsForm) -> tuple[list[EntryDraft], Forecast]:
    """Give the entries that a form makes, and what the régie becomes with them."""
    used = {entry.voucher for entry in desk.facts.entries}
    drafts = form.typed(advance.code, desk.year, desk.facts.chart, used)
    return drafts, forecast(desk.facts, advance.code, drafts)


def _movement_page(desk: YearDesk, advance: Advance, form: MovementsForm, status: int = 200) -> Any:
    page = "advances/_movement.html" if is_htmx() else "advances/movement.html"
    _offer(desk, form)
    _, then = _read(desk, advance, form)
    return render_template(page, desk=desk, advance=advance, form=form, forecast=then), status


def _offer(desk: YearDesk, form: MovementsForm) -> MovementsForm:
    return form.offer(desk.facts.chart, desk.facts.projects)


@blueprint.post("/<int:number>/mouvement")
@access.writes_year
def add_movements(desk: YearDesk, number: int) -> Any:
    """Enter all that happened, once it was said if the class would hold too much."""
    advance = row_here(desk.facts.advances, number)
    if replayed(models.Entry, desk.key, sent_key()):
        return _entered(desk, advance, "Ces écritures sont enregistrées")
    form = _offer(desk, MovementsForm(request.form))
    drafts, then = _read(desk, advance, form)
    warned = not then.is_too_much or request.form.get("averti") == str(then.outstanding)
    if not form.checked(advance.code, desk.year, desk.facts.chart) or not warned:
        return _movement_page(desk, advance, form, 422)
    actions.add_movements(desk.actor, desk.key, advance.code, drafts, sent_key())
    count = "Une écriture enregistrée" if len(drafts) == 1 else f"{len(drafts)} écritures enregistrées"
    return _entered(desk, advance, count, _last_step(desk, number))


def _entered(desk: YearDesk, advance: Advance, message: str, step: int | None = None) -> Any:
    anchor = f"regie-{advance.number}"
    return back(desk, "advances.show", f"{message} pour la régie {advance.code}.", step, _anchor=anchor)


@blueprint.post("/<int:number>/mouvement/verifier")
@access.writes_year
def check_movements(desk: YearDesk, number: int) -> Any:
    """Say what the class would have left; nothing is saved."""
    advance = row_here(desk.facts.advances, number)
    form = _offer(desk, MovementsForm(request.form))
    form.refuse_unreadable()
    if not is_htmx():
        return _movement_page(desk, advance, form)
    _, then = _read(desk, advance, form)
    return fragment("advances/_forecast.html", desk=desk, form=form, forecast=then)


@blueprint.post("/<int:number>/mouvement/formulaire")
@access.writes_year
def one_more(desk: YearDesk, number: int) -> Any:
    """Give the form back with a line for one more receipt; nothing is saved."""
    advance = row_here(desk.facts.advances, number)
    form = MovementsForm(request.form)
    form.add_receipt(day_here(desk))
    return _movement_page(desk, advance, form)
