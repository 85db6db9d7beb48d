"""Ticking what is still to be ticked: the rows leave one by one, and no key is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.factories import a_person, a_year, an_entry

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]


@pytest.mark.parametrize("javascript", [True], indirect=True)  # without, each tick is a page of its own
@pytest.mark.parametrize("mode", ["simple", "classique"])
def test_ticks_made_faster_than_their_answers_are_all_kept(app, sign_in, javascript: bool, mode: str) -> None:
    key = a_year()
    a_person()
    for number in range(1, 7):
        an_entry(key, voucher=f"0{number}", label=f"Car {number}")
    watched = sign_in("075-0001")
    page = watched.page
    page.goto(page.url.rstrip("/") + f"/cahier?vue={mode}&pointage=non")
    loads = watched.loads
    page.locator("#p-1").focus()
    for _ in range(5):
        page.keyboard.press("Space")
    expect(page.locator("tr[id^=ecriture] button.tick")).to_have_count(1)
    expect(page.locator("#p-6")).to_be_focused()
    assert watched.loads == loads
    page.get_by_role("button", name="Annuler").click()
    expect(page.locator("#p-5")).to_be_visible()
