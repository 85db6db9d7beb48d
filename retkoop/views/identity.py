"""The fiche identité: what the cooperative is, who answers for it, and how they are reached."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for

from retkoop import access
from retkoop.actions import handover
from retkoop.actions import identity as actions
from retkoop.desks import CoopDesk
from retkoop.errors import Conflict
from retkoop.forms.identity import ContactForm, CoopForm, spaced
from retkoop.htmx import go
from retkoop.models import Cooperative, Person, find_coop

blueprint = Blueprint("identity", __name__, url_prefix="/coop/<identifiant>/identite")

ROLES = {access.MANDATAIRE: "Mandataire", access.VERIFIER: "Vérificateur aux comptes"}


@blueprint.get("")
@access.reads_coop
def show(desk: CoopDesk) -> Any:
    """Show the fiche, to be kept up to date by a mandataire."""
    return _page(desk, desk.coop)


def _page(
    desk: CoopDesk, coop: Cooperative, form: CoopForm | None = None, contact: ContactForm | None = None,
    status: int = 200, conflict: str = "",
) -> Any:  # fmt: skip
    shown = {
        "coop": coop,
        "people": actions.people_of(coop),
        "roles": ROLES,
        "records": handover.handovers_of(coop),
        "form": form or _form_of(coop),
        "contact": contact or _contact_of(desk.person),
        "conflict": conflict,
        "spaced": spaced,
        "home": url_for("identity.show", identifiant=coop.identifier),
    }
    return render_template("identity/page.html", desk=desk, **shown), status


def _form_of(coop: Cooperative) -> CoopForm:
    stored = {
        "adresse": coop.address, "mail": coop.mail, "telephone": coop.phone, "effectif": coop.headcount,
        "banque": coop.bank, "compte": spaced(coop.account), "version": str(coop.version),
    }  # fmt: skip
    return CoopForm(data=stored)


def _contact_of(person: Person) -> ContactForm:
    stored = {"nom": person.name, "mail": person.mail, "telephone": person.phone}
    return ContactForm(data=stored, prefix="moi-")


@blueprint.post("")
@access.writes_coop
def save(desk: CoopDesk) -> Any:
    """Change what the cooperative may change of itself."""
    form = CoopForm(request.form)
    if not form.checked():
        return _page(desk, desk.coop, form=form, status=422)
    try:
        changed = actions.save_identity(access.actor_here(), desk.coop.identifier, form.seen, form.values())
    except Conflict as conflict:
        return _both_versions(desk, form, conflict)
    return _back(desk, "Fiche identité enregistrée." if changed else "Rien n’a changé.")


def _both_versions(desk: CoopDesk, form: CoopForm, conflict: Conflict) -> Any:
    """Show what is stored now beside what was typed, which a second save then replaces."""
    stored = find_coop(desk.coop.identifier) or desk.coop
    form.version.data = str(stored.version)
    now = _form_of(stored)
    for field in form:
        if field.name != "version" and field.data != now[field.name].data:
            form.refuse(field.name, f"Enregistré maintenant : {now[field.name].data or 'rien'}.")
    return _page(desk, stored, form=form, status=conflict.status, conflict=conflict.message)


@blueprint.post("/moi")
@access.writes_coop
def save_contact(desk: CoopDesk) -> Any:
    """Change how the person here is called and reached: nobody changes it for another, the mail opens the account."""
    form = ContactForm(request.form, prefix="moi-")
    if not form.checked():
        return _page(desk, desk.coop, contact=form, status=422)
    changed = actions.save_contact(access.actor_here(), desk.person, form.values())
    return _back(desk, "Vos coordonnées sont enregistrées." if changed else "Rien n’a changé.")


def _back(desk: CoopDesk, message: str) -> Any:
    flash(message, "done")
    return go(url_for("identity.show", identifiant=desk.coop.identifier))
