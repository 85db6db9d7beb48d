"""« Ce qu’il reste à faire » by mail, to the mandataires of every cooperative whose exercice the AD still awaits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from retkoop import clock, letters, year_rows, year_steps
from retkoop.actions import jobs, mails
from retkoop.association import Job, Message
from retkoop.audit import Actor
from retkoop.db import fetch, reading, writing
from retkoop.models import Cooperative, Department, Person, Year
from retkoop.school_year import SchoolYear
from retkoop.year_states import REPORTED_IN

# Before the holidays, then from the end of the year until its accounts cannot be awaited any longer.
_MONTHS = (6, 9, 10, 11, 12)
MONTHLY = Actor("Rappel mensuel")


def next_day(day: int, reminded: str, today: date) -> date | None:
    """Give the day on which reminders next leave by themselves: today or later; None when they never do.

    `reminded` is the month that they last left in, as `2025-09`: once a month, late when the worker was not there.
    """
    if not day:
        return None
    months = ((today.year + (today.month + ahead - 1) // 12, (today.month + ahead - 1) % 12 + 1) for ahead in range(13))
    first = next((y, m) for y, m in months if m in _MONTHS and f"{y}-{m:02}" != reminded)
    return max(date(*first, day), today)


class Awaited(NamedTuple):
    """A cooperative whose exercice is awaited, and who would be written to; `told`: those who were, this month."""

    coop: Cooperative
    people: list[Person]
    refused: set[int]
    told: set[int]

    @property
    def receivers(self) -> list[Person]:
        """Give who is written to now."""
        return [one for one in self.people if one.id not in self.refused | self.told]


def year_of(today: date) -> SchoolYear:
    """Give the exercice that people are reminded of: until December the one that ended, then the current one."""
    current = SchoolYear.containing(today)
    return SchoolYear(current.start - 1) if today.month >= 9 else current


def awaited(department: str, year: SchoolYear, today: date) -> list[Awaited]:
    """Give every cooperative that has not sent its exercice, in a number of queries that does not grow.

    One without that exercice is awaited when it had an earlier one, and goes on: nobody opens what they never had.
    """
    here, before = _exercices(department, year)
    coops = Cooperative.select().where(Cooperative.department == department).order_by(Cooperative.identifier)
    people: dict[str, list[Person]] = {}
    for person in _mandataires(department, today):
        people.setdefault(str(person.coop), []).append(person)
    refused = mails.refusals(department)
    told = _told(department, year, today)
    return [
        Awaited(coop, people.get(coop.identifier, []), refused, told)
        for coop in coops
        if _is_awaited(coop, here.get(coop.identifier), coop.identifier in before)
    ]


def _exercices(department: str, year: SchoolYear) -> tuple[dict[str, str], set[str]]:
    """Give the state of the exercice of each cooperative that has it, and the cooperatives that had an earlier one."""
    until = (Year.department == department, Year.start_year <= year.start)
    rows = fetch(Year.select(Year.coop, Year.start_year, Year.state).where(*until))
    here = {coop: state for coop, start, state in rows if start == year.start}
    return here, {coop for coop, start, _ in rows if start < year.start}


def _is_awaited(coop: Cooperative, state: str | None, has_earlier: bool) -> bool:
    if state is None:
        return has_earlier and coop.closed_on is None
    return state in REPORTED_IN


def _mandataires(department: str, today: date) -> list[Person]:
    mine = (Person.department == department, Person.role == "mandataire", Person.disabled == 0, Person.mail != "")
    still = Person.expires_on.is_null() | (Person.expires_on >= str(today))
    found = Person.select().where(*mine, still).order_by(Person.id)
    return [one for one in found if mails.can_be_written_to(one.mail)]


def _month(year: SchoolYear, today: date) -> str:
    return f"rappel:{year.start}:{today:%Y-%m}"


def _told(department: str, year: SchoolYear, today: date) -> set[int]:
    beginning = _month(year, today) + ":"
    said = (Message.department == department, Message.once.startswith(beginning))
    return {person for (person,) in fetch(Message.select(Message.person).where(*said))}


def ask_for_due(today: date) -> None:
    """Ask for the reminders of every département whose day has come."""
    due = [one.code for one in Department.select().where(Department.reminder_day > 0) if _is_due(one, today)]
    for code in due:
        _ask_for(code, today)


def _is_due(row: Department, today: date) -> bool:
    return next_day(row.reminder_day, row.reminded_month, today) == today


@writing
def _ask_for(code: str, today: date) -> None:
    """Ask for them once a month, whoever else is asking."""
    row = Department.get_by_id(code)
    if _is_due(row, today):
        Department.update(reminded_month=f"{today:%Y-%m}").where(Department.code == code).execute()
        jobs.ask(MONTHLY, code, "rappel", year_of(today))


def make(job: Job, step: Callable[[int, int], None]) -> None:
    """Leave a letter for each; whoever was written to this month already is not written to again."""
    year, today = SchoolYear(job.start_year), clock.today()
    waiting = [one for one in awaited(job.department, year, today) if one.receivers]
    step(0, len(waiting))
    for done, one in enumerate(waiting, 1):
        with reading():
            left, path = _left(one.coop, year, today)
        if left:
            _post(one, year, today, left, path)
        step(done, len(waiting))


def _left(coop: Cooperative, year: SchoolYear, today: date) -> tuple[list[str], str]:
    """Give what is left of an exercice, in the words of its page; nothing when it was sent meanwhile."""
    row = Year.get_or_none(
        Year.department == coop.department, Year.coop == coop.identifier, Year.start_year == year.start
    )
    if row is None:
        return [f"Ouvrir l’exercice {year.label} dans Retkoop."], f"/coop/{coop.identifier}/"
    if row.state not in REPORTED_IN:
        return [], ""
    path = f"/coop/{coop.identifier}/{year.label}/reste-a-faire"
    steps = year_steps.steps(year_rows.standing(row), today)
    return [f"{step.title} : {step.said}" for step in steps if step.is_left], path


@writing
def _post(one: Awaited, year: SchoolYear, today: date, left: list[str], path: str) -> None:
    late = today > year.deadline
    for person in one.receivers:
        letter = letters.reminder(person.name, one.coop.name, year.label, year.deadline, late, left, path)
        mails.post(person, "rappel", letter, f"{_month(year, today)}:{person.id}", year.start)
