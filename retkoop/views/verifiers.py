"""The accesses that a mandataire gives to the vérificateurs aux comptes, and the page that a link opens."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for

from retkoop import access, clock, models, quitus_rows
from retkoop.actions import verifiers
from retkoop.actions.verifiers import Access
from retkoop.desks import YearDesk
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.forms.quitus import QUALITY_WORDS, AccessForm
from retkoop.htmx import go
from retkoop.models import Person
from retkoop.qr import qr_code
from retkoop.views.shared import back
from retkoop.year_states import LOOKED_AT_IN

blueprint = Blueprint("verifiers", __name__)

_PLACE = "/coop/<identifiant>/<annee:annee>/quitus/acces"
GONE = "Ce lien n’est plus valable. Demandez-en un autre au mandataire de la coopérative."
_TWICE = "Cet accès vient d’être créé. Son secret n’a été montré qu’une fois : demandez-en un nouveau dans la liste."


@blueprint.get(_PLACE)
@access.invites_verifiers
def show(desk: YearDesk) -> Any:
    """Show who may look at the accounts, until when, and the form that gives an access."""
    return _page(desk)


def _page(
    desk: YearDesk, form: AccessForm | None = None, made: Access | None = None, status: int = 200, fault: str = ""
) -> Any:
    """Show the page; a secret stands in this very answer alone, for it is kept nowhere."""
    form = form or AccessForm(data={"identifiant": verifiers.proposed_identifier(desk.coop)})
    today = clock.today()
    people = [(one, quitus_rows.is_over(one, today)) for one in quitus_rows.verifiers_of(desk.coop)]
    code = qr_code(_link(desk, made.secret)) if made and made.by_link else None
    return render_template(
        "quitus/accesses.html", desk=desk, form=form, people=people, made=made, code=code, fault=fault,
        qualities=QUALITY_WORDS, last_day=verifiers.last_day(today),
    ), status  # fmt: skip


def _link(desk: YearDesk, secret: str) -> str:
    return url_for("verifiers.invited", annee=desk.year.label, token=secret, _external=True)


@blueprint.post(_PLACE)
@access.invites_verifiers
def make(desk: YearDesk) -> Any:
    """Give an access: an account with a first password, or a link."""
    _refuse_validated(desk)
    form, by_link = AccessForm(request.form), request.form.get("acces") == "lien"
    sound = form.validate()
    identifier = _link_identifier(desk) if by_link else form.identifier_here(desk.coop.identifier)
    if not sound or form.faults:
        return _page(desk, form, status=422)
    try:
        made = verifiers.make_access(
            desk.actor, desk.coop, form.nom.data, form.qualite.data, identifier, by_link, clock.today()
        )
    except Conflict as conflict:
        if not by_link:
            form.refuse("identifiant", conflict.message)
        return _page(desk, form, status=422, fault=_TWICE if by_link else "")
    except Refusal as refusal:
        return _page(desk, form, status=refusal.status, fault=refusal.message)
    return _page(desk, made=made)


def _refuse_validated(desk: YearDesk) -> None:
    """Give no access to a year whose vouchers nobody looks at any more."""
    if desk.row.state not in LOOKED_AT_IN:
        raise Conflict("L’exercice est validé : il n’y a plus rien à faire vérifier.")


def _link_identifier(desk: YearDesk) -> str:
    """Name who comes by a link after the form itself, so that a form sent twice makes one link."""
    key = request.form.get("cle", "")[:40] or "sans clé"
    return f"{desk.coop.identifier}-lien{sha256(key.encode()).hexdigest()[:12]}"


@blueprint.post(_PLACE + "/<ligne:person>/renouveler")
@access.invites_verifiers
def renew(desk: YearDesk, person: int) -> Any:
    """Give an access a new secret, and thirty days more."""
    _refuse_validated(desk)
    try:
        return _page(desk, made=verifiers.renew_access(desk.actor, desk.coop, person, clock.today()))
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(desk, status=refusal.status, fault=refusal.message)


@blueprint.post(_PLACE + "/<ligne:person>/fin")
@access.invites_verifiers
def end(desk: YearDesk, person: int) -> Any:
    """End an access at once."""
    ended = verifiers.end_access(desk.actor, desk.coop, person)
    return back(desk, "verifiers.show", f"L’accès de {ended.name or ended.identifier} est terminé.")


# ---- By a link: no account, and nothing is opened before somebody presses a button


@blueprint.get("/v/<annee:annee>/<token>")
@access.public
def invited(annee: str, token: str) -> Any:
    """Say who is expected, and ask to enter: what fetches links by itself (mail, messengers) opens nothing."""
    person = _invited(token)
    coop = models.find_coop(person.coop or "")
    return render_template("quitus/invited.html", guest=person, coop=coop, annee=annee, token=token)


@blueprint.post("/v/<annee:annee>/<token>")
@access.public
def enter(annee: str, token: str) -> Any:
    """Begin a new session for who holds the link, whoever was signed in here before."""
    person = _invited(token)
    access.enter(person)
    flash(f"Bienvenue, {person.name}. Vous pouvez tout lire, jusqu’au {person.expires_on:%d/%m/%Y}.")
    return go(url_for("quitus.verification", identifiant=person.coop, annee=annee))


def _invited(token: str) -> Person:
    """Load who a link lets in; any other gets the same answer."""
    person = verifiers.find_link(token, clock.today())
    if person is None:
        raise NotFound(GONE)
    return person
