"""The balances brought forward, and last year's operations still outstanding."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from retkoop import access, journal_rows
from retkoop.actions import years
from retkoop.desks import YearDesk
from retkoop.errors import Conflict
from retkoop.forms.opening import BankForm, OpeningForm, PriorForm
from retkoop.school_year import SchoolYear
from retkoop.views.book import asked_number
from retkoop.views.shared import back, row_here, sent_key
from retkoop.year_states import VALIDATED

blueprint = Blueprint("opening", __name__, url_prefix="/coop/<identifiant>/<annee:annee>/ouverture")


@blueprint.get("")
@access.reads_year
def show(desk: YearDesk) -> Any:
    """Show what the year began with."""
    return _page(desk)


def _page(
    desk: YearDesk, opening: OpeningForm | BankForm | None = None, prior: PriorForm | None = None, status: int = 200
) -> Any:
    start = desk.facts.opening
    inherited = bool(desk.row.follows)
    stored = {"banque": start.bank, "caisse": start.cash, "report": start.carried, "compte": desk.row.bank_account}
    return (
        render_template(
            "opening/page.html",
            desk=desk,
            form=opening or (BankForm if inherited else OpeningForm)(data=stored),
            prior_form=prior or PriorForm(),
            inherited=inherited,
            final=_validated_before(desk) if inherited else None,
            changes=journal_rows.taken_over(desk.key) if inherited else [],
        ),
        status,
    )


def _validated_before(desk: YearDesk) -> str | None:
    """Name the year before once it is validated: what it hands over is final then."""
    before = desk.row.start_year - 1
    found = any(row.start_year == before and row.state == VALIDATED for row in desk.years)
    return SchoolYear(before).label if found else None


@blueprint.post("")
@access.writes_year
def save(desk: YearDesk) -> Any:
    """Correct the balances brought forward."""
    form: BankForm | OpeningForm = (BankForm if desk.row.follows else OpeningForm)(request.form)
    if not form.validate():
        return _page(desk, opening=form, status=422)
    opening = form.opening() if isinstance(form, OpeningForm) else desk.facts.opening
    years.set_opening(desk.actor, desk.key, opening, form.compte.data)
    return back(desk, "opening.show", "Banque enregistrée." if desk.row.follows else "Soldes de départ enregistrés.")


@blueprint.post("/operations")
@access.writes_year
def add_prior(desk: YearDesk) -> Any:
    """Add an operation of last year that the bank has not shown yet."""
    form = PriorForm(request.form)
    if not form.checked(desk.year):
        return _page(desk, prior=form, status=422)
    years.add_prior(desk.actor, desk.key, form.values(), sent_key())
    return back(desk, "opening.show", "Opération de l’année passée ajoutée.")


@blueprint.get("/operations/<int:number>")
@access.writes_year
def edit_prior(desk: YearDesk, number: int) -> Any:
    """Show an operation of last year in its form."""
    prior = row_here(desk.facts.priors, number)
    return render_template("opening/prior.html", desk=desk, prior=prior, form=PriorForm.of(prior))


@blueprint.post("/operations/<int:number>")
@access.writes_year
def save_prior(desk: YearDesk, number: int) -> Any:
    """Correct an operation of last year."""
    prior = row_here(desk.facts.priors, number)
    form = PriorForm(request.form)
    if not form.checked(desk.year):
        return render_template("opening/prior.html", desk=desk, prior=prior, form=form), 422
    try:
        years.edit_prior(desk.actor, desk.key, number, asked_number("version"), form.values())
    except Conflict as conflict:
        current = row_here(desk.renewed().facts.priors, number)
        shown = {"prior": current, "form": form, "conflict": conflict.message}
        return render_template("opening/prior.html", desk=desk, **shown), conflict.status
    unticked = prior.ticked_on is not None and form.values()["amount"] != prior.amount
    said = " et dépointée : son montant a changé" if unticked else ""
    return back(desk, "opening.show", f"Opération de l’année passée modifiée{said}.")


@blueprint.post("/operations/<int:number>/supprimer")
@access.writes_year
def remove_prior(desk: YearDesk, number: int) -> Any:
    """Remove an operation of last year that was a mistake."""
    years.remove_prior(desk.actor, desk.key, number)
    return back(desk, "opening.show", "Opération de l’année passée retirée.")
