"""The association sees what became of each mail, and reminds those who are late, once a month."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask

from retkoop import jobs as worker
from retkoop.actions import mails, years
from retkoop.association import Message
from retkoop.audit import OPERATOR
from retkoop.db import database, writing
from retkoop.letters import Letter, new_password, validated
from retkoop.mail import opt_out_token
from retkoop.models import Department, Person, Year
from retkoop.school_year import SchoolYear
from tests.factories import a_coop, a_person, a_year
from tests.views.conftest import Browser

PLACE = "/ad/075/courriels"


def reached(identifier: str, coop: str, mail: str) -> Person:
    person = a_person(identifier, coop_identifier=coop, name=identifier.title())
    Person.update(mail=mail).where(Person.id == person.id).execute()
    return Person.get_by_id(person.id)


def post(person: Person, once: str = "un") -> int:
    letter = validated(person.name, "Les <i>Lilas</i>", "2024-2025", "/coop/075-0001/2024-2025/")
    number = writing(mails.post)(person, "validation", letter, once)
    assert number is not None
    return number


@pytest.fixture
def zoe(app: Flask) -> Person:
    """Give a mandataire of 075-0001, whose exercice is open; 075-0002 has sent its own, 075-0003 has not begun it."""
    app.config["RETKOOP"] = replace(app.config["RETKOOP"], today=date(2025, 9, 5))
    a_year(a_coop("075-0001", name="Les <i>Lilas</i>"))
    sent = a_year(a_coop("075-0002"))
    Year.update(state="sent").where(sent.of(Year)).execute()
    years.open_year(OPERATOR, a_coop("075-0003"), SchoolYear(2023))
    reached("max", "075-0002", "max@exemple.fr")
    reached("lea", "075-0003", "lea@exemple.fr")
    return reached("zoe", "075-0001", "zoe@exemple.fr")


@pytest.fixture
def association(zoe: Person, browse: Callable[[], Browser]) -> Browser:
    """Give the browser of AD 075."""
    a_person("asso", "ad")
    return browse().sign_in("asso")


def test_it_lists_filters_and_shows_a_message(association: Browser, zoe: Person) -> None:
    assert "Aucun message pour l’instant" in association.get(PLACE).text
    number = post(zoe)
    page = association.get(f"{PLACE}?etat=waiting&nature=validation").text
    assert "Votre CRF 2024-2025 est validé" in page
    assert "en attente (1)" in page
    assert "Aucun message de cette sorte" in association.get(f"{PLACE}?etat=failed").text
    for nonsense in ("?page=x", "?page=99999999999", "?etat=zzz&nature=zzz&page=-1"):
        assert association.get(PLACE + nonsense).status_code == 200
    shown = association.get(f"{PLACE}/{number}").text
    assert "Les &lt;i&gt;Lilas&lt;/i&gt;" in shown
    assert "zoe@exemple.fr" in shown


def test_a_message_that_waits_is_taken_back_and_sent_after_all(association: Browser, zoe: Person) -> None:
    place = f"{PLACE}/{post(zoe)}"
    association.get(place)
    assert "annulé" in association.follow(f"{place}/annuler").text
    assert "en attente" in association.follow(f"{place}/renvoyer").text
    Message.update(state="sending").execute()
    assert association.post(f"{place}/renvoyer").status_code == 409


def test_the_link_of_a_password_is_read_by_nobody_else(association: Browser, zoe: Person) -> None:
    number = writing(mails.post)(zoe, "mot_de_passe", new_password("Zoé", "zoe", 24), "p")
    assert association.get(f"{PLACE}/{number}").status_code == 404
    assert "Choisir un nouveau mot de passe" not in association.get(PLACE).text


def remind(app: Flask, association: Browser) -> None:
    """Ask for the reminders, and let the worker write them."""
    association.get(f"{PLACE}/rappel")
    association.follow(f"{PLACE}/rappel")
    worker.init_app(app)
    database.close()
    worker.do_jobs()
    database.connect()


def told() -> list[tuple[str, Letter]]:
    return [(row.recipient, Letter.read(row.content)) for row in Message.select().order_by(Message.coop)]


def test_it_reminds_those_who_have_not_sent_once_a_month(app: Flask, association: Browser) -> None:
    page = association.get(f"{PLACE}/rappel").text
    assert "Envoyer 2 rappels" in page
    assert "max@exemple.fr" not in page
    assert Message.select().count() == 0
    remind(app, association)
    assert [to for to, _ in told()] == ["zoe@exemple.fr", "lea@exemple.fr"]
    letter = told()[0][1]
    assert letter.subject == "Exercice 2024-2025 : ce qu’il reste à faire avant le 30/09/2025"
    assert any("Clôture du cahier" in point for point in letter.points)
    assert letter.address == "/coop/075-0001/2024-2025/reste-a-faire"
    assert told()[1][1].points == ("Ouvrir l’exercice 2024-2025 dans Retkoop.",)

    page = association.get(f"{PLACE}/rappel").text
    assert page.count("déjà prévenu ce mois-ci") == 2
    assert "Personne n’est à prévenir" in page
    remind(app, association)
    assert len(told()) == 2
    app.config["RETKOOP"] = replace(app.config["RETKOOP"], today=date(2025, 10, 2))
    remind(app, association)
    assert len(told()) == 4
    assert "était attendu le 30/09/2025" in told()[1][1].paragraphs[0]


def test_the_day_of_the_monthly_reminder_is_chosen(association: Browser) -> None:
    place = f"{PLACE}/rappel"
    assert "Aucun rappel ne part de lui-même" in association.get(place).text.replace("&nbsp;", " ")
    page = association.follow(f"{place}/jour", {"jour": "28"}).text.replace("&nbsp;", " ")
    assert "Prochain départ : le 28/09/2025" in page
    for nonsense in ("29", "-1", "", "5 ", "٥"):
        association.get(place)
        assert association.post(f"{place}/jour", {"jour": nonsense}).status_code == 422
    assert Department.get_by_id("075").reminder_day == 28
    assert "ne partira plus" in association.follow(f"{place}/jour", {"jour": "0"}).text


def test_who_wants_no_reminder_says_so_without_an_account(
    app: Flask, association: Browser, zoe: Person, browse: Callable[[], Browser]
) -> None:
    remind(app, association)
    place = f"/courriels/arret/{opt_out_token(app.config['RETKOOP'], zoe.id)}"
    reader = browse()
    assert "Ne plus recevoir de rappel" in reader.get(place).text
    assert not mails.refuses(zoe.id)
    assert "Vous ne recevez plus de rappel" in reader.follow(place).text
    # What waited is dropped, what tells of a decision is not.
    post(zoe)
    claimed = [row for row in iter(lambda: mails.claim(mails.now()), None) if row.person == zoe.id]
    assert [row.kind for row in claimed] == ["validation"]
    app.config["RETKOOP"] = replace(app.config["RETKOOP"], today=date(2025, 10, 2))
    assert "ne veut pas de rappel" in association.get(f"{PLACE}/rappel").text
    assert "Vous recevez chaque mois" in reader.follow(place, {"reprendre": "1"}).text
    assert not mails.refuses(zoe.id)


@pytest.mark.parametrize("token", ["1", "x" * 300, "MQ.abcdef", "é"])
def test_a_way_out_that_was_not_signed_stops_nothing(zoe: Person, browse: Callable[[], Browser], token: str) -> None:
    reader = browse()
    assert reader.get(f"/courriels/arret/{token}").status_code == 422
    reader.get("/connexion")
    assert reader.post(f"/courriels/arret/{token}").status_code == 422
    assert not mails.refuses(zoe.id)


def test_another_association_sees_none_of_it(app: Flask, zoe: Person, browse: Callable[[], Browser]) -> None:
    number = post(zoe)
    a_year(a_coop("013-0001"))
    a_person("port", "ad", department="013")
    other = browse().sign_in("port")
    assert other.get(f"/ad/013/courriels/{number}").status_code == 404
    assert "zoe@exemple.fr" not in other.get("/ad/013/courriels").text
    assert re.search("zoe@exemple.fr", other.get("/ad/013/courriels/rappel").text) is None
