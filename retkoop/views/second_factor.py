"""The second step of signing in, and the page by which people of an AD and of the fédération keep their codes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for

from retkoop import access, devices
from retkoop.actions import second_factor as actions
from retkoop.actions.second_factor import Proof
from retkoop.audit import now
from retkoop.errors import Refusal
from retkoop.forms.auth import BeginForm, CodeForm, ConfirmForm, ProofForm
from retkoop.htmx import go
from retkoop.models import Person
from retkoop.one_time_codes import address_of, in_fours
from retkoop.own_account import OBLIGED, lack_here
from retkoop.qr import qr_code
from retkoop.views.entering import enter_wholly, half_way, inside

blueprint = Blueprint("second_factor", __name__)

_PLACE = "/double-authentification"
_TOO_LATE = "Le délai pour donner le code est passé : recommencez."


def _key() -> str:
    return str(current_app.config["SECRET_KEY"])


# ---- The second step


@blueprint.get("/connexion/code")
@access.public
def ask() -> Any:
    """Ask whoever gave a right password for the code of their phone."""
    target = inside(request.args.get("next", ""))
    if half_way() is None:
        return _from_the_start(target)
    return render_template("auth/code.html", form=CodeForm(), next=target)


def _from_the_start(target: str) -> Any:
    """Lead back to the first step, or home who is already in."""
    here = access.person_here()
    if here is not None:
        return redirect(access.home_of(here), 303)
    flash(_TOO_LATE)
    return go(url_for("auth.sign_in", next=target or None))


@blueprint.post("/connexion/code")
@access.public
def check() -> Any:
    """Open the session, if the code is right."""
    form, target, person = CodeForm(request.form), inside(request.form.get("next", "")), half_way()
    if person is None:
        return _from_the_start(target)
    if not form.validate():
        return render_template("auth/code.html", form=form, next=target), 422
    try:
        actions.prove(_key(), person, _proof(form), now(), devices.device_of(person.lookup))
    except Refusal as refusal:
        fault = _place(form, refusal)
        return render_template("auth/code.html", form=form, next=target, fault=fault), refusal.status
    answer = enter_wholly(person, target)
    if form.secours.data:
        _tell_what_is_left(person)
    return answer


def _proof(form: CodeForm) -> Proof:
    return Proof(form.code.data or "", form.secours.data or "")


_FIELDS = {
    actions.WRONG_PASSWORD: "mot_de_passe",
    actions.WRONG_CODE: "code",
    actions.WRONG_RECOVERY: "secours",
}


def _place(form: Any, refusal: Refusal) -> str:
    """Put a refusal under the field that it is about; give it back when it is about none."""
    field = _FIELDS.get(refusal.message)
    if field is None:
        return refusal.message
    form.refuse(field, refusal.message)
    return ""


def _refused(person: Person, form: Any, about: str, refusal: Refusal) -> Any:
    return _page(person, form, about, _place(form, refusal), refusal.status)


def _tell_what_is_left(person: Person) -> None:
    left = actions.recovery_left(person)
    words = {0: "il n’en reste plus aucun", 1: "il vous en reste un seul"}.get(left, f"il vous en reste {left}")
    advice = "" if left > 2 else " Faites-en d’autres sur la page « Double authentification »."
    flash(f"Ce code de secours ne servira plus : {words}.{advice}")


# ---- One's own page


@blueprint.get(_PLACE)
@access.keeps_code
def show(person: Person) -> Any:
    """Show whether codes are asked for, the code to scan while it waits, or how to begin."""
    return _page(person)


def _page(person: Person, form: Any = None, about: str = "", fault: str = "", status: int = 200) -> Any:
    """Show the page; `about` names the form that was refused."""
    factor = actions.factor_of(person)
    secret = None if factor else actions.waiting_secret(_key(), person, now())
    obliged = lack_here() == OBLIGED
    shown = {
        "factor": factor,
        "left": actions.recovery_left(person) if factor else 0,
        "code": qr_code(address_of(secret, person.identifier)) if secret else None,
        "typed_by_hand": in_fours(secret) if secret else "",
        "days": actions.days_left(person) if lack_here() and current_app.config["RETKOOP"].production else None,
        "obliged": obliged,
        "forms": {name: form if name == about else make() for name, make in _FORMS.items()},
        "about": about,
        "fault": fault,
        "next": inside(request.values.get("next", "")),
        "home": access.home_of(person),
    }
    return render_template("second_factor/page.html", person=person, **shown), status


_FORMS = {
    "begin": BeginForm,
    "confirm": ConfirmForm,
    "renew": lambda data=None: ProofForm(data, prefix="r-"),
    "stop": lambda data=None: ProofForm(data, prefix="s-"),
}


@blueprint.post(_PLACE + "/telephone")
@access.keeps_code
def begin(person: Person) -> Any:
    """Make a code to scan."""
    form = BeginForm(request.form)
    try:
        actions.begin(_key(), person, form.mot_de_passe.data or "")
    except Refusal as refusal:
        return _refused(person, form, "begin", refusal)
    return go(url_for("second_factor.show", next=inside(request.form.get("next", "")) or None))


@blueprint.post(_PLACE)
@access.keeps_code
def confirm(person: Person) -> Any:
    """Take the first code of the phone, and show the recovery codes in this very answer alone."""
    form = ConfirmForm(request.form)
    if not form.validate():
        return _page(person, form, "confirm", status=422)
    try:
        codes = actions.confirm(_key(), access.actor_here(), person, form.code.data, now())
    except Refusal as refusal:
        return _refused(person, form, "confirm", refusal)
    access.enter(Person.get_by_id(person.id))
    return _codes(person, codes, begun=True)


def _codes(person: Person, codes: list[str], begun: bool = False) -> Any:
    place = inside(request.form.get("next", "")) or access.home_of(person)
    return render_template("second_factor/codes.html", person=person, codes=codes, begun=begun, place=place)


@blueprint.post(_PLACE + "/secours")
@access.keeps_code
def renew(person: Person) -> Any:
    """Give new recovery codes."""
    form = _FORMS["renew"](request.form)
    if not form.validate():
        return _page(person, form, "renew", status=422)
    try:
        codes = actions.renew_recovery_codes(
            _key(), access.actor_here(), person, form.mot_de_passe.data or "", _proof(form), now()
        )
    except Refusal as refusal:
        return _refused(person, form, "renew", refusal)
    return _codes(person, codes)


@blueprint.post(_PLACE + "/fin")
@access.keeps_code
def stop(person: Person) -> Any:
    """Ask for no more codes, and begin a new session without."""
    form = _FORMS["stop"](request.form)
    if not form.validate():
        return _page(person, form, "stop", status=422)
    try:
        actions.stop(_key(), access.actor_here(), person, form.mot_de_passe.data or "", _proof(form), now())
    except Refusal as refusal:
        return _refused(person, form, "stop", refusal)
    access.leave()
    flash("La double authentification est arrêtée, et vos sessions sont fermées. Reconnectez-vous.")
    return go(url_for("auth.sign_in"))
