"""What the fédération announces on the home pages of those concerned, and their « J’ai lu »."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for

from retkoop import access, clock, federation_rows
from retkoop.actions import announcements as actions
from retkoop.announcements import AUDIENCES, Notice
from retkoop.errors import Conflict, NotFound
from retkoop.forms.federation import AnnouncementForm, seen_version
from retkoop.htmx import go
from retkoop.models import Person
from retkoop.views.shared import sent_key

blueprint = Blueprint("announcements", __name__)

PLACE = "/federation/annonces"


@blueprint.get(PLACE)
@access.federation_only
def show() -> Any:
    """List every announcement, those that are over too."""
    notices = federation_rows.all_announcements()
    return render_template("federation/announcements.html", notices=notices, today=clock.today(), audiences=AUDIENCES)


@blueprint.get(PLACE + "/nouvelle")
@access.writes_federation
def new() -> Any:
    """Show the form of a new announcement: from today, for a month."""
    today = clock.today()
    return _form_page(AnnouncementForm(data={"du": today, "au": today + timedelta(days=30), "public": "tous"}))


def _form_page(form: AnnouncementForm, notice: Notice | None = None, status: int = 200) -> Any:
    return render_template("federation/announcement.html", form=form, notice=notice), status


@blueprint.post(PLACE + "/nouvelle")
@access.writes_federation
def announce() -> Any:
    """Keep a new announcement."""
    form = AnnouncementForm(request.form)
    if not form.checked():
        return _form_page(form, status=422)
    actions.announce(access.actor_here(), form.values(), sent_key())
    flash(f"L’annonce « {form.titre.data} » est enregistrée.", "done")
    return go(url_for("announcements.show"))


@blueprint.get(PLACE + "/<ligne:number>")
@access.writes_federation
def edit(number: int) -> Any:
    """Show an announcement to be corrected."""
    notice = _notice(number)
    stored = {
        "titre": notice.title, "texte": notice.text, "public": notice.audience, "du": notice.from_day,
        "au": notice.to_day, "version": str(notice.version),
    }  # fmt: skip
    return _form_page(AnnouncementForm(data=stored), notice)


def _notice(number: int) -> Notice:
    found = federation_rows.announcement(number)
    if found is None:
        raise NotFound(access.NOT_FOUND)
    return found


@blueprint.post(PLACE + "/<ligne:number>")
@access.writes_federation
def correct(number: int) -> Any:
    """Correct an announcement."""
    form = AnnouncementForm(request.form)
    if not form.checked():
        return _form_page(form, _notice(number), 422)
    try:
        actions.correct(access.actor_here(), number, seen_version(form.version.data), form.values())
    except Conflict as conflict:
        stored = _notice(number)
        form.version.data = str(stored.version)
        form.refuse("titre", f"{conflict.message} Relisez, puis enregistrez de nouveau.")
        return _form_page(form, stored, conflict.status)
    flash(f"L’annonce « {form.titre.data} » est enregistrée.", "done")
    return go(url_for("announcements.show"))


@blueprint.post(PLACE + "/<ligne:number>/terminer")
@access.writes_federation
def end(number: int) -> Any:
    """Show an announcement no more from today on."""
    actions.end(access.actor_here(), number, clock.today())
    flash("L’annonce n’est plus montrée.", "done")
    return go(url_for("announcements.show"))


@blueprint.post("/annonces/<ligne:number>/lu")
@access.signed_in
def put_away(person: Person, number: int) -> Any:
    """Show an announcement to this person no more, and go back home."""
    actions.put_away(access.actor_here(), person, number, clock.today())
    return go(access.home_of(person))
