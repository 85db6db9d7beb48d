"""Reminders leave by themselves once a month, on the day that each association chose, late when the worker was away."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from retkoop import reminders
from retkoop.actions import mails
from retkoop.association import Job
from retkoop.models import Department
from tests.factories import SOMEONE, a_coop, a_department

DAYS = {
    "the day to come": (5, "", date(2025, 9, 2), date(2025, 9, 5)),
    "today": (5, "", date(2025, 9, 5), date(2025, 9, 5)),
    "today, late": (5, "", date(2025, 9, 19), date(2025, 9, 19)),
    "next month, once it has left": (5, "2025-09", date(2025, 9, 19), date(2025, 10, 5)),
    "on the very last day": (28, "", date(2025, 12, 31), date(2025, 12, 31)),
    "not in the holidays": (5, "2025-06", date(2025, 7, 9), date(2025, 9, 5)),
    "not once the accounts cannot be awaited any longer": (5, "2025-12", date(2026, 1, 9), date(2026, 6, 5)),
    "a year later": (28, "2025-12", date(2025, 12, 30), date(2026, 6, 28)),
    "never": (0, "", date(2025, 9, 5), None),
}


@pytest.mark.parametrize("name", DAYS)
def test_when_they_leave_next(name: str) -> None:
    day, reminded, today, expected = DAYS[name]
    assert reminders.next_day(day, reminded, today) == expected


@pytest.fixture
def asked(app: Flask) -> None:
    """Give two associations, of which one wants reminders on the 5th."""
    a_coop("013-0001")
    a_coop()
    mails.set_reminder_day(SOMEONE, "075", 5)


def jobs_asked() -> list[tuple[str, str, int, str]]:
    return [(row.department, row.kind, row.start_year, row.who) for row in Job.select().order_by(Job.number)]


def test_they_are_asked_for_once_a_month_and_only_where_they_are_wanted(asked: None) -> None:
    reminders.ask_for_due(date(2025, 9, 4))
    assert jobs_asked() == []
    for _ in range(2):
        reminders.ask_for_due(date(2025, 9, 6))
        reminders.ask_for_due(date(2025, 9, 30))
    assert jobs_asked() == [("075", "rappel", 2024, "Rappel mensuel")]
    Job.update(state="done").execute()
    reminders.ask_for_due(date(2025, 10, 7))
    assert len(jobs_asked()) == 2
    assert Department.get_by_id("075").reminded_month == "2025-10"


def test_an_association_that_does_not_want_them_is_left_alone(asked: None) -> None:
    mails.set_reminder_day(SOMEONE, "075", 0)
    reminders.ask_for_due(date(2025, 9, 6))
    assert jobs_asked() == []


def test_a_new_association_has_them(app: Flask) -> None:
    Department.insert(code="044", name="Loire-Atlantique").execute()
    a_department("013")
    reminders.ask_for_due(date(2025, 9, 6))
    assert [code for code, *_ in jobs_asked()] == ["044"]
