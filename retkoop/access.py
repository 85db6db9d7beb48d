"""Who is here and what they may reach: the loaders are the only way to an object.

Each view declares its policy by the decorator that loads what it works on; a view without one is never served.
A stranger gets the same 404 as for what does not exist.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from retkoop import clock, models
from retkoop.audit import Actor
from retkoop.db import database
from retkoop.desks import AD, FEDERATION, MANDATAIRE, NOT_FOUND, VERIFIER, CoopDesk, Team, YearDesk, actor_of
from retkoop.errors import Conflict, Forbidden, NotFound
from retkoop.htmx import is_htmx
from retkoop.models import Cooperative, Department, Person
from retkoop.own_account import gate, note_lack
from retkoop.quitus_rows import is_over
from retkoop.school_year import SchoolYear

manager = LoginManager()


class Visitor(UserMixin):
    """A person who has signed in, as Flask-Login keeps them: the session holds a token that changes."""

    def __init__(self, person: Person) -> None:
        self.person = person

    def get_id(self) -> str:
        """Give what the session remembers: the person, and the token that ends with their sessions."""
        return f"{self.person.id}:{self.person.session_token}"


def init_app(app: Flask) -> None:
    """Wire sign-in into the application."""
    manager.init_app(app)
    manager.session_protection = None
    app.before_request(_require_policy)


@manager.user_loader
def load_visitor(token: str) -> Visitor | None:
    """Give the person of a session, unless it was ended or the account disabled."""
    number, _, session_token = token.partition(":")
    person = Person.get_or_none(Person.id == int(number)) if number.isdigit() else None
    if person is None or person.disabled or person.session_token != session_token or is_over(person, clock.today()):
        return None
    return Visitor(person)


def enter(person: Person, lack: str = "") -> None:
    """Begin a new session for a person; `lack`: what it lacks of a second factor."""
    session.clear()
    session.permanent = True
    login_user(Visitor(person))
    note_lack(lack)


def leave() -> None:
    """End this browser's session."""
    logout_user()
    session.clear()


def person_here() -> Person | None:
    """Give who is signed in."""
    return current_user.person if current_user.is_authenticated else None


def actor_here() -> Actor:
    """Give who acts, for the journal."""
    person = person_here()
    if person is None:
        raise Forbidden("Connectez-vous d’abord.")
    return actor_of(person)


def _require_policy() -> None:
    """Refuse to serve a view that declares no policy: better no page than an open one."""
    if request.endpoint is None or request.endpoint == "static":
        return
    view = _view_of(request.endpoint)
    if not hasattr(view, "policy"):
        raise RuntimeError(f"no access policy on {request.endpoint}")


def _view_of(endpoint: str) -> Any:
    return current_app.view_functions[endpoint]


def _policy(name: str, load: Callable[..., tuple[Any, ...]]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a decorator that loads the object of a view from its address, and names the policy."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def checked(**address: Any) -> Any:
            person = person_here()
            if name != "public" and person is None:
                return ask_to_sign_in()
            elsewhere = gate(person) if person is not None else None
            return elsewhere if elsewhere is not None else view(*load(address), **address)

        checked.policy = name  # type: ignore[attr-defined]  # a mark on the view, read by _require_policy
        return checked

    return decorate


def ask_to_sign_in() -> Any:
    """Send a reader to the sign-in page, and back afterwards; tell a writer that nothing was saved."""
    if request.method in ("GET", "HEAD") and not is_htmx():
        return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))
    g.session_ended = True
    abort(401)


def give_back() -> None:
    """Give the request's connection back: what follows (a zip to pack, a page to print) needs the database no more."""
    snapshot = g.pop("snapshot", None)
    if snapshot is not None:
        snapshot.__exit__(None, None, None)
    if g.pop("connected", False):
        database.close()


def _nothing(address: dict[str, Any]) -> tuple[Any, ...]:
    return ()


def _person(address: dict[str, Any]) -> tuple[Person]:
    person = person_here()
    assert person is not None  # noqa: S101 the decorator has asked to sign in
    return (person,)


def get_coop(address: dict[str, Any]) -> tuple[CoopDesk]:
    """Load the cooperative of an address for someone who may read it."""
    (person,) = _person(address)
    coop = models.find_coop(address.pop("identifiant"))
    if coop is None or not _may_read(person, coop):
        raise NotFound(NOT_FOUND)
    return (CoopDesk(coop, person),)


def _may_read(person: Person, coop: Cooperative) -> bool:
    if person.role == AD:
        return bool(person.department == coop.department)
    # A cooperative that became part of another is read by those who keep the books of that one.
    places = (coop.identifier, coop.merged_into) if person.role == MANDATAIRE else (coop.identifier,)
    return bool(person.department == coop.department and person.coop and person.coop in places)


def get_coop_for_writing(address: dict[str, Any]) -> tuple[CoopDesk]:
    """Load the cooperative of an address for one of its mandataires."""
    (desk,) = get_coop(address)
    _refuse_readers(desk)
    return (desk,)


def get_year(address: dict[str, Any]) -> tuple[YearDesk]:
    """Load the exercice of an address for someone who may read it."""
    label = address.pop("annee")
    (desk,) = get_coop(address)
    try:
        row = models.find_year(desk.coop, SchoolYear.parse(label).start)
    except ValueError:
        row = None
    if row is None:
        raise NotFound(NOT_FOUND)
    return (YearDesk(desk.coop, desk.person, row),)


