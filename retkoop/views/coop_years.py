"""The exercices of a cooperative on its association's desk: opening an earlier one, and typing its report in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for

from retkoop import access, clock, reports
from retkoop.actions import earlier_years as actions
from retkoop.actions.direct_report import Changed
from retkoop.desks import CoopDesk, YearDesk
from retkoop.direct import is_blank
from retkoop.errors import Conflict, Refusal
from retkoop.facts import DirectReport
from retkoop.forms.coop_years import EarlierYearForm
from retkoop.forms.direct_report import DirectForm, form_for
from retkoop.htmx import go
from retkoop.models import Department, find_year
from retkoop.school_year import SchoolYear

blueprint = Blueprint("coop_years", __name__, url_prefix="/ad/<departement>/coops/<identifiant>/exercices")

_BOTH = "Ce que vous avez écrit est conservé ci-dessous, à côté de ce qui vient d’être enregistré : validez de nouveau."


@blueprint.get("")
@access.reads_file
def show(department: Department, desk: CoopDesk) -> Any:
    """Show the exercices of a cooperative, and the form that opens an earlier one."""
    return _page(department, desk, _offered(desk, EarlierYearForm()))


def _offered(desk: CoopDesk, form: EarlierYearForm) -> EarlierYearForm:
    return form.offer(actions.earlier_years(desk.coop, clock.today()))


def _page(department: Department, desk: CoopDesk, form: EarlierYearForm, status: int = 200) -> Any:
    today = clock.today()
    years = [(row, SchoolYear(row.start_year).label, actions.may_be_typed(row, today)) for row in desk.years]
    return render_template("coops/years.html", department=department, coop=desk.coop, years=years, form=form), status


@blueprint.post("")
@access.writes_file
def open_earlier(department: Department, desk: CoopDesk) -> Any:
    """Open an earlier exercice, whose report is typed in directly."""
    form = _offered(desk, EarlierYearForm(request.form))
    if not form.checked():
        return _page(department, desk, form, 422)
    year = SchoolYear.parse(form.exercice.data)
    try:
        actions.open_earlier(access.actor_here(), desk.coop, year, form.opening(), form.compte.data, clock.today())
    except Refusal as refusal:
        form.refuse("exercice", refusal.message)
        return _page(department, desk, form, 422)
    flash(f"L’exercice {year.label} est ouvert : recopiez maintenant son compte rendu financier.", "done")
    return go(_address(department, desk, year.label))


def _address(department: Department, desk: CoopDesk, label: str) -> str:
    identifier = desk.coop.identifier
    return url_for("coop_years.report", departement=department.code, identifiant=identifier, annee=label)


@blueprint.get("/<annee:annee>")
@access.reads_year_file
def report(department: Department, desk: YearDesk) -> Any:
    """Show the figures of an earlier exercice, to be typed in while it is open."""
    return _report_page(department, desk, _stored(desk))


def _stored(desk: YearDesk) -> DirectForm:
    return form_for(desk.facts.chart).of(desk.facts.direct or DirectReport(), desk.row.bank_account)


def _report_page(department: Department, desk: YearDesk, form: DirectForm, status: int = 200, fault: str = "") -> Any:
    following = find_year(desk.coop, desk.year.start + 1)
    ends = reports.next_opening(desk.facts)
    shown = {
        "coop": desk.coop,
        "year": desk.year,
        "form": form,
        "fault": fault,
        "may_type": actions.may_be_typed(desk.row, clock.today()),
        "blank": is_blank(desk.facts.direct or DirectReport()),
        "operating": reports.operating_account(desk.facts),
        "opening": desk.facts.opening,
        "ends": ends,
        "wrong": actions.findings_in_the_way(desk.key, clock.today()),
        # Of an exercice that does not follow this one, what it began with.
        "began": (following.opening_bank, following.opening_cash) if following and not following.follows else None,
        "next_label": SchoolYear(desk.year.start + 1).label,
    }
    # Not `desk`: the head of the page would be that of the cooperative's own screens.
    return render_template("coops/report.html", department=department, **shown), status


@blueprint.post("/<annee:annee>")
@access.writes_year_file
def save(department: Department, desk: YearDesk) -> Any:
    """Keep the figures; « remettre » then closes the exercice and hands it in."""
    form = form_for(desk.facts.chart)(request.form)
    if not form.checked(desk.year):
        return _report_page(department, desk, form, 422)
    actor, today = access.actor_here(), clock.today()
    try:
        actions.type_in(actor, desk.key, form.seen, form.report(), form.compte.data, today)
        if "remettre" in request.form:
            actions.hand_in(actor, desk.key, today)
    except Changed as changed:
        after = desk.renewed()
        form.tell_stored(_stored(after))
        return _report_page(department, after, form, changed.status, f"{changed.message} {_BOTH}")
    except Conflict:
        raise
    except Refusal as refusal:
        after = desk.renewed()
        return _report_page(department, after, _stored(after), refusal.status, refusal.message)
    done = "est remis : il attend d’être validé" if "remettre" in request.form else "est enregistré"
    flash(f"Le compte rendu financier {desk.year.label} {done}.", "done")
    return go(_address(department, desk, desk.year.label))
