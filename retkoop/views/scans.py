"""The scans: served, looked at, sent, joined to entries; the inbox of those that wait, and what is still lacking."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, current_app, flash, get_flashed_messages, render_template, request, url_for

from retkoop import access, models, rules, scan_text
from retkoop.access import YearDesk
from retkoop.actions import phone
from retkoop.actions import scans as actions
from retkoop.actions.undo import undo
from retkoop.errors import Refusal
from retkoop.facts import Scan
from retkoop.forms import scans as forms
from retkoop.htmx import fragment, go, is_htmx, show_address
from retkoop.qr import qr_code
from retkoop.views.shared import row_here, takes_files

blueprint = Blueprint("scans", __name__, url_prefix="/coop/<identifiant>/<annee:annee>")

# Shown at once in the inbox: each has its picture, its proposals and its forms.
SHOWN = 12
# How a flashed message says that a document came in: those of one sending are told together.
RECEIVED = "recue"


# ---- The screens; `place` is the number of the entry that a person looks at, None for the inbox


@blueprint.get("/cahier/ecritures/<int:number>/pieces")
@access.reads_year
def of_entry(desk: YearDesk, number: int) -> Any:
    """Show the scans of an entry, one of them large."""
    return _page(desk, number)


@blueprint.get("/pieces")
@access.reads_year
def inbox(desk: YearDesk) -> Any:
    """Show the scans that wait, with the entries that each may belong to."""
    return _page(desk, None)


@blueprint.get("/pieces/manquantes")
@access.reads_year
def missing(desk: YearDesk) -> Any:
    """List the entries without scan, those that closing asks for first."""
    asked, others = rules.entries_without_scan(desk.facts)
    return render_template("scans/missing.html", desk=desk, asked=asked, others=others)


def _page(desk: YearDesk, place: int | None, shown: int | None = None, **more: Any) -> str:
    return render_template(_template(place), **_screen(desk, place, shown, **more))


def _template(place: int | None, prefix: str = "") -> str:
    return f"scans/{prefix}{'inbox' if place is None else 'entry'}.html"


def _screen(desk: YearDesk, place: int | None, shown: int | None = None, **more: Any) -> dict[str, Any]:
    """Give what the page of a place and its fragment show."""
    common = {"desk": desk, "messages": _messages(), "removed": actions.removed_scans(desk.key, place), **more}
    return common | (_inbox_screen(desk) if place is None else _entry_screen(desk, place, shown))


def _entry_screen(desk: YearDesk, number: int, shown: int | None) -> dict[str, Any]:
    entry = row_here(desk.facts.entries, number)
    wanted = shown or request.values.get("piece", type=int)
    scan = next((scan for scan in entry.scans if scan.number == wanted), entry.scans[0] if entry.scans else None)
    history = models.history_of(desk.key, f"piece:{scan.number}") if scan else []
    return {"entry": entry, "scan": scan, "history": history, "subject": rules.Subject}


def _inbox_screen(desk: YearDesk) -> dict[str, Any]:
    first = request.values.get("depuis", 0, type=int)
    waiting = [scan for scan in desk.facts.inbox if scan.number >= first]
    told = {scan.number: scan_text.read(scan.told) for scan in waiting[:SHOWN]}
    return {
        "entry": None,
        "scans": waiting[:SHOWN],
        "first": first,
        "following": waiting[SHOWN].number if len(waiting) > SHOWN else None,
        "left": len(waiting) - SHOWN,
        "told": told,
        "words_of": forms.entry_words,
        "proposed": {n: scan_text.proposals(said, desk.facts.entries, most=3) for n, said in told.items()},
        "suggested": [forms.entry_words(entry) for entry in desk.facts.entries if not entry.scans],
    }


def _address(desk: YearDesk, place: int | None, shown: int | None) -> str:
    if place is None:
        return desk.url("scans.inbox", depuis=request.values.get("depuis", type=int) or None)
    return desk.url("scans.of_entry", number=place, piece=shown)


def _answer(desk: YearDesk, place: int | None, shown: int | None = None, status: int = 200, **more: Any) -> Any:
    """Show where the person was, as it is now; a form without htmx goes back there, unless it was refused."""
    address = _address(desk, place, shown)
    if status == 200 and not is_htmx():
        return go(address)
    if is_htmx():
        screen = _screen(desk.renewed(), place, shown, **more)
        return show_address(fragment(_template(place, "_"), status, **screen), address)
    return _page(desk.renewed(), place, shown, **more), status


def _place(desk: YearDesk) -> int | None:
    """Read from the form where the person was."""
    said = request.form.get("page", "")
    number = int(said) if said.isdecimal() and len(said) < 10 else 0
    return number if number in desk.facts.by_number else None


# ---- What was done, and the way back


def _messages() -> list[dict[str, Any]]:
    """Gather what was said since the last page: the documents received in one sentence, each refusal in its own."""
    said: Any = get_flashed_messages(with_categories=True)
    # By the line of the journal: a file that was sent again after a cut came in once.
    received = {what["step"]: what["name"] for kind, what in said if kind == RECEIVED}
    others = [what if isinstance(what, dict) else {"text": what} for kind, what in said if kind != RECEIVED]
    if not received:
        return others
    count = "Une pièce reçue" if len(received) == 1 else f"{len(received)} pièces reçues"
    return [{"text": f"{count} : {', '.join(received.values())}.", "steps": list(received)}, *others]


def _say(said: Any, kind: str = "message") -> None:
    flash(said, kind)


def _done(desk: YearDesk, number: int, text: str) -> None:
    step = actions.last_step(desk.actor, desk.key, number)
    _say({"text": text, "steps": [step] if step else []})


@blueprint.post("/pieces/annuler")
@access.writes_year
def take_back(desk: YearDesk) -> Any:
    """Take back what a message told of."""
    said = request.form.getlist("etape")[: forms.MOST_FILES]
    steps = [int(step) for step in said if step.isdecimal() and len(step) < 20]
    if not steps:
        raise Refusal("Il n’y a rien à annuler.")
    for step in steps:
        undo(desk.actor, desk.key, step)
    flash("Action annulée.")
    return _answer(desk, _place(desk), request.form.get("piece", type=int))


# ---- Sent


@blueprint.post("/cahier/ecritures/<int:number>/pieces")
@access.writes_year
@takes_files
def add_to_entry(desk: YearDesk, number: int) -> Any:
    """Join the files to an entry."""
    row_here(desk.facts.entries, number)
    return _receive(desk, number)


@blueprint.post("/pieces")
@access.writes_year
@takes_files
def add_to_inbox(desk: YearDesk) -> Any:
    """Keep the files until they are joined to their entries."""
    return _receive(desk, None)


def _receive(desk: YearDesk, place: int | None) -> Any:
    """Take each file by itself: one that is refused does not lose the others."""
    joined = [number for sent in _sent() if (number := _take(desk, sent, place))]
    # More files follow, one by one: the answer to the last of them shows them all.
    if request.form.get("suite"):
        return Response(status=204)
    return _answer(desk, place, joined[-1] if joined else None, 200 if joined else 422)


def _sent() -> Iterator[forms.SentFile]:
    return forms.read_files(forms.accepted(request.files.getlist("fichiers")))


def _take(desk: YearDesk, sent: forms.SentFile, place: int | None) -> int | None:
    key = sent.replay_key(request.form.get("cle", ""))
    try:
        arrived = actions.take_in(sent.name, sent.data, current_app.config["STORAGE"])
        number = actions.add_scan(desk.actor, desk.key, arrived, place, key)
    except Refusal as refusal:
        if refusal.status != Refusal.status:
            raise
        _say({"text": f"{sent.short_name} : {refusal.message}", "wrong": True})
        return None
    _say({"name": sent.short_name, "step": actions.last_step(desk.actor, desk.key, number)}, RECEIVED)
    return number


# ---- Changed


def _scans(desk: YearDesk) -> list[Scan]:
    return [*(scan for entry in desk.facts.entries for scan in entry.scans), *desk.facts.inbox]


@blueprint.post("/pieces/<int:number>/tourner")
@access.writes_year
def turn(desk: YearDesk, number: int) -> Any:
    """Show a scan turned by so many quarters, whatever it was: a second click on the same button changes nothing."""
    row_here(_scans(desk), number)
    quarters = request.form.get("quarts", "")
    if quarters not in ("0", "1", "2", "3"):
        raise Refusal("Dites dans quel sens tourner la pièce.")
    arrived = actions.turned(desk.key, number, int(quarters), current_app.config["STORAGE"])
    actions.turn_scan(desk.actor, desk.key, number, arrived)
    _done(desk, number, "Pièce tournée.")
    return _answer(desk, _place(desk), number)


@blueprint.post("/pieces/<int:number>/remplacer")
@access.writes_year
@takes_files
def replace(desk: YearDesk, number: int) -> Any:
    """Put another document in the place of a scan."""
    row_here(_scans(desk), number)
    sent = next(_sent())
    arrived = actions.take_in(sent.name, sent.data, current_app.config["STORAGE"])
    actions.replace_scan(desk.actor, desk.key, number, arrived)
    _done(desk, number, f"Pièce remplacée par {sent.short_name}.")
    return _answer(desk, _place(desk), number)


@blueprint.post("/pieces/<int:number>/retirer")
@access.writes_year
def remove(desk: YearDesk, number: int) -> Any:
    """Put a scan away."""
    actions.remove_scan(desk.actor, desk.key, number)
    _done(desk, number, "Pièce retirée.")
    return _answer(desk, _place(desk))


@blueprint.post("/pieces/<int:number>/retablir")
@access.writes_year
def restore(desk: YearDesk, number: int) -> Any:
    """Bring a scan back."""
    actions.restore_scan(desk.actor, desk.key, number)
    _done(desk, number, "Pièce rétablie.")
    return _answer(desk, _place(desk), number)


@blueprint.post("/pieces/<int:number>/joindre")
@access.writes_year
def attach(desk: YearDesk, number: int) -> Any:
    """Join a scan to the entry of a button, or to the one that was typed."""
    row_here(_scans(desk), number)
    choice = forms.EntryChoice(request.form.get("ecriture", ""))
    entry = desk.facts.by_number.get(request.form.get("numero", 0, type=int)) or choice.among(desk.facts.entries)
    if entry is None:
        return _answer(desk, None, status=422, choice=choice, chosen=number)
    actions.attach_scan(desk.actor, desk.key, number, entry.number)
    _done(desk, number, f"Pièce jointe à l’écriture {forms.entry_words(entry)}.")
    return _answer(desk, _place(desk), number)


@blueprint.post("/pieces/<int:number>/detacher")
@access.writes_year
def detach(desk: YearDesk, number: int) -> Any:
    """Put a scan back into the inbox."""
    row_here(_scans(desk), number)
    actions.attach_scan(desk.actor, desk.key, number, None)
    _done(desk, number, "Pièce remise avec celles à ranger.")
    return _answer(desk, _place(desk))


# ---- From the phone


@blueprint.post("/cahier/ecritures/<int:number>/pieces/telephone")
@access.writes_year
def phone_for_entry(desk: YearDesk, number: int) -> Any:
    """Show the code by which a phone sends the scan of an entry."""
    row_here(desk.facts.entries, number)
    return _with_code(desk, number)


@blueprint.post("/pieces/telephone")
@access.writes_year
def phone_for_inbox(desk: YearDesk) -> Any:
    """Show the code by which a phone sends scans to the inbox."""
    return _with_code(desk, None)


def _with_code(desk: YearDesk, place: int | None) -> Any:
    """Show the code in this very answer: its secret is kept nowhere, and stands in no address of ours."""
    token = phone.make_pass(desk.actor, desk.key, place)
    code = qr_code(url_for("phone.show", token=token, _external=True))
    shown: dict[str, Any] = {"code": code, "waits_for": phone.digest_of(token)}
    if is_htmx():
        return fragment("scans/_phone.html", **_screen(desk, place, **shown))
    return _page(desk, place, **shown)


@blueprint.get("/cahier/ecritures/<int:number>/pieces/telephone")
@access.reads_year
def phone_came_to_entry(desk: YearDesk, number: int) -> Any:
    """Say whether the phone has sent the scan of an entry."""
    row_here(desk.facts.entries, number)
    return _whether_it_came(desk, number)


@blueprint.get("/pieces/telephone")
@access.reads_year
def phone_came_to_inbox(desk: YearDesk) -> Any:
    """Say whether the phone has sent scans to the inbox."""
    return _whether_it_came(desk, None)


def _whether_it_came(desk: YearDesk, place: int | None) -> Any:
    """Answer nothing while the pass waits, then the page as it is; without htmx, the page."""
    state = phone.state_of(desk.key, request.args.get("passe", "")[:64])
    if not is_htmx():
        return _page(desk, place)
    if state == phone.WAITS:
        return Response(status=204)
    flash("Le téléphone a envoyé sa pièce." if state == phone.USED else "Le code ne sert plus : affichez-en un autre.")
    entry = desk.facts.by_number.get(place or 0)
    return _answer(desk, place, max((scan.number for scan in entry.scans), default=None) if entry else None)
