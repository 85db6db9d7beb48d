"""The cahier as a sheet: every entry once, and under each column the figure that the reports give."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings

from retkoop import ledger_page as ledger_page_module
from retkoop import reports
from retkoop.actions.years import load_facts
from retkoop.book_sheet import book_sheet
from retkoop.facts import Allocation, YearFacts
from retkoop.ledger_page import WHOLE_YEAR, ledger_page
from retkoop.ledger_search import totals
from retkoop.models import Year
from retkoop.sheet import Cell, Sheet
from tests.factories import a_case
from tests.support.year_facts import BOOKS, CHART, SALES, entry, facts, random_facts

LEFT = [
    "Projet", "PJ", "Date", "Libellé", "N° de chèque", "Régie", "Régie versée", "Régie rendue ou justifiée",
    "Banque entrée", "Banque sortie", "Caisse entrée", "Caisse sortie", "Solde banque", "Solde caisse", "Pointée le",
]  # fmt: skip


def whole(year: YearFacts) -> Sheet:
    return book_sheet(year, ledger_page(year, WHOLE_YEAR))


def column(sheet: Sheet, head: str) -> list[Cell]:
    place = [column.head for column in sheet.columns].index(head)
    return [row[place] for row in sheet.rows[1:]]


def under(sheet: Sheet, head: str) -> Any:
    assert sheet.totals is not None
    return sheet.totals[[column.head for column in sheet.columns].index(head)]


def agree(year: YearFacts) -> None:
    """Each total of the sheet is the figure of the reports, and the sum of what stands above it."""
    sheet = whole(year)
    totals = reports.account_totals(year)
    for account in year.chart:
        assert under(sheet, f"{account.short} {account.label}") == totals.get(account.code, 0)
    bank = year.opening.bank + under(sheet, "Banque entrée") - under(sheet, "Banque sortie")
    cash = year.opening.cash + under(sheet, "Caisse entrée") - under(sheet, "Caisse sortie")
    assert (bank, cash) == (reports.bank_balance(year), reports.cash_balance(year))
    held = under(sheet, "Régie versée") - under(sheet, "Régie rendue ou justifiée")
    assert held == sum(reports.advance_balances(year).values())
    assert under(sheet, "À ventiler") == sum(gap for _, gap in reports.red_entries(year))
    summed = [c.head for c in sheet.columns if c.kind == "amount" and not c.head.startswith("Solde")]
    assert all(under(sheet, head) == sum(filter(None, column(sheet, head))) for head in summed)
    if year.entries:
        assert (column(sheet, "Solde banque")[-1], column(sheet, "Solde caisse")[-1]) == (bank, cash)


def test_it_has_the_columns_of_the_paper_book() -> None:
    heads = [column.head for column in whole(facts()).columns]
    assert heads == [*LEFT, *(f"{account.short} {account.label}" for account in CHART), "À ventiler"]
    assert "6070 Achats de produits pour cession" in heads


def test_each_amount_stands_in_its_column_and_nowhere_else() -> None:
    spent = entry(
        cheque="0000123", project="Photos", bank=-1_000, cash=-200, advance="CP", advance_amount=-300,
        allocations=(Allocation(BOOKS, 900), Allocation(BOOKS, 100), Allocation(SALES, -400)),
    )  # fmt: skip
    sheet = whole(facts(spent))
    shown = dict(zip((column.head for column in sheet.columns), sheet.rows[1], strict=True))
    assert {head: cell for head, cell in shown.items() if cell not in (None, "")} == {
        "Projet": "Photos", "PJ": "01", "Date": date(2024, 11, 4), "Libellé": "Librairie – Albums",
        "N° de chèque": "0000123", "Régie": "CP", "Régie rendue ou justifiée": 300, "Banque sortie": 1_000,
        "Caisse sortie": 200, "Solde banque": 99_000, "Solde caisse": -200, "Pointée le": date(2024, 11, 8),
        "6180 Charges des activités éducatives": 1_000, "7070 Ventes de produits pour cession": -400,
        "À ventiler": -100,
    }  # fmt: skip


def test_lines_keep_the_order_and_the_balances_they_have_on_screen() -> None:
    year = facts(entry(1, bank=500), entry(2, bank=-300), entry(3, bank=70))
    first, _, third = reports.ledger_lines(year)
    page = replace(ledger_page(year, WHOLE_YEAR), lines=(third, first), totals=totals([third, first]))
    sheet = book_sheet(year, page)
    assert column(sheet, "PJ") == ["03", "01"]
    assert column(sheet, "Solde banque") == [100_270, 100_500]
    assert under(sheet, "Banque entrée") == 570
    assert under(sheet, "Solde banque") is None


def test_it_begins_with_what_was_brought_forward_in_the_balances_only() -> None:
    year = facts(entry(1, day=date(2024, 9, 4), bank=500, cash=20), entry(2, day=date(2024, 11, 4), bank=70))
    heads = [column.head for column in whole(year).columns]

    def begins(month: str) -> dict[str, Cell]:
        first = book_sheet(year, ledger_page(year, month)).rows[0]
        return {head: cell for head, cell in zip(heads, first, strict=True) if cell is not None}

    brought = {"Solde banque": year.opening.bank, "Solde caisse": year.opening.cash}
    assert begins(WHOLE_YEAR) == begins("2024-09") == {"Libellé": "Report à nouveau", **brought}
    earned = {"Solde banque": year.opening.bank + 500, "Solde caisse": year.opening.cash + 20}
    assert begins("2024-11") == {"Libellé": "Report des mois précédents", **earned}


def test_an_empty_selection_has_totals_of_zero() -> None:
    sheet = whole(facts())
    assert column(sheet, "PJ") == []
    assert under(sheet, "Banque entrée") == 0


@settings(max_examples=60, deadline=None)
@given(random_facts())
def test_totals_are_those_of_the_reports(year: YearFacts) -> None:
    agree(year)


def test_one_cent_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: the sheet adds up other lines than it shows."""
    year = facts(entry(1), entry(2))
    agree(year)
    monkeypatch.setattr(ledger_page_module, "totals", lambda lines: replace(totals(lines), bank_out=2_401))
    with pytest.raises(AssertionError):
        agree(year)


def test_the_year_of_a_school_is_there_whole(app: Flask) -> None:
    key = a_case("ecole-102-postale", app.config["STORAGE"])
    year = load_facts(Year.get(key.of(Year)))
    agree(year)
    sheet = whole(year)
    said = zip(column(sheet, "PJ"), column(sheet, "Date"), column(sheet, "Libellé"), strict=True)
    assert list(said) == [(entry.voucher, entry.day, entry.label) for entry in year.entries]
    assert len(sheet.rows) > 150
