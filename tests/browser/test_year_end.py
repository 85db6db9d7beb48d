"""A whole year end, as the guides tell it: from the purple band to the validation, with JavaScript and without."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import expect

from retkoop.actions import moves
from retkoop.audit import Actor
from retkoop.models import Year, YearKey
from tests.browser.conftest import Watched
from tests.browser.year_end import (
    close_the_cahier,
    fill_in_the_report,
    follow,
    give_the_documents,
    press,
    read_the_financial_report,
)
from tests.factories import a_case, a_person

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]
AD = Actor("Dominique de l’AD", 9)


@pytest.fixture
def key(app: Flask) -> YearKey:
    """Give the shared year that may be closed, and its mandataire."""
    key = a_case("ecole-101", app.config["STORAGE"])
    a_person("camille", coop_identifier=key.coop)
    return key


def test_a_year_goes_from_its_cahier_to_the_validation(
    key: YearKey, sign_in: Callable[[str], Watched], javascript: bool
) -> None:
    page = sign_in("camille").page
    close_the_cahier(page)
    fill_in_the_report(page)
    read_the_financial_report(page)
    give_the_documents(page, javascript)
    press(page, "Envoyer à l’association départementale")
    expect(page.get_by_role("heading", name="C’est envoyé")).to_be_visible()
    moves.take_up(AD, key)
    moves.send_back(AD, key, "documents", "Le relevé est illisible")
    follow(page, "Sommaire")
    expect(page.get_by_text("Le relevé est illisible").first).to_be_visible()
    follow(page, "Envoi")
    follow(page, "Envoi à l’association départementale")
    press(page, "Envoyer à l’association départementale")
    moves.take_up(AD, key)
    moves.validate(AD, key)
    page.reload()
    expect(page.get_by_role("heading", name="Bravo L’exercice 2024-2025 est validé")).to_be_visible()
    assert Year.get(key.of(Year)).state == "validated"
