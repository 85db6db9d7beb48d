"""The cash box: counting it by notes and coins, and comparing with the cahier."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request

from retkoop import access, clock, reports, table_reports
from retkoop.access import NOT_FOUND, YearDesk
from retkoop.actions import tables
from retkoop.errors import NotFound
from retkoop.facts import CashCount
from retkoop.forms.cash import CountForm, denomination_name
from retkoop.htmx import go, is_htmx
from retkoop.school_year import french_date
from retkoop.views.shared import sent_key

blueprint = Blueprint("cash", __name__, url_prefix="/coop/<identifiant>/<annee:annee>/caisse")


@blueprint.get("")
@access.reads_year
def show(desk: YearDesk) -> Any:
    """Show the form of a count, and the counts of the year."""
    today = clock.today()
    day = today if desk.year.contains(today) else desk.year.last_day
    return _page(desk, CountForm(data={"date": day}))


def _page(desk: YearDesk, form: CountForm, total: CashCount | None = None, status: int = 200) -> Any:
    """Show the page, or for htmx only the form; `total` is a count that is added up and not saved."""
    page = "cash/_form.html" if is_htmx() else "cash/page.html"
    last = desk.facts.last_count
    shown = {
        "checks": table_reports.count_checks(desk.facts),
        "last": last,
        "gap": table_reports.count_gap(desk.facts, last) if last else None,
        "used": reports.cash_used(desk.facts),
        "total": total,
        "total_gap": table_reports.count_gap(desk.facts, total) if total else None,
        "denomination": denomination_name,
    }
    return render_template(page, desk=desk, form=form, **shown), status


@blueprint.post("/total")
@access.writes_year
def add_up(desk: YearDesk) -> Any:
    """Add up what was counted so far; nothing is saved."""
    form = CountForm(request.form)
    if not form.checked(desk.year):
        return _page(desk, form, status=422)
    return _page(desk, form, total=form.count())


@blueprint.post("")
@access.writes_year
def save(desk: YearDesk) -> Any:
    """Keep a count."""
    form = CountForm(request.form)
    if not form.checked(desk.year):
        return _page(desk, form, status=422)
    count = form.count()
    tables.add_count(desk.actor, desk.key, count.day, count.pieces, sent_key())
    return _back(desk, f"Arrêté de caisse du {french_date(count.day)} enregistré.")


@blueprint.post("/<int:number>/supprimer")
@access.writes_year
def remove(desk: YearDesk, number: int) -> Any:
    """Remove a count that was a mistake."""
    count = next((count for count in desk.facts.counts if count.number == number), None)
    if count is None:
        raise NotFound(NOT_FOUND)
    tables.remove_count(desk.actor, desk.key, number)
    return _back(desk, f"Arrêté de caisse du {french_date(count.day)} retiré.")


def _back(desk: YearDesk, message: str) -> Any:
    flash(message)
    return go(desk.url("cash.show", _anchor="contenu"))
