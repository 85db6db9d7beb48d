"""What happens to long work meanwhile."""

from __future__ import annotations

import time
from datetime import timedelta

from retkoop.actions import jobs
from retkoop.association import Job
from retkoop.audit import now

PATIENCE = 30.0


def wait_for_a_sign(*_: object) -> None:
    """Return once the worker of the only work, silent for an hour, has given a sign of life: nobody takes it over."""
    silent, deadline = now() - timedelta(hours=1), time.monotonic() + PATIENCE
    Job.update(beat_at=silent).execute()
    while Job.get().beat_at == silent:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert jobs.claim("autre:2", now()) is None
