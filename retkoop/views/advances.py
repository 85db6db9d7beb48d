"""The régies d'avance: the money entrusted to classes, what they did with it, what is left."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from retkoop import access, models, table_reports
from retkoop.access import YearDesk
from retkoop.actions import tables
from retkoop.actions.guard import replayed
from retkoop.errors import Conflict
from retkoop.facts import Advance
from retkoop.forms.advances import AdvanceForm, HolderForm
from retkoop.rules import Subject
from retkoop.views.shared import back, row_here, sent_key

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
    tables.add_row(desk.actor, desk.key, models.Advance, form.values(), sent_key())
    return back(desk, "advances.show", f"Régie « {form.code.data} » créée.")


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
        tables.set_holder(desk.actor, desk.key, number, form.vu.data or "", form.titulaire.data or "")
    except Conflict as conflict:
        return _both_versions(desk.renewed(), number, form, conflict)
    return back(desk, "advances.show", f"Titulaire de la régie « {advance.code} » enregistré.")


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
    tables.remove_row(desk.actor, desk.key, models.Advance, number)
    return back(desk, "advances.show", f"Régie « {advance.code} » retirée.")
