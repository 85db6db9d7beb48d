"""Letters with first passwords for a whole département, as long work: printed, stored, then made valid all together."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial

from flask import current_app, url_for

from retkoop import clock
from retkoop.access_letters import printed_letters
from retkoop.actions import letters
from retkoop.actions.jobs import Made
from retkoop.association import Job
from retkoop.audit import Actor
from retkoop.errors import Refusal
from retkoop.models import Department
from retkoop.passwords import hash_password
from retkoop.signs_of_life import signs_of_life

# More than any département has mandataires.
MOST = 3000


def make(job: Job, step: Callable[[int, int], None]) -> Made:
    """Make the letters that were asked for; their accounts get the passwords along with the end of the work."""
    which, form = job.details.split()
    department = Department.get_by_id(job.department)
    found = letters.prepared(job.department, which, clock.today(), MOST)
    if not found:
        raise Refusal("Aucun accès n’attend de lettre.")
    hashed: list[str] = []
    for letter in found:
        step(len(hashed), len(found))
        hashed.append(hash_password(letter.secret))
    app, config = current_app, current_app.config["RETKOOP"]
    with app.test_request_context(base_url=config.base_url), signs_of_life(job):
        printed = printed_letters(department, found, form, url_for("auth.sign_in", _external=True))
    step(len(found), len(found))
    keep = partial(letters.keep, Actor(job.who, job.person), job.department, found, hashed)
    return Made(io.BytesIO(printed), f"lettres-{job.department}.{form}", keep)
