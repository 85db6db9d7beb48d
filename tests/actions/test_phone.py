"""The phone’s pass: one sending, ten minutes, in the name of who made it, of no use to who reads the table."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask

from retkoop.actions import ledger, phone, scans
from retkoop.actions.undo import last_steps
from retkoop.audit import Actor, now
from retkoop.db import database
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.models import Person, Scan, UploadPass, YearKey
from retkoop.storage import Storage
from tests.factories import a_coop, a_person, a_year, an_entry
from tests.support.ledger_checks import close_at_once, everything_of, told
from tests.support.papers import arrived


@pytest.fixture
def storage(app: Flask) -> Storage:
    """Give the storage of the application."""
    return app.config["STORAGE"]


@pytest.fixture
def year(app: Flask) -> YearKey:
    """Give a year with one entry."""
    key = a_year()
    an_entry(key)
    return key


@pytest.fixture
def camille(year: YearKey) -> Actor:
    """Give its mandataire."""
    return Actor("Camille", a_person().id)


def found(token: str) -> phone.Pass:
    made = phone.find_pass(token)
    assert made is not None
    return made


def test_a_pass_is_kept_by_its_digest_alone(year: YearKey, camille: Actor) -> None:
    token = phone.make_pass(camille, year, 1)
    assert len(token) >= 43
    assert phone.make_pass(camille, year, 1) != token
    assert token not in repr(everything_of(year))
    assert found(token).digest == phone.digest_of(token)
    assert told(year)[-1][:2] == ("lien pour téléphone", "ecriture:1")
    assert "lien pour téléphone" not in [step.action for step in last_steps(year, camille.person)]


def test_what_comes_by_it_is_of_who_made_it(year: YearKey, camille: Actor, storage: Storage) -> None:
    token = phone.make_pass(camille, year, 1)
    phone.use_pass(found(token), [(arrived(storage, "red"), "a"), (arrived(storage, "blue"), "b")])
    assert [row.entry for row in Scan.select()] == [1, 1]
    lines = [line for line in told(year) if line[0] == "ajout" and line[1].startswith("piece")]
    assert len(lines) == 2
    steps = last_steps(year, camille.person)
    assert [step.subject for step in steps[:2]] == ["piece:2", "piece:1"]
    assert found(token).actor == Actor("Camille (téléphone)", camille.person)


def test_a_pass_of_the_inbox_fills_the_inbox(year: YearKey, camille: Actor, storage: Storage) -> None:
    phone.use_pass(found(phone.make_pass(camille, year)), [(arrived(storage), "a")])
    assert Scan.get().entry is None


def test_it_serves_once(year: YearKey, camille: Actor, storage: Storage) -> None:
    made = found(phone.make_pass(camille, year, 1))
    phone.use_pass(made, [(arrived(storage), "a")])
    before = everything_of(year)
    with pytest.raises(NotFound):
        phone.use_pass(made, [(arrived(storage, "red"), "b")])
    assert everything_of(year) == before


def test_two_phones_at_once_are_served_once(year: YearKey, camille: Actor, storage: Storage) -> None:
    made = found(phone.make_pass(camille, year, 1))
    documents = [arrived(storage, colour) for colour in ("red", "blue", "green", "teal")]

    def use(document: scans.Arrived) -> bool:
        with database.connection_context():
            try:
                phone.use_pass(made, [(document, document.digest)])
            except NotFound:
                return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(use, documents)) == [False, False, False, True]
    assert Scan.select().count() == 1


def test_the_same_sending_is_recognised_when_it_comes_again(year: YearKey, camille: Actor, storage: Storage) -> None:
    token = phone.make_pass(camille, year, 1)
    phone.use_pass(found(token), [(arrived(storage), "a")])
    again = found(token)
    assert again.is_used
    assert phone.received(again, ["a"]) == {"a"}
    assert phone.received(again, ["a", "a"]) == {"a"}
    assert phone.received(again, ["a", "b"]) == {"a"}
    assert not phone.received(again, [])


def test_it_ends_after_ten_minutes(year: YearKey, camille: Actor) -> None:
    token = phone.make_pass(camille, year, 1)
    ends = UploadPass.get().expires_at
    assert timedelta(minutes=9) < ends - now() <= timedelta(minutes=10)
    assert phone.state_of(year, phone.digest_of(token)) == phone.WAITS
    UploadPass.update(expires_at=now() - timedelta(seconds=1)).execute()
    assert phone.find_pass(token) is None
    assert phone.state_of(year, phone.digest_of(token)) == phone.OVER
    phone.make_pass(camille, year, 1)
    assert UploadPass.select().count() == 1, "those that are over are swept away"


def test_the_computer_learns_when_it_was_used(year: YearKey, camille: Actor, storage: Storage) -> None:
    token = phone.make_pass(camille, year, 1)
    phone.use_pass(found(token), [(arrived(storage), "a")])
    assert phone.state_of(year, phone.digest_of(token)) == phone.USED
    assert phone.state_of(a_year(a_coop("075-0002")), phone.digest_of(token)) == phone.OVER


@pytest.mark.parametrize("token", ["", "x", "é" * 50, "\ud800", "0" * 10_000])
def test_an_unknown_token_opens_nothing(year: YearKey, camille: Actor, token: str) -> None:
    phone.make_pass(camille, year, 1)
    assert phone.find_pass(token) is None


@pytest.mark.parametrize("change", [{"disabled": 1}, {"role": "verificateur"}, {"coop": "075-0002"}])
def test_who_may_write_no_more_has_no_pass_any_more(year: YearKey, camille: Actor, change: dict[str, object]) -> None:
    a_coop("075-0002")
    token = phone.make_pass(camille, year, 1)
    assert phone.find_pass(token)
    Person.update(change).execute()
    assert phone.find_pass(token) is None


def test_a_year_closed_meanwhile_takes_nothing(year: YearKey, camille: Actor, storage: Storage) -> None:
    made = found(phone.make_pass(camille, year, 1))
    close_at_once(year)
    before = everything_of(year)
    with pytest.raises(Conflict, match="clos"):
        phone.use_pass(made, [(arrived(storage), "a")])
    assert everything_of(year) == before


def test_an_entry_struck_out_meanwhile_leaves_the_pass_alive(year: YearKey, camille: Actor, storage: Storage) -> None:
    token = phone.make_pass(camille, year, 1)
    ledger.strike_entry(camille, year, 1)
    with pytest.raises(Refusal, match="n’est plus, dans le cahier"):
        phone.use_pass(found(token), [(arrived(storage), "a")])
    assert not found(token).is_used
