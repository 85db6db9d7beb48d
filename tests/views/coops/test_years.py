"""The screens by which an association enters an earlier exercice of a cooperative."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from retkoop.models import Year
from tests.factories import a_coop, a_person, a_year
from tests.views.conftest import Browser

PLACE = "/ad/075/coops/075-0001/exercices"
OPENED = {"exercice": "2020-2021", "compte": "512", "banque": "1000", "caisse": "", "report": ""}


@pytest.fixture
def association(app: Flask, browse: Callable[[], Browser]) -> Browser:
    a_year()
    a_person()
    a_person("asso", "ad")
    asso = browse().sign_in("asso")
    asso.get(PLACE)
    return asso


def figures(page: str, **typed: str) -> dict[str, str]:
    version = re.search(r'name="version" value="([^"]*)"', page)
    assert version is not None
    field = re.search(r'name="([^"]*61800008)"', page)
    assert field is not None
    return {"version": version[1], "compte": "512", field[1]: "400", "banque": "600", **typed}


def test_an_earlier_exercice_is_opened_typed_in_and_handed_in(
    association: Browser, browse: Callable[[], Browser]
) -> None:
    page = association.follow(PLACE, OPENED).text
    address = PLACE + "/2020-2021"
    # Those who keep the books still arrive in their own exercice.
    mandataire = browse().sign_in("075-0001")
    assert mandataire.get("/coop/075-0001/").headers["Location"].endswith("/2024-2025/")
    wrong = association.post(address, figures(page, banque="599", remettre="1"))
    assert (wrong.status_code, Year.get(Year.start_year == 2020).state) == (422, "open")
    stale = association.post(address, figures(page))
    assert (stale.status_code, "Enregistré maintenant" in stale.text) == (409, True)
    assert association.post(address, figures(page, banque="beaucoup")).status_code == 422
    done = association.follow(address, figures(association.get(address).text, remettre="1"))
    assert "attend d’être validé" in done.text
    assert association.post(address, figures(page)).status_code == 409
    assert Year.get(Year.start_year == 2020).state == "sent"


def test_what_cannot_be_opened_is_said(association: Browser) -> None:
    assert association.post(PLACE, {**OPENED, "exercice": "2024-2025"}).status_code == 422
    assert association.post(PLACE, {**OPENED, "banque": "beaucoup"}).status_code == 422
    association.follow(PLACE, OPENED)
    assert association.post(PLACE, OPENED).status_code == 422


def test_the_cahier_of_a_cooperative_is_not_typed_into(association: Browser) -> None:
    page = association.get(PLACE + "/2024-2025").text
    assert "ne se saisit pas ici" in page
    answer = association.post(PLACE + "/2024-2025", {"version": "x", "compte": "512", "banque": "1"})
    assert answer.status_code == 409


def test_another_departements_is_not_there(association: Browser) -> None:
    a_coop("013-0001")
    for address in ("/ad/075/coops/013-0001/exercices", "/ad/013/coops/013-0001/exercices", PLACE + "/2001-2002"):
        assert association.get(address).status_code == 404
        assert association.post(address, OPENED).status_code == 404
