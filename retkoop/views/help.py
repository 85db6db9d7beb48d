"""Help: the words of the trade, one sentence each, and what goes to each account."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from retkoop import access, year_rows
from retkoop.chart import EXPENSE, INCOME
from retkoop.errors import NotFound
from retkoop.models import Person
from retkoop.school_year import SchoolYear

blueprint = Blueprint("help", __name__, url_prefix="/aide")


@blueprint.get("/")
@access.signed_in
def words(person: Person) -> Any:
    """Explain the words of the trade."""
    return render_template("help/words.html", person=person)


@blueprint.get("/comptes/<annee:annee>")
@access.signed_in
def accounts(person: Person, annee: str) -> Any:
    """Explain what goes to each account of an exercice, and what a cooperative does not pay for."""
    try:
        year = SchoolYear.parse(annee)
    except ValueError:
        raise NotFound(access.NOT_FOUND) from None
    chart = year_rows.chart_for(year.start)
    sides = (("Dépenses", chart.of_side(EXPENSE)), ("Recettes", chart.of_side(INCOME)))
    return render_template("help/accounts.html", person=person, year=year, sides=sides)
