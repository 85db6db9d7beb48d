"""The record of a handover: written once, signed once by each, never changed; and the fiche identité."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask
from peewee import PeeweeException

from retkoop import db
from retkoop.actions import handover
from retkoop.actions.handover import Told, handovers_of, record_handover, sign_handover
from retkoop.actions.identity import people_of, save_contact, save_identity
from retkoop.audit import Actor
from retkoop.db import database
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.models import Cooperative, Handover, HandoverSignature, Journal, Person, YearKey, find_coop
from tests.factories import SOMEONE, a_coop, a_person, a_year

OTHER = Actor("Dominique Autre", 2)
CONTENT = {"banque": 1, "caisse": 2, "points": [], "ensemble": [], "remarques": "é"}
TOLD = Told(date(2025, 7, 4), "Camille", "Dominique", CONTENT)


@pytest.fixture
def key(app: Flask) -> YearKey:
    return a_year()


def coop() -> Cooperative:
    found = find_coop("075-0001")
    assert found is not None
    return found


def told() -> list[tuple[str, str, Any]]:
    rows = Journal.select().where(Journal.coop == "075-0001").order_by(Journal.id)
    return [(row.action, row.subject, row.after and json.loads(row.after)) for row in rows]


def test_it_is_kept_as_told_and_signed_by_its_author(key: YearKey) -> None:
    one, _ = the_two()
    assert record_handover(one, key, TOLD) == 1
    (record,) = handovers_of(coop())
    assert (record.number, record.year.label, record.day) == (1, "2024-2025", date(2025, 7, 4))
    assert (record.leaver, record.taker, record.content) == ("Camille", "Dominique", CONTENT)
    assert [(by.person, by.who) for by in record.signatures] == [(one.person, "Camille Test")]
    after = {"date": "2025-07-04", "sortant": "Camille", "entrant": "Dominique"}
    # Two lines of one millisecond stand in any order.
    lines = told()[-2:]
    assert ("passation", "passation:1", after) in lines
    assert ("signature", "passation:1", None) in lines


def test_a_form_sent_twice_writes_one(key: YearKey) -> None:
    twice = Told(TOLD.day, TOLD.leaver, TOLD.taker, CONTENT, "clé")
    assert record_handover(SOMEONE, key, twice) == record_handover(SOMEONE, key, twice) == 1
    assert record_handover(SOMEONE, key, TOLD) == 2
    assert [record.number for record in handovers_of(coop())] == [2, 1]


def the_two() -> tuple[Actor, Actor]:
    """Give the two people whom the record names, each with an account."""
    camille, dominique = a_person(name="Camille"), a_person("075-0001-b", name="Dominique")
    return Actor("Camille Test", camille.id), Actor("Dominique Autre", dominique.id)


def test_each_signs_once_from_their_own_account(key: YearKey) -> None:
    one, other = the_two()
    record_handover(one, key, TOLD)
    assert not sign_handover(one, "075", "075-0001", 1)
    assert sign_handover(other, "075", "075-0001", 1)
    assert not sign_handover(other, "075", "075-0001", 1)
    assert [one.who for one in handovers_of(coop())[0].signatures] == ["Camille Test", "Dominique Autre"]
    a_coop("075-0002")
    for elsewhere, number in (("075-0002", 1), ("075-0001", 2)):
        with pytest.raises(NotFound):
            sign_handover(one, "075", elsewhere, number)


def test_nobody_signs_under_the_name_of_another(key: YearKey) -> None:
    one, other = the_two()
    third = Actor("Alex", a_person("075-0001-c", name="Alex").id)
    record_handover(third, key, TOLD)
    (record,) = handovers_of(coop())
    assert record.signatures == (), "who records a handover between two others signs nothing"
    assert (record.accounts.leaver, record.accounts.taker) == (one.person, other.person)
    assert (record.leaver_identifier, record.taker_identifier) == ("075-0001", "075-0001-b")
    for stranger in (third, Actor("commande")):
        with pytest.raises(Conflict, match="deux personnes"):
            sign_handover(stranger, "075", "075-0001", 1)
    assert sign_handover(one, "075", "075-0001", 1)
    assert sign_handover(other, "075", "075-0001", 1)


def test_a_name_without_an_account_is_signed_for_by_hand_alone(key: YearKey) -> None:
    one, other = the_two()
    record_handover(one, key, replace(TOLD, taker="Alex, qui n’a pas de compte"))
    with pytest.raises(Conflict):
        sign_handover(other, "075", "075-0001", 1)
    assert [one.who for one in handovers_of(coop())[0].signatures] == ["Camille Test"]


def test_who_has_no_name_yet_is_the_one_that_is_left(key: YearKey) -> None:
    me = Actor("075-0001", a_person().id)
    a_person("075-0001-b", name="Dominique")
    record_handover(me, key, TOLD)
    record_handover(me, key, replace(TOLD, leaver="Dominique", taker="Camille"))
    for record in handovers_of(coop()):
        assert [one.person for one in record.signatures] == [me.person]


def test_there_are_only_so_many(key: YearKey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "MOST", 1)
    record_handover(SOMEONE, key, TOLD)
    with pytest.raises(Refusal, match="trop de procès-verbaux"):
        record_handover(SOMEONE, key, TOLD)


@pytest.mark.parametrize("table", [Handover, HandoverSignature])
def test_the_database_lets_nobody_change_what_was_signed(key: YearKey, table: Any) -> None:
    record_handover(the_two()[0], key, TOLD)
    row = table.select().dicts().get()
    column = table.at
    attempts = [table.update({column: column}), table.delete()]
    if not db.is_postgres():
        attempts.append(table.replace(row))
    for attempt in attempts:
        with pytest.raises(PeeweeException, match="passation_intouchable"), database.atomic():
            attempt.execute()
    if db.is_postgres():
        with pytest.raises(PeeweeException, match="passation_intouchable"), database.atomic():
            database.execute_sql(f"TRUNCATE {table._meta.table_name} CASCADE")
    assert table.select().count() == 1


def test_the_fiche_is_changed_as_it_was_read_and_told(key: YearKey) -> None:
    values = {"address": "12 rue des Tilleuls", "headcount": 212}
    assert save_identity(SOMEONE, "075-0001", 1, values)
    assert (coop().address, coop().headcount, coop().version) == ("12 rue des Tilleuls", 212, 2)
    assert told()[-1] == ("identité", "cooperative", {"adresse": "12 rue des Tilleuls", "effectif": 212})
    assert not save_identity(SOMEONE, "075-0001", 1, values)
    with pytest.raises(Conflict, match="entre-temps"):
        save_identity(OTHER, "075-0001", 1, {"address": "ailleurs"})
    with pytest.raises(NotFound):
        save_identity(SOMEONE, "075-9999", 1, values)
    assert coop().address == "12 rue des Tilleuls"


def test_a_person_says_how_they_are_reached(key: YearKey) -> None:
    camille, other = a_person(), a_person("075-0001-b")
    assert save_contact(SOMEONE, camille, {"name": "Camille", "mail": "c@exemple.fr", "phone": ""})
    assert not save_contact(SOMEONE, camille, {"name": "Camille", "mail": "c@exemple.fr", "phone": ""})
    assert [(one.name, one.mail) for one in (Person.get_by_id(camille.id), Person.get_by_id(other.id))] == [
        ("Camille", "c@exemple.fr"), ("", ""),
    ]  # fmt: skip
    assert told()[-1] == ("coordonnées", "compte", {"nom": "Camille", "mail": "c@exemple.fr"})


def test_the_people_of_a_coop_are_those_who_may_sign_in_there(key: YearKey) -> None:
    a_person("verif", "verificateur", name="Zoé")
    a_person("075-0001-b", name="Karim")
    gone = a_person("parti")
    Person.update(disabled=1).where(Person.id == gone.id).execute()
    a_coop("075-0002")
    a_person("075-0002", coop_identifier="075-0002")
    a_person("association", "ad")
    assert [one.identifier for one in people_of(coop())] == ["075-0001-b", "verif"]


@pytest.mark.parametrize(
    ("column", "value"),
    [("address", "x" * 301), ("mail", "x" * 201), ("phone", "1" * 31), ("bank", "x" * 121), ("account", "x" * 35),
     ("headcount", 5_001), ("headcount", -1)],
)  # fmt: skip
def test_the_database_bounds_each_text_by_name(key: YearKey, column: str, value: Any) -> None:
    with pytest.raises(PeeweeException, match=f"cooperative_{column}_"), database.atomic():
        Cooperative.update({column: value}).execute()
