"""« Je passe la main »: the checklist of a handover, and its record to sign and print."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for

from retkoop import access, clock, year_rows
from retkoop.actions import handover as actions
from retkoop.actions.identity import people_of
from retkoop.desks import CoopDesk, YearDesk
from retkoop.errors import Refusal
from retkoop.exports import pdf as printer
from retkoop.forms.handover import HandoverForm
from retkoop.handover import Point, checklist, reservations, written
from retkoop.htmx import go
from retkoop.models import Department, Person
from retkoop.school_year import SchoolYear
from retkoop.views.shared import row_here, sent_key
from retkoop.year_states import VALIDATED

blueprint = Blueprint("handover", __name__, url_prefix="/coop/<identifiant>/identite")


@blueprint.get("/passation")
@access.reads_coop
def show(desk: CoopDesk) -> Any:
    """Show what is in order, and the form of the record."""
    return _page(desk, _year(desk))


def _blank(desk: CoopDesk, people: list[Person]) -> HandoverForm:
    """Give the form from the person here to the only other mandataire, if there is but one."""
    others = [person.name for person in people if person.role == access.MANDATAIRE and person.id != desk.person.id]
    taker = others[0] if len(others) == 1 else ""
    return HandoverForm(data={"sortant": desk.person.name, "entrant": taker, "date": clock.today()})


def _year(desk: CoopDesk) -> YearDesk | None:
    """Give the exercice that is handed over: the one that was asked for, else the last that is over and not validated.

    Else the one that was over lately, whose books are what is handed over in autumn; then the one under way.
    """
    asked, today = request.values.get("exercice", ""), clock.today()
    years = [YearDesk(desk.coop, desk.person, row) for row in desk.years]
    over = [year for year in years if year.year.last_day <= today]
    unfinished = [year for year in over if year.row.state != VALIDATED]
    lately = [year for year in over if (today - year.year.last_day).days <= _AUTUMN]
    named = [year for year in years if year.year.label == asked]
    return next(iter([*named, *unfinished[:1], *lately[:1], *years]), None)


# For so many days after 31 August the new exercice has little to hand over.
_AUTUMN = 90


def _page(desk: CoopDesk, year: YearDesk | None, form: HandoverForm | None = None, status: int = 200) -> Any:
    people = people_of(desk.coop)
    shown = {
        "year": year,
        "points": _points(year) if year else (),
        "mends": MENDS,
        "form": form or _blank(desk, people),
        "others": _others(desk, year),
        "names": [person.name or person.identifier for person in people if person.role == access.MANDATAIRE],
        "fiche": url_for("identity.show", identifiant=desk.coop.identifier),
    }
    return render_template("handover/page.html", desk=desk, **shown), status


def _others(desk: CoopDesk, year: YearDesk | None) -> list[str]:
    """Name the last exercices that may be handed over instead."""
    labels = [SchoolYear(row.start_year).label for row in desk.years[:2]]
    return [label for label in labels if year and label != year.year.label]


# Where each point of the checklist is put in order.
MENDS = {
    "cloture": "closing.show", "documents": "year_documents.show", "regies": "advances.show",
    "releve": "reconciliation.show", "caisse": "cash.show",
}  # fmt: skip


def _points(year: YearDesk) -> tuple[Point, ...]:
    failing = {finding.code for finding in year.verdict.findings}
    given, moves = year_rows.documents_of(year.key), year_rows.moves_of(year.key)
    over = year.year.last_day <= clock.today()
    return checklist(year.facts, year.row.state, failing, given, moves, over)


@blueprint.post("/passation")
@access.writes_coop
def make(desk: CoopDesk) -> Any:
    """Write the record, with what is not in order told in it."""
    year, form = _year(desk), HandoverForm(request.form)
    if year is None:
        raise Refusal("Ouvrez d’abord un exercice : il n’y a encore rien à transmettre.")
    if not form.checked(year.year.first_day, clock.today()):
        return _page(desk, year, form, 422)
    content = written(year.facts, _points(year), form.together, form.remarques.data)
    told = actions.Told(form.date.data, form.sortant.data, form.entrant.data, content, sent_key())
    number = actions.record_handover(access.actor_here(), year.key, told)
    flash(_said(desk, number), "done")
    return go(_address(desk, number))


def _said(desk: CoopDesk, number: int) -> str:
    """Say whether the author has signed: who records a handover between two others has not."""
    found = row_here(actions.handovers_of(desk.coop), number)
    if any(one.person == desk.person.id for one in found.signatures):
        return "Procès-verbal de passation enregistré et signé en votre nom."
    return "Procès-verbal de passation enregistré : les deux personnes qu’il nomme ont à le signer."


def _address(desk: CoopDesk, number: int) -> str:
    return url_for("handover.record", identifiant=desk.coop.identifier, number=number)


@blueprint.get("/passations/<int:number>")
@access.reads_coop
def record(desk: CoopDesk, number: int) -> Any:
    """Show a record."""
    return render_template("handover/record.html", **_told(desk, number))


def _told(desk: CoopDesk, number: int) -> dict[str, Any]:
    """Give what the screen and the paper show."""
    found = row_here(actions.handovers_of(desk.coop), number)
    return {
        "desk": desk,
        "record": found,
        "reservations": reservations(found.content),
        "day_of": date.fromisoformat,
        "signed": any(signature.person == desk.person.id for signature in found.signatures),
        "may_sign": desk.may_write and found.accounts.let_sign(desk.person.id),
        "department": Department.get_by_id(desk.coop.department),
        "fiche": url_for("identity.show", identifiant=desk.coop.identifier),
    }


@blueprint.post("/passations/<int:number>/signature")
@access.writes_coop
def sign(desk: CoopDesk, number: int) -> Any:
    """Sign a record from one's own account; a second click changes nothing."""
    signed = actions.sign_handover(access.actor_here(), desk.coop.department, desk.coop.identifier, number)
    flash("Procès-verbal signé." if signed else "Vous l’avez déjà signé.", "done")
    return go(_address(desk, number))


@blueprint.get("/passations/<int:number>.pdf")
@access.reads_coop
def pdf(desk: CoopDesk, number: int) -> Any:
    """Give a record on paper, to be signed by hand."""
    html = render_template("print/handover.html", css=printer.stylesheet(), today=clock.today(), **_told(desk, number))
    access.give_back()
    answer = Response(printer.render(html), mimetype="application/pdf")
    name = re.sub(r"[^\w-]", "", f"passation-{desk.coop.identifier}-{number}", flags=re.ASCII)
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer
