"""The years that were sent to the AD: the queue, the file of each, and what is decided about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for

from retkoop import access, clock, department_rows, journal_rows, papers_beside, reports, return_reasons, settings_rows
from retkoop.actions import moves, plans, reopening
from retkoop.audit import now
from retkoop.clean_files import hour
from retkoop.desks import NOT_FOUND, YearDesk
from retkoop.errors import NotFound
from retkoop.forms.validation import ReturnForm
from retkoop.htmx import go
from retkoop.journal_words import title
from retkoop.models import Department, find_year
from retkoop.required_documents import others, requirements
from retkoop.rules import report_is_correct
from retkoop.school_year import SchoolYear
from retkoop.validation_reports import compared_accounts, oddities
from retkoop.views.shared import told, why_sent_back
from retkoop.year_rows import year_facts
from retkoop.year_states import SENT, Moved, is_taken_up, number_of_return

blueprint = Blueprint("validation", __name__, url_prefix="/ad/<departement>/validation")
# How long the queue tells what was planned and not validated.
_STILL_TOLD = timedelta(days=7)
_FILE = "/<identifiant>/<annee:annee>"
_UNCONFIRMED = "Cochez « C’est définitif » pour valider : un exercice validé ne change plus."


@blueprint.get("")
@access.reads_department
def show(department: Department) -> Any:
    """List the years that wait for a decision, those sent first on top."""
    rows = department_rows.sent_years(department.code)
    planned = plans.waiting_of(department.code)
    refused = plans.ended_of(department.code, now() - _STILL_TOLD)
    shown = {
        "planned": planned,
        "refused": refused,
        "due": {(row.coop, row.start_year): row for row, _ in planned},
        "reopenings": reopening.waiting_of(department.code, now()),
        **_hours(),
    }
    return render_template("validation/queue.html", department=department, rows=rows, **shown)


def _hours() -> dict[str, Any]:
    """Give what tells when a planned validation takes effect."""
    instant = now().astimezone(clock.PARIS)
    return {
        "now": instant,
        "hour": lambda due, here: hour(due.astimezone(clock.PARIS), here),
        "SchoolYear": SchoolYear,
    }


@blueprint.get(_FILE)
@access.reads_year_file
def file(department: Department, desk: YearDesk) -> Any:
    """Show all that is needed to decide about one year."""
    return _page(department, desk)


def _return_form(desk: YearDesk, sent: Any = None) -> ReturnForm:
    at = desk.standing
    needs = requirements(desk.facts, at.documents, at.closing)
    offered = return_reasons.choices(desk.facts, desk.verdict, needs, at.questionnaire)
    return ReturnForm.offering(offered, return_reasons.by_voucher(desk.facts), sent)


def _page(
    department: Department, desk: YearDesk, form: ReturnForm | None = None, status: int = 200, fault: str = ""
) -> Any:
    before = find_year(desk.coop, desk.row.start_year - 1)
    documents = desk.standing.documents
    plan, journal = plans.waiting_for(desk.key), journal_rows.last_of(desk.key)
    start = desk.row.start_year
    labels = journal_rows.entry_labels(desk.coop, [(start, line) for line in journal])
    shown = {
        "accounts": compared_accounts(desk.facts, year_facts(before, department) if before else None),
        "result": reports.operating_account(desk.facts).result,
        "odd": list(oddities(desk.facts)),
        "correct": report_is_correct(desk.verdict),
        "needs": requirements(desk.facts, documents, desk.standing.closing),
        "others": others(desk.facts, documents),
        "staff": journal_rows.staff_of(desk.key),
        "journal": journal,
        "title": lambda line: title(line, label=labels.get((start, line.subject), "")),
        "waits": desk.row.state == SENT,
        "fault": fault,
        "taken_up": is_taken_up(desk.standing.moves),
        "reopened_from": desk.row.state in reopening.REOPENED_FROM,
        "form": form or _return_form(desk),
        "returned": _last_return(desk),
        "reasons": why_sent_back(desk),
        "place": _place(department, desk),
        "planned": [(plan, desk.coop.name)] if plan else [],
        "freezes": desk.row.state == SENT and settings_rows.still_changing(department.code, (start,)),
        **_beside(desk),
        **_hours(),
    }
    return render_template("validation/file.html", department=department, desk=desk, **shown), status


def _beside(desk: YearDesk) -> dict[str, Any]:
    """Give the operations and the paper that are looked at beside the figures, as the address asks for them."""
    asked = {name: request.args.get(name, type=int) for name in ("piece", "document")}
    choice, page = request.args.get("operations", "")[:8], request.args.get("suite", 1, type=int)
    shown = papers_beside.beside(desk.facts, desk.standing.documents, choice, page, **asked)
    if shown is None:
        raise NotFound(NOT_FOUND)
    pages = shown.paper.file.pages if shown.paper else 1
    return {
        "beside": shown,
        "sheet": max(1, min(request.args.get("feuille", 1, type=int), pages)),
        "without": len(papers_beside.without_paper(desk.facts)),
    }


def _last_return(desk: YearDesk) -> Moved | None:
    """Give why it was sent back last, sent again since or not: was it mended?"""
    made = desk.standing.moves
    number = number_of_return(made)
    return made[number - 1] if number else None


def _place(department: Department, desk: YearDesk) -> str:
    return url_for(
        "validation.file", departement=department.code, identifiant=desk.coop.identifier, annee=desk.year.label
    )


@blueprint.post(_FILE + "/prise-en-charge")
@access.writes_year_file
def take_up(department: Department, desk: YearDesk) -> Any:
    """Say that somebody looks at it: it is no longer taken back meanwhile."""
    moves.take_up(access.actor_here(), desk.key)
    flash("Le dossier est pris en charge : la coopérative ne peut plus retirer son envoi.", "done")
    return go(_place(department, desk))


@blueprint.post(_FILE + "/validation")
@access.writes_year_file
def validate(department: Department, desk: YearDesk) -> Any:
    """Validate the year, once it was confirmed that this is final."""
    if "confirme" not in request.form:
        return _page(department, desk, status=422, fault=_UNCONFIRMED)
    moves.validate(access.actor_here(), desk.key)
    flash(told(desk, f"l’exercice {desk.year.label} est validé"), "done")
    return go(url_for("validation.show", departement=department.code))


@blueprint.post(_FILE + "/renvoi")
@access.writes_year_file
def send_back(department: Department, desk: YearDesk) -> Any:
    """Send the year back with a reason, to the step where it is mended."""
    form = _return_form(desk, request.form)
    if not form.checked():
        return _page(department, desk, form, 422)
    moves.send_back(access.actor_here(), desk.key, form.etape.data, form.motif.data or "", form.reasons())
    flash(told(desk, f"l’exercice {desk.year.label} est renvoyé"), "done")
    return go(url_for("validation.show", departement=department.code))
