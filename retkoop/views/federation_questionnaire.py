"""The CRA's questionnaire of each year: its versions, the next one in the making, compared, looked at, published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for

from retkoop import access, federation_rows
from retkoop.actions import questionnaire_versions as actions
from retkoop.errors import NotFound, Refusal
from retkoop.exchange_json import ArchiveFault
from retkoop.forms.activity_report import form_for
from retkoop.forms.federation import BeginForm, PublishForm, QuestionForm
from retkoop.htmx import go
from retkoop.questionnaire import Questionnaire, read_questionnaire
from retkoop.questionnaire_versions import KINDS, LONGEST, for_year, read_draft
from retkoop.school_year import SchoolYear
from retkoop.views.federation_shared import asked_year, attempt, label_of, offer, seen_here, sent_file, to_keep, year_of
from retkoop.views.shared import takes_files

blueprint = Blueprint("federation_questionnaire", __name__, url_prefix="/federation/questionnaire")

DRAFT = "/brouillon/<annee:annee>"
_JSON = "application/json"


@blueprint.get("")
@access.federation_only
def show() -> Any:
    """List the versions, published and in the making."""
    return _page(BeginForm())


def _known() -> list[int]:
    """Give the exercices that have a version, published or in the making."""
    published = [version.first_year for version in federation_rows.questionnaire_versions()]
    return published + [draft.first_year for draft in federation_rows.questionnaire_drafts()]


def _page(form: BeginForm, fault: str = "", status: int = 200) -> Any:
    versions, drafts = federation_rows.questionnaire_versions(), federation_rows.questionnaire_drafts()
    shown = {"versions": versions, "drafts": drafts, "form": offer(form, _known()), "fault": fault, "label": label_of}
    return render_template("federation/questionnaires.html", **shown), status


@blueprint.post("")
@takes_files
@access.writes_federation
def begin() -> Any:
    """Begin a draft, as the version in force or from a file; one that exists already is opened."""
    form = BeginForm(request.form)
    year = asked_year(form, _known())
    if year is None:
        return _page(form, status=422)
    try:
        text = _sent_text(year)
        begun = actions.begin_draft(access.actor_here(), year, text)
    except Refusal as refusal:
        return _page(form, refusal.message, 422)
    flash(f"Le brouillon de {year.label} est {'prêt' if begun else 'déjà commencé : le voici'}.", "done")
    return _go(year)


def _sent_text(year: SchoolYear) -> str | None:
    """Read the file that came, strictly; None when none was chosen. Raises ArchiveFault with the place."""
    sent = sent_file(4 * LONGEST)
    if sent is None:
        return None
    try:
        text = sent.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise ArchiveFault("", "ce fichier n’est pas du texte en UTF-8") from None
    read_draft(text, year)
    return text


def _go(year: SchoolYear, anchor: str | None = None) -> Any:
    return go(_place(year, anchor))


def _place(year: SchoolYear, anchor: str | None = None) -> str:
    return url_for("federation_questionnaire.draft", annee=year.label, _anchor=anchor)


def _refused(year: SchoolYear) -> Callable[[Refusal], Any]:
    return lambda refusal: _draft_page(year, refusal.message, status=refusal.status)


# ---- A published version


@blueprint.get("/<annee:annee>")
@access.federation_only
def version(annee: str) -> Any:
    """Show the questionnaire that an exercice uses, as a mandataire sees it."""
    year = year_of(annee)
    return _preview(year, read_questionnaire(actions.in_force(year)))


def _preview(year: SchoolYear, questionnaire: Questionnaire, draft: bool = False) -> Any:
    shown = {"questionnaire": questionnaire, "form": form_for(questionnaire)(), "notes": _notes(questionnaire)}
    return render_template("federation/preview.html", year=year, draft=draft, **shown)


def _notes(questionnaire: Questionnaire) -> dict[str, list[str]]:
    notes: dict[str, list[str]] = {}
    for code, question in questionnaire.questions.items():
        said = notes[code] = ["obligatoire"] if question.required else []
        if question.condition:
            said.append(f"si vous avez coché « {questionnaire.questions[question.condition].text} »")
    return notes


@blueprint.get("/<annee:annee>.json")
@access.federation_only
def version_json(annee: str) -> Any:
    """Give the questionnaire that an exercice uses, named for it, as it is read again."""
    year = year_of(annee)
    return _json(for_year(actions.in_force(year), year), f"questionnaire-{year.label}.json")


def _json(text: str, name: str) -> Response:
    return to_keep(text.encode(), _JSON, name)


# ---- A version in the making


@blueprint.get(DRAFT)
@access.federation_only
def draft(annee: str) -> Any:
    """Show a draft: what it changes, what forbids publishing it, its questions."""
    return _draft_page(year_of(annee))


def _content(year: SchoolYear) -> str:
    found = federation_rows.questionnaire_draft(year.start)
    if found is None:
        raise NotFound(access.NOT_FOUND)
    return found


def _draft_page(
    year: SchoolYear, fault: str = "", form: PublishForm | None = None, typed: tuple[str, QuestionForm] | None = None,
    status: int = 200,
) -> Any:  # fmt: skip
    content = _content(year)
    changes = actions.changes_of(year, content)
    here = next(one for one in federation_rows.questionnaire_drafts() if one.first_year == year.start)
    shown = {
        "year": year, "draft": here, "questionnaire": read_questionnaire(content), "changes": changes,
        "obstacles": actions.obstacles(year, changes), "aside": actions.set_aside(year, changes), "fault": fault,
        "form": form or PublishForm(), "typed": dict([typed]) if typed else {}, "kinds": KINDS,
        "place": url_for("federation_questionnaire.draft", annee=year.label),
    }  # fmt: skip
    return render_template("federation/questionnaire_draft.html", **shown), status


@blueprint.get(DRAFT + ".json")
@access.federation_only
def draft_json(annee: str) -> Any:
    """Give a draft, to be worked on and sent again."""
    year = year_of(annee)
    return _json(_content(year), f"questionnaire-{year.label}-brouillon.json")


@blueprint.get(DRAFT + "/apercu")
@access.federation_only
def preview(annee: str) -> Any:
    """Show a draft as a mandataire would see it."""
    year = year_of(annee)
    return _preview(year, read_questionnaire(_content(year)), draft=True)


@blueprint.post(DRAFT + "/fichier")
@takes_files
@access.writes_federation
def replace(annee: str) -> Any:
    """Put a file in the place of a draft, whole or not at all."""
    year = year_of(annee)
    _content(year)
    try:
        text = _sent_text(year)
        if text is None:
            return _draft_page(year, "Choisissez d’abord un fichier.", status=422)
        changed = actions.replace_draft(access.actor_here(), year, seen_here(), text)
    except Refusal as refusal:
        return _draft_page(year, refusal.message, status=refusal.status)
    flash("Le fichier est repris." if changed else "Ce fichier ne change rien au brouillon.", "done")
    return _go(year, "changements")


@blueprint.post(DRAFT + "/reformuler")
@access.writes_federation
def reword(annee: str) -> Any:
    """Ask a question of a draft in other words."""
    year, code, form = year_of(annee), _code(), QuestionForm(request.form)
    if not form.validate() or code not in read_questionnaire(_content(year)).questions:
        return _draft_page(year, "La question n’est pas reformulée.", typed=(code, form), status=422)
    actor, seen = access.actor_here(), seen_here()
    return _done(year, lambda: actions.reword(actor, year, seen, code, form.texte.data), "La question est reformulée.")


def _code() -> str:
    return request.form.get("code", "")[:40]


def _done(year: SchoolYear, act: Callable[[], bool], said: str) -> Any:
    """Do something to a draft and say so, or show it with the reason why not."""
    _content(year)
    try:
        changed = act()
    except Refusal as refusal:
        return _draft_page(year, refusal.message, status=refusal.status if refusal.status != 404 else 422)
    flash(said if changed else "Rien n’a changé.", "done")
    return _go(year, "changements")


@blueprint.post(DRAFT + "/retirer")
@access.writes_federation
def withdraw(annee: str) -> Any:
    """Ask a question no more."""
    year, actor, seen, code = year_of(annee), access.actor_here(), seen_here(), _code()
    return _done(year, lambda: actions.withdraw(actor, year, seen, code), "La question est retirée du brouillon.")


@blueprint.post(DRAFT + "/remettre")
@access.writes_federation
def give_back(annee: str) -> Any:
    """Ask a question again that the version in force asks."""
    year, actor, seen, code = year_of(annee), access.actor_here(), seen_here(), _code()
    return _done(year, lambda: actions.give_back(actor, year, seen, code), "La question est remise.")


@blueprint.post(DRAFT + "/abandonner")
@access.writes_federation
def drop(annee: str) -> Any:
    """Give a draft up."""
    year, actor, seen = year_of(annee), access.actor_here(), seen_here()
    said = f"Le brouillon de {year.label} est abandonné."
    home = url_for("federation_questionnaire.show")
    return attempt(lambda: actions.drop_draft(actor, year, seen), said, home, _refused(year))


@blueprint.post(DRAFT + "/publier")
@access.writes_federation
def publish(annee: str) -> Any:
    """Publish a draft for good, once it is confirmed and nothing forbids it."""
    year, form = year_of(annee), PublishForm(request.form)
    if not form.checked():
        return _draft_page(year, form=form, status=422)
    actor, seen, home = access.actor_here(), seen_here(), url_for("federation_questionnaire.show")
    said = f"Le questionnaire de {year.label} est publié : les coopératives le remplissent à partir de cet exercice."
    return attempt(lambda: actions.publish(actor, year, seen), said, home, _refused(year))
