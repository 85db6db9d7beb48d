"""The page that a phone opens with the code of the computer: it sends scans, and needs no account."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template, request, session

from retkoop import access, models, refusals, year_rows
from retkoop.actions import phone, scans
from retkoop.actions.phone import Pass
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.forms import scans as forms
from retkoop.htmx import fragment, is_htmx
from retkoop.money import format_euros
from retkoop.views.shared import MAY_SEND, row_here, takes_files

blueprint = Blueprint("phone", __name__, url_prefix="/t")


@blueprint.errorhandler(NotFound)
@blueprint.errorhandler(Conflict)
def over(refusal: Refusal) -> Any:
    """Say that a code does not serve, the same for all that do not; who holds a phone has no account to go to."""
    words = phone.GONE if refusal.status == NotFound.status else refusal.message
    if is_htmx():
        return refusals.answer(words, refusal.status)
    return render_template("phone/over.html", words=words), refusal.status


@blueprint.get("/<token>")
@access.public
def show(token: str) -> Any:
    """Ask for a photograph, and show no more of the cahier than what it is for."""
    made = _pass_here(token)
    if made.is_used:
        raise NotFound(phone.GONE)
    session[MAY_SEND] = True
    return render_template("phone/page.html", **_screen(token, made))


@blueprint.post("/<token>")
@access.public
@takes_files
def send(token: str) -> Any:
    """Take the files in, each with its sentence; once one of them is kept, the pass is over."""
    made = _pass_here(token)
    uploads = forms.accepted(request.files.getlist("fichiers"))
    if made.is_used:
        return _again(token, made, uploads)
    arrived, refused = _take(made, uploads)
    if arrived:
        phone.use_pass(made, arrived)
    return _answer(token, made, len(arrived), refused)


def _again(token: str, made: Pass, uploads: list[forms.Upload]) -> Any:
    """Answer a sending that is sent again: what came the first time, and what did not; another one gets nothing."""
    sent = [(file.short_name, _key(made, file)) for file in forms.read_files(uploads)]
    came = phone.received(made, [key for _, key in sent])
    if not came:
        raise NotFound(phone.GONE)
    missing = [f"{name} : ce fichier n’a pas été gardé." for name, key in sent if key not in came]
    return _answer(token, made, len(came), missing)


def _pass_here(token: str) -> Pass:
    """Load the pass of an address, which alone opens it; any other gets the same answer."""
    made = phone.find_pass(token)
    if made is None:
        raise NotFound(phone.GONE)
    coop = models.find_coop(made.key.coop)
    year = models.find_year(coop, made.key.start_year) if coop else None
    if year is None or year.state != "open":
        raise Conflict("Cet exercice est clos : plus rien ne peut y être modifié.")
    return made


def _key(made: Pass, sent: forms.SentFile) -> str:
    return sent.replay_key(made.digest[:24]) or ""


def _take(made: Pass, uploads: list[forms.Upload]) -> tuple[list[tuple[scans.Arrived, str]], list[str]]:
    arrived, refused = [], []
    for sent in forms.read_files(uploads):
        try:
            document = scans.take_in(sent.name, sent.data, current_app.config["STORAGE"])
        except Refusal as refusal:
            if refusal.status != Refusal.status:
                raise
            refused.append(f"{sent.short_name} : {refusal.message}")
        else:
            arrived.append((document, _key(made, sent)))
    return arrived, refused


def _screen(token: str, made: Pass) -> dict[str, Any]:
    coop = models.find_coop(made.key.coop)
    entry = None if made.entry is None else row_here(year_rows.entry_facts(made.key), made.entry)
    words = f"{entry.label}, {format_euros(abs(entry.moved or entry.bank or entry.cash))}" if entry else ""
    return {"token": token, "coop": coop, "year": made.key.year, "words": words}


def _answer(token: str, made: Pass, received: int, refused: list[str]) -> Any:
    """Say what was received and what was not, each refusal with its reason."""
    status = 200 if received else 422
    screen = {**_screen(token, made), "received": received, "refused": refused}
    if is_htmx():
        return fragment("phone/_sending.html", status, **screen)
    return render_template("phone/page.html", **screen), status
