"""The adhésion of a school year: sent with a pledge, paid, certified, on both engines; each step leaves its line."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date

import pytest
from flask import Flask
from peewee import IntegrityError

from retkoop.actions import membership
from retkoop.actions.exchange import import_archive
from retkoop.actions.membership import amend_payment, cancel_payment, record_payment, save_headcount, save_terms
from retkoop.audit import OPERATOR
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.membership import PAID, PART_PAID, SENT, TO_FILL, Amounts, Headcount, Membership, Rates, SchoolClass
from retkoop.membership_rows import board_lines, headcount_of, membership_of, terms_for
from retkoop.membership_tables import MembershipCertificate, MembershipPayment, MembershipRow
from retkoop.models import Cooperative, Journal, YearKey
from tests.factories import CASES, SOMEONE, a_case, a_coop, a_year
from tests.support.joined import DAY, RATES, STAFF, TERMS, WHO, ask, pay, send
from tests.support.ledger_checks import close_at_once, told


@pytest.fixture
def key(app: Flask) -> YearKey:
    return a_year()


@pytest.fixture
def sent(key: YearKey) -> YearKey:
    ask()
    send(key)
    return key


# ---- What the AD asks


def test_the_newest_terms_that_are_not_after_the_year_count(key: YearKey) -> None:
    assert terms_for("075", 2024) is None
    ask(2022)
    ask(2025, replace(TERMS, rates=Rates(child=999)))
    assert terms_for("075", 2021) is None
    found = terms_for("075", 2024)
    assert found is not None
    assert (found.first_year, found.rates) == (2022, RATES)
    assert terms_for("075", 2030).rates == Rates(child=999)  # type: ignore[union-attr]
    assert terms_for("013", 2024) is None


def test_terms_changed_meanwhile_are_refused_and_the_same_ones_change_nothing(key: YearKey) -> None:
    ask()
    assert not save_terms(STAFF, "075", 2024, 1, TERMS)
    assert save_terms(STAFF, "075", 2024, 1, replace(TERMS, payee="Nous"))
    with pytest.raises(Conflict, match="entre-temps"):
        ask()
    lines = Journal.select().where(Journal.action == "tarifs")
    assert [line.department for line in lines] == ["075", "075"]


# ---- What a cooperative declares


def test_a_headcount_is_kept_before_it_is_sent(key: YearKey) -> None:
    assert save_headcount(SOMEONE, key, 0, WHO)
    held = membership_of(key)
    assert (held.who, held.state, held.due) == (WHO, TO_FILL, Amounts())
    assert headcount_of(key) is None
    assert save_headcount(SOMEONE, key, 1, Headcount((SchoolClass("CP", 3),)))
    assert membership_of(key).who.pupils == 3


def test_what_is_sent_keeps_the_pledge_its_amounts_and_its_rates(sent: YearKey) -> None:
    held = membership_of(sent)
    assert (held.who, held.due, held.rates, held.state) == (WHO, Amounts(8_000, 2_000), RATES, SENT)
    assert held.pledge is not None
    assert (held.pledge.words, held.pledge.name, held.pledge.day) == (TERMS.pledge, "Camille Test", DAY)
    assert held.pledge.sent_by == SOMEONE.name
    assert headcount_of(sent) == WHO
    ask(terms=replace(TERMS, rates=Rates(child=999)), seen=1)
    assert membership_of(sent) == held
    action, subject, _, after = told(sent)[-1]
    assert (action, subject) == ("déclaration", "adhesion")
    assert (after["adhesion"], after["engagement"]) == (8_000, "Camille Test")


def test_it_is_corrected_until_a_payment_is_recorded(sent: YearKey) -> None:
    more = replace(WHO, adults=4)
    send(sent, more, seen=1)
    assert membership_of(sent).due == Amounts(9_000, 2_000)
    pay(sent, 500)
    with pytest.raises(Conflict, match="ne se corrige plus"):
        send(sent, WHO, membership_of(sent).version)
    assert membership_of(sent).who == more
    cancel_payment(STAFF, sent, 1, 1, "Erreur", DAY)
    send(sent, WHO, membership_of(sent).version)
    assert membership_of(sent).due == Amounts(8_000, 2_000)


def test_sent_twice_it_is_sent_once_and_another_version_is_refused(sent: YearKey) -> None:
    lines = len(told(sent))
    send(sent)
    assert len(told(sent)) == lines
    with pytest.raises(Conflict, match="entre-temps"):
        send(sent, replace(WHO, adults=9))
    with pytest.raises(Conflict, match="déjà envoyée"):
        save_headcount(SOMEONE, sent, 1, WHO)


def test_an_agreement_to_other_terms_than_those_of_today_is_refused(key: YearKey) -> None:
    ask()
    seen = terms_for("075", 2024)
    assert seen is not None
    ask(terms=replace(TERMS, pledge="Autre engagement."), seen=1)
    with pytest.raises(Conflict, match="a changé ses tarifs"):
        membership.send(SOMEONE, key, 0, seen.stamp, WHO, "Camille Test", DAY)
    assert membership_of(key) == Membership()
    send(key)
    assert membership_of(key).pledge.words == "Autre engagement."  # type: ignore[union-attr]


@pytest.mark.parametrize("who", [Headcount(), Headcount((SchoolClass("A", 1), SchoolClass("A", 2)))])
def test_what_lacks_something_is_not_sent(key: YearKey, who: Headcount) -> None:
    with pytest.raises(Refusal, match=r"tarifs|classe"):
        send(key, who)
    ask()
    with pytest.raises(Refusal, match="lasse"):
        send(key, who)
    assert membership_of(key) == Membership()


def test_it_does_not_depend_on_the_state_of_the_exercice(sent: YearKey) -> None:
    close_at_once(sent)
    send(sent, replace(WHO, adults=3), seen=1)
    pay(sent, 10_500)
    assert membership_of(sent).state == PAID
    with pytest.raises(NotFound):
        send(sent._replace(start_year=2001))


def test_an_import_of_the_exercice_leaves_it(app: Flask) -> None:
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    ask()
    send(key)
    pay(key)
    before = membership_of(key)
    import_archive(OPERATOR, CASES / "ecole-du-bourg" / "exercice.zip", app.config["STORAGE"], replace=True)
    assert membership_of(key) == before


# ---- What the AD received


def test_partial_payments_add_up_to_the_certificate(sent: YearKey) -> None:
    pay(sent, 4_000)
    held = membership_of(sent)
    assert (held.state, held.left, held.certificate) == (PART_PAID, 6_000, None)
    pay(sent, 6_000, date(2024, 11, 21))
    held = membership_of(sent)
    assert (held.state, held.left) == (PAID, 0)
    assert held.certificate is not None
    assert held.certificate.number == 1
    assert held.certificate.content == {
        "association": "OCCE 075", "cooperative": "Coopérative 075-0001", "identifiant": "075-0001", "uai": "0750001A",
        "adresse": "", "classes": 2, "eleves": 40, "adultes": 2, "adhesion": 8_000, "assurance": 2_000,
        "paye": 10_000, "paye_le": "2024-11-21", "joindre": [], "logo": "",
    }  # fmt: skip
    with pytest.raises(Conflict, match="déjà payée"):
        pay(sent, 1)


def test_a_payment_sent_twice_is_recorded_once(sent: YearKey) -> None:
    assert pay(sent, 500, replay_key="clé") == pay(sent, 500, replay_key="clé") == 1
    assert pay(sent, 500, replay_key="autre") == 2
    assert membership_of(sent).paid == 1_000


def test_nothing_is_received_for_what_was_not_sent(key: YearKey) -> None:
    with pytest.raises(NotFound):
        pay(key)
    save_headcount(SOMEONE, key, 0, WHO)
    with pytest.raises(Conflict, match="pas encore été envoyée"):
        pay(key)


def test_a_certificate_says_the_same_for_good(sent: YearKey) -> None:
    pay(sent)
    given = membership_of(sent).certificate
    Cooperative.update(name="Autre nom").where(Cooperative.identifier == sent.coop).execute()
    amend_payment(STAFF, sent, 1, 1, DAY, 10_000, "virement", "", "Mauvais moyen", DAY)
    assert membership_of(sent).certificate == given


def test_cancelling_the_payment_cancels_the_certificate_and_its_number_never_comes_back(sent: YearKey) -> None:
    pay(sent)
    cancel_payment(STAFF, sent, 1, 1, "Chèque refusé", DAY)
    held = membership_of(sent)
    assert (held.state, held.certificate, held.paid) == (SENT, None, 0)
    assert held.payments[0].cancelled
    assert held.payments[0].reason == "Chèque refusé"
    pay(sent)
    assert [(one.number, one.cancelled) for one in membership_of(sent).certificates] == [(1, True), (2, False)]
    with pytest.raises(Conflict, match="déjà annulé"):
        cancel_payment(STAFF, sent, 1, 2, "Encore", DAY)


def test_a_correction_that_leaves_something_due_cancels_the_certificate(sent: YearKey) -> None:
    pay(sent)
    assert amend_payment(STAFF, sent, 1, 1, DAY, 9_000, "cheque", "0000042", "Lu trop vite", DAY)
    held = membership_of(sent)
    assert (held.state, held.certificate, held.left) == (PART_PAID, None, 1_000)
    assert told(sent)[-1][:2] == ("modification", "paiement:1")
    assert told(sent)[-1][3]["motif"] == "Lu trop vite"
    with pytest.raises(Conflict, match="entre-temps"):
        amend_payment(STAFF, sent, 1, 1, DAY, 10_000, "cheque", "", "Encore", DAY)
    assert not amend_payment(STAFF, sent, 1, 2, DAY, 9_000, "cheque", "0000042", "Rien", DAY)


def test_numbers_follow_one_another_in_the_association_and_the_year(sent: YearKey) -> None:
    other = a_year(a_coop("075-0002"))
    elsewhere = a_year(a_coop("013-0001"))
    send(other)
    save_terms(STAFF, "013", 2024, 0, TERMS)
    send(elsewhere)
    for one in (other, sent, elsewhere):
        pay(one)
    numbers = [(row.coop, row.number) for row in MembershipCertificate.select().order_by(MembershipCertificate.coop)]
    assert numbers == [("013-0001", 1), ("075-0001", 2), ("075-0002", 1)]


def test_every_step_leaves_its_line(sent: YearKey) -> None:
    pay(sent)
    cancel_payment(STAFF, sent, 1, 1, "Chèque refusé", DAY)
    assert [(action, subject) for action, subject, _, _ in told(sent)][-3:] == [
        ("déclaration", "adhesion"), ("encaissement", "paiement:1"), ("suppression", "paiement:1"),
    ]  # fmt: skip


# ---- What must never be stored


def test_the_database_refuses_what_must_never_be(sent: YearKey) -> None:
    row = MembershipRow.update(pledged_by="").where(sent.of(MembershipRow))
    with pytest.raises(IntegrityError, match="membership_pledged_when_sent"):
        row.execute()


@pytest.mark.parametrize(
    ("column", "value", "name"),
    [("amount", 0, "amount_bounded"), ("means", "troc", "means_known"), ("cancelled_at", str(DAY), "reasoned")],
)
def test_the_database_refuses_such_a_payment(sent: YearKey, column: str, value: object, name: str) -> None:
    pay(sent)
    with pytest.raises(IntegrityError, match=f"membership_payment_{name}"):
        MembershipPayment.update({column: value}).where(sent.of(MembershipPayment)).execute()


# ---- All of a département


def test_the_list_tells_each_cooperative_as_it_stands(sent: YearKey) -> None:
    a_coop("075-0002")
    pay(sent, 4_000)
    pay(sent, 1_000)
    cancel_payment(STAFF, sent, 2, 1, "Erreur", DAY)
    save_headcount(SOMEONE, a_year(a_coop("075-0003")), 0, WHO)
    first, second, third = board_lines("075", 2024)
    assert asdict(replace(first, sent_at=None)) == {
        "identifier": "075-0001", "name": "Coopérative 075-0001", "opened": True, "state": PART_PAID, "classes": 2,
        "pupils": 40, "adults": 2, "due": (8_000, 2_000), "paid": 4_000, "sent_at": None, "paid_on": DAY,
    }  # fmt: skip
    assert (second.opened, second.state, second.due.total) == (False, TO_FILL, 0)
    assert (third.state, third.due.total, third.sent_at) == (TO_FILL, 0, None)
    assert board_lines("013", 2024) == []


def test_record_payment_needs_a_year_of_that_cooperative(sent: YearKey) -> None:
    """Negative control: another cooperative’s adhésion is not reached."""
    other = a_year(a_coop("075-0002"))
    with pytest.raises(NotFound):
        record_payment(STAFF, other, DAY, 10_000, "cheque", "", None, DAY)
    assert membership_of(sent).paid == 0
