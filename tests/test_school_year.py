"""The exercice: 1 September to 31 August, by the day it is in Paris."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retkoop.clock import PARIS, paris_date
from retkoop.school_year import SchoolYear, french_date, month_name
from tests.support.controls import assert_it_notices

WASHINGTON = timezone(timedelta(hours=-4))
TOKYO = timezone(timedelta(hours=9))


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        pytest.param(datetime(2025, 8, 31, 23, 59, tzinfo=PARIS), date(2025, 8, 31), id="a minute before the end"),
        pytest.param(datetime(2025, 9, 1, 0, 1, tzinfo=PARIS), date(2025, 9, 1), id="a minute after the start"),
        pytest.param(datetime(2025, 8, 31, 21, 59, tzinfo=UTC), date(2025, 8, 31), id="23:59 in Paris, server in UTC"),
        pytest.param(datetime(2025, 8, 31, 22, 1, tzinfo=UTC), date(2025, 9, 1), id="00:01 in Paris, server in UTC"),
        pytest.param(datetime(2025, 8, 31, 18, 1, tzinfo=WASHINGTON), date(2025, 9, 1), id="server in Washington"),
        pytest.param(datetime(2025, 9, 1, 6, 59, tzinfo=TOKYO), date(2025, 8, 31), id="server in Tokyo"),
        pytest.param(datetime(2024, 2, 29, 22, 59, tzinfo=UTC), date(2024, 2, 29), id="29 February"),
        pytest.param(datetime(2024, 2, 29, 23, 1, tzinfo=UTC), date(2024, 3, 1), id="after 29 February"),
        pytest.param(datetime(2025, 3, 29, 22, 59, tzinfo=UTC), date(2025, 3, 29), id="the night clocks go forward"),
        pytest.param(datetime(2025, 3, 29, 23, 1, tzinfo=UTC), date(2025, 3, 30), id="00:01, still winter time"),
        pytest.param(datetime(2025, 3, 30, 22, 1, tzinfo=UTC), date(2025, 3, 31), id="00:01, summer time since 2"),
        pytest.param(datetime(2025, 10, 25, 22, 1, tzinfo=UTC), date(2025, 10, 26), id="the night clocks go back"),
        pytest.param(datetime(2025, 10, 26, 22, 59, tzinfo=UTC), date(2025, 10, 26), id="23:59 of the 25-hour day"),
        pytest.param(datetime(2025, 10, 26, 23, 1, tzinfo=UTC), date(2025, 10, 27), id="00:01, winter time since 3"),
    ],
)
def test_the_day_is_the_one_of_paris_whatever_the_server_s_zone(instant: datetime, day: date) -> None:
    assert paris_date(instant) == day


@pytest.mark.parametrize(
    ("day", "label"),
    [
        (date(2025, 8, 31), "2024-2025"), (date(2025, 9, 1), "2025-2026"), (date(2024, 2, 29), "2023-2024"),
        (date(2024, 12, 31), "2024-2025"), (date(2025, 1, 1), "2024-2025"),
    ],
)  # fmt: skip
def test_a_day_lies_in_one_exercice(day: date, label: str) -> None:
    assert SchoolYear.containing(day).label == label


every_day = st.dates(date(1991, 1, 1), date(2200, 1, 1))


@settings(print_blob=True)
@given(every_day)
def test_every_day_lies_in_its_exercice_and_in_no_other(day: date) -> None:
    year = SchoolYear.containing(day)
    assert year.contains(day)
    assert not SchoolYear(year.start - 1).contains(day)
    assert not SchoolYear(year.start + 1).contains(day)
    assert f"{day:%Y-%m}" in year.months
    assert SchoolYear.parse(year.label) == year


def test_that_property_notices_a_year_that_begins_in_august(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        SchoolYear, "containing", classmethod(lambda cls, d: cls(d.year if d.month >= 8 else d.year - 1))
    )
    assert_it_notices(test_every_day_lies_in_its_exercice_and_in_no_other, every_day)


@pytest.mark.parametrize(
    "label", ["2024", "2024-2026", "2025-2024", "2024/2025", " 2024-2025", "2024-2025\n", "0000-0001", "2500-2501", ""]
)
def test_it_refuses_what_is_no_exercice_with_an_example_of_one(label: str) -> None:
    with pytest.raises(ValueError, match="attendu par exemple 2024-2025"):
        SchoolYear.parse(label)


def test_its_days_are_those_of_the_school_year() -> None:
    year = SchoolYear(2023)
    assert (year.first_day, year.last_day) == (date(2023, 9, 1), date(2024, 8, 31))
    assert year.deadline == date(2024, 9, 30)
    assert year.closing_opens() == date(2024, 8, 31)
    assert year.closing_opens(15) == date(2024, 9, 15)
    assert year.contains(date(2024, 2, 29))
    assert len(year.months) == 12


def test_months_and_days_are_written_in_french() -> None:
    assert [month_name(month) for month in SchoolYear(2024).months][:5:4] == ["septembre 2024", "janvier 2025"]
    assert french_date(date(2021, 5, 7)) == "07/05/2021"
