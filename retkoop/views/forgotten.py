"""« Mot de passe oublié »: asking for a link, and choosing a new password by it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request

from retkoop import access
from retkoop.actions import forgotten
from retkoop.audit import now
from retkoop.errors import Refusal
from retkoop.forms.auth import ForgottenForm, NewPasswordForm
from retkoop.htmx import go
from retkoop.mail import digest_of

blueprint = Blueprint("forgotten", __name__, url_prefix="/mot-de-passe")

ASKED = (
    "Si un compte porte cet identifiant et qu’une adresse mail y est notée, un lien vient de lui être écrit. "
    "Il sert une seule fois, dans les 24 heures."
)
GONE = "Ce lien n’est plus valable : il a déjà servi, ou il est trop ancien. Demandez-en un autre."


@blueprint.get("/oublie")
@access.public
def show() -> Any:
    """Ask who forgot their password."""
    return render_template("auth/forgotten.html", form=ForgottenForm())


@blueprint.post("/oublie")
@access.public
def ask() -> Any:
    """Note it; the answer is the same whether there is such an account or not."""
    form = ForgottenForm(request.form)
    form.validate()
    if not form.identifiant.data and not form.faults:
        form.refuse("identifiant", "Écrivez votre identifiant.")
    if form.faults:
        return render_template("auth/forgotten.html", form=form), 422
    try:
        forgotten.request_password(form.identifiant.data, request.remote_addr or "")
    except Refusal as refusal:
        return render_template("auth/forgotten.html", form=form, fault=refusal.message), refusal.status
    flash(ASKED)
    return go("/connexion")


@blueprint.get("/nouveau/<token>")
@access.public
def choose(token: str) -> Any:
    """Show the form of a new password; what only fetches the link uses nothing up."""
    return _page(token, NewPasswordForm())


def _page(token: str, form: NewPasswordForm, fault: str = "", status: int = 200) -> Any:
    person = forgotten.find_request(digest_of(token), now())
    if person is None:
        return render_template("auth/forgotten.html", form=ForgottenForm(), fault=GONE), 422
    return render_template("auth/new_password.html", form=form, token=token, person=person, fault=fault), status


@blueprint.post("/nouveau/<token>")
@access.public
def change(token: str) -> Any:
    """Keep the new password, and use the link up."""
    form = NewPasswordForm(request.form)
    if not form.validate():
        return _page(token, form, status=422)
    try:
        changed = forgotten.choose_password(digest_of(token), form.nouveau.data or "")
    except Refusal as refusal:
        return _page(token, form, refusal.message, refusal.status)
    if not changed:
        return _page(token, form)
    access.leave()
    flash("Votre mot de passe est changé : connectez-vous.")
    return go("/connexion")
