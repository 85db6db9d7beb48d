"""The file of one cooperative on the desk of its association départementale, and what is noted about it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for

from retkoop import access, clock, department_board, department_rows, journal_rows
from retkoop.actions import identity
from retkoop.actions.notes import save_note
from retkoop.desks import CoopDesk
from retkoop.errors import Conflict
from retkoop.forms.department import NoteForm
from retkoop.htmx import go
from retkoop.journal_words import title
from retkoop.models import Department
from retkoop.navigation import left_addresses
from retkoop.school_year import SchoolYear

blueprint = Blueprint("coop_file", __name__, url_prefix="/ad/<departement>/coops/<identifiant>")


@blueprint.get("")
@access.reads_file
def show(department: Department, desk: CoopDesk) -> Any:
    """Show who the cooperative is, where each of its exercices stands, what was noted and what was done last."""
    return _page(department, desk)


def _page(department: Department, desk: CoopDesk, form: NoteForm | None = None, conflict: str = "") -> str:
    note = department_rows.note_of(desk.coop)
    stored = {"note": note.text, "version": str(note.version)} if note else {"version": "0"}
    years = [SchoolYear(row.start_year) for row in desk.years]
    lines = [(year, department_rows.board_line(department, desk.coop, year, clock.today())) for year in years]
    journal = department_rows.last_lines(desk.coop)
    labels = journal_rows.entry_labels(desk.coop, journal)
    told = [(start, line, title(line, label=labels.get((start, line.subject), ""))) for start, line in journal]
    return render_template(
        "department/coop.html", department=department, file=desk, coop=desk.coop, note=note, conflict=conflict,
        form=form or NoteForm(data=stored), years=[(year, line, left_addresses(year)) for year, line in lines],
        people=identity.people_of(desk.coop), journal=told,
        standings=department_board.STANDING_WORDS, words=department_board.LEFT_WORDS, SchoolYear=SchoolYear,
        place=url_for("coop_file.show", departement=department.code, identifiant=desk.coop.identifier),
    )  # fmt: skip


@blueprint.post("/note")
@access.writes_file
def note(department: Department, desk: CoopDesk) -> Any:
    """Keep what the association notes about the cooperative; an empty note says nothing."""
    form = NoteForm(request.form)
    if not form.validate():
        return _page(department, desk, form), 422
    try:
        changed = save_note(access.actor_here(), desk.coop, form.seen, form.note.data)
    except Conflict as conflict:
        stored = department_rows.note_of(desk.coop)
        form.version.data = str(stored.version) if stored else "0"
        return _page(department, desk, form, conflict.message), conflict.status
    flash("Note enregistrée." if changed else "La note n’a pas changé.", "done")
    return go(url_for("coop_file.show", departement=department.code, identifiant=desk.coop.identifier))
