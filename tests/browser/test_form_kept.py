"""What is typed in the form and not sent yet: it outlives what is done elsewhere, and who leaves is asked first."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.conftest import Watched
from tests.factories import a_person, a_year, an_entry

pytestmark = [
    pytest.mark.browser, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.parametrize(("javascript", "engine"), [(True, "sqlite")], ids=["js"], indirect=True),
]  # fmt: skip


@pytest.fixture
def page(app, sign_in: Callable[[str], Watched]) -> Page:
    """Give the cahier with something typed in its form."""
    key = a_year()
    a_person()
    for number in (1, 2):
        an_entry(key, voucher=f"0{number}", label=f"Librairie – Album {number}")
    page = sign_in("075-0001").page
    page.goto(page.url.rstrip("/") + "/cahier?vue=simple")
    page.get_by_label("Libellé", exact=True).fill("Goûter")
    page.get_by_label("Montant", exact=True).fill("12,50")
    return page


def still_typed(page: Page) -> None:
    expect(page.get_by_label("Libellé", exact=True)).to_have_value("Goûter")
    expect(page.get_by_label("Montant", exact=True)).to_have_value("12,50")


def test_it_outlives_a_row_struck_out_and_brought_back(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Supprimer Librairie – Album 2")).click()
    expect(page.get_by_text("Écriture 02 supprimée.")).to_be_visible()
    still_typed(page)
    page.get_by_role("button", name="Annuler").click()
    expect(page.get_by_text("Action annulée.")).to_be_visible()
    still_typed(page)


def test_who_leaves_is_asked_first_until_it_is_sent(page: Page) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    november = page.get_by_role("link", name=re.compile("^novembre"))
    november.click(no_wait_after=True)
    page.wait_for_timeout(300)
    still_typed(page)
    page.get_by_role("button", name="Répartir").click()
    expect(page.locator("#lignes-1-montant")).to_be_visible()
    november.click(no_wait_after=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"] * 2
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_text("Écriture 03 enregistrée.")).to_be_visible()
    expect(page.get_by_label("Libellé", exact=True)).to_have_value("")
    november.click()
    page.wait_for_url("**mois=2024-11**")
    assert asked == ["beforeunload"] * 2, "negative control: once sent, nobody is asked"
