"""The cahier: its pages, and the single form of an entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request

from retkoop import access, models, reports
from retkoop.access import YearDesk
from retkoop.actions import half_typed, scans
from retkoop.actions import ledger as actions
from retkoop.drafts import ADVANCE, HANDED_OUT, JUSTIFIED, TO_BANK, TO_CASH, TRANSFER, EntryDraft, says_the_same
from retkoop.errors import Conflict
from retkoop.facts import Entry
from retkoop.forms.ledger import EntryForm, blank_form, filled_form
from retkoop.htmx import fragment, go, is_htmx, retarget
from retkoop.numbering import next_voucher
from retkoop.views.book import asked_day, asked_number, book, default_day, done, entry_here, offer
from retkoop.views.shared import book_address, join_files, row_here, sent_key, takes_files, view_here

# What an address may say of an entry to be made: then the form is shown, whatever the mode.
_BEGIN = ("regie", "virement", "montant", "joindre")

blueprint = Blueprint("ledger", __name__, url_prefix="/coop/<identifiant>/<annee:annee>/cahier")


@blueprint.get("")
@access.reads_year
def show(desk: YearDesk) -> Any:
    """Show a month of the cahier, or all of it; `?regie=CP` begins a movement of that régie."""
    day = asked_day(desk)
    begins = desk.may_change and any(name in request.args for name in _BEGIN)
    form = blank_form(desk.facts.entries, day or default_day(desk)) if begins else None
    shown = book(desk, view_here(desk), form, day=day, line=asked_number("ligne"))
    if shown["form"] is not None:
        _begin(desk, shown["form"], request.args)
    return render_template("ledger/page.html", **shown)


def _begin(desk: YearDesk, form: EntryForm, asked: Mapping[str, str]) -> None:
    """Fill in what a link to the form already knows: a régie, a transfer, the day and amount of a scan."""
    advance, way = asked.get("regie", ""), asked.get("virement", "")
    if any(row.code == advance for row in desk.facts.advances):
        held = reports.advance_balances(desk.facts)[advance]
        form.nature.data, form.regie.data = ADVANCE, advance
        form.mouvement.data = JUSTIFIED if held > 0 else HANDED_OUT
    elif way in (TO_BANK, TO_CASH):
        form.nature.data, form.sens.data = TRANSFER, way
    if "montant" in asked:
        form.lignes[0].form.montant.process_formdata([asked["montant"][:20]])
    if "joindre" in asked:
        form.joindre.data = asked["joindre"][:10]


@blueprint.post("")
@access.writes_year
@takes_files
def add(desk: YearDesk) -> Any:
    """Add an entry, and join the files sent with it or the scan that it was begun from."""
    form = offer(desk, EntryForm(request.form))
    draft = form.draft(desk.year, desk.facts.chart)
    if draft is None:
        half_typed.keep(desk.key, desk.person.id, half_typed.FORM, form.typed(request.form))
        return refused(desk, form)
    number = half_typed.add_line(desk.actor, desk.key, draft, sent_key(), half_typed.FORM)
    waiting = next((scan for scan in desk.facts.inbox if str(scan.number) == form.joindre.data), None)
    if waiting is not None:
        scans.attach_scan(desk.actor, desk.key, waiting.number, number)
    said = [f"Écriture {draft.voucher or number} enregistrée.", *join_files(desk, number)]
    return done(desk, " ".join(said), number, "strike", draft)


def refused(desk: YearDesk, form: EntryForm, entry: Entry | None = None, status: int = 422, **more: Any) -> Any:
    """Show the form again with what was typed and a sentence at each fault."""
    view = view_here(desk)
    if is_htmx():
        answer = fragment("ledger/_form.html", status, desk=desk, form=form, entry=entry, view=view, **more)
        return retarget(answer, "#entry-form")
    if entry is not None:
        return render_template("ledger/entry.html", desk=desk, form=form, entry=entry, view=view, **more), status
    return render_template("ledger/page.html", **book(desk, view, form, **more)), status


@blueprint.post("/formulaire/effacer")
@access.writes_year
def clear(desk: YearDesk) -> Any:
    """Forget what was begun in the form."""
    half_typed.forget(desk.key, desk.person.id, half_typed.FORM)
    if is_htmx():
        return fragment("ledger/_book.html", **book(desk, view_here(desk)))
    return go(book_address(desk, view_here(desk), "entry-form"))


@blueprint.post("/formulaire")
@access.writes_year
def add_line(desk: YearDesk) -> Any:
    """Give the form back with one more line to split the amount; nothing is saved."""
    form = offer(desk, EntryForm(request.form))
    form.add_line()
    offer(desk, form)
    number = request.form.get("ecriture", "")
    entry = desk.facts.by_number.get(int(number)) if number.isdecimal() and len(number) < 9 else None
    return refused(desk, form, entry, status=200)


@blueprint.get("/ecritures/<int:number>")
@access.writes_year
def edit(desk: YearDesk, number: int) -> Any:
    """Show an entry in the single form."""
    entry = row_here(desk.facts.entries, number)
    form = offer(desk, filled_form(entry, desk.facts.chart))
    return render_template("ledger/entry.html", desk=desk, form=form, entry=entry, view=view_here(desk))


@blueprint.post("/ecritures/<int:number>")
@access.writes_year
def save(desk: YearDesk, number: int) -> Any:
    """Replace what an entry says, unless somebody else did meanwhile."""
    entry = entry_here(desk, number)
    form = offer(desk, EntryForm(request.form))
    draft = form.draft(desk.year, desk.facts.chart)
    if draft is None:
        return refused(desk, form, entry)
    version = int(form.version.data) if (form.version.data or "").isdecimal() else 0
    try:
        actions.edit_entry(desk.actor, desk.key, number, version, draft)
    except Conflict as conflict:
        return _both_versions(desk, form, number, draft, conflict)
    return done(desk, f"Écriture {draft.voucher or number} modifiée.", number, draft=draft)


def _both_versions(desk: YearDesk, form: EntryForm, number: int, draft: EntryDraft, conflict: Conflict) -> Any:
    """Show what is stored now above what was typed, which a second save then replaces.

    The same change sent twice is no conflict: it is done.
    """
    current = row_here(desk.renewed().facts.entries, number)
    if says_the_same(draft, current):
        return done(desk, f"Écriture {draft.voucher or number} modifiée.", number, draft=draft)
    form.version.data = str(current.version)
    return refused(desk, form, current, conflict.status, conflict=conflict.message)


@blueprint.get("/ecritures/<int:number>/copie")
@access.writes_year
def copy(desk: YearDesk, number: int) -> Any:
    """Show the form of a new entry, filled like an existing one, with the next number."""
    entry = row_here(desk.facts.entries, number)
    form = offer(desk, filled_form(entry, desk.facts.chart))
    form.pj.data = next_voucher({other.voucher for other in desk.facts.entries}, like=entry.voucher)
    form.cheque.data, form.version.data = "", ""
    return render_template("ledger/entry.html", desk=desk, form=form, entry=None, copied=entry, view=view_here(desk))


@blueprint.post("/ecritures/<int:number>/supprimer")
@access.writes_year
def strike(desk: YearDesk, number: int) -> Any:
    """Strike an entry out of the cahier; it can be brought back until closing."""
    entry = desk.facts.by_number.get(number)
    actions.strike_entry(desk.actor, desk.key, number)
    name = f" {entry.voucher or entry.label}" if entry else ""
    return done(desk, f"Écriture{name} supprimée.", number, "restore")


@blueprint.post("/ecritures/<int:number>/retablir")
@access.writes_year
def restore(desk: YearDesk, number: int) -> Any:
    """Bring a struck entry back."""
    actions.restore_entry(desk.actor, desk.key, number)
    return done(desk, "Écriture rétablie.", number, "strike")


@blueprint.get("/supprimees")
@access.reads_year
def struck(desk: YearDesk) -> Any:
    """List the entries struck out, which can be brought back."""
    return render_template("ledger/struck.html", desk=desk, entries=models.entry_facts(desk.key, struck=True))
