"""The grids: what their cells say, and what a person means by what is typed in them."""

from __future__ import annotations

from datetime import date

import pytest

from retkoop import grid, reports
from retkoop.facts import Allocation
from retkoop.grid import (
    accounts_by_use,
    accounts_called,
    allocated_by_column,
    allocated_by_parts,
    columns,
    grid_of,
    parts_of,
    read_day,
)
from retkoop.ledger_page import AUTOMATIC, CLASSIC, WHOLE_YEAR, ledger_page
from tests.support.year_facts import BOOKS, CHART, GRANTS, SALES, YEAR, entry, facts

SOLD, BOUGHT = CHART[SALES], CHART[BOOKS]


def said(line, mode: str = CLASSIC) -> dict[str, str]:
    """Give what the row of an entry says, by the head of the column."""
    page = ledger_page(facts(line), WHOLE_YEAR)
    (row,) = grid_of(page, mode, CHART).rows
    return {name: text for name, text in (*row.left, *row.right) if text}


def test_the_classic_grid_has_the_columns_of_the_paper_book_then_one_for_each_account() -> None:
    heads = columns(CLASSIC, CHART)
    assert [c.letter for c in heads if c.letter] == ["A", "B", "C", "D", "E", "F", "I", "J", "K", "O", "Q", "R"]
    assert [(c.head, c.explained) for c in heads[16:]] == [(a.short, a.label) for a in CHART]


def test_the_automatic_grid_has_the_same_left_page_and_one_cell_for_the_accounts() -> None:
    assert columns(AUTOMATIC, CHART)[:16] == columns(CLASSIC, CHART)[:16]
    assert [c.head for c in columns(AUTOMATIC, CHART)[16:]] == ["Compte"]


def test_money_stands_in_the_column_of_its_sign() -> None:
    line = entry(bank=-15_000, cash=2_000, advance="CP", advance_amount=13_000, allocations=())
    assert said(line) == {
        "Classe": "CP", "Régie versée": "130,00", "Banque sortie": "150,00", "Caisse entrée": "20,00",
        "Reste en banque": "850,00", "Reste en caisse": "20,00",
    }  # fmt: skip
    assert said(entry(advance="CP", advance_amount=-1_200))["Régie rendue"] == "12,00"


def test_an_account_shows_the_sum_of_what_it_was_given() -> None:
    line = entry(allocations=(Allocation(BOOKS, 1_500), Allocation(SALES, 100), Allocation(BOOKS, -200)))
    told = {name[:4]: text for name, text in said(line).items()}
    assert (told["6180"], told["7070"]) == ("13,00", "1,00")


def test_the_automatic_grid_names_the_account_or_the_parts() -> None:
    assert said(entry(), AUTOMATIC)["Compte"] == "6180 Charges des activités éducatives"
    two = entry(allocations=(Allocation(BOOKS, 1_000), Allocation(SALES, -200)))
    assert said(two, AUTOMATIC)["Compte"] == "6180\u00a0: 10,00 · 7070\u00a0: -2,00"


def test_the_totals_of_the_whole_year_are_those_of_the_report() -> None:
    year = facts(entry(1), entry(2, bank=30_000, granted=30_000), entry(3, bank=-500, spent=400))
    sums = grid_of(ledger_page(year, WHOLE_YEAR), CLASSIC, CHART).sums
    shown = {name: text for name, text in sums.right if text}
    assert shown == {"6180 Charges des activités éducatives": "16,00", "7410 Subventions publiques": "300,00"}
    assert reports.account_totals(year) == {BOOKS: 1_600, GRANTS: 30_000}
    assert dict(sums.left)["Banque sortie"] == "17,00"
    assert sums.gap == -100


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("18/10", date(2024, 10, 18)), ("1/9", date(2024, 9, 1)), ("31/8", date(2025, 8, 31)),
        ("18/10/24", date(2024, 10, 18)), ("18/10/2024", date(2024, 10, 18)), ("2024-10-18", date(2024, 10, 18)),
        ("18-10", date(2024, 10, 18)), (" 18.10.24 ", date(2024, 10, 18)), ("18 10", date(2024, 10, 18)),
        ("28/02", date(2025, 2, 28)), ("18/10/2030", date(2030, 10, 18)),
        ("29/02", None), ("31/11", None), ("18", None), ("demain", None), ("", None), ("2024-10-18T00", None),
        ("18/10/202", None), ("2024-10-181", None),
    ],
)  # fmt: skip
def test_a_day_takes_its_year_from_the_exercice(typed: str, day: date | None) -> None:
    assert read_day(typed, YEAR) == day


