"""Where an error may lie when the statement, the cash box or the bilan does not agree."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from retkoop import access, reports
from retkoop.desks import YearDesk
from retkoop.error_finder import cash_gap, causes

blueprint = Blueprint("error_search", __name__, url_prefix="/coop/<identifiant>/<annee:annee>/cloture")


@blueprint.get("/ecart")
@access.reads_year
def show(desk: YearDesk) -> Any:
    """Propose the likely causes of what does not agree, each with the rows that it accuses."""
    facts = desk.facts
    return render_template(
        "closing/causes.html",
        desk=desk,
        causes=causes(facts),
        bank_gap=reports.statement_gap(facts),
        # What the finder supposes of a box that nobody counted is no gap to be shown.
        box_gap=cash_gap(facts) if facts.last_count else None,
        sheet_gap=reports.balance_sheet(facts).gap,
    )
