"""A closed cahier is opened again by two people of the AD, within a week; both names stay."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from peewee import PeeweeException

from retkoop.actions import moves, reopening, staff
from retkoop.actions.accounts import NewAccount, activate
from retkoop.association import Message, SecondFactor
from retkoop.audit import OPERATOR, Actor, now
from retkoop.db import database
from retkoop.decision_tables import ReopeningRequest
from retkoop.errors import Conflict, Forbidden, Refusal
from retkoop.models import Person, Year, YearKey
from retkoop.two_people import KEYS_REMEMBERED
from retkoop.year_rows import moves_of
from tests.factories import SOMEONE, a_case, a_person
from tests.support.ledger_checks import told
from tests.support.year_end import finish
from tests.test_concurrency import at_once

MICHEL, ANNE = Actor("Michel", 71), Actor("Anne", 72)
NOW = datetime(2025, 9, 5, 12, 0, tzinfo=UTC)
WHY = "Une facture manque"


def state_of(key: YearKey) -> str:
    return str(Year.get(key.of(Year)).state)


@pytest.fixture
def closed(app: Flask) -> YearKey:
    """Give a year that is closed and ready to be sent; its mandataire has an address."""
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    a_person(key.coop, coop_identifier=key.coop, name="Camille")
    Person.update(mail="camille@exemple.fr").where(Person.identifier == key.coop).execute()
    finish(key)
    return key


def ask(key: YearKey, actor: Actor = MICHEL, instant: datetime = NOW) -> int:
    return reopening.ask(actor, key, WHY, instant)


def row() -> ReopeningRequest:
    found: ReopeningRequest = ReopeningRequest.select().order_by(ReopeningRequest.number.desc()).get()
    return found


def test_one_asks_another_confirms_and_both_names_stay(closed: YearKey) -> None:
    number = ask(closed)
    assert state_of(closed) == "closed"
    reopening.confirm(ANNE, closed, number, NOW)
    assert state_of(closed) == "open"
    last = moves_of(closed)[-1]
    assert (last.move, last.who, last.reason) == ("reouverture", "Michel et Anne", WHY)
    assert [line[0] for line in told(closed, "réouverture")] == ["réouverture"]
    assert [line[0] for line in told(closed, "demande")] == ["demande"]
    assert (row().state, row().who, row().ended_who) == ("done", "Michel", "Anne")
    assert [message.kind for message in Message.select()] == ["renvoi"]


def test_whoever_asked_never_confirms(closed: YearKey) -> None:
    number = ask(closed)
    for actor in (MICHEL, OPERATOR):
        with pytest.raises(Forbidden):
            reopening.confirm(actor, closed, number, NOW)
    assert (state_of(closed), row().state) == ("closed", "waiting")
    done = {"state": "done", "ended_at": NOW, "ended_who": "Michel", "ended_person": MICHEL.person}
    with pytest.raises(PeeweeException, match="reopening_request_by_two"), database.atomic():
        ReopeningRequest.update(**done).execute()


@pytest.fixture
def people(closed: YearKey) -> dict[str, Actor]:
    """Give a person of the association, from the command line as the first one is, and a colleague likewise."""
    made = [a_person(name.lower(), "ad", name=name) for name in ("Paul", "Lise")]
    return {one.name: Actor(one.name, one.id) for one in made}


def invited(by: Actor, name: str) -> Actor:
    """Give an account that somebody made, after its link was used."""
    given = staff.make_member(by, "075", NewAccount(name.lower(), name))
    return Actor(name, activate(given.secret, "girafe boulon nuage tandem", NOW.date()).id)


def with_code_lifted(by: Actor, whose: Actor) -> None:
    SecondFactor.insert(person=whose.person, sealed="-", begun_at=NOW, enabled_at=NOW).execute()
    staff.lift_code(by, "075", whose.person or 0)


def test_an_account_that_the_other_one_made_is_no_second_person(closed: YearKey, people: dict[str, Actor]) -> None:
    paul, lise = people.values()
    double, again = invited(paul, "Double"), invited(paul, "Encore")
    third = invited(double, "Tiers")
    number = ask(closed, paul)
    for hand in (double, again, third):
        with pytest.raises(Forbidden, match="une autre personne"):
            reopening.confirm(hand, closed, number, NOW)
    reopening.cancel(paul, closed, number, NOW)
    number = ask(closed, double)
    for hand in (paul, again):
        with pytest.raises(Forbidden, match="celui de Double"):
            reopening.confirm(hand, closed, number, NOW)
    assert state_of(closed) == "closed"
    assert reopening.why_not(row(), lise.person) == ""
    reopening.confirm(lise, closed, number, NOW)
    assert state_of(closed) == "open"


@pytest.mark.parametrize("how", ["link", "code"])
@pytest.mark.parametrize("before", [True, False], ids=["before the request", "after it"])
def test_a_colleague_whose_keys_the_other_one_took_is_no_second_person(
    closed: YearKey, people: dict[str, Actor], how: str, before: bool
) -> None:
    paul, lise = people.values()
    number = 0 if before else ask(closed, paul)
    if how == "link":
        staff.give_link(paul, "075", lise.person or 0)
    else:
        with_code_lifted(paul, lise)
    number = number or ask(closed, paul)
    with pytest.raises(Forbidden, match="celui de Paul"):
        reopening.confirm(lise, closed, number, NOW)
    assert state_of(closed) == "closed"


def test_keys_are_remembered_for_a_month(closed: YearKey, people: dict[str, Actor]) -> None:
    paul, lise = people.values()
    staff.give_link(paul, "075", lise.person or 0)
    soon, later = now() + KEYS_REMEMBERED - timedelta(hours=1), now() + KEYS_REMEMBERED + timedelta(hours=1)
    number = ask(closed, paul, soon)
    with pytest.raises(Forbidden):
        reopening.confirm(lise, closed, number, later)
    reopening.cancel(paul, closed, number, later)
    reopening.confirm(lise, closed, ask(closed, paul, later), later)
    assert state_of(closed) == "open"


def test_it_counts_for_a_week(closed: YearKey) -> None:
    number = ask(closed)
    late = NOW + reopening.LIFE
    with pytest.raises(Conflict, match="sept jours"):
        reopening.confirm(ANNE, closed, number, late)
    year = Year.get(closed.of(Year))
    assert reopening.waiting_for(year, late) is None
    assert reopening.waiting_of("075", late) == []
    assert ask(closed, ANNE, late) == number + 1
    reopening.confirm(MICHEL, closed, number + 1, late + timedelta(days=6))
    assert state_of(closed) == "open"
    assert [one.state for one in ReopeningRequest.select().order_by(ReopeningRequest.number)] == ["cancelled", "done"]


def test_it_is_taken_back_by_anybody_of_the_association(closed: YearKey) -> None:
    number = ask(closed)
    reopening.cancel(ANNE, closed, number, NOW)
    for late in (reopening.cancel, reopening.confirm):
        with pytest.raises(Conflict):
            late(ANNE, closed, number, NOW)
    assert (state_of(closed), row().ended_who) == ("closed", "Anne")


def test_a_request_is_for_the_year_as_it_was(closed: YearKey) -> None:
    number = ask(closed)
    moves.send(SOMEONE, closed, lambda: date(2025, 9, 5))
    assert reopening.waiting_of("075", NOW) == []
    with pytest.raises(Conflict, match="changé d’état"):
        reopening.confirm(ANNE, closed, number, NOW)
    assert state_of(closed) == "sent"
    with pytest.raises(Conflict, match="envoyé"):
        ask(closed)
    moves.validate(SOMEONE, closed)
    with pytest.raises(Conflict, match="validé"):
        ask(closed)


def test_it_is_asked_once_with_a_reason_and_by_a_person(closed: YearKey) -> None:
    for reason in ("", "ab", "x" * 1_001):
        with pytest.raises(Refusal):
            reopening.ask(MICHEL, closed, reason, NOW)
    with pytest.raises(Conflict):
        reopening.ask(OPERATOR, closed, WHY, NOW)
    ask(closed)
    with pytest.raises(Conflict, match="déjà demandée"):
        ask(closed, ANNE)
    assert ReopeningRequest.select().count() == 1


def test_a_confirmation_of_an_older_request_is_refused(closed: YearKey) -> None:
    first = ask(closed)
    reopening.cancel(MICHEL, closed, first, NOW)
    ask(closed, ANNE)
    with pytest.raises(Conflict):
        reopening.confirm(MICHEL, closed, first, NOW)
    assert state_of(closed) == "closed"


def test_two_who_confirm_at_once_open_it_once(closed: YearKey) -> None:
    number = ask(closed)
    third = Actor("Zoé", 73)
    said = at_once([lambda who=who: reopening.confirm(who, closed, number, NOW) for who in (ANNE, third)])
    assert sorted(isinstance(one, Conflict) for one in said) == [False, True]
    assert [moved.move for moved in moves_of(closed)].count("reouverture") == 1


def test_what_was_asked_is_kept_as_it_was(closed: YearKey) -> None:
    ask(closed)
    table = ReopeningRequest
    for work in (table.update(reason="Autre chose"), table.update(person=1), table.delete()):
        with pytest.raises(PeeweeException, match="decision_intouchable"), database.atomic():
            work.execute()
