"""The menu and the tiles of an exercice: one list, the menu the shorter."""

from __future__ import annotations

from retkoop.navigation import TILES
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
    assert list(words) == [tile.short for tile in TILES if tile.short]
    assert not any(words.values())
    assert {"Cahier", "Relevé", "Régies", "Projets", "CRF"} <= set(words)


def test_the_menu_says_where_one_is(mandataire: Browser) -> None:
    words = menu_of(mandataire, f"{YEAR}/projets/sans-projet")
    assert [word for word, here in words.items() if here] == ["Projets"]


def test_the_home_page_says_what_one_does_in_each_screen(mandataire: Browser) -> None:
    said = pages.text_of(pages.by_id(pages.parse(mandataire.get(f"{YEAR}/").text), "contenu"))
    for tile in TILES:
        assert tile.words in said
        assert tile.use in said
