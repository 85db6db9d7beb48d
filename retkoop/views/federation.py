"""The fédération: its associations départementales."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for

from retkoop import access, clock, federation_rows
from retkoop import federation_board as board
from retkoop.actions import departments as actions
from retkoop.characters import writable
from retkoop.department_board import year_of_season
from retkoop.errors import Conflict, NotFound
from retkoop.federation_board import DepartmentLine
from retkoop.forms.federation import DepartmentForm
from retkoop.htmx import go
from retkoop.school_year import SchoolYear
from retkoop.views.federation_shared import as_file

blueprint = Blueprint("federation", __name__, url_prefix="/federation")


@blueprint.get("/")
@access.federation_only
def dashboard() -> Any:
    """List the associations with their cooperatives, and where their exercices of a school year stand."""
    starts = [start for start, _ in federation_rows.all_years()]
    year, words, order = _look(starts)
    lines = federation_rows.department_lines(year.start)
    return render_template(
        "federation/dashboard.html",
        year=year,
        years=[SchoolYear(start) for start in starts],
        words=words,
        order=order,
        orders=board.ORDERS,
        lines=board.chosen(lines, words, order),
        total=len(lines),
        sums=board.added_up(lines),
        states=board.STATE_HEADS,
        deeds=federation_rows.last_deeds(),
        deed_of=board.deed_in_words,
    )


def _look(starts: list[int]) -> tuple[SchoolYear, str, str]:
    """Read the exercice, the words and the order that the address asks for; an unknown one is left out."""
    asked = next((start for start in starts if SchoolYear(start).label == request.args.get("annee")), None)
    year = SchoolYear(asked) if asked is not None else year_of_season(clock.today(), starts)
    order = request.args.get("tri", "")
    return year, writable(request.args.get("cherche", ""))[:100], order if order in board.ORDERS else ""


def _asked() -> tuple[SchoolYear, tuple[DepartmentLine, ...]]:
    year, words, order = _look([start for start, _ in federation_rows.all_years()])
    return year, board.chosen(federation_rows.department_lines(year.start), words, order)


@blueprint.get("/associations.csv")
@access.federation_only
def as_csv() -> Any:
    """Give what is on screen as CSV."""
    return _sheet("csv")


@blueprint.get("/associations.xlsx")
@access.federation_only
def as_xlsx() -> Any:
    """Give what is on screen to Excel."""
    return _sheet("xlsx")


@blueprint.get("/associations.ods")
@access.federation_only
def as_ods() -> Any:
    """Give what is on screen to LibreOffice."""
    return _sheet("ods")


def _sheet(kind: str) -> Response:
    year, lines = _asked()
    return as_file(board.board_sheet(lines, year), f"associations-{year.label}", kind)


# ---- One association


@blueprint.get("/associations/nouvelle")
@access.writes_federation
def new() -> Any:
    """Show the form of a new association."""
    return _new_page(DepartmentForm())


def _new_page(form: DepartmentForm, status: int = 200) -> Any:
    return render_template("federation/new.html", form=form), status


@blueprint.post("/associations/nouvelle")
@access.writes_federation
def make() -> Any:
    """Make an association; the form sent twice finds its code taken."""
    form = DepartmentForm(request.form)
    if not form.checked_new():
        return _new_page(form, 422)
    try:
        made = actions.create_department(access.actor_here(), form.typed_code, form.nom.data)
    except Conflict as conflict:
        form.refuse("code", conflict.message)
        return _new_page(form, 422)
    flash(f"L’association {made.code} – {made.name} est créée. Donnez un accès à une première personne.", "done")
    return go(url_for("team.show", departement=made.code))


@blueprint.get("/associations/<departement>")
@access.federation_only
def association(departement: str) -> Any:
    """Show one association, and its name to be corrected."""
    return _page(departement)


def _page(code: str, form: DepartmentForm | None = None, status: int = 200) -> Any:
    found = federation_rows.department(code)
    if found is None:
        raise NotFound(access.NOT_FOUND)
    if form is None:
        form = DepartmentForm(data={"nom": found.name, "avant": found.name})
    years = federation_rows.years_of_department(code)
    shown = {"found": found, "form": form, "years": years, "states": board.STATE_HEADS}
    return render_template("federation/association.html", **shown), status


@blueprint.post("/associations/<departement>")
@access.writes_federation
def rename(departement: str) -> Any:
    """Correct the name of an association."""
    form = DepartmentForm(request.form)
    if not form.validate():
        return _page(departement, form, 422)
    try:
        changed = actions.rename_department(access.actor_here(), departement, form.avant.data or "", form.nom.data)
    except Conflict as conflict:
        form.refuse("nom", f"{conflict.message} Enregistrez de nouveau pour la renommer quand même.")
        form.avant.data = getattr(federation_rows.department(departement), "name", "")
        return _page(departement, form, conflict.status)
    flash("Le nom est enregistré." if changed else "Rien n’a changé.", "done")
    return go(url_for("federation.association", departement=departement))
