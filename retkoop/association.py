"""The tables of the associations départementales and of the fédération, beside those of the cooperatives (`models`)."""

from __future__ import annotations

from peewee import CompositeKey, IntegerField, TextField

from retkoop import models
from retkoop.models import StampField, Table


class ActivationLink(Table):
    """What lets a person choose the password of their account: the digest of a secret, for two days and one use."""

    person = IntegerField(primary_key=True)
    digest = TextField()
    expires_at = StampField()


class CoopImport(Table):
    """A file of cooperatives in preview; `lines`: what was read in it, as JSON."""

    department = TextField()
    number = IntegerField()
    person = IntegerField()
    name = TextField()
    digest = TextField()
    lines = TextField()
    at = StampField()

    class Meta:
        primary_key = CompositeKey("department", "number")


class LetterBatch(Table):
    """Letters that were made; the key of the form that asked for them tells when it is sent twice."""

    department = TextField()
    number = IntegerField()
    letters = IntegerField()
    who = TextField()
    at = StampField()
    replay_key = TextField(null=True)

    class Meta:
        primary_key = CompositeKey("department", "number")


# Every table, parents before children: the order in which a backup is loaded.
TABLES: tuple[type[Table], ...] = (*models.COOP_TABLES, ActivationLink, CoopImport, LetterBatch)
