"""The cahier: its pages, and the single form of an entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, render_template, request

from retkoop import access, reports, year_rows
from retkoop.actions import half_typed, scans
from retkoop.actions import ledger as actions
from retkoop.characters import writable
from retkoop.desks import YearDesk
from retkoop.drafts import (
    ADVANCE,
    HANDED_OUT,
    JUSTIFIED,
    LABEL_LENGTH,
    TRANSFER,
    TRANSFER_LABELS,
    EntryDraft,
    says_the_same,
)
from retkoop.errors import Conflict
from retkoop.facts import Entry
from retkoop.forms.ledger import EntryForm, blank_form, filled_form
from retkoop.htmx import fragment, go, is_htmx, retarget
from retkoop.membership import entry_lines, noted
from retkoop.membership_rows import membership_of
from retkoop.numbering import next_voucher
from retkoop.views.book import (
    asked_day,
    asked_key,
    asked_number,
    book,
    default_day,
    done,
    entry_here,
    offer,
    waiting_form,
)
from retkoop.views.entry_from_line import begin_from_line, made_from_line
from retkoop.views.shared import (
    book_address,
    chosen_names,
    edited,
    join_files,
    names_to_ask_for,
    open_project,
    row_here,
    sent_key,
    takes_files,
    view_here,
)

# What an address may say of an entry to be made: then the form is shown, whatever the mode.
_BEGIN = ("regie", "virement", "montant", "joindre", "adhesion", "ligne_releve")
CHANGED = "Cette écriture a été modifiée entre-temps. La vôtre est conservée ici ; l’enregistrer la remplace."

blueprint = Blueprint("ledger", __name__, url_prefix="/coop/<identifiant>/<annee:annee>/cahier")


@blueprint.get("")
@access.reads_year
def show(desk: YearDesk) -> Any:
    """Show a month of the cahier, or all of it; `?regie=CP` begins a movement of that régie."""
    if desk.facts.direct is not None:
        return render_template("ledger/elsewhere.html", desk=desk)
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
    elif way in TRANSFER_LABELS:
        form.nature.data, form.sens.data = TRANSFER, way
        # No voucher proves it but the bank's own slip: it needs no number.
        form.libelle.data, form.pj.data = TRANSFER_LABELS[way], ""
    elif "adhesion" in asked:
        _begin_membership(desk, form)
    elif "ligne_releve" in asked:
        begin_from_line(desk, form, asked_number("ligne_releve"))
    if "montant" in asked:
        form.lignes[0].form.montant.process_formdata([asked["montant"][:20]])
    if "joindre" in asked:
        form.joindre.data = writable(asked["joindre"])[:10]


def _begin_membership(desk: YearDesk, form: EntryForm) -> None:
    """Fill in what was sent for the adhésion: both parts of it, each on its account."""
    held = membership_of(desk.key)
    lines = entry_lines(desk.facts.chart, held.due) if held.pledge else ()
    if lines and noted(desk.facts.entries, lines):
        flash("Ce règlement est déjà dans le cahier : il n’est pas proposé une seconde fois.")
    elif lines:
        form.libelle.data = f"{desk.department.name} – Adhésion et assurance {desk.year.label}"[:LABEL_LENGTH]
        form.put_lines(lines)


@blueprint.post("")
@access.writes_year
@takes_files
def add(desk: YearDesk) -> Any:
    """Add an entry, and join the files sent with it or the scan that it was begun from."""
    form = offer(desk, EntryForm(request.form))
    draft = open_project(desk, form, form.draft(desk.year, desk.facts.chart))
    if draft is None:
        _keep(desk, half_typed.FORM, form)
        return refused(desk, form, copied=desk.facts.by_number.get(asked_number("copie")))
    number = half_typed.add_line(desk.actor, desk.key, draft, sent_key(), half_typed.FORM, asked_key())
    joined = _join_begun(desk, form.joindre.data or "", number)
    said = [f"Écriture {draft.voucher or number} enregistrée.", *joined, *join_files(desk, number)]
    undo = desk.url("ledger.strike", number=number)
    if (statement := made_from_line(desk, form, number)) is not None:
        return go(statement)
    return done(desk, " ".join(said), number, draft=draft, undo=undo, form_stays=False)


def _keep(desk: YearDesk, place: int, form: EntryForm) -> None:
    """Keep what was typed for its author; the form says when it cannot be."""
    typed, names = form.typed(request.form), chosen_names()
    form.unkept = not half_typed.keep(desk.key, desk.person.id, place, typed | ({"pieces": names} if names else {}))


def _join_begun(desk: YearDesk, scan: str, number: int) -> list[str]:
    """Join the scan that the form was begun from; say so when it no longer waits, unless the form was sent twice."""
    waiting = next((one for one in desk.facts.inbox if str(one.number) == scan), None)
    if waiting is not None:
        scans.attach_scan(desk.actor, desk.key, waiting.number, number)
    if waiting is not None or not scan:
        return []
    other = next((e for e in desk.facts.entries if any(str(one.number) == scan for one in e.scans)), None)
    if other is None:
        return ["La pièce n’est plus en attente : elle n’a pas été jointe."]
    told = f"La pièce avait déjà été jointe à l’écriture « {f'{other.voucher} {other.label}'.strip()} »."
    return [] if other.number == number else [told]


def refused(desk: YearDesk, form: EntryForm, entry: Entry | None = None, status: int = 422, **more: Any) -> Any:
    """Show the form again with what was typed and a sentence at each fault."""
    view, form.chosen = view_here(desk), names_to_ask_for()
    if is_htmx():
        answer = fragment("ledger/_form.html", status, desk=desk, form=form, entry=entry, view=view, **more)
        return retarget(answer, "#entry-form")
    if entry is not None or more.get("copied"):
        return render_template("ledger/entry.html", desk=desk, form=form, entry=entry, view=view, **more), status
    return render_template("ledger/page.html", **book(desk, view, form, **more)), status


@blueprint.post("/formulaire/effacer")
@access.writes_year
def clear(desk: YearDesk) -> Any:
    """Forget what was begun in the form."""
    number = asked_number("ecriture")
    place = half_typed.portrait(number) if number else half_typed.FORM
    half_typed.forget(desk.key, desk.person.id, place, asked_key())
    if number:
        return go(desk.url("ledger.edit", number=number, **view_here(desk).params))
    if is_htmx():
        return fragment("ledger/_book.html", **book(desk, view_here(desk), form_stays=False))
    return go(book_address(desk, view_here(desk), "entry-form"))


@blueprint.post("/formulaire")
@access.writes_year
def add_line(desk: YearDesk) -> Any:
    """Give the form back with one more line to split the amount; nothing is saved."""
    form = offer(desk, EntryForm(request.form))
    form.add_line()
    offer(desk, form)
    entry, copied = (desk.facts.by_number.get(asked_number(name)) for name in ("ecriture", "copie"))
    return refused(desk, form, entry, status=200, copied=copied, changed=True)


@blueprint.get("/ecritures/<int:number>")
@access.writes_year
def edit(desk: YearDesk, number: int) -> Any:
    """Show an entry in the single form."""
    entry = row_here(desk.facts.entries, number)
    waits = half_typed.waiting(desk.key, desk.person.id)
    typed = waits.get(half_typed.portrait(number))
    form = waiting_form(desk, typed, entry) if typed else offer(desk, filled_form(entry, desk.facts.chart))
    conflict = CHANGED if typed and typed.get("version") != str(entry.version) else ""
    form.version.data = str(entry.version)
    shown = {"entry": entry, "conflict": conflict, "in_grid": number in waits, "view": view_here(desk)}
    return render_template("ledger/entry.html", desk=desk, form=form, **shown)


@blueprint.post("/ecritures/<int:number>")
@access.writes_year
def save(desk: YearDesk, number: int) -> Any:
    """Replace what an entry says, unless somebody else did meanwhile."""
    entry = entry_here(desk, number)
    form = offer(desk, EntryForm(request.form))
    draft = open_project(desk, form, form.draft(desk.year, desk.facts.chart), entry)
    if draft is None:
        _keep(desk, half_typed.portrait(number), form)
        return refused(desk, form, entry)
    try:
        step = half_typed.edit_line(desk.actor, desk.key, number, asked_number("version"), draft)
    except Conflict as conflict:
        return _both_versions(desk, form, number, draft, conflict)
    return done(desk, edited(entry, draft), number, step, draft)


def _both_versions(desk: YearDesk, form: EntryForm, number: int, draft: EntryDraft, conflict: Conflict) -> Any:
    """Show what is stored now above what was typed, which a second save then replaces.

    The same change sent twice is no conflict: it is done.
    """
    current = row_here(desk.renewed().facts.entries, number)
    if says_the_same(draft, current):
        return done(desk, f"Écriture {draft.voucher or number} modifiée.", number, draft=draft)
    _keep(desk, half_typed.portrait(number), form)
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
    step = actions.strike_entry(desk.actor, desk.key, number)
    name = f" {entry.voucher or entry.label}" if entry else ""
    return done(desk, f"Écriture{name} supprimée.", number, step)


@blueprint.post("/ecritures/<int:number>/retablir")
@access.writes_year
def restore(desk: YearDesk, number: int) -> Any:
    """Bring a struck entry back."""
    actions.restore_entry(desk.actor, desk.key, number)
    return done(desk, "Écriture rétablie.", number, undo=desk.url("ledger.strike", number=number))


@blueprint.get("/supprimees")
@access.reads_year
def struck(desk: YearDesk) -> Any:
    """List the entries struck out, which can be brought back."""
    return render_template("ledger/struck.html", desk=desk, entries=year_rows.entry_facts(desk.key, struck=True))
