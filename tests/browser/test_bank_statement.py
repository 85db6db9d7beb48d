"""A bank statement from the home page: three clicks tick it whole; what is doubtful is chosen line by line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from retkoop import reports
from retkoop.actions.exchange import import_archive
from retkoop.audit import OPERATOR
from retkoop.models import Entry, Year, YearKey
from retkoop.year_rows import year_facts
from tests.browser.conftest import Watched
from tests.factories import CASES, a_person, a_year, an_entry

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]


def read(page: Page, file: Path) -> None:
    """Go from the home page to the file of the bank, and send it: two clicks, and a file chosen."""
    page.get_by_role("link", name="Relevé et pointage").click()
    page.get_by_label("Fichier du relevé").set_input_files(file)
    page.get_by_role("button", name="Lire le relevé").click()


def test_a_clean_statement_is_ticked_in_three_clicks(
    app: Flask, sign_in: Callable[[str], Watched], javascript: bool
) -> None:
    folder = CASES / "ecole-103-sans-caisse"
    key = import_archive(OPERATOR, folder / "a-pointer.zip", app.config["STORAGE"])
    a_person(key.coop, coop_identifier=key.coop)
    page = sign_in(key.coop).page
    read(page, folder / "releve.ofx")
    page.get_by_role("button", name="Confirmer les").click()
    gap = page.locator("dl.balances > div").filter(has_text="Écart")
    expect(gap).to_contain_text("0,00")
    expect(gap).to_contain_text("Bravo")
    expect(page.get_by_role("button", name="Confirmer les")).to_have_count(0)
    assert reports.statement_gap(year_facts(Year.get(key.of(Year)))) == 0


@pytest.fixture
def doubtful(app: Flask, tmp_path: Path) -> tuple[YearKey, Path]:
    """Give a year with two receipts that look the same, and a statement that shows one of them and a fee."""
    key = a_year()
    a_person()
    for name in ("Lea", "Tom"):
        an_entry(key, label=f"Famille {name}", bank=2_500, allocations=(), voucher=name, day=date(2024, 11, 7))
    file = tmp_path / "novembre.csv"
    file.write_text(
        "Date;Libellé;Montant\n12/11/2024;VIR RECU;25,00\n29/11/2024;FRAIS TENUE DE COMPTE;-3,10\n"
        "Solde au 30/11/2024;;1021,90\n",
        "utf-8",
    )
    return key, file


def test_doubtful_lines_are_chosen_and_missing_ones_typed_from_the_keyboard(
    doubtful: tuple[YearKey, Path], sign_in: Callable[[str], Watched], javascript: bool
) -> None:
    key, file = doubtful
    page = sign_in("075-0001").page
    read(page, file)
    wanted = page.get_by_role("button", name="Pointer Famille Tom avec VIR RECU")
    wanted.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("« VIR RECU » pointée.")).to_be_visible()
    assert {one.label for one in Entry.select() if one.ticked_on} == {"Famille Tom"}
    page.get_by_role("link", name="Saisir la dépense FRAIS TENUE DE COMPTE").click()
    expect(page.get_by_label("Libellé")).to_have_value("FRAIS TENUE DE COMPTE")
    page.get_by_label("Compte", exact=True).select_option("61800008")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.get_by_role("button", name="Confirmer la ligne sûre").click()
    gap = page.locator("dl.balances > div").filter(has_text="Écart")
    expect(gap).to_contain_text("0,00")
    expect(page.get_by_role("heading", name="Au cahier, mais pas encore vu à la banque 1")).to_be_visible()
    assert key.coop == "075-0001"
