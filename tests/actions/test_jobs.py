"""Long work is asked for once, claimed by one worker, taken over from one that is gone, and stopped when asked."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from retkoop import jobs as worker
from retkoop import report_zip, signs_of_life
from retkoop.actions import jobs
from retkoop.actions.jobs import Made, Stopped
from retkoop.association import Job
from retkoop.audit import now
from retkoop.db import database
from retkoop.desks import actor_of
from retkoop.errors import Conflict, NotFound
from retkoop.exports import pdf
from retkoop.models import Person, Year
from retkoop.school_year import SchoolYear
from tests.factories import SOMEONE, YEAR, a_coop, a_department, a_person, a_year
from tests.support.ledger_checks import close_at_once
from tests.support.long_work import wait_for_a_sign

GONE = "ailleurs:1"


@pytest.fixture
def staff(app: Flask) -> Person:
    """Give somebody of an association of three cooperatives: one closed, one open, one without exercice."""
    close_at_once(a_year(a_coop("075-0001", name="=Les Lilas")))
    a_year(a_coop("075-0002"))
    a_coop("075-0003")
    return a_person("asso", "ad")


def ask(staff: Person, year: SchoolYear = YEAR) -> int:
    return jobs.ask(actor_of(staff), "075", "crf", year)


def test_the_same_work_is_not_under_way_twice(staff: Person) -> None:
    assert ask(staff) == 1
    assert ask(staff) == 1
    assert ask(staff, SchoolYear(2023)) == 2
    jobs.cancel(SOMEONE, "075", 1)
    assert ask(staff) == 3


def test_the_work_of_another_departement_does_not_exist(staff: Person) -> None:
    a_department("013")
    number = ask(staff)
    for asked in (lambda: jobs.job_of("013", number), lambda: jobs.cancel(SOMEONE, "013", number)):
        with pytest.raises(NotFound):
            asked()


def test_one_worker_has_it_until_it_is_silent_or_gone(staff: Person) -> None:
    ask(staff)
    first = jobs.claim(GONE, now())
    assert first is not None
    assert jobs.claim("autre:2", now()) is None
    second = jobs.claim("autre:2", now() + timedelta(minutes=10))
    assert second is not None
    # Who lost it notices at the next step, and cannot finish it.
    with pytest.raises(Stopped):
        jobs.beat(first, 1, 3)
    with pytest.raises(Stopped):
        jobs.finish(first, "0" * 64, "a.zip", 1)
    jobs.beat(second, 1, 3)
    jobs.finish(second, "0" * 64, "a.zip", 1)
    assert (jobs.job_of("075", 1).state, jobs.job_of("075", 1).worker) == ("done", "autre:2")


def test_a_process_of_this_machine_that_is_gone_is_seen_at_once(staff: Person) -> None:
    ask(staff)
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    here = jobs.this_worker()
    assert jobs.claim(f"{here.rpartition(':')[0]}:{child}", now()) is not None
    assert jobs.claim(here, now()) is not None
    assert jobs.claim(here, now()) is None


def test_it_stops_when_asked(staff: Person) -> None:
    ask(staff)
    row = jobs.claim(GONE, now())
    assert row is not None
    jobs.cancel(SOMEONE, "075", 1)
    with pytest.raises(Stopped):
        jobs.beat(row, 1, 3)
    assert jobs.job_of("075", 1).state == "cancelled"
    with pytest.raises(Conflict):
        jobs.cancel(SOMEONE, "075", 1)


def work(app: Flask) -> None:
    worker.init_app(app)
    database.close()
    worker.do_jobs()
    database.connect()


def test_the_zip_holds_the_papers_of_closed_years_and_the_list_of_all(
    app: Flask, staff: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "render", lambda *parts: b"%PDF-" + "".join(parts).encode())
    ask(staff)
    work(app)
    row = jobs.job_of("075", 1)
    assert (row.state, row.done, row.total, row.name) == ("done", 1, 1, "crf-et-quitus-075-2024-2025.zip")
    with zipfile.ZipFile(io.BytesIO(app.config["STORAGE"].get(row.digest))) as archive:
        assert archive.namelist() == ["075-0001/crf.pdf", "075-0001/quitus.pdf", "liste.csv"]
        assert "Les Lilas" in archive.read("075-0001/crf.pdf").decode()
        listed = archive.read("liste.csv").decode("utf-8-sig")
    assert [line.split(";")[0] for line in listed.splitlines()[1:]] == ["075-0001", "075-0002", "075-0003"]
    assert "\n075-0001;=" not in listed


def test_work_that_fails_says_so_and_lets_the_next_one_pass(
    app: Flask, staff: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(row: Job, step: object) -> None:
        raise ZeroDivisionError

    ask(staff)
    ask(staff, SchoolYear(2023))
    monkeypatch.setitem(worker.KINDS, "crf", broken)
    work(app)
    assert [(row.state, "a échoué" in row.error) for row in Job.select()] == [("failed", True)] * 2


def test_a_call_commits_with_what_it_is_for(app: Flask, staff: Person) -> None:
    worker.init_app(app)
    queue = worker.work_queue.queue
    before = queue.pending_count()
    with database.atomic() as transaction:
        ask(staff)
        assert queue.pending_count() == before + 1
        transaction.rollback()
    assert queue.pending_count() == before
    ask(staff)
    call = queue.dequeue()
    assert call is not None
    assert call.name == "appel_travaux"
    assert Year.select().count() == 2


def a_result(row: Job, step: object) -> Made:
    return Made(io.BytesIO(b"des mots de passe"), "lettres.pdf")


def shared(row: Job, step: object) -> Made:
    return a_result(row, step)._replace(alone=False)


@pytest.fixture
def storing(app: Flask, staff: Person, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Give a way to do work whose result is being stored when something happens, and the digest of that result."""
    store = app.config["STORAGE"]
    put = store.put_file

    def run(happens: Callable[[], object], make: Callable[..., Made] = a_result) -> str:
        kept: list[str] = []

        def put_file(file: io.BufferedIOBase) -> str:
            happens()
            kept.append(put(file))
            return kept[0]

        monkeypatch.setattr(store, "put_file", put_file)
        monkeypatch.setitem(worker.KINDS, "crf", make)
        ask(staff)
        work(app)
        return kept[0]

    return run


