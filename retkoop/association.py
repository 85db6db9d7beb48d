"""The tables of the associations départementales and of the fédération, beside those of the cooperatives (`models`)."""

from __future__ import annotations

from peewee import CompositeKey, IntegerField, TextField

from retkoop import models
from retkoop.models import CoopTable, StampField, Table


class Message(CoopTable):
    """A mail that waits, or what became of it; `content` is a letter as JSON, `once` keeps it from being told twice.

    `department` is empty for people of the fédération, `coop` for those of an AD.
    """

    id = IntegerField()
    start_year = IntegerField(null=True)
    kind = TextField()
    person = IntegerField()
    recipient = TextField()
    subject = TextField()
    content = TextField()
    once = TextField()
    state = TextField(default="waiting")
    attempts = IntegerField(default=0)
    error = TextField(default="")
    made_at = StampField()
    due_at = StampField()
    claimed_at = StampField(null=True)
    sent_at = StampField(null=True)

    class Meta:
        primary_key = CompositeKey("department", "coop", "id")


class MailRefusal(Table):
    """Somebody who does not want to be reminded any more."""

    person = IntegerField(primary_key=True)
    at = StampField()


class PasswordRequest(Table):
    """A forgotten password: who is looked up later, so that the answer tells nothing; only a digest opens it."""

    id = IntegerField(primary_key=True)
    lookup = TextField()
    person = IntegerField(null=True)
    digest = TextField(null=True)
    asked_at = StampField()
    ends_at = StampField()
    looked_at = StampField(null=True)
    used_at = StampField(null=True)


class Job(Table):
    """Long work that a département asked for; `beat_at` is when its worker last said that it is at it."""

    department = TextField()
    number = IntegerField()
    kind = TextField()
    start_year = IntegerField()
    once = TextField()
    person = IntegerField()
    who = TextField()
    state = TextField(default="waiting")
    done = IntegerField(default=0)
    total = IntegerField(default=0)
    cancel = IntegerField(default=0)
    worker = TextField(default="")
    digest = TextField(default="")
    name = TextField(default="")
    size = IntegerField(default=0)
    error = TextField(default="")
    made_at = StampField()
    beat_at = StampField(null=True)
    ended_at = StampField(null=True)

    class Meta:
        primary_key = CompositeKey("department", "number")


# Every table, parents before children: the order in which a backup is loaded.
TABLES: tuple[type[Table], ...] = (*models.COOP_TABLES, Message, MailRefusal, PasswordRequest, Job)
