"""The compte rendu d’activité (CRA): the questionnaire of the year, on screen and on paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request

from retkoop import access, year_rows
from retkoop.actions import activity_report
from retkoop.actions.activity_report import Changed
from retkoop.desks import YearDesk
from retkoop.forms.activity_report import PREFIX, ReportForm, form_for
from retkoop.membership_rows import headcount_of
from retkoop.questionnaire import NOT_BEGUN, Questionnaire, proposals, state_of
from retkoop.views.paper import as_pdf, sheet
from retkoop.views.shared import back

blueprint = Blueprint("activity_report", __name__, url_prefix="/coop/<identifiant>/<annee:annee>")

_UNKEPT = (
    "Une réponse est trop longue pour être gardée : raccourcissez-la, puis validez de nouveau. Le reste est gardé."
)
_BOTH = "Ce que vous avez écrit est conservé ci-dessous, à côté de ce qui vient d’être enregistré : validez de nouveau."


@blueprint.get("/cra")
@access.reads_year
def show(desk: YearDesk) -> Any:
    """Show the questionnaire, to be filled in by a mandataire."""
    return _page(desk)


def _page(desk: YearDesk, typed: Mapping[str, str] | None = None, warning: str = "", status: int = 200) -> Any:
    """Show the page; `typed` is what is not stored yet, and the warning says why."""
    shown = _report(desk, typed)
    fillable = desk.may_report
    if fillable:
        shown["form"] = _form(shown["questionnaire"], shown["answers"], shown["stored"].given)
        shown["notes"] = _notes(desk, shown["questionnaire"], shown["answers"])
    page = render_template("activity_report/page.html", fillable=fillable, warning=warning, **shown)
    return page, status


def _form(questionnaire: Questionnaire, answers: Mapping[str, str], stored: Mapping[str, str]) -> ReportForm:
    """Give the form filled in, what is wrong under its fields, and what is stored where that is something else."""
    form = form_for(questionnaire).of(answers)
    form.tell(questionnaire.faults(answers))
    for code in questionnaire.questions:
        if stored.get(code) != answers.get(code):
            form.refuse(PREFIX + code, f"Enregistré maintenant : {stored.get(code, 'rien')}.")
    return form


def _report(desk: YearDesk, typed: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Give what the screen and the paper show."""
    questionnaire, stored = year_rows.questionnaire_for(desk.key), year_rows.activity_answers(desk.key)
    answers = stored.given if typed is None else typed
    return {
        "desk": desk,
        "questionnaire": questionnaire,
        "stored": stored,
        "answers": answers,
        "faults": questionnaire.faults(answers),
        "begun": state_of(questionnaire, stored) != NOT_BEGUN,
    }


def _notes(desk: YearDesk, questionnaire: Questionnaire, answers: Mapping[str, str]) -> dict[str, list[str]]:
    """Give what stands beside each question: what is expected, last year’s answer, what the cahier tells."""
    before = year_rows.activity_answers(desk.key._replace(start_year=desk.key.start_year - 1)).given
    told = proposals(desk.facts, headcount_of(desk.key))
    notes: dict[str, list[str]] = {}
    for code, question in questionnaire.questions.items():
        said = notes[code] = ["obligatoire"] if question.required else []
        if question.condition:
            said.append(f"si vous avez coché « {questionnaire.questions[question.condition].text} »")
        if code in before:
            said.append(f"l’an dernier : {before[code]}")
        if code in told and told[code].value != answers.get(code):
            said.append(f"proposé : {told[code].value} {told[code].source}")
    return notes


@blueprint.post("/cra")
@access.writes_report
def save(desk: YearDesk) -> Any:
    """Keep what was typed, as far as it goes; « Passer à la suite » leads to the compte rendu financier."""
    form = form_for(year_rows.questionnaire_for(desk.key))(request.form)
    passing = "suite" in request.form
    try:
        step = activity_report.save_report(
            desk.actor, desk.key, form.seen, form.answers, passing=passing and not form.unkept
        )
    except Changed as changed:
        stored = year_rows.activity_answers(desk.key).given
        return _page(desk, {**stored, **form.given}, f"{changed.message} {_BOTH}", changed.status)
    if form.unkept:
        return _page(desk, form.given, _UNKEPT, 422)
    where = "financial_report.show" if passing else "activity_report.show"
    left = len(form.questionnaire.faults(form.given))
    return back(desk, where, _kept(left), step if desk.is_open else None)


def _kept(left: int) -> str:
    """Say that the answers are kept, and how many points are left."""
    more = "" if not left else " Il y reste un point à voir." if left == 1 else f" Il y reste {left} points à voir."
    return f"Compte rendu d’activité enregistré.{more}"


@blueprint.get("/cra.pdf")
@access.reads_year
def pdf(desk: YearDesk) -> Any:
    """Give the answers on paper."""
    return as_pdf(desk, "cra", paper(desk))


def paper(desk: YearDesk) -> str:
    """Give the HTML of that paper."""
    return sheet("print/cra.html", **_report(desk))
