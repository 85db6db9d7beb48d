"""The sealed extracts of a département: made, taken away, and certified on paper."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, send_file, url_for

from retkoop import access, aggregate_rows, clock
from retkoop.actions import jobs
from retkoop.actions.sealed_extract import Extract, extracts_of
from retkoop.errors import Refusal
from retkoop.exports import pdf
from retkoop.htmx import go
from retkoop.letterhead import letterhead
from retkoop.models import Department
from retkoop.school_year import SchoolYear
from retkoop.settings_rows import profile_of
from retkoop.views.asked_year import asked_year

blueprint = Blueprint("sealed_extracts", __name__, url_prefix="/ad/<departement>/agregats")

_ABSENT = "Cet extrait n’existe pas, ou plus : scellez-en un autre. Le même contenu porte le même sceau."


@blueprint.get("/extraits")
@access.reads_department
def show(department: Department) -> Any:
    """List the extracts of an exercice, each with its seal."""
    year = _year(department)
    extracts = [
        (extract, current_app.config["STORAGE"].has(extract.archive)) for extract in extracts_of(department.code, year)
    ]
    return render_template("aggregates/extracts.html", department=department, year=year, extracts=extracts)


@blueprint.post("/extraits")
@access.writes_department
def seal(department: Department) -> Any:
    """Ask for what is validated to be sealed: with hundreds of cooperatives it is long work, done apart."""
    years = dict(aggregate_rows.years_of_department(department.code))
    year = asked_year(list(years.items()))
    if not years.get(year.start):
        raise Refusal(f"Aucun exercice {year.label} n’est validé : il n’y a rien à sceller.")
    number = jobs.ask(access.actor_here(), department.code, "extrait", year)
    return go(url_for("jobs.show", departement=department.code, number=number))


@blueprint.get("/extrait.zip")
@access.reads_department
def archive(department: Department) -> Any:
    """Give the extract of a seal, or the latest."""
    year = _year(department)
    extract = _asked(department, year)
    if not current_app.config["STORAGE"].has(extract.archive):
        raise Refusal(_ABSENT)
    data = BytesIO(current_app.config["STORAGE"].get(extract.archive))
    name = f"extrait-{department.code}-{year.label}-{extract.seal[:8]}.zip"
    return send_file(data, "application/zip", as_attachment=True, download_name=name, conditional=False)


@blueprint.get("/extrait.pdf")
@access.reads_department
def certificate(department: Department) -> Any:
    """Print the seal of an extract, to be signed and kept apart from it."""
    year = _year(department)
    shown = {"department": department, "year": year, "extract": _asked(department, year), "today": clock.today()}
    shown |= letterhead(profile_of(department.code))
    html = render_template("print/sealed_extract.html", css=pdf.stylesheet(), **shown)
    access.give_back()
    answer = Response(pdf.render(html), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="sceau-{department.code}-{year.label}.pdf"'
    return answer


def _year(department: Department) -> SchoolYear:
    return asked_year(aggregate_rows.years_of_department(department.code))


def _asked(department: Department, year: SchoolYear) -> Extract:
    """Find the extract whose seal the address bears: only those of this département and exercice are looked at."""
    wanted = request.args.get("sceau", "")
    found = [extract for extract in extracts_of(department.code, year) if wanted in ("", extract.seal)]
    if not found:
        raise Refusal(_ABSENT)
    return found[0]
