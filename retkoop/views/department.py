"""The dashboard of an association départementale: its cooperatives in a school year, on one page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from retkoop import access, charts, clock, department_rows, federation_rows
from retkoop import department_board as board
from retkoop.actions import reopening
from retkoop.audit import now
from retkoop.department_board import Line, Look
from retkoop.exports import sheets
from retkoop.htmx import fragment, is_htmx, show_address
from retkoop.models import Department
from retkoop.navigation import left_addresses
from retkoop.school_year import SchoolYear
from retkoop.year_summary import LEFT, STANDINGS

blueprint = Blueprint("department", __name__, url_prefix="/ad/<departement>")

# Of the drawings, in their own units.
BAR, STRIP = (600, 28), (160, 14)


@blueprint.get("/")
@access.reads_department
def dashboard(department: Department) -> Any:
    """Show every cooperative of the year, what is left to each, and how many there are of each standing."""
    shown = _shown(department)
    if is_htmx():
        return show_address(fragment("department/_board.html", **shown), shown["here"](shown["look"].params))
    person = access.person_here()
    announced = federation_rows.announcements_for(person.role, person.id, clock.today()) if person else []
    waiting = reopening.waiting_of(department.code, now())
    more = {"announced": announced, "reopenings": waiting, "SchoolYear": SchoolYear}
    return render_template("department/dashboard.html", **more, **shown)


def _shown(department: Department) -> dict[str, Any]:
    starts = department_rows.starts_of(department.code)
    year, look, today = _year(starts), Look.read(request.args), clock.today()
    lines = department_rows.board_lines(department, year, today)
    counts, left = board.standing_counts(lines), board.left_counts(lines)

    def here(params: dict[str, Any], endpoint: str = "department.dashboard") -> str:
        return url_for(endpoint, departement=department.code, annee=year.label, **params)

    return {
        "department": department, "year": year, "years": [SchoolYear(start) for start in starts], "look": look,
        "here": here, "deadline": board.deadline_in_words(year, today), "total": len(lines),
        "lines": board.chosen(lines, look), "outdated": sum(not line.fresh for line in lines), "counts": counts,
        "left": left, "bar": charts.shares([*counts.values()], *BAR), "strips": charts.strips([*left.values()], *STRIP),
        "sizes": (BAR, STRIP), "standings": board.STANDING_WORDS, "words": board.LEFT_WORDS,
        "picks": {"etat": STANDINGS, "constat": LEFT}, "mends": left_addresses(year),
        "of_coop": url_for("coop_file.show", departement=department.code, identifiant="~"),
        "of_year": url_for("home.year", identifiant="~", annee=year.label),
        "of_file": url_for("validation.file", departement=department.code, identifiant="~", annee=year.label),
    }  # fmt: skip


def _year(starts: list[int]) -> SchoolYear:
    """Give the year that the address asks for, or the one of the season; an unknown one is left out."""
    asked = next((start for start in starts if SchoolYear(start).label == request.args.get("annee")), None)
    return SchoolYear(asked) if asked else board.year_of_season(clock.today(), starts)


@blueprint.get("/tableau.csv")
@access.reads_department
def board_csv(department: Department) -> Any:
    """Give what is on screen as CSV."""
    year, lines = _asked(department)
    return _to_keep(department, year, sheets.to_csv(board.board_sheet(lines, year)), sheets.CSV_TYPE, "csv")


@blueprint.get("/tableau.xlsx")
@access.reads_department
def board_xlsx(department: Department) -> Any:
    """Give what is on screen to Excel."""
    year, lines = _asked(department)
    return _to_keep(department, year, sheets.to_xlsx(board.board_sheet(lines, year)), sheets.XLSX_TYPE, "xlsx")


@blueprint.get("/tableau.ods")
@access.reads_department
def board_ods(department: Department) -> Any:
    """Give what is on screen to LibreOffice."""
    year, lines = _asked(department)
    return _to_keep(department, year, sheets.to_ods(board.board_sheet(lines, year)), sheets.ODS_TYPE, "ods")


def _asked(department: Department) -> tuple[SchoolYear, tuple[Line, ...]]:
    year = _year(department_rows.starts_of(department.code))
    lines = department_rows.board_lines(department, year, clock.today())
    return year, board.chosen(lines, Look.read(request.args))


def _to_keep(department: Department, year: SchoolYear, data: bytes, media_type: str, extension: str) -> Response:
    answer = Response(data, mimetype=media_type)
    name = f"cooperatives-{department.code}-{year.label}.{extension}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
