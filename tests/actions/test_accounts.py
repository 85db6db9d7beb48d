"""The accounts of mandataires: given, renewed and ended by the association; secrets are told once and kept nowhere."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from retkoop.actions import accounts
from retkoop.actions.accounts import NewAccount, activate, find_activation, make_account
from retkoop.actions.people import sign_in
from retkoop.association import ActivationLink
from retkoop.audit import Actor
from retkoop.coop_rows import waits
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.models import Cooperative, Journal, Person
from tests.factories import a_coop, a_person

AD, TODAY, HERE = Actor("Association", 9), date(2025, 9, 5), "192.0.2.1"
NEW = "girafe boulon nuage tandem"


@pytest.fixture
def coop(app: Flask) -> Cooperative:
    return a_coop()


def made(coop: Cooperative, by_link: bool = False, identifier: str = "") -> accounts.Given:
    name = identifier or accounts.proposed_identifier(coop)
    return make_account(AD, coop, NewAccount(name, "Anne Petit", "anne@exemple.fr"), by_link)


def test_a_first_password_opens_the_account_and_is_kept_nowhere(coop: Cooperative) -> None:
    given = made(coop)
    assert (given.person.identifier, given.person.must_change, waits(given.person)) == ("075-0001", 1, True)
    person = sign_in("075-0001", given.secret, HERE)
    assert person is not None
    assert not waits(Person.get_by_id(person.id))
    kept = repr([list(Person.select().dicts()), list(Journal.select().dicts())])
    assert given.secret not in kept


def test_several_people_have_each_their_own(coop: Cooperative) -> None:
    first, second = made(coop), made(coop)
    assert second.person.identifier == "075-0001-2"
    assert first.secret != second.secret
    with pytest.raises(Conflict, match="existe déjà"):
        made(coop, identifier="075-0001")


@pytest.mark.parametrize("identifier", ["013-0001", "075-0002", "anne", "075-00012"])
def test_an_identifier_of_another_place_is_refused(coop: Cooperative, identifier: str) -> None:
    with pytest.raises(Refusal, match="commence par"):
        made(coop, identifier=identifier)


def test_a_link_serves_once_and_chooses_the_password(coop: Cooperative) -> None:
    given = made(coop, by_link=True)
    assert given.secret not in repr(list(ActivationLink.select().dicts()))
    assert find_activation(given.secret, TODAY) == given.person
    with pytest.raises(Refusal, match="12 caractères"):
        activate(given.secret, "court", TODAY)
    person = activate(given.secret, NEW, TODAY)
    assert (person.must_change, sign_in("075-0001", NEW, HERE)) == (0, person)
    assert find_activation(given.secret, TODAY) is None
    with pytest.raises(NotFound):
        activate(given.secret, NEW + " encore", TODAY)
    assert [line.who for line in Journal.select().where(Journal.action == "activation")] == ["Anne Petit"]


def test_a_link_is_over_after_two_days_or_when_another_is_made(
    coop: Cooperative, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = made(coop, by_link=True)
    again = accounts.give_link(AD, coop, given.person.id)
    assert find_activation(given.secret, TODAY) is None
    assert find_activation(again.secret, TODAY) is not None
    now = accounts.now()
    monkeypatch.setattr(accounts, "now", lambda: now + timedelta(hours=47, minutes=59))
    assert find_activation(again.secret, TODAY) is not None
    monkeypatch.setattr(accounts, "now", lambda: now + timedelta(hours=48, seconds=1))
    assert find_activation(again.secret, TODAY) is None


def test_a_new_password_ends_the_old_one_its_sessions_and_the_link(coop: Cooperative) -> None:
    given = made(coop)
    token = given.person.session_token
    link = accounts.give_link(AD, coop, given.person.id)
    again = accounts.give_password(AD, coop, given.person.id)
    assert sign_in("075-0001", given.secret, HERE) is None
    assert sign_in("075-0001", again.secret, HERE) is not None
    assert Person.get_by_id(given.person.id).session_token != token
    assert find_activation(link.secret, TODAY) is None


def test_an_access_ends_and_comes_back(coop: Cooperative) -> None:
    given = made(coop)
    accounts.end_account(AD, coop, given.person.id)
    assert sign_in("075-0001", given.secret, HERE) is None
    with pytest.raises(NotFound):
        accounts.give_password(AD, coop, given.person.id)
    accounts.restore_account(AD, coop, given.person.id)
    assert sign_in("075-0001", given.secret, HERE) is not None


def test_a_mandate_ends_on_its_day_included(coop: Cooperative) -> None:
    given = made(coop, by_link=True)
    accounts.set_end(AD, coop, given.person.id, TODAY)
    assert find_activation(given.secret, TODAY) is not None
    assert find_activation(given.secret, TODAY + timedelta(days=1)) is None
    accounts.set_end(AD, coop, given.person.id, TODAY)
    assert Journal.select().where(Journal.action == "fin de mandat").count() == 1


def test_what_is_another_cooperatives_is_not_found(coop: Cooperative) -> None:
    elsewhere = a_coop("075-0002")
    given, verifier = made(elsewhere), a_person("verif", "verificateur")
    staff = a_person("asso", "ad")
    for act in (accounts.give_password, accounts.give_link, accounts.end_account, accounts.restore_account):
        for person in (given.person, verifier, staff):
            with pytest.raises(NotFound):
                act(AD, coop, person.id)
    with pytest.raises(NotFound):
        accounts.set_end(AD, coop, verifier.id, None)


def test_every_act_leaves_its_line(coop: Cooperative) -> None:
    given = made(coop)
    before = Journal.select().count()
    accounts.give_link(AD, coop, given.person.id)
    accounts.give_password(AD, coop, given.person.id)
    accounts.set_end(AD, coop, given.person.id, TODAY)
    accounts.end_account(AD, coop, given.person.id)
    accounts.restore_account(AD, coop, given.person.id)
    lines = list(Journal.select().order_by(Journal.id))[before:]
    assert [line.action for line in lines] == [
        "lien d’activation", "nouveau mot de passe", "fin de mandat", "fin d’accès", "retour d’accès",
    ]  # fmt: skip
    assert {line.who for line in lines} == {"Association"}
