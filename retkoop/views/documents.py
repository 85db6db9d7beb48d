"""Scans, and the exchange archive, served to those who may read them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app

from retkoop import access
from retkoop.access import YearDesk
from retkoop.actions.exchange import export_archive
from retkoop.exports.exchange import EXTENSIONS
from retkoop.views.shared import row_here

blueprint = Blueprint("documents", __name__, url_prefix="/coop/<identifiant>/<annee:annee>")


@blueprint.get("/pieces/<int:number>")
@access.reads_year
def scan(desk: YearDesk, number: int) -> Any:
    """Serve one scan, under a name that says nothing and a policy that lets nothing in it run."""
    found = row_here((scan for entry in desk.facts.entries for scan in entry.scans), number)
    answer = Response(current_app.config["STORAGE"].get(found.digest), mimetype=found.media_type)
    name = f"piece-{number}.{EXTENSIONS[found.media_type]}"
    # Chrome's viewer refuses a sandboxed PDF: it is handed over instead, and opens on the computer.
    shown = "attachment" if found.media_type == "application/pdf" else "inline"
    answer.headers["Content-Disposition"] = f'{shown}; filename="{name}"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return answer


@blueprint.get("/exercice.zip")
@access.reads_year
def archive(desk: YearDesk) -> Any:
    """Give the exchange archive of the exercice to take away."""
    data = export_archive(desk.coop, desk.row, current_app.config["STORAGE"])
    answer = Response(data, mimetype="application/zip")
    name = f"retkoop-{desk.coop.identifier}-{desk.year.label}.zip"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
