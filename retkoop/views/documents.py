"""Scans, served to those who may read them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from retkoop import access
from retkoop.desks import YearDesk
from retkoop.views import served
from retkoop.views.shared import scan_to_see

blueprint = Blueprint("documents", __name__, url_prefix="/coop/<identifiant>/<annee:annee>")


@blueprint.get("/pieces/<int:number>")
@access.reads_year
def scan(desk: YearDesk, number: int) -> Any:
    """Serve one scan."""
    return served.whole(scan_to_see(desk, number), f"piece-{number}")


@blueprint.get("/pieces/<int:number>/pages/<int:page>")
@access.reads_year
def one_page(desk: YearDesk, number: int, page: int) -> Any:
    """Serve the picture of one page of a scan."""
    return served.one_page(scan_to_see(desk, number), page, f"piece-{number}")


@blueprint.get("/pieces/<int:number>/vignette")
@access.reads_year
def thumbnail(desk: YearDesk, number: int) -> Any:
    """Serve the small picture of a scan."""
    return served.thumbnail(scan_to_see(desk, number), f"piece-{number}")
