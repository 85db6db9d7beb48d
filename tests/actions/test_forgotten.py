"""A forgotten password: the same for whoever asks, one mail, one use, a day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from retkoop.actions import forgotten
from retkoop.actions.people import TooManyAttempts, sign_in
from retkoop.association import Message, PasswordRequest
from retkoop.audit import now
from retkoop.errors import Refusal
from retkoop.models import Journal, Person
from tests.factories import PASSWORD, a_person, a_year
from tests.support.queries import counted

NEW = "quatre wagons bleus dormaient"


@pytest.fixture
def person(app: Flask) -> Person:
    """Give a mandataire who can be written to."""
    a_year()
    someone = a_person(name="Zoé")
    Person.update(mail="zoe@exemple.fr").where(Person.id == someone.id).execute()
    return Person.get_by_id(someone.id)


def digest(number: int) -> str:
    return f"{number:064d}"[-64:]


def ask(identifier: str = "075-0001") -> str:
    """Ask, have the worker look, and give the digest that opens."""
    forgotten.request_password(identifier, "192.0.2.1")
    forgotten.look_up(digest)
    row = PasswordRequest.select().order_by(PasswordRequest.id.desc()).first()
    return str(row.digest or "")


def test_asking_does_the_same_for_a_known_and_an_unknown_identifier(person: Person) -> None:
    asked = []
    for identifier in ("075-0001", "075-9999"):
        with counted() as statements:
            forgotten.request_password(identifier, "192.0.2.1")
        asked.append([statement.split("VALUES")[0] for statement in statements])
    assert asked[0] == asked[1]
    assert Message.select().count() == 0
    forgotten.look_up(digest)
    assert [row.recipient for row in Message.select()] == ["zoe@exemple.fr"]


def test_a_link_serves_once_and_ends_the_others_and_the_sessions(person: Person) -> None:
    first, second = ask(), ask()
    assert forgotten.choose_password(second, NEW)
    assert not forgotten.choose_password(second, NEW)
    assert not forgotten.choose_password(first, NEW)
    assert sign_in("075-0001", PASSWORD, "192.0.2.1") is None
    after = sign_in("075-0001", NEW, "192.0.2.1")
    assert after is not None
    assert after.session_token != person.session_token
    assert Journal.select().where(Journal.action == "mot de passe oublié").count() == 1


def test_a_weak_password_is_refused_and_the_link_still_serves(person: Person) -> None:
    link = ask()
    with pytest.raises(Refusal):
        forgotten.choose_password(link, "motdepasse123")
    assert forgotten.choose_password(link, NEW)


def test_a_link_is_over_after_a_day_at_most_two(person: Person) -> None:
    assert timedelta(0) < forgotten.LIFE <= timedelta(hours=48)
    link = ask()
    assert forgotten.find_request(link, now() + forgotten.LIFE - timedelta(minutes=1)) is not None
    assert forgotten.find_request(link, now() + forgotten.LIFE) is None
    PasswordRequest.update(ends_at=now()).execute()
    assert not forgotten.choose_password(link, NEW)


@pytest.mark.parametrize("change", [{"mail": ""}, {"disabled": 1}, {"mail": "zoe@exemple.fr\nBcc: a@exemple.fr"}])
def test_who_cannot_be_written_to_gets_nothing(person: Person, change: dict[str, object]) -> None:
    Person.update(change).where(Person.id == person.id).execute()
    assert ask() == ""
    assert Message.select().count() == 0


def test_an_account_disabled_meanwhile_is_not_opened(person: Person) -> None:
    link = ask()
    Person.update(disabled=1).where(Person.id == person.id).execute()
    assert not forgotten.choose_password(link, NEW)


def test_nobody_fills_the_mailbox_of_somebody_else(person: Person) -> None:
    for _ in range(forgotten.MOST_A_DAY + 3):
        ask()
    assert Message.select().count() == forgotten.MOST_A_DAY

    def insist() -> None:
        for _ in range(100):
            forgotten.request_password("075-0001", "192.0.2.1")

    with pytest.raises(TooManyAttempts):
        insist()
    forgotten.request_password("075-0001", "192.0.2.2")
