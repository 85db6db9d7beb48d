"""Cooperatives are drawn for a control on site, once; a draw never changes, what was found may be corrected."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from peewee import PeeweeException

from retkoop.actions import site_controls
from retkoop.actions.site_controls import Found
from retkoop.audit import Actor
from retkoop.db import database
from retkoop.decision_tables import SiteControl, SiteDraw
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.models import Journal, Year, YearKey
from retkoop.site_draws import read, take
from tests.factories import YEAR, a_coop, a_year
from tests.support.ledger_checks import told
from tests.test_concurrency import at_once

MICHEL = Actor("Michel", 71)
DAY = date(2025, 10, 7)
COOPS = 12


def put(key: YearKey, state: str) -> None:
    """Put a year in a state: an open one goes to any, and nothing moves it on."""
    Year.update(state=state).where(key.of(Year)).execute()


@pytest.fixture
def years(app: Flask) -> list[YearKey]:
    """Give twelve years: ten validated, one sent, one open; and one of another association."""
    keys = [a_year(a_coop(f"075-{number:04d}")) for number in range(1, COOPS + 1)]
    for key in keys[:10]:
        put(key, "validated")
    put(keys[10], "sent")
    put(a_year(a_coop("013-0001")), "validated")
    return keys


def draw(rate: int = 10, base: str = "validated", seen: int = 0) -> int | None:
    return site_controls.draw(MICHEL, "075", YEAR, rate, base, seen)


def drawn() -> list[str]:
    return [one.coop for one in site_controls.controls_of("075", YEAR.start)]


def test_the_draw_is_the_one_that_its_number_tells(years: list[YearKey]) -> None:
    assert draw(30) == 1
    row = SiteDraw.get()
    assert [one.coop for one in read(row.pool)] == [key.coop for key in years[:10]]
    assert drawn() == list(take(read(row.pool), row.seed, row.rate))
    assert len(drawn()) == 3
    line = Journal.get(Journal.action == "tirage", Journal.department == "075")
    assert str(row.seed) in line.after


def test_what_was_sent_is_drawn_when_it_is_asked_for(years: list[YearKey]) -> None:
    draw(100, "sent")
    assert set(drawn()) == {key.coop for key in years[:11]}, "not the open one, nor another association’s"


def test_a_form_sent_twice_draws_once(years: list[YearKey]) -> None:
    assert draw() == 1
    assert draw() is None
    assert len(drawn()) == 1
    assert draw(seen=1) == 2, "another draw, of the others"
    assert len(set(drawn())) == 2


def test_two_people_at_once_draw_once(years: list[YearKey]) -> None:
    assert sorted(at_once([draw, draw, draw]), key=str) == [1, None, None]
    assert len(drawn()) == 1


def test_those_of_the_years_before_come_after_the_others(years: list[YearKey]) -> None:
    for key in years[:9]:
        before = key._replace(start_year=YEAR.start - 1)
        Year.insert(**before._asdict(), state="validated").execute()
    site_controls.draw(MICHEL, "075", YEAR.__class__(YEAR.start - 1), 100, "validated", 0)
    draw(10)
    assert drawn() == [years[9].coop]
    assert [one.recent for one in read(SiteDraw.get(SiteDraw.number == 2).pool)] == [True] * 9 + [False]


def test_nobody_is_drawn_from_nobody(years: list[YearKey]) -> None:
    draw(100)
    with pytest.raises(Conflict):
        draw(seen=1)
    for rate, base in ((0, "validated"), (101, "validated"), (10, "open")):
        with pytest.raises(Refusal):
            draw(rate, base, seen=1)


def test_what_was_found_is_noted_corrected_and_told(years: list[YearKey]) -> None:
    draw(100)
    key = years[0]
    site_controls.note(MICHEL, key, 1, 1, Found("a_revoir", DAY, "Anne", "La caisse manque"))
    with pytest.raises(Conflict):
        site_controls.note(MICHEL, key, 1, 1, Found("conforme", DAY, "Anne", ""))
    site_controls.note(MICHEL, key, 1, 2, Found("conforme", DAY, "Anne", ""))
    row, _ = site_controls.control_of(key, 1)
    assert (row.result, row.day, row.checked_by, row.who) == ("conforme", DAY, "Anne", "Michel")
    assert [line[0] for line in told(key, "contrôle sur place")] == ["contrôle sur place"] * 2
    for wrong in (Found("remarque", DAY, "Anne", ""), Found("bien", DAY, "Anne", "Très bien")):
        with pytest.raises(Refusal):
            site_controls.note(MICHEL, key, 1, 3, wrong)
    with pytest.raises(NotFound):
        site_controls.note(MICHEL, years[11], 1, 1, Found("conforme", DAY, "Anne", ""))


def test_a_draw_never_changes(years: list[YearKey]) -> None:
    draw()
    for work in (
        SiteDraw.update(seed=100_000),
        SiteDraw.delete(),
        SiteControl.update(rank=2),
        SiteControl.update(coop=years[11].coop),
        SiteControl.delete(),
    ):
        with pytest.raises(PeeweeException, match="decision_intouchable"), database.atomic():
            work.execute()
