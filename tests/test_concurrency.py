"""Several people at the same moment, on both engines: nothing doubled, nothing lost, nobody told of a lock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from flask import Flask

from retkoop import db, reports
from retkoop.actions import ledger, reconciliation, tables, years
from retkoop.actions.exchange import import_archive
from retkoop.actions.guard import insert_numbered
from retkoop.audit import OPERATOR
from retkoop.db import database, is_postgres
from retkoop.errors import Busy, Conflict, Refusal
from retkoop.facts import Opening
from retkoop.models import Advance, Entry, Journal, Project, Year, YearKey, find_coop, find_year
from retkoop.storage import FileStorage
from retkoop.year_rows import entry_facts
from tests.conftest import TODAY
from tests.factories import CASES, SOMEONE, YEAR, a_case, a_coop, a_draft, a_year, an_entry
from tests.support.ledger_checks import told

PEOPLE = 8


def at_once(works: Iterable[Callable[[], Any]]) -> list[Any]:
    """Run each work in its own thread and connection, all let go together; give results and refusals."""
    todo = list(works)
    gate = threading.Barrier(len(todo), timeout=20)

    def run(work: Callable[[], Any]) -> Any:
        with database.connection_context():
            gate.wait()
            try:
                return work()
            except Refusal as refusal:
                return refusal

    with ThreadPoolExecutor(len(todo)) as threads:
        return [future.result(60) for future in [threads.submit(run, work) for work in todo]]


@pytest.fixture
def key(app: Flask) -> YearKey:
    return a_year()


def test_eight_people_adding_at_once_are_all_kept_under_distinct_numbers(key: YearKey) -> None:
    def three() -> list[int]:
        return [an_entry(key) for _ in range(3)]

    numbers = [number for found in at_once([three] * PEOPLE) for number in found]
    assert sorted(numbers) == list(range(1, 3 * PEOPLE + 1))
    assert len(entry_facts(key)) == len(told(key, "ajout")) == 3 * PEOPLE
    assert all(entry.allocations for entry in entry_facts(key))


def test_people_of_several_schools_do_not_wait_for_each_other_to_fail(app: Flask) -> None:
    keys = [a_year(a_coop(f"075-{rank:04d}")) for rank in range(PEOPLE)]
    assert at_once([lambda key=key: [an_entry(key) for _ in range(3)] for key in keys]) == [[1, 2, 3]] * PEOPLE


def test_one_form_sent_eight_times_at_once_makes_one_entry(key: YearKey) -> None:
    numbers = at_once([lambda: ledger.add_entry(SOMEONE, key, a_draft(), "clé")] * PEOPLE)
    assert numbers == [1] * PEOPLE
    assert Entry.select().count() == len(told(key, "ajout")) == 1


def test_two_people_making_one_regie_make_it_once(key: YearKey) -> None:
    found = at_once([lambda: tables.add_row(SOMEONE, key, Advance, {"code": "CP"})] * 4)
    assert found.count(1) == 1
    assert sum(isinstance(one, Refusal) and "existe déjà" in one.message for one in found) == 3


def test_two_people_editing_one_entry_never_overwrite_each_other(key: YearKey) -> None:
    an_entry(key)
    works = [lambda n=n: ledger.edit_entry(SOMEONE, key, 1, 1, a_draft(label=f"De {n}")) for n in range(PEOPLE)]
    found = at_once(works)
    assert [type(one) for one in found].count(Conflict) == PEOPLE - 1
    (entry,) = entry_facts(key)
    (kept,) = [place for place, one in enumerate(found) if isinstance(one, int)]
    assert entry.label == f"De {kept}"
    assert (entry.version, len(entry.allocations), len(told(key, "modification"))) == (2, 1, 1)


def test_a_tick_clicked_eight_times_is_one_tick(key: YearKey) -> None:
    an_entry(key)
    found = at_once([lambda: reconciliation.tick_entry(SOMEONE, key, 1, TODAY)] * PEOPLE)
    assert (found.count(None), sum(isinstance(step, int) for step in found)) == (PEOPLE - 1, 1)
    assert len(told(key, "pointage")) == 1


def test_an_entry_is_struck_once(key: YearKey) -> None:
    an_entry(key)
    found = at_once([lambda: ledger.strike_entry(SOMEONE, key, 1)] * PEOPLE)
    # Whoever comes second finds it done: no refusal, and one line in the journal.
    assert (found.count(None), sum(isinstance(step, int) for step in found)) == (PEOPLE - 1, 1)
    assert len(told(key, "suppression")) == 1


def test_a_regie_taken_away_and_used_at_once_ends_in_one_of_the_two(key: YearKey) -> None:
    tables.add_row(SOMEONE, key, Advance, {"code": "CP"})
    use = a_draft(bank=-5, advance="CP", advance_amount=5, allocations=())
    used, removed = at_once(
        [lambda: ledger.add_entry(SOMEONE, key, use), lambda: tables.remove_row(SOMEONE, key, Advance, 1)]
    )
    assert isinstance(used, Refusal) != isinstance(removed, Refusal)
    assert Entry.select().count() == Advance.select().count() == (used == 1)


def test_opening_a_year_eight_times_at_once_opens_it_once(app: Flask) -> None:
    coop = a_coop()
    found = at_once([lambda: years.open_year(SOMEONE, coop, YEAR)] * PEOPLE)
    assert set(found) == {YearKey("075", "075-0001", 2024)}
    assert Year.select().count() == Journal.select().where(Journal.action == "ouverture").count() == 1


def test_importing_one_archive_twice_at_once_stores_it_once(app: Flask) -> None:
    storage: FileStorage = app.config["STORAGE"]
    archive = CASES / "ecole-du-bourg" / "exercice.zip"
    found = at_once([lambda: import_archive(OPERATOR, archive, storage)] * 3)
    assert [type(one) for one in found].count(Conflict) == 2
    assert Entry.select().count() == 13


@pytest.mark.parametrize("others", [1, 6])
def test_nothing_slips_into_a_year_that_is_closing(app: Flask, others: int) -> None:
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    before = len(entry_facts(key))
    cheque = next(entry for entry in entry_facts(key) if entry.bank)
    draft = a_draft(bank=-1, cash=1, allocations=())  # a transfer: whichever comes first, RELEVE or « clos » is why
    works = [lambda: ledger.add_entry(SOMEONE, key, draft)] * others
    closing, ticked, *added = at_once(
        [
            lambda: years.close_year(SOMEONE, key, lambda: TODAY),
            lambda: reconciliation.tick_entry(SOMEONE, key, cheque.number, None if cheque.ticked_on else TODAY),
            *works,
        ]
    )
    state = Year.get(key.of(Year)).state
    kept = len(entry_facts(key)) - before
    assert kept == sum(isinstance(one, int) for one in added)
    if closing is None:
        assert state == "closed"
        assert all(isinstance(one, Conflict) for one in (*added, ticked))
        closed = told(key)
        assert [line[0] for line in closed if line[0] in ("ajout", "pointage", "dépointage")] == []
    else:
        assert isinstance(closing, years.NotReady)
        assert state == "open"
        assert kept or isinstance(ticked, int)


def test_the_next_year_follows_what_was_closed(app: Flask) -> None:
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    coop = find_coop(key.coop)
    assert coop is not None
    following = type(YEAR)(2025)
    closing, opening = at_once(
        [
            lambda: years.close_year(SOMEONE, key, lambda: TODAY),
            lambda: years.open_year(SOMEONE, coop, following),
        ]
    )
    assert closing is None
    if isinstance(opening, Refusal):
        opening = years.open_year(SOMEONE, coop, following)
    opened = find_year(coop, 2025)
    assert opened is not None
    closed = years.load_facts(Year.get(key.of(Year)))
    assert years.load_facts(opened).opening == Opening(*reports.next_opening(closed))


def test_those_checks_notice_writes_that_do_not_take_the_year(key: YearKey, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the transaction that is retried, the numbers collide or somebody reads of it."""
    gate = threading.Barrier(2, timeout=20)

    def late(*args: Any, **values: Any) -> int:
        number = db.fetch(Project.select(db_max(Project.number)).where(key.of(Project)))[0][0] or 0
        gate.wait()
        Project.insert(**key._asdict(), number=number + 1, **values).execute()
        return int(number) + 1

    errors: list[Exception] = []

    def careless() -> None:
        try:
            late(name=threading.current_thread().name)
        except Exception as error:
            errors.append(error)

    at_once([careless] * 2)
    assert len(errors) == 1
    assert insert_numbered(Project, key, name="Cirque") == 2


