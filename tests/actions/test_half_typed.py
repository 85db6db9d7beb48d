"""What a person typed and could not be kept waits for them alone, and goes away with the write that settles it."""

from __future__ import annotations

import pytest

from retkoop.actions import half_typed
from retkoop.actions.half_typed import NEW
from retkoop.errors import Conflict, Refusal
from retkoop.models import Entry, HalfTyped, YearKey
from tests.factories import SOMEONE, a_coop, a_draft, a_year, an_entry

TYPED = {"libelle": "Élèves – « car »", "banque_sortie": "12,5,0"}
MINE, ANOTHER = 1, 2


@pytest.fixture
def year(app) -> YearKey:
    """Give an open year of one entry."""
    key = a_year()
    an_entry(key)
    return key


def test_it_waits_as_it_was_typed_the_last_time(year: YearKey) -> None:
    for typed in ({"libelle": "Car"}, TYPED):
        half_typed.keep(year, MINE, NEW, typed)
    half_typed.keep(year, MINE, 1, {"libelle": ""})
    assert half_typed.waiting(year, MINE) == {NEW: TYPED, 1: {"libelle": ""}}


def test_it_is_nobody_elses_and_of_no_other_year(year: YearKey) -> None:
    half_typed.keep(year, MINE, NEW, TYPED)
    elsewhere = a_year(a_coop("075-0002"))
    half_typed.keep(elsewhere, MINE, NEW, {"libelle": "Ailleurs"})
    half_typed.forget(year, ANOTHER, NEW)
    assert half_typed.waiting(year, ANOTHER) == {}
    assert half_typed.waiting(year, MINE) == {NEW: TYPED}
    half_typed.forget(year, MINE, NEW)
    assert half_typed.waiting(year, MINE) == {}
    assert half_typed.waiting(elsewhere, MINE) == {NEW: {"libelle": "Ailleurs"}}


def test_it_goes_away_with_the_entry_that_it_becomes(year: YearKey) -> None:
    half_typed.keep(year, SOMEONE.person, NEW, TYPED)
    half_typed.keep(year, SOMEONE.person, 1, TYPED)
    assert half_typed.add_line(SOMEONE, year, a_draft(), "key") == 2
    assert half_typed.waiting(year, SOMEONE.person) == {1: TYPED}
    half_typed.edit_line(SOMEONE, year, 1, 1, a_draft(label="Car"))
    assert half_typed.waiting(year, SOMEONE.person) == {}


def test_a_write_that_is_refused_leaves_it_waiting(year: YearKey) -> None:
    for number in (NEW, 1):
        half_typed.keep(year, SOMEONE.person, number, TYPED)
    with pytest.raises(Refusal):
        half_typed.add_line(SOMEONE, year, a_draft(label=""), None)
    with pytest.raises(Conflict):
        half_typed.edit_line(SOMEONE, year, 1, 7, a_draft())
    assert set(half_typed.waiting(year, SOMEONE.person)) == {NEW, 1}
    assert Entry.select().count() == 1


def test_what_is_too_long_to_be_typed_is_not_kept(year: YearKey) -> None:
    half_typed.keep(year, MINE, NEW, TYPED)
    half_typed.keep(year, MINE, NEW, {"libelle": "x" * 8_000})
    assert not HalfTyped.select().exists()
