"""The table of grants: each piece of public money of account 7410, explained."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request

from retkoop import access, grant_reports, models, project_reports, reports, table_reports, year_rows
from retkoop.actions import tables
from retkoop.actions.undo import step_about
from retkoop.desks import YearDesk
from retkoop.errors import Conflict
from retkoop.facts import Grant
from retkoop.forms.grants import KINDS, GrantForm
from retkoop.required_documents import grant_proofs
from retkoop.rules import Subject
from retkoop.views.book import asked_number
from retkoop.views.paper import as_pdf, sheet
from retkoop.views.shared import back, entry_to_list, row_here, sent_key

blueprint = Blueprint("grants", __name__, url_prefix="/coop/<identifiant>/<annee:annee>/subventions")


@blueprint.get("")
@access.reads_year
def show(desk: YearDesk) -> Any:
    """Show the table, beside account 7410."""
    return _page(desk, GrantForm())


def _page(desk: YearDesk, form: GrantForm, status: int = 200) -> Any:
    shown = {
        "grants": sorted(desk.facts.grants, key=lambda grant: (grant.day, grant.number)),
        "listed": reports.grants_listed(desk.facts),
        "received": reports.grants_received(desk.facts),
        "gap": table_reports.grants_gap(desk.facts),
        "lacking": table_reports.grants_unlisted(desk.facts),
        "kinds": KINDS,
        "subject": Subject,
        "proofs": grant_proofs(desk.facts, year_rows.documents_of(desk.key)),
    }
    return render_template("grants/page.html", desk=desk, form=form, **shown), status


@blueprint.post("")
@access.writes_year
def add(desk: YearDesk) -> Any:
    """Add a grant."""
    form = GrantForm(request.form)
    if not form.checked(desk.year):
        return _page(desk, form, 422)
    tables.add_row(desk.actor, desk.key, models.Grant, form.values(), sent_key())
    return back(desk, "grants.show", f"Subvention « {form.organisme.data} » inscrite.")


@blueprint.post("/ecritures/<int:number>")
@access.writes_year
def add_from_entry(desk: YearDesk, number: int) -> Any:
    """Add the grant that an entry of the cahier brought, in one click; it can be edited afterwards."""
    entry, amount = entry_to_list(desk, number, table_reports.grants_unlisted(desk.facts))
    if amount is None:
        return back(desk, "grants.show", f"« {entry.label} » est déjà dans le tableau.")
    form = GrantForm.from_entry(entry, amount)
    made = tables.add_row(desk.actor, desk.key, models.Grant, form.values(), sent_key())
    said = f"Subvention « {form.organisme.data} » inscrite : {KINDS[form.nature.data]}. Vérifiez qui verse et l’objet."
    return back(desk, "grants.show", said, step_about(desk.key, desk.person.id, f"subvention:{made}"))


@blueprint.get("/<int:number>")
@access.writes_year
def edit(desk: YearDesk, number: int) -> Any:
    """Show a grant in its form."""
    grant = row_here(desk.facts.grants, number)
    return _edit_page(desk, grant, GrantForm.of(grant))


def _edit_page(desk: YearDesk, grant: Grant, form: GrantForm, status: int = 200, conflict: str = "") -> Any:
    shown = {"grant": grant, "form": form, "conflict": conflict, "kinds": KINDS}
    return render_template("grants/edit.html", desk=desk, **shown), status


@blueprint.post("/<int:number>")
@access.writes_year
def save(desk: YearDesk, number: int) -> Any:
    """Correct a grant, unless somebody else did meanwhile."""
    grant = row_here(desk.facts.grants, number)
    form = GrantForm(request.form)
    if not form.checked(desk.year):
        return _edit_page(desk, grant, form, 422)
    try:
        tables.edit_row(desk.actor, desk.key, models.Grant, number, form.seen, form.values())
    except Conflict as conflict:
        return _both_versions(desk.renewed(), number, form, conflict)
    return back(desk, "grants.show", f"Subvention « {form.organisme.data} » modifiée.")


def _both_versions(desk: YearDesk, number: int, form: GrantForm, conflict: Conflict) -> Any:
    """Show what is stored now above what was typed, which a second save then replaces."""
    current = row_here(desk.facts.grants, number)
    form.version.data = str(current.version)
    return _edit_page(desk, current, form, conflict.status, conflict.message)


@blueprint.post("/<int:number>/supprimer")
@access.writes_year
def remove(desk: YearDesk, number: int) -> Any:
    """Remove a line that was a mistake."""
    grant = row_here(desk.facts.grants, number)
    tables.remove_row(desk.actor, desk.key, models.Grant, number)
    return back(desk, "grants.show", f"Subvention « {grant.organisation} » retirée.")


@blueprint.get("/<int:number>/bilan")
@access.reads_year
def use(desk: YearDesk, number: int) -> Any:
    """Show what a grant was used for: its project is that of its entry, `?action=3` looks at another one."""
    return render_template("grants/use.html", **_use(desk, number))


def _use(desk: YearDesk, number: int) -> dict[str, Any]:
    grant = row_here(desk.facts.grants, number)
    born = grant_reports.project_of(desk.facts, grant)
    asked = request.args.get("action", "")
    project = row_here(desk.facts.projects, asked_number("action")) if asked else born
    return {
        "desk": desk,
        "grant": grant,
        "born": born,
        "projects": sorted(desk.facts.projects, key=lambda project: project_reports.plain_name(project.name)),
        "use": grant_reports.grant_use(desk.facts, grant, project) if project else None,
        "kinds": KINDS,
        "subject": Subject,
    }


@blueprint.get("/<int:number>/bilan.pdf")
@access.reads_year
def use_pdf(desk: YearDesk, number: int) -> Any:
    """Give the same on one page of paper, once there is a project to look at."""
    shown = _use(desk, number)
    if shown["use"] is None:
        return redirect(desk.url("grants.use", number=number), 303)
    return as_pdf(desk, f"bilan-emploi-{number}", sheet("print/grant_use.html", **shown))
