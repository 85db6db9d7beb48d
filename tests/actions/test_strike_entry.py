"""Striking an entry out, and bringing it back as it was."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from retkoop.actions import ledger, reconciliation, tables
from retkoop.actions.years import load_facts
from retkoop.errors import Refusal
from retkoop.models import Advance, Entry, Year, YearKey
from retkoop.reports import advance_balances, bank_balance
from retkoop.year_rows import entry_facts
from tests.factories import SOMEONE, a_year, an_advance, an_entry
from tests.support.ledger_checks import told


@pytest.fixture
def key(app: Flask) -> YearKey:
    key = a_year()
    an_advance(key)
    an_entry(key, bank=-500, advance="CP", advance_amount=500, allocations=())
    reconciliation.tick_entry(SOMEONE, key, 1, date(2024, 11, 8))
    return key


def test_it_leaves_the_cahier_and_the_balances_and_stays_in_the_history(key: YearKey) -> None:
    (before,) = entry_facts(key)
    ledger.strike_entry(SOMEONE, key, 1)
    facts = load_facts(Year.get(key.of(Year)))
    assert (facts.entries, bank_balance(facts), advance_balances(facts)) == ((), 100_000, {"CP": 0})
    (kept,) = entry_facts(key, struck=True)
    assert (kept.label, kept.allocations, kept.ticked_on) == (before.label, before.allocations, before.ticked_on)
    assert told(key, "suppression")[0][2]["pointage"] == "2024-11-08"


def test_restoring_brings_it_back_as_it_was(key: YearKey) -> None:
    (before,) = entry_facts(key)
    ledger.strike_entry(SOMEONE, key, 1)
    ledger.restore_entry(SOMEONE, key, 1)
    (after,) = entry_facts(key)
    assert after.version == before.version + 2
    assert {**_columns(after), "version": 0} == {**_columns(before), "version": 0}


def _columns(entry: object) -> dict[str, object]:
    return {name: getattr(entry, name) for name in entry.__dataclass_fields__}  # type: ignore[attr-defined]


def test_a_second_click_does_nothing_and_tells_nothing(key: YearKey) -> None:
    ledger.strike_entry(SOMEONE, key, 1)
    ledger.strike_entry(SOMEONE, key, 1)
    ledger.restore_entry(SOMEONE, key, 1)
    ledger.restore_entry(SOMEONE, key, 1)
    assert (len(told(key, "suppression")), len(told(key, "rétablissement"))) == (1, 1)


def test_a_regie_of_a_struck_entry_stays_so_that_the_entry_can_come_back(key: YearKey) -> None:
    ledger.strike_entry(SOMEONE, key, 1)
    with pytest.raises(Refusal, match="a des écritures"):
        tables.remove_row(SOMEONE, key, Advance, 1)
    ledger.restore_entry(SOMEONE, key, 1)
    assert Entry.get(key.of(Entry)).advance == 1
