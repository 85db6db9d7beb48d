"""What happened in a class, entered at once: all of it or nothing, as the cahier would take it, one undo."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from retkoop import reports
from retkoop.actions.advances import add_movements
from retkoop.actions.undo import last_steps, undo
from retkoop.actions.years import load_facts
from retkoop.drafts import EntryDraft
from retkoop.errors import Refusal
from retkoop.facts import Allocation, YearFacts
from retkoop.models import Project, Year, YearKey
from tests.factories import SOMEONE, a_draft, a_year, an_advance
from tests.support.ledger_checks import everything_of, told


def draft(amount: int, label: str, voucher: str, **values: Any) -> EntryDraft:
    return a_draft(**{
        "bank": 0, "advance": "CP", "advance_amount": amount, "allocations": (), "label": label, "voucher": voucher,
        **values,
    })  # fmt: skip


# The guide's example: 150 handed out, 127,50 justified by two receipts, 22,50 given back.
STORY = [
    draft(15_000, "Avance", "01", bank=-15_000),
    draft(-10_000, "Librairie", "02", allocations=(Allocation("61800008", 10_000),), project="Lecture"),
    draft(-2_750, "Boulangerie", "03", allocations=(Allocation("61800008", 2_750),)),
    draft(-2_250, "Reliquat", "04", bank=2_250, day=date(2024, 11, 20)),
]


@pytest.fixture
def key(app: Flask) -> YearKey:
    """Give a year with the régies CP and CM2."""
    key = a_year()
    an_advance(key)
    an_advance(key, "CM2")
    return key


def stored(key: YearKey) -> YearFacts:
    return load_facts(Year.get(key.of(Year)))


def test_it_enters_each_of_them_and_tells_one_line(key: YearKey) -> None:
    assert add_movements(SOMEONE, key, "CP", STORY) == 1
    facts = stored(key)
    assert [entry.advance_amount for entry in facts.entries] == [15_000, -10_000, -2_750, -2_250]
    assert reports.advance_balances(facts) == {"CP": 0, "CM2": 0}
    assert reports.red_entries(facts) == ()
    assert facts.entries[1].project == "Lecture"
    after = {"code": "CP", "ecritures": "01 Avance ; 02 Librairie ; 03 Boulangerie ; 04 Reliquat"}
    assert told(key)[-1] == ("saisie", "regie:1", None, after)


def test_the_same_form_sent_twice_enters_once(key: YearKey) -> None:
    assert {add_movements(SOMEONE, key, "CP", STORY, "clé") for _ in range(2)} == {1}
    assert len(stored(key).entries) == 4


@pytest.mark.parametrize(
    "bad",
    [
        draft(-500, "", "05"),
        draft(-500, "Trop tôt", "05", day=date(2024, 8, 31)),
        draft(-500, "Autre classe", "05", advance="CM2"),
        draft(-500, "Classe inconnue", "05", advance="ULIS"),
        draft(-500, "Compte inconnu", "05", allocations=(Allocation("99999999", 500),)),
        a_draft(label="Sans régie"),
    ],
    ids=lambda bad: bad.label or "without label",
)
def test_one_bad_line_refuses_all(key: YearKey, bad: EntryDraft) -> None:
    before = everything_of(key)
    with pytest.raises(Refusal):
        add_movements(SOMEONE, key, "CP", [*STORY, bad])
    assert everything_of(key) == before


def test_nothing_at_all_is_refused(key: YearKey) -> None:
    with pytest.raises(Refusal):
        add_movements(SOMEONE, key, "CP", [])


def test_it_is_taken_back_as_one(key: YearKey) -> None:
    add_movements(SOMEONE, key, "CP", STORY)
    undo(SOMEONE, key, last_steps(key, SOMEONE.person)[0].id)
    assert stored(key).entries == ()
    # A project that is named for the first time has a line of its own: it stays.
    assert [project.name for project in Project.select()] == ["Lecture"]
    undo(SOMEONE, key, last_steps(key, SOMEONE.person)[0].id)
    assert len(stored(key).entries) == 4
    assert reports.red_entries(stored(key)) == ()
