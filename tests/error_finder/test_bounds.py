"""Whatever the year: it never raises, says little, always the same, and does not try for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given

from retkoop import reports
from retkoop.error_finder import MOST_CAUSES, MOST_SUSPECTS, cash_gap, causes
from retkoop.error_finder.entries import guesses_by_entry
from retkoop.error_finder.evidence import Trouble
from retkoop.error_finder.year import guesses_of_year
from retkoop.facts import Statement, YearFacts
from tests.support.year_facts import YEAR, entry, facts, random_facts


@given(random_facts())
def test_it_never_raises_and_says_little(year: YearFacts) -> None:
    found = causes(year)
    assert len(found) <= MOST_CAUSES
    assert all(len(cause.suspects) <= MOST_SUSPECTS and cause.others >= 0 for cause in found)
    assert all(cause.message.endswith(".") and cause.hint.endswith(".") and cause.explains for cause in found)
    assert len({(cause.code, cause.explains) for cause in found}) == len(found)


@given(random_facts())
def test_it_accuses_only_what_there_is(year: YearFacts) -> None:
    subjects = {s for cause in causes(year) for suspect in cause.suspects for s in suspect.subjects}
    priors = {prior.number for prior in year.priors}
    assert {s.number for s in subjects if s.kind == "entry"} <= set(year.by_number)
    assert {s.number for s in subjects if s.kind == "prior"} <= priors
    assert {s.kind for s in subjects} <= {"entry", "prior", "statement", "opening", "cash"}


@given(random_facts())
def test_it_says_the_same_twice(year: YearFacts) -> None:
    assert causes(year) == causes(replace(year))


@given(random_facts())
def test_it_speaks_of_the_statement_and_the_box_only_when_they_do_not_agree(year: YearFacts) -> None:
    found = causes(year)
    explained = {rule for cause in found for rule in cause.explains}
    assert "RELEVE" not in explained or reports.statement_gap(year)
    assert "CAISSE" not in explained or cash_gap(year)
    assert found or not (reports.statement_gap(year) or cash_gap(year))


@given(random_facts())
def test_it_says_nothing_of_a_year_that_agrees(year: YearFacts) -> None:
    agrees = replace(year, statement=Statement(YEAR.last_day, reports.ticked_balance(year)), counts=())
    explained = {rule for cause in causes(agrees) for rule in cause.explains}
    assert "RELEVE" not in explained


def test_three_hundred_alike_give_no_more_guesses_than_a_few_each() -> None:
    alike = [
        entry(n, day=YEAR.first_day + timedelta(days=n), voucher=str(n), ticked_on=YEAR.last_day if n % 2 else None)
        for n in range(1, 301)
    ]
    year = facts(*alike, statement=Statement(YEAR.last_day, 100_000 - 149 * 1_200))
    trouble = Trouble(year, reports.statement_gap(year), 0)
    guesses = [*guesses_by_entry(trouble), *guesses_of_year(trouble)]
    assert len(guesses) < 20 * len(alike)
    assert 0 < len(causes(year)) <= MOST_CAUSES