@pytest.mark.parametrize(
    ("text", "moved", "found"),
    [
        ("6180", -1, ["6180"]), ("61800008", -1, ["6180"]), ("6180 Charges des activités éducatives", 1, ["6180"]),
        ("sort", -1, ["6180"]), ("sort", 1, ["7080"]), ("Sorties", 0, ["7080"]), ("PHOTOGRAPHE", -1, ["6070"]),
        ("subv", 1, ["7410"]), ("elève", 1, []), ("intérêts banque", 1, ["7600"]), ("divers", 0, ["7500"]),
        ("xyz", 1, []), ("618", 1, ["6180"]), ("70", -1, ["7070", "7080"]), ("produit", -1, ["6070"]),
    ],
)  # fmt: skip
def test_an_account_is_meant_by_its_number_or_by_words_on_the_side_of_the_money(text, moved, found) -> None:
    assert [account.short for account in accounts_called(text, CHART, moved)] == found


def test_the_accounts_that_are_used_come_first() -> None:
    year = facts(entry(1, sold=5), entry(2, sold=5), entry(3))
    assert [account.code for account in accounts_by_use(year)][:3] == [SALES, BOOKS, "60700008"]


def test_columns_give_their_amounts_in_the_order_of_the_chart() -> None:
    assert allocated_by_column({BOOKS: 1_000, GRANTS: 0, SALES: -5}, ()) == (
        Allocation(BOOKS, 1_000), Allocation(SALES, -5),
    )  # fmt: skip


def test_what_was_stored_stays_as_long_as_its_sum_does() -> None:
    before = (Allocation(SALES, 5), Allocation(BOOKS, 700), Allocation(BOOKS, 500))
    assert allocated_by_column({BOOKS: 1_200, SALES: 5}, before) == before
    assert allocated_by_column({BOOKS: 1_200, SALES: 6}, before) == (Allocation(SALES, 6), *before[1:])
    assert allocated_by_column({BOOKS: 900, GRANTS: 3}, before) == (Allocation(BOOKS, 900), Allocation(GRANTS, 3))
    assert allocated_by_column({}, (Allocation(BOOKS, 5), Allocation(BOOKS, -5))) != ()


def test_an_account_without_a_part_takes_what_is_left() -> None:
    assert allocated_by_parts([(BOOKS, None)], -1_200, CHART) == (Allocation(BOOKS, 1_200),)
    assert allocated_by_parts([(BOOKS, 1_000), (GRANTS, None)], -1_200, CHART) == (
        Allocation(BOOKS, 1_000), Allocation(GRANTS, -200),
    )  # fmt: skip
    assert allocated_by_parts([("", 1_000), (BOOKS, None)], -1_200, CHART) == (Allocation(BOOKS, 200),)


def test_money_against_the_side_of_the_account_is_a_refund() -> None:
    assert allocated_by_parts([(BOOKS, None)], 1_200, CHART) == (Allocation(BOOKS, -1_200),)
    assert allocated_by_parts([(SALES, 300)], -1_200, CHART) == (Allocation(SALES, -300),)


def test_parts_that_exceed_the_money_leave_nothing_and_are_not_turned_round() -> None:
    assert allocated_by_parts([(BOOKS, 1_500), (SALES, None)], -1_200, CHART)[1] == Allocation(SALES, 0)


def test_the_only_account_of_an_entry_follows_its_amount() -> None:
    assert parts_of(entry(), CHART) == ((BOOKS, None),)
    assert parts_of(entry(spent=1_100), CHART) == ((BOOKS, 1_100),)


def test_the_names_of_the_modes_are_those_of_the_page() -> None:
    assert grid.GRIDS == (CLASSIC, AUTOMATIC)
    assert (SOLD.short, BOUGHT.short) == ("7070", "6180")
