"""The second step of signing in: a session half open is nobody's; set up, postponed, asked for, lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pyotp
import pytest
import time_machine
from flask import Flask

from retkoop import access
from retkoop.actions import people, second_factor
from retkoop.actions.people import end_sessions
from retkoop.association import SecondFactor
from retkoop.audit import now
from retkoop.models import Person
from retkoop.one_time_codes import unseal
from retkoop.views import entering
from tests.factories import PASSWORD, a_department, a_person
from tests.support import pages
from tests.views.conftest import Browser

Browse = Callable[[], Browser]
CODE, PAGE, HOME = "/connexion/code", "/double-authentification", "/ad/075/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Stop the clock: a code is that of half a minute."""
    with time_machine.travel("2025-09-05T10:00:05+02:00", tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def anne(app: Flask) -> Person:
    """Make somebody of an AD."""
    a_department()
    return a_person("anne", "ad", name="Anne Petit")


@pytest.fixture
def production(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """Ask for a second factor, as in production; give what makes it another day."""

    def become(today: date) -> None:
        monkeypatch.setitem(app.config, "RETKOOP", replace(app.config["RETKOOP"], production=True, today=today))

    become(date(2025, 9, 5))
    return become


def first_step(browser: Browser, **more: str) -> Any:
    browser.get("/connexion")
    return browser.post("/connexion", {"identifiant": "anne", "mot_de_passe": PASSWORD, **more})


def secret_shown(page: str) -> str:
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found is not None, page
    return found[1].replace(" ", "")


def set_up(browser: Browser, **more: str) -> tuple[str, list[str]]:
    """Set a phone up from the page; give its secret and the recovery codes."""
    browser.get(PAGE)
    page = browser.follow(PAGE + "/telephone", {"mot_de_passe": PASSWORD, **more})
    secret = secret_shown(page.text)
    answer = browser.post(PAGE, {"code": pyotp.TOTP(secret).at(now()), **more})
    assert answer.status_code == 200, answer.text
    return secret, re.findall(r'<li class="secret">([^<]+)</li>', answer.text)


@pytest.fixture
def protected(browse: Browse, clock: time_machine.Traveller) -> tuple[str, list[str]]:
    """Protect the account, half a minute ago."""
    found = set_up(browse().sign_in("anne"))
    clock.shift(60)
    return found


def code_of(secret: str) -> str:
    return pyotp.TOTP(secret).at(now())


# ---- Setting up


def test_it_is_offered_and_the_work_goes_on_without(browse: Browse) -> None:
    browser = browse()
    answer = first_step(browser)
    assert answer.headers["Location"] == HOME, "a password alone signs in"
    page = browser.get(HOME)
    assert page.status_code == 200
    assert "Mettre en place la double authentification" in page.text
    assert "Plus tard" in browser.get(PAGE).text


def test_nobody_is_offered_it_who_keeps_the_books_of_a_cooperative(mandataire: Browser) -> None:
    assert "double authentification" not in mandataire.get("/", follow_redirects=True).text
    assert "ouble authentification" not in mandataire.get("/mot-de-passe").text
    assert mandataire.get(PAGE).status_code == 404


def test_it_is_set_up_by_a_first_code(browse: Browse) -> None:
    other, browser = browse().sign_in("anne"), browse().sign_in("anne")
    browser.get(PAGE)
    assert browser.post(PAGE + "/telephone", {"mot_de_passe": "un autre"}).status_code == 422
    page = browser.follow(PAGE + "/telephone", {"mot_de_passe": PASSWORD})
    assert pages.by_id(pages.parse(page.text), "code-titre") is not None
    secret = secret_shown(page.text)
    for wrong in ("", "000000", "abc"):
        answer = browser.post(PAGE, {"code": wrong})
        assert (answer.status_code, secret_shown(answer.text)) == (422, secret)
    answer = browser.post(PAGE, {"code": code_of(secret)})
    codes = re.findall(r'<li class="secret">([^<]+)</li>', answer.text)
    assert (answer.status_code, len(set(codes))) == (200, 10)
    assert "sans_code" not in dict(cookie_of(browser))
    assert browser.get(HOME).status_code == 200
    assert "Mettre en place" not in browser.get(HOME).text
    assert other.get(HOME).status_code == 302, "sessions opened by the password alone are over"
    again = browser.post(PAGE, {"code": code_of(secret)})
    assert (again.status_code, codes[0] in again.text) == (409, False)


def cookie_of(browser: Browser) -> dict[str, Any]:
    with browser.client.session_transaction() as session:
        return dict(session)


# ---- The second step


def test_the_code_opens_the_session_where_one_wanted_to_go(browse: Browse, protected: tuple[str, list[str]]) -> None:
    wanted = "/ad/075/coops?cherche=a&page=1"
    browser = browse()
    answer = first_step(browser, next=wanted)
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (303, CODE)
    page = browser.get(answer.headers["Location"])
    assert 'name="next" value="/ad/075/coops?cherche=a&amp;page=1"' in page.text
    assert browser.post(CODE, {"code": "000000", "next": wanted}).status_code == 422
    assert browser.post(CODE, {"code": ""}).status_code == 422
    answer = browser.post(CODE, {"code": code_of(protected[0]), "next": wanted})
    assert (answer.status_code, answer.headers["Location"]) == (303, wanted)
    assert browser.get(HOME).status_code == 200


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "https://evil.example"])
def test_it_never_leaves_the_site(browse: Browse, protected: tuple[str, list[str]], target: str) -> None:
    browser = browse()
    assert first_step(browser, next=target).headers["Location"] == CODE
    assert 'name="next" value=""' in browser.get(CODE, query_string={"next": target}).text
    assert browser.post(CODE, {"code": code_of(protected[0]), "next": target}).headers["Location"] == HOME


