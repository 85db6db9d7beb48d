"""The cahier's page, which the single form and the grids share: what it shows, and what it says after a write."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, request
from werkzeug.datastructures import MultiDict

from retkoop import clock, reports, year_rows
from retkoop.actions import half_typed
from retkoop.actions.half_typed import FORM, NEW, Waits
from retkoop.desks import YearDesk
from retkoop.drafts import EntryDraft
from retkoop.errors import Conflict
from retkoop.facts import Entry
from retkoop.forms.grid import LineForm, following_cheque, line_form, new_values, stored_values, tells_accounts
from retkoop.forms.ledger import EntryForm, blank_form
from retkoop.grid import GRIDS, account_name, accounts_by_use, columns, grid_of, grid_row
from retkoop.htmx import fragment, go, is_htmx, show_address
from retkoop.ledger_page import (
    CLASSIC,
    MODES,
    SIMPLE,
    WHOLE_YEAR,
    BookView,
    LedgerPage,
    chosen_month,
    ledger_page,
    month_of,
)
from retkoop.ledger_search import NO_PROJECT
from retkoop.money import format_euros
from retkoop.reports import LedgerLine
from retkoop.rules import Subject
from retkoop.views.shared import book_address, open_project, row_here, view_here

STRUCK = "Cette écriture avait été enregistrée, puis supprimée : elle n’est pas dans le cahier."
# As much of a label as tells a line among those that wait.
_SHORT = 40


def book(
    desk: YearDesk,
    view: BookView,
    form: EntryForm | None = None,
    day: date | None = None,
    line: int = 0,
    saved: int = 0,
    **more: Any,
) -> dict[str, Any]:
    """Give what the cahier's page and its fragment show; who looks for something is not asked to type.

    `line` is the entry that a grid shows opened, `saved` the one whose line was just kept.
    """
    page = ledger_page(desk.facts, month := chosen_month(desk.facts, view, clock.today()), view.at(month))
    types, as_grid = desk.may_change and not view.search.filters, view.shown in GRIDS
    waits = half_typed.waiting(desk.key, desk.person.id) if desk.may_change else {}
    if form is None and types and not as_grid:
        form = _entry_form(desk, waits, day)
    if form is not None:
        offer(desk, form)
    typed_in = {line, *_typed_in()} - {saved} if desk.may_change else set()
    rows = _grid(desk, page, waits, day, typed_in, types and form is None) if as_grid else {"grid": None, "opened": {}}
    return {
        "desk": desk, "page": page, "form": form, "view": page.view, "modes": MODES, **choices(desk), **rows,
        "form_stays": is_htmx() and "commence" in request.form,
        "waiting": waiting_lines(desk, waits, _shown(page, form, rows["opened"], waits)), **more,
    }  # fmt: skip


def _entry_form(desk: YearDesk, waits: Waits, day: date | None) -> EntryForm:
    """Give the form of a new entry: as this person left it when it could not be kept, else empty."""
    blank = blank_form(desk.facts.entries, day or default_day(desk))
    typed = half_typed.wanted(waits, FORM, asked_key())
    return blank if typed is None else waiting_form(desk, typed).with_cheque(blank.next_cheque)


def waiting_form(desk: YearDesk, typed: Mapping[str, str], entry: Entry | None = None) -> EntryForm:
    """Give the form as this person left it, with a sentence at each fault."""
    form = offer(desk, EntryForm(MultiDict(typed)))
    open_project(desk, form, form.draft(desk.year, desk.facts.chart), entry)
    form.waits, form.chosen = True, typed.get("pieces", "")
    return form


def _typed_in() -> set[int]:
    """Give the rows that hold what was typed and not sent yet: whatever else is done, they stay as they are."""
    rows = request.form.getlist("ferme") if is_htmx() else []
    return {int(number) for number in rows if number.isascii() and number.isdecimal() and len(number) < 10}


def _grid(
    desk: YearDesk, page: LedgerPage, waits: Waits, day: date | None, typed_in: Collection[int], types: bool
) -> dict[str, Any]:
    """Give the grid, and its open lines: those typed in, those that wait for this person, and the new one."""
    mode, facts = page.view.shown, desk.facts
    asked = {*waits, *typed_in} & set(facts.by_number)
    opened = {number: open_line(desk, mode, number, waits) for number in asked}
    if types:
        opened[NEW] = open_line(desk, mode, NEW, waits, day or _day_on(desk, page))
    return {
        "grid": grid_of(page, mode, facts.chart), "mode": mode, "columns": columns(mode, facts.chart), "opened": opened,
        "picks": [(account_name(account), account.contents) for account in accounts_by_use(facts)],
        "projects": [project.name for project in facts.projects if not project.closed],
        # What was typed in a line and not sent yet outlives whatever else is done.
        "stays": _typed_in() & {*typed_in}, "new_stays": is_htmx() and "brouillon" in request.form,
    }  # fmt: skip


def _shown(page: LedgerPage, form: EntryForm | None, opened: Mapping[int, OpenLine], waits: Waits) -> set[int | None]:
    """Give the places of what waits and is on the page."""
    rows: set[int | None] = {line.entry.number for line in page.lines if line.entry.number in opened}
    new = opened.get(NEW)
    begun = (_place(waits, FORM, form), _place(waits, NEW, new.form if new else None))
    return rows.union(begun)


def _place(waits: Waits, kind: int, form: EntryForm | LineForm | None) -> int | None:
    return None if form is None else half_typed.place_of(waits, kind, form.cle.data or "")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits and is not on the page: what it is called, and where it can be taken up again."""

    words: str
    address: str


