"""A whole year typed in the single form, as a person would: the figures are the case's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser import typed_year
from tests.browser.conftest import Watched
from tests.browser.typed_year import COOP, cents, plain

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]


@pytest.fixture(params=[True], ids=["js"])
def javascript(request: pytest.FixtureRequest) -> bool:
    """The journey without JavaScript is the small year's, in test_by_hand."""
    return bool(request.param)


def test_the_year_is_typed_without_a_page_load_and_its_figures_are_right(
    app: Flask, sign_in: Callable[[str], Watched], tmp_path: Path
) -> None:
    entries = typed_year.without_entries(app, tmp_path)
    watched = sign_in(COOP)
    page = watched.page
    page.goto(page.url.rstrip("/") + "/cahier?mois=2024-09")
    loads = watched.loads
    for entry in entries:
        type_entry(page, entry)
        page.keyboard.press("Enter")
        expect(page.get_by_text(f"Écriture {entry['pj']} enregistrée.")).to_be_visible()
    assert watched.loads == loads
    assert typed_year.typed_again() == typed_year.told(entries)
    typed_year.finish(app, entries)
    assert typed_year.expected().items() <= typed_year.figures(date(2025, 9, 10)).items()


def type_entry(page: Page, entry: dict[str, Any]) -> None:
    """Fill the form in its own order, and end in its last field, where Enter saves."""
    bank, cash = cents(entry["banque"]), cents(entry["caisse"])
    page.locator("#date").fill(entry["date"])
    page.locator("#pj").fill(entry["pj"])
    lines = [(line["compte"], cents(line["montant"])) for line in entry["ventilation"]]
    if entry["regie"]:
        lines = type_advance(page, entry, bank, cash) or lines
    elif not lines:
        page.locator("#nature").select_option("virement")
        page.locator("#sens").select_option("vers_banque" if bank > 0 else "vers_caisse")
        lines = [("", bank)]
    else:
        page.locator("#nature").select_option("recette" if bank + cash > 0 else "depense")
        type_means(page, bank, cash)
        # A refund: the account is of the other side than the money.
        lines = [(code, amount * (1 if (code[0] == "7") == (bank + cash > 0) else -1)) for code, amount in lines]
    page.locator("#libelle").fill(entry["libelle"])
    page.locator("#cheque").fill(entry["cheque"])
    for rank, (account, amount) in enumerate(lines):
        if rank:
            page.get_by_role("button", name="Répartir").click()
            expect(page.locator(f"#lignes-{rank}-montant")).to_be_visible()
        if account:
            page.locator(f"#lignes-{rank}-compte").select_option(account)
        sign = "-" if account and amount < 0 else ""
        page.locator(f"#lignes-{rank}-montant").fill(sign + plain(amount))
    page.locator("#projet").fill(entry["action"] or "")


def type_means(page: Page, bank: int, cash: int) -> None:
    page.locator("#moyen").select_option("banque_caisse" if bank and cash else "banque" if bank else "caisse")
    if bank and cash:
        page.locator("#part_caisse").fill(plain(cash))


def type_advance(page: Page, entry: dict[str, Any], bank: int, cash: int) -> list[tuple[str, int]]:
    """Choose the movement of the class's advance; give the line of one that needs no account."""
    moved = cents(entry["regie"]["montant"])
    page.locator("#nature").select_option("regie")
    page.locator("#regie").select_option(entry["regie"]["code"])
    treasury = bank + cash
    movement = ("versee" if treasury < 0 else "rendue") if treasury else ("justifiee" if moved < 0 else "collectee")
    page.locator("#mouvement").select_option(movement)
    if treasury:
        type_means(page, bank, cash)
    return [("", moved)] if treasury else []
