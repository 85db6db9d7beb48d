"""The cooperatives of a département as its association keeps them: the list, a new one, its identity, its end."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for

from retkoop import access, clock, coop_rows
from retkoop.actions import coops as actions
from retkoop.actions import identity
from retkoop.characters import writable
from retkoop.coop_identity import identifier_like
from retkoop.desks import CoopDesk
from retkoop.errors import Conflict, NotFound
from retkoop.forms.coops import ClosingForm, FileForm, MergeForm, NewCoopForm, first_years
from retkoop.forms.identity import spaced
from retkoop.htmx import go
from retkoop.models import Cooperative, Department, find_coop
from retkoop.settings_rows import scheme_of

blueprint = Blueprint("coops", __name__, url_prefix="/ad/<departement>/coops")

FILE = "/<identifiant>/identite"


@blueprint.get("")
@access.reads_department
def show(department: Department) -> Any:
    """Show a page of the cooperatives, or those that were looked for."""
    words = writable(request.args.get("q", ""))[:100]
    asked = request.args.get("page", "1")
    page = int(asked) if asked.isascii() and asked.isdecimal() and 0 < len(asked) < 5 else 1
    lines, total = coop_rows.coop_lines(department.code, words, max(page, 1))
    pages = range(1, -(-total // coop_rows.PAGE) + 1)
    shown = {"lines": lines, "total": total, "words": words, "page": page, "pages": pages}
    return render_template("coops/page.html", department=department, **shown)


@blueprint.get("/nouvelle")
@access.writes_department
def new(department: Department) -> Any:
    """Show the form of a new cooperative."""
    return _new_page(department, _offered(NewCoopForm()))


def _offered(form: NewCoopForm) -> NewCoopForm:
    form.exercice.choices = first_years(clock.today())
    return form


def _new_page(department: Department, form: NewCoopForm, status: int = 200) -> Any:
    like = identifier_like(department.code, scheme_of(department.code))
    return render_template("coops/new.html", department=department, form=form, like=like), status


@blueprint.post("/nouvelle")
@access.writes_department
def make(department: Department) -> Any:
    """Make a cooperative; the form sent twice finds its identifier taken."""
    form = _offered(NewCoopForm(request.form))
    if not form.checked(department.code, scheme_of(department.code)):
        return _new_page(department, form, 422)
    try:
        coop = actions.create_coop(access.actor_here(), department.code, form.new())
    except Conflict as conflict:
        form.refuse("identifiant", conflict.message)
        return _new_page(department, form, 422)
    flash(f"La coopérative {coop.name} est créée. Donnez maintenant un accès à ses mandataires.", "done")
    return go(url_for("coop_accounts.show", departement=department.code, identifiant=coop.identifier))


@blueprint.get(FILE)
@access.reads_file
def file(department: Department, desk: CoopDesk) -> Any:
    """Show what is kept of a cooperative, and what may end it."""
    return _file_page(department, desk.coop)


def _file_page(
    department: Department, coop: Cooperative, form: FileForm | None = None, closing: ClosingForm | None = None,
    merge: MergeForm | None = None, status: int = 200, fault: str = "",
) -> Any:  # fmt: skip
    others = coop_rows.others_open(coop)
    shown = {
        "coop": coop,
        "form": form or _form_of(coop),
        "closing": closing or ClosingForm(data={"jour": clock.today()}),
        "merge": _targets(merge or MergeForm(), others),
        "obstacles": actions.merge_obstacles(coop),
        "others": others,
        "fault": fault,
    }
    return render_template("coops/file.html", department=department, **shown), status


def _targets(form: MergeForm, others: list[tuple[str, str]]) -> MergeForm:
    form.dans.choices = [("", "Choisissez"), *((one, f"{one} – {name}") for one, name in others)]
    return form


def _form_of(coop: Cooperative) -> FileForm:
    stored = {
        "nom": coop.name, "uai": coop.uai, "adresse": coop.address, "mail": coop.mail, "telephone": coop.phone,
        "effectif": coop.headcount, "banque": coop.bank, "compte": spaced(coop.account), "version": str(coop.version),
    }  # fmt: skip
    return FileForm(data=stored)


@blueprint.post(FILE)
@access.writes_file
def save(department: Department, desk: CoopDesk) -> Any:
    """Correct the identity of a cooperative."""
    form = FileForm(request.form)
    if not form.checked_in(department.code):
        return _file_page(department, desk.coop, form=form, status=422)
    try:
        changed = identity.save_identity(access.actor_here(), desk.coop.identifier, form.seen, form.values())
    except Conflict as conflict:
        stored = find_coop(desk.coop.identifier) or desk.coop
        form.version.data = str(stored.version)
        said = f"{conflict.message} Ce que vous avez écrit est conservé ci-dessous : enregistrez de nouveau."
        return _file_page(department, stored, form=form, status=conflict.status, fault=said)
    return _back(department, desk.coop, "Identité enregistrée." if changed else "Rien n’a changé.")


def _back(department: Department, coop: Cooperative, message: str) -> Any:
    flash(message, "done")
    return go(url_for("coops.file", departement=department.code, identifiant=coop.identifier))


@blueprint.post("/<identifiant>/fermeture")
@access.writes_file
def close(department: Department, desk: CoopDesk) -> Any:
    """Close a cooperative: no exercice begins any more."""
    form = ClosingForm(request.form)
    if not form.checked(clock.today()):
        return _file_page(department, desk.coop, closing=form, status=422)
    try:
        actions.close_coop(access.actor_here(), desk.coop, form.jour.data)
    except Conflict as conflict:
        form.refuse("jour", conflict.message)
        return _file_page(department, desk.coop, closing=form, status=422)
    return _back(department, desk.coop, "La coopérative est fermée : ses archives restent lisibles.")


@blueprint.post("/<identifiant>/reouverture")
@access.writes_file
def reopen(department: Department, desk: CoopDesk) -> Any:
    """Open a closed cooperative again."""
    try:
        actions.reopen_coop(access.actor_here(), desk.coop)
    except Conflict as conflict:
        return _file_page(department, desk.coop, status=422, fault=conflict.message)
    return _back(department, desk.coop, "La coopérative est de nouveau ouverte.")


@blueprint.post("/<identifiant>/reunion")
@access.writes_file
def merge(department: Department, desk: CoopDesk) -> Any:
    """Make a cooperative part of another one."""
    form = _targets(MergeForm(request.form), coop_rows.others_open(desk.coop))
    if not form.validate() or not form.dans.data:
        if not form.dans.errors:
            form.refuse("dans", "Choisissez une coopérative dans la liste.")
        return _file_page(department, desk.coop, merge=form, status=422)
    try:
        moved = actions.merge_coops(access.actor_here(), desk.coop, form.dans.data, clock.today(), form.with_accounts)
    except (Conflict, NotFound) as refusal:
        form.refuse("dans", refusal.message)
        return _file_page(department, desk.coop, merge=form, status=422)
    done = f"La coopérative fait maintenant partie de {form.dans.data}. Comptes déplacés : {moved}."
    return _back(department, desk.coop, done)
