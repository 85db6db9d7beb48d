"""Figures of the tables beside the cahier."""

from __future__ import annotations

import random
from datetime import date
from itertools import pairwise

import pytest

from retkoop import reports, table_reports
from retkoop.chart import EXPENSE, INCOME, Account, Chart
from retkoop.facts import Advance, Allocation, CashCount, Entry, Grant, InventoryItem, Opening, YearFacts
from retkoop.school_year import SchoolYear

CHART = Chart(
    (
        Account("61800008", "6180", EXPENSE, "Activités", ""),
        Account("68000008", "6800", EXPENSE, "Biens durables", "", "inventaire"),
        Account("74100008", "7410", INCOME, "Subventions", "", "subvention"),
    )
)
DAY = date(2024, 11, 4)


def entry(number: int, voucher: str = "", account: str = "74100008", amount: int = 0, **values: object) -> Entry:
    lines = (Allocation(account, amount),) if amount else ()
    blank: dict = {
        "number": number, "voucher": voucher, "day": DAY, "label": "x", "cheque": "", "project": None,
        "bank": 0, "cash": 0, "advance": None, "advance_amount": 0, "ticked_on": None, "allocations": lines,
    }  # fmt: skip
    return Entry(**{**blank, **values})


def facts(**values: object) -> YearFacts:
    return YearFacts(**{"year": SchoolYear(2024), "bank_account": "512", "chart": CHART,
                        "opening": Opening(0, 5_000, 5_000), **values})  # fmt: skip


def grants(*lines: tuple[str, int]) -> tuple[Grant, ...]:
    return tuple(Grant(n, "Mairie", "commune", "", DAY, amount, pj) for n, (pj, amount) in enumerate(lines, 1))


@pytest.mark.parametrize(
    ("listed", "lacking"),
    [
        ([], [(1, 300), (2, 200), (3, 200)]),
        ([("01", 300)], [(2, 200), (3, 200)]),
        ([("01", 250)], [(1, 50), (2, 200), (3, 200)]),
        ([("01", 100), ("01", 200)], [(2, 200), (3, 200)]),
        ([("01", 900)], [(2, 200), (3, 200)]),
        # without a voucher, or with one that no entry bears, the amount tells
        ([("", 200)], [(1, 300), (3, 200)]),
        ([("99", 300), ("", 200)], [(3, 200)]),
        # nothing is lacking when the sum is right
        ([("", 700)], []),
    ],
)
def test_it_finds_the_entries_that_the_table_of_grants_lacks(listed: list, lacking: list) -> None:
    entries = (entry(1, "01", amount=300), entry(2, "02", amount=200), entry(3, "", amount=200), entry(4, "04"))
    found = table_reports.grants_unlisted(facts(entries=entries, grants=grants(*listed)))
    assert [(line.entry.number, line.amount) for line in found] == lacking


def test_a_grant_that_is_paid_back_is_lacking_too() -> None:
    entries = (entry(1, "01", amount=300), entry(2, "02", amount=-120))
    found = table_reports.grants_unlisted(facts(entries=entries, grants=grants(("01", 300))))
    assert [(line.entry.number, line.amount) for line in found] == [(2, -120)]
    assert table_reports.grants_gap(facts(entries=entries, grants=grants(("01", 300)))) == 120


def test_what_is_lacking_adds_up_to_the_gap_when_the_table_has_nothing_too_much() -> None:
    draw = random.Random(7)
    for _ in range(200):
        amounts = [draw.randrange(1, 5) * 100 for _ in range(5)]
        entries = tuple(entry(n, f"{n:02d}", amount=amount) for n, amount in enumerate(amounts, 1))
        kept = [(f"{n:02d}", draw.randrange(0, amount + 1, 50)) for n, amount in enumerate(amounts, 1)]
        year = facts(entries=entries, grants=grants(*kept))
        assert sum(line.amount for line in table_reports.grants_unlisted(year)) == -table_reports.grants_gap(year)


