"""Guessing is slowed more and more; nobody is ever locked out, neither a person nor a school."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine

from retkoop.actions import people
from retkoop.models import Attempt
from tests.factories import PASSWORD, a_person
from tests.views.conftest import Browser

Browse = Callable[[], Browser]
SCHOOL, ELSEWHERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Stop the clock."""
    with time_machine.travel("2025-09-05T10:00:00+02:00", tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare without the cost of argon2."""
    monkeypatch.setattr(people, "verify", lambda stored, password: stored is not None and password == PASSWORD)


@pytest.fixture(autouse=True)
def two_people(year: Any) -> None:
    """Make two colleagues."""
    a_person("anne")
    a_person("basile")


def tried(browser: Browser, identifier: str, password: str = "non", address: str = SCHOOL) -> int:
    """Try a password and give the status of the answer."""
    browser.get("/connexion")
    fields = {"identifiant": identifier, "mot_de_passe": password}
    answer = browser.post("/connexion", fields, environ_base={"REMOTE_ADDR": address})
    return answer.status_code


def test_a_few_mistakes_cost_nothing(browse: Browse) -> None:
    browser = browse()
    assert [tried(browser, "anne") for _ in range(4)] == [422] * 4
    assert tried(browser, "anne", PASSWORD) == 303
    assert not Attempt.select().where(Attempt.subject.contains("ANNE")).exists()


def test_each_failure_costs_more_and_never_more_than_an_hour(browse: Browse, clock: Any) -> None:
    browser, waits = browse(), []
    for n in range(20):
        assert tried(browser, "anne", address=f"203.0.113.{n}") == 422
        waits.append(_wait(browser, clock))
    assert waits[:4] == [0] * 4
    assert waits[4:8] == [5, 10, 20, 40]
    assert waits == sorted(waits)
    assert waits[-1] == 3600
    assert tried(browser, "anne", PASSWORD) == 303


def _wait(browser: Browser, clock: Any) -> int:
    """Wait until the account of Anne is open again, and give how many seconds that took."""
    row = Attempt.get(Attempt.subject == "personne:ANNE")
    seconds = round((row.blocked_until - people.now()).total_seconds())
    if seconds:
        clock.shift(seconds - 1)
        assert tried(browser, "anne", PASSWORD, address="203.0.113.99") == 429
        clock.shift(1)
    return int(seconds)


def test_the_right_password_does_not_pass_while_one_waits(browse: Browse) -> None:
    browser = browse()
    for _ in range(5):
        tried(browser, "anne")
    browser.get("/connexion")
    answer = browser.post("/connexion", {"identifiant": "ANNE ", "mot_de_passe": PASSWORD})
    assert answer.status_code == 429
    assert "Trop d’essais. Attendez 6 secondes avant de recommencer." in answer.text


def test_a_refused_try_does_not_lengthen_the_wait(browse: Browse, clock: Any) -> None:
    browser = browse()
    for _ in range(5):
        tried(browser, "anne")
    assert {tried(browser, "anne") for _ in range(20)} == {429}
    clock.shift(5)
    assert tried(browser, "anne", PASSWORD) == 303


def test_an_unknown_identifier_waits_just_the_same(browse: Browse) -> None:
    browser = browse()
    assert [tried(browser, "personne-du-tout") for _ in range(6)] == [422] * 5 + [429]


def test_a_colleague_at_the_same_address_still_enters(browse: Browse) -> None:
    for _ in range(9):
        tried(browse(), "anne")
    assert tried(browse(), "basile", PASSWORD) == 303


def test_many_failures_of_one_address_are_slowed(browse: Browse, clock: Any) -> None:
    browser = browse()
    assert {tried(browser, f"inconnu-{n}") for n in range(60)} == {422}
    assert tried(browser, "inconnu-60") == 429
    assert tried(browser, "inconnu-61", address=ELSEWHERE) == 422
    clock.shift(5)
    assert tried(browser, "inconnu-62") == 422


def test_those_who_guess_keep_nobody_out_of_their_own_browser(browse: Browse) -> None:
    """Neither the whole school, slowed by one of its computers, nor the account they aim at."""
    hers = browse()
    assert tried(hers, "anne", PASSWORD) == 303
    hers.post("/deconnexion")
    for n in range(66):
        tried(browse(), "anne" if n < 6 else f"inconnu-{n}")
    assert tried(browse(), "anne", PASSWORD) == 429
    assert tried(hers, "anne", PASSWORD) == 303


def test_a_known_browser_is_slowed_for_its_own_guesses(browse: Browse) -> None:
    browser = browse()
    assert tried(browser, "anne", PASSWORD) == 303
    browser.post("/deconnexion")
    assert [tried(browser, "anne") for _ in range(6)] == [422] * 5 + [429]
    assert tried(browse(), "anne", PASSWORD, address=ELSEWHERE) == 303


def test_a_known_browser_is_known_for_its_own_account_only(browse: Browse) -> None:
    browser = browse()
    assert tried(browser, "anne", PASSWORD) == 303
    browser.post("/deconnexion")
    assert [tried(browser, "basile") for _ in range(6)] == [422] * 5 + [429]
    assert tried(browse(), "basile", PASSWORD) == 429


def test_a_forged_browser_is_a_stranger(browse: Browse) -> None:
    for forged in ("", "x", "WyJhIixbIkFOTkUiXV0.AAAA", "é"):
        browser = browse()
        browser.client.set_cookie("appareil", forged, path="/connexion")
        for _ in range(5):
            tried(browser, "anne")
        assert tried(browser, "anne", PASSWORD) == 429


def test_what_is_forgotten_is_removed(browse: Browse, clock: Any) -> None:
    for n in range(3):
        tried(browse(), f"inconnu-{n}")
    clock.shift(2 * 3600 + 1)
    tried(browse(), "inconnu-9")
    assert {row.subject for row in Attempt.select()} == {"personne:INCONNU-9", f"adresse:{SCHOOL}"}
