"""The people of an association départementale, and those of the fédération: who signs in, and how that is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for

from retkoop import access, clock, staff_rows
from retkoop.actions import staff as actions
from retkoop.actions.accounts import Given, NewAccount
from retkoop.desks import Team
from retkoop.errors import Conflict, Refusal
from retkoop.forms.accounts import EndForm, StaffForm
from retkoop.htmx import go
from retkoop.models import Person
from retkoop.qr import qr_code

blueprint = Blueprint("team", __name__)

View = Callable[..., Any]
_PLACES = (
    ("", "/ad/<departement>/equipe", {"GET": access.reads_team, "POST": access.writes_team}),
    (
        "federation_",
        "/federation/equipe",
        {"GET": access.reads_federation_team, "POST": access.writes_federation_team},
    ),
)
_ONE = "/<ligne:person>"
_TWICE = " Si vous venez de le créer, donnez-lui un nouveau lien : le premier n’a été montré qu’une fois."


def _on_both(method: str, path: str = "") -> Callable[[View], View]:
    """Serve a view for the people of an AD and for those of the fédération, each under its own policy."""

    def register(view: View) -> View:
        for prefix, place, policies in _PLACES:
            blueprint.add_url_rule(place + path, prefix + view.__name__, policies[method](view), methods=[method])
        return view

    return register


@_on_both("GET")
def show(team: Team) -> Any:
    """Show who signs in, and the form of a new account."""
    return _page(team)


def _page(
    team: Team, form: StaffForm | None = None, given: Given | None = None, status: int = 200, fault: str = ""
) -> Any:
    """Show the page; a link stands in this very answer alone, for it is kept nowhere."""
    today = clock.today()
    link = url_for("coop_accounts.activation", token=given.secret, _external=True) if given else ""
    return render_template(
        "team/page.html",
        team=team,
        department=team.department,
        members=[(one, one.state(today)) for one in staff_rows.team(team.code)],
        form=form or StaffForm(data={"identifiant": actions.proposed_identifier(team.code)}),
        given=given,
        code=qr_code(link) if given else None,
        fault=fault,
        place=team.url("show"),
        myself=access.actor_here().person,
    ), status


@_on_both("POST")
def make(team: Team) -> Any:
    """Give somebody an account, with an activation link."""
    form = StaffForm(request.form)
    if not form.checked_on(clock.today()):
        return _page(team, form, status=422)
    new = NewAccount(form.identifiant.data, form.nom.data, form.mail.data, form.telephone.data, form.fin.data)
    try:
        given = actions.make_member(access.actor_here(), team.code, new)
    except Refusal as refusal:
        form.refuse("identifiant", refusal.message + (_TWICE if isinstance(refusal, Conflict) else ""))
        return _page(team, form, status=422)
    return _page(team, given=given)


@_on_both("POST", _ONE + "/lien")
def give_link(team: Team, person: int) -> Any:
    """Give somebody an activation link."""
    return _try(team, lambda: _page(team, given=actions.give_link(access.actor_here(), team.code, person)))


def _try(team: Team, act: Callable[[], Any]) -> Any:
    """Do it, or show the page with why not."""
    try:
        return act()
    except Conflict as conflict:
        return _page(team, status=422, fault=conflict.message)


@_on_both("POST", _ONE + "/fin")
def end(team: Team, person: int) -> Any:
    """End an access at once."""

    def act() -> Any:
        ended = actions.end_member(access.actor_here(), team.code, person, clock.today())
        return _back(team, f"L’accès de {_called(ended)} est terminé.")

    return _try(team, act)


@_on_both("POST", _ONE + "/retour")
def restore(team: Team, person: int) -> Any:
    """Give an access back that was ended."""
    back = actions.restore_member(access.actor_here(), team.code, person)
    return _back(team, f"L’accès de {_called(back)} est rétabli.")


@_on_both("POST", _ONE + "/dernier-jour")
def set_last_day(team: Team, person: int) -> Any:
    """Write the last day of an access."""
    form = EndForm(request.form)
    if not form.checked_on(clock.today()):
        return _page(team, status=422, fault=" ".join(text for _, text in form.faults))

    def act() -> Any:
        bounded = actions.set_last_day(access.actor_here(), team.code, person, form.fin.data)
        until = f"jusqu’au {form.fin.data:%d/%m/%Y}" if form.fin.data else "sans date de fin"
        return _back(team, f"Accès de {_called(bounded)} : {until}.")

    return _try(team, act)


@_on_both("POST", _ONE + "/sans-code")
def lift_code(team: Team, person: int) -> Any:
    """Ask for no more codes of somebody who has lost their phone."""

    def act() -> Any:
        lifted = actions.lift_code(access.actor_here(), team.code, person)
        return _back(team, f"La double authentification de {_called(lifted)} est arrêtée, ses sessions sont fermées.")

    return _try(team, act)


def _called(person: Person) -> str:
    return str(person.name or person.identifier)


def _back(team: Team, message: str) -> Any:
    flash(message, "done")
    return go(team.url("show"))
