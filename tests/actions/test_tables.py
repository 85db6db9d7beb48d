"""The tables beside the cahier: counts, grants, inventory, régies."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from retkoop.actions import tables
from retkoop.actions.years import load_facts
from retkoop.errors import Conflict, Refusal
from retkoop.facts import YearFacts
from retkoop.models import Advance, CashCount, CashPiece, Grant, InventoryItem, Year, YearKey
from tests.factories import SOMEONE, a_year, an_advance, an_entry
from tests.support.ledger_checks import everything_of, told

DAY = date(2024, 10, 1)
ROWS: dict[Any, dict[str, Any]] = {
    Grant: {"organisation": "Mairie", "kind": "commune", "day": DAY, "amount": 30_000},
    InventoryItem: {"designation": "Piano", "bought_on": DAY, "value": 50_000},
    Advance: {"code": "CP", "holder": "Anne"},
}


@pytest.fixture
def key(app: Flask) -> YearKey:
    return a_year()


def facts_of(key: YearKey) -> YearFacts:
    return load_facts(Year.get(key.of(Year)))


def test_a_count_is_kept_piece_by_piece_and_the_last_by_date_closes_the_year(key: YearKey) -> None:
    tables.add_count(SOMEONE, key, date(2025, 8, 31), [(50_000, 1), (1, 3)])
    tables.add_count(SOMEONE, key, DAY, [])
    count = facts_of(key).last_count
    assert count is not None
    assert (count.day, count.pieces, count.total) == (date(2025, 8, 31), ((50_000, 1), (1, 3)), 50_003)


def test_a_count_that_was_a_mistake_goes_and_the_journal_keeps_it(key: YearKey) -> None:
    tables.add_count(SOMEONE, key, DAY, [(500, 2)])
    tables.remove_count(SOMEONE, key, 1)
    assert (CashCount.select().count(), CashPiece.select().count()) == (0, 0)
    assert told(key, "suppression")[0][2] == {"date": "2024-10-01", "coupures": [[500, 2]]}


@pytest.mark.parametrize("table", ROWS, ids=lambda table: table.__name__)
def test_a_row_is_added_once_however_often_the_form_is_sent(key: YearKey, table: Any) -> None:
    first = tables.add_row(SOMEONE, key, table, ROWS[table], "clé")
    before = everything_of(key)
    assert tables.add_row(SOMEONE, key, table, ROWS[table], "clé") == first
    assert everything_of(key) == before


def test_a_count_is_added_once_however_often_the_form_is_sent(key: YearKey) -> None:
    numbers = [tables.add_count(SOMEONE, key, DAY, [(500, 2)], "clé") for _ in range(2)]
    assert numbers == [1, 1]
    assert CashPiece.select().count() == 1


@pytest.mark.parametrize("table", [Grant, InventoryItem])
def test_a_row_is_changed_and_the_journal_tells_both_sides(key: YearKey, table: Any) -> None:
    amount = "amount" if table is Grant else "value"
    tables.add_row(SOMEONE, key, table, ROWS[table])
    tables.edit_row(SOMEONE, key, table, 1, 1, {amount: 7})
    assert getattr(table.get(), amount) == 7
    assert told(key, "modification")[0][2:] == ({amount: ROWS[table][amount]}, {amount: 7})
    before = everything_of(key)
    with pytest.raises(Conflict, match="Quelqu’un d’autre"):
        tables.edit_row(SOMEONE, key, table, 1, 1, {amount: 8})
    assert everything_of(key) == before


def test_a_removed_row_stays_in_the_journal(key: YearKey) -> None:
    tables.add_row(SOMEONE, key, Grant, ROWS[Grant])
    tables.remove_row(SOMEONE, key, Grant, 1)
    assert facts_of(key).grants == ()
    before = told(key, "suppression")[0][2]
    assert (before["organisation"], before["amount"], before["day"]) == ("Mairie", 30_000, "2024-10-01")


def test_two_regies_never_bear_one_code(key: YearKey) -> None:
    an_advance(key)
    before = everything_of(key)
    with pytest.raises(Refusal, match="existe déjà"):
        an_advance(key)
    assert everything_of(key) == before


def test_a_regie_with_entries_stays(key: YearKey) -> None:
    an_entry(key, bank=-500, advance=an_advance(key), advance_amount=500, allocations=())
    with pytest.raises(Refusal, match="a des écritures"):
        tables.remove_row(SOMEONE, key, Advance, 1)
    an_advance(key, "CM2")
    tables.remove_row(SOMEONE, key, Advance, 2)
    assert [advance.code for advance in facts_of(key).advances] == ["CP"]


def test_a_regie_changes_hands_unless_somebody_else_said_so_first(key: YearKey) -> None:
    tables.add_row(SOMEONE, key, Advance, ROWS[Advance])
    tables.set_holder(SOMEONE, key, 1, "Anne", "Bruno")
    tables.set_holder(SOMEONE, key, 1, "Bruno", "Bruno")
    with pytest.raises(Conflict, match="titulaire"):
        tables.set_holder(SOMEONE, key, 1, "Anne", "Chloé")
    assert told(key, "modification") == [("modification", "regie:1", {"holder": "Anne"}, {"holder": "Bruno"})]
