"""The sealed extract of a département as long work: made apart, and noted once it is whole."""

from __future__ import annotations

import io
from collections.abc import Callable

from retkoop.actions.jobs import Made
from retkoop.actions.sealed_extract import seal_extract
from retkoop.association import Job
from retkoop.audit import Actor
from retkoop.clock import paris_date
from retkoop.models import Department
from retkoop.navigation import STATE_WORDS
from retkoop.school_year import SchoolYear

_WORDS: dict[str | None, str] = {None: "aucun exercice"}
_WORDS.update(STATE_WORDS)


def make(job: Job, step: Callable[[int, int], None]) -> Made:
    """Make the extract of an exercice; `step` is told after each cooperative."""
    actor, department = Actor(job.who, job.person), Department.get_by_id(job.department)
    made = seal_extract(actor, department, SchoolYear(job.start_year), _WORDS, paris_date, step)
    # The same years give the same bytes, which earlier work may offer: they stay, whatever becomes of this one.
    return Made(io.BytesIO(made.data), made.name, alone=False)
