"""The cahier's page, which the single form and the grids share: what it shows, and what it says after a write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, request
from werkzeug.datastructures import MultiDict

from retkoop import clock, models
from retkoop.access import YearDesk
from retkoop.actions import half_typed
from retkoop.actions.half_typed import NEW
from retkoop.drafts import EntryDraft
from retkoop.errors import Conflict
from retkoop.facts import Entry
from retkoop.forms.grid import LineForm, following_cheque, line_form, new_values, stored_values
from retkoop.forms.ledger import EntryForm, blank_form
from retkoop.grid import GRIDS, account_name, accounts_by_use, columns, grid_of, grid_row
from retkoop.htmx import fragment, go, is_htmx, show_address
from retkoop.ledger_page import MODES, WHOLE_YEAR, BookView, LedgerPage, chosen_month, ledger_page, month_of
from retkoop.ledger_search import NO_PROJECT
from retkoop.money import format_euros
from retkoop.reports import LedgerLine
from retkoop.rules import Subject
from retkoop.views.shared import book_address, row_here, view_here


def book(
    desk: YearDesk, view: BookView, form: EntryForm | None = None, day: date | None = None, line: int = 0, **more: Any
) -> dict[str, Any]:
    """Give what the cahier's page and its fragment show; who looks for something is not asked to type.

    `line` is the entry that a grid shows opened.
    """
    page = ledger_page(desk.facts, month := chosen_month(desk.facts, view, clock.today()), view.at(month))
    types, as_grid = desk.may_change and not view.search.filters, view.shown in GRIDS
    if form is None and types and not as_grid:
        form = entry_form(desk, day)
    if form is not None:
        offer(desk, form)
    rows = _grid(desk, page, day, line, types and form is None) if as_grid else {"grid": None}
    return {
        "desk": desk, "page": page, "form": form, "view": page.view, "modes": MODES, **choices(desk), **rows, **more,
    }  # fmt: skip


def entry_form(desk: YearDesk, day: date | None = None) -> EntryForm:
    """Give the form of a new entry: as this person left it when it could not be kept, else empty."""
    blank = blank_form(desk.facts.entries, day or default_day(desk))
    typed = half_typed.waiting(desk.key, desk.person.id).get(half_typed.FORM)
    if typed is None:
        return blank
    form = offer(desk, EntryForm(MultiDict(typed))).with_cheque(blank.next_cheque)
    form.draft(desk.year, desk.facts.chart)
    form.cle.data, form.waits = blank.cle.data, True
    return form


def _grid(desk: YearDesk, page: LedgerPage, day: date | None, line: int, types: bool) -> dict[str, Any]:
    """Give the grid, and its open lines: the one asked for, those that wait for this person, and the new one."""
    mode, facts = page.view.shown, desk.facts
    waiting = half_typed.waiting(desk.key, desk.person.id) if desk.may_change else {}
    asked = {*waiting, line} & set(facts.by_number) if desk.may_change else set()
    opened = {number: open_line(desk, mode, number, waiting.get(number)) for number in asked}
    if types:
        opened[NEW] = open_line(desk, mode, NEW, waiting.get(NEW), day or _day_on(desk, page))
    return {
        "grid": grid_of(page, mode, facts.chart), "mode": mode, "columns": columns(mode, facts.chart), "opened": opened,
        "picks": [(account_name(account), account.contents) for account in accounts_by_use(facts)],
        "projects": [project.name for project in facts.projects if not project.closed],
        # What was typed in the new line and not sent yet outlives whatever else is done.
        "stays": is_htmx() and "brouillon" in request.form,
    }  # fmt: skip


def _day_on(desk: YearDesk, page: LedgerPage) -> date | None:
    """Propose a day of the month that is shown: the last one typed, where there is one."""
    day: date | None = default_day(desk)
    if page.month == WHOLE_YEAR or (day and month_of(day) == page.month):
        return day
    return page.lines[-1].entry.day if page.lines else date.fromisoformat(f"{page.month}-01")


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A row of a grid as inputs: a new entry, or one that exists.

    `waits` tells what was typed and could not be kept; `conflict` that the entry was changed meanwhile.
    """

    number: int
    form: LineForm
    entry: Entry | None
    day: date | None = None
    waits: bool = False
    conflict: bool = False
    cheque: str = ""
    explained: tuple[str, ...] = ()

    @property
    def at(self) -> str:
        """Name the row in the page."""
        return f"ecriture-{self.number}" if self.number else "nouvelle"


