"""The adhésion of a school year: what the AD asks, what a cooperative declares and sends, what the AD received.

It does not follow the state of the exercice: membership is paid in the autumn, and is no part of its books.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from peewee import fn

from retkoop.audit import Actor, now, record
from retkoop.db import fetch, writing
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.membership import (
    AMEND,
    RECORD,
    SAVE,
    SEND,
    Headcount,
    Membership,
    Payment,
    Terms,
    amounts_due,
    faults,
)
from retkoop.membership_rows import membership_of, terms_for
from retkoop.membership_tables import (
    MembershipCertificate,
    MembershipClass,
    MembershipPayment,
    MembershipRate,
    MembershipRow,
)
from retkoop.models import Cooperative, Year, YearKey
from retkoop.settings_rows import profile_of

CHANGED = "Quelqu’un d’autre a modifié cette adhésion entre-temps."
OTHER_TERMS = "L’association départementale a changé ses tarifs ou l’engagement depuis que vous avez ouvert cette page."
PAID_FOR = "L’association départementale a enregistré un paiement : cette adhésion ne se corrige plus. Écrivez-lui."


# ---- What the AD asks


@writing
def save_terms(actor: Actor, department: str, start_year: int, seen: int, terms: Terms) -> bool:
    """Keep what is asked from a school year on; tell whether it changed.

    `seen` is the version of that year's own terms that was read, 0 when there were none; `terms.first_year` and
    `terms.version` do not matter.
    """
    mine = (MembershipRate.department == department) & (MembershipRate.first_year == start_year)
    row = MembershipRate.get_or_none(mine)
    if (row.version if row else 0) != seen:
        raise Conflict("Quelqu’un d’autre a modifié ces tarifs entre-temps.")
    values = asdict(terms.rates) | {
        "pledge": terms.pledge, "due_on": terms.due_on, "payee": terms.payee, "iban": terms.iban,
        "payment": terms.payment,
    }  # fmt: skip
    before = {name: getattr(row, name) for name in values} if row else None
    if before == values:
        return False
    if row is None:
        MembershipRate.insert(department=department, first_year=start_year, **values).execute()
    else:
        MembershipRate.update(values | {"version": MembershipRate.version + 1}).where(mine).execute()
    record(actor, (department, "", start_year), "tarifs", "adhesion", before, values)
    return True


# ---- What a cooperative declares


@writing
def save_headcount(actor: Actor, key: YearKey, seen: int, who: Headcount) -> bool:
    """Keep a headcount that is not sent yet; tell whether it changed."""
    held = _held(key, SAVE)
    if held.who == who:
        return False
    _refuse_other(held, seen)
    _write(key, held, {"adults": who.adults}, who)
    record(actor, key, "modification", "adhesion", _told(held), _headcount(who))
    return True


@writing
def send(actor: Actor, key: YearKey, seen: int, stamp: str, who: Headcount, pledged_by: str, today: date) -> bool:
    """Send an adhésion, or its correction, with the pledge of a mandataire; tell whether anything changed.

    The amounts due are computed here from what the AD asks today, and stay; `stamp` is that of the terms that they
    were shown: other terms are refused, since nobody agrees to what they did not read.
    """
    held, terms = _held(key, SEND), terms_for(key.department, key.start_year)
    found = faults(who, terms)
    if found or terms is None or not pledged_by:
        raise Refusal(found[0].message if found else "Écrivez le nom de la personne qui s’engage.")
    due = amounts_due(terms.rates, who)
    if held.pledge and (held.who, held.pledge.name, held.due) == (who, pledged_by, due):
        return False
    if stamp != terms.stamp:
        raise Conflict(OTHER_TERMS)
    _refuse_other(held, seen)
    columns = {
        "adults": who.adults, "due": due.membership, "insurance_due": due.insurance,
        "rates": json.dumps(asdict(terms.rates)), "pledge": terms.pledge, "pledged_by": pledged_by,
        "pledged_on": today, "sent_at": now(), "sent_by": actor.name[:200],
    }  # fmt: skip
    _write(key, held, columns, who)
    told = _headcount(who) | {"adhesion": due.membership, "assurance": due.insurance, "engagement": pledged_by}
    record(actor, key, "déclaration", "adhesion", _told(held), told)
    return True


def _held(key: YearKey, deed: str) -> Membership:
    """Load the adhésion for a write of its cooperative; refuse what its state does not allow."""
    if Year.get_or_none(key.of(Year)) is None:
        raise NotFound("Cet exercice n’existe pas.")
    held = membership_of(key)
    if not held.may(deed):
        raise Conflict(PAID_FOR if held.paid else "Cette adhésion est déjà envoyée : envoyez sa correction.")
    return held


def _refuse_other(held: Membership, seen: int) -> None:
    if held.version != seen:
        raise Conflict(CHANGED)


def _write(key: YearKey, held: Membership, columns: dict[str, Any], who: Headcount) -> None:
    if held.version:
        MembershipRow.update(columns | {"version": MembershipRow.version + 1}).where(key.of(MembershipRow)).execute()
    else:
        MembershipRow.insert(**key._asdict(), **columns).execute()
    MembershipClass.delete().where(key.of(MembershipClass)).execute()
    for number, one in enumerate(who.classes, 1):
        MembershipClass.insert(**key._asdict(), number=number, **asdict(one)).execute()


def _headcount(who: Headcount) -> dict[str, Any]:
    return {"classes": [[one.label, one.pupils, one.teacher] for one in who.classes], "adultes": who.adults}


def _told(held: Membership) -> dict[str, Any] | None:
    return _headcount(held.who) if held.version else None


# ---- What the AD received


@writing
def record_payment(
    actor: Actor, key: YearKey, day: date, amount: int, means: str, reference: str, replay_key: str | None, today: date
) -> int:
    """Record a payment, and give the certificate when all is paid; give its number. Sent twice, it is recorded once."""
    if replay_key and (found := _find_replayed(key, replay_key)):
        return found
    _taken(key, RECORD)
    ((last,),) = fetch(MembershipPayment.select(fn.MAX(MembershipPayment.number)).where(key.of(MembershipPayment)))
    number = (last or 0) + 1
    MembershipPayment.insert(
        **key._asdict(), number=number, day=day, amount=amount, means=means, reference=reference, recorded_at=now(),
        recorded_by=actor.name[:200], replay_key=replay_key,
    ).execute()  # fmt: skip
    told = {"day": day, "amount": amount, "moyen": means, "reference": reference}
    _certify(actor, key, today, "encaissement", f"paiement:{number}", None, told)
    return number


def _find_replayed(key: YearKey, replay_key: str) -> int | None:
    table = MembershipPayment
    row = table.get_or_none(key.of(table), table.replay_key == replay_key)
    return None if row is None else int(row.number)


@writing
def amend_payment(
    actor: Actor, key: YearKey, number: int, seen: int, day: date, amount: int, means: str, reference: str,
    reason: str, today: date,
) -> bool:  # fmt: skip
    """Correct a payment, with a reason; tell whether it changed. Another day or amount ends the certificate."""
    before = _amended(key, number, seen)
    values = {"day": day, "amount": amount, "means": means, "reference": reference}
    if values == {name: getattr(before, name) for name in values}:
        return False
    _change(key, number, {**values, "reason": reason})
    if (day, amount) != (before.day, before.amount):
        _withdraw_certificate(key)
    after = {"day": day, "amount": amount, "moyen": means, "reference": reference, "motif": reason}
    _certify(actor, key, today, "modification", f"paiement:{number}", _payment(before), after)
    return True


@writing
def cancel_payment(actor: Actor, key: YearKey, number: int, seen: int, reason: str, today: date) -> None:
    """Cancel a payment, with a reason; the certificate goes with it."""
    before = _amended(key, number, seen)
    _change(key, number, {"cancelled_at": now(), "reason": reason})
    _withdraw_certificate(key)
    _certify(actor, key, today, "suppression", f"paiement:{number}", _payment(before), {"motif": reason})


def _taken(key: YearKey, deed: str) -> Membership:
    """Take an adhésion for this transaction: its version goes up, so that two writes meet on this row."""
    held = membership_of(key)
    if not held.version:
        raise NotFound("Cette coopérative n’a encore rien envoyé pour son adhésion.")
    if not held.may(deed):
        words = "est déjà payée" if held.paid else "n’a pas encore été envoyée"
        raise Conflict(f"Cette adhésion {words}.")
    MembershipRow.update(version=MembershipRow.version + 1).where(key.of(MembershipRow)).execute()
    return held


def _amended(key: YearKey, number: int, seen: int) -> Payment:
    """Give a payment to correct or to cancel, as it was read at a version."""
    payments = membership_of(key).payments
    found = next((one for one in payments if one.number == number), None)
    if found is None:
        raise NotFound("Ce paiement n’existe pas.")
    if found.cancelled:
        raise Conflict("Ce paiement est déjà annulé.")
    _taken(key, AMEND)
    if found.version != seen:
        raise Conflict("Quelqu’un d’autre a modifié ce paiement entre-temps.")
    return found


def _change(key: YearKey, number: int, values: dict[str, Any]) -> None:
    table = MembershipPayment
    table.update(values | {"version": table.version + 1}).where(key.of(table), table.number == number).execute()


def _payment(one: Payment) -> dict[str, Any]:
    return {"day": one.day, "amount": one.amount, "moyen": one.means, "reference": one.reference}


# ---- Its certificate


def _withdraw_certificate(key: YearKey) -> None:
    table = MembershipCertificate
    table.update(cancelled_at=now()).where(key.of(table), table.cancelled_at.is_null()).execute()


def _certify(
    actor: Actor, key: YearKey, today: date, action: str, subject: str, before: Any, after: dict[str, Any]
) -> None:
    """Give the certificate when all is paid and none holds, and record what was done, with its number."""
    held = membership_of(key)
    if held.left <= 0 and held.certificate is None and held.pledge is not None:
        number = _next_certificate(key)
        content = json.dumps(_said(key, held), ensure_ascii=False, default=str)
        MembershipCertificate.insert(**key._asdict(), number=number, issued_on=today, content=content).execute()
        after = after | {"attestation": number}
    record(actor, key, action, subject, before, after)


def _next_certificate(key: YearKey) -> int:
    table = MembershipCertificate
    mine = (table.department == key.department) & (table.start_year == key.start_year)
    ((last,),) = fetch(table.select(fn.MAX(table.number)).where(mine))
    return (last or 0) + 1


def _said(key: YearKey, held: Membership) -> dict[str, Any]:
    """Give what a certificate says, for good: whatever changes later, it says the same."""
    here = (Cooperative.department == key.department) & (Cooperative.identifier == key.coop)
    coop, association = Cooperative.get(here), profile_of(key.department)
    return {
        "association": association.name, "logo": association.logo, "joindre": association.lines[1:],
        "cooperative": coop.name, "identifiant": coop.identifier, "uai": coop.uai, "adresse": coop.address,
        "classes": len(held.who.classes), "eleves": held.who.pupils, "adultes": held.who.adults,
        "adhesion": held.due.membership, "assurance": held.due.insurance, "paye": held.paid,
        "paye_le": max(one.day for one in held.payments if not one.cancelled).isoformat(),
    }  # fmt: skip
