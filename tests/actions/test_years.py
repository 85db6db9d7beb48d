"""Opening a year, after another one or not, and closing it."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from retkoop import reports
from retkoop.actions import reconciliation, tables, years
from retkoop.actions.years import NotReady, close_year, load_facts, open_year
from retkoop.audit import OPERATOR
from retkoop.errors import Conflict, Refusal
from retkoop.facts import Opening
from retkoop.models import Cooperative, Entry, Year, YearKey
from retkoop.rules import CHECKS
from retkoop.school_year import SchoolYear
from tests.factories import SOMEONE, YEAR, a_case, a_coop, a_year, an_advance, an_entry
from tests.support.ledger_checks import everything_of, told

NEXT = SchoolYear(2025)


def after_the_year() -> date:
    return date(2025, 9, 5)


def coop_of(key: YearKey) -> Cooperative:
    return Cooperative.get(Cooperative.identifier == key.coop)


@pytest.fixture
def sound(app: Flask) -> YearKey:
    """Give a year that may be closed, with one cheque outstanding."""
    return a_case("ecole-du-bourg", app.config["STORAGE"])


def test_a_first_year_opens_empty_and_once(app: Flask) -> None:
    coop = a_coop()
    key = open_year(OPERATOR, coop, YEAR, "514")
    before = everything_of(key)
    assert open_year(OPERATOR, coop, YEAR) == key
    assert everything_of(key) == before
    facts = load_facts(Year.get(key.of(Year)))
    assert (facts.bank_account, facts.opening, facts.entries) == ("514", Opening(0, 0, 0), ())
    assert told(key) == [("ouverture", "exercice", None, "2024-2025")]


def test_the_next_year_takes_over_balances_and_outstanding_operations(sound: YearKey) -> None:
    closing = load_facts(Year.get(sound.of(Year)))
    close_year(OPERATOR, sound, after_the_year)
    key = open_year(OPERATOR, coop_of(sound), NEXT)
    opened = load_facts(Year.get(key.of(Year)))
    waiting = [entry for entry in closing.entries if entry.is_outstanding]
    assert opened.opening.carried == opened.opening.bank + opened.opening.cash
    assert [(prior.label, prior.amount, prior.cheque) for prior in opened.priors] == [
        (entry.label, entry.bank, entry.cheque) for entry in waiting
    ]
    assert len(waiting) > 0
    assert closing.statement is not None
    assert reports.ticked_balance(opened) == closing.statement.balance


def test_what_the_next_year_takes_over_is_not_corrected_there(sound: YearKey) -> None:
    key = open_year(OPERATOR, coop_of(sound), NEXT)
    before = everything_of(key)
    values = {"day": date(2025, 7, 1), "label": "Car", "cheque": "", "amount": -5}
    for attempt in (
        lambda: years.set_opening(SOMEONE, key, Opening(1, 2, 3), "512"),
        lambda: years.add_prior(SOMEONE, key, values),
        lambda: years.edit_prior(SOMEONE, key, 1, 1, values),
        lambda: years.remove_prior(SOMEONE, key, 1),
    ):
        with pytest.raises(Refusal, match="viennent de l’exercice 2024-2025"):
            attempt()
    assert everything_of(key) == before


def test_the_opening_is_corrected_and_told(app: Flask) -> None:
    key = a_year()
    years.set_opening(SOMEONE, key, Opening(1, -2, 3), "514")
    assert load_facts(Year.get(key.of(Year))).opening == Opening(1, -2, 3)
    before, after = told(key, "report")[-1][2:]
    assert (before, after) == ([100_000, 5_000, 105_000, "512"], [1, -2, 3, "514"])


def test_a_sound_year_closes_once_with_its_line(sound: YearKey) -> None:
    close_year(SOMEONE, sound, after_the_year)
    row = Year.get(sound.of(Year))
    assert (row.state, row.closed_at is not None) == ("closed", True)
    assert [line[:2] for line in told(sound, "clôture")] == [("clôture", "exercice")]
    with pytest.raises(Conflict, match="clos"):
        close_year(SOMEONE, sound, after_the_year)
    assert len(told(sound, "clôture")) == 1


def test_closing_is_refused_with_everything_that_is_missing(app: Flask) -> None:
    key = a_year()
    an_entry(key, allocations=())
    an_entry(key, bank=-500, advance=an_advance(key), advance_amount=500, allocations=())
    tables.add_row(
        SOMEONE, key, tables.Grant, {"organisation": "M", "kind": "etat", "day": after_the_year(), "amount": 1}
    )
    before = everything_of(key)
    with pytest.raises(NotReady) as refused:
        close_year(SOMEONE, key, lambda: date(2025, 8, 30))
    found = {finding.code for finding in refused.value.verdict.blocking}
    assert found == {code for code, level, _ in CHECKS if level == "bloque"} - {"NON_POINTEES"}
    assert refused.value.status == 409
    assert everything_of(key) == before


def test_the_day_is_asked_inside_the_transaction(sound: YearKey) -> None:
    asked: list[str] = []

    def today() -> date:
        asked.append(Year.get(sound.of(Year)).state)
        return after_the_year()

    close_year(SOMEONE, sound, today)
    assert asked == ["open"]


def test_a_prior_operation_is_of_last_year(app: Flask) -> None:
    key = a_year()
    values = {"day": date(2024, 9, 1), "label": "Car", "cheque": "", "amount": -5}
    for attempt in (
        lambda: years.add_prior(SOMEONE, key, values),
        lambda: years.edit_prior(SOMEONE, key, 1, 1, values),
    ):
        with pytest.raises(Refusal, match="avant le 1er septembre"):
            attempt()


def test_a_prior_operation_loses_its_tick_with_its_amount_only(app: Flask) -> None:
    key = a_year()
    values = {"day": date(2024, 7, 1), "label": "Car", "cheque": "", "amount": -5}
    years.add_prior(SOMEONE, key, values)
    reconciliation.tick_prior(SOMEONE, key, 1, date(2024, 9, 9))
    years.edit_prior(SOMEONE, key, 1, 2, {**values, "label": "Bus"})
    assert load_facts(Year.get(key.of(Year))).priors[0].ticked_on == date(2024, 9, 9)
    with pytest.raises(Conflict):
        years.edit_prior(SOMEONE, key, 1, 2, {**values, "amount": -6})
    years.edit_prior(SOMEONE, key, 1, 3, {**values, "amount": -6})
    assert load_facts(Year.get(key.of(Year))).priors[0].ticked_on is None


def test_a_closed_year_keeps_its_entries_as_they_were(sound: YearKey) -> None:
    count = Entry.select().count()
    close_year(SOMEONE, sound, after_the_year)
    with pytest.raises(Conflict):
        an_entry(sound)
    assert Entry.select().count() == count