def db_max(field: Any) -> Any:
    from peewee import fn

    return fn.MAX(field)


def test_a_writer_waits_for_a_long_one_instead_of_reading_of_a_lock(key: YearKey) -> None:
    started, done = threading.Event(), threading.Event()

    @db.writing
    def long() -> None:
        if not started.is_set():
            started.set()
            done.wait(1.0)
        an_entry(key, label="longue")

    def quick() -> None:
        started.wait(10)
        an_entry(key, label="courte", day=date(2024, 12, 1))
        done.set()

    assert at_once([long, quick]) == [None, None]
    assert {entry.label for entry in entry_facts(key)} == {"longue", "courte"}


@pytest.mark.parametrize(("seconds", "outcome"), [(0.2, type(None)), (30, Busy)])
def test_a_writer_that_may_not_wait_tries_again_and_in_the_end_says_so_in_french(
    key: YearKey, seconds: float, outcome: type
) -> None:
    if is_postgres():
        pytest.skip("PostgreSQL waits for the row by itself; its own retries are seen above")
    held, done = threading.Event(), threading.Event()

    def holder() -> None:
        with database.atomic("IMMEDIATE"):
            held.set()
            done.wait(seconds)

    def hurried() -> Any:
        held.wait(10)
        database.execute_sql("PRAGMA busy_timeout = 0")
        try:
            ledger.strike_entry(SOMEONE, key, an_entry(key))
        finally:
            done.set()
            database.execute_sql(f"PRAGMA busy_timeout = {db.BUSY_TIMEOUT * 1_000}")
        return None

    said = at_once([holder, hurried])[1]
    assert type(said) is outcome
    assert said is None or "Réessayez" in said.message
