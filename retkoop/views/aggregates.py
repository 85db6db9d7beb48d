"""The accounts of a département added up, for its auditor: from each figure to the cooperatives, entries and scans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Blueprint, Response, render_template, request, url_for

from retkoop import access, aggregate_rows, clock, fec, fec_rows
from retkoop.aggregate_sheet import coops_sheet, sums_sheet
from retkoop.aggregates import FIGURES, CoopYear, DepartmentYear
from retkoop.chart import EXPENSE, INCOME, Chart
from retkoop.errors import NotFound
from retkoop.exports import sheets
from retkoop.models import Department
from retkoop.school_year import SchoolYear
from retkoop.sheet import Sheet
from retkoop.views import served
from retkoop.views.asked_year import asked_year

blueprint = Blueprint("aggregates", __name__, url_prefix="/ad/<departement>")

# As many rows as a page shows at once; the rest is one click away.
MOST = 60


@blueprint.get("/agregats")
@access.reads_department
def show(department: Department) -> Any:
    """Show the sums of an exercice beside those of the one before, what is missing, and what does not look right."""
    years = aggregate_rows.years_of_department(department.code)
    year = asked_year(years)
    found = aggregate_rows.department_year(department.code, year.start)
    return render_template(
        "aggregates/page.html",
        department=department,
        years=[(SchoolYear(start), count) for start, count in years],
        year=year,
        before=SchoolYear(year.start - 1),
        found=found,
        sides=[_side(found, EXPENSE, "charges"), _side(found, INCOME, "produits")],
        figures=FIGURES,
        most=MOST,
        everything="toutes" in request.args,
    )


class Side(NamedTuple):
    """One side of the compte de fonctionnement: its name, its accounts, and both totals."""

    name: str
    lines: list[Any]
    now: int
    before: int


def _side(found: DepartmentYear, side: str, name: str) -> Side:
    lines = list(found.side(side))
    return Side(name, lines, sum(line.now for line in lines), sum(line.before for line in lines))


def _found(department: Department) -> tuple[SchoolYear, DepartmentYear]:
    year = asked_year(aggregate_rows.years_of_department(department.code))
    return year, aggregate_rows.department_year(department.code, year.start)


@blueprint.get("/agregats/cooperatives")
@access.reads_department
def made_of(department: Department) -> Any:
    """Show the cooperatives that make a figure, each with the way to its entries."""
    year, found = _found(department)
    code = request.args.get("figure", "resultat")
    if code not in FIGURES and code not in found.chart:
        raise NotFound(access.NOT_FOUND)
    coops = found.now.made_of(code)
    return render_template(
        "aggregates/coops.html",
        department=department,
        year=year,
        words=_words(found.chart, code),
        line=found.compared(code),
        code=code,
        coops=coops if "toutes" in request.args else coops[:MOST],
        more=max(0, len(coops) - MOST) if "toutes" not in request.args else 0,
        entries_of=lambda coop: _entries(coop, year, code),
    )


def _words(chart: Chart, code: str) -> str:
    return FIGURES[code] if code in FIGURES else f"{chart[code].short} {chart[code].label}"


def _entries(coop: CoopYear, year: SchoolYear, code: str) -> str:
    """Give the address of what makes a figure of a cooperative: its entries, or its CRF where there are none."""
    of_year: dict[str, Any] = {"identifiant": coop.identifier, "annee": year.label}
    if coop.direct or code in ("report", "resultat"):
        return url_for("financial_report.show", **of_year)
    narrowed: dict[str, Any] = {} if code in FIGURES else {"compte": code}
    return url_for("ledger.show", **of_year, **narrowed, vue="simple", mois="tout")


# ---- To take away


@blueprint.get("/agregats.csv")
@access.reads_department
def as_csv(department: Department) -> Any:
    """Give the sums, or every cooperative, as CSV."""
    return _sheet(department, sheets.to_csv, sheets.CSV_TYPE, "csv")


@blueprint.get("/agregats.xlsx")
@access.reads_department
def as_xlsx(department: Department) -> Any:
    """Give the sums, or every cooperative, to Excel."""
    return _sheet(department, sheets.to_xlsx, sheets.XLSX_TYPE, "xlsx")


@blueprint.get("/agregats.ods")
@access.reads_department
def as_ods(department: Department) -> Any:
    """Give the sums, or every cooperative, to LibreOffice."""
    return _sheet(department, sheets.to_ods, sheets.ODS_TYPE, "ods")


def _sheet(department: Department, write: Callable[[Sheet], bytes], media_type: str, extension: str) -> Response:
    year, found = _found(department)
    by_coop = request.args.get("tableau") == "cooperatives"
    table = coops_sheet(found, year) if by_coop else sums_sheet(found, year)
    answer = Response(write(table), mimetype=media_type)
    name = f"{'cooperatives' if by_coop else 'agregats'}-{department.code}-{year.label}.{extension}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@blueprint.get("/agregats/fec.txt")
@access.reads_department
def fec_file(department: Department) -> Any:
    """Give the FEC of the validated cooperatives: one of them in memory at a time, then sent from a file."""
    year = asked_year(aggregate_rows.years_of_department(department.code))
    lines = fec.fec_of_department(fec_rows.books_of(department, year.start, clock.paris_date))
    return served.fec_file(lines, fec.file_name(department.code, year), f"Aucun exercice {year.label} n’est validé.")
