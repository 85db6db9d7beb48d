"""The closing page: every finding at once, and the button that closes the cahier."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template

from retkoop import access, clock
from retkoop.actions import half_typed, years
from retkoop.actions.years import NotReady
from retkoop.desks import YearDesk
from retkoop.htmx import go
from retkoop.rules import BLOCKS, CHECKS
from retkoop.views.book import waiting_lines

blueprint = Blueprint("closing", __name__, url_prefix="/coop/<identifiant>/<annee:annee>/cloture")

# What each check is about; « Bravo » or « À corriger » stands before it.
TITLES = {
    "DATE": "Date de clôture",
    "VENTILATION": "Ventilation des écritures",
    "REGIES": "Régies d’avance soldées",
    "RELEVE": "Relevé de banque et solde après pointage",
    "NON_POINTEES": "Nombre d’opérations non pointées",
    "JUSTIFICATIFS": "Pièces des opérations non pointées",
    "CAISSE": "Arrêté de caisse et cahier",
    "SUBVENTIONS": "Tableau des subventions et compte 7410",
    "BILAN": "Équilibre du bilan simplifié",
    "CAISSE_NEGATIVE": "Caisse jamais négative",
    "INVENTAIRE": "Inventaire et achats de biens durables",
    "PJ": "Numéros de PJ présents et uniques",
    "REGIE_PLAFOND": "Plafond des régies d’avance",
}


@blueprint.get("")
@access.reads_year
def show(desk: YearDesk) -> Any:
    """Show every check, right or wrong."""
    return _page(desk)


def _page(desk: YearDesk, status: int = 200) -> Any:
    rows = [
        (code, TITLES[code], level == BLOCKS, [f for f in desk.verdict.findings if f.code == code])
        for code, level, _ in CHECKS
    ]
    waits = half_typed.waiting(desk.key, desk.person.id) if desk.may_change else {}
    opens = desk.year.closing_opens(desk.facts.settings.closing_delay_days)
    waiting = waiting_lines(desk, waits)
    return render_template("closing/page.html", desk=desk, rows=rows, waiting=waiting, opens=opens), status


@blueprint.post("")
@access.writes_year
def close(desk: YearDesk) -> Any:
    """Close the cahier, after checking once more."""
    try:
        years.close_year(desk.actor, desk.key, clock.today)
    except NotReady:
        flash("La clôture n’est pas possible : il reste des points à corriger.")
        return _page(desk.renewed(), 409)
    flash(f"Le cahier de compta {desk.year.label} est clos.")
    return go(desk.url("financial_report.show"))
