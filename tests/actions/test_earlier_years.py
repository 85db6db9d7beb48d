"""Earlier exercices that an association enters: opened directly, handed in on their figures, no cahier touched."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from retkoop.actions import moves
from retkoop.actions.coops import close_coop
from retkoop.actions.earlier_years import earlier_years, findings_in_the_way, hand_in, open_earlier, type_in
from retkoop.actions.years import set_opening
from retkoop.audit import Actor
from retkoop.direct import fingerprint
from retkoop.errors import Conflict, Refusal
from retkoop.facts import Allocation, DirectReport, Opening
from retkoop.models import Cooperative, Journal, Year, YearKey, find_coop
from retkoop.school_year import SchoolYear
from retkoop.year_rows import direct_figures
from tests.factories import a_coop, a_year

AD, TODAY, YEAR = Actor("Association", 9), date(2025, 9, 5), SchoolYear(2020)
FIGURES = DirectReport(60_000, 0, (Allocation("61800008", 40_000),), ())


@pytest.fixture
def coop(app: Flask) -> Cooperative:
    return a_coop()


def opened(coop: Cooperative, year: SchoolYear = YEAR, bank: int = 100_000) -> YearKey:
    return open_earlier(AD, coop, year, Opening(bank, 0, bank), "512", TODAY)


def typed(key: YearKey, report: DirectReport = FIGURES) -> None:
    type_in(AD, key, fingerprint(direct_figures(key), "512"), report, "512", TODAY)


def test_it_is_typed_in_and_handed_in_under_the_name_of_who_did(coop: Cooperative) -> None:
    key = opened(coop)
    typed(key)
    assert findings_in_the_way(key, TODAY) == []
    hand_in(AD, key, TODAY)
    year = Year.get(key.of(Year))
    assert (year.state, year.mode, year.moves) == ("sent", "direct", 2)
    lines = [(line.action, line.who) for line in Journal.select().where(key.of(Journal)).order_by(Journal.id)]
    assert lines == [(name, "Association") for name in ("ouverture", "modification", "clôture", "envoi")]
    moves.validate(Actor("Une autre", 10), key)
    with pytest.raises(Conflict):
        typed(key)


def test_figures_that_do_not_agree_are_not_handed_in(coop: Cooperative) -> None:
    key = opened(coop)
    with pytest.raises(Refusal, match="Rien n’est encore saisi"):
        hand_in(AD, key, TODAY)
    typed(key, DirectReport(59_999, 0, FIGURES.accounts, ()))
    assert [finding.code for finding in findings_in_the_way(key, TODAY)] == ["BILAN"]
    with pytest.raises(Refusal):
        hand_in(AD, key, TODAY)
    assert Year.get(key.of(Year)).state == "open"


def test_one_opened_after_the_year_before_follows_it(coop: Cooperative) -> None:
    typed(opened(coop))
    key = opened(coop, SchoolYear(2021), bank=1)
    year = Year.get(key.of(Year))
    assert (year.follows, year.opening_bank) == (1, 60_000)
    typed(key, DirectReport(60_000, 0, (Allocation("61800008", 1), Allocation("70700008", 1)), ()))
    with pytest.raises(Conflict, match="2020-2021 n’est pas clos"):
        hand_in(AD, key, TODAY)


def test_what_the_cooperative_keeps_is_left_alone(app: Flask) -> None:
    own = a_year()
    coop = find_coop("075-0001")
    assert coop is not None
    before = repr(Year.select().where(own.of(Year)).tuples().get())
    assert SchoolYear(2024) not in earlier_years(coop, TODAY)
    with pytest.raises(Conflict, match="existe déjà"):
        opened(coop, SchoolYear(2024))
    with pytest.raises(Conflict, match="terminés, en saisie directe"):
        typed(own)
    with pytest.raises(Conflict, match="terminés, en saisie directe"):
        hand_in(AD, own, TODAY)
    key = opened(coop, SchoolYear(2023))
    typed(key)
    hand_in(AD, key, TODAY)
    assert repr(Year.select().where(own.of(Year)).tuples().get()) == before
    set_opening(AD, own, Opening(1, 0, 1), "512")


@pytest.mark.parametrize("start", [2025, 2026, 2014, 1990])
def test_it_is_over_and_among_the_last_ten(coop: Cooperative, start: int) -> None:
    with pytest.raises(Refusal, match="dix derniers"):
        opened(coop, SchoolYear(start))


def test_a_closed_cooperative_gets_the_years_before_its_end_only(coop: Cooperative) -> None:
    close_coop(AD, coop, date(2020, 8, 31))
    opened(coop, SchoolYear(2019))
    with pytest.raises(Conflict, match="fermée"):
        opened(coop)
