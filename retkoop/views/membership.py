"""The adhésion of a cooperative to its AD for a school year: declared, sent, paid, certified."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Blueprint, render_template, request

from retkoop import access, clock
from retkoop import membership as rules
from retkoop.actions import membership as actions
from retkoop.desks import YearDesk
from retkoop.errors import Conflict, NotFound
from retkoop.facts import Entry
from retkoop.forms.membership import HeadcountForm
from retkoop.htmx import fragment, is_htmx
from retkoop.letterhead import head_of
from retkoop.membership import SEND, TO_FILL, Headcount, Membership, Terms
from retkoop.membership_rows import membership_of, terms_for
from retkoop.models import YearKey
from retkoop.school_year import SchoolYear
from retkoop.views.paper import as_pdf, sheet
from retkoop.views.shared import back

blueprint = Blueprint("membership", __name__, url_prefix="/coop/<identifiant>/<annee:annee>/adhesion")

_BOTH = "Ce que vous avez écrit est conservé ci-dessous : vérifiez-le, puis validez de nouveau."


@blueprint.get("")
@access.reads_year
def show(desk: YearDesk) -> Any:
    """Show where the adhésion stands; to be filled in, or corrected when that was asked."""
    return _page(desk)


def _page(
    desk: YearDesk, form: HeadcountForm | None = None, warning: str = "", status: int = 200, told: Tally | None = None
) -> Any:
    """Show the page; `told` is what the form adds up to, as it was sent."""
    held, terms = membership_of(desk.key), terms_for(desk.key.department, desk.key.start_year)
    asked = held.state == TO_FILL or form is not None or "corriger" in request.args
    if form is None and asked and desk.may_write and held.may(SEND):
        form = _filled(desk, held, terms)
    shown = {
        "held": held, "terms": terms, "form": form, "warning": warning, "words": rules.STATE_WORDS,
        "due_on": terms.due_in(desk.year) if terms else None,
        "tally": told or _tally(terms, form.headcount() if form else held.who),
        "sent_lines": rules.due_lines(held.rates, held.who), "entry": noting(desk, held),
    }  # fmt: skip
    return render_template("membership/page.html", desk=desk, **shown), status


def _filled(desk: YearDesk, held: Membership, terms: Terms | None) -> HeadcountForm:
    """Give the form: what is stored, else the headcount of the year before to begin with."""
    who = held.who
    if not held.version:
        who = membership_of(_before(desk.key)).who
    name = held.pledge.name if held.pledge else desk.person.name
    return HeadcountForm.of(held, who, name, terms)


def _before(key: YearKey) -> YearKey:
    return key._replace(start_year=key.start_year - 1)


class Tally(NamedTuple):
    """What a headcount comes to: `lines` are its products, none as long as the AD has not said what it asks.

    `faults` is what cannot be read in it.
    """

    who: Headcount
    lines: tuple[rules.DueLine, ...] = ()
    due: rules.Amounts | None = None
    faults: tuple[str, ...] = ()


def _tally(terms: Terms | None, who: Headcount) -> Tally:
    if terms is None:
        return Tally(who)
    return Tally(who, rules.due_lines(terms.rates, who), rules.amounts_due(terms.rates, who))


class Noting(NamedTuple):
    """What the cahier has to say of the payment: the entry that bears it, or the address where it is begun.

    `alike`: an entry that may be this payment although its amounts differ, and where it is.
    """

    number: int
    address: str
    alike: Entry | None = None
    there: str = ""


def noting(desk: YearDesk, held: Membership) -> Noting | None:
    """Give where the payment is in the cahier, or where it may be noted; None where there is nothing to say."""
    if held.state == TO_FILL or desk.facts.direct is not None:
        return None
    lines = rules.entry_lines(desk.facts.chart, held.due)
    entry = rules.noted(desk.facts.entries, lines)
    if entry is not None:
        return Noting(entry.number, desk.url("ledger.show", mois="tout", _anchor=f"ecriture-{entry.number}"))
    if not lines or not desk.may_change:
        return None
    other = rules.alike(desk.facts.entries, lines)
    there = desk.url("ledger.show", mois="tout", _anchor=f"ecriture-{other.number}") if other else ""
    return Noting(0, desk.url("ledger.show", adhesion="1", _anchor="entry-form"), other, there)


@blueprint.post("/total")
@access.writes_membership
def add_up(desk: YearDesk) -> Any:
    """Add up what was typed so far; nothing is saved, nor told as wrong under a field yet.

    Without scripts, the page that comes back also has more lines.
    """
    form, terms = HeadcountForm(request.form), terms_for(desk.key.department, desk.key.start_year)
    status = 200 if form.checked() else 422
    told = _tally(terms, form.headcount())._replace(faults=tuple(said for _, said in form.all_faults))
    if is_htmx():
        return fragment("membership/_total.html", status, desk=desk, tally=told)
    return _page(desk, HeadcountForm(request.form).with_spare_lines(), status=status, told=told)


@blueprint.post("")
@access.writes_membership
def save(desk: YearDesk) -> Any:
    """Keep the headcount, or send it with the pledge."""
    form, sending = HeadcountForm(request.form), "envoyer" in request.form
    terms = terms_for(desk.key.department, desk.key.start_year)
    if not form.checked(terms, sending):
        return _page(desk, form.with_spare_lines(), status=422)
    try:
        if sending:
            agreed = (form.tarifs.data or "", form.headcount(), form.nom.data or "")
            actions.send(desk.actor, desk.key, form.seen, *agreed, clock.today())
        else:
            kept = actions.save_headcount(desk.actor, desk.key, form.seen, form.headcount())
    except Conflict as conflict:
        held = membership_of(desk.key)
        form.read_with(terms_for(desk.key.department, desk.key.start_year)).version.data = str(held.version)
        words = f"{conflict.message} {_BOTH}" if held.may(SEND) else conflict.message
        return _page(desk, form.with_spare_lines() if held.may(SEND) else None, words, conflict.status)
    if sending:
        return back(desk, "membership.show", "Adhésion envoyée. Imprimez le bulletin : il accompagne votre règlement.")
    said = "Effectif enregistré ; il n’est pas encore envoyé." if kept else "Il n’y a rien de nouveau à enregistrer."
    return back(desk, "membership.show", said)


# ---- On paper


@blueprint.get("/bulletin.pdf")
@access.reads_year
def bulletin(desk: YearDesk) -> Any:
    """Give the « bulletin d’adhésion », to be signed and joined to the payment."""
    held, terms = membership_of(desk.key), terms_for(desk.key.department, desk.key.start_year)
    tally = _tally(terms, held.who)
    if held.pledge:
        tally = Tally(held.who, rules.due_lines(held.rates, held.who), held.due)
    shown = {"held": held, "terms": terms, "due_on": terms.due_in(desk.year) if terms else None, "tally": tally}
    return as_pdf(desk, "adhesion", sheet("print/membership.html", desk, desk.association, **shown))


@blueprint.get("/attestation.pdf")
@access.reads_year
def certificate(desk: YearDesk) -> Any:
    """Give the certificate, once all is paid: always the same."""
    held = membership_of(desk.key)
    if held.certificate is None:
        raise NotFound(
            "L’attestation est prête une fois que l’association départementale a enregistré tout le paiement."
        )
    return as_pdf(desk, "attestation", certificate_html(desk.key.department, desk.year, held.certificate))


def certificate_html(department: str, year: SchoolYear, given: rules.Certificate) -> str:
    """Give the HTML of a certificate, made from what was kept of it alone: it never says the day of printing."""
    from retkoop.exports.pdf import stylesheet

    number = rules.certificate_number(department, year, given.number)
    told: Mapping[str, Any] = given.content
    # Those given before papers had a head keep none: a certificate never changes.
    head = head_of(told["association"], told.get("logo", ""), told.get("joindre", ()))
    shown = {"given": given, "told": told, "number": number, "year": year, **head}
    return render_template("print/membership_certificate.html", css=stylesheet(), **shown)
