"""Signing in: capitals put right, one answer for every failure, a new session, nowhere but inside."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from retkoop import passwords
from retkoop.models import Person
from tests.factories import PASSWORD, a_person
from tests.views.conftest import Browser

Browse = Callable[[], Browser]


@pytest.fixture(autouse=True)
def somebody(year: Any) -> Person:
    """Make the mandataire of a cooperative that has an open year."""
    return a_person("Ecole-12")


def tried(browser: Browser, identifier: str, password: str = PASSWORD, **more: str) -> Any:
    """Fill the sign-in page in and give the answer."""
    browser.get("/connexion")
    return browser.post("/connexion", {"identifiant": identifier, "mot_de_passe": password, **more})


@pytest.mark.parametrize("typed", ["Ecole-12", "ecole-12", "ECOLE-12", " ecole-12 ", "ecole - 12"])
def test_it_puts_the_identifier_right(browse: Browse, typed: str) -> None:
    answer = tried(browse(), typed)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/coop/075-0001/")


@pytest.mark.parametrize("password", [PASSWORD.upper(), PASSWORD + " ", PASSWORD[:-1], "", "x" * 200_000, "é’\u00a0🐴"])
def test_the_password_is_taken_to_the_letter(browse: Browse, password: str) -> None:
    browser = browse()
    assert tried(browser, "ecole-12", password).status_code == 422
    assert browser.get("/").headers["Location"].startswith("/connexion")


def shown(text: str) -> str:
    """Give a page less the tokens."""
    return re.sub(r'(value="|X-CSRFToken": ")[\w.-]{40,}"', "", text)


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each argon2 verification: the hash that was compared."""
    seen: list[str] = []

    class Spy:
        def verify(self, stored: str, password: str) -> bool:
            seen.append(stored)
            return passwords_hasher.verify(stored, password)

    passwords_hasher = passwords._HASHER
    monkeypatch.setattr(passwords, "_HASHER", Spy())
    return seen


def test_a_failure_tells_nothing_of_who_exists(browse: Browse, verified: list[str]) -> None:
    a_person_off = Person.update(disabled=1)
    wrong = tried(browse(), "ecole-12", "pas celui-ci du tout")
    unknown = tried(browse(), "ecole-13", "pas celui-ci du tout")
    a_person_off.where(Person.identifier == "Ecole-12").execute()
    disabled = tried(browse(), "ecole-12")
    pages = {shown(answer.text).replace("ecole-13", "ecole-12") for answer in (wrong, unknown, disabled)}
    assert len(pages) == 1
    assert [answer.status_code for answer in (wrong, unknown, disabled)] == [422] * 3
    assert "Identifiant ou mot de passe inconnu" in wrong.text
    assert len(verified) == 3
    assert len({stored.split("$")[3] for stored in verified}) == 1, "the decoy costs what a password costs"


def test_the_password_is_never_shown_again(browse: Browse) -> None:
    assert "pas celui-ci" not in tried(browse(), "ecole-12", "pas celui-ci du tout").text


def test_nobody_is_let_in_by_an_empty_form(browse: Browse) -> None:
    browser = browse()
    browser.get("/connexion")
    answer = browser.client.post("/connexion", headers={"X-CSRFToken": browser.token})
    assert answer.status_code == 422


def test_a_nul_character_is_refused_and_not_an_error(browse: Browse) -> None:
    assert tried(browse(), "ecole\x00-12").status_code == 400


def test_the_session_is_a_new_one(browse: Browse) -> None:
    browser = browse()
    browser.get("/connexion")
    planted, token = browser.client.get_cookie("session"), browser.token
    with browser.client.session_transaction() as session:
        session["planted"] = "by someone else"
    browser.sign_in("ecole-12")
    with browser.client.session_transaction() as session:
        assert "planted" not in session
    assert browser.client.post("/deconnexion", data={"csrf_token": token}).status_code == 400
    assert planted is not None
    browser.client.set_cookie("session", planted.value)
    assert browser.client.get("/").headers["Location"].startswith("/connexion")


def test_who_is_signed_in_is_sent_home(browse: Browse) -> None:
    browser = browse().sign_in("ecole-12")
    assert browser.get("/connexion?next=/aide/").headers["Location"] == "/coop/075-0001/"
    assert browser.get("/").headers["Location"] == "/coop/075-0001/"


@pytest.mark.parametrize(
    ("identifier", "role", "home"),
    [
        ("asso", "ad", "/ad/075/"),
        ("nation", "federation", "/federation/"),
        ("verif", "verificateur", "/coop/075-0001/"),
    ],
)
def test_each_role_goes_home(browse: Browse, identifier: str, role: str, home: str) -> None:
    a_person(identifier, role)
    assert tried(browse(), identifier).headers["Location"] == home


def test_it_goes_where_one_wanted_to_go(browse: Browse) -> None:
    browser = browse()
    wanted = "/coop/075-0001/2024-2025/cahier?mois=2024-11&vue=simple"
    asked = browser.get(wanted)
    page = browser.get(asked.headers["Location"])
    assert 'name="next" value="/coop/075-0001/2024-2025/cahier?mois=2024-11&amp;vue=simple"' in page.text
    assert tried(browser, "ecole-12", next=wanted).headers["Location"] == wanted


OUTSIDE = (
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "\\/evil.example", "https:evil.example",
    "https://evil.example", "http:/evil.example", "javascript:alert(1)", "evil.example", "@evil.example",
    " //evil.example",
    "/\t/evil.example", "/\n/evil.example", "/\r\nSet-Cookie: a=b", "\t//evil.example", "//[", "//℀.example",
    "/\u2028x",
    "/x\\..\\evil", "//evil.example/%2e%2e",
)  # fmt: skip


def test_it_never_leaves_the_site(browse: Browse) -> None:
    browser = browse()
    for target in OUTSIDE:
        page = browser.get("/connexion", query_string={"next": target})
        assert 'name="next" value=""' in page.text, target
    for target in ("//evil.example", "/\\evil.example"):
        assert tried(browse(), "ecole-12", next=target).headers["Location"] == "/coop/075-0001/"


@pytest.mark.parametrize("target", ["/%2F/evil.example", "/%5cevil.example", "/%09/evil.example", "/.//evil.example"])
def test_an_encoded_address_stays_a_path_of_ours(browse: Browse, target: str) -> None:
    location = tried(browse(), "ecole-12", next=target).headers["Location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


def test_a_first_password_is_to_be_changed(browse: Browse) -> None:
    a_person("nouveau", must_change=True)
    assert tried(browse(), "nouveau", next="/aide/").headers["Location"] == "/mot-de-passe"


def test_cookies_are_for_us_alone(app: Flask, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    for secure in (False, True):
        monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", secure)
        answer = tried(browse(), "ecole-12")
        cookies = answer.headers.getlist("Set-Cookie")
        assert {cookie.split("=")[0] for cookie in cookies} == {"session", "appareil"}
        for cookie in cookies:
            assert "HttpOnly" in cookie
            assert "SameSite=Lax" in cookie
            assert "Domain" not in cookie
            assert ("Secure" in cookie) == secure or not secure
            assert "ecole" not in cookie
