"""The cahier d'inventaire: the durable goods of the cooperative, beside account 6800."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from retkoop import access, models, reports, table_reports
from retkoop.access import YearDesk
from retkoop.actions import tables
from retkoop.errors import Conflict
from retkoop.facts import InventoryItem
from retkoop.forms.inventory import ItemForm
from retkoop.rules import Subject
from retkoop.views.shared import back, row_here, sent_key

blueprint = Blueprint("inventory", __name__, url_prefix="/coop/<identifiant>/<annee:annee>/inventaire")


@blueprint.get("")
@access.reads_year
def show(desk: YearDesk) -> Any:
    """Show the goods, beside account 6800; `?ecriture=` fills the form from a purchase that is lacking."""
    asked = request.args.get("ecriture", type=int)
    lacking = {line.entry.number: line for line in table_reports.inventory_unlisted(desk.facts)}
    return _page(desk, ItemForm.from_entry(*lacking[asked]) if asked in lacking else ItemForm())


def _page(desk: YearDesk, form: ItemForm, status: int = 200) -> Any:
    shown = {
        "items": sorted(desk.facts.inventory, key=lambda item: (item.bought_on, item.number)),
        "listed": reports.inventory_of_year(desk.facts),
        "bought": reports.durable_goods_bought(desk.facts),
        "gap": table_reports.inventory_gap(desk.facts),
        "lacking": table_reports.inventory_unlisted(desk.facts),
        "subject": Subject,
    }
    return render_template("inventory/page.html", desk=desk, form=form, **shown), status


@blueprint.post("")
@access.writes_year
def add(desk: YearDesk) -> Any:
    """Add a durable good."""
    form = ItemForm(request.form)
    if not form.checked(desk.year):
        return _page(desk, form, 422)
    tables.add_row(desk.actor, desk.key, models.InventoryItem, form.values(), sent_key())
    return back(desk, "inventory.show", f"« {form.designation.data} » inscrit à l’inventaire.")


@blueprint.get("/<int:number>")
@access.writes_year
def edit(desk: YearDesk, number: int) -> Any:
    """Show a good in its form, with how it left."""
    item = row_here(desk.facts.inventory, number)
    return _edit_page(desk, item, ItemForm.of(item))


def _edit_page(desk: YearDesk, item: InventoryItem, form: ItemForm, status: int = 200, conflict: str = "") -> Any:
    return render_template("inventory/edit.html", desk=desk, item=item, form=form, conflict=conflict), status


@blueprint.post("/<int:number>")
@access.writes_year
def save(desk: YearDesk, number: int) -> Any:
    """Correct a good or tell how it left, unless somebody else did meanwhile."""
    item = row_here(desk.facts.inventory, number)
    form = ItemForm(request.form)
    if not form.checked(desk.year):
        return _edit_page(desk, item, form, 422)
    try:
        tables.edit_row(desk.actor, desk.key, models.InventoryItem, number, form.seen, form.values())
    except Conflict as conflict:
        return _both_versions(desk.renewed(), number, form, conflict)
    return back(desk, "inventory.show", f"« {form.designation.data} » modifié.")


def _both_versions(desk: YearDesk, number: int, form: ItemForm, conflict: Conflict) -> Any:
    """Show what is stored now above what was typed, which a second save then replaces."""
    current = row_here(desk.facts.inventory, number)
    form.version.data = str(current.version)
    return _edit_page(desk, current, form, conflict.status, conflict.message)


@blueprint.post("/<int:number>/supprimer")
@access.writes_year
def remove(desk: YearDesk, number: int) -> Any:
    """Remove a good that was written by mistake."""
    item = row_here(desk.facts.inventory, number)
    tables.remove_row(desk.actor, desk.key, models.InventoryItem, number)
    return back(desk, "inventory.show", f"« {item.designation} » retiré de l’inventaire.")
