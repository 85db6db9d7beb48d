"""What several areas need: a row by its number, the way back, and the key that a form was sent with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from hashlib import sha256
from typing import Any, Protocol, TypeVar

from flask import current_app, flash, request

from retkoop import clock
from retkoop.actions import mails, scans
from retkoop.characters import writable
from retkoop.desks import NOT_FOUND, YearDesk
from retkoop.drafts import EntryDraft, closed_project
from retkoop.errors import NotFound, Refusal
from retkoop.facts import Entry, Scan
from retkoop.forms.fields import BaseForm
from retkoop.forms.scans import MOST_FILES, SentFile, document_name, read_files
from retkoop.htmx import go, is_htmx
from retkoop.journal_rows import reasons_of
from retkoop.ledger_page import BookView
from retkoop.project_reports import closed_called
from retkoop.return_reasons import Reason
from retkoop.year_states import number_of_return


class Numbered(Protocol):
    """A row of an exercice."""

    @property
    def number(self) -> int:
        """Give its number within the exercice."""


Row = TypeVar("Row", bound=Numbered)


def row_here(rows: Iterable[Row], number: int) -> Row:
    """Find a row of this exercice by its number, or answer as for what does not exist."""
    found = next((row for row in rows if row.number == number), None)
    if found is None:
        raise NotFound(NOT_FOUND)
    return found


def entry_to_list(desk: YearDesk, number: int, lacking: Iterable[Any]) -> tuple[Entry, int | None]:
    """Find an entry that a table beside the cahier lacks, and the amount to write there: None when it has all of it."""
    amounts = {line.entry.number: int(line.amount) for line in lacking}
    return row_here(desk.facts.entries, number), amounts.get(number)


def why_sent_back(desk: YearDesk) -> list[tuple[Reason, str]]:
    """Give the reasons of the last return, each with the address of the row that it is about; empty for the whole."""
    number = number_of_return(desk.standing.moves)
    found = reasons_of(desk.key, number) if number else ()
    return [(one, desk.mend(one.subject) if one.kind else "") for one in found]


def told(desk: YearDesk, done: str) -> str:
    """Say what was done to a year, and whether its mandataires have a mail about it."""
    count = len(mails.mandataires(desk.coop.department, desk.coop.identifier))
    if not count:
        whom = "Aucune adresse mail n’est notée pour ses mandataires : prévenez-les, ils le liront à leur connexion."
    elif count == 1:
        whom = "Son mandataire est prévenu par mail."
    else:
        whom = f"Ses {count} mandataires sont prévenus par mail."
    return f"{desk.coop.name} : {done}. {whom}"


def scan_here(desk: YearDesk, number: int) -> Scan:
    """Find a scan of this exercice, joined to an entry of the cahier or waiting."""
    return row_here(_scans(desk), number)


def scan_to_see(desk: YearDesk, number: int) -> Scan:
    """Find a scan to look at: those of entries that were struck out are looked at too."""
    return row_here([*_scans(desk), *desk.facts.struck_scans], number)


def _scans(desk: YearDesk) -> list[Scan]:
    return [*(scan for entry in desk.facts.entries for scan in entry.scans), *desk.facts.inbox]


# What one sending of files may weigh; the form sends them one by one where it can.
LARGEST_SENDING = 60_000_000
# The mark in the session of a phone that has opened a link of its own: it has no account.
MAY_SEND = "envoi"


def takes_files(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let a view receive files: all others take only what people type."""
    view.largest_request = LARGEST_SENDING  # type: ignore[attr-defined]  # a mark, read before the body is
    return view


def chosen_names() -> str:
    """Name the files that were chosen in the form of an entry: no browser fills such a field in again.

    Until others are chosen, they are those that the form has asked for before.
    """
    return _sent_names() or writable(request.form.get("choisies", ""))[:300]


def _sent_names() -> str:
    # Sent as text, a form tells the names of its files only.
    said = [*(upload.filename or "" for upload in request.files.getlist("pieces")), *request.form.getlist("pieces")]
    return ", ".join(document_name(name) for name in said[:MOST_FILES] if name)[:300]


