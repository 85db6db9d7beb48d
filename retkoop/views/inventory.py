"""The cahier d'inventaire: the durable goods of the cooperative over the years, beside account 6800."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request

from retkoop import access, inventory_reports, models, reports, table_reports, year_rows
from retkoop.actions import tables
from retkoop.actions.undo import step_about
from retkoop.desks import NOT_FOUND, YearDesk
from retkoop.errors import Conflict, NotFound
from retkoop.exports import sheets
from retkoop.facts import InventoryItem
from retkoop.forms.inventory import CarriedForm, ItemForm
from retkoop.inventory_reports import Good, Inventory
from retkoop.rules import Subject
from retkoop.school_year import SchoolYear
from retkoop.views.paper import as_pdf, sheet
from retkoop.views.shared import back, entry_to_list, row_here, sent_key

blueprint = Blueprint("inventory", __name__, url_prefix="/coop/<identifiant>/<annee:annee>")


def _inventory(desk: YearDesk) -> Inventory:
    return inventory_reports.inventory(desk.year, year_rows.inventory_rows(desk.key))


@blueprint.get("/inventaire")
@access.reads_year
def show(desk: YearDesk) -> Any:
    """Show the goods of this exercice and of those before, beside account 6800."""
    return _page(desk, ItemForm())


def _page(desk: YearDesk, form: ItemForm, status: int = 200) -> Any:
    shown = {
        "inventory": _inventory(desk),
        "listed": reports.inventory_of_year(desk.facts),
        "bought": reports.durable_goods_bought(desk.facts),
        "gap": table_reports.inventory_gap(desk.facts),
        "lacking": table_reports.inventory_unlisted(desk.facts),
        "subject": Subject,
        "label": _label,
    }
    return render_template("inventory/page.html", desk=desk, form=form, **shown), status


def _label(start: int) -> str:
    """Name an exercice by its first year."""
    return SchoolYear(start).label


@blueprint.post("/inventaire")
@access.writes_year
def add(desk: YearDesk) -> Any:
    """Add a durable good."""
    form = ItemForm(request.form)
    if not form.checked(desk.year):
        return _page(desk, form, 422)
    tables.add_row(desk.actor, desk.key, models.InventoryItem, form.values(), sent_key())
    return back(desk, "inventory.show", f"« {form.designation.data} » inscrit à l’inventaire.")


@blueprint.post("/inventaire/ecritures/<int:number>")
@access.writes_year
def add_from_entry(desk: YearDesk, number: int) -> Any:
    """Add the good that an entry of the cahier paid for, in one click; it can be edited afterwards."""
    entry, amount = entry_to_list(desk, number, table_reports.inventory_unlisted(desk.facts))
    if amount is None:
        return back(desk, "inventory.show", f"« {entry.label} » est déjà à l’inventaire.")
    form = ItemForm.from_entry(entry, amount)
    made = tables.add_row(desk.actor, desk.key, models.InventoryItem, form.values(), sent_key())
    said = f"« {form.designation.data} » inscrit à l’inventaire. Indiquez où il est."
    return back(desk, "inventory.show", said, step_about(desk.key, desk.person.id, f"bien:{made}"))


@blueprint.get("/inventaire/<int:number>")
@access.writes_year
def edit(desk: YearDesk, number: int) -> Any:
    """Show a good in its form, with how it left."""
    good = _good(desk, desk.key.start_year, number)
    return _edit_page(desk, good, CarriedForm.of(good.item) if good.carried else ItemForm.of(good.item))


def _good(desk: YearDesk, told_in: int, number: int) -> Good:
    """Find a good by the exercice and the number of the row that speaks of it."""
    every = _inventory(desk).goods
    found = next((good for good in every if (good.told_in, good.item.number) == (told_in, number)), None)
    if found is None:
        raise NotFound(NOT_FOUND)
    return found


def _edit_page(desk: YearDesk, good: Good, form: Any, status: int = 200, conflict: str = "") -> Any:
    older = good.told_in != desk.key.start_year
    place = f"{_label(good.told_in)}/{good.item.number}" if older else str(good.item.number)
    shown = {"item": good.item, "carried": good.carried or older, "older": older, "since": _label(good.since)}
    page = render_template(
        "inventory/edit.html",
        desk=desk,
        form=form,
        conflict=conflict,
        place=f"{desk.prefix}inventaire/{place}",
        **shown,
    )
    return page, status


@blueprint.post("/inventaire/<int:number>")
@access.writes_year
def save(desk: YearDesk, number: int) -> Any:
    """Correct a good or tell how it left, unless somebody else did meanwhile."""
    good = _good(desk, desk.key.start_year, number)
    form = CarriedForm(request.form) if good.carried else ItemForm(request.form)
    if not _checked(desk, form, good.item):
        return _edit_page(desk, good, form, 422)
    try:
        tables.edit_row(desk.actor, desk.key, models.InventoryItem, number, form.seen, form.values())
    except Conflict as conflict:
        return _both_versions(desk.renewed(), number, form, conflict)
    name = good.item.designation if good.carried else form.designation.data
    return back(desk, "inventory.show", f"« {name} » modifié.")


def _checked(desk: YearDesk, form: CarriedForm | ItemForm, item: InventoryItem) -> bool:
    if isinstance(form, CarriedForm):
        return form.checked(desk.year, item.bought_on)
    return form.checked(desk.year)


def _both_versions(desk: YearDesk, number: int, form: CarriedForm | ItemForm, conflict: Conflict) -> Any:
    """Show what is stored now above what was typed, which a second save then replaces."""
    current = _good(desk, desk.key.start_year, number)
    form.version.data = str(current.item.version)
    return _edit_page(desk, current, form, conflict.status, conflict.message)


@blueprint.get("/inventaire/<annee:origine>/<int:number>")
@access.writes_year
def edit_older(desk: YearDesk, origine: str, number: int) -> Any:
    """Show a good of an earlier exercice: where it is now, or how it left, is written in this one."""
    item, start = _older(desk, origine, number)
    latest = [good for good in _inventory(desk).goods if (good.told_in, good.item.number) == (start, number)]
    if not latest:  # this exercice has said what became of it, meanwhile
        return redirect(desk.url("inventory.show"), 303)
    return _edit_page(desk, latest[0], CarriedForm.of(item))


def _older(desk: YearDesk, label: str, number: int) -> tuple[InventoryItem, int]:
    """Find a row of an earlier exercice, be it the latest about its good or not."""
    try:
        start = SchoolYear.parse(label).start
    except ValueError:
        raise NotFound(NOT_FOUND) from None
    rows = year_rows.inventory_rows(desk.key) if start < desk.key.start_year else {}
    return row_here(rows.get(start, ()), number), start


@blueprint.post("/inventaire/<annee:origine>/<int:number>")
@access.writes_year
def save_older(desk: YearDesk, origine: str, number: int) -> Any:
    """Write in this exercice what became of a good of an earlier one."""
    item, start = _older(desk, origine, number)
    form = CarriedForm(request.form)
    if not form.checked(desk.year, item.bought_on):
        return _edit_page(desk, Good(item, start, start), form, 422)
    row = tables.restate_good(desk.actor, desk.key, start, number, form.values(), sent_key())
    said = f"« {item.designation} » {'sorti de l’inventaire' if form.sortie.data else 'modifié'}."
    return back(desk, "inventory.show", said, step_about(desk.key, desk.person.id, f"bien:{row}"))


@blueprint.post("/inventaire/<int:number>/supprimer")
@access.writes_year
def remove(desk: YearDesk, number: int) -> Any:
    """Remove a good that was written by mistake; one of an earlier exercice is again what it was then."""
    good = _good(desk, desk.key.start_year, number)
    tables.remove_row(desk.actor, desk.key, models.InventoryItem, number)
    done = "est de nouveau comme l’année passée" if good.carried else "retiré de l’inventaire"
    return back(desk, "inventory.show", f"« {good.item.designation} » {done}.")


@blueprint.get("/inventaire.pdf")
@access.reads_year
def pdf(desk: YearDesk) -> Any:
    """Give the inventory on paper."""
    return as_pdf(desk, "inventaire", paper(desk))


def paper(desk: YearDesk) -> str:
    """Give the HTML of the printed inventory."""
    return sheet("print/inventory.html", desk, inventory=_inventory(desk), label=_label)


@blueprint.get("/inventaire.csv")
@access.reads_year
def csv(desk: YearDesk) -> Any:
    """Give every good as CSV, those that left included."""
    answer = Response(sheets.to_csv(inventory_reports.inventory_sheet(_inventory(desk))), mimetype=sheets.CSV_TYPE)
    name = f"inventaire-{desk.coop.identifier}-{desk.year.label}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