def good(number: int, value: int, voucher: str, day: date = DAY) -> InventoryItem:
    return InventoryItem(number, "Vélo", "", day, value, voucher, "")


def test_the_inventory_lacks_purchases_and_never_refunds() -> None:
    entries = (
        entry(1, "01", "68000008", 300), entry(2, "02", "68000008", -20), entry(3, "03", "68000008", 90)
    )  # fmt: skip
    earlier = good(2, 90, "03", date(2023, 11, 4))
    year = facts(entries=entries, inventory=(good(1, 300, "01"), earlier))
    assert table_reports.inventory_gap(year) == 70
    assert [(line.entry.number, line.amount) for line in table_reports.inventory_unlisted(year)] == [(3, 90)]


def test_an_inventory_above_the_account_is_right() -> None:
    year = facts(entries=(entry(1, "01", "68000008", 300),), inventory=(good(1, 400, "05"),))
    assert table_reports.inventory_gap(year) == 0
    assert table_reports.inventory_unlisted(year) == ()


def test_counts_are_compared_with_their_own_day() -> None:
    entries = (entry(1, cash=1_000), entry(2, cash=-500, day=date(2025, 3, 1)))
    counts = (
        CashCount(1, date(2025, 6, 1), ((500, 11),)),
        CashCount(2, DAY, ((1_000, 6),)),
        CashCount(3, DAY, ()),
    )
    year = facts(entries=entries, counts=counts)
    found = [(check.count.number, check.expected, check.gap) for check in table_reports.count_checks(year)]
    assert found == [(1, 5_500, 0), (3, 6_000, -6_000), (2, 6_000, 0)]
    assert table_reports.count_gap(year, counts[1]) == 500


@pytest.mark.parametrize(
    ("moved", "handed_out", "justified", "given_back", "collected"),
    [
        ({"bank": -150, "advance_amount": 150}, 150, 0, 0, 0),
        ({"cash": -150, "advance_amount": 150}, 150, 0, 0, 0),
        ({"advance_amount": -127}, 0, 127, 0, 0),
        ({"bank": 22, "advance_amount": -22}, 0, 0, 22, 0),
        ({"advance_amount": 80}, 0, 0, 0, 80),
        # free lines: several movements at once
        ({"bank": 10, "advance_amount": -30}, 0, 20, 10, 0),
        ({"bank": -10, "advance_amount": -20}, 0, 20, 0, 0),
        ({"bank": -10, "advance_amount": 30}, 10, 0, 0, 20),
    ],
)
def test_it_names_the_movements_of_a_régie(
    moved: dict, handed_out: int, justified: int, given_back: int, collected: int
) -> None:
    year = facts(entries=(entry(1, advance="CP", **moved),), advances=(Advance(1, "CP", ""),))
    (account,) = table_reports.advance_accounts(year)
    assert (account.handed_out, account.justified, account.given_back, account.collected) == (
        handed_out, justified, given_back, collected
    )  # fmt: skip


def test_what_a_class_holds_is_what_its_movements_leave() -> None:
    draw = random.Random(11)
    for _ in range(100):
        entries = tuple(
            entry(n, bank=draw.randrange(-9, 10), cash=draw.randrange(-9, 10), advance=draw.choice(["CP", "CM2"]),
                  advance_amount=draw.choice([-7, -3, 4, 8]))
            for n in range(1, 9)
        )  # fmt: skip
        year = facts(entries=entries, advances=(Advance(1, "CP", ""), Advance(2, "CM2", "")))
        accounts = table_reports.advance_accounts(year)
        assert {a.advance.code: a.held for a in accounts} == reports.advance_balances(year)
        for a in accounts:
            assert a.held == a.handed_out + a.collected - a.justified - a.given_back
            assert a.peak >= a.held
            for before, after in pairwise(a.movements):
                assert after.held - before.held == after.entry.advance_amount
