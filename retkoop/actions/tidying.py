"""What is kept for a while only: results of long work, mails that are over, links that no longer open anything.

What is told of work and of mails stays readable long enough to answer « l’avez-vous reçu ? » a year later.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from retkoop.actions.jobs import DONE, UNDER_WAY
from retkoop.association import ActivationLink, CoopImport, Job, Message
from retkoop.db import writing
from retkoop.models import Table, UploadPass
from retkoop.storage import Storage

# How long the file of each kind of work is offered. A sealed extract stays: whoever holds its seal comes for it.
OFFERED = {"crf": timedelta(days=30), "lettres": timedelta(hours=24)}
MAILS_KEPT = timedelta(days=730)
SECRETS_KEPT = timedelta(days=30)
JOBS_KEPT = timedelta(days=730)
PREVIEWS_KEPT = timedelta(days=30)


def tidy(instant: datetime, storage: Storage) -> None:
    """Forget whatever is over at an instant; again from wherever it was cut."""
    for kind, kept in OFFERED.items():
        over = (Job.kind == kind, Job.state == DONE, Job.digest != "", Job.ended_at < instant - kept)
        for row in list(Job.select().where(*over)):
            # The file first: a row that still names it brings us back, a file that nothing names would stay for ever.
            storage.delete(row.digest)
            _forget_file(row)
    for table, *ended in _over(instant):
        if table.select().where(*ended).exists():
            _forget(table, *ended)


def _over(instant: datetime) -> list[tuple[Any, ...]]:
    ended = Message.state.in_(("sent", "failed", "cancelled"))
    return [
        (Message, ended, Message.made_at < instant - MAILS_KEPT),
        (Message, ended, Message.kind == "mot_de_passe", Message.made_at < instant - SECRETS_KEPT),
        (Job, Job.state.not_in(UNDER_WAY), Job.digest == "", Job.made_at < instant - JOBS_KEPT),
        (ActivationLink, ActivationLink.expires_at < instant - SECRETS_KEPT),
        (UploadPass, UploadPass.expires_at < instant - SECRETS_KEPT),
        (CoopImport, CoopImport.at < instant - PREVIEWS_KEPT),
    ]


@writing
def _forget_file(row: Job) -> None:
    mine = (Job.department == row.department, Job.number == row.number, Job.digest == row.digest)
    Job.update(digest="").where(*mine).execute()


@writing
def _forget(table: type[Table], *over: object) -> None:
    table.delete().where(*over).execute()
