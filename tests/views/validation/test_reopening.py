"""Two people of the association open a closed cahier again; nobody does alone, and nobody from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from retkoop.models import Year, YearKey
from tests.factories import a_case, a_coop, a_person, a_year
from tests.support.year_end import finish
from tests.views.conftest import Browser

QUEUE = "/ad/075/validation"
FILE = f"{QUEUE}/075-0013/2024-2025"
HERE = f"{FILE}/reouverture"


@pytest.fixture
def closed(app: Flask) -> YearKey:
    """Give a closed year, and two people of its association."""
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    a_person(key.coop, coop_identifier=key.coop, name="Camille")
    a_person("asso", "ad", name="Michel")
    finish(key)
    return key


def state_of(key: YearKey) -> str:
    return str(Year.get(key.of(Year)).state)


def test_from_the_file_to_the_open_cahier(closed: YearKey, browse: Callable[[], Browser]) -> None:
    michel = browse().sign_in("asso")
    assert HERE in michel.get(FILE).text
    assert "la seule personne" in michel.get(HERE).text
    a_person("asso2", "ad", name="Anne")
    assert "la seule personne" not in michel.get(HERE).text
    refused = michel.post(HERE, {"motif": "x"})
    assert (refused.status_code, 'value="x"' in refused.text) == (422, True)
    page = michel.follow(HERE, {"motif": "Une facture manque"}).text
    assert "Confirmer" not in page, "not by whoever asked"
    number = re.search(r'name="demande" value="(\d+)"', page)
    assert number is not None
    assert michel.post(f"{HERE}/confirmation", {"demande": number[1]}).status_code == 403
    anne = browse().sign_in("asso2")
    for page in (QUEUE, "/ad/075/"):
        assert "Réouvertures à confirmer" in anne.get(page).text
    assert "Une facture manque" in anne.get(HERE).text
    assert "est rouvert" in anne.follow(f"{HERE}/confirmation", {"demande": number[1]}).text
    assert state_of(closed) == "open"
    assert "Réouvertures à confirmer" not in anne.get("/ad/075/").text
    page = browse().sign_in("075-0013").get("/coop/075-0013/2024-2025/").text
    assert "Votre cahier a été rouvert" in page
    assert "Michel et Anne" in page
    assert "déjà ouvert" in anne.get(HERE).text


def test_a_request_is_taken_back(closed: YearKey, browse: Callable[[], Browser]) -> None:
    michel = browse().sign_in("asso")
    michel.get(HERE)
    michel.follow(HERE, {"motif": "Une facture manque"})
    assert "annulée" in michel.follow(f"{HERE}/annulation", {"demande": "1"}).text
    assert michel.post(f"{HERE}/annulation", {"demande": "1"}).status_code == 409
    for number in ("", "un", "1" * 50, "²"):
        assert michel.post(f"{HERE}/confirmation", {"demande": number}).status_code == 422
    assert state_of(closed) == "closed"


def test_another_association_neither_asks_nor_confirms(closed: YearKey, browse: Callable[[], Browser]) -> None:
    michel = browse().sign_in("asso")
    michel.get(HERE)
    michel.follow(HERE, {"motif": "Une facture manque"})
    a_year(a_coop("013-0001"))
    a_person("port", "ad", department="013")
    other = browse().sign_in("port")
    other.get("/ad/013/validation")
    for address in (HERE, HERE.replace("/ad/075", "/ad/013")):
        for what in ("", "/confirmation", "/annulation"):
            assert other.post(address + what, {"demande": "1", "motif": "Une facture"}).status_code == 404
    assert state_of(closed) == "closed"
    assert "Réouvertures" not in other.get("/ad/013/validation").text