def half_open(browse: Browse) -> Browser:
    browser = browse()
    first_step(browser)
    browser.get(CODE)
    return browser


def test_a_session_half_open_is_nobodys(app: Flask, browse: Browse, protected: tuple[str, list[str]]) -> None:
    browser = half_open(browse)
    for address in ("/", HOME, PAGE, "/mot-de-passe", "/ad/075/equipe", "/aide/"):
        assert browser.get(address).headers["Location"].startswith("/connexion?next="), address
    for address in ("/mot-de-passe", PAGE + "/fin", "/ad/075/equipe"):
        assert browser.post(address).status_code == 401, address
    assert "Se déconnecter" not in browser.get(CODE).text


def test_that_test_would_see_a_session_opened_too_soon(
    browse: Browse, protected: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the first step alone lets somebody in."""
    monkeypatch.setattr(second_factor, "factor_of", lambda person: None)
    browser = browse()
    first_step(browser)
    assert browser.get(HOME).status_code == 200


def test_it_is_short_and_ends_with_the_sessions(
    browse: Browse, protected: tuple[str, list[str]], clock: time_machine.Traveller
) -> None:
    late, ended, disabled = (half_open(browse) for _ in range(3))
    clock.shift(entering.HALF_LIFE + timedelta(seconds=1))
    assert late.post(CODE, {"code": code_of(protected[0])}).headers["Location"] == "/connexion"
    assert "Le délai" in late.get("/connexion").text
    ended = half_open(browse)
    end_sessions(Person.get())
    assert ended.post(CODE, {"code": code_of(protected[0])}).headers["Location"] == "/connexion"
    disabled = half_open(browse)
    Person.update(disabled=1).execute()
    assert disabled.get(CODE).headers["Location"] == "/connexion"
    Person.update(disabled=0).execute()
    in_time = half_open(browse)
    clock.shift(entering.HALF_LIFE)
    assert in_time.post(CODE, {"code": code_of(protected[0])}).headers["Location"] == HOME


def test_a_half_open_session_that_is_kept_opens_nothing_by_itself(
    browse: Browse, protected: tuple[str, list[str]]
) -> None:
    browser = half_open(browse)
    kept = browser.client.get_cookie("session")
    assert kept is not None
    browser.post(CODE, {"code": code_of(protected[0])})
    browser.client.set_cookie("session", kept.value)
    assert browser.get(HOME).headers["Location"].startswith("/connexion?next=")
    browser.get(CODE)
    assert browser.post(CODE, {"code": code_of(protected[0])}).status_code == 422, "a code serves once"


def test_guessing_codes_is_slowed(browse: Browse, protected: tuple[str, list[str]]) -> None:
    browser = half_open(browse)
    statuses = [browser.post(CODE, {"code": f"{n:06}"}).status_code for n in range(8)]
    assert statuses == [422] * 5 + [429] * 3
    first_step(browser)
    browser.get(CODE)
    assert browser.post(CODE, {"code": code_of(protected[0])}).status_code == 429, "the password forgives no code"


def test_without_the_phone_a_recovery_code_opens_once(browse: Browse, protected: tuple[str, list[str]]) -> None:
    browser = half_open(browse)
    answer = browser.post(CODE, {"secours": protected[1][0].upper()})
    assert answer.headers["Location"] == HOME
    assert "il vous en reste 9" in browser.get(HOME).text
    again = half_open(browse).post(CODE, {"secours": protected[1][0]})
    assert (again.status_code, protected[1][0] in again.text) == (422, True), "what was typed stays"


def test_an_activation_link_asks_for_the_code_too(browse: Browse, protected: tuple[str, list[str]]) -> None:
    from retkoop.actions import staff

    a_person("basile", "ad")
    given = staff.give_link(people_actor(), "075", Person.get(Person.identifier == "anne").id)
    browser = browse()
    browser.get("/activation/" + given.secret)
    new = "girafe boulon nuage tandem"
    answer = browser.post("/activation/" + given.secret, {"nouveau": new, "encore": new})
    assert answer.headers["Location"] == CODE
    assert browser.get(HOME).status_code == 302
    browser.get(CODE)
    assert browser.post(CODE, {"code": code_of(protected[0])}).headers["Location"] == HOME


def people_actor() -> Any:
    from retkoop.audit import Actor

    return Actor("Basile", 99)


# ---- Keeping it


def test_recovery_codes_are_made_anew_and_it_is_stopped(
    browse: Browse, protected: tuple[str, list[str]], clock: time_machine.Traveller
) -> None:
    browser = half_open(browse)
    browser.post(CODE, {"code": code_of(protected[0])})
    clock.shift(60)
    assert "codes de secours" in browser.get(PAGE).text.replace("\u00a0", " ")
    typed = {"mot_de_passe": PASSWORD, "code": code_of(protected[0])}
    wrong = browser.post(PAGE + "/secours", {"r-mot_de_passe": "un autre", "r-code": typed["code"]})
    assert (wrong.status_code, "un autre" in wrong.text) == (422, False)
    answer = browser.post(PAGE + "/secours", {f"r-{name}": value for name, value in typed.items()})
    codes = re.findall(r'<li class="secret">([^<]+)</li>', answer.text)
    assert (len(codes), set(codes) & set(protected[1])) == (10, set())
    assert browser.post(PAGE + "/fin", {"s-mot_de_passe": PASSWORD, "s-code": typed["code"]}).status_code == 422
    answer = browser.post(PAGE + "/fin", {"s-mot_de_passe": PASSWORD, "s-secours": codes[0]})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/connexion")
    assert browser.get(HOME).status_code == 302
    assert first_step(browser).headers["Location"] == HOME


def test_no_secret_is_shown_again_where_a_form_is_refused(browse: Browse, protected: tuple[str, list[str]]) -> None:
    browser = half_open(browse)
    browser.post(CODE, {"code": code_of(protected[0])})
    end_sessions(Person.get())
    typed = {"s-mot_de_passe": PASSWORD, "s-code": "123321", "s-secours": "abcd-efgh"}
    answer = browser.post(PAGE + "/fin", typed)
    assert answer.status_code == 401
    assert not [word for word in typed.values() if word in answer.text]


def test_the_secret_is_in_no_log_no_address_and_not_in_clear(
    app: Flask, browse: Browse, caplog: pytest.LogCaptureFixture
) -> None:
    secret, codes = set_up(browse().sign_in("anne"))
    sealed = SecondFactor.get().sealed
    assert secret not in sealed
    assert unseal(app.config["SECRET_KEY"], Person.get().id, sealed) == secret
    assert not [word for word in (secret, *codes) if word in caplog.text]


# ---- Where it is asked for


def test_in_production_it_is_put_off_a_few_days_and_then_nothing_else_is_served(
    browse: Browse, production: Callable[[date], None]
) -> None:
    browser = browse()
    for day in range(second_factor.MOST_DAYS):
        production(date(2025, 9, 5) + timedelta(days=day))
        for _ in range(2):
            answer = first_step(browser, next="/ad/075/coops")
            assert answer.headers["Location"] == PAGE + "?next=/ad/075/coops"
            page = browser.get(answer.headers["Location"])
            assert '<a href="/ad/075/coops">Plus tard</a>' in page.text
            assert browser.get(HOME).status_code == 200, "it is offered, and nothing is refused"
            browser.post("/deconnexion")
    production(date(2025, 9, 15))
    first_step(browser)
    assert "Plus tard" not in browser.get(PAGE).text
    for address in (HOME, "/ad/075/equipe", "/aide/"):
        assert browser.get(address).headers["Location"] == f"{PAGE}?next={address}"
    assert browser.post("/ad/075/equipe").status_code == 403
    assert browser.get("/mot-de-passe").status_code == 200
    set_up(browser)
    assert browser.get(HOME).status_code == 200


def test_that_test_would_see_a_wall_that_is_missing(
    browse: Browse, production: Callable[[date], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control."""
    monkeypatch.setattr(access, "gate", lambda person: None)
    for day in range(second_factor.MOST_DAYS + 1):
        production(date(2025, 9, 5) + timedelta(days=day))
        browser = browse()
        first_step(browser)
    assert browser.get(HOME).status_code == 200


def test_changing_the_password_does_not_open_the_wall(browse: Browse, production: Callable[[date], None]) -> None:
    for day in range(second_factor.MOST_DAYS + 1):
        production(date(2025, 9, 5) + timedelta(days=day))
        browser = browse()
        first_step(browser)
    browser.get("/mot-de-passe")
    new = "girafe boulon nuage tandem"
    assert browser.post("/mot-de-passe", {"actuel": PASSWORD, "nouveau": new, "encore": new}).status_code == 303
    assert browser.get(HOME).headers["Location"].startswith(PAGE)
    assert people.sign_in("anne", new, "192.0.2.1") is not None