def waiting_lines(desk: YearDesk, waits: Waits, shown: Collection[int | None] = ()) -> list[Waiting]:
    """Tell what waits for this person beside what is shown; a line of an entry struck out waits for the entry."""
    left = {place: typed for place, typed in waits.items() if place not in shown}
    told = (_new_waiting(desk, place, typed) or _old_waiting(desk, place, typed) for place, typed in left.items())
    return [one for one in told if one]


def _new_waiting(desk: YearDesk, place: int, typed: Mapping[str, str]) -> Waiting | None:
    words, cle = _short(typed.get("libelle", "")) or "sans libellé", typed.get("cle")
    if place in half_typed.PLACES[FORM]:
        return Waiting(words, desk.url("ledger.show", vue=SIMPLE, cle=cle, _anchor="entry-form"))
    if place in half_typed.PLACES[NEW]:
        return Waiting(words, desk.url("ledger.show", vue=_typed_mode(typed), cle=cle, _anchor="nouvelle"))
    return None


def _old_waiting(desk: YearDesk, place: int, typed: Mapping[str, str]) -> Waiting | None:
    number = place if place > 0 else half_typed.portrait(place)
    entry = desk.facts.by_number.get(number)
    if entry is None:
        return None
    words = _short(f"{entry.voucher} {typed.get('libelle', '') or entry.label}")
    if place < 0:
        return Waiting(words, desk.url("ledger.edit", number=number))
    look = {"vue": _typed_mode(typed), "mois": month_of(entry.day), "ligne": number}
    return Waiting(words, desk.url("ledger.show", **look, _anchor=f"ecriture-{number}"))


def _typed_mode(typed: Mapping[str, str]) -> str:
    """Give the mode of the grids in which a line was typed."""
    mode = typed.get("saisie", "")
    return mode if mode in GRIDS else CLASSIC


def _short(text: str) -> str:
    kept = "".join(c for c in text if c.isprintable()).strip()
    return kept if len(kept) <= _SHORT else kept[:_SHORT].rstrip() + "…"


