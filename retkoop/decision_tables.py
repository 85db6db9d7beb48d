"""The tables of what an AD decides: planned validations, reopenings, reasons of a return, controls on site."""

from __future__ import annotations

from peewee import CompositeKey, IntegerField, TextField

from retkoop.models import DayField, StampField, Table, YearTable


class PlannedValidation(YearTable):
    """A validation that takes effect at `due_at`; `sending`: the move by which the year was sent. Kept as history."""

    number = IntegerField()
    sending = IntegerField()
    bank = IntegerField()
    cash = IntegerField()
    result = IntegerField()
    person = IntegerField(null=True)
    who = TextField()
    made_at = StampField()
    due_at = StampField()
    state = TextField(default="waiting")
    ended_at = StampField(null=True)
    ended_who = TextField(default="")
    why = TextField(default="")

    class Meta:
        primary_key = CompositeKey("department", "coop", "start_year", "number")


class ReopeningRequest(YearTable):
    """Somebody of the AD asks that a closed cahier be opened again; another one confirms. Kept as history."""

    number = IntegerField()
    moves = IntegerField()
    reason = TextField()
    person = IntegerField(null=True)
    who = TextField()
    made_at = StampField()
    expires_at = StampField()
    state = TextField(default="waiting")
    ended_at = StampField(null=True)
    ended_who = TextField(default="")
    ended_person = IntegerField(null=True)
    why = TextField(default="")

    class Meta:
        primary_key = CompositeKey("department", "coop", "start_year", "number")


class ReturnReason(YearTable):
    """One of the reasons of a return or a reopening (`return_reasons.Reason`); `number` is that move’s."""

    number = IntegerField()
    rank = IntegerField()
    kind = TextField(default="")
    row = IntegerField(default=0)
    code = TextField(default="")
    named = TextField(default="")
    text = TextField()

    class Meta:
        primary_key = CompositeKey("department", "coop", "start_year", "number", "rank")


class SiteDraw(Table):
    """A draw of cooperatives to be controlled on site (`site_draws.py`); `seed` is the number that is printed."""

    department = TextField()
    number = IntegerField()
    start_year = IntegerField()
    seed = IntegerField()
    rate = IntegerField()
    base = TextField()
    pool = TextField()
    person = IntegerField(null=True)
    who = TextField()
    made_at = StampField()

    class Meta:
        primary_key = CompositeKey("department", "number")


class SiteControl(YearTable):
    """A cooperative that was drawn, and what was found there; `number` is its draw’s."""

    number = IntegerField()
    rank = IntegerField()
    result = TextField(default="")
    day = DayField(null=True)
    checked_by = TextField(default="")
    remark = TextField(default="")
    who = TextField(default="")
    at = StampField(null=True)
    version = IntegerField(default=1)

    class Meta:
        primary_key = CompositeKey("department", "coop", "start_year", "number")


DECISION_TABLES: tuple[type[Table], ...] = (PlannedValidation, ReopeningRequest, ReturnReason, SiteDraw, SiteControl)
