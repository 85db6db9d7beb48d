"""Accounts: made in their place, signed in the same whether they exist or not, guessing slowed, nobody locked out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from retkoop.actions import people, phone
from retkoop.actions.people import TooManyAttempts, change_password, create_person, sign_in
from retkoop.audit import OPERATOR, Actor, now
from retkoop.errors import Conflict, Refusal
from retkoop.models import Attempt, Cooperative, Journal, Person
from tests.factories import PASSWORD, a_coop, a_person, a_year
from tests.support.ledger_checks import close_at_once

HERE, NEW = "192.0.2.1", "girafe boulon nuage tandem"


@pytest.fixture
def coop(app: Flask) -> Cooperative:
    return a_coop()


@pytest.fixture
def person(coop: Cooperative) -> Person:
    return a_person("ecole-a", name="Anne")


def test_an_account_is_told_without_its_password(person: Person) -> None:
    line = Journal.get(Journal.subject == "compte")
    assert (line.action, line.coop, line.who) == ("création", "075-0001", OPERATOR.name)
    assert PASSWORD not in line.after
    assert person.password_hash not in line.after


def test_two_accounts_never_bear_one_identifier_whatever_the_capitals(person: Person) -> None:
    with pytest.raises(Conflict, match="existe déjà"):
        a_person("ECOLE-A")
    assert Person.select().count() == 1


@pytest.mark.parametrize("password", ["court", "motdepasse12", "ecole-a-anne"])
def test_a_weak_password_makes_no_account(coop: Cooperative, password: str) -> None:
    with pytest.raises(Refusal):
        create_person(OPERATOR, "ecole-a", "mandataire", password, coop.identifier, name="Anne")
    assert Person.select().count() == 0


@pytest.mark.parametrize("identifier", ["ecole-a", "ECOLE-A", " ecole - a ", "école-a".replace("é", "e")])
def test_capitals_and_spaces_are_put_right_at_sign_in(person: Person, identifier: str) -> None:
    assert sign_in(identifier, PASSWORD, HERE) == person


@pytest.mark.parametrize("password", [PASSWORD.upper(), PASSWORD + " ", "", "\x00", "x" * 5_000])
def test_passwords_are_exact(person: Person, password: str) -> None:
    assert sign_in("ecole-a", password, HERE) is None


@pytest.mark.parametrize("identifier", ["personne", "", "ecole-a\x00", "\x00", "é" * 500, "'; DROP TABLE person; --"])
def test_an_unknown_identifier_gets_the_same_answer(person: Person, identifier: str) -> None:
    assert sign_in(identifier, PASSWORD, HERE) is None


def test_a_disabled_account_gets_the_same_answer(person: Person) -> None:
    Person.update(disabled=1).execute()
    assert sign_in("ecole-a", PASSWORD, HERE) is None


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the cost of argon2 where many attempts are made."""
    monkeypatch.setattr(people, "verify", lambda stored, password: stored is not None and password == PASSWORD)


def fail(times: int, identifier: str = "ecole-a", address: str = HERE) -> None:
    for _ in range(times):
        assert sign_in(identifier, "faux", address) is None


@pytest.mark.usefixtures("quick")
def test_a_few_slips_slow_nobody_and_a_success_forgets_them(person: Person) -> None:
    for _ in range(3):
        fail(4)
        assert sign_in("ecole-a", PASSWORD, HERE) == person


@pytest.mark.usefixtures("quick")
def test_guessing_is_slowed_then_let_in_again(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(5)
    with pytest.raises(TooManyAttempts, match=r"Attendez \d secondes") as refused:
        sign_in("ecole-a", PASSWORD, HERE)
    assert refused.value.status == 429
    later = now() + timedelta(seconds=6)
    monkeypatch.setattr(people, "now", lambda: later)
    assert sign_in("ecole-a", PASSWORD, HERE) == person


@pytest.mark.usefixtures("quick")
def test_the_wait_grows_and_never_passes_an_hour(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, waits = now(), []
    monkeypatch.setattr(people, "now", lambda: clock)
    for _ in range(30):
        fail(1)
        until = Attempt.get(Attempt.subject == "personne:ECOLE-A").blocked_until
        waits.append(max(until - clock, timedelta(0)))
        clock = max(until, clock) + timedelta(seconds=1)
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=1)


@pytest.mark.usefixtures("quick")
def test_one_account_under_attack_does_not_stop_its_school(person: Person) -> None:
    other = a_person("ecole-b")
    fail(5)
    assert sign_in("ecole-b", PASSWORD, HERE) == other


@pytest.mark.usefixtures("quick")
def test_an_address_that_tries_many_names_is_slowed(person: Person) -> None:
    for rank in range(60):
        fail(1, f"nom-{rank}")
    with pytest.raises(TooManyAttempts):
        sign_in("ecole-a", PASSWORD, HERE)
    assert sign_in("ecole-a", PASSWORD, "192.0.2.2") == person


def test_an_unknown_identifier_is_slowed_like_a_known_one(coop: Cooperative, quick: None) -> None:
    fail(5, "personne")
    with pytest.raises(TooManyAttempts):
        sign_in("personne", "faux", HERE)


def test_changing_the_password_ends_the_other_sessions_and_is_told(person: Person) -> None:
    token = person.session_token
    Person.update(must_change=1, postponements=2).execute()
    change_password(Actor("Anne", person.id), person, PASSWORD, NEW)
    kept = Person.get_by_id(person.id)
    assert kept.session_token == person.session_token != token
    assert (kept.must_change, kept.postponements) == (0, 0)
    assert Journal.select().where(Journal.action == "mot de passe").count() == 1
    assert sign_in("ecole-a", PASSWORD, HERE) is None
    assert sign_in("ecole-a", NEW, HERE) == kept


@pytest.mark.parametrize(("current", "new"), [("faux", NEW), (PASSWORD, "court"), (PASSWORD, "motdepasse12")])
def test_a_refused_change_changes_nothing(person: Person, current: str, new: str) -> None:
    with pytest.raises(Refusal):
        change_password(Actor("Anne", person.id), person, current, new)
    kept = Person.get_by_id(person.id)
    assert (kept.password_hash, kept.session_token) == (person.password_hash, person.session_token)


def test_the_first_change_can_be_put_off_a_few_times(person: Person) -> None:
    left = [people.postpone_change(Person.get_by_id(person.id)) for _ in range(people.POSTPONEMENTS)]
    assert left == [2, 1, 0]
    with pytest.raises(Refusal, match="choisissez maintenant"):
        people.postpone_change(Person.get_by_id(person.id))


def test_ending_the_sessions_changes_their_token(person: Person) -> None:
    people.end_sessions(person)
    assert Person.get_by_id(person.id).session_token != person.session_token


@pytest.mark.parametrize("closed", [False, True])
def test_ending_the_sessions_ends_what_their_phones_may_send(app: Flask, closed: bool) -> None:
    key = a_year()
    person, other = a_person("ecole-a"), a_person("ecole-b")
    mine, theirs = (phone.make_pass(Actor("Anne", who.id), key) for who in (person, other))
    assert phone.find_pass(mine)
    if closed:
        close_at_once(key)
    people.end_sessions(person)
    assert phone.find_pass(mine) is None
    assert phone.find_pass(theirs)
