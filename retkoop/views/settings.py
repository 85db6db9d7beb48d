"""The settings of an association départementale: one page, each part with its own button."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, current_app, flash, render_template, request, url_for

from retkoop import access, clock, settings_rows
from retkoop.actions import settings as actions
from retkoop.ad_settings import MOST_DOCUMENTS, Profile, profile_part, rules_part, seal
from retkoop.chart import Chart
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.facts import Settings
from retkoop.forms.fields import KeptField
from retkoop.forms.scans import accepted, read_files
from retkoop.forms.settings import AskedForm, ContactForm, DocumentsForm, Part, RulesForm, SchemeForm, TextsForm
from retkoop.htmx import go
from retkoop.journal_words import SETTINGS_PARTS, differences
from retkoop.models import Department
from retkoop.school_year import SchoolYear, french_date
from retkoop.views import served
from retkoop.views.shared import takes_files

blueprint = Blueprint("settings", __name__, url_prefix="/ad/<departement>/reglages")


@blueprint.get("")
@access.reads_department
def show(department: Department) -> Any:
    """Show all that the association settles; the rules are those of the exercice that the address names."""
    return _page(department, _asked_year(department, request.args.get("exercice", "")))


def _years() -> list[SchoolYear]:
    """Give the exercices from which rules may hold: the one that ends, the one that begins, the next."""
    current = SchoolYear.containing(clock.today())
    return [SchoolYear(current.start + gap) for gap in (-1, 0, 1)]


def _asked_year(department: Department, label: str) -> SchoolYear:
    """Give that exercice, else the first whose rules still change."""
    years = _years()
    asked = next((year for year in years if year.label == label), None)
    still = (year for year in years if not settings_rows.frozen_years(department.code, year.start))
    return asked or next(still, years[-1])


def _page(
    department: Department, year: SchoolYear, refused: Mapping[str, Part] | None = None, status: int = 200,
    conflict: str = "", logo_fault: str = "",
) -> Any:  # fmt: skip
    """Show the page; `refused` is a form that was not kept, by its part, beside all others as they are stored."""
    code = department.code
    profile, settings = settings_rows.profile_of(code), settings_rows.settings_for(code, year.start)
    forms = {**_stored(code, profile, settings, year), **(refused or {})}
    seals = {part: seal(profile_part(profile, part)) for part in ("contact", "identifiants", "textes")}
    seals |= {part: seal(rules_part(settings, part)) for part in ("regles", "documents")}
    shown = {
        "department": department, "profile": profile, "settings": settings, "forms": forms, "seals": seals,
        "year": year, "years": _years(), "frozen": settings_rows.frozen_years(code, year.start),
        "later": next((first for first in settings_rows.versions_of(code) if first > year.start), None),
        "most": MOST_DOCUMENTS, "conflict": conflict, "logo_fault": logo_fault, "changes": _changes(code),
        "faults": [*_logo_faults(logo_fault), *(fault for form in forms.values() for fault in form.faults)],
        "place": url_for("settings.show", departement=code), "SchoolYear": SchoolYear,
    }  # fmt: skip
    return render_template("settings/page.html", **shown), status


def _logo_faults(fault: str) -> list[tuple[str, str]]:
    """Give what is wrong with the logo as the faults of a form are given: the id of its field, and the words."""
    return [("logo-fichier", fault)] if fault else []


def _stored(code: str, profile: Profile, settings: Settings, year: SchoolYear) -> dict[str, Part]:
    """Give the form of each part as it is stored."""
    return {
        "contact": ContactForm.of(profile), "identifiants": SchemeForm.offered(code, profile=profile),
        "textes": TextsForm.of(profile), "regles": RulesForm.of(settings, year),
        "documents": DocumentsForm.of(settings),
    }  # fmt: skip


def _changes(department: str) -> list[tuple[Any, str, Any]]:
    """Give the last changes: each with the part of the page, and what changed in words."""
    lines = settings_rows.last_changes(department)
    parts = [SETTINGS_PARTS.get(line.subject.partition(":")[2], "Réglages") for line in lines]
    changed = [differences(line.before, line.after, Chart(())) for line in lines]
    return list(zip(lines, parts, changed, strict=True))


# ---- Who the association is, and its words


@blueprint.post("/contact")
@access.writes_department
def save_contact(department: Department) -> Any:
    """Keep how the association is reached."""
    return _save_profile(department, "contact", ContactForm(request.form))


@blueprint.post("/identifiants")
@access.writes_department
def save_scheme(department: Department) -> Any:
    """Keep what new cooperatives are called by."""
    return _save_profile(department, "identifiants", SchemeForm.offered(department.code, request.form))


@blueprint.post("/textes")
@access.writes_department
def save_texts(department: Department) -> Any:
    """Keep what the association writes to its mandataires."""
    return _save_profile(department, "textes", TextsForm(request.form))


def _save_profile(department: Department, part: str, form: Any) -> Any:
    year = _asked_year(department, "")
    if not form.checked():
        return _page(department, year, {part: form}, 422)
    try:
        changed = actions.save_profile(access.actor_here(), department.code, part, form.seen, form.values())
    except Conflict as conflict:
        return _both(department, year, part, form, conflict)
    return _back(department, part, changed)


def _both(department: Department, year: SchoolYear, part: str, form: Any, conflict: Conflict) -> Any:
    """Show what is stored now beside what was typed, which a second save then replaces."""
    code = department.code
    profile, settings = settings_rows.profile_of(code), settings_rows.settings_for(code, year.start)
    now = _stored(code, profile, settings, year)[part]
    for field in form:
        if not isinstance(field, KeptField) and _words(field) != _words(now[field.name]):
            form.refuse(field.name, f"Enregistré maintenant : {_words(now[field.name]) or 'rien'}.")
    return _page(department, year, {part: form}, conflict.status, conflict.message)


def _words(field: Any) -> str:
    """Give what a field says, as a person reads it."""
    if isinstance(field.data, bool):
        return "demandé" if field.data else "non demandé"
    said = french_date(field.data) if isinstance(field.data, date) else str(field._value())
    return dict(getattr(field, "choices", None) or ()).get(said, said)


def _back(department: Department, part: str, changed: bool, year: SchoolYear | None = None) -> Any:
    flash("Réglages enregistrés." if changed else "Rien n’a changé.", "done")
    label = year.label if year else None
    return go(url_for("settings.show", departement=department.code, exercice=label, _anchor=f"s-{part}"))


# ---- Logo


@blueprint.get("/logo")
@access.reads_department
def logo(department: Department) -> Any:
    """Serve the logo to whoever looks at the page."""
    digest = settings_rows.profile_of(department.code).logo
    if not digest:
        raise NotFound(access.NOT_FOUND)
    return served.logo(digest)


@blueprint.post("/logo")
@access.writes_department
@takes_files
def send_logo(department: Department) -> Any:
    """Keep another logo."""
    try:
        sent = next(read_files(accepted(request.files.getlist("fichiers"))))
        digest = actions.keep_logo(sent.data, current_app.config["STORAGE"])
    except Refusal as refusal:
        if refusal.status != Refusal.status:
            raise
        return _page(department, _asked_year(department, ""), status=422, logo_fault=refusal.message)
    return _back(department, "logo", actions.set_logo(access.actor_here(), department.code, digest))


@blueprint.post("/logo/retirer")
@access.writes_department
def remove_logo(department: Department) -> Any:
    """Print no logo any more."""
    return _back(department, "logo", actions.set_logo(access.actor_here(), department.code, ""))


# ---- Rules


@blueprint.post("/regles/<annee:annee>")
@access.writes_department
def save_rules(department: Department, annee: str) -> Any:
    """Keep the closing, the bilan and the signatures of an exercice and those that follow."""
    year, form = _written_year(annee), RulesForm(request.form)
    if not form.checked_for(year):
        return _page(department, year, {"regles": form}, 422)
    return _save_rules(department, year, "regles", form, form.values(year))


@blueprint.post("/documents/<annee:annee>")
@access.writes_department
def save_documents(department: Department, annee: str) -> Any:
    """Keep which documents are asked for in an exercice and those that follow."""
    year, form = _written_year(annee), AskedForm(request.form)
    if not form.checked():
        return _page(department, year, {"documents": form}, 422)
    values = {"waived": form.waived, "own_documents": actions.numbered(department.code, form.typed)}
    return _save_rules(department, year, "documents", form, values)


def _written_year(label: str) -> SchoolYear:
    year = next((year for year in _years() if year.label == label), None)
    if year is None:
        raise NotFound(access.NOT_FOUND)
    return year


def _save_rules(department: Department, year: SchoolYear, part: str, form: Part, values: dict[str, Any]) -> Any:
    try:
        changed = actions.save_rules(access.actor_here(), department.code, year, part, form.seen, values)
    except Conflict as conflict:
        return _both(department, year, part, form, conflict)
    return _back(department, part, changed, year)
