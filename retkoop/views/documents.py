"""Scans, and the exchange archive, served to those who may read them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app

from retkoop import access, documents
from retkoop.access import YearDesk
from retkoop.actions.exchange import export_archive
from retkoop.errors import NotFound
from retkoop.exports.exchange import EXTENSIONS
from retkoop.exports.shelf import Shelf
from retkoop.facts import Scan
from retkoop.views.shared import scan_to_see

PDF = "application/pdf"
# What the intake draws of every document (documents.CleanDocument), and of the pages of a PDF.
DRAWN = "image/webp"
blueprint = Blueprint("documents", __name__, url_prefix="/coop/<identifiant>/<annee:annee>")


@blueprint.get("/pieces/<int:number>")
@access.reads_year
def scan(desk: YearDesk, number: int) -> Any:
    """Serve one scan, under a name that says nothing and a policy that lets nothing in it run."""
    return _whole(scan_to_see(desk, number))


def _whole(found: Scan) -> Response:
    # Chrome's viewer refuses a sandboxed PDF: it is handed over instead, and opens on the computer.
    shown = "attachment" if found.media_type == PDF else "inline"
    name = f"piece-{found.number}.{EXTENSIONS[found.media_type]}"
    return _served(_stored(found.digest), found.media_type, f'{shown}; filename="{name}"')


@blueprint.get("/pieces/<int:number>/pages/<int:page>")
@access.reads_year
def one_page(desk: YearDesk, number: int, page: int) -> Any:
    """Serve the picture of one page of a PDF; an image is its own first page."""
    found = scan_to_see(desk, number)
    if not 1 <= page <= (found.pages or 1):
        raise NotFound(access.NOT_FOUND)
    if found.media_type != PDF:
        return _whole(found)
    return _served(_drawn(found.digest, page), DRAWN, f'inline; filename="piece-{number}-page-{page}.webp"')


def _drawn(digest: str, page: int) -> bytes:
    """Give the picture of a page, drawn by the first person who looks at it and kept for the others."""
    folder = current_app.config["RETKOOP"].rendered
    shelf, name = Shelf(folder) if folder else None, f"{digest}-{page}.webp"
    picture = shelf.found(name) if shelf else None
    if picture is None:
        # Those who had to wait for their turn mostly find it drawn.
        with documents.one_of_few():
            picture = shelf.kept(name, lambda: _draw(digest, page)) if shelf else _draw(digest, page)
    return picture


def _draw(digest: str, page: int) -> bytes:
    return documents.page_picture(_stored(digest), page)


@blueprint.get("/pieces/<int:number>/vignette")
@access.reads_year
def thumbnail(desk: YearDesk, number: int) -> Any:
    """Serve the small picture of a scan."""
    found = scan_to_see(desk, number)
    return _served(_stored(found.thumb_digest), DRAWN, f'inline; filename="piece-{number}-vignette.webp"')


def _stored(digest: str) -> bytes:
    data: bytes = current_app.config["STORAGE"].get(digest)
    return data


def _served(data: bytes, media_type: str, disposition: str) -> Response:
    answer = Response(data, mimetype=media_type)
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
