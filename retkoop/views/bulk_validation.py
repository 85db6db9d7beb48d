"""Validating together the years of which nothing asks for a look: a preview, half an hour to take it back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for

from retkoop import access, clock
from retkoop.actions import bulk_validation, plans
from retkoop.actions.bulk_validation import Chosen
from retkoop.audit import now
from retkoop.clean_files import figures, obstacles
from retkoop.clean_rows import MOST, waiting_files
from retkoop.desks import YearDesk
from retkoop.htmx import go
from retkoop.models import Department
from retkoop.school_year import SchoolYear
from retkoop.settings_rows import still_changing

blueprint = Blueprint("bulk_validation", __name__, url_prefix="/ad/<departement>/validation")

# What a ticked row sends: the cooperative, the first year of its exercice, and how often that had moved.
_CHOSEN = re.compile(r"([0-9A-Za-z-]{1,12})/([0-9]{4})/([0-9]{1,6})")


@blueprint.get("/ensemble")
@access.reads_department
def show(department: Department) -> Any:
    """Show what would be validated together, with its figures, and what is left out, each with why."""
    return _page(department)


def _page(department: Department, fault: str = "", status: int = 200) -> Any:
    today, clean, left_out = clock.today(), [], []
    planned = {plans.key_of_plan(row) for row, _ in plans.waiting_of(department.code)}
    for file in waiting_files(department):
        if (department.code, file.sent.coop, file.sent.year.start) in planned:
            continue
        why = obstacles(file.dossier, today)
        if why:
            left_out.append((file, why))
        else:
            clean.append((file, figures(file.dossier.standing.facts)))
    years = still_changing(department.code, {file.sent.year.start for file, _ in clean})
    shown = {
        "clean": clean,
        "freezes": [SchoolYear(start) for start in years],
        "left_out": left_out,
        "planned": len(planned),
        "fault": fault,
        "most": MOST,
        "SchoolYear": SchoolYear,
    }
    history = plans.ended_of(department.code)
    return render_template("validation/together.html", department=department, history=history, **shown), status


@blueprint.post("/ensemble")
@access.writes_department
def plan(department: Department) -> Any:
    """Plan the validation of what stayed ticked."""
    chosen = _chosen(request.form.getlist("dossier"))
    if not chosen:
        return _page(department, "Cochez au moins un dossier.", 422)
    done = bulk_validation.plan(access.actor_here(), department, chosen, clock.today(), now())
    if done.number:
        some = "exercices seront validés" if done.number > 1 else "exercice sera validé"
        flash(f"{done.number} {some} dans une demi-heure. D’ici là, vous pouvez l’annuler ici.", "done")
    for why in done.left_out[:_TOLD]:
        flash(f"Laissé de côté : {why}")
    if len(done.left_out) > _TOLD:
        flash(f"Et {len(done.left_out) - _TOLD} autres laissés de côté.")
    return go(url_for("validation.show", departement=department.code))


# Of what was left out, how many are told one by one.
_TOLD = 5


def _chosen(texts: Iterable[str]) -> list[Chosen]:
    read = [_CHOSEN.fullmatch(text) for text in list(texts)[:MOST]]
    return [Chosen(found[1], int(found[2]), int(found[3])) for found in read if found]


@blueprint.post("/ensemble/annulation")
@access.writes_department
def cancel_all(department: Department) -> Any:
    """Take back all that is planned."""
    number = plans.cancel(access.actor_here(), department.code)
    flash(f"Rien ne sera validé : {number} validation{'s' if number > 1 else ''} annulée{'s' if number > 1 else ''}.")
    return go(url_for("validation.show", departement=department.code))


@blueprint.post("/<identifiant>/<annee:annee>/annulation")
@access.writes_year_file
def cancel(department: Department, desk: YearDesk) -> Any:
    """Take back what is planned of one year."""
    plans.cancel(access.actor_here(), department.code, desk.key)
    flash(f"{desk.coop.name} : l’exercice {desk.year.label} ne sera pas validé de lui-même.")
    return go(url_for("validation.show", departement=department.code))
