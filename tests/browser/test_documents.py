"""The documents for the AD as people give them: choosing a file is all, with a script or without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from retkoop.year_rows import documents_of
from tests.browser.conftest import Watched
from tests.factories import a_person, a_year
from tests.support.ledger_checks import close_at_once
from tests.support.papers import HOSTILE, picture

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]


@pytest.fixture(scope="session", params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    """One engine is enough: what is driven does not depend on it."""
    return str(request.param)


def test_choosing_a_file_is_all_and_a_letter_is_noted(sign_in: Callable[[str], Watched], javascript: bool) -> None:
    close_at_once(key := a_year())
    a_person()
    watched = sign_in("075-0001")
    page = watched.page
    page.goto(page.url.rstrip("/") + "/documents")

    def give(place: str, name: str, data: bytes) -> None:
        file: Any = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        page.set_input_files(f"#{place}-fichiers", [file])
        if not javascript:
            page.locator(f"#{place} .upload button").click()

    give("d-quitus", "quitus.png", picture())
    expect(page.get_by_text("Document reçu : quitus.")).to_be_visible()
    expect(page.locator("#d-quitus")).to_contain_text("Donné")
    give("d-releve", "releve.png", HOSTILE)
    expect(page.locator("#d-releve-faute")).to_be_visible()
    page.locator("#d-releve details summary").click()
    page.locator("#d-releve").get_by_role("button", name="Noter l’envoi").click()
    expect(page.locator("#etat")).to_contain_text("Bravo")
    page.get_by_role("button", name="Annuler", exact=True).click()
    expect(page.locator("#etat")).to_contain_text("Il manque un document sur 2")
    assert [one.requirement for one in documents_of(key)] == ["quitus"]
    assert watched.complaints == []


@pytest.mark.parametrize("javascript", [True], ids=["js"])
@pytest.mark.parametrize("late", ["htmx", "scans"])
def test_a_file_chosen_before_the_scripts_are_there_leaves_once_they_are(
    sign_in: Callable[[str], Watched], late: str
) -> None:
    close_at_once(key := a_year())
    a_person()
    watched = sign_in("075-0001")
    page = watched.page
    held: list[Any] = []
    page.route(f"**/{late}*.js*", lambda route: held.append(route))
    page.goto(page.url.rstrip("/") + "/documents", wait_until="commit")
    file: Any = {"name": "quitus.png", "mimeType": "image/png", "buffer": picture()}
    page.set_input_files("#d-quitus-fichiers", [file])
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    expect(page.get_by_text("Document reçu : quitus.")).to_be_visible()
    assert [one.requirement for one in documents_of(key)] == ["quitus"]
    assert watched.complaints == []
