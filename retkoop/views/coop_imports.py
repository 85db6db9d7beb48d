"""Importing a list of cooperatives: a file is sent once, previewed, then confirmed; and the model to fill in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for

from retkoop import access
from retkoop.actions import coop_imports as actions
from retkoop.actions.coop_imports import Kept, Preview
from retkoop.coop_import import COLUMNS
from retkoop.coop_table import LARGEST_FILE
from retkoop.errors import Conflict, NotFound
from retkoop.exports import sheets
from retkoop.forms.scans import document_name
from retkoop.htmx import go
from retkoop.models import Department
from retkoop.sheet import Column, Sheet
from retkoop.views.shared import takes_files

blueprint = Blueprint("coop_imports", __name__, url_prefix="/ad/<departement>/coops/importer")

# As many as are shown: beyond, the file has one fault made many times.
MOST_SHOWN = 300


@blueprint.get("")
@access.writes_department
def show(department: Department) -> Any:
    """Show where a list is sent, and the model."""
    return _page(department)


def _page(department: Department, kept: Kept | None = None, fault: str = "", status: int = 200, name: str = "") -> Any:
    columns = [(key, heading) for key, (heading, _) in COLUMNS.items()]
    shown = {"kept": kept, "fault": fault, "columns": columns, "most": MOST_SHOWN, "name": name}
    return render_template("coops/import.html", department=department, **shown), status


@blueprint.post("")
@takes_files
@access.writes_department
def send(department: Department) -> Any:
    """Read a list; with faults it says them all and keeps nothing, else it shows what would be done."""
    sent = request.files.get("fichier")
    if sent is None or not sent.filename:
        return _page(department, fault="Choisissez d’abord un fichier.", status=422)
    name = document_name(sent.filename)
    kept = actions.keep_preview(access.actor_here(), department.code, name, sent.stream.read(LARGEST_FILE + 1))
    if kept.number is None:
        return _page(department, kept, status=422, name=name)
    if kept.ignored:
        flash(f"Colonnes non reprises : {', '.join(kept.ignored)[:300]}.")
    return go(_address(department, kept.number))


def _address(department: Department, number: int) -> str:
    return url_for("coop_imports.preview", departement=department.code, number=number)


@blueprint.get("/<ligne:number>")
@access.reads_department
def preview(department: Department, number: int) -> Any:
    """Show what the import would do, line by line."""
    return _preview_page(department, actions.preview(department.code, number))


def _preview_page(department: Department, found: Preview, fault: str = "", status: int = 200) -> Any:
    return render_template("coops/preview.html", department=department, found=found, fault=fault), status


@blueprint.post("/<ligne:number>")
@access.writes_department
def confirm(department: Department, number: int) -> Any:
    """Do what was previewed, whole or not at all; confirmed twice, it is done once."""
    seal = request.form.get("vu", "")
    try:
        done = actions.confirm(access.actor_here(), department.code, number, seal)
    except NotFound as gone:
        return _page(department, fault=gone.message, status=422)
    except Conflict as conflict:
        found = actions.preview(department.code, number)
        return _preview_page(department, found, conflict.message, conflict.status)
    created, changed = done.count("créée"), done.count("modifiée")
    flash(f"Import terminé : {created} créées, {changed} modifiées, {done.count('inchangée')} inchangées.", "done")
    return go(url_for("coops.show", departement=department.code))


@blueprint.get("/modele.csv")
@access.reads_department
def model_csv(department: Department) -> Any:
    """Give the model as CSV."""
    return _model(department, sheets.to_csv, sheets.CSV_TYPE, "csv")


@blueprint.get("/modele.xlsx")
@access.reads_department
def model_xlsx(department: Department) -> Any:
    """Give the model to Excel."""
    return _model(department, sheets.to_xlsx, sheets.XLSX_TYPE, "xlsx")


def _model(department: Department, write: Callable[[Sheet], bytes], media_type: str, extension: str) -> Response:
    """Write every heading, and a line to be replaced: its identifier is none."""
    example = (
        f"{department.code}-XXXX", "École Exemple – ligne à remplacer", "", "1 rue des Écoles", "512", "2025-2026",
        "1234,56", "50,00", "", "Prénom Nom", "nom@exemple.fr", "01 23 45 67 89",
    )  # fmt: skip
    sheet = Sheet("Coopératives", tuple(Column(heading) for heading, _ in COLUMNS.values()), (example,))
    answer = Response(write(sheet), mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="cooperatives-modele.{extension}"'
    return answer