def get_year_for_writing(address: dict[str, Any]) -> tuple[YearDesk]:
    """Load the exercice of an address for a mandataire, as long as it is open."""
    (desk,) = get_year(address)
    _refuse_readers(desk)
    if not desk.is_open:
        raise Conflict("Cet exercice est clos : plus rien ne peut y être modifié.")
    return (desk,)


def get_year_for_reporting(address: dict[str, Any]) -> tuple[YearDesk]:
    """Load the exercice of an address for a mandataire, its cahier closed or not: what is reported may still change."""
    (desk,) = get_year(address)
    _refuse_readers(desk)
    return (desk,)


def get_year_for_looking(address: dict[str, Any]) -> tuple[YearDesk]:
    """Load the exercice of an address for one of its vérificateurs: only they say what they saw."""
    (desk,) = get_year(address)
    if desk.person.role != VERIFIER:
        raise Forbidden("Seuls les vérificateurs aux comptes disent ici ce qu’ils ont vu.")
    return (desk,)


def get_year_for_drawing(address: dict[str, Any]) -> tuple[YearDesk]:
    """Load the exercice of an address for a mandataire or a vérificateur of the cooperative."""
    (desk,) = get_year(address)
    if desk.person.role != VERIFIER and not desk.may_write:
        raise Forbidden("Votre accès permet de consulter cette coopérative, pas d’y écrire.")
    return (desk,)


def _refuse_readers(desk: CoopDesk) -> None:
    if not desk.may_write:
        raise Forbidden("Votre accès permet de consulter cette coopérative, pas d’y écrire.")


def get_department(address: dict[str, Any]) -> tuple[Department]:
    """Load the association départementale of an address for its staff."""
    (person,) = _person(address)
    code = address.pop("departement")
    department = Department.get_or_none(Department.code == code)
    if department is None or person.role != AD or person.department != code:
        raise NotFound(NOT_FOUND)
    return (department,)


def get_coop_of_department(address: dict[str, Any]) -> tuple[Department, CoopDesk]:
    """Load a cooperative and its département of an address for the département’s staff."""
    (department,) = get_department(address)
    (desk,) = get_coop(address)
    if desk.coop.department != department.code:
        raise NotFound(NOT_FOUND)
    return department, desk


def get_year_of_department(address: dict[str, Any]) -> tuple[Department, YearDesk]:
    """Load an exercice and its département of an address for the département’s staff."""
    (department,) = get_department(address)
    (desk,) = get_year(address)
    if desk.coop.department != department.code:
        raise NotFound(NOT_FOUND)
    return department, desk


def get_team(address: dict[str, Any]) -> tuple[Team]:
    """Load the people of the association of an address, for them and for the fédération."""
    (person,) = _person(address)
    code = address.pop("departement")
    department = Department.get_or_none(Department.code == code)
    if department is None or not (person.role == FEDERATION or (person.role == AD and person.department == code)):
        raise NotFound(NOT_FOUND)
    return (Team(department),)


def get_federation_team(address: dict[str, Any]) -> tuple[Team]:
    """Give the fédération's own people, to them."""
    _federation(address)
    return (Team(None),)


def _staff(address: dict[str, Any]) -> tuple[Person]:
    (person,) = _person(address)
    if person.role not in (AD, FEDERATION):
        raise NotFound(NOT_FOUND)
    return (person,)


def _federation(address: dict[str, Any]) -> tuple[Any, ...]:
    (person,) = _person(address)
    if person.role != FEDERATION:
        raise NotFound(NOT_FOUND)
    return ()


public = _policy("public", _nothing)
signed_in = _policy("signed_in", _person)
reads_coop = _policy("reads_coop", get_coop)
writes_coop = _policy("writes_coop", get_coop_for_writing)
reads_year = _policy("reads_year", get_year)
writes_year = _policy("writes_year", get_year_for_writing)
writes_report = _policy("writes_report", get_year_for_reporting)
# Sending and its like: the state of the year decides, in the action itself.
writes_state = _policy("writes_state", get_year_for_reporting)
verifies_year = _policy("verifies_year", get_year_for_looking)
draws_sample = _policy("draws_sample", get_year_for_drawing)
# Not « writes_report »: accesses are given, and ended, whatever the state of the exercice.
invites_verifiers = _policy("invites_verifiers", get_year_for_reporting)
# Membership is paid in the autumn and is no part of the books: its own state decides, whatever that of the exercice.
writes_membership = _policy("writes_membership", get_year_for_reporting)
reads_department = _policy("reads_department", get_department)
writes_department = _policy("writes_department", get_department)
reads_file = _policy("reads_file", get_coop_of_department)
writes_file = _policy("writes_file", get_coop_of_department)
# The file of one exercice on the AD's desk; the state of the year decides what may become of it, in the action.
reads_year_file = _policy("reads_year_file", get_year_of_department)
writes_year_file = _policy("writes_year_file", get_year_of_department)
federation_only = _policy("federation_only", _federation)
writes_federation = _policy("writes_federation", _federation)

# The people of an AD, given and ended by each other and by the fédération; those of the fédération, by themselves.
reads_team = _policy("reads_team", get_team)
writes_team = _policy("writes_team", get_team)
reads_federation_team = _policy("reads_federation_team", get_federation_team)
writes_federation_team = _policy("writes_federation_team", get_federation_team)
# Their own second factor, which nobody else has.
keeps_code = _policy("keeps_code", _staff)


def home_of(person: Person) -> str:
    """Give the address where each role begins."""
    if person.role == AD:
        return url_for("department.dashboard", departement=person.department)
    if person.role == FEDERATION:
        return url_for("federation.dashboard")
    return url_for("home.coop", identifiant=person.coop)
