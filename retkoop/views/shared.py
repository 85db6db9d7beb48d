"""What several areas need: a row by its number, the way back, and the key that a form was sent with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from hashlib import sha256
from typing import Any, Protocol, TypeVar

from flask import current_app, flash, request

from retkoop.access import NOT_FOUND, YearDesk
from retkoop.actions import scans
from retkoop.errors import NotFound, Refusal
from retkoop.forms.scans import MOST_FILES, read_files
from retkoop.htmx import go
from retkoop.ledger_page import BookView


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


# What one sending of files may weigh; the form sends them one by one where it can.
LARGEST_SENDING = 60_000_000
# The mark in the session of a phone that has opened a link of its own: it has no account.
MAY_SEND = "envoi"


def takes_files(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let a view receive files: all others take only what people type."""
    view.largest_request = LARGEST_SENDING  # type: ignore[attr-defined]  # a mark, read before the body is
    return view


def join_files(desk: YearDesk, entry: int) -> list[str]:
    """Join the files that came with the form of an entry, if any; give a sentence for each that cannot be kept."""
    refused = []
    for sent in read_files(upload for upload in request.files.getlist("pieces")[:MOST_FILES] if upload.filename):
        try:
            arrived = scans.take_in(sent.name, sent.data, current_app.config["STORAGE"])
            scans.add_scan(desk.actor, desk.key, arrived, entry, sent.replay_key(request.form.get("cle", "")))
        except Refusal as refusal:
            refused.append(f"La pièce {sent.short_name} n’a pas été gardée : {refusal.message}")
    return refused


def back(desk: YearDesk, endpoint: str, message: str) -> Any:
    """Say what was done, on the page where it shows."""
    flash(message)
    return go(desk.url(endpoint, _anchor="contenu"))


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
