"""A large demonstration: every year of it stands where it says that it stands, and nothing contradicts the rules."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

import pytest
from flask import Flask

from retkoop import reports, rules, year_steps
from retkoop.actions import demo, demo_many, moves, years
from retkoop.association import KeptSummary
from retkoop.audit import Actor
from retkoop.demo_books import made_year
from retkoop.models import Department, Year, YearKey, key_of
from retkoop.school_year import SchoolYear
from retkoop.year_rows import chart_for, standing, year_facts
from tests.factories import SOMEONE

TODAY = date(2025, 9, 5)


@pytest.fixture
def many(app: Flask) -> list[Year]:
    """Give the years of ten cooperatives beside the six."""
    demo.make_demo(TODAY, app.config["STORAGE"])
    assert list(demo_many.make_many(10, TODAY)) == [10]
    return list(Year.select().where(Year.coop >= "075-1001").order_by(Year.coop, Year.start_year))


def test_each_year_stands_where_it_says(many: list[Year]) -> None:
    seen = Counter((year.start_year, year.state) for year in many)
    assert seen == {
        (2022, "validated"): 10, (2023, "validated"): 10, (2024, "validated"): 2, (2024, "sent"): 3,
        (2024, "returned"): 1, (2024, "closed"): 1, (2024, "open"): 3,
    }  # fmt: skip
    department = Department.get_by_id("075")
    for year in many:
        facts = year_facts(year, department)
        blocking = rules.verdict(facts, TODAY).blocking
        unfinished = any(entry.bank and not entry.ticked_on for entry in facts.entries)
        assert bool(blocking) is unfinished
        assert not (unfinished and year.state != "open")
        left = {step.code for step in year_steps.steps(standing(year), TODAY) if step.is_left}
        if year.state in ("sent", "validated"):
            assert not left


def test_each_year_begins_with_what_the_one_before_ends_with(many: list[Year]) -> None:
    department = Department.get_by_id("075")
    ends = {}
    for year in many:
        if year.follows:
            assert (year.opening_bank, year.opening_cash) == ends[year.coop, year.start_year - 1]
        facts = year_facts(year, department)
        ends[year.coop, year.start_year] = (reports.bank_balance(facts), reports.cash_balance(facts))
    assert sum(year.follows for year in many) == 20


def test_people_can_go_on_from_there(many: list[Year]) -> None:
    """What is written straight into the tables is what the actions would have left."""
    ad = Actor("Michel Aubert", 9)
    sent = next(year for year in many if year.state == "sent")
    moves.validate(ad, key_of(sent))
    department = Department.get_by_id("075")
    still_open = [year for year in many if year.state == "open"]
    ready = [year for year in still_open if not rules.verdict(year_facts(year, department), TODAY).blocking]
    years.close_year(SOMEONE, key_of(ready[0]), lambda: TODAY)
    assert {Year.get(key_of(year).of(Year)).state for year in (sent, ready[0])} == {"validated", "closed"}
    assert Year.get(YearKey("075", sent.coop, 2024).of(Year)).moves == sent.moves + 1


@pytest.mark.parametrize("seed", range(20))
def test_a_made_up_year_never_owes(app: Flask, seed: int) -> None:
    chance = Random(seed)
    year, bank, cash = SchoolYear(2024), 5_000, 0
    made = made_year(chance, year, chart_for(2024), (bank, cash), 60)
    for entry in made.entries:
        bank, cash = bank + entry.bank, cash + entry.cash
        assert bank >= 0
        assert cash >= 0
        assert year.first_day <= entry.day <= (entry.ticked_on or entry.day) <= year.last_day
    assert (bank, cash) == (made.bank, made.cash)
    assert list(made.entries) == sorted(made.entries, key=lambda entry: entry.day)


def test_the_command_makes_as_many_as_asked_and_their_summaries(app: Flask) -> None:
    run = app.test_cli_runner().invoke(args=["demo", "--coops", "9"])
    assert run.exit_code == 0, run.output
    assert "Coopératives" in run.stderr
    assert KeptSummary.select().where(KeptSummary.coop >= "075-1001").count() == 9
    assert KeptSummary.select().where(KeptSummary.kept != KeptSummary.changes).count() == 0


def test_fewer_than_six_are_refused(app: Flask) -> None:
    run = app.test_cli_runner().invoke(args=["demo", "--coops", "5"])
    assert run.exit_code == 2 or run.exit_code == 1
    assert "Traceback" not in run.output
