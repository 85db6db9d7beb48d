"""What somebody has to do about their own account before anything else: choose a password, set up a second factor."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, session, url_for

from retkoop.errors import Forbidden
from retkoop.htmx import is_htmx
from retkoop.models import Person

# What a session lacks of a second factor: it was offered, or nothing else is served before.
OFFERED, OBLIGED = "proposee", "obligatoire"
_LATER, _LACK = "plus_tard", "sans_code"


def gate(person: Person) -> Any:
    """Give the page that a person is led to instead of the one asked for, or None; tell a writer why."""
    if person.must_change and not session.get(_LATER) and request.blueprint != "auth":
        if _is_page():
            return redirect(url_for("auth.password"))
        raise Forbidden("Choisissez d’abord votre mot de passe.")
    if lack_here() == OBLIGED and request.blueprint not in ("auth", "second_factor"):
        if _is_page():
            return redirect(url_for("second_factor.show", next=request.full_path.rstrip("?")))
        raise Forbidden("Mettez d’abord en place la double authentification.")
    return None


def _is_page() -> bool:
    return request.method in ("GET", "HEAD") and not is_htmx()


def put_off() -> None:
    """Let this session go on with a first password."""
    session[_LATER] = True


def note_lack(lack: str) -> None:
    """Keep in a new session what it lacks, as actions/second_factor.py says."""
    if lack:
        session[_LACK] = lack


def lack_here() -> str:
    """Give what this session lacks of a second factor."""
    return str(session.get(_LACK, ""))
