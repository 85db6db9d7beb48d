"""Paying-in slips: several cheques taken to the bank together, one line of the statement."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request

from retkoop import access, clock, deposit_reports
from retkoop.actions import deposits as actions
from retkoop.actions.guard import replayed
from retkoop.actions.undo import step_about
from retkoop.deposit_reports import Deposit
from retkoop.desks import YearDesk
from retkoop.errors import Conflict
from retkoop.exports import pdf as printer
from retkoop.forms.deposits import SlipForm
from retkoop.htmx import fragment, is_htmx
from retkoop.models import DepositSlip
from retkoop.rules import Subject
from retkoop.views.shared import back, day_here, row_here, sent_key

blueprint = Blueprint("deposits", __name__, url_prefix="/coop/<identifiant>/<annee:annee>/remises")


@blueprint.get("")
@access.reads_year
def show(desk: YearDesk) -> Any:
    """Show the slips, and the form that makes one of the receipts that wait."""
    return _list(desk, SlipForm(data={"date": day_here(desk)}))


def _list(desk: YearDesk, form: SlipForm, status: int = 200, counted: bool = False) -> Any:
    _offer(desk, form)
    shown = {"deposits": deposit_reports.deposits(desk.facts), "form": form, "counted": counted}
    return render_template("deposits/page.html", desk=desk, **shown), status


@blueprint.post("")
@access.writes_year
def add(desk: YearDesk) -> Any:
    """Make a slip of the receipts that are ticked off; sent again, the form leads to the slip that it made."""
    form = _offer(desk, SlipForm(request.form))
    if again := replayed(DepositSlip, desk.key, sent_key()):
        return _back(desk, again, "Cette remise est déjà enregistrée.")
    if not form.checked(desk.year):
        return _list(desk, form, 422)
    number = actions.make_slip(desk.actor, desk.key, form.date.data, form.label, form.numbers, sent_key())
    made = step_about(desk.key, desk.person.id, f"bordereau:{number}")
    return _back(desk, number, f"« {form.label} » enregistrée.", made, "deposits.show")


def _back(desk: YearDesk, number: int, message: str, step: int | None = None, undone: str = "") -> Any:
    return back(desk, "deposits.page", message, step, undone, number=number)


@blueprint.post("/total")
@access.writes_year
def add_up(desk: YearDesk) -> Any:
    """Add up what is ticked off so far, for a new slip or for the one that is being corrected; nothing is saved."""
    form, asked = SlipForm(request.form), request.form.get("remise", "")
    deposit = next((found for found in deposit_reports.deposits(desk.facts) if str(found.slip.number) == asked), None)
    if is_htmx():
        return fragment("deposits/_total.html", desk=desk, form=_offer(desk, form, deposit))
    return _edit_page(desk, deposit, form, counted=True) if deposit else _list(desk, form, counted=True)


def _offer(desk: YearDesk, form: SlipForm, deposit: Deposit | None = None) -> SlipForm:
    return form.offer((*(deposit.entries if deposit else ()), *deposit_reports.to_deposit(desk.facts)))


@blueprint.get("/<int:number>")
@access.reads_year
def page(desk: YearDesk, number: int) -> Any:
    """Show a slip: the list that is handed over with the cheques."""
    return render_template("deposits/slip.html", desk=desk, deposit=_deposit(desk, number), subject=Subject)


@blueprint.get("/<int:number>.pdf")
@access.reads_year
def pdf(desk: YearDesk, number: int) -> Any:
    """Give a slip on paper, to hand over with the cheques."""
    deposit = _deposit(desk, number)
    css, today = printer.stylesheet(), clock.today()
    html = render_template("print/slip.html", desk=desk, deposit=deposit, css=css, today=today)
    access.give_back()
    answer = Response(printer.render(html), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="remise-{deposit.slip.day}.pdf"'
    return answer


def _deposit(desk: YearDesk, number: int) -> Deposit:
    slip = row_here(desk.facts.slips, number)
    return next(deposit for deposit in deposit_reports.deposits(desk.facts) if deposit.slip == slip)


@blueprint.get("/<int:number>/modifier")
@access.writes_year
def edit(desk: YearDesk, number: int) -> Any:
    """Show a slip in its form."""
    deposit = _deposit(desk, number)
    return _edit_page(desk, deposit, SlipForm.of(deposit))


def _edit_page(desk: YearDesk, deposit: Deposit, form: SlipForm, status: int = 200, **more: Any) -> Any:
    _offer(desk, form, deposit)
    return render_template("deposits/edit.html", desk=desk, deposit=deposit, form=form, **more), status


@blueprint.post("/<int:number>/modifier")
@access.writes_year
def save(desk: YearDesk, number: int) -> Any:
    """Correct a slip, unless somebody else did meanwhile."""
    deposit = _deposit(desk, number)
    form = _offer(desk, SlipForm(request.form), deposit)
    if not form.checked(desk.year):
        return _edit_page(desk, deposit, form, 422)
    try:
        step = actions.edit_slip(desk.actor, desk.key, number, form.seen, form.date.data, form.label, form.numbers)
    except Conflict as conflict:
        return _both_versions(desk.renewed(), number, form, conflict)
    return _back(desk, number, f"« {form.label} » modifiée.", step)


def _both_versions(desk: YearDesk, number: int, form: SlipForm, conflict: Conflict) -> Any:
    """Show what is stored now above what was typed, which a second save then replaces."""
    current = _deposit(desk, number)
    form.version.data = str(current.slip.version)
    return _edit_page(desk, current, form, conflict.status, conflict=conflict.message)


@blueprint.post("/<int:number>/retirer")
@access.writes_year
def take_out(desk: YearDesk, number: int) -> Any:
    """Take one cheque out of a slip; with the last one the slip goes."""
    deposit = _deposit(desk, number)
    asked = request.form.get("ecriture", "")
    entry = next((entry for entry in deposit.entries if str(entry.number) == asked), None)
    if entry is None:
        return _back(desk, number, "Ce chèque n’est plus dans cette remise.")
    step = actions.take_out(desk.actor, desk.key, number, entry.number)
    if len(deposit.entries) == 1:
        return back(desk, "deposits.show", f"« {entry.label} » retirée : la remise était vide, elle est défaite.", step)
    return _back(desk, number, f"« {entry.label} » retirée de la remise.", step)


@blueprint.post("/<int:number>/supprimer")
@access.writes_year
def remove(desk: YearDesk, number: int) -> Any:
    """Take a slip apart; its cheques stay in the cahier."""
    deposit = _deposit(desk, number)
    step = actions.undo_slip(desk.actor, desk.key, number)
    return back(desk, "deposits.show", f"« {deposit.label} » défaite : ses écritures restent dans le cahier.", step)
