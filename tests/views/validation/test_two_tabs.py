"""Somebody of the association with two cooperatives open in two tabs: what is sent from one never reaches the other."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element

import pytest
from flask import Flask

from retkoop.models import Cooperative, Person, Year, YearKey
from tests.factories import a_case, a_person
from tests.support.pages import parse
from tests.support.year_end import finish
from tests.views.conftest import Browser
from tests.views.validation.test_decisions import send

# The pages about one cooperative from which its association writes.
PAGES = (
    "/ad/075/coops/{coop}", "/ad/075/coops/{coop}/identite", "/ad/075/coops/{coop}/acces",
    "/ad/075/coops/{coop}/exercices", "/ad/075/validation/{coop}/2024-2025",
    "/ad/075/adhesions/{coop}/2024-2025",
)  # fmt: skip
# What stands around each page and is about no cooperative.
EVERYWHERE = {"/deconnexion"}


@pytest.fixture
def tabs(app: Flask, browse: Callable[[], Browser]) -> tuple[Browser, YearKey, YearKey]:
    """Give a browser, and the years of two cooperatives that were sent."""
    keys = [a_case(name, app.config["STORAGE"]) for name in ("ecole-du-bourg", "ecole-101")]
    for key in keys:
        a_person(key.coop, coop_identifier=key.coop)
        finish(key)
        send(key)
    a_person("asso", "ad")
    return browse().sign_in("asso"), keys[0], keys[1]


def forms(page: str) -> list[Element]:
    return [form for form in parse(page).iter("form") if (form.get("method") or "get").lower() == "post"]


def test_each_form_says_of_which_cooperative_it_is(tabs: tuple[Browser, YearKey, YearKey]) -> None:
    browser, one, other = tabs
    seen = 0
    for place in PAGES:
        first, second = browser.get(place.format(coop=one.coop)).text, browser.get(place.format(coop=other.coop)).text
        for coop, page in ((one.coop, first), (other.coop, second)):
            for form in forms(page):
                addresses = {form.get("action"), *(button.get("formaction") for button in form.iter("button"))}
                for address in addresses - {None} - EVERYWHERE:
                    seen += 1
                    assert f"/{coop}" in str(address), (place, address)
    assert seen > 20


def test_what_is_decided_in_the_first_tab_is_about_the_first(tabs: tuple[Browser, YearKey, YearKey]) -> None:
    browser, one, other = tabs
    first = [form.get("action") or "" for form in forms(browser.get(f"/ad/075/validation/{one.coop}/2024-2025").text)]
    browser.get(f"/ad/075/validation/{other.coop}/2024-2025")
    validating = next(address for address in first if address.endswith("/validation"))
    browser.follow(validating, {"confirme": "1"})
    states = {key.coop: Year.get(key.of(Year)).state for key in (one, other)}
    assert states == {one.coop: "validated", other.coop: "sent"}


def test_the_account_of_one_is_not_ended_from_the_tab_of_the_other(tabs: tuple[Browser, YearKey, YearKey]) -> None:
    browser, one, other = tabs
    mine = Person.get(Person.coop == one.coop)
    browser.get(f"/ad/075/coops/{other.coop}/acces")
    assert browser.post(f"/ad/075/coops/{other.coop}/acces/{mine.id}/fin").status_code == 404
    assert Person.get_by_id(mine.id).disabled == 0


def test_what_another_has_written_meanwhile_is_not_overwritten(tabs: tuple[Browser, YearKey, YearKey]) -> None:
    browser, one, other = tabs
    place = f"/ad/075/coops/{one.coop}/identite"
    fields = {
        field.get("name") or "": field.get("value") or ""
        for form in forms(browser.get(place).text)
        if form.get("action") == place
        for field in form.iter("input")
    }
    Cooperative.update(version=Cooperative.version + 1, name="Un autre nom").where(
        Cooperative.identifier == one.coop
    ).execute()
    browser.get(f"/ad/075/coops/{other.coop}/identite")
    assert browser.post(place, {**fields, "csrf_token": browser.token, "nom": "Du premier onglet"}).status_code == 409
    assert Cooperative.get(Cooperative.identifier == one.coop).name == "Un autre nom"
