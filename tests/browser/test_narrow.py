"""At 360 px: nothing of the cahier is wider than a phone, and a line is typed without scrolling sideways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.browser.states import FULL, GRIDS, STATES, State, Tour, tour

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]
PHONE = 360

# Whatever sticks out of the window, less what lies in a box of its own that scrolls, and what only a reader hears.
OUTSIDE = """width => [...document.querySelectorAll("main *")].filter((one) => {
  const box = one.getBoundingClientRect();
  if (!box.width || !box.height || (box.left >= -1 && box.right <= width + 1)) return false;
  if (one.closest(".vh, .skip, [popover]")) return false;
  for (let above = one.parentElement; above; above = above.parentElement)
    if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(above).overflowX)) return false;
  return true;
}).map((one) => one.outerHTML.slice(0, 120))"""
BOXES = """row => [...document.querySelectorAll(`#${row} [name]:not([type=hidden]), #${row} button`)]
  .map((one) => ({name: one.name || one.textContent, box: one.getBoundingClientRect()}))
  .filter(({box}) => box.width && box.height)
  .map(({name, box}) => ({name, left: box.left, right: box.right, height: box.height}))"""


@pytest.fixture(scope="session", params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    """One engine: what is looked at does not depend on it."""
    return str(request.param)


@pytest.fixture(scope="module")
def walk(session_app: Flask, fresh_database: Any, tmp_path_factory: Any, chromium: Browser) -> Iterator[Tour]:
    """Give the browser that goes around."""
    url, drop = fresh_database()
    with tour(session_app, url, tmp_path_factory.mktemp("pieces"), chromium) as made:
        yield made
    drop()


def narrow(page: Page) -> Page:
    page.set_viewport_size({"width": PHONE, "height": 740})
    return page


def test_no_page_in_any_state_is_wider_than_a_phone(walk: Tour) -> None:
    wide = {}
    for state in STATES:
        page = narrow(walk.go(state))
        width, out = page.evaluate("document.documentElement.scrollWidth"), page.evaluate(OUTSIDE, PHONE)
        if width > PHONE or out:
            wide[str(state)] = (width, out[:3])
    assert not wide


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
    page = narrow(walk.go(State("", "/aide/")))
    page.evaluate("document.querySelector('main p, main dt').style.width = '400px'")
    assert page.evaluate(OUTSIDE, PHONE)
