"""Signing in, in one step or two: a session that is half open opens nothing.

Until the code of the second step is given, the session holds no person, only who may try a code, and for how long: for
every view it is that of nobody.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app, redirect, session, url_for

from retkoop import access, clock, devices
from retkoop.actions import second_factor
from retkoop.audit import now
from retkoop.models import Person
from retkoop.own_account import OBLIGED, OFFERED

HALF_LIFE = timedelta(minutes=5)
_HALF = "a_moitie"


def inside(target: str) -> str:
    """Keep an address of this site only: a path, nothing that a browser reads as another host."""
    plain = target.startswith("/") and not target.startswith("//") and "\\" not in target
    return target if plain and target.isprintable() else ""


def let_in(person: Person, target: str = "") -> Any:
    """Open a session for somebody whose password is right, or ask for the code that they have set up."""
    if second_factor.factor_of(person) is None:
        return enter_wholly(person, target)
    access.leave()
    session.permanent = True
    session[_HALF] = [access.Visitor(person).get_id(), int(now().timestamp())]
    return redirect(url_for("second_factor.ask", next=target or None), 303)


def half_way() -> Person | None:
    """Give who has given a right password here, a few minutes ago at most, and whose sessions were not ended since."""
    token, since = session.get(_HALF, ("", 0))
    age = timedelta(seconds=now().timestamp() - since)
    visitor = access.load_visitor(token) if timedelta(0) <= age + timedelta(seconds=1) and age <= HALF_LIFE else None
    return visitor.person if visitor else None


def enter_wholly(person: Person, target: str = "") -> Any:
    """Open the session, and lead where the person wanted to go, or to what their account needs first."""
    asked_for = current_app.config["RETKOOP"].production
    left = second_factor.note_entry(person, clock.today(), asked_for)
    lack = "" if left is None else OBLIGED if left < 0 else OFFERED
    access.enter(person, lack)
    place = target or access.home_of(person)
    if person.must_change:
        place = url_for("auth.password")
    elif lack and asked_for:
        place = url_for("second_factor.show", next=target or None)
    return devices.remember_device(redirect(place, 303), person.lookup)
