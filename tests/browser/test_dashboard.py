"""The dashboard of the AD in a browser: a filter changes the list in place, and its address; a note comes to it."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, expect

from retkoop.association import CoopNote
from tests.browser.conftest import Watched
from tests.factories import PASSWORD, a_coop, a_person, a_year, an_entry

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]


@pytest.fixture(params=[True], ids=["js"])
def javascript(request: pytest.FixtureRequest) -> bool:
    """The page without JavaScript is that of the tests of the views."""
    return bool(request.param)


def test_a_filter_changes_the_list_in_place_and_a_note_is_written(
    app: Flask, address: str, context: BrowserContext
) -> None:
    an_entry(a_year(a_coop("075-0001", name="Les Lilas")))
    a_coop("075-0002", name="Les Roses")
    a_person("ad075", "ad")
    watched = Watched(context.new_page(), address)
    page = watched.page
    page.goto(address + "/connexion")
    page.get_by_label("Identifiant").fill("ad075")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.locator("#tableau-titre")).to_have_text("2 coopératives")
    loads = watched.loads

    page.get_by_role("combobox", name="Ce qui reste à faire").select_option("EXERCICE")
    expect(page.locator("#tableau-titre")).to_have_text("1 coopérative sur 2")
    expect(page.locator("#tableau tbody tr")).to_have_count(1)
    assert "constat=EXERCICE" in page.url
    assert watched.loads == loads
    page.reload()
    expect(page.locator("#tableau-titre")).to_have_text("1 coopérative sur 2")

    page.get_by_role("link", name="Noter : Les Roses").click()
    page.get_by_label("Ce que vous voulez retenir").fill("Rappeler lundi")
    page.get_by_role("button", name="Enregistrer la note").click()
    expect(page.get_by_text("Note enregistrée.")).to_be_visible()
    assert CoopNote.get().text == "Rappeler lundi"
    page.get_by_role("link", name="OCCE 075").click()
    expect(page.get_by_text("Rappeler lundi")).to_be_visible()
    assert not watched.complaints, watched.complaints
