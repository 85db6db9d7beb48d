"""The pointage: one click ticks, one unticks; last year's operations like any other; the statement."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from retkoop.actions import reconciliation, years
from retkoop.actions.years import load_facts
from retkoop.errors import Refusal
from retkoop.models import Year, YearKey
from retkoop.reports import statement_gap, ticked_balance
from tests.factories import SOMEONE, a_year, an_entry
from tests.support.ledger_checks import everything_of, told

DAY = date(2024, 11, 8)


@pytest.fixture
def key(app: Flask) -> YearKey:
    key = a_year()
    an_entry(key)
    values = {"day": date(2024, 7, 1), "label": "Car", "cheque": "", "amount": -2_000}
    years.add_prior(SOMEONE, key, values)
    return key


def shown(key: YearKey) -> int:
    return ticked_balance(load_facts(Year.get(key.of(Year))))


def test_ticking_moves_the_balance_and_unticking_moves_it_back(key: YearKey) -> None:
    assert shown(key) == 102_000
    reconciliation.tick_entry(SOMEONE, key, 1, DAY)
    assert shown(key) == 100_800
    reconciliation.tick_prior(SOMEONE, key, 1, DAY)
    assert shown(key) == 98_800
    reconciliation.tick_entry(SOMEONE, key, 1, None)
    reconciliation.tick_prior(SOMEONE, key, 1, None)
    assert shown(key) == 102_000
    steps = [(action, subject) for action, subject, _, _ in told(key) if "pointage" in action]
    assert sorted(steps) == [
        ("dépointage", "ecriture:1"), ("dépointage", "operation:1"), ("pointage", "ecriture:1"),
        ("pointage", "operation:1"),
    ]  # fmt: skip


def test_the_journal_tells_the_day(key: YearKey) -> None:
    reconciliation.tick_entry(SOMEONE, key, 1, DAY)
    reconciliation.tick_entry(SOMEONE, key, 1, None)
    assert told(key, "pointage") == [("pointage", "ecriture:1", None, "2024-11-08")]
    assert told(key, "dépointage") == [("dépointage", "ecriture:1", "2024-11-08", None)]


def test_a_second_click_keeps_the_first_day_and_tells_nothing(key: YearKey) -> None:
    reconciliation.tick_entry(SOMEONE, key, 1, DAY)
    facts = load_facts(Year.get(key.of(Year)))
    reconciliation.tick_entry(SOMEONE, key, 1, date(2025, 1, 1))
    assert load_facts(Year.get(key.of(Year))) == facts
    assert len(told(key, "pointage")) == 1


def test_an_entry_that_does_not_touch_the_bank_cannot_be_ticked(key: YearKey) -> None:
    number = an_entry(key, bank=0, cash=-1_200)
    before = everything_of(key)
    with pytest.raises(Refusal, match="ne touche pas la banque"):
        reconciliation.tick_entry(SOMEONE, key, number, DAY)
    assert everything_of(key) == before


def test_the_statement_shows_its_gap(key: YearKey) -> None:
    reconciliation.set_statement(SOMEONE, key, date(2025, 8, 31), 102_005)
    assert statement_gap(load_facts(Year.get(key.of(Year)))) == 5
    reconciliation.set_statement(SOMEONE, key, date(2025, 9, 2), 102_000)
    assert statement_gap(load_facts(Year.get(key.of(Year)))) == 0
    assert told(key, "relevé")[1][2:] == (["2025-08-31", 102_005], ["2025-09-02", 102_000])


def test_a_statement_of_before_the_year_is_refused(key: YearKey) -> None:
    with pytest.raises(Refusal, match="avant l’exercice"):
        reconciliation.set_statement(SOMEONE, key, date(2024, 8, 31), 5)
