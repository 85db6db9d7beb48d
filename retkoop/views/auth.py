"""Signing in and out, and the password."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request

from retkoop import access, clock, devices
from retkoop.actions import people
from retkoop.errors import Forbidden, Refusal
from retkoop.forms.auth import PasswordForm, SignInForm
from retkoop.htmx import go
from retkoop.ledger_page import MODES
from retkoop.models import Person
from retkoop.own_account import lack_here, put_off
from retkoop.quitus_rows import is_over
from retkoop.views.entering import inside, let_in

blueprint = Blueprint("auth", __name__)


@blueprint.get("/")
@access.signed_in
def root(person: Person) -> Any:
    """Send each role home."""
    return redirect(access.home_of(person), 303)


@blueprint.get("/connexion")
@access.public
def sign_in() -> Any:
    """Show the sign-in page."""
    person = access.person_here()
    if person is not None:
        return redirect(access.home_of(person), 303)
    return render_template("auth/sign_in.html", form=SignInForm(), next=inside(request.args.get("next", "")))


@blueprint.post("/connexion")
@access.public
def enter() -> Any:
    """Sign in: the same answer for an unknown identifier and a wrong password."""
    form = SignInForm(request.form)
    target = inside(request.form.get("next", ""))
    try:
        who = form.identifiant.data
        device = devices.device_of(people.lookup_form(who))
        person = people.sign_in(who, form.mot_de_passe.data or "", request.remote_addr or "", device)
    except Refusal as refusal:
        return render_template("auth/sign_in.html", form=form, next=target, fault=refusal.message), refusal.status
    if person is None:
        fault = "Identifiant ou mot de passe inconnu. Vérifiez les majuscules du mot de passe."
        return render_template("auth/sign_in.html", form=form, next=target, fault=fault), 422
    if is_over(person, clock.today()):
        fault = f"Votre accès a pris fin le {person.expires_on:%d/%m/%Y} : demandez {_keeper(person)} de le prolonger."
        return render_template("auth/sign_in.html", form=form, next=target, fault=fault), 422
    return let_in(person, target)


def _keeper(person: Person) -> str:
    """Name who gives somebody their access."""
    if person.role == access.AD:
        return "à un collègue ou à la fédération"
    if person.role == access.FEDERATION:
        return "à un collègue"
    return "au mandataire" if person.role == access.VERIFIER else "à votre association départementale"


@blueprint.post("/preferences/cahier")
@access.signed_in
def choose_ledger_view(person: Person) -> Any:
    """Remember in which mode this person reads and types the cahier, and lead back to it."""
    mode = request.form.get("mode", "")
    if mode not in MODES:
        raise Refusal("Cette présentation du cahier n’existe pas.")
    people.choose_ledger_view(person, mode)
    return redirect(inside(request.form.get("retour", "")) or access.home_of(person), 303)


@blueprint.get("/deconnexion")
@access.signed_in
def confirm_sign_out(person: Person) -> Any:
    """Ask before signing out: an address must not change anything by itself."""
    return render_template("auth/sign_out.html")


@blueprint.post("/deconnexion")
@access.signed_in
def sign_out(person: Person) -> Any:
    """Sign out, everywhere."""
    people.end_sessions(person)
    access.leave()
    flash("Vous êtes déconnecté.")
    return go("/connexion")


@blueprint.get("/mot-de-passe")
@access.signed_in
def password(person: Person) -> Any:
    """Show the form that changes the password."""
    _refuse_link(person)
    return _password_page(person, PasswordForm())


def _refuse_link(person: Person) -> None:
    """Who entered by a link has no password of theirs, and writes nothing of the kind."""
    if person.link_digest is not None:
        raise Forbidden("Vous êtes entré par un lien : il n’y a pas de mot de passe à changer.")


def _password_page(person: Person, form: PasswordForm, fault: str = "", status: int = 200) -> Any:
    left = people.POSTPONEMENTS - person.postponements
    return render_template("auth/password.html", form=form, person=person, left=left, fault=fault), status


@blueprint.post("/mot-de-passe")
@access.signed_in
def change_password(person: Person) -> Any:
    """Change the password; the other sessions of the person end."""
    _refuse_link(person)
    form = PasswordForm(request.form)
    if not form.validate():
        return _password_page(person, form, status=422)
    try:
        people.change_password(access.actor_here(), person, form.actuel.data or "", form.nouveau.data or "")
    except Refusal as refusal:
        return _password_page(person, form, refusal.message, refusal.status)
    access.enter(person, lack_here())
    flash("Votre mot de passe est changé. Vos autres sessions sont fermées.")
    return go(access.home_of(person))


@blueprint.post("/mot-de-passe/plus-tard")
@access.signed_in
def postpone(person: Person) -> Any:
    """Put the change of a first password off, a few times."""
    _refuse_link(person)
    left = people.postpone_change(person)
    put_off()
    flash(f"Pensez à changer votre mot de passe provisoire : vous pourrez le remettre encore {left} fois.")
    return go(access.home_of(person))
