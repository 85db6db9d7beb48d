"""The page of a team: given, ended, given back; the fédération does the same for each AD."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from retkoop.association import SecondFactor
from retkoop.audit import now
from retkoop.models import Person
from tests.factories import PASSWORD, a_department, a_person
from tests.views.conftest import Browser

Browse = Callable[[], Browser]
NEW = "girafe boulon nuage tandem"
# Who looks at which team.
PLACES = {
    "AD": ("asso", "/ad/075/equipe"),
    "fédération chez l’AD": ("nation", "/ad/075/equipe"),
    "fédération": ("nation", "/federation/equipe"),
}


@pytest.fixture(autouse=True)
def everybody(app: Flask) -> None:
    """Make two associations and the fédération, of two people each."""
    for code in ("075", "013"):
        a_department(code)
        a_person(f"asso{code}", "ad", department=code, name="Zoé Ailleurs")
    a_person("asso", "ad", name="Anne Petit")
    a_person("nation", "federation", name="Nadia Haut")
    a_person("nation2", "federation", name="Noé Haut")


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest) -> str:
    return PLACES[request.param][1]


@pytest.fixture
def browser(request: pytest.FixtureRequest, browse: Browse, place: str) -> Browser:
    who = PLACES[request.node.callspec.params["place"]][0]
    found = browse().sign_in(who)
    found.get(place)
    return found


def colleague(place: str) -> Person:
    return Person.get(Person.identifier == ("nation2" if "federation" in place else "asso075"))


def test_it_lists_who_signs_in_and_how(browser: Browser, place: str, browse: Browse) -> None:
    other = colleague(place)
    SecondFactor.insert(person=other.id, sealed="-", begun_at=now(), enabled_at=now()).execute()
    page = browser.get(place).text
    rows = dict(re.findall(r'<tr><th scope="row">([^<]+)</th>(.*?)</tr>', page, re.DOTALL))
    (line,) = [text for text in rows.values() if f">{other.identifier}<" in text]
    assert 'data-name="Double authentification">oui' in line
    assert 'data-name="Dernière connexion">jamais' in line
    assert "asso013" not in page
    browse().sign_in("asso")
    if "/ad/" in place:
        assert "/2025 à " in browser.get(place).text or "/2026 à " in browser.get(place).text


def test_an_account_is_made_and_its_link_opens_it(browser: Browser, place: str, browse: Browse) -> None:
    typed = {"nom": "Bo Neuf", "identifiant": "bo.neuf", "mail": "bo@exemple.fr", "telephone": "", "fin": "2026-08-31"}
    answer = browser.post(place, typed)
    link = re.search(r'value="http://localhost(/activation/[^"]+)"', answer.text)
    assert link is not None
    assert link[1] not in browser.get(place).text, "it is shown once"
    again = browser.post(place, typed)
    assert again.status_code == 422
    assert "donnez-lui un nouveau lien" in again.text
    guest = browse()
    page = guest.get(link[1])
    assert "Fédération" in page.text or "fédération nationale" in page.text or "OCCE 075" in page.text
    home = guest.post(link[1], {"nouveau": NEW, "encore": NEW}).headers["Location"]
    assert home == ("/federation/" if "federation" in place else "/ad/075/")
    assert guest.get(home).status_code == 200


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"nom": ""}, "Écrivez le nom"),
        ({"identifiant": "075-1234"}, "commence par une lettre"),
        ({"mail": "bo"}, "nom@exemple.fr"),
        ({"fin": "2024-01-01"}, "Choisissez un jour"),
    ],
)
def test_what_is_wrong_is_said_under_its_field(browser: Browser, place: str, typed: dict[str, str], words: str) -> None:
    whole = {"nom": "Bo Neuf", "identifiant": "bo.neuf", "mail": "", "telephone": "", "fin": "", **typed}
    answer = browser.post(place, whole)
    assert answer.status_code == 422
    assert words in answer.text
    assert not Person.select().where(Person.identifier == whole["identifiant"]).exists()


def test_an_access_is_bounded_ended_and_given_back(browser: Browser, place: str, browse: Browse) -> None:
    other = colleague(place)
    theirs = browse().sign_in(other.identifier)
    one = f"{place}/{other.id}"
    assert "jusqu’au 31/08/2026" in browser.follow(one + "/dernier-jour", {"fin": "2026-08-31"}).text
    assert browser.post(one + "/dernier-jour", {"fin": "hier"}).status_code == 422
    assert "est terminé" in browser.follow(one + "/fin").text
    assert theirs.get("/mot-de-passe").status_code == 302
    assert "est rétabli" in browser.follow(one + "/retour").text
    assert "/activation/" in browser.post(one + "/lien").text


def test_a_lost_phone_is_lifted(browser: Browser, place: str) -> None:
    other = colleague(place)
    assert "n’a pas de double authentification" in browser.post(f"{place}/{other.id}/sans-code").text
    SecondFactor.insert(person=other.id, sealed="-", begun_at=now(), enabled_at=now()).execute()
    assert "Téléphone perdu" in browser.get(place).text
    assert "est arrêtée, ses sessions sont fermées" in browser.follow(f"{place}/{other.id}/sans-code").text
    assert not SecondFactor.select().exists()


def test_nobody_ends_themselves_nor_the_last_one(browse: Browse) -> None:
    browser = browse().sign_in("asso013")
    browser.get("/ad/013/equipe")
    me = Person.get(Person.identifier == "asso013").id
    for act in ("lien", "fin", "dernier-jour", "sans-code"):
        answer = browser.post(f"/ad/013/equipe/{me}/{act}")
        assert (answer.status_code, "votre propre compte" in answer.text) == (422, True), act
    nation = browse().sign_in("nation")
    nation.get("/ad/013/equipe")
    answer = nation.post(f"/ad/013/equipe/{me}/fin")
    assert (answer.status_code, "dernière personne" in answer.text) == (422, True)


def test_ids_of_another_team_are_not_found(browser: Browser, place: str) -> None:
    before = list(Person.select().order_by(Person.id).tuples())
    elsewhere = ("asso013", "nation2" if "/ad/" in place else "asso")
    numbers = [one.id for one in Person.select() if one.identifier in elsewhere]
    for number in (*numbers, 1, "9" * 18):
        for act in ("lien", "fin", "retour", "dernier-jour", "sans-code"):
            assert browser.post(f"{place}/{number}/{act}").status_code == 404, (number, act)
    assert list(Person.select().order_by(Person.id).tuples()) == before


def test_an_access_that_is_over_says_whom_to_ask(browse: Browse) -> None:
    Person.update(expires_on="2025-09-04").where(Person.identifier.in_(["asso", "nation2"])).execute()
    for identifier, words in (("asso", "à un collègue ou à la fédération"), ("nation2", "à un collègue de")):
        browser = browse()
        browser.get("/connexion")
        answer = browser.post("/connexion", {"identifiant": identifier, "mot_de_passe": PASSWORD})
        assert (answer.status_code, words in answer.text) == (422, True)


def test_the_federation_finds_each_team(browse: Browse) -> None:
    page = browse().sign_in("nation").get("/federation/").text
    assert 'href="/federation/equipe"' in page
    assert 'href="/ad/013/equipe"' in page
