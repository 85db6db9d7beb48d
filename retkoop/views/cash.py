"""The cash box: counting it by notes and coins, and comparing with the cahier."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Blueprint, flash, render_template, request

from retkoop import access, clock, reports, table_reports
from retkoop.actions import tables
from retkoop.desks import YearDesk
from retkoop.exchange import DENOMINATIONS
from retkoop.facts import CashCount
from retkoop.forms.cash import CountForm, denomination_name
from retkoop.htmx import fragment, go, is_htmx
from retkoop.school_year import french_date
from retkoop.table_reports import CountCheck
from retkoop.views.paper import as_pdf, sheet
from retkoop.views.shared import back, row_here, sent_key

blueprint = Blueprint("cash", __name__, url_prefix="/coop/<identifiant>/<annee:annee>/caisse")


@blueprint.get("")
@access.reads_year
def show(desk: YearDesk) -> Any:
    """Show the form of a count, and the counts of the year."""
    today = clock.today()
    day = today if desk.year.contains(today) else desk.year.last_day
    return _page(desk, CountForm(data={"date": day}))


def _page(desk: YearDesk, form: CountForm, tally: Tally | None = None, status: int = 200) -> Any:
    """Show the page; `tally` is what the form adds up to, as it was sent."""
    last = desk.facts.last_count
    shown = {
        "checks": table_reports.count_checks(desk.facts),
        "last": last,
        "gap": table_reports.count_gap(desk.facts, last) if last else None,
        "used": reports.cash_used(desk.facts),
        "tally": tally or _tally(desk, form),
        "denomination": denomination_name,
    }
    return render_template("cash/page.html", desk=desk, form=form, **shown), status


class Tally(NamedTuple):
    """What a form adds up to beside the cahier’s balance of its day, in cents; or what cannot be read in it."""

    check: CountCheck
    faults: list[str]


def _tally(desk: YearDesk, form: CountForm) -> Tally:
    faults = [said for _, said in form.faults]
    count = CashCount(0, desk.year.last_day, ()) if faults else form.count()
    return Tally(table_reports.count_check(desk.facts, count), faults)


@blueprint.post("/total")
@access.writes_year
def add_up(desk: YearDesk) -> Any:
    """Add up what was counted so far, at each key with htmx; nothing is saved, nor told as wrong under a field yet."""
    form = CountForm(request.form)
    status = 200 if form.checked(desk.year) else 422
    tally = _tally(desk, form)
    if is_htmx():
        return fragment("cash/_total.html", status, desk=desk, tally=tally)
    return _page(desk, CountForm(request.form), tally, status)


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
    count = row_here(desk.facts.counts, number)
    step = tables.remove_count(desk.actor, desk.key, number)
    return back(desk, "cash.show", f"Arrêté de caisse du {french_date(count.day)} retiré.", step)


def _back(desk: YearDesk, message: str) -> Any:
    flash(message)
    return go(desk.url("cash.show", _anchor="contenu"))


@blueprint.get("/<int:number>.pdf")
@access.reads_year
def pdf(desk: YearDesk, number: int) -> Any:
    """Give one count on paper, to be signed by who counted."""
    count = row_here(desk.facts.counts, number)
    pieces = dict(count.pieces)
    lines = [(denomination_name(cents), pieces.get(cents, 0), cents * pieces.get(cents, 0)) for cents in DENOMINATIONS]
    check = table_reports.count_check(desk.facts, count)
    return as_pdf(desk, f"caisse-{count.day}", sheet("print/cash_count.html", desk, check=check, lines=lines))
