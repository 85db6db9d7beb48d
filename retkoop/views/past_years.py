"""The archives of a cooperative: its exercices side by side, each with its papers."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Blueprint, render_template

from retkoop import access, charts, reports, year_rows
from retkoop.desks import CoopDesk
from retkoop.models import Year
from retkoop.reports import NextOpening, OperatingAccount
from retkoop.school_year import SchoolYear

blueprint = Blueprint("past_years", __name__, url_prefix="/coop/<identifiant>")

# Archives stay readable for ten years; older exercices keep their own address.
MOST_YEARS = 10
# Ten years side by side hold on a phone, and two do not fill a large screen: in pixels.
_WIDEST, _STEP, _HEIGHT = 310, 100, 90


class PastYear(NamedTuple):
    """An exercice and what it came to: amounts in cents."""

    row: Year
    year: SchoolYear
    account: OperatingAccount
    closing: NextOpening


@blueprint.get("/archives")
@access.reads_coop
def show(desk: CoopDesk) -> Any:
    """Compare the exercices, the latest first, and lead to what each one keeps."""
    years = [_past(row) for row in desk.years[:MOST_YEARS]]
    drawn = years[::-1]
    pairs = [(one.account.total_income, one.account.total_expenses) for one in drawn]
    size = (min(_STEP, _WIDEST // max(len(drawn), 1)) * len(drawn), _HEIGHT)
    chart = charts.columns(pairs, *size)
    return render_template("past_years/page.html", desk=desk, years=years, drawn=drawn, chart=chart, size=size)


def _past(row: Year) -> PastYear:
    facts = year_rows.year_facts(row)
    return PastYear(row, facts.year, reports.operating_account(facts), reports.next_opening(facts))
