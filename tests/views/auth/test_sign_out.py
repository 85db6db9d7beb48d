"""Signing out ends every session of the person; an address alone changes nothing."""

from __future__ import annotations

from collections.abc import Callable

from retkoop.models import Person, YearKey
from tests.factories import a_person
from tests.views.conftest import Browser

HOME = "/coop/075-0001/2024-2025/"


def test_a_get_asks_and_changes_nothing(mandataire: Browser) -> None:
    before = list(Person.select().tuples())
    page = mandataire.get("/deconnexion")
    assert "Toutes vos sessions seront fermées" in page.text
    assert mandataire.get(HOME).status_code == 200
    assert list(Person.select().tuples()) == before


def test_it_ends_every_session_and_a_kept_cookie_is_worth_nothing(
    mandataire: Browser, browse: Callable[[], Browser]
) -> None:
    other = browse().sign_in("075-0001")
    kept = mandataire.client.get_cookie("session")
    page = mandataire.follow("/deconnexion")
    assert "Vous êtes déconnecté." in page.text
    assert kept is not None
    mandataire.client.set_cookie("session", kept.value)
    for browser in (mandataire, other):
        assert browser.get(HOME).headers["Location"] == f"/connexion?next={HOME}"


def test_it_leaves_other_people_in(mandataire: Browser, browse: Callable[[], Browser]) -> None:
    a_person("verif", "verificateur")
    verifier = browse().sign_in("verif")
    mandataire.post("/deconnexion")
    assert verifier.get(HOME).status_code == 200


def test_a_disabled_account_is_out_at_once(mandataire: Browser, year: YearKey) -> None:
    Person.update(disabled=1).execute()
    assert mandataire.get(HOME).status_code == 302
    assert mandataire.post(HOME + "cahier", {"libelle": "Encore moi"}).status_code == 401
