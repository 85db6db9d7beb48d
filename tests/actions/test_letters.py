"""Letters with first passwords: printed before anything changes, all or none, and only where no password was used."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from retkoop.actions import accounts, letters
from retkoop.actions.accounts import NewAccount, make_account
from retkoop.actions.coops import close_coop
from retkoop.actions.letters import ALL, NEW, Letter, hashes, keep, prepared, waiting
from retkoop.actions.people import sign_in
from retkoop.association import LetterBatch
from retkoop.audit import Actor
from retkoop.errors import Conflict, Refusal
from retkoop.models import Journal, Person, find_coop
from tests.factories import a_coop

AD, TODAY, HERE = Actor("Association", 9), date(2025, 9, 5), "192.0.2.1"


@pytest.fixture
def three(app: Flask) -> list[str]:
    """Give the first passwords of three accounts, in two cooperatives; another département has one."""
    first, second = a_coop(), a_coop("075-0002")
    places = (first, first, second)
    names = ("075-0001", "075-0001-2", "075-0002")
    stranger = a_coop("013-0001")
    make_account(AD, stranger, NewAccount("013-0001", "Jean"), by_link=False)
    return [
        make_account(AD, coop, NewAccount(name, f"Personne {name}"), by_link=False).secret
        for coop, name in zip(places, names, strict=True)
    ]


def made(which: str = NEW, key: str | None = None, most: int = 50) -> list[Letter]:
    found = prepared("075", which, TODAY, most)
    keep(AD, "075", found, hashes(found), key)
    return found


def test_each_letter_opens_its_account_and_the_old_password_does_not(three: list[str]) -> None:
    found = made()
    assert [one.identifier for one in found] == ["075-0001", "075-0001-2", "075-0002"]
    for letter, old in zip(found, three, strict=True):
        assert sign_in(letter.identifier, old, HERE) is None
        assert sign_in(letter.identifier, letter.secret, HERE) is not None
    kept = repr([list(Person.select().dicts()), list(Journal.select().dicts()), list(LetterBatch.select().dicts())])
    assert not any(letter.secret in kept for letter in found)
    assert Journal.select().where(Journal.action == "lettre").count() == 3


def test_nothing_changes_before_they_are_kept(three: list[str]) -> None:
    prepared("075", ALL, TODAY)
    assert sign_in("075-0001", three[0], HERE) is not None


def test_who_has_entered_gets_none(three: list[str]) -> None:
    sign_in("075-0001", three[0], HERE)
    assert [one.identifier for one in made(ALL)] == ["075-0001-2", "075-0002"]


def test_somebody_who_enters_while_they_are_printed_stops_them_all(three: list[str]) -> None:
    found = prepared("075", NEW, TODAY)
    sign_in("075-0002", three[2], HERE)
    with pytest.raises(Conflict, match="Personne 075-0002 s’est connecté"):
        keep(AD, "075", found, hashes(found))
    assert sign_in("075-0001", three[0], HERE) is not None
    assert LetterBatch.select().count() == 0


def test_two_printings_at_once_never_both_hold(three: list[str]) -> None:
    first, second = prepared("075", NEW, TODAY), prepared("075", NEW, TODAY)
    keep(AD, "075", first, hashes(first))
    with pytest.raises(Conflict):
        keep(AD, "075", second, hashes(second))
    assert sign_in("075-0001", first[0].secret, HERE) is not None


def test_the_same_form_sent_twice_makes_them_once(three: list[str]) -> None:
    made(ALL, "clé")
    with pytest.raises(Conflict, match="viennent d’être faites"):
        made(ALL, "clé")
    made(ALL, "autre clé")


def test_they_go_on_where_the_last_ones_ended(three: list[str]) -> None:
    assert waiting("075", TODAY) == (3, 3)
    assert len(made(most=2)) == 2
    assert waiting("075", TODAY) == (1, 3)
    assert [one.identifier for one in made(most=2)] == ["075-0002"]
    with pytest.raises(Refusal, match="Aucun accès"):
        made()
    assert [one.identifier for one in made(ALL, most=1)] == ["075-0001"]


def test_an_access_that_has_ended_gets_none(three: list[str]) -> None:
    first = find_coop("075-0001")
    assert first is not None
    people = {person.identifier: person for person in Person.select()}
    accounts.end_account(AD, first, people["075-0001"].id)
    Person.update(expires_on="2025-09-04").where(Person.id == people["075-0001-2"].id).execute()
    second = find_coop("075-0002")
    assert second is not None
    close_coop(AD, second, TODAY)
    assert letters.waiting("075", TODAY) == (0, 0)
