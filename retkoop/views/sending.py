"""« Ce qu’il reste à faire », and sending the year to the association départementale."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template

from retkoop import access, clock
from retkoop.actions import moves
from retkoop.actions.moves import NotReady
from retkoop.desks import YearDesk
from retkoop.htmx import go
from retkoop.views.shared import why_sent_back
from retkoop.year_states import SENT, is_taken_up, last_sent_back

blueprint = Blueprint("sending", __name__, url_prefix="/coop/<identifiant>/<annee:annee>")

# The moves of a year in words, for its history.
MOVES = {
    "cloture": "Cahier clos",
    "envoi": "Envoyé à l’association départementale",
    "retrait": "Envoi retiré par la coopérative",
    "prise_en_charge": "Pris en charge par l’association départementale",
    "renvoi": "Renvoyé par l’association départementale",
    "reouverture": "Cahier rouvert par l’association départementale",
    "validation": "Validé par l’association départementale",
}


@blueprint.get("/reste-a-faire")
@access.reads_year
def path(desk: YearDesk) -> Any:
    """Show the five steps, and everything that is left of each."""
    back = last_sent_back(desk.standing.moves)
    return render_template("sending/path.html", desk=desk, back=back, reasons=why_sent_back(desk) if back else [])


@blueprint.get("/envoi")
@access.reads_year
def show(desk: YearDesk) -> Any:
    """Show whether the year can be sent, was sent, and what became of it."""
    return _page(desk)


def _page(desk: YearDesk, status: int = 200) -> Any:
    made = desk.standing.moves
    page = render_template(
        "sending/page.html",
        desk=desk,
        step=desk.steps[-1],
        left=[step for step in desk.steps[:-1] if step.is_left],
        back=last_sent_back(made),
        reasons=why_sent_back(desk) if last_sent_back(made) else [],
        withdrawable=desk.may_write and desk.row.state == SENT and not is_taken_up(made),
        made=[(MOVES[moved.move], moved) for moved in reversed(made)],
    )
    return page, status


@blueprint.post("/envoi")
@access.writes_state
def send(desk: YearDesk) -> Any:
    """Send the year, after looking again at every step."""
    try:
        moves.send(desk.actor, desk.key, clock.today)
    except NotReady as refused:
        flash(refused.message)
        return _page(desk.renewed(), 409)
    flash(f"L’exercice {desk.year.label} est envoyé à l’association départementale.")
    return go(desk.url("sending.show"))


@blueprint.post("/envoi/retrait")
@access.writes_state
def withdraw(desk: YearDesk) -> Any:
    """Take the year back, as long as the AD has not taken it up."""
    moves.withdraw(desk.actor, desk.key)
    flash("L’envoi est retiré : vous pouvez corriger, puis envoyer de nouveau.")
    return go(desk.url("sending.show"))
