"""The people of an AD and of the fédération: given by each other, never ended to the last, never another team's."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from flask import Flask

from retkoop import db
from retkoop.actions import staff
from retkoop.actions.accounts import NewAccount, activate, find_activation
from retkoop.actions.people import sign_in
from retkoop.association import Message, SecondFactor
from retkoop.audit import Actor, now
from retkoop.coop_rows import waits
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.models import Journal, Person
from retkoop.staff_rows import team
from tests.factories import PASSWORD, a_coop, a_department, a_person

TODAY, HERE = date(2025, 9, 5), "192.0.2.1"
NEW = "girafe boulon nuage tandem"
TEAMS = {"AD": "075", "fédération": None}


@pytest.fixture(params=TEAMS)
def place(app: Flask, request: pytest.FixtureRequest) -> str | None:
    """Give a team of one person, beside those of others."""
    for code in ("075", "013"):
        a_department(code)
    a_coop()
    a_person("075-0001")
    a_person("ailleurs", "ad", department="013")
    a_person("premiere", "ad") if TEAMS[request.param] else a_person("premiere", "federation")
    return TEAMS[request.param]


@pytest.fixture
def first(place: str | None) -> Person:
    return team(place)[0].person


@pytest.fixture
def actor(first: Person) -> Actor:
    return Actor(first.identifier, first.id)


def invited(actor: Actor, place: str | None, identifier: str = "anne.petit") -> staff.Given:
    return staff.make_member(actor, place, NewAccount(identifier, "Anne Petit", "anne@exemple.fr"))


def arrived(actor: Actor, place: str | None, identifier: str = "anne.petit") -> Person:
    return activate(invited(actor, place, identifier).secret, NEW, TODAY)


def test_an_account_begins_by_a_link(actor: Actor, place: str | None) -> None:
    given = invited(actor, place)
    assert (given.person.department, given.person.coop, given.person.mail) == (place, None, "anne@exemple.fr")
    assert waits(given.person)
    assert find_activation(given.secret, TODAY) == given.person
    kept = repr([list(Person.select().dicts()), list(Journal.select().dicts())])
    assert given.secret not in kept
    person = activate(given.secret, NEW, TODAY)
    assert sign_in("anne.petit", NEW, HERE) == person
    assert {one.person.identifier for one in team(place)} == {"anne.petit", actor.name}


@pytest.mark.parametrize("identifier", ["075-0002", "0750001A", "été", "a", "-anne"])
def test_an_identifier_that_a_cooperative_might_have_is_refused(
    actor: Actor, place: str | None, identifier: str
) -> None:
    with pytest.raises(Refusal):
        invited(actor, place, identifier)


def test_the_same_form_twice_makes_one_account(actor: Actor, place: str | None) -> None:
    invited(actor, place)
    with pytest.raises(Conflict, match="existe déjà"):
        invited(actor, place)
    assert staff.proposed_identifier("075") == "ad075"
    arrived(actor, place, "ad075")
    assert staff.proposed_identifier("075") == "ad075-2"


def test_whoever_a_link_is_taken_for_is_told_by_whom(actor: Actor, place: str | None) -> None:
    anne = arrived(actor, place)
    assert not Message.select().exists(), "an account that was just made has nobody to warn"
    given = staff.give_link(actor, place, anne.id)
    staff.give_link(actor, place, anne.id)
    first, second = Message.select().order_by(Message.id)
    assert (first.recipient, first.kind, first.person) == ("anne@exemple.fr", "mot_de_passe", anne.id)
    assert actor.name in first.content
    assert given.secret not in first.content + second.content
    Person.update(mail="").where(Person.id == anne.id).execute()
    staff.give_link(actor, place, anne.id)
    assert Message.select().count() == 2


def test_an_access_ends_at_once_and_comes_back(actor: Actor, place: str | None) -> None:
    anne = arrived(actor, place)
    staff.end_member(actor, place, anne.id, TODAY)
    assert sign_in("anne.petit", NEW, HERE) is None
    assert Person.get_by_id(anne.id).session_token != anne.session_token
    with pytest.raises(NotFound):
        staff.give_link(actor, place, anne.id)
    staff.restore_member(actor, place, anne.id)
    assert sign_in("anne.petit", NEW, HERE) is not None
    told = [line.action for line in Journal.select().where(Journal.person == actor.person).order_by(Journal.id)]
    assert told == ["création", "fin d’accès", "retour d’accès"]


def test_an_access_ends_by_a_day(actor: Actor, place: str | None) -> None:
    anne = arrived(actor, place)
    staff.set_last_day(actor, place, anne.id, TODAY)
    assert [one.state(TODAY) for one in team(place) if one.person.id == anne.id] == ["en service"]
    assert [one.state(TODAY + timedelta(days=1)) for one in team(place) if one.person.id == anne.id] == ["fini"]
    staff.set_last_day(actor, place, anne.id, TODAY)
    assert Journal.select().where(Journal.action == "fin de mandat").count() == 1
    staff.set_last_day(actor, place, anne.id, None)
    assert Person.get_by_id(anne.id).expires_on is None


def test_nobody_changes_their_own_account_here(actor: Actor, place: str | None) -> None:
    arrived(actor, place)
    for act in (
        lambda: staff.end_member(actor, place, actor.person or 0, TODAY),
        lambda: staff.set_last_day(actor, place, actor.person or 0, TODAY),
        lambda: staff.give_link(actor, place, actor.person or 0),
        lambda: staff.lift_code(actor, place, actor.person or 0),
    ):
        with pytest.raises(Conflict, match="votre propre compte"):
            act()


def test_the_last_who_can_sign_in_is_never_ended(actor: Actor, place: str | None, first: Person) -> None:
    stranger = Actor("Fédération", 999)
    with pytest.raises(Conflict, match="dernière personne"):
        staff.end_member(stranger, place, first.id, TODAY)
    # Who has not chosen a password yet, whose access is over, or ends sooner, does not count.
    given = invited(actor, place)
    with pytest.raises(Conflict, match="dernière personne"):
        staff.end_member(stranger, place, first.id, TODAY)
    anne = activate(given.secret, NEW, TODAY)
    staff.set_last_day(actor, place, anne.id, TODAY + timedelta(days=10))
    with pytest.raises(Conflict, match="dernière personne"):
        staff.set_last_day(stranger, place, first.id, TODAY + timedelta(days=10))
    staff.set_last_day(stranger, place, first.id, TODAY + timedelta(days=9))
    staff.set_last_day(actor, place, anne.id, None)
    staff.end_member(stranger, place, first.id, TODAY)
    with pytest.raises(Conflict, match="dernière personne"):
        staff.end_member(stranger, place, anne.id, TODAY)


def test_two_who_end_each_other_at_one_moment_do_not_both_succeed(
    actor: Actor, place: str | None, first: Person
) -> None:
    anne = arrived(actor, place)
    ended, ready = [], threading.Barrier(2)

    def end(who: Person, other: Person) -> None:
        with db.database.connection_context():
            ready.wait()
            try:
                staff.end_member(Actor(who.identifier, who.id), place, other.id, TODAY)
            except Conflict:
                return
            ended.append(other.id)

    threads = [threading.Thread(target=end, args=pair) for pair in ((first, anne), (anne, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ended) == 1
    assert Person.select().where(Person.id.in_([first.id, anne.id]), Person.disabled == 0).count() == 1


def test_what_is_another_teams_is_not_found(actor: Actor, place: str | None) -> None:
    strangers = [one.id for one in Person.select() if one.identifier in ("ailleurs", "075-0001")]
    assert len(strangers) == 2
    for number in [*strangers, 1]:
        for act in (staff.give_link, staff.restore_member, staff.lift_code):
            with pytest.raises(NotFound):
                act(actor, place, number)
        with pytest.raises(NotFound):
            staff.end_member(actor, place, number, TODAY)
        with pytest.raises(NotFound):
            staff.set_last_day(actor, place, number, TODAY)


def test_a_new_link_leaves_the_second_factor_alone(actor: Actor, place: str | None) -> None:
    anne = arrived(actor, place)
    SecondFactor.insert(person=anne.id, sealed="-", begun_at=now(), enabled_at=now()).execute()
    activate(staff.give_link(actor, place, anne.id).secret, PASSWORD, TODAY)
    assert SecondFactor.select().where(SecondFactor.person == anne.id).exists()
    assert [one.code_since is not None for one in team(place) if one.person.id == anne.id] == [True]
    staff.lift_code(actor, place, anne.id)
    assert not SecondFactor.select().exists()
