"""Placeholder while its engineer writes it."""

from typing import Any

from flask import Blueprint, render_template

from retkoop import access
from retkoop.access import YearDesk

blueprint = Blueprint("grants", __name__, url_prefix="/coop/<identifiant>/<annee:annee>/subventions")


@blueprint.get("")
@access.reads_year
def show(desk: YearDesk) -> Any:
    return render_template("home/empty.html", desk=desk)
