"""Scans, and the exchange archive, served to those who may read them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app

from retkoop import access
from retkoop.access import YearDesk
from retkoop.actions.exchange import export_archive
from retkoop.exports.exchange import EXTENSIONS
from retkoop.facts import Scan
from retkoop.views.shared import row_here

# What the intake draws of every document (documents.CleanDocument).
THUMBNAIL = "image/webp"
blueprint = Blueprint("documents", __name__, url_prefix="/coop/<identifiant>/<annee:annee>")


@blueprint.get("/pieces/<int:number>")
@access.reads_year
def scan(desk: YearDesk, number: int) -> Any:
    """Serve one scan, under a name that says nothing and a policy that lets nothing in it run."""
    found = row_here(_scans(desk), number)
    # Chrome's viewer refuses a sandboxed PDF: it is handed over instead, and opens on the computer.
    shown = "attachment" if found.media_type == "application/pdf" else "inline"
    return _served(found.digest, found.media_type, f'{shown}; filename="piece-{number}.{EXTENSIONS[found.media_type]}"')


@blueprint.get("/pieces/<int:number>/vignette")
@access.reads_year
def thumbnail(desk: YearDesk, number: int) -> Any:
    """Serve the small picture of a scan."""
    found = row_here(_scans(desk), number)
    return _served(found.thumb_digest, THUMBNAIL, f'inline; filename="piece-{number}-vignette.webp"')


def _scans(desk: YearDesk) -> list[Scan]:
    return [*(scan for entry in desk.facts.entries for scan in entry.scans), *desk.facts.inbox]


def _served(digest: str, media_type: str, disposition: str) -> Response:
    answer = Response(current_app.config["STORAGE"].get(digest), mimetype=media_type)
    answer.headers["Content-Disposition"] = disposition
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
