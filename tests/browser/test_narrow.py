"""At 360 px a line is typed without scrolling sideways; that no page is wider, each state of the cahier proves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.browser.states import FULL, GRIDS, State, Tour, sticking_out, tour

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]
PHONE = 360

BOXES = """row => [...document.querySelectorAll(`#${row} [name]:not([type=hidden]), #${row} button`)]
  .map((one) => ({name: one.name || one.textContent, box: one.getBoundingClientRect()}))
  .filter(({box}) => box.width && box.height)
  .map(({name, box}) => ({name, left: box.left, right: box.right, height: box.height}))"""


@pytest.fixture(scope="module")
def walk(session_app: Flask, fresh_database: Any, tmp_path_factory: Any, chromium: Browser) -> Iterator[Tour]:
    """Give the browser that goes around."""
    url, drop = fresh_database()
    with tour(session_app, url, tmp_path_factory.mktemp("pieces"), chromium) as made:
        yield made
    drop()


# What has to be reached to type a line of each grid: the left page, then the accounts.
CELLS = {"date", "libelle", "cheque", "banque_entree", "banque_sortie", "caisse_entree", "caisse_sortie"}
ACCOUNTS = {"classique": {"compte_61800008", "compte_70700008"}, "automatique": {"parts-0-compte", "parts-0-part"}}


@pytest.mark.parametrize("width", [PHONE, 800])
@pytest.mark.parametrize("mode", GRIDS)
@pytest.mark.parametrize(("asked", "row"), [("", "nouvelle"), ("&ligne=25", "ecriture-25")])
def test_a_line_is_typed_without_scrolling_sideways(walk: Tour, mode: str, asked: str, row: str, width: int) -> None:
    """The open line is a card on a phone; on a wider screen the two pages of the book are shown one at a time."""
    page = walk.go(State(FULL, f"cahier?vue={mode}&mois=2024-12{asked}"))
    page.set_viewport_size({"width": width, "height": 740})
    seen = page.evaluate(BOXES, row)
    if page.get_by_text("Page de droite", exact=True).is_visible():
        page.get_by_text("Page de droite", exact=True).click()
        seen += page.evaluate(BOXES, row)
    assert CELLS | ACCOUNTS[mode] <= {one["name"] for one in seen}
    assert [one for one in seen if one["left"] < 0 or one["right"] > width] == []
    assert [one for one in seen if one["height"] < 24] == []


def test_what_is_too_wide_is_found_out(walk: Tour) -> None:
    page = walk.go(State("", "/aide/"))
    assert not sticking_out(page, PHONE)
    page.evaluate("document.querySelector('main p, main dt').style.width = '400px'")
    assert sticking_out(page, PHONE)
