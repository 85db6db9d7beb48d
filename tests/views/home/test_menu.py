"""The menu and the tiles of an exercice: one list, the menu the shorter."""

from __future__ import annotations

import pytest

from retkoop.navigation import TILES
from retkoop.views import AREAS
from tests.support import pages
from tests.views.conftest import Browser
from tests.views.helpers_tables import YEAR


def menu_of(browser: Browser, address: str) -> dict[str, bool]:
    """Give the words of the menu of a page, and which of them is where one is."""
    tree = pages.parse(browser.get(address).text)
    (menu,) = [found for found in tree.iter("nav") if found.get("class") == "menu"]
    return {pages.text_of(link): link.get("aria-current") == "page" for link in menu.iter("a")}


def test_the_menu_is_the_tiles_that_have_a_short_word(mandataire: Browser) -> None:
    words = menu_of(mandataire, f"{YEAR}/")
    assert list(words) == ["Sommaire", *(tile.short for tile in TILES if tile.short)]
    assert {"Cahier", "Relevé", "Régies", "Projets", "CRF"} <= set(words)


# Every page with a menu, and the word under which it is found again.
PLACES = {
    "": "Sommaire", "ouverture": "Sommaire", "cahier": "Cahier", "cahier?vue=classique": "Cahier",
    "cahier/mes-actions": "Cahier", "cahier/supprimees": "Cahier", "releve": "Relevé", "remises": "Relevé",
    "caisse": "Caisse", "subventions": "Subventions", "regies": "Régies", "projets/sans-projet": "Projets",
    "inventaire": "Inventaire", "pieces": "Pièces", "pieces/manquantes": "Pièces", "cloture": "Clôture", "crf": "CRF",
    "cra": "CRA", "documents": "Documents",
}  # fmt: skip


@pytest.mark.parametrize("page", PLACES)
def test_the_menu_says_where_one_is(mandataire: Browser, page: str) -> None:
    words = menu_of(mandataire, f"{YEAR}/{page}")
    assert [word for word, here in words.items() if here] == [PLACES[page]]


def test_every_area_that_shows_the_menu_has_a_word_in_it() -> None:
    """The menu stands on the pages made from page.html; the other areas answer files, fragments, or other pages."""
    without = {
        "auth",
        "phone",
        "identity",
        "handover",
        "past_years",
        "documents",
        "exports",
        "archives",
        "printing",
        "department",
        "coops",
        "aggregates",
        "coop_accounts",
        "coop_file",
        "coop_imports",
        "coop_letters",
        "coop_years",
        "federation",
        "federation_chart",
        "federation_questionnaire",
        "announcements",
        "national",
        "help",
        "forgotten",
        "mails",
        "jobs",
        "sealed_extracts",
        "validation",
        "memberships",
        "bulk_validation",
        "reopening",
        "site_controls",
        "settings",
        "second_factor",
        "team",
    }
    areas = {module.blueprint.name for module in AREAS}
    found = {area for area in areas if any(tile.short and tile.holds(area) for tile in TILES)}
    assert found | {"home", "opening"} == areas - without


def test_the_header_tells_who_is_here_and_where_the_password_is_changed(mandataire: Browser) -> None:
    tree = pages.parse(mandataire.get(f"{YEAR}/").text)
    (link,) = [found for found in tree.iter("a") if found.get("href") == "/mot-de-passe"]
    assert pages.text_of(link) == "Mon mot de passe"
    assert "075-0001 Mon mot de passe" in pages.text_of(next(tree.iter("header")))


def test_the_home_page_says_what_one_does_in_each_screen(mandataire: Browser) -> None:
    said = pages.text_of(pages.by_id(pages.parse(mandataire.get(f"{YEAR}/").text), "contenu"))
    for tile in TILES:
        assert tile.words in said
        assert tile.use in said
