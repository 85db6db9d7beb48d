"""Signs of life of long work while it does something that has no steps, so that no other worker takes it over."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from retkoop.actions import jobs
from retkoop.association import Job
from retkoop.db import connect, database

# Several are missed before another worker believes that this one is gone.
EVERY = jobs.SILENCE.total_seconds() / 6


@contextmanager
def signs_of_life(row: Job) -> Iterator[None]:
    """Say now and then, from a thread of its own, that the worker of a piece of work is still at it."""
    over = threading.Event()
    thread = threading.Thread(target=_say, args=(row, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _say(row: Job, over: threading.Event) -> None:
    """Say it until it is over; work that is no longer ours is noticed by whoever does it."""
    while not over.wait(EVERY):
        mine = False
        try:
            mine = connect()
            jobs.live(row)
        except Exception as fault:
            # The database may answer again in time for the next sign.
            logging.getLogger("retkoop").warning("travail %s sans signe de vie : %s", row.number, type(fault).__name__)
        finally:
            if mine:
                database.close()
