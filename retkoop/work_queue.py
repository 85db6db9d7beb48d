"""The queue that calls the worker: huey, on the same database, so that a call commits with what it is for.

huey forgets a call as soon as a worker has taken it. So a call carries nothing: what is to be done, and how far it
is, are rows of ours (messages, jobs), and the worker looks at all of them at each call and every minute.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from huey.api import Huey, crontab
from huey.contrib.sql_huey import SqlStorage
from huey.registry import Message as Call
from huey.storage import BaseStorage

from retkoop.db import database, is_postgres

PREFIX = "queue_"


class SameDatabase(SqlStorage):
    """huey's tables behind our proxy, whichever engine is there; a migration makes them."""

    def __init__(self, name: str = "retkoop", **others: Any) -> None:
        BaseStorage.__init__(self, name)
        self.database = database
        self.KV, self.Schedule, self.Task, self.Counter = self.create_models()
        for model in (self.KV, self.Schedule, self.Task, self.Counter):
            model._meta.set_table_name(PREFIX + model._meta.table_name)

    @property
    def atomic(self) -> Any:
        """Give what begins a transaction that takes the write lock at once."""
        return database.atomic if is_postgres() else partial(database.atomic, "IMMEDIATE")

    @property
    def for_update(self) -> str | None:
        """Tell how two workers do not take one call."""
        return "FOR UPDATE SKIP LOCKED" if is_postgres() else None

    def check_conn(self) -> None:
        """Take a connection for this thread when it has none; one in a transaction is left as it is."""
        if database.is_closed():
            database.connect()

    def dequeue(self) -> Any:
        """Take a call, without asking for the write lock when there is none."""
        self.check_conn()
        return super().dequeue() if self.tasks().exists() else None

    def read_schedule(self, timestamp: Any) -> list[Any]:
        """Give what was put off: nothing ever is."""
        return []


class PlainCalls:
    """Calls as JSON: huey's own way, pickle, would run whatever somebody wrote into the table."""

    def serialize(self, call: Any) -> bytes:
        """Write a call: its name is all that it carries."""
        return json.dumps([call.id, call.name]).encode()

    def deserialize(self, data: bytes) -> Any:
        """Read a call."""
        number, name = json.loads(data)
        return Call(str(number), str(name), retries=0, retry_delay=0, args=(), kwargs={})


queue = Huey("retkoop", results=False, storage_class=SameDatabase, serializer=PlainCalls())
_CALLS: dict[str, Any] = {}


def on_call(name: str, work: Callable[[], None]) -> None:
    """Say what is done at a call of this name, and every minute besides."""
    _CALLS[name] = queue.task(name=f"appel_{name}")(work)
    queue.periodic_task(crontab(), name=f"minute_{name}")(work)


def call(name: str) -> None:
    """Call the worker, in the transaction under way; without a worker the call waits."""
    if name in _CALLS:
        _CALLS[name]()
