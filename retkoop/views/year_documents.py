"""The documents of the year for the association départementale: what is asked for, given, sent by post or mail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from flask import Blueprint, current_app, flash, render_template, request

from retkoop import access, clock, journal_rows, year_rows
from retkoop.actions import scans
from retkoop.actions import year_documents as actions
from retkoop.actions.undo import undo_all
from retkoop.desks import YearDesk
from retkoop.errors import Refusal
from retkoop.facts import Document
from retkoop.forms.scans import MOST_FILES, SentFile, accepted, read_files
from retkoop.forms.year_documents import PostedForm, place_of
from retkoop.htmx import fragment, go, is_htmx
from retkoop.required_documents import done_and_missing, is_known, name_of, others, requirements
from retkoop.views import served
from retkoop.views.shared import row_here, takes_files
from retkoop.year_states import last_closing

blueprint = Blueprint("year_documents", __name__, url_prefix="/coop/<identifiant>/<annee:annee>/documents")


PostedForms = Mapping[str, PostedForm]


# ---- Looked at


@blueprint.get("")
@access.reads_year
def show(desk: YearDesk) -> Any:
    """Show all that the AD asks for, and where each stands."""
    return render_template("year_documents/page.html", **_screen(desk))


def _screen(
    desk: YearDesk, faults: Mapping[str, list[str]] | None = None, typed: PostedForms | None = None
) -> dict[str, Any]:
    """Give what the page and its fragment show; `faults`: why files were refused, by code; `typed`: forms too."""
    documents = year_rows.documents_of(desk.key)
    needs = requirements(desk.facts, documents, last_closing(desk.row.state, year_rows.moves_of(desk.key)))
    return {
        "desk": desk,
        "needs": needs,
        "missing": done_and_missing(needs)[1],
        "others": others(desk.facts, documents),
        "removed": actions.removed_documents(desk.key),
        "faults": faults or {},
        "place_of": place_of,
        "posted": {n.code: (typed or {}).get(n.code) or PostedForm.blank(n.code, clock.today()) for n in needs},
    }


@blueprint.get("/<int:number>")
@access.reads_year
def look(desk: YearDesk, number: int) -> Any:
    """Show a document large, by one of its pages, with what was done to it."""
    found = _file_here(desk, number)
    sheet = max(1, min(request.args.get("feuille", 1, type=int), found.pages or 1))
    history = journal_rows.history_of(desk.key, f"document:{number}")
    named = next((n.title for n in requirements(desk.facts, ()) if n.code == found.requirement), "")
    return render_template(
        "year_documents/document.html", desk=desk, document=found, sheet=sheet, history=history,
        title=named or name_of(found.requirement, desk.facts.settings),
        place=place_of(found.requirement if named else "autre"),
    )  # fmt: skip


def _file_here(desk: YearDesk, number: int) -> Document:
    return row_here((one for one in year_rows.documents_of(desk.key) if one.digest), number)


@blueprint.get("/<int:number>/fichier")
@access.reads_year
def whole(desk: YearDesk, number: int) -> Any:
    """Serve the file of a document."""
    return served.whole(_file_here(desk, number), f"document-{number}")


@blueprint.get("/<int:number>/pages/<int:page>")
@access.reads_year
def one_page(desk: YearDesk, number: int, page: int) -> Any:
    """Serve the picture of one page of a document."""
    return served.one_page(_file_here(desk, number), page, f"document-{number}")


@blueprint.get("/<int:number>/vignette")
@access.reads_year
def thumbnail(desk: YearDesk, number: int) -> Any:
    """Serve the small picture of a document."""
    return served.thumbnail(_file_here(desk, number), f"document-{number}")


# ---- Given


@blueprint.post("")
@access.writes_report
@takes_files
def send(desk: YearDesk) -> Any:
    """Keep the files given for one requirement, each by itself: one that is refused does not lose the others."""
    code = _asked(desk)
    taken = list(_take_all(desk, code))
    came = [one for one in taken if not one.refused]
    if came:
        _tell(desk, _received(came), *(one.step for one in came))
    refused = {code: [one.refused for one in taken if one.refused]} if len(came) < len(taken) else {}
    if is_htmx():
        return fragment("year_documents/_list.html", 422 if refused else 200, **_screen(desk.renewed(), refused))
    if refused:
        return render_template("year_documents/page.html", **_screen(desk.renewed(), refused)), 422
    return _back(desk, code)


def _asked(desk: YearDesk) -> str:
    """Read what a document is given for, or refuse what this year does not ask for."""
    code = request.form.get("pour", "")
    if not is_known(code, desk.facts):
        raise Refusal("Ce document n’est pas, ou n’est plus, demandé pour cet exercice.")
    return code


class _Taken(NamedTuple):
    """A file that was kept, with its step if it is a new one; or why it was refused."""

    name: str
    step: int | None = None
    refused: str = ""


def _take_all(desk: YearDesk, code: str) -> Iterator[_Taken]:
    try:
        uploads = accepted(request.files.getlist("fichiers"))
    except Refusal as refusal:
        yield _Taken("", refused=refusal.message)
        return
    for sent in read_files(uploads):
        try:
            yield _Taken(sent.short_name, _take(desk, code, sent))
        except Refusal as refusal:
            if refusal.status != Refusal.status:
                raise
            yield _Taken(sent.short_name, refused=f"{sent.short_name} : {refusal.message}")


def _take(desk: YearDesk, code: str, sent: SentFile) -> int | None:
    arrived = scans.take_in(sent.name, sent.data, current_app.config["STORAGE"])
    replay_key = sent.replay_key(request.form.get("cle", ""))
    return actions.give_document(desk.actor, desk.key, code, arrived, replay_key).step


def _received(came: list[_Taken]) -> str:
    new = [one.name for one in came if one.step]
    if not new:
        return "C’est déjà là : rien n’a changé."
    return f"{'Document reçu' if len(new) == 1 else f'{len(new)} documents reçus'} : {', '.join(new)}."


def _tell(desk: YearDesk, text: str, *steps: int | None) -> None:
    """Say what was done, with the way back from its steps of the journal."""
    standing = " ".join(str(step) for step in steps if step)
    said: Any = {"text": text}
    if standing:
        said |= {"undo": desk.url("year_documents.take_back"), "view": {"etapes": standing}}
    flash(said, "done")


def _back(desk: YearDesk, code: str) -> Any:
    """Go back to what a document was given for; what nothing asks for any more is among the others."""
    asked = {need.code for need in requirements(desk.facts, ())}
    return go(desk.url("year_documents.show", _anchor=place_of(code if code in asked else "autre")))


@blueprint.post("/envoye")
@access.writes_report
def note_posted(desk: YearDesk) -> Any:
    """Note that a document was sent by post or mail."""
    code = _asked(desk)
    form = PostedForm(request.form, prefix=f"{place_of(code)}-")
    if not form.checked(desk.year, clock.today()):
        return render_template("year_documents/page.html", **_screen(desk, typed={code: form})), 422
    step = actions.note_posted(desk.actor, desk.key, code, form.jour.data)
    _tell(desk, "Noté : ce document est parti par courrier ou par mail.", step)
    return _back(desk, code)


# ---- Changed


@blueprint.post("/<int:number>/remplacer")
@access.writes_report
@takes_files
def replace(desk: YearDesk, number: int) -> Any:
    """Put another file in the place of a document."""
    _file_here(desk, number)
    sent = next(read_files(accepted(request.files.getlist("fichiers"))))
    arrived = scans.take_in(sent.name, sent.data, current_app.config["STORAGE"])
    step = actions.replace_document(desk.actor, desk.key, number, arrived)
    said = f"Document remplacé par {sent.short_name}." if step else "C’est déjà ce fichier : rien n’a changé."
    _tell(desk, said, step)
    return go(desk.url("year_documents.look", number=number))


@blueprint.post("/<int:number>/retirer")
@access.writes_report
def remove(desk: YearDesk, number: int) -> Any:
    """Put a document away, or take back that it was posted."""
    found = next((one for one in year_rows.documents_of(desk.key) if one.number == number), None)
    step = actions.remove_document(desk.actor, desk.key, number)
    _tell(desk, "La mention d’envoi est annulée." if found and found.posted_on else "Document retiré.", step)
    return _back(desk, found.requirement if found else "autre")


@blueprint.post("/<int:number>/retablir")
@access.writes_report
def restore(desk: YearDesk, number: int) -> Any:
    """Bring a document back."""
    step = actions.restore_document(desk.actor, desk.key, number)
    found = row_here(year_rows.documents_of(desk.key), number)
    _tell(desk, "Document rétabli.", step)
    return _back(desk, found.requirement)


@blueprint.post("/annuler")
@access.writes_report
def take_back(desk: YearDesk) -> Any:
    """Take back what a message told of."""
    said = request.form.get("etapes", "").split()[:MOST_FILES]
    steps = [int(step) for step in said if step.isdecimal() and len(step) < 20]
    if not steps:
        raise Refusal("Il n’y a rien à annuler.")
    undo_all(desk.actor, desk.key, steps)
    flash("Action annulée.")
    return go(desk.url("year_documents.show"))
