"""Long work that an association départementale asks for: how far it is, cancelling it, and what came out of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, url_for

from retkoop import access, clock
from retkoop.access_letters import FORMS
from retkoop.actions import jobs
from retkoop.association import Job
from retkoop.desks import NOT_FOUND
from retkoop.errors import NotFound
from retkoop.htmx import go
from retkoop.models import Department
from retkoop.school_year import SchoolYear

blueprint = Blueprint("jobs", __name__, url_prefix="/ad/<departement>")

STATES = {
    "waiting": "en attente", "running": "en cours", "done": "terminé", "failed": "en échec", "cancelled": "annulé",
}  # fmt: skip
KINDS = {
    "crf": "CRF et quitus en un ZIP", "rappel": "Rappel « Ce qu’il reste à faire »", "extrait": "Extrait scellé",
    "lettres": "Lettres d’accès",
}  # fmt: skip
_TYPES = {"zip": "application/zip", **FORMS}
# The exercices that are offered: those that people still ask about.
_OFFERED = 3


@blueprint.get("/travaux")
@access.reads_department
def show_all(department: Department) -> Any:
    """List the work that was asked for, and offer to ask for more."""
    latest = SchoolYear.containing(clock.today())
    years = [SchoolYear(latest.start - back) for back in range(_OFFERED)]
    rows = jobs.jobs_of(department.code)
    return render_template("jobs/list.html", department=department, rows=rows, years=years, **_words())


def _words() -> dict[str, Any]:
    return {"states": STATES, "kinds": KINDS, "label_of": lambda row: SchoolYear(row.start_year).label}


@blueprint.get("/travaux/<int:number>")
@access.reads_department
def show(department: Department, number: int) -> Any:
    """Show how far one piece of work is."""
    row = jobs.job_of(department.code, number)
    return render_template("jobs/page.html", department=department, row=row, mine=_is_for(row), **_words())


def _is_for(row: Job) -> bool:
    """Tell whether what came out of it is for who asks: first passwords are for whoever had them made."""
    return row.kind != "lettres" or row.person == access.actor_here().person


@blueprint.post("/travaux/<int:number>/annuler")
@access.writes_department
def cancel(department: Department, number: int) -> Any:
    """Cancel it."""
    jobs.cancel(access.actor_here(), department.code, number)
    flash("Le travail est annulé : il s’arrête après le document en cours.")
    return go(url_for("jobs.show", departement=department.code, number=number))


@blueprint.get("/travaux/<int:number>/resultat")
@access.reads_department
def result(department: Department, number: int) -> Any:
    """Give what came out of it."""
    return _result(jobs.job_of(department.code, number))


def _result(row: Job) -> Any:
    if not row.digest or not _is_for(row):
        return redirect(url_for("jobs.show", departement=row.department, number=row.number), 303)
    pieces = current_app.config["STORAGE"].chunks(row.digest)
    access.give_back()
    answer = Response(pieces, mimetype=_TYPES[row.name.rpartition(".")[2]])
    answer.headers["Content-Disposition"] = f'attachment; filename="{row.name}"'
    answer.content_length = row.size
    return answer


@blueprint.post("/exercices/<annee:annee>/crf.zip")
@access.writes_department
def ask_for_reports(department: Department, annee: str) -> Any:
    """Ask for every CRF and quitus of an exercice in one zip."""
    number = jobs.ask(access.actor_here(), department.code, "crf", _year(annee))
    return go(url_for("jobs.show", departement=department.code, number=number))


@blueprint.get("/exercices/<annee:annee>/crf.zip")
@access.reads_department
def reports(department: Department, annee: str) -> Any:
    """Lead to the latest zip of an exercice, or to where it is asked for."""
    row = jobs.latest_done(department.code, "crf", _year(annee))
    if row is None:
        return redirect(url_for("jobs.show_all", departement=department.code), 303)
    return redirect(url_for("jobs.show", departement=department.code, number=row.number), 303)


def _year(annee: str) -> SchoolYear:
    try:
        return SchoolYear.parse(annee)
    except ValueError:
        raise NotFound(NOT_FOUND) from None
