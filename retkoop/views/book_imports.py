"""Taking up a cahier kept elsewhere: a table is sent, its columns looked at, each line told apart, then all written."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request

from retkoop import access
from retkoop.actions import book_imports as actions
from retkoop.actions.book_imports import Preview
from retkoop.book_table import CLOSE, NEW, SAME
from retkoop.desks import YearDesk
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.forms.book_columns import choices, read_book_columns, roles_of
from retkoop.forms.scans import document_name
from retkoop.forms.table_columns import MARKS, ORDERS
from retkoop.htmx import go
from retkoop.statements import LARGEST_FILE
from retkoop.views.shared import takes_files
from retkoop.year_rows import chart_for

blueprint = Blueprint("book_imports", __name__, url_prefix="/coop/<identifiant>/<annee:annee>/cahier/reprise")

# As many lines, faults and rows of the table as one page shows; of close ones, each with its box.
MOST_SHOWN, MOST_CLOSE, _SAMPLE = 200, 300, 8


@blueprint.get("")
@access.writes_year
def show(desk: YearDesk) -> Any:
    """Show where a table is sent, and those that were taken up."""
    return _offer(desk)


def _offer(desk: YearDesk, fault: str = "", status: int = 200) -> Any:
    shown = {"imports": actions.imports_of(desk.key), "fault": fault}
    return render_template("book_imports/offer.html", desk=desk, **shown), status


@blueprint.post("")
@takes_files
@access.writes_year
def send(desk: YearDesk) -> Any:
    """Read a table and keep it in preview; refused, it leaves nothing."""
    sent = request.files.get("fichier")
    if sent is None or not sent.filename:
        return _offer(desk, "Choisissez d’abord le fichier.", 422)
    name = document_name(sent.filename)
    try:
        number = actions.keep_preview(desk.actor, desk.key, name, sent.stream.read(LARGEST_FILE + 1))
    except Refusal as refusal:
        return _offer(desk, f"{name} : {refusal.message}", refusal.status)
    return go(desk.url("book_imports.preview", number=number))


@blueprint.get("/<int:number>")
@access.writes_year
def preview(desk: YearDesk, number: int) -> Any:
    """Show what a table would add, line by line."""
    return _page(desk, actions.preview(desk.key, number))


def _page(desk: YearDesk, found: Preview, fault: str = "", status: int = 200) -> Any:
    width = max(len(row.cells) for row in found.rows)
    start = max(0, next((at for at, row in enumerate(found.rows) if row.line >= found.columns.head), 0) - 1)
    parts = {what: [line for line in found.lines if line.what == what] for what in (NEW, CLOSE, SAME)}
    return render_template(
        "book_imports/preview.html", desk=desk, found=found, one=found, fault=fault or found.lacking, width=width,
        rows=found.rows[start : start + _SAMPLE], first_rows=found.rows[:_SAMPLE], mapping=found.columns,
        roles=roles_of(found.columns, width), ROLES=choices(chart_for(desk.key.start_year)), ORDERS=ORDERS, MARKS=MARKS,
        new=parts[NEW], close=parts[CLOSE][:MOST_CLOSE], close_count=len(parts[CLOSE]), same=parts[SAME],
        most=MOST_SHOWN,
    ), status  # fmt: skip


@blueprint.post("/<int:number>/colonnes")
@access.writes_year
def save_columns(desk: YearDesk, number: int) -> Any:
    """Read the table by what somebody says its columns hold."""
    found = actions.preview(desk.key, number)
    width = max(len(row.cells) for row in found.rows)
    columns, fault = read_book_columns(request.form, found.columns, width, chart_for(desk.key.start_year))
    fault = fault or columns.lacking
    if fault:
        return _page(desk, found._replace(columns=columns), fault, 422)
    actions.set_columns(desk.key, number, columns)
    return go(desk.url("book_imports.preview", number=number))


@blueprint.post("/<int:number>")
@access.writes_year
def confirm(desk: YearDesk, number: int) -> Any:
    """Write what was previewed, whole or not at all; confirmed twice, it is done once."""
    besides = [int(line) for line in request.form.getlist("ajouter") if line.isascii() and line.isdecimal()]
    try:
        count = actions.confirm(desk.actor, desk.key, number, request.form.get("vu", "")[:64], besides)
    except NotFound as gone:
        return _offer(desk, gone.message, 422)
    except (Conflict, Refusal) as refusal:
        return _page(desk, actions.preview(desk.key, number), refusal.message, refusal.status)
    flash("Une écriture ajoutée." if count == 1 else f"{count} écritures ajoutées.", "done")
    return go(desk.url("book_imports.show"))


@blueprint.post("/<int:number>/annuler")
@access.writes_year
def take_back(desk: YearDesk, number: int) -> Any:
    """Strike out what an import made, but for what somebody touched since."""
    gone, left = actions.take_back(desk.actor, desk.key, number)
    words = f"Reprise annulée : {gone} {'écritures supprimées' if gone > 1 else 'écriture supprimée'}."
    if not gone + left:
        words = "Aperçu oublié."
    if left:
        words += f" {left} restent au cahier : elles ont servi depuis (pointage, remise, pièce…)."
    flash(words, "done")
    return go(desk.url("book_imports.show"))
