"""The tables of the adhésion: what an AD asks, what cooperatives declare, what it received, its certificates."""

from __future__ import annotations

from peewee import CompositeKey, IntegerField, TextField

from retkoop.models import DayField, SentTable, StampField, Table, YearTable

_NUMBERED = CompositeKey("department", "coop", "start_year", "number")


class MembershipRate(Table):
    """What an AD asks of its cooperatives for their adhésion: the newest one not after a school year counts for it."""

    department = TextField()
    first_year = IntegerField()
    child = IntegerField(default=0)
    adult = IntegerField(default=0)
    flat = IntegerField(default=0)
    insurance_child = IntegerField(default=0)
    insurance_adult = IntegerField(default=0)
    insurance_flat = IntegerField(default=0)
    due_on = DayField(null=True)
    payee = TextField(default="")
    iban = TextField(default="")
    payment = TextField(default="")
    pledge = TextField()
    version = IntegerField(default=1)

    class Meta:
        primary_key = CompositeKey("department", "first_year")


class MembershipRow(YearTable):
    """What a cooperative declares for its adhésion; amounts, `rates` and pledge are those of the last sending."""

    adults = IntegerField(default=0)
    due = IntegerField(default=0)
    insurance_due = IntegerField(default=0)
    rates = TextField(default="")
    pledge = TextField(default="")
    pledged_by = TextField(default="")
    pledged_on = DayField(null=True)
    sent_at = StampField(null=True)
    sent_by = TextField(default="")
    version = IntegerField(default=1)

    class Meta:
        table_name = "membership"
        primary_key = CompositeKey("department", "coop", "start_year")


class MembershipClass(YearTable):
    """A class of that declaration."""

    number = IntegerField()
    label = TextField()
    pupils = IntegerField()
    teacher = TextField(default="")

    class Meta:
        primary_key = _NUMBERED


class MembershipPayment(SentTable):
    """What the AD received for an adhésion; a cancelled one stays, with its reason."""

    number = IntegerField()
    day = DayField()
    amount = IntegerField()
    means = TextField()
    reference = TextField(default="")
    recorded_at = StampField()
    recorded_by = TextField()
    reason = TextField(default="")
    cancelled_at = StampField(null=True)
    version = IntegerField(default=1)

    class Meta:
        primary_key = _NUMBERED


class MembershipCertificate(YearTable):
    """A certificate as it was given: `content` is JSON; `number` comes but once in a département and a school year."""

    number = IntegerField()
    issued_on = DayField()
    content = TextField()
    cancelled_at = StampField(null=True)

    class Meta:
        primary_key = _NUMBERED


MEMBERSHIP_TABLES: tuple[type[Table], ...] = (
    MembershipRate, MembershipRow, MembershipClass, MembershipPayment, MembershipCertificate,
)  # fmt: skip
