"""Editing an entry: a version guards it, its tick stands as long as its bank amount does."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from retkoop.actions import ledger, projects, reconciliation
from retkoop.errors import Conflict, Refusal
from retkoop.facts import Allocation
from retkoop.models import YearKey
from retkoop.year_rows import entry_facts
from tests.factories import SOMEONE, a_draft, a_year, an_entry
from tests.support.ledger_checks import everything_of, told

TICKED = date(2024, 11, 8)


@pytest.fixture
def key(app: Flask) -> YearKey:
    key = a_year()
    an_entry(key)
    return key


def test_it_keeps_its_project_though_that_one_was_closed_and_takes_no_other_closed_one(key: YearKey) -> None:
    for number, name in enumerate(("Théâtre", "Cirque"), 1):
        an_entry(key, project=name)
        projects.close_project(SOMEONE, key, number, True)
    ledger.edit_entry(SOMEONE, key, 2, 1, a_draft(label="Autre", project="Théâtre"))
    with pytest.raises(Refusal, match="« Cirque » est fermé"):
        ledger.edit_entry(SOMEONE, key, 2, 2, a_draft(project="Cirque"))
    ledger.edit_entry(SOMEONE, key, 2, 2, a_draft(project=None))
    with pytest.raises(Refusal, match="« Théâtre » est fermé"):
        ledger.edit_entry(SOMEONE, key, 2, 3, a_draft(project="Théâtre"))


def test_it_replaces_what_the_entry_says(key: YearKey) -> None:
    lines = (Allocation("60700008", 900), Allocation("61800008", 100))
    ledger.edit_entry(SOMEONE, key, 1, 1, a_draft(label="Autre", bank=-1_000, allocations=lines))
    (kept,) = entry_facts(key)
    assert (kept.label, kept.bank, kept.allocations, kept.version) == ("Autre", -1_000, lines, 2)


def test_the_journal_keeps_what_it_said_before_and_after(key: YearKey) -> None:
    ledger.edit_entry(SOMEONE, key, 1, 1, a_draft(label="Autre", allocations=()))
    ((_, _, before, after),) = told(key, "modification")
    assert (before["libelle"], after["libelle"]) == ("Librairie du Centre – Albums", "Autre")
    assert (before["ventilation"], after["ventilation"]) == ([["61800008", 1_200]], [])


def test_it_refuses_what_somebody_changed_in_between_and_keeps_theirs(key: YearKey) -> None:
    ledger.edit_entry(SOMEONE, key, 1, 1, a_draft(label="Le leur"))
    before = everything_of(key)
    with pytest.raises(Conflict, match="Quelqu’un d’autre") as refused:
        ledger.edit_entry(SOMEONE, key, 1, 1, a_draft(label="Le mien", allocations=()))
    assert refused.value.status == 409
    assert everything_of(key) == before


@pytest.mark.parametrize(("bank", "kept"), [(-1_200, TICKED), (-1_300, None), (0, None)])
def test_the_tick_stays_with_the_amount_that_was_seen(key: YearKey, bank: int, kept: date | None) -> None:
    reconciliation.tick_entry(SOMEONE, key, 1, TICKED)
    ledger.edit_entry(SOMEONE, key, 1, 2, a_draft(label="Autre", bank=bank, cash=-1))
    assert entry_facts(key)[0].ticked_on == kept


def test_a_wrong_draft_changes_nothing(key: YearKey) -> None:
    before = everything_of(key)
    with pytest.raises(Refusal, match="exercice 2024-2025"):
        ledger.edit_entry(SOMEONE, key, 1, 1, a_draft(day=date(2025, 9, 1)))
    assert everything_of(key) == before
