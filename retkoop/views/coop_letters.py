"""Letters that hand out first passwords: a few at once, many as long work."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from retkoop import access, clock
from retkoop.access_letters import FORMS, printed_letters
from retkoop.actions import jobs
from retkoop.actions import letters as actions
from retkoop.actions.letters import ALL, MOST_AT_ONCE, NEW
from retkoop.errors import Conflict, Refusal
from retkoop.htmx import go
from retkoop.models import Department
from retkoop.school_year import SchoolYear
from retkoop.views.shared import sent_key

blueprint = Blueprint("coop_letters", __name__, url_prefix="/ad/<departement>/coops/lettres")


@blueprint.get("")
@access.writes_department
def show(department: Department) -> Any:
    """Show how many letters there are to make, and what making them does."""
    return _page(department)


def _page(department: Department, fault: str = "", status: int = 200) -> Any:
    waiting = actions.waiting(department.code, clock.today())
    shown = {"waiting": waiting, "most": actions.MOST_AT_ONCE, "fault": fault, "new": NEW, "all": ALL}
    return render_template("coops/letters.html", department=department, **shown), status


@blueprint.post("")
@access.writes_department
def make(department: Department) -> Any:
    """Print the letters, then give their accounts the passwords that they tell: none before all is printed."""
    which = ALL if request.form.get("lesquelles") == ALL else NEW
    form, today = request.form.get("forme", ""), clock.today()
    if form not in FORMS:
        return _page(department, "Choisissez des lettres ou un tableau.", 422)
    if actions.waiting(department.code, today).of(which) > MOST_AT_ONCE:
        return _ask(department, which, form)
    letters = actions.prepared(department.code, which, today)
    try:
        printed = printed_letters(department, letters, form, url_for("auth.sign_in", _external=True))
        actions.keep(access.actor_here(), department.code, letters, actions.hashes(letters), sent_key())
    except Conflict as conflict:
        return _page(department, conflict.message, conflict.status)
    except Refusal as refusal:
        return _page(department, refusal.message, refusal.status)
    answer = Response(printed, mimetype=FORMS[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="lettres-{department.code}.{form}"'
    return answer


def _ask(department: Department, which: str, form: str) -> Any:
    """Have them made apart from this request."""
    year = SchoolYear.containing(clock.today())
    number = jobs.ask(access.actor_here(), department.code, "lettres", year, f"{which} {form}")
    return go(url_for("jobs.show", departement=department.code, number=number))
