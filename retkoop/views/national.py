"""The country's figures of an exercice, for the fédération."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Blueprint, Response, render_template, request

from retkoop import access, federation_rows, national, national_rows
from retkoop.aggregates import FIGURES, RESULT
from retkoop.chart import EXPENSE, INCOME
from retkoop.federation_board import STATE_HEADS
from retkoop.national import NationalYear
from retkoop.school_year import SchoolYear
from retkoop.views.asked_year import asked_year
from retkoop.views.federation_shared import as_file

blueprint = Blueprint("national", __name__, url_prefix="/federation")


class Side(NamedTuple):
    """One side of the compte de fonctionnement: its name, its accounts, and both totals."""

    name: str
    lines: tuple[Any, ...]
    now: int
    before: int


@blueprint.get("/chiffres")
@access.federation_only
def show() -> Any:
    """Show the sums of an exercice beside those of the one before, then every association."""
    years = federation_rows.all_years()
    year, order = asked_year(years), _order()
    found = national_rows.national_year(year.start)
    return render_template(
        "federation/figures.html",
        year=year,
        before=SchoolYear(year.start - 1),
        years=[(SchoolYear(start), count) for start, count in years],
        found=found,
        sides=[_side(found, EXPENSE, "charges"), _side(found, INCOME, "produits")],
        result=found.compared(RESULT),
        figures=FIGURES,
        states=STATE_HEADS,
        departments=national.in_order(found.now, order),
        order=order,
        orders=national.ORDERS,
        assets=national.ASSETS,
        liabilities=national.LIABILITIES,
    )


def _order() -> str:
    order = request.args.get("tri", "")
    return order if order in national.ORDERS else ""


def _side(found: NationalYear, side: str, name: str) -> Side:
    lines = found.side(side)
    return Side(name, lines, sum(line.now for line in lines), sum(line.before for line in lines))


@blueprint.get("/chiffres.csv")
@access.federation_only
def as_csv() -> Any:
    """Give the sums, or every association, as CSV."""
    return _sheet("csv")


@blueprint.get("/chiffres.xlsx")
@access.federation_only
def as_xlsx() -> Any:
    """Give the sums, or every association, to Excel."""
    return _sheet("xlsx")


@blueprint.get("/chiffres.ods")
@access.federation_only
def as_ods() -> Any:
    """Give the sums, or every association, to LibreOffice."""
    return _sheet("ods")


def _sheet(kind: str) -> Response:
    year = asked_year(federation_rows.all_years())
    found = national_rows.national_year(year.start)
    if request.args.get("tableau") == "associations":
        return as_file(national.departments_sheet(found, year, _order()), f"associations-chiffres-{year.label}", kind)
    return as_file(national.sums_sheet(found, year), f"chiffres-nationaux-{year.label}", kind)