def test_it_gives_signs_of_life_while_its_result_is_stored(
    storing: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signs_of_life, "EVERY", 0.01)
    storing(wait_for_a_sign)
    assert jobs.job_of("075", 1).state == "done"


@pytest.mark.parametrize(("make", "stays"), [(a_result, False), (shared, True)])
def test_a_result_that_another_worker_makes_anew_does_not_stay(
    app: Flask, storing: Callable[..., str], make: Callable[..., Made], stays: bool
) -> None:
    digest = storing(lambda: jobs.claim("autre:2", now() + timedelta(minutes=10)), make)
    row = jobs.job_of("075", 1)
    assert (row.state, row.worker, row.digest) == ("running", "autre:2", "")
    # But what other work may offer too.
    assert app.config["STORAGE"].has(digest) is stays


def test_two_makings_of_the_same_zip_lie_apart(app: Flask, staff: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "render", lambda *parts: b"%PDF-")
    ask(staff)
    row = jobs.claim(GONE, now())
    assert row is not None
    with app.app_context():
        first, second = (report_zip.make(row, lambda done, total: None) for _ in range(2))
    assert digest_of(first) != digest_of(second)


def digest_of(made: Made) -> str:
    with made.file as file:
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()


def test_a_cancellation_after_the_last_step_is_heard(app: Flask, storing: Callable[..., str]) -> None:
    written: list[bool] = []

    def with_more(row: Job, step: object) -> Made:
        return a_result(row, step)._replace(along=lambda: written.append(True))

    digest = storing(lambda: jobs.cancel(SOMEONE, "075", 1), with_more)
    row = jobs.job_of("075", 1)
    assert (row.state, row.digest, row.ended_at is None) == ("cancelled", "", False)
    assert not written
    assert not app.config["STORAGE"].has(digest)


def test_work_without_result_is_cancelled_after_its_last_step_too(staff: Person) -> None:
    ask(staff)
    row = jobs.claim(GONE, now())
    assert row is not None
    jobs.beat(row, 3, 3)
    jobs.cancel(SOMEONE, "075", 1)
    with pytest.raises(Stopped):
        jobs.finish(row, "", "", 0)
    assert jobs.job_of("075", 1).state == "cancelled"


def test_a_cancellation_after_the_end_is_refused(staff: Person) -> None:
    ask(staff)
    row = jobs.claim(GONE, now())
    assert row is not None
    jobs.finish(row, "", "", 0)
    with pytest.raises(Conflict):
        jobs.cancel(SOMEONE, "075", 1)
    assert jobs.job_of("075", 1).state == "done"