def open_line(
    desk: YearDesk, mode: str, number: int, typed: Mapping[str, str] | None = None, day: date | None = None
) -> OpenLine:
    """Give a row of a grid as inputs, with what was typed in it, and a sentence at each cell at fault."""
    facts = desk.facts
    entry = facts.by_number.get(number)
    day = day or default_day(desk)
    values = stored_values(entry, facts.chart) if entry else new_values(facts.entries, day)
    form = line_form(mode, facts.chart, [advance.code for advance in facts.advances], typed, **values)
    conflict = False
    if typed is not None:
        form.draft(desk.year, facts.chart, entry.allocations if entry else ())
        conflict = entry is not None and form.version.data != str(entry.version)
        form.version.data = str(entry.version) if entry else ""
    cheque = "" if entry else following_cheque(facts.entries)
    return OpenLine(number, form, entry, day, typed is not None, conflict, cheque, form.explained(facts.chart))


def row_shown(desk: YearDesk, view: BookView, line: LedgerLine) -> dict[str, Any]:
    """Give what one row of the cahier shows, in the mode in which it is looked at."""
    mode, chart = view.shown, desk.facts.chart
    return {"desk": desk, "view": view, "line": line, "row": grid_row(line, mode, chart) if mode in GRIDS else None}


def asked_number(name: str) -> int:
    """Read the number of an entry that an address or a form holds; 0 is none."""
    asked = request.values.get(name, "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else 0


def entry_here(desk: YearDesk, number: int) -> Entry:
    """Find an entry to be changed; one that was struck out meanwhile says so."""
    if number not in desk.facts.by_number and any(
        e.number == number for e in models.entry_facts(desk.key, struck=True)
    ):
        raise Conflict("Cette écriture a été supprimée entre-temps : rétablissez-la depuis « Écritures supprimées ».")
    return row_here(desk.facts.entries, number)


def choices(desk: YearDesk) -> dict[str, Any]:
    """Give what the search offers to choose: (value, words) of the accounts, the projects and the classes."""
    facts = desk.facts
    return {
        "accounts": [(account.code, f"{account.short} {account.label}") for account in facts.chart],
        "actions": [*((project.name, project.name) for project in facts.projects), (NO_PROJECT, "Aucune action")],
        "classes": [(advance.code, advance.code) for advance in facts.advances],
    }


def default_day(desk: YearDesk) -> Any:
    """Propose today within the exercice; otherwise the last day typed."""
    today = clock.today()
    if desk.year.contains(today):
        return today
    return desk.facts.entries[-1].day if desk.facts.entries else None


def asked_day(desk: YearDesk) -> date | None:
    """Read the day that the address asks the form to begin at."""
    try:
        day = date.fromisoformat(request.values.get("jour", "")[:10])
    except ValueError:
        return None
    return day if desk.year.contains(day) else None


def offer(desk: YearDesk, form: EntryForm) -> EntryForm:
    """Pass in what the form offers to choose."""
    advances = [advance.code for advance in desk.facts.advances]
    projects = [project.name for project in desk.facts.projects if not project.closed]
    return form.offer(desk.facts.chart, advances, projects)


def done(
    desk: YearDesk, message: str, number: int, undo: str = "", draft: EntryDraft | None = None, **more: Any
) -> Any:
    """Show the cahier after a write, where the entry lies, with a way back and what deserves a look.

    `more` is what `book` takes, or the page shows: the entry that a grid opens next, that its new line is another one.
    """
    after, asked = desk.renewed(), view_here(desk)
    view = asked.at(f"{draft.day:%Y-%m}") if draft and asked.month not in ("", WHOLE_YEAR) else asked
    said: Any = {
        "text": " ".join([message, *remarks(after, number)]),
        "undo": desk.url(f"ledger.{undo}", number=number) if undo else None,
        "view": view.params,
    }
    day = draft.day if draft else None
    if not is_htmx():
        flash(said, "done")
        return go(book_address(after, view, f"ecriture-{number}", day))
    answer = fragment("ledger/_book.html", **book(after, view, day=day, message=said, **more))
    return show_address(answer, book_address(after, view, day=day)) if view.params or day else answer


def remarks(desk: YearDesk, number: int) -> list[str]:
    """Give what deserves a look about an entry that was kept: refunds, and the warnings that accuse it."""
    entry = desk.facts.by_number.get(number)
    if entry is None:
        return []
    refunds = [line for line in entry.allocations if line.amount < 0]
    counted = [
        f"Comptée comme un remboursement : compte {desk.facts.chart[line.account].short}, {format_euros(line.amount)}."
        for line in refunds
    ]
    accused = [found.message for found in desk.verdict.warnings if found.subject == Subject("entry", number)]
    return counted + accused
