"""The CRF typed in directly: its totals follow by themselves; who leaves figures that are not kept is asked first."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, expect

from retkoop.actions.direct_report import turn_direct
from tests.browser.conftest import Watched
from tests.factories import SOMEONE, a_person, a_year

pytestmark = [
    pytest.mark.browser, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.parametrize(("javascript", "engine"), [(True, "sqlite")], ids=["js"], indirect=True),
]  # fmt: skip


def test_totals_follow_and_nothing_typed_is_lost(app, sign_in: Callable[[str], Watched]) -> None:
    turn_direct(SOMEONE, a_year())
    a_person()
    page = sign_in("075-0001").page
    page.goto(page.url.rstrip("/") + "/crf")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    totals = page.locator("#totaux")
    page.get_by_label("7070 Ventes de produits pour cession").fill("120")
    page.get_by_label("Solde banque").fill("1 120")
    page.get_by_label("Solde caisse (530)").fill("50")
    page.get_by_label("Solde caisse (530)").press("Tab")
    expect(totals.get_by_text("Le bilan simplifié est équilibré.")).to_be_visible()
    expect(totals.get_by_text("Pas encore enregistré")).to_be_visible()
    page.get_by_role("link", name="Retourner au sommaire").click(no_wait_after=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    expect(page.get_by_label("Solde banque")).to_have_value("1 120")
    # « Entrée » in a box keeps the figures.
    page.get_by_label("Solde banque").press("Enter")
    expect(page.get_by_text("Compte rendu financier enregistré.")).to_be_visible()
    expect(totals.get_by_text("Pas encore enregistré")).to_have_count(0)
    page.get_by_role("link", name="Retourner au sommaire").click()
    page.wait_for_url("**/2024-2025/")
    assert asked == ["beforeunload"], "negative control: once kept, nobody is asked"
