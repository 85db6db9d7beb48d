"""Changing the password, and putting off the change of a first one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import time_machine

from retkoop.models import Journal, Person, YearKey
from tests.factories import PASSWORD, a_person
from tests.views.conftest import Browser

NEW = "locomotive girafe nuage tambour"
HOME = "/coop/075-0001/2024-2025/"
LATER = "/mot-de-passe/plus-tard"


def typed(current: str = PASSWORD, new: str = NEW, again: str | None = None) -> dict[str, str]:
    """Fill the form in."""
    return {"actuel": current, "nouveau": new, "encore": new if again is None else again}


def test_it_changes_the_password_and_ends_the_other_sessions(
    mandataire: Browser, browse: Callable[[], Browser]
) -> None:
    other, kept = browse().sign_in("075-0001"), mandataire.client.get_cookie("session")
    answer = mandataire.post("/mot-de-passe", typed())
    assert answer.status_code == 303
    assert mandataire.get(HOME).status_code == 200
    assert other.get(HOME).status_code == 302
    stolen = browse()
    assert kept is not None
    stolen.client.set_cookie("session", kept.value)
    assert stolen.get(HOME).status_code == 302
    stolen.get("/connexion")
    assert stolen.post("/connexion", {"identifiant": "075-0001", "mot_de_passe": PASSWORD}).status_code == 422
    browse().sign_in("075-0001", NEW)
    assert Journal.select().where(Journal.action == "mot de passe").count() == 1
    assert not any(NEW in str(row) or PASSWORD in str(row) for row in Journal.select().tuples())


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (typed(current="pas le bon mot"), "Le mot de passe actuel n’est pas le bon."),
        (typed(new="trop court"), "au moins 12 caractères"),
        (typed(new="x" * 129), "au plus 128 caractères"),
        (typed(new="motdepasse123"), "trop facile à deviner"),
        (typed(new="075-0001075-0001"), "trop facile à deviner"),
        (typed(again="autre chose que cela"), "ne sont pas les mêmes"),
        ({}, "actuel n’est pas le bon"),
    ],
)
def test_it_refuses_and_says_why(mandataire: Browser, fields: dict[str, str], sentence: str) -> None:
    before = list(Person.select().tuples())
    answer = mandataire.post("/mot-de-passe", fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not any(value in answer.text for value in fields.values())
    assert list(Person.select().tuples()) == before
    assert mandataire.get(HOME).status_code == 200


def test_guessing_the_current_one_is_slowed(mandataire: Browser) -> None:
    """The session may be one that was left open on a school's computer."""
    with time_machine.travel("2025-09-05T10:00:00+02:00", tick=False) as clock:
        mandataire.sign_in("075-0001") if mandataire.get(HOME).status_code != 200 else None
        answers = [mandataire.post("/mot-de-passe", typed(current="non")).status_code for _ in range(6)]
        assert answers == [422] * 5 + [429]
        assert mandataire.post("/mot-de-passe", typed()).status_code == 429
        clock.shift(5)
        assert mandataire.post("/mot-de-passe", typed()).status_code == 303


@pytest.fixture
def newcomer(year: YearKey, browse: Callable[[], Browser]) -> Browser:
    """Give the browser of someone who still has a first password."""
    a_person(must_change=True)
    return browse().sign_in("075-0001")


def test_a_first_password_is_put_off_three_times_and_then_no_more(
    newcomer: Browser, browse: Callable[[], Browser]
) -> None:
    for left in (2, 1, 0):
        page = newcomer.follow(LATER)
        page = newcomer.get(page.headers["Location"]) if page.status_code == 303 else page
        assert f"encore {left} fois" in page.text
    assert newcomer.post(LATER).status_code == 422
    assert "Plus tard" not in newcomer.get("/mot-de-passe").text
    assert Person.get().postponements == 3
    assert newcomer.get(HOME).status_code == 200, "this session was put off in time"
    again = browse().sign_in("075-0001")
    assert again.get(HOME).headers["Location"] == "/mot-de-passe"
    assert again.get("/aide/").headers["Location"] == "/mot-de-passe"
    assert again.post(HOME + "cahier", {}).status_code == 403
    assert again.get("/deconnexion").status_code == 200


def test_the_change_opens_everything_again(newcomer: Browser) -> None:
    Person.update(postponements=3).execute()
    assert newcomer.get(HOME).headers["Location"] == "/mot-de-passe"
    newcomer.get("/mot-de-passe")
    assert newcomer.post("/mot-de-passe", typed()).status_code == 303
    person = Person.get()
    assert (person.must_change, person.postponements) == (0, 0)
    assert newcomer.get(HOME).status_code == 200