def _day_on(desk: YearDesk, page: LedgerPage) -> date | None:
    """Propose a day of the month that is shown: the last one typed, where there is one."""
    day: date | None = default_day(desk)
    if page.month == WHOLE_YEAR or (day and month_of(day) == page.month):
        return day
    return page.lines[-1].entry.day if page.lines else date.fromisoformat(f"{page.month}-01")


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A row of a grid as inputs: a new entry, or one that exists.

    `waits` tells what was typed and could not be kept, `unkept` that it does not even wait; `conflict` that the entry
    was changed meanwhile; `elsewhere` that it also waits as it was typed in the single form.
    """

    number: int
    form: LineForm
    entry: Entry | None
    day: date | None = None
    waits: bool = False
    conflict: bool = False
    unkept: bool = False
    elsewhere: bool = False
    cheque: str = ""
    explained: tuple[str, ...] = ()

    @property
    def at(self) -> str:
        """Name the row in the page."""
        return f"ecriture-{self.number}" if self.number else "nouvelle"


def open_line(desk: YearDesk, mode: str, number: int, waits: Waits, day: date | None = None) -> OpenLine:
    """Give a row of a grid as inputs, with what was typed in it, and a sentence at each cell at fault."""
    typed = waits.get(number) if number else half_typed.wanted(waits, NEW, asked_key())
    return typed_line(desk, mode, number, typed, day, elsewhere=half_typed.portrait(number) in waits)


def typed_line(
    desk: YearDesk, mode: str, number: int, typed: Mapping[str, str] | None, day: date | None = None, **more: bool
) -> OpenLine:
    """Give a row of a grid with what was `typed` in it; the accounts stay as they were told, in the mode of then."""
    facts = desk.facts
    entry = facts.by_number.get(number)
    day = day or default_day(desk)
    values = stored_values(entry, facts.chart) if entry else new_values(facts.entries, day)
    mode = _typed_mode(typed) if typed and tells_accounts(typed) else mode
    form = line_form(mode, facts.chart, [advance.code for advance in facts.advances], typed, **values)
    conflict = False
    if typed is not None:
        open_project(desk, form, form.draft(desk.year, facts.chart, entry.allocations if entry else ()), entry)
        conflict = entry is not None and form.version.data != str(entry.version)
        form.version.data = str(entry.version) if entry else ""
    cheque = "" if entry else following_cheque(facts.entries)
    waits = typed is not None
    return OpenLine(
        number, form, entry, day, waits, conflict, cheque=cheque, explained=form.explained(facts.chart), **more
    )


def row_shown(desk: YearDesk, view: BookView, line: LedgerLine) -> dict[str, Any]:
    """Give what one row of the cahier shows, in the mode in which it is looked at."""
    mode, chart = view.shown, desk.facts.chart
    return {"desk": desk, "view": view, "line": line, "row": grid_row(line, mode, chart) if mode in GRIDS else None}


def asked_number(name: str) -> int:
    """Read a number, of an entry or of its version, that an address or a form holds; 0 is none."""
    asked = request.values.get(name, "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else 0


def asked_key() -> str:
    """Give the key of the form, or of the new line, that an address or a form is about."""
    return request.values.get("cle", "")[:40]


def entry_here(desk: YearDesk, number: int) -> Entry:
    """Find an entry to be changed; one that was struck out meanwhile says so."""
    if number not in desk.facts.by_number and any(
        e.number == number for e in year_rows.entry_facts(desk.key, struck=True)
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
    desk: YearDesk,
    message: str,
    number: int,
    step: int | None = None,
    draft: EntryDraft | None = None,
    undo: str = "",
    **more: Any,
) -> Any:
    """Show the cahier after a write, where the entry lies, with a way back and what deserves a look.

    The way back is the undo of a `step` of the journal, or the address `undo`.
    `more` is what `book` takes, or the page shows: the entry that a grid opens next, that its new line is another one.
    """
    after, asked = desk.renewed(), view_here(desk)
    if draft and number not in after.facts.by_number:
        # A form sent again, whose entry was struck meanwhile.
        message, undo = STRUCK, ""
    view = asked.at(month_of(draft.day)) if draft and asked.month not in ("", WHOLE_YEAR) else asked
    said: Any = {
        "text": " ".join([message, *remarks(after, number)]),
        "undo": undo or (desk.url("history.take_back", step=step) if step else None),
        **_left_to_do(after, number, message),
        "view": {**view.params, "retour": number} if step else view.params,
    }
    day = draft.day if draft else None
    if not is_htmx():
        flash(said, "done")
        return go(book_address(after, view, f"ecriture-{number}", day))
    answer = fragment("ledger/_book.html", **book(after, view, day=day, message=said, **more))
    return show_address(answer, book_address(after, view, day=day)) if view.params or day else answer


def _left_to_do(desk: YearDesk, number: int, message: str) -> dict[str, str]:
    """Say what an entry still needs, and where: its allocation, or to be brought back."""
    if message == STRUCK:
        return {"owed": "", "words": "Écritures supprimées", "mend": desk.url("ledger.struck")}
    entry = desk.facts.by_number.get(number)
    gap = reports.unallocated(entry, desk.facts.chart) if entry else 0
    if entry is None or not gap:
        return {}
    owed = f"Il reste {format_euros(abs(gap))} à ventiler."
    if gap * entry.moved < 0:
        owed = f"Il y a {format_euros(abs(gap))} de trop à la ventilation."
    return {"owed": owed, "words": "Compléter", "mend": desk.url("ledger.edit", number=number)}


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
