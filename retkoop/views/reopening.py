"""Opening a closed cahier again: asked by one person of the association, confirmed by another one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for

from retkoop import access
from retkoop.actions import reopening
from retkoop.audit import now
from retkoop.desks import YearDesk
from retkoop.errors import Refusal
from retkoop.forms.validation import ReopeningForm
from retkoop.htmx import go
from retkoop.models import Department
from retkoop.views.shared import told

blueprint = Blueprint(
    "reopening", __name__, url_prefix="/ad/<departement>/validation/<identifiant>/<annee:annee>/reouverture"
)


@blueprint.get("")
@access.reads_year_file
def show(department: Department, desk: YearDesk) -> Any:
    """Show what was asked, or where to ask."""
    return _page(department, desk)


def _page(department: Department, desk: YearDesk, form: ReopeningForm | None = None, status: int = 200) -> Any:
    person = access.person_here()
    asked = reopening.waiting_for(desk.row, now())
    shown = {
        "asked": asked,
        "why_not": reopening.why_not(asked, person.id if person else None) if asked else "",
        "possible": desk.row.state in reopening.REOPENED_FROM,
        "alone": reopening.staff_of(department.code) < 2,
        "form": form or ReopeningForm(),
        "here": _here(department, desk),
        "file": _here(department, desk, "validation.file"),
    }
    return render_template("validation/reopening.html", department=department, desk=desk, **shown), status


def _here(department: Department, desk: YearDesk, endpoint: str = "reopening.show") -> str:
    return url_for(endpoint, departement=department.code, identifiant=desk.coop.identifier, annee=desk.year.label)


@blueprint.post("")
@access.writes_year_file
def ask(department: Department, desk: YearDesk) -> Any:
    """Ask for it."""
    form = ReopeningForm(request.form)
    if not form.checked():
        return _page(department, desk, form, 422)
    reopening.ask(access.actor_here(), desk.key, form.motif.data, now())
    flash("La réouverture est demandée : une autre personne de l’association doit la confirmer.", "done")
    return go(_here(department, desk))


@blueprint.post("/confirmation")
@access.writes_year_file
def confirm(department: Department, desk: YearDesk) -> Any:
    """Confirm what somebody else asked."""
    reopening.confirm(access.actor_here(), desk.key, _number(), now())
    flash(told(desk, f"le cahier {desk.year.label} est rouvert"), "done")
    return go(_here(department, desk, "validation.file"))


@blueprint.post("/annulation")
@access.writes_year_file
def cancel(department: Department, desk: YearDesk) -> Any:
    """Take it back, or refuse it."""
    reopening.cancel(access.actor_here(), desk.key, _number(), now())
    flash("La demande est annulée : le cahier reste clos.", "done")
    return go(_here(department, desk))


def _number() -> int:
    """Give which request the page showed: another one may have come since."""
    text = request.form.get("demande", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise Refusal("Cette demande n’est pas reconnue : rechargez la page.")
    return int(text)
