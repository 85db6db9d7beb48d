"""What holds of every write to a year: one line of journal, nothing once closed, nothing elsewhere."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from retkoop.actions import ledger, reconciliation, tables, years
from retkoop.actions.guard import open_for_writing
from retkoop.db import writing
from retkoop.errors import Conflict, NotFound
from retkoop.facts import Opening
from retkoop.models import Advance, Grant, InventoryItem, PriorOperation, Year, YearKey
from tests.factories import SOMEONE, a_coop, a_draft, a_year, an_advance, an_entry
from tests.support.ledger_checks import close_at_once, everything_of, told

DAY = date(2024, 10, 1)
GRANT = {"organisation": "Mairie", "kind": "commune", "day": DAY, "amount": 30_000}
GOOD = {"designation": "Piano", "bought_on": DAY, "value": 50_000}
PRIOR = {"day": date(2024, 7, 1), "label": "Car", "cheque": "", "amount": -2_000}
# In each year: entries 1 (live), 2 (struck); régies 1 (used), 2; one row of every table.
WRITES: dict[str, tuple[Callable[[YearKey], object], tuple[str, str]]] = {
    "add_entry": (lambda k: ledger.add_entry(SOMEONE, k, a_draft()), ("ajout", "ecriture:3")),
    "edit_entry": (lambda k: ledger.edit_entry(SOMEONE, k, 1, 1, a_draft()), ("modification", "ecriture:1")),
    "strike_entry": (lambda k: ledger.strike_entry(SOMEONE, k, 1), ("suppression", "ecriture:1")),
    "restore_entry": (lambda k: ledger.restore_entry(SOMEONE, k, 2), ("rétablissement", "ecriture:2")),
    "add_project": (lambda k: ledger.add_project(SOMEONE, k, "Cirque"), ("ajout", "projet:1")),
    "tick_entry": (lambda k: reconciliation.tick_entry(SOMEONE, k, 1, DAY), ("pointage", "ecriture:1")),
    "tick_prior": (lambda k: reconciliation.tick_prior(SOMEONE, k, 1, DAY), ("pointage", "operation:1")),
    "set_statement": (lambda k: reconciliation.set_statement(SOMEONE, k, DAY, 5), ("relevé", "releve")),
    "add_count": (lambda k: tables.add_count(SOMEONE, k, DAY, [(500, 1)]), ("ajout", "arrete:2")),
    "remove_count": (lambda k: tables.remove_count(SOMEONE, k, 1), ("suppression", "arrete:1")),
    "add_row": (lambda k: tables.add_row(SOMEONE, k, Grant, GRANT), ("ajout", "subvention:2")),
    "edit_row": (lambda k: tables.edit_row(SOMEONE, k, Grant, 1, 1, {"amount": 7}), ("modification", "subvention:1")),
    "remove_row": (lambda k: tables.remove_row(SOMEONE, k, InventoryItem, 1), ("suppression", "bien:1")),
    "set_holder": (lambda k: tables.set_holder(SOMEONE, k, 2, "Classe de CM2", "Anne"), ("modification", "regie:2")),
    "set_opening": (lambda k: years.set_opening(SOMEONE, k, Opening(1, 2, 3), "514"), ("report", "ouverture")),
    "add_prior": (lambda k: years.add_prior(SOMEONE, k, PRIOR), ("ajout", "operation:2")),
    "edit_prior": (
        lambda k: years.edit_prior(SOMEONE, k, 1, 1, {**PRIOR, "amount": 9}),
        ("modification", "operation:1"),
    ),
    "remove_prior": (lambda k: years.remove_prior(SOMEONE, k, 1), ("suppression", "operation:1")),
}
NOT_OF_AN_OPEN_YEAR = {"open_year", "close_year"}  # they have files of their own


def a_full_year(identifier: str) -> YearKey:
    key = a_year(a_coop(identifier))
    an_advance(key, "CP")
    an_advance(key, "CM2")
    an_entry(key)
    an_entry(key, bank=-500, advance="CP", advance_amount=500, allocations=())
    ledger.strike_entry(SOMEONE, key, 2)
    tables.add_count(SOMEONE, key, DAY, [(500, 1)])
    tables.add_row(SOMEONE, key, Grant, GRANT)
    tables.add_row(SOMEONE, key, InventoryItem, GOOD)
    years.add_prior(SOMEONE, key, PRIOR)
    return key


def test_every_write_is_in_that_table() -> None:
    found = {
        name
        for module in (ledger, reconciliation, tables, years)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and hasattr(function, "__wrapped__") and not name.startswith("_")
    }
    assert found == set(WRITES) | NOT_OF_AN_OPEN_YEAR


@pytest.mark.parametrize("name", WRITES)
def test_it_leaves_one_line_stays_at_home_and_refuses_a_closed_year(app: Flask, name: str) -> None:
    write, line = WRITES[name]
    key, elsewhere = a_full_year("075-0001"), a_full_year("075-0002")
    lines, version = len(told(key)), Year.get(key.of(Year)).version
    others = everything_of(elsewhere)

    write(key)
    assert len(told(key)) == lines + 1
    assert line in [(action, subject) for action, subject, _, _ in told(key)]
    assert Year.get(key.of(Year)).version == version + 1
    assert everything_of(elsewhere) == others

    close_at_once(elsewhere)
    closed = everything_of(elsewhere)
    with pytest.raises(Conflict, match="clos"):
        write(elsewhere)
    assert everything_of(elsewhere) == closed
    with pytest.raises(NotFound):
        write(key._replace(start_year=2001))


def test_a_write_that_fails_halfway_leaves_nothing_not_even_its_line(app: Flask) -> None:
    key = a_full_year("075-0001")
    before = everything_of(key)

    @writing
    def halfway() -> None:
        ledger.add_entry(SOMEONE, key, a_draft())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        halfway()
    assert everything_of(key) == before


def test_those_comparisons_notice_a_write_elsewhere(app: Flask) -> None:
    key = a_full_year("075-0001")
    before = everything_of(key)
    writing(open_for_writing)(key)
    assert everything_of(key) != before


@pytest.mark.parametrize(
    "write",
    [
        lambda k: ledger.edit_entry(SOMEONE, k, 99, 1, a_draft()),
        lambda k: ledger.strike_entry(SOMEONE, k, 99),
        lambda k: ledger.edit_entry(SOMEONE, k, 2, 2, a_draft()),
        lambda k: ledger.restore_entry(SOMEONE, k, 99),
        lambda k: reconciliation.tick_entry(SOMEONE, k, 99, DAY),
        lambda k: reconciliation.tick_entry(SOMEONE, k, 2, DAY),
        lambda k: reconciliation.tick_prior(SOMEONE, k, 99, DAY),
        lambda k: tables.remove_row(SOMEONE, k, Advance, 99),
        lambda k: tables.edit_row(SOMEONE, k, Grant, 99, 1, {"amount": 1}),
        lambda k: tables.remove_count(SOMEONE, k, 99),
        lambda k: years.remove_prior(SOMEONE, k, 99),
    ],
)
def test_a_row_that_is_not_there_is_not_found(app: Flask, write: Callable[[YearKey], object]) -> None:
    key = a_full_year("075-0001")
    before = everything_of(key)
    with pytest.raises(NotFound):
        write(key)
    assert everything_of(key) == before


def test_a_second_prior_keeps_the_first(app: Flask) -> None:
    key = a_full_year("075-0001")
    assert years.add_prior(SOMEONE, key, PRIOR) == 2
    assert PriorOperation.select().where(key.of(PriorOperation)).count() == 2
