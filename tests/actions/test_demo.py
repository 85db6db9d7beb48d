"""The demonstration: each cooperative is in the state that the table of identifiers promises, on any day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask

from retkoop import db, reminders, rules
from retkoop.actions import demo, people
from retkoop.actions.demo_data import PASSWORD, PEOPLE, draw_scan
from retkoop.actions.years import load_facts
from retkoop.association import TABLES, Job
from retkoop.db import fetch
from retkoop.deposit_reports import deposits
from retkoop.errors import Refusal
from retkoop.models import (
    Attempt,
    CashCount,
    Cooperative,
    Entry,
    Grant,
    InventoryItem,
    Journal,
    Person,
    PriorOperation,
    Scan,
    Year,
    find_coop,
    find_year,
    key_of,
    years_of,
)
from retkoop.passwords import password_fault, verify
from retkoop.quitus_rows import draw_of, looks_of
from retkoop.required_documents import done_and_missing, requirements
from retkoop.school_year import SchoolYear
from retkoop.storage import FileStorage
from retkoop.year_rows import activity_answers, documents_of, moves_of
from retkoop.year_states import last_closing
from tests import factories

# The first day of a year (a Sunday), its last, its middle, and an autumn.
DAYS = (date(2024, 9, 1), date(2025, 8, 31), date(2026, 3, 15), date(2026, 11, 21))
CURRENT, BEFORE = 0, -1
STATES = {
    "075-0101": {BEFORE: "closed", CURRENT: "open"},
    "075-0102": {BEFORE: "open"},
    "075-0103": {BEFORE: "open"},
    "075-0104": {CURRENT: "open"},
    "075-0105": {CURRENT: "open"},
    "075-0106": {BEFORE: "closed"},
}
# What only time or the statement will settle in a year that is under way.
UNDER_WAY = {"DATE", "REGIES", "RELEVE", "NON_POINTEES", "JUSTIFICATIFS", "CAISSE", "BILAN"}


def year_of(coop: str, rank: int, today: date) -> Year:
    found = find_year(find_coop(coop), SchoolYear.containing(today).start + rank)
    assert found is not None
    return found


def faults(coop: str, rank: int, today: date) -> set[str]:
    year = load_facts(year_of(coop, rank, today))
    return {finding.code for finding in rules.verdict(year, today).findings}


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_it_is_as_promised_whatever_the_day(app: Flask, today: date) -> None:
    demo.make_demo(today, app.config["STORAGE"])
    assert states_on(today) == STATES
    assert_verdicts(today)
    assert latest_day() <= today
    assert all(row.day <= row.ticked_on for row in ticked_rows())
    # Nobody is written to by itself, on any day of a month that has reminders.
    reminders.ask_for_due(date(today.year + 1, 9, 28))
    assert not Job.select().exists()


def states_on(today: date) -> dict[str, dict[int, str]]:
    return {
        coop.identifier: {year.start_year - SchoolYear.containing(today).start: year.state for year in years_of(coop)}
        for coop in Cooperative.select()
    }


def assert_verdicts(today: date) -> None:
    assert faults("075-0101", BEFORE, today) == set()
    assert faults("075-0102", BEFORE, today) == set()
    assert faults("075-0106", BEFORE, today) == set()
    assert faults("075-0103", BEFORE, today) == {
        "VENTILATION", "REGIES", "RELEVE", "CAISSE", "SUBVENTIONS", "BILAN", "INVENTAIRE", "PJ",
    }  # fmt: skip
    for coop in ("075-0101", "075-0104"):
        assert faults(coop, CURRENT, today) <= UNDER_WAY
    assert "CAISSE" not in faults("075-0104", CURRENT, today)
    assert faults("075-0105", CURRENT, today) - {"DATE"} == {"RELEVE", "CAISSE"}


def latest_day() -> date:
    """Give the last day that anything is dated."""
    days = [row.day for table in (Entry, CashCount, Grant) for row in table.select()]
    bought = [item.bought_on for item in InventoryItem.select()]
    seen = [row.ticked_on for row in ticked_rows()]
    return max(*days, *bought, *seen, *(year.statement_day for year in Year.select() if year.statement_day))


def ticked_rows() -> list[Any]:
    return [row for table in (Entry, PriorOperation) for row in table.select() if row.ticked_on]


def test_the_main_cahier_is_full_and_carries_two_operations_over(app: Flask) -> None:
    today = date(2026, 11, 21)
    demo.make_demo(today, app.config["STORAGE"])
    before = load_facts(year_of("075-0101", BEFORE, today))
    current = load_facts(year_of("075-0101", CURRENT, today))
    assert len(before.entries) == 86
    assert len([entry for entry in before.entries if entry.is_outstanding and entry.scans]) == 2
    assert [prior.ticked_on for prior in current.priors] == [None, date(2026, 9, 4)]
    assert len(current.entries) >= 12
    assert load_facts(year_of("075-0104", CURRENT, today)).bank_account == "514"
    assert load_facts(year_of("075-0105", CURRENT, today)).entries == ()
    scans = list(Scan.select())
    assert {scan.media_type for scan in scans} == {"image/png", "image/jpeg", "application/pdf"}
    assert all(app.config["STORAGE"].has(scan.digest) for scan in scans)


def test_cheques_went_to_the_bank_together_and_a_project_is_over(app: Flask) -> None:
    today = date(2026, 11, 21)
    demo.make_demo(today, app.config["STORAGE"])
    current = load_facts(year_of("075-0101", CURRENT, today))
    (deposit,) = deposits(current)
    assert (deposit.slip.day, len(deposit.entries), deposit.total) == (date(2026, 9, 12), 3, 98_500)
    assert deposit.seen_on is not None
    assert [project.name for project in current.projects if project.closed] == ["Rallye lecture"]


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_every_screen_of_the_year_end_has_something_to_show(app: Flask, today: date) -> None:
    demo.make_demo(today, app.config["STORAGE"])
    reported, verified = (key_of(year_of(coop, BEFORE, today)) for coop in ("075-0106", "075-0101"))
    given = documents_of(reported)
    assert [(one.requirement, bool(one.digest)) for one in given] == [("quitus", True), ("releve", False)]
    assert all(one.posted_on is None or one.posted_on <= today for one in given)
    assert activity_answers(reported).given
    closed = year_of("075-0106", BEFORE, today)
    closing = last_closing(closed.state, moves_of(reported))
    assert not done_and_missing(requirements(load_facts(closed), given, closing))[1]
    assert draw_of(verified) is not None
    assert {look.verdict for look in looks_of(verified)} == {"vu", "a_revoir"}
    assert [coop.identifier for coop in Cooperative.select() if not coop.headcount] == ["075-0105"]


def test_everybody_signs_in_with_the_password_that_is_shown(app: Flask) -> None:
    demo.make_demo(date(2025, 9, 5), app.config["STORAGE"])
    shown = demo.identifiers()
    assert PASSWORD in shown
    assert Person.select().count() == len(PEOPLE) == 10
    for person in Person.select():
        assert f"  {person.identifier} " in shown
        assert verify(person.password_hash, PASSWORD)
        assert password_fault(PASSWORD, [person.identifier, person.name]) is None
        assert bool(person.must_change) == (person.coop == "075-0105")
    assert {person.role for person in Person.select()} == set(people.ROLES)


def test_it_refuses_a_database_that_holds_a_cooperative(app: Flask) -> None:
    factories.a_coop()
    with pytest.raises(Refusal, match="contient déjà des coopératives"):
        demo.make_demo(date(2025, 9, 5), app.config["STORAGE"])
    assert Cooperative.select().count() == 1
    assert Person.select().count() == 0


def test_a_failure_leaves_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(app.config["STORAGE"], "put", fail)
    with pytest.raises(RuntimeError):
        demo.make_demo(date(2025, 9, 5), app.config["STORAGE"])
    assert not Cooperative.select().exists()
    assert not Person.select().exists()


@pytest.fixture
def second_database(fresh_database: Callable[[], tuple[str, Callable[[], None]]]) -> Iterator[Any]:
    """Give another empty database, open."""
    url, drop = fresh_database()
    second = db.open_database(url)
    with second.connection_context():
        yield second
    second.close_all()
    drop()


def test_it_is_the_same_each_time(app: Flask, second_database: Any) -> None:
    storage = app.config["STORAGE"]
    first = db.database.obj
    made = contents(storage)
    draw_scan.cache_clear()
    db.database.initialize(second_database)
    try:
        assert contents(storage) == made
    finally:
        db.database.initialize(first)


def contents(storage: FileStorage) -> dict[str, list[tuple[Any, ...]]]:
    """Make the demonstration and give all its rows, less the random numbers and the instants."""
    demo.make_demo(date(2026, 3, 15), storage)
    changing = {"id", "at", "person", "password_hash", "session_token", "closed_at", "active_at"}
    changing |= {"sent_at", "recorded_at"}
    rows = {}
    for table in TABLES:
        if table is not Attempt:
            kept = [field for name, field in table._meta.fields.items() if name not in changing]
            order = [Journal.id] if table is Journal else table._meta.get_primary_keys()
            rows[table.__name__] = fetch(table.select(*kept).order_by(*order))
    rows["Person"].sort()
    rows["Journal"].sort(key=str)
    return rows
