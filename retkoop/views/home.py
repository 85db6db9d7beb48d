"""The home of a cooperative and of an exercice, and the state of the service."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request, url_for

from retkoop import access, clock, federation_rows, journal_rows, reports
from retkoop.actions import years
from retkoop.announcements import Notice
from retkoop.db import database
from retkoop.desks import CoopDesk, YearDesk
from retkoop.direct import DIRECT
from retkoop.htmx import go
from retkoop.models import Year
from retkoop.school_year import SchoolYear
from retkoop.views.shared import why_sent_back
from retkoop.year_states import OPEN, REPORTED_IN, VALIDATION, last_sent_back

blueprint = Blueprint("home", __name__)


@blueprint.get("/coop/<identifiant>/")
@access.reads_coop
def coop(desk: CoopDesk) -> Any:
    """Show the exercice where people work, or how to open the first one."""
    if desk.years:
        return redirect(_address(desk, SchoolYear(_current(desk.years).start_year)), 303)
    year = SchoolYear.containing(clock.today())
    return render_template("home/empty.html", desk=desk, year=year, announced=_announced(desk))


def _current(years_there: list[Year]) -> Year:
    """Give the year to work in: the oldest that is not closed, else the latest."""
    still_open = [row for row in _kept_here(years_there) if row.state == OPEN]
    return still_open[-1] if still_open else years_there[0]


def _kept_here(years_there: list[Year]) -> list[Year]:
    """Leave out the earlier exercices that the association types in: its own follow none of them."""
    first = max((row.start_year for row in years_there if not row.follows), default=0)
    return [row for row in years_there if row.mode != DIRECT or row.start_year >= first]


def _address(desk: CoopDesk, year: SchoolYear) -> str:
    return url_for("home.year", identifiant=desk.coop.identifier, annee=year.label)


@blueprint.post("/coop/<identifiant>/exercices")
@access.writes_coop
def open_year(desk: CoopDesk) -> Any:
    """Open an exercice: the current one, or the one that follows the last."""
    bank_account = "514" if request.form.get("compte_bancaire") == "514" else "512"
    current = SchoolYear.containing(clock.today())
    following = SchoolYear(desk.years[0].start_year + 1) if desk.years else current
    year = min(following, current)
    years.open_year(access.actor_here(), desk.coop, year, bank_account)
    flash(f"L’exercice {year.label} est ouvert.")
    return go(_address(desk, year))


@blueprint.get("/coop/<identifiant>/<annee:annee>/")
@access.reads_year
def year(desk: YearDesk) -> Any:
    """Show the tiles of an exercice and where it stands."""
    latest, kept = SchoolYear(desk.years[0].start_year), _kept_here(desk.years)
    follows = latest.start < SchoolYear.containing(clock.today()).start and desk.coop.closed_on is None
    return render_template(
        "home/year.html",
        desk=desk,
        bank=reports.bank_balance(desk.facts),
        cash=reports.cash_balance(desk.facts),
        ticked=reports.ticked_balance(desk.facts),
        previous=latest,
        following=SchoolYear(latest.start + 1) if follows and desk.may_write else None,
        # As long as another cahier is open, opening the next one is not the one thing to do.
        all_closed=all(row.state != OPEN for row in kept),
        # What waits in an earlier exercice stays in sight of those who work in a later one.
        unfinished=[row for row in kept if row.start_year < desk.row.start_year and row.state in REPORTED_IN],
        back=(back := last_sent_back(desk.standing.moves)),
        reasons=why_sent_back(desk) if back else [],
        validated=next((moved for moved in desk.standing.moves if moved.move == VALIDATION), None),
        inherited=_inherited(desk),
        announced=_announced(desk),
    )


def _announced(desk: CoopDesk) -> list[Notice]:
    """Give what the fédération announces to those who keep these books, less what this one has put away."""
    if not desk.may_write:
        return []
    return federation_rows.announcements_for(desk.person.role, desk.person.id, clock.today())


class Inherited(NamedTuple):
    """What the year before hands over that changed: its label, and the balances with their difference in cents."""

    label: str
    parts: list[tuple[str, int]]


def _inherited(desk: YearDesk) -> Inherited | None:
    """Tell a mandataire once that what the exercice began with changed, until they have worked in it again."""
    if not (desk.row.follows and desk.may_change):
        return None
    handed = journal_rows.handed_since(desk.key, desk.person.id)
    if handed is None:
        return None
    gaps = [after - before for before, after in zip(*handed, strict=True)]
    named = zip(("banque", "caisse", "report à nouveau"), gaps, strict=True)
    return Inherited(SchoolYear(desk.row.start_year - 1).label, [(name, gap) for name, gap in named if gap])


@blueprint.get("/etat")
@access.public
def health() -> Any:
    """Tell whether the database and the storage answer."""
    database.execute_sql("SELECT 1").fetchall()
    current_app.config["STORAGE"].check()
    return jsonify(etat="ok")
