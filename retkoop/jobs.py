"""The worker: sends mails and does long work, called by the queue and every minute, in a process of its own."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask

from retkoop import clock, extract_job, letter_job, mail, reminders, report_zip, work_queue
from retkoop.actions import bulk_validation, forgotten, jobs, summaries, tidying
from retkoop.actions.jobs import Made, Stopped
from retkoop.association import Job
from retkoop.audit import now
from retkoop.db import connect, database
from retkoop.errors import Refusal
from retkoop.signs_of_life import signs_of_life
from retkoop.storage import Storage

# What each kind of work makes, if anything. It is told how to say how far it is.
Work = Callable[[Job, Callable[[int, int], None]], Made | None]
KINDS: dict[str, Work] = {
    "crf": report_zip.make, "rappel": reminders.make, "extrait": extract_job.make, "lettres": letter_job.make,
}  # fmt: skip
_POLL = 2.0
# What a minute brings in the busiest week, several times over.
MOST_SUMMARIES = 500

_here: dict[str, Flask] = {}
_stop = threading.Event()
# One of each at a time in a process: work that takes an hour lets mails go meanwhile.
_locks = {name: threading.Lock() for name in ("courriels", "travaux", "resumes", "menage", "validations")}


def init_app(app: Flask) -> None:
    """Tell the queue what to call; the last application made is the one that works."""
    if not _here:
        work_queue.on_call("courriels", send_mails)
        work_queue.on_call("travaux", do_jobs)
        work_queue.on_call("resumes", renew_summaries)
        work_queue.on_call("menage", tidy)
        work_queue.on_call("validations", validate_planned)
    _here["app"] = app


@contextmanager
def _at_work(name: str) -> Iterator[Flask | None]:
    """Give the application, with a connection for this thread; None when another thread does the same already."""
    if not _locks[name].acquire(blocking=False):
        yield None
        return
    try:
        with _here["app"].app_context():
            mine = connect()
            try:
                yield _here["app"]
            finally:
                if mine:
                    database.close()
    finally:
        _locks[name].release()


def send_mails() -> None:
    """Send whatever waits."""
    with _at_work("courriels") as app:
        if app is not None:
            config = app.config["RETKOOP"]
            forgotten.look_up(lambda number: mail.digest_of(mail.secret_of(config, number)))
            mail.deliver(config, _stop.is_set)


def do_jobs() -> None:
    """Do whatever long work was asked for, is due, or was left behind by a worker that was killed."""
    with _at_work("travaux") as app:
        if app is not None:
            reminders.ask_for_due(clock.today())
        while app is not None and not _stop.is_set():
            row = jobs.claim(jobs.this_worker(), now())
            if row is None:
                return
            _do(app, row)


def renew_summaries() -> None:
    """Compute anew what the dashboards keep of exercices that were written to, a few hundred at a time."""
    with _at_work("resumes") as app:
        if app is not None:
            summaries.refresh(MOST_SUMMARIES)


def tidy() -> None:
    """Let go of what is kept for a while only, once it is over."""
    with _at_work("menage") as app:
        if app is not None:
            tidying.tidy(now(), app.config["STORAGE"])


def validate_planned() -> None:
    """Validate the years whose hour has come."""
    with _at_work("validations") as app:
        if app is not None:
            bulk_validation.carry_out(now(), clock.today, _stop.is_set)


def _do(app: Flask, row: Job) -> None:
    def step(done: int, total: int) -> None:
        if _stop.is_set():
            raise Stopped
        jobs.beat(row, done, total)

    try:
        made = KINDS[row.kind](row, step)
        if made is None:
            jobs.finish(row, "", "", 0)
            return
        _keep(app.config["STORAGE"], row, made)
    except Stopped:
        return
    except Refusal as refusal:
        jobs.fail(row, refusal.message)
    except Exception as fault:
        # Whatever it is, the others wait behind it: it is told on its page and in the log, without data.
        logging.getLogger("retkoop").error("travail %s en échec : %s", row.number, type(fault).__name__)
        jobs.fail(row, "Ce travail a échoué. Relancez-le ; si cela recommence, prévenez qui tient ce serveur.")


def _keep(storage: Storage, row: Job, made: Made) -> None:
    """Store what came out of work, and offer it; of what is refused, stopped or taken over meanwhile nothing stays."""
    with made.file as file, signs_of_life(row):
        digest, size = storage.put_file(file), file.seek(0, os.SEEK_END)
    try:
        jobs.finish(row, digest, made.name, size, made.along)
    except (Refusal, Stopped):
        if made.alone:
            storage.delete(digest)
        raise


def run(beside: int = 0) -> None:
    """Work until asked to stop, or until the process beside which it was started is gone."""
    consumer = work_queue.queue.create_consumer(
        workers=3, max_delay=_POLL, scheduler_interval=5, health_check_interval=10
    )
    if beside:
        threading.Thread(target=_watch, args=(beside, consumer), daemon=True).start()
    try:
        consumer.run()
    finally:
        _stop.set()


def _watch(process: int, consumer: object) -> None:
    while not _stop.wait(1):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            _stop.set()
            consumer.stop_flag.set()  # type: ignore[attr-defined]  # huey ships no types
            return
