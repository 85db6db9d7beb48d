"""The accounts of a cooperative's mandataires, given by their association; the page that an activation link opens."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for

from retkoop import access, clock, coop_rows, quitus_rows
from retkoop.actions import accounts as actions
from retkoop.actions.accounts import Given, NewAccount
from retkoop.desks import CoopDesk
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.forms.accounts import AccountForm, ChoosePasswordForm, EndForm
from retkoop.htmx import go
from retkoop.models import Department, Person, find_coop
from retkoop.qr import qr_code
from retkoop.views.entering import let_in

blueprint = Blueprint("coop_accounts", __name__)

_PLACE = "/ad/<departement>/coops/<identifiant>/acces"
_ONE = _PLACE + "/<ligne:person>"
GONE = "Ce lien n’est plus valable. Demandez-en un autre à votre association départementale."
_TWICE = " Si vous venez de le créer, donnez-lui un nouveau mot de passe : le premier n’a été montré qu’une fois."


@blueprint.get(_PLACE)
@access.reads_file
def show(department: Department, desk: CoopDesk) -> Any:
    """Show who signs in for a cooperative, and the form of a new account."""
    return _page(department, desk)


def _page(
    department: Department, desk: CoopDesk, form: AccountForm | None = None, given: Given | None = None,
    status: int = 200, fault: str = "",
) -> Any:  # fmt: skip
    """Show the page; a secret stands in this very answer alone, for it is kept nowhere."""
    today = clock.today()
    shown = {
        "coop": desk.coop,
        "people": [(one, _state(one, today)) for one in coop_rows.accounts_of(desk.coop)],
        "form": form or AccountForm(data={"identifiant": actions.proposed_identifier(desk.coop)}),
        "given": given,
        "code": qr_code(_link(given.secret)) if given and given.by_link else None,
        "fault": fault,
    }
    return render_template("coops/accounts.html", department=department, **shown), status


def _state(person: Person, today: date) -> str:
    """Tell in a word where an account stands."""
    if person.disabled:
        return "terminé"
    if quitus_rows.is_over(person, today):
        return "mandat fini"
    if coop_rows.waits(person):
        return "jamais utilisé"
    return "mot de passe provisoire" if person.must_change else "en service"


def _link(secret: str) -> str:
    return url_for("coop_accounts.activation", token=secret, _external=True)


@blueprint.post(_PLACE)
@access.writes_file
def make(department: Department, desk: CoopDesk) -> Any:
    """Give somebody an account, with a first password or an activation link."""
    form, by_link = AccountForm(request.form), request.form.get("acces") == "lien"
    if not form.checked_on(clock.today()):
        return _page(department, desk, form, status=422)
    new = NewAccount(form.identifiant.data, form.nom.data, form.mail.data, form.telephone.data, form.fin.data)
    try:
        given = actions.make_account(access.actor_here(), desk.coop, new, by_link)
    except Refusal as refusal:
        form.refuse("identifiant", refusal.message + (_TWICE if isinstance(refusal, Conflict) else ""))
        return _page(department, desk, form, status=422)
    return _page(department, desk, given=given)


@blueprint.post(_ONE + "/mot-de-passe")
@access.writes_file
def give_password(department: Department, desk: CoopDesk, person: int) -> Any:
    """Give somebody a new first password."""
    return _page(department, desk, given=actions.give_password(access.actor_here(), desk.coop, person))


@blueprint.post(_ONE + "/lien")
@access.writes_file
def give_link(department: Department, desk: CoopDesk, person: int) -> Any:
    """Give somebody an activation link."""
    return _page(department, desk, given=actions.give_link(access.actor_here(), desk.coop, person))


@blueprint.post(_ONE + "/fin")
@access.writes_file
def end(department: Department, desk: CoopDesk, person: int) -> Any:
    """End an access at once."""
    ended = actions.end_account(access.actor_here(), desk.coop, person)
    return _back(department, desk, f"L’accès de {_called(ended)} est terminé.")


@blueprint.post(_ONE + "/retour")
@access.writes_file
def restore(department: Department, desk: CoopDesk, person: int) -> Any:
    """Give an access back that was ended."""
    back = actions.restore_account(access.actor_here(), desk.coop, person)
    return _back(department, desk, f"L’accès de {_called(back)} est rétabli.")


@blueprint.post(_ONE + "/mandat")
@access.writes_file
def set_end(department: Department, desk: CoopDesk, person: int) -> Any:
    """Write the last day of a mandate."""
    form = EndForm(request.form)
    if not form.checked_on(clock.today()):
        return _page(department, desk, status=422, fault=" ".join(text for _, text in form.faults))
    bounded = actions.set_end(access.actor_here(), desk.coop, person, form.fin.data)
    until = f"jusqu’au {form.fin.data:%d/%m/%Y}" if form.fin.data else "sans date de fin"
    return _back(department, desk, f"Mandat de {_called(bounded)} : {until}.")


def _called(person: Person) -> str:
    return str(person.name or person.identifier)


def _back(department: Department, desk: CoopDesk, message: str) -> Any:
    flash(message, "done")
    return go(url_for("coop_accounts.show", departement=department.code, identifiant=desk.coop.identifier))


# ---- By a link: nothing is opened before somebody has chosen a password


@blueprint.get("/activation/<token>")
@access.public
def activation(token: str) -> Any:
    """Ask who holds the link for a password."""
    return _activation_page(_invited(token), token, ChoosePasswordForm())


def _activation_page(guest: Person, token: str, form: ChoosePasswordForm, status: int = 200) -> Any:
    coop, department = find_coop(guest.coop or ""), Department.get_or_none(Department.code == guest.department)
    shown = {"guest": guest, "coop": coop, "department": department, "token": token, "form": form}
    return render_template("coops/activation.html", **shown), status


@blueprint.post("/activation/<token>")
@access.public
def activate(token: str) -> Any:
    """Keep the password, and begin a new session, whoever was signed in here before."""
    guest, form = _invited(token), ChoosePasswordForm(request.form)
    if not form.validate():
        return _activation_page(guest, token, form, 422)
    try:
        person = actions.activate(token, form.nouveau.data or "", clock.today())
    except (NotFound, Conflict):
        raise NotFound(GONE) from None
    except Refusal as refusal:
        form.refuse("nouveau", refusal.message)
        return _activation_page(guest, token, form, 422)
    answer = let_in(person)
    flash(f"Bienvenue. Votre identifiant est {person.identifier} : notez-le avec votre mot de passe.", "done")
    return answer


def _invited(token: str) -> Person:
    """Load whose link it is; any other gets the same answer."""
    person = actions.find_activation(token, clock.today())
    if person is None:
        raise NotFound(GONE)
    return person
