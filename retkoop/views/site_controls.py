"""Controls on site: the cooperatives that are drawn for them, a sheet to take along, and what was found."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for

from retkoop import access, clock, department_rows
from retkoop import site_draws as draws
from retkoop.actions import site_controls as actions
from retkoop.actions.site_controls import Found
from retkoop.decision_tables import SiteControl, SiteDraw
from retkoop.desks import YearDesk
from retkoop.exports import sheets
from retkoop.forms.site_controls import ControlForm, DrawForm
from retkoop.htmx import go
from retkoop.models import Department
from retkoop.school_year import SchoolYear
from retkoop.views.paper import as_pdf, sheet
from retkoop.views.quitus_screens import REASONS, quitus

blueprint = Blueprint("site_controls", __name__, url_prefix="/ad/<departement>/controles")
_ONE = "/<int:number>/<identifiant>/<annee:annee>"


@blueprint.get("")
@access.reads_department
def show(department: Department) -> Any:
    """Show who was drawn for an exercice, what was found, and where to draw."""
    return _page(department)


def _page(department: Department, form: DrawForm | None = None, status: int = 200) -> Any:
    starts = department_rows.starts_of(department.code)
    year = _year(starts)
    made = actions.draws_of(department.code, year.start)
    controls = actions.controls_of(department.code, year.start)
    shown = {
        "department": department,
        "year": year,
        "years": [SchoolYear(start) for start in starts],
        "draws": made,
        "pools": {one.number: draws.read(one.pool) for one in made},
        "controls": controls,
        "left": sum(not one.result for one in controls),
        "form": form or DrawForm(data={"taux": draws.RATE, "parmi": draws.VALIDATED_ONLY, "vu": str(len(made))}),
        "possible": {base: len(actions.pool_of(department.code, year.start, base)) for base in draws.BASES},
        "words": draws.RESULT_WORDS,
        "bases": draws.BASE_WORDS,
    }
    return render_template("site_controls/page.html", **shown), status


def _year(starts: list[int]) -> SchoolYear:
    """Give the exercice that the address or the form asks for, or the last one that is over."""
    asked = next((start for start in starts if SchoolYear(start).label == request.values.get("annee")), None)
    return SchoolYear(asked if asked is not None else SchoolYear.containing(clock.today()).start - 1)


def _here(department: Department, year: SchoolYear, endpoint: str = "site_controls.show") -> str:
    return url_for(endpoint, departement=department.code, annee=year.label)


@blueprint.post("/tirage")
@access.writes_department
def draw(department: Department) -> Any:
    """Draw, once for what the page showed."""
    form, year = DrawForm(request.form), _year(department_rows.starts_of(department.code))
    if not form.checked():
        return _page(department, form, 422)
    made = actions.draw(access.actor_here(), department.code, year, form.taux.data or 0, form.parmi.data, form.seen)
    flash("Le tirage est fait." if made else "Un tirage a été fait entre-temps : le voici.", "done")
    return go(_here(department, year))


@blueprint.get("/liste.csv")
@access.reads_department
def as_csv(department: Department) -> Any:
    """Give the controls of an exercice as CSV."""
    return _to_keep(department, "csv")


@blueprint.get("/liste.xlsx")
@access.reads_department
def as_xlsx(department: Department) -> Any:
    """Give them to Excel."""
    return _to_keep(department, "xlsx")


def _to_keep(department: Department, extension: str) -> Response:
    year = _year(department_rows.starts_of(department.code))
    table = draws.controls_sheet(actions.controls_of(department.code, year.start), year)
    write, kind = {"csv": (sheets.to_csv, sheets.CSV_TYPE), "xlsx": (sheets.to_xlsx, sheets.XLSX_TYPE)}[extension]
    answer = Response(write(table), mimetype=kind)
    name = f"controles-{department.code}-{year.label}.{extension}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@blueprint.get(_ONE)
@access.reads_year_file
def one(department: Department, desk: YearDesk, number: int) -> Any:
    """Show one control, and where to note it."""
    row, made = actions.control_of(desk.key, number)
    return _control(department, desk, row, made)


def _control(
    department: Department, desk: YearDesk, row: SiteControl, made: SiteDraw, form: ControlForm | None = None
) -> Any:
    # Most note it the same day, and who writes it was there: proposed, until something was noted.
    who = row.checked_by if row.result else access.actor_here().name
    day = row.day if row.result else clock.today()
    typed = {"resultat": row.result, "jour": day, "par": who, "remarque": row.remark}
    shown = {
        "row": row,
        "draw": made,
        "form": form or ControlForm(data={**typed, "version": str(row.version)}),
        "words": draws.RESULT_WORDS,
        "list": _here(department, desk.year),
        **_vouchers(desk, made),
    }
    status = 422 if form else 200
    return render_template("site_controls/control.html", department=department, desk=desk, **shown), status


def _vouchers(desk: YearDesk, made: SiteDraw) -> dict[str, Any]:
    lines, left_out = draws.vouchers(desk.facts, made.seed)
    return {"lines": lines, "left_out": left_out, "moved_by": draws.moved_by, "reasons": REASONS}


@blueprint.post(_ONE)
@access.writes_year_file
def note(department: Department, desk: YearDesk, number: int) -> Any:
    """Note what was found, or correct it."""
    row, made = actions.control_of(desk.key, number)
    form = ControlForm(request.form)
    if not form.checked(clock.today()):
        return _control(department, desk, row, made, form)
    found = Found(form.resultat.data, form.jour.data, form.par.data, form.remarque.data or "")
    actions.note(access.actor_here(), desk.key, number, form.seen, found)
    flash(f"Contrôle noté : {desk.coop.name}.", "done")
    return go(_here(department, desk.year))


@blueprint.get(_ONE + "/fiche.pdf")
@access.reads_year_file
def pdf(department: Department, desk: YearDesk, number: int) -> Any:
    """Give the sheet to take along: two pages to fill in by hand."""
    row, made = actions.control_of(desk.key, number)
    shown = {**quitus(desk), **_vouchers(desk, made), "row": row, "site_draw": made, "site_points": draws.POINTS}
    return as_pdf(desk, "fiche-de-controle", sheet("print/site_control.html", by=desk.association, **shown))
