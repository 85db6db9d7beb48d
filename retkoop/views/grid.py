"""The two grids of the cahier: lines typed in place; what is no entry yet waits for the person who typed it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, render_template, request

from retkoop import access, reports
from retkoop.actions import half_typed
from retkoop.actions.half_typed import NEW, Waits
from retkoop.desks import YearDesk
from retkoop.drafts import says_the_same
from retkoop.errors import Conflict
from retkoop.forms.grid import LineForm, line_form
from retkoop.grid import GRIDS, columns
from retkoop.htmx import fragment, go, is_htmx, retarget
from retkoop.ledger_page import CLASSIC, BookView
from retkoop.views.book import (
    OpenLine,
    asked_day,
    asked_key,
    asked_number,
    book,
    done,
    entry_here,
    open_line,
    row_shown,
    typed_line,
)
from retkoop.views.shared import book_address, edited, open_project, sent_key, view_here

blueprint = Blueprint("grid", __name__, url_prefix="/coop/<identifiant>/<annee:annee>/cahier/grille")


@blueprint.post("")
@access.writes_year
def add(desk: YearDesk) -> Any:
    """Add the entry of the new line; a line emptied waits no longer."""
    form = _typed(desk)
    if form.is_empty:
        return _given_up(desk, NEW)
    draft = open_project(desk, form, form.draft(desk.year, desk.facts.chart))
    if draft is None:
        return _kept(desk, NEW, form)
    number = half_typed.add_line(desk.actor, desk.key, draft, sent_key(), NEW, asked_key())
    said, undo = f"Écriture {draft.voucher or number} enregistrée.", desk.url("ledger.strike", number=number)
    return done(desk, said, number, draft=draft, undo=undo, new_stays=False)


@blueprint.get("/<int:number>")
@access.writes_year
def change(desk: YearDesk, number: int) -> Any:
    """Show the row of an entry as inputs; the one that was open so far, `ferme`, is closed."""
    entry_here(desk, number)
    if not is_htmx():
        return go(desk.url("ledger.show", **view_here(desk).params, ligne=number, _anchor=f"ecriture-{number}"))
    waiting = half_typed.waiting(desk.key, desk.person.id)
    closed = asked_number("ferme")
    closes = closed in desk.facts.by_number and closed not in {*waiting, number}
    shown = (_row(desk, closed) if closes else {"row": None}) | _line(desk, number, waiting)
    return fragment("ledger/_grid_opened.html", **shown)


@blueprint.post("/<int:number>")
@access.writes_year
def save(desk: YearDesk, number: int) -> Any:
    """Replace what an entry says, unless somebody else did meanwhile; `puis` is the entry to be opened next."""
    entry, form = entry_here(desk, number), _typed(desk)
    draft = open_project(desk, form, form.draft(desk.year, desk.facts.chart, entry.allocations), entry)
    if draft is None:
        return _kept(desk, number, form)
    step = None
    try:
        if says_the_same(draft, entry):
            half_typed.forget(desk.key, desk.person.id, number)
        else:
            step = half_typed.edit_line(desk.actor, desk.key, number, asked_number("version"), draft)
    except Conflict as conflict:
        if not desk.renewed().is_open:
            raise
        return _kept(desk.renewed(), number, form, conflict.status)
    return done(desk, edited(entry, draft), number, step, draft, line=asked_number("puis"), saved=number)


@blueprint.post("/<int:number>/abandon")
@access.writes_year
def give_up(desk: YearDesk, number: int) -> Any:
    """Close the row of an entry, or empty the new line, and forget what was typed in it."""
    if number != NEW:
        entry_here(desk, number)
    return _given_up(desk, number)


def _typed(desk: YearDesk) -> LineForm:
    """Read the line that was sent, in the mode in which it was typed."""
    mode = request.form.get("saisie", "")
    advances = [advance.code for advance in desk.facts.advances]
    form: LineForm = line_form(mode if mode in GRIDS else CLASSIC, desk.facts.chart, advances, request.form)
    return form


def _kept(desk: YearDesk, number: int, form: LineForm, status: int = 422) -> Any:
    """Keep what was typed for its author, and show it with a sentence at each cell at fault."""
    unkept = not half_typed.keep(desk.key, desk.person.id, number, form.typed)
    line = typed_line(desk, _view(desk).shown, number, form.typed, asked_day(desk), unkept=unkept)
    if is_htmx():
        return _in_place(number, fragment("ledger/_grid_line.html", status, **_shown(desk, line)))
    shown = book(desk, _view(desk), day=asked_day(desk))
    if shown["grid"]:
        shown["opened"][number] = line
    return render_template("ledger/page.html", **shown), status


def _given_up(desk: YearDesk, number: int) -> Any:
    half_typed.forget(desk.key, desk.person.id, number, asked_key())
    if not is_htmx():
        return go(book_address(desk, view_here(desk), f"ecriture-{number}" if number else "nouvelle"))
    waits = half_typed.waiting(desk.key, desk.person.id)
    if number == NEW and half_typed.wanted(waits, NEW, ""):
        # The next of those that wait takes its place, and is told no more among the others.
        return retarget(fragment("ledger/_book.html", **book(desk, view_here(desk), new_stays=False)), "#book")
    if number == NEW:
        return _in_place(number, fragment("ledger/_grid_line.html", **_line(desk, number, waits)))
    return _in_place(number, fragment("ledger/_grid_row.html", **_row(desk, number)))


def _in_place(number: int, answer: Any) -> Any:
    return retarget(answer, f"#ecriture-{number}" if number else "#nouvelle")


def _view(desk: YearDesk) -> BookView:
    """Give how the person looks at the cahier: as a grid, even if they chose another way in another tab."""
    view = view_here(desk)
    return view if view.shown in GRIDS else replace(view, mode=CLASSIC)


def _line(desk: YearDesk, number: int, waits: Waits) -> dict[str, Any]:
    return _shown(desk, open_line(desk, _view(desk).shown, number, waits, asked_day(desk)))


def _shown(desk: YearDesk, line: OpenLine) -> dict[str, Any]:
    view = _view(desk)
    return {
        "desk": desk, "view": view, "mode": view.shown, "columns": columns(view.shown, desk.facts.chart), "open": line,
    }  # fmt: skip


def _row(desk: YearDesk, number: int) -> dict[str, Any]:
    line = next(line for line in reports.ledger_lines(desk.facts) if line.entry.number == number)
    return row_shown(desk, _view(desk), line)
