"""The years of the « fichier des écritures comptables », loaded one by one: never a whole département at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

from retkoop.fec import Book
from retkoop.models import Cooperative, Department, Year, as_stamp
from retkoop.school_year import SchoolYear
from retkoop.year_rows import year_facts
from retkoop.year_states import VALIDATED

# In which time zone an instant is a day is not for this module to know.
DayOf = Callable[[datetime], date]


def book_of(coop: Cooperative, year: Year, department: Department, day_of: DayOf) -> Book:
    """Load a year of a cooperative, finished or not."""
    return Book(coop.identifier, coop.name, year_facts(year, department), _closed_on(year, day_of))


def books_of(department: Department, start_year: int, day_of: DayOf) -> Iterator[Book]:
    """Load the validated years of a département, in the order in which their cahiers were closed.

    Which ones they are is settled as the first one is loaded.
    """
    mine = (Year.department == department.code, Year.start_year == start_year, Year.state == VALIDATED)
    coops = {row.identifier: row for row in Cooperative.select().where(Cooperative.department == department.code)}
    last = SchoolYear(start_year).last_day
    closed = {year.coop: (_closed_on(year, day_of) or last, year) for year in Year.select().where(*mine)}
    for identifier, (day, year) in sorted(closed.items(), key=lambda each: (each[1][0], each[0])):
        yield Book(identifier, coops[identifier].name, year_facts(year, department), day)


def _closed_on(year: Year, day_of: DayOf) -> date | None:
    return day_of(as_stamp(year.closed_at)) if year.closed_at else None
