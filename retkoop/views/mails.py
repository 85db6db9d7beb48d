"""The mails of an association départementale: what became of each, the reminder, and the way out of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, render_template, request, url_for

from retkoop import access, clock, reminders
from retkoop.actions import jobs, mails
from retkoop.htmx import go
from retkoop.mail import opted_out, written
from retkoop.models import Department, Person

blueprint = Blueprint("mails", __name__)

STATES = {
    "waiting": "en attente", "sending": "en cours d’envoi", "sent": "envoyé", "failed": "en échec",
    "cancelled": "annulé",
}  # fmt: skip
KINDS = {"validation": "Validation", "renvoi": "Renvoi à corriger", "rappel": "Rappel"}
_PLACE = "/ad/<departement>/courriels"
_LAST_PAGE = 10_000
NO_WAY_OUT = "Ce lien n’est pas valable : recopiez-le en entier depuis le message."


@blueprint.get(_PLACE)
@access.reads_department
def show(department: Department) -> Any:
    """List the messages, those in one state or of one kind when asked."""
    state, kind = request.args.get("etat", ""), request.args.get("nature", "")
    state, kind = state if state in STATES else "", kind if kind in KINDS else ""
    page = _page_asked()
    rows, more = mails.messages_of(department.code, state, kind, page)
    return render_template(
        "mails/list.html", department=department, rows=rows, more=more, page=page, state=state, kind=kind,
        states=STATES, kinds=KINDS, counts=mails.counts(department.code),
    )  # fmt: skip


def _page_asked() -> int:
    asked = request.args.get("page", "")
    return min(int(asked), _LAST_PAGE) if asked.isascii() and asked.isdecimal() and len(asked) < 9 else 0


@blueprint.get(_PLACE + "/<ligne:number>")
@access.reads_department
def preview(department: Department, number: int) -> Any:
    """Show a message as it was written; what its link opens is its reader's alone."""
    row = mails.message_of(department.code, number)
    text = written(row, current_app.config["RETKOOP"])["txt"]
    return render_template("mails/message.html", department=department, row=row, text=text, states=STATES, kinds=KINDS)


@blueprint.post(_PLACE + "/<ligne:number>/renvoyer")
@access.writes_department
def send_again(department: Department, number: int) -> Any:
    """Let a message that failed be sent again."""
    mails.send_again(access.actor_here(), department.code, number)
    flash("Ce message attend d’être envoyé de nouveau.")
    return go(url_for("mails.preview", departement=department.code, number=number))


@blueprint.post(_PLACE + "/<ligne:number>/annuler")
@access.writes_department
def cancel(department: Department, number: int) -> Any:
    """Take back a message that waits."""
    mails.cancel(access.actor_here(), department.code, number)
    flash("Ce message ne sera pas envoyé.")
    return go(url_for("mails.preview", departement=department.code, number=number))


@blueprint.get(_PLACE + "/rappel")
@access.reads_department
def remind(department: Department) -> Any:
    """Show who would be reminded, before anything is sent."""
    return _remind(department)


def _remind(department: Department, fault: str = "", status: int = 200) -> Any:
    today = clock.today()
    year = reminders.year_of(today)
    coops = reminders.awaited(department.code, year, today)
    return render_template(
        "mails/remind.html", department=department, year=year, coops=coops, late=today > year.deadline,
        receivers=sum(len(one.receivers) for one in coops), fault=fault,
        next_day=reminders.next_day(department.reminder_day, department.reminded_month, today),
    ), status  # fmt: skip


@blueprint.post(_PLACE + "/rappel")
@access.writes_department
def send_reminders(department: Department) -> Any:
    """Have the reminders written and sent, apart from this request."""
    year = reminders.year_of(clock.today())
    number = jobs.ask(access.actor_here(), department.code, "rappel", year)
    return go(url_for("jobs.show", departement=department.code, number=number))


@blueprint.post(_PLACE + "/rappel/jour")
@access.writes_department
def set_reminder_day(department: Department) -> Any:
    """Choose the day of the month on which reminders leave by themselves."""
    asked = request.form.get("jour", "")
    if asked not in map(str, range(29)):
        return _remind(department, "Choisissez un jour du mois, du 1er au 28, ou « jamais ».", 422)
    mails.set_reminder_day(access.actor_here(), department.code, int(asked))
    flash("Le jour du rappel mensuel est noté." if int(asked) else "Aucun rappel ne partira plus de lui-même.", "done")
    return go(url_for("mails.remind", departement=department.code))


# ---- By a signed link, without an account


@blueprint.get("/courriels/arret/<token>")
@access.public
def way_out(token: str) -> Any:
    """Ask whether to stop: a mail program that fetches links stops nothing."""
    return _way_out(token)


def _way_out(token: str) -> Any:
    person = _signed(token)
    if person is None:
        return render_template("mails/stop.html", token="", fault=NO_WAY_OUT), 422
    return render_template("mails/stop.html", token=token, stopped=mails.refuses(person), fault="")


def _signed(token: str) -> int | None:
    number = opted_out(current_app.config["RETKOOP"], token)
    found = number is not None and Person.get_or_none(Person.id == number)
    return number if found else None


@blueprint.post("/courriels/arret/<token>")
@access.public
def stop(token: str) -> Any:
    """Stop the reminders of whom the link was written to, or let them come again."""
    person = _signed(token)
    if person is None:
        return _way_out(token)
    if "reprendre" in request.form:
        mails.take_reminders_again(person)
    else:
        mails.refuse_reminders(person)
    return go(url_for("mails.way_out", token=token))