def names_to_ask_for() -> str:
    """Name the files to choose again: htmx keeps the field, and what is in it."""
    return "" if is_htmx() and _sent_names() else chosen_names()


def take_file(desk: YearDesk, sent: SentFile, entry: int | None) -> scans.Joined:
    """Keep a file that came with a form, with an entry or in the inbox; raise Refusal when it cannot be kept."""
    arrived = scans.take_in(sent.name, sent.data, current_app.config["STORAGE"])
    return scans.add_scan(desk.actor, desk.key, arrived, entry, sent.replay_key(request.form.get("cle", "")))


def join_files(desk: YearDesk, entry: int) -> list[str]:
    """Join the files that came with the form of an entry, if any; give a sentence for each that cannot be kept."""
    chosen, refused = [upload for upload in request.files.getlist("pieces") if upload.filename], []
    for sent in read_files(chosen[:MOST_FILES]):
        try:
            take_file(desk, sent, entry)
        except Refusal as refusal:
            refused.append(f"La pièce {sent.short_name} n’a pas été gardée : {refusal.message}")
    if len(chosen) > MOST_FILES:
        refused.append(f"Les {MOST_FILES} premiers fichiers seulement ont été regardés : joignez les autres ensuite.")
    return refused


def back(desk: YearDesk, endpoint: str, message: str, step: int | None = None, undone: str = "", **where: Any) -> Any:
    """Say what was done, on the page where it shows; a step of the journal can be taken back from there.

    `undone` is the page to come back to then, where this one goes with what was done.
    """
    number = 0 if undone else where.get("number", 0)
    flash(said_back(desk, message, step, undone or endpoint, number), "done")
    return go(desk.url(endpoint, **{"_anchor": "contenu", **where}))


def said_back(desk: YearDesk, message: str, step: int | None, endpoint: str, number: int = 0) -> Any:
    """Give a message with the way back from a step of the journal, and the page to come back to then."""
    if not step:
        return {"text": message}
    view = {"revenir": endpoint, **({"numero": number} if number else {})}
    return {"text": message, "undo": desk.url("history.take_back", step=step), "view": view}


def open_project(desk: YearDesk, form: BaseForm, draft: EntryDraft | None, entry: Entry | None = None) -> Any:
    """Give the draft back, or None with a sentence at the project when it is closed and the entry bears another."""
    borne = entry.project if entry else None
    name = closed_called(desk.facts.projects, draft.project, borne) if draft else None
    if name is None:
        return draft
    form.refuse("projet", closed_project(name))
    return None


def edited(entry: Entry, draft: EntryDraft) -> str:
    """Say that an entry was changed, and its tick taken back when its amount at the bank is another one."""
    name = f"Écriture {draft.voucher or entry.number} modifiée"
    unticked = entry.ticked_on is not None and draft.bank != entry.bank
    return f"{name} et dépointée : son montant a changé." if unticked else f"{name}."


def day_here(desk: YearDesk) -> date:
    """Propose today, or the day of the exercice that is nearest to it."""
    return min(max(clock.today(), desk.year.first_day), desk.year.last_day)


def view_here(desk: YearDesk) -> BookView:
    """Read how the person looks at the cahier: from the address, or from the form that comes back to it."""
    return BookView.read(request.values, desk.person.ledger_view)


def book_address(desk: YearDesk, view: BookView, anchor: str | None = None, day: date | None = None) -> str:
    """Give the address of the cahier as it is looked at, at a row, its form beginning at a day."""
    return desk.url("ledger.show", **view.params, jour=day, _anchor=anchor)


def sent_key() -> str | None:
    """Give the key that tells a form sent twice from two forms.

    What was typed is part of it: a form taken up again by the browser's « back », and changed, is another one.
    """
    key = request.form.get("cle", "")[:40]
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "cle")]
    return f"{key}:{sha256(repr(typed).encode()).hexdigest()[:24]}" if key else None
