"""Reminders leave by themselves once a month, on the day that each association chose, late when the worker was away."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from retkoop import jobs as worker
from retkoop import reminders
from retkoop.actions import mails, years
from retkoop.association import Job, Message
from retkoop.audit import OPERATOR
from retkoop.db import database
from retkoop.models import Cooperative, Department, Person, Year
from retkoop.school_year import SchoolYear
from tests.factories import SOMEONE, YEAR, a_coop, a_department, a_person

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


# ---- Who is written to

# The exercices of a cooperative, with the state of each; the day it closed; whether 2024-2025 is awaited of it.
COOPS: dict[str, tuple[dict[int, str], date | None, bool]] = {
    "it goes on, and has not begun": ({2022: "closed", 2023: "closed"}, None, True),
    "it has begun": ({2023: "closed", 2024: "open"}, None, True),
    "it begins with this one": ({2024: "open"}, None, True),
    "it has not sent what is closed": ({2024: "closed"}, None, True),
    "it has sent it": ({2023: "closed", 2024: "sent"}, None, False),
    "its first exercice is the next one": ({2025: "open"}, None, False),
    "it has none yet": ({}, None, False),
    "it closed before": ({2022: "closed", 2023: "closed"}, date(2024, 8, 31), False),
    "it closed after this one": ({2023: "closed", 2024: "open"}, date(2025, 8, 31), True),
    "it closed and has sent": ({2024: "sent"}, date(2025, 8, 31), False),
}


def a_mandataire(identifier: str, coop: str, **values: object) -> None:
    person = a_person(identifier, coop_identifier=coop)
    Person.update({"mail": f"{identifier}@exemple.fr", **values}).where(Person.id == person.id).execute()


def test_only_a_cooperative_that_owes_the_exercice_is_awaited(app: Flask) -> None:
    for number, (name, (exercices, closed_on, _)) in enumerate(COOPS.items(), 1):
        coop = a_coop(f"075-{number:04d}", name=name)
        for start, state in exercices.items():
            key = years.open_year(OPERATOR, coop, SchoolYear(start))
            Year.update(state=state).where(key.of(Year)).execute()
        Cooperative.update(closed_on=closed_on).where(Cooperative.identifier == coop.identifier).execute()
    found = {one.coop.name for one in reminders.awaited("075", YEAR, date(2025, 9, 5))}
    assert found == {name for name, (_, _, is_awaited) in COOPS.items() if is_awaited}


def test_in_the_first_year_of_an_instance_nobody_is_told_to_open_an_exercice(app: Flask) -> None:
    years.open_year(OPERATOR, a_coop(), SchoolYear(2025))
    a_mandataire("zoe", "075-0001")
    jobs_done(app)
    assert Message.select().count() == 0


def jobs_done(app: Flask) -> None:
    mails.set_reminder_day(SOMEONE, "075", 5)
    worker.init_app(app)
    database.close()
    worker.do_jobs()
    database.connect()
    assert [row.state for row in Job.select()] == ["done"]


def test_an_access_that_is_over_receives_nothing(app: Flask) -> None:
    years.open_year(OPERATOR, a_coop(), YEAR)
    a_mandataire("hier", "075-0001", expires_on=date(2025, 9, 4))
    a_mandataire("jusquici", "075-0001", expires_on=date(2025, 9, 5))
    a_mandataire("toujours", "075-0001")
    a_mandataire("partie", "075-0001", disabled=1)
    jobs_done(app)
    written = [row.recipient for row in Message.select().order_by(Message.recipient)]
    assert written == ["jusquici@exemple.fr", "toujours@exemple.fr"]
