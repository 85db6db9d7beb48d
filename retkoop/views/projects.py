"""The projects (« Choisir l’action »): each with its entries and its result; made, renamed, merged, closed here."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from retkoop import access, charts, project_reports, reports
from retkoop.actions import ledger
from retkoop.actions import projects as actions
from retkoop.actions.undo import step_about
from retkoop.desks import YearDesk
from retkoop.errors import Conflict, Refusal
from retkoop.facts import Project
from retkoop.forms.projects import MergeForm, NameForm
from retkoop.ledger_page import month_of
from retkoop.rules import Subject
from retkoop.views.shared import back, row_here

blueprint = Blueprint("projects", __name__, url_prefix="/coop/<identifiant>/<annee:annee>/projets")

_STRIP, _CHART = (120, 12), (320, 120)


@blueprint.get("")
@access.reads_year
def show(desk: YearDesk) -> Any:
    """Show every project with what it cost and brought in, and what bears none."""
    return _list(desk, NameForm())


def _list(desk: YearDesk, form: NameForm, status: int = 200) -> Any:
    accounts = project_reports.project_accounts(desk.facts)
    shown = {
        "rows": list(zip(accounts, charts.strips([row.account.result for row in accounts], *_STRIP), strict=True)),
        "strip_size": _STRIP,
        "total": reports.operating_account(desk.facts),
        "form": form,
    }
    return render_template("projects/page.html", desk=desk, **shown), status


@blueprint.post("")
@access.writes_year
def add(desk: YearDesk) -> Any:
    """Make a project; one that exists already is shown."""
    form = NameForm(request.form)
    same = next((project for project in desk.facts.projects if project.name == form.nom.data), None)
    if same is None and not form.checked(desk.facts.projects):
        return _list(desk, form, 422)
    number = ledger.add_project(desk.actor, desk.key, form.nom.data)
    name = form.nom.data
    if same:
        return _back(desk, number, f"Le projet « {name} » existe déjà : le voici.")
    made = step_about(desk.key, desk.person.id, f"projet:{number}")
    return _back(desk, number, f"Projet « {name} » créé.", made, "projects.show")


def _back(desk: YearDesk, number: int, message: str, step: int | None = None, undone: str = "") -> Any:
    return back(desk, "projects.page", message, step, undone, number=number)


@blueprint.get("/<int:number>")
@access.reads_year
def page(desk: YearDesk, number: int) -> Any:
    """Show a project: its result, its months, its accounts, its entries."""
    project = row_here(desk.facts.projects, number)
    return _page(desk, project, NameForm.of(project))


@blueprint.get("/sans-projet")
@access.reads_year
def without(desk: YearDesk) -> Any:
    """Show what bears no project in the same way."""
    return _page(desk, None, None)


def _page(
    desk: YearDesk,
    project: Project | None,
    form: NameForm | None,
    status: int = 200,
    merge: MergeForm | None = None,
    conflict: str = "",
) -> Any:
    found = project_reports.project_account(desk.facts, project)
    months = project_reports.months_of(desk.facts, found.entries)
    month = project_reports.shown_month(found.entries, request.args.get("mois", ""))
    entries = [entry for entry in found.entries if month in ("", month_of(entry.day))]
    shown = {
        "found": found,
        "months": months,
        "month": month,
        "lines": project_reports.project_lines(desk.facts, entries),
        "chart": charts.columns([(m.account.total_income, m.account.total_expenses) for m in months], *_CHART),
        "size": _CHART,
        "form": form,
        "merge": merge or (MergeForm.of(_others(desk, project), project) if project else None),
        "subject": Subject,
    }
    return render_template("projects/project.html", desk=desk, conflict=conflict, **shown), status


def _others(desk: YearDesk, project: Project) -> list[Project]:
    return [other for other in desk.facts.projects if other.number != project.number]


@blueprint.post("/<int:number>")
@access.writes_year
def rename(desk: YearDesk, number: int) -> Any:
    """Give a project another name, unless somebody else did meanwhile; a name taken offers to merge."""
    project = row_here(desk.facts.projects, number)
    form = NameForm(request.form)
    if not form.checked(_others(desk, project)):
        return _page(desk, project, form, 422)
    try:
        step = actions.rename_project(desk.actor, desk.key, number, form.seen, form.nom.data)
    except Conflict as conflict:
        return _both_versions(desk.renewed(), number, form, conflict)
    return _back(desk, number, f"Le projet s’appelle maintenant « {form.nom.data} ».", step)


def _both_versions(desk: YearDesk, number: int, form: NameForm, conflict: Conflict) -> Any:
    """Show the name that is stored now above the one that was typed, which a second save then replaces."""
    current = row_here(desk.facts.projects, number)
    form.version.data = str(current.version)
    return _page(desk, current, form, conflict.status, conflict=conflict.message)


@blueprint.post("/<int:number>/fusionner")
@access.writes_year
def merge(desk: YearDesk, number: int) -> Any:
    """Move the entries of a project to another; the emptied one disappears."""
    project = row_here(desk.facts.projects, number)
    form = MergeForm(request.form).offer(_others(desk, project))
    if not form.checked():
        return _page(desk, project, NameForm.of(project), 422, form)
    into = row_here(desk.facts.projects, int(form.dans.data or 0))
    step = actions.merge_projects(desk.actor, desk.key, number, form.seen, into.number)
    return _back(desk, into.number, f"Les écritures de « {project.name} » sont maintenant dans « {into.name} ».", step)


@blueprint.post("/<int:number>/etat")
@access.writes_year
def close(desk: YearDesk, number: int) -> Any:
    """Close a project, so that it is not offered any more, or open it again."""
    project = row_here(desk.facts.projects, number)
    asked = request.form.get("clos", "")
    if asked not in ("0", "1"):
        raise Refusal("Demande illisible : revenez à la page du projet.")
    step = actions.close_project(desk.actor, desk.key, number, asked == "1")
    done = "fermé : il n’est plus proposé à la saisie" if asked == "1" else "rouvert"
    return _back(desk, number, f"Projet « {project.name} » {done}.", step)


@blueprint.post("/<int:number>/supprimer")
@access.writes_year
def remove(desk: YearDesk, number: int) -> Any:
    """Remove a project that no entry bears."""
    project = row_here(desk.facts.projects, number)
    step = actions.remove_project(desk.actor, desk.key, number)
    return back(desk, "projects.show", f"Projet « {project.name} » retiré.", step)
