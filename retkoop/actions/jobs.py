"""Long work that a département asks for: asked once, done apart, and taken up again when its worker was killed.

A row is claimed by one worker, which says at each step that it is still at it. One that has been silent for a while,
or whose process is gone, is taken over from its start; the worker that lost it notices at its next step.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from io import BufferedIOBase
from typing import NamedTuple

from peewee import fn

from retkoop import work_queue
from retkoop.association import Job
from retkoop.audit import Actor, now, record
from retkoop.db import fetch, writing
from retkoop.errors import Conflict, NotFound
from retkoop.school_year import SchoolYear

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
UNDER_WAY = (WAITING, RUNNING)
RESTORED = "La base a été restaurée depuis : si vous voulez encore ce travail, redemandez-le."
# One document takes seconds.
SILENCE = timedelta(minutes=3)


class Made(NamedTuple):
    """What came out of long work: a file, read from its beginning, its name, and what is written along with its end.

    `alone`: no other making gives the same bytes, so that the file goes when the work is not kept after all.
    """

    file: BufferedIOBase
    name: str
    along: Callable[[], object] | None = None
    alone: bool = True


class Stopped(Exception):
    """The work was cancelled, or another worker has taken it over."""


def this_worker() -> str:
    """Name this process among all machines."""
    return f"{socket.gethostname()[:28]}:{os.getpid()}"


@writing
def ask(actor: Actor, department: str, kind: str, year: SchoolYear, details: str = "") -> int:
    """Ask for long work; give its number, or that of work of the same kind and year that is under way already."""
    once = f"{kind}:{year.start}"
    mine = Job.department == department
    already: Job | None = Job.get_or_none(mine, Job.once == once, Job.state.in_(UNDER_WAY))
    if already is not None:
        return int(already.number)
    ((last,),) = fetch(Job.select(fn.MAX(Job.number)).where(mine))
    number = int(last or 0) + 1
    Job.insert(
        department=department, number=number, kind=kind, start_year=year.start, once=once, details=details,
        person=actor.person or 0, who=actor.name, made_at=now(),
    ).execute()  # fmt: skip
    record(actor, (department, "", year.start), "demande", "travail", after=[kind, number])
    work_queue.call("travaux")
    return number


def jobs_of(department: str, most: int = 50) -> Sequence[Job]:
    """Give the work that a département asked for, the latest first."""
    return list(Job.select().where(Job.department == department).order_by(Job.number.desc()).limit(most))


def job_of(department: str, number: int) -> Job:
    """Find one piece of work of a département."""
    row: Job | None = Job.get_or_none(Job.department == department, Job.number == number)
    if row is None:
        raise NotFound("Ce travail n’existe pas.")
    return row


def latest_done(department: str, kind: str, year: SchoolYear) -> Job | None:
    """Find the latest that is done of one kind."""
    done = (Job.department == department, Job.kind == kind, Job.start_year == year.start, Job.state == DONE)
    row: Job | None = Job.select().where(*done).order_by(Job.number.desc()).first()
    return row


@writing
def cancel(actor: Actor, department: str, number: int) -> None:
    """Cancel work: at once when it waits, at its next step when it has begun."""
    row = job_of(department, number)
    if row.state not in UNDER_WAY:
        raise Conflict("Ce travail est déjà terminé.")
    ended = {"state": CANCELLED, "ended_at": now()} if row.state == WAITING else {}
    _change(row, **{"cancel": 1, **ended})
    record(actor, (department, "", row.start_year), "annulation", "travail", after=number)


def _change(row: Job, *also: object, **values: object) -> int:
    """Change a row as long as its state and its worker are what was read, and what else is asked holds."""
    here = (Job.department == row.department, Job.number == row.number, *also)
    return int(Job.update(values).where(*here, Job.state == row.state, Job.worker == row.worker).execute())


@writing
def claim(worker: str, instant: datetime) -> Job | None:
    """Take the work that has waited longest, or that a worker left behind; None when there is none."""
    rows = Job.select().where(Job.state.in_(UNDER_WAY)).order_by(Job.made_at, Job.department, Job.number)
    row = next((one for one in rows if one.state == WAITING or _is_left(one, instant)), None)
    if row is None:
        return None
    taken = {"state": RUNNING, "worker": worker, "done": 0, "total": 0, "beat_at": instant, "error": ""}
    _change(row, **taken)
    return job_of(row.department, row.number)


def _is_left(row: Job, instant: datetime) -> bool:
    silent = row.beat_at is None or row.beat_at < instant - SILENCE
    host, _, process = row.worker.rpartition(":")
    gone = host == socket.gethostname()[:28] and process.isdecimal() and not _lives(int(process))
    return bool(silent or gone)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def beat(row: Job, done: int, total: int) -> None:
    """Say how far the work is; raise Stopped when it is no longer this worker's, or is not wanted any more."""
    if not _beat(row, done, total):
        raise Stopped


@writing
def _beat(row: Job, done: int, total: int) -> bool:
    if not _change(row, done=done, total=total, beat_at=now()):
        return False
    return not _change(row, Job.cancel == 1, state=CANCELLED, ended_at=now())


@writing
def live(row: Job) -> None:
    """Say that this worker is still at it, without being any further."""
    _change(row, beat_at=now())


def finish(row: Job, digest: str, name: str, size: int, along: Callable[[], object] | None = None) -> None:
    """Keep where the result is, and write what goes along with it; it is offered from now on.

    Raise Stopped when the work is no longer this worker's, or was cancelled after its last step.
    """
    if not _finish(row, {"digest": digest, "name": name, "size": size}, along):
        raise Stopped


@writing
def _finish(row: Job, result: dict[str, object], along: Callable[[], object] | None) -> bool:
    if _change(row, Job.cancel == 0, state=DONE, ended_at=now(), **result):
        if along is not None:
            along()
        return True
    _change(row, Job.cancel == 1, state=CANCELLED, ended_at=now())
    return False


@writing
def fail(row: Job, why: str) -> None:
    """Say that the work could not be done."""
    _change(row, state=FAILED, error=why[:300], ended_at=now())


def forget_what_waited() -> None:
    """After a restoration: it may have been done since, and letters would replace first passwords once more."""
    values = {"state": CANCELLED, "ended_at": now(), "error": RESTORED}
    Job.update(values).where(Job.state.in_(UNDER_WAY)).execute()
