"""The scans: served, looked at, sent, joined to entries; the inbox of those that wait, and what is still lacking."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, current_app, flash, render_template, request, url_for

from retkoop import access, rules, year_rows
from retkoop.actions import phone
from retkoop.actions import scans as actions
from retkoop.actions.undo import undo_all
from retkoop.desks import YearDesk
from retkoop.errors import Refusal
from retkoop.forms import scans as forms
from retkoop.htmx import fragment, go, is_htmx, show_address
from retkoop.qr import qr_code
from retkoop.views.scan_messages import MOST, tell_done, tell_received, tell_refused
from retkoop.views.scan_screens import address_of, looked_at, screen_of
from retkoop.views.shared import row_here, scan_here, scan_to_see, take_file, takes_files

blueprint = Blueprint("scans", __name__, url_prefix="/coop/<identifiant>/<annee:annee>")


# ---- The screens; `place` is the number of the entry that a person looks at, None for the inbox


@blueprint.get("/cahier/ecritures/<int:number>/pieces")
@access.reads_year
def of_entry(desk: YearDesk, number: int) -> Any:
    """Show the scans of an entry, one of them large, by one of its pages."""
    if number not in desk.facts.by_number:
        return _of_struck(desk, number)
    return _one_page(desk, number) if is_htmx() else _page(desk, number)


def _of_struck(desk: YearDesk, number: int) -> Any:
    """Show what an entry that was struck out still holds."""
    entry = row_here(year_rows.entry_facts(desk.key, struck=True), number)
    if is_htmx():
        return go(desk.url("scans.of_entry", number=number))
    return render_template("scans/struck.html", desk=desk, entry=entry)


@blueprint.get("/pieces")
@access.reads_year
def inbox(desk: YearDesk) -> Any:
    """Show the scans that wait, with the entries that each may belong to, and one of them large when asked."""
    return _one_page(desk, None) if is_htmx() else _page(desk, None)


def _one_page(desk: YearDesk, place: int | None) -> Any:
    """Give a page of the scan that is looked at: only what shows it changes, unless that scan is gone."""
    asked = request.args.get("piece", type=int)
    screen, address = looked_at(desk, place, asked), address_of(desk, place, asked)
    if screen["scan"] is None or screen["scan"].number != asked:
        return go(address)
    return show_address(fragment("scans/_viewer.html", desk=desk, **screen), address)


@blueprint.get("/pieces/manquantes")
@access.reads_year
def missing(desk: YearDesk) -> Any:
    """List the entries without scan, those that closing asks for first."""
    asked, others = rules.entries_without_scan(desk.facts)
    return render_template("scans/missing.html", desk=desk, asked=asked, others=others)


def _page(desk: YearDesk, place: int | None, shown: int | None = None, **more: Any) -> str:
    return render_template(_template(place), **screen_of(desk, place, shown, **more))


def _template(place: int | None, prefix: str = "") -> str:
    return f"scans/{prefix}{'inbox' if place is None else 'entry'}.html"


def _answer(desk: YearDesk, place: int | None, shown: int | None = None, status: int = 200, **more: Any) -> Any:
    """Show where the person was, as it is now; a form without htmx goes back there, unless it was refused."""
    address = address_of(desk, place, shown if place is not None else _still_waiting(desk))
    if status == 200 and not is_htmx():
        return go(address)
    if is_htmx():
        screen = screen_of(desk.renewed(), place, shown, **more)
        return show_address(fragment(_template(place, "_"), status, **screen), address)
    return _page(desk.renewed(), place, shown, **more), status


def _place(desk: YearDesk) -> int | None:
    """Read from the form where the person was."""
    said = request.form.get("page", "")
    number = int(said) if said.isdecimal() and len(said) < 10 else 0
    return number if number in desk.facts.by_number else None


def _still_waiting(desk: YearDesk) -> int | None:
    """Give the scan that the person looks at in the inbox, as long as it waits there."""
    asked = request.values.get("piece", type=int)
    return asked if asked and any(scan.number == asked for scan in desk.renewed().facts.inbox) else None


# ---- The way back


@blueprint.post("/pieces/annuler")
@access.writes_year
def take_back(desk: YearDesk) -> Any:
    """Take back what a message told of."""
    said = request.form.getlist("etape")[:MOST]
    steps = [int(step) for step in said if step.isdecimal() and len(step) < 20]
    if not steps:
        raise Refusal("Il n’y a rien à annuler.")
    undo_all(desk.actor, desk.key, steps)
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
    try:
        number, step = take_file(desk, sent, place)
    except Refusal as refusal:
        if refusal.status != Refusal.status:
            raise
        tell_refused(sent.short_name, refusal.message)
        return None
    tell_received(sent.short_name, step)
    return number


# ---- Changed


@blueprint.post("/pieces/<int:number>/tourner")
@access.writes_year
def turn(desk: YearDesk, number: int) -> Any:
    """Show a scan turned by so many quarters, whatever it was: a second click on the same button changes nothing."""
    scan_here(desk, number)
    quarters = request.form.get("quarts", "")
    if quarters not in ("0", "1", "2", "3"):
        raise Refusal("Dites dans quel sens tourner la pièce.")
    arrived = actions.turned(desk.key, number, int(quarters), current_app.config["STORAGE"])
    tell_done("Pièce tournée.", actions.turn_scan(desk.actor, desk.key, number, arrived))
    return _answer(desk, _place(desk), number)


@blueprint.post("/pieces/<int:number>/remplacer")
@access.writes_year
@takes_files
def replace(desk: YearDesk, number: int) -> Any:
    """Put another document in the place of a scan."""
    scan_here(desk, number)
    sent = next(_sent())
    arrived = actions.take_in(sent.name, sent.data, current_app.config["STORAGE"])
    step = actions.replace_scan(desk.actor, desk.key, number, arrived)
    tell_done(f"Pièce remplacée par {sent.short_name}." if step else "C’est déjà ce fichier : rien n’a changé.", step)
    return _answer(desk, _place(desk), number)


@blueprint.post("/pieces/<int:number>/premiere")
@access.writes_year
def put_first(desk: YearDesk, number: int) -> Any:
    """Put a scan before the others of its entry; a second click changes nothing."""
    scan_here(desk, number)
    if step := actions.put_first(desk.actor, desk.key, number, request.form.get("version", 0, type=int)):
        tell_done("Pièce mise en premier.", step)
    return _answer(desk, _place(desk), number)


@blueprint.post("/pieces/<int:number>/retirer")
@access.writes_year
def remove(desk: YearDesk, number: int) -> Any:
    """Put a scan away."""
    tell_done("Pièce retirée.", actions.remove_scan(desk.actor, desk.key, number))
    return _answer(desk, _place(desk))


@blueprint.post("/pieces/<int:number>/retablir")
@access.writes_year
def restore(desk: YearDesk, number: int) -> Any:
    """Bring a scan back."""
    tell_done("Pièce rétablie.", actions.restore_scan(desk.actor, desk.key, number))
    return _answer(desk, _place(desk), number)


@blueprint.post("/pieces/<int:number>/joindre")
@access.writes_year
def attach(desk: YearDesk, number: int) -> Any:
    """Join a scan to the entry of a button, or to the one that was typed."""
    scan_here(desk, number)
    choice = forms.EntryChoice(request.form.get("ecriture", ""))
    entry = desk.facts.by_number.get(request.form.get("numero", 0, type=int)) or choice.among(desk.facts.entries)
    if entry is None:
        return _answer(desk, None, status=422, choice=choice, chosen=number)
    step = actions.attach_scan(desk.actor, desk.key, number, entry.number)
    tell_done(f"Pièce jointe à l’écriture {forms.entry_words(entry)}.", step)
    return _answer(desk, _place(desk), number)


@blueprint.post("/pieces/<int:number>/detacher")
@access.writes_year
def detach(desk: YearDesk, number: int) -> Any:
    """Put a scan back into the inbox."""
    found = scan_to_see(desk, number)
    step = actions.attach_scan(desk.actor, desk.key, number, None)
    # No scan goes back to an entry that is struck out.
    tell_done("Pièce remise avec celles à ranger.", None if found in desk.facts.struck_scans else step)
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
        return fragment("scans/_phone.html", **screen_of(desk, place, **shown))
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
