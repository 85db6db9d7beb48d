"""The tables of the associations départementales, and the one list of all, those of `models` and `*_tables` too."""

from __future__ import annotations

from peewee import CompositeKey, IntegerField, TextField

from retkoop import models
from retkoop.decision_tables import DECISION_TABLES
from retkoop.federation_tables import FEDERATION_TABLES
from retkoop.file_tables import FILE_TABLES
from retkoop.membership_tables import MEMBERSHIP_TABLES
from retkoop.models import CoopTable, DayField, StampField, Table, YearTable


class KeptSummary(YearTable):
    """What is kept of an exercice (`year_summary.py`); `audit.record` counts its `changes`, and who made the last.

    `kept` is the count that the figures tell: they are stale when it is another, or when `basis`, the versions of the
    chart and the questionnaire that they were computed with, is.
    """

    changes = IntegerField(default=1)
    kept = IntegerField(default=0)
    basis = TextField(default="")
    active_at = StampField(null=True)
    active_who = TextField(default="")
    active_what = TextField(default="")
    bank = IntegerField(default=0)
    cash = IntegerField(default=0)
    result = IntegerField(default=0)
    entries = IntegerField(default=0)
    to_allocate = IntegerField(default=0)
    unticked = IntegerField(default=0)
    blocking = TextField(default="")
    warnings = TextField(default="")
    report = TextField(default="not_begun")
    missing = IntegerField(default=0)
    sent_back = IntegerField(default=0)

    class Meta:
        table_name = "year_summary"
        primary_key = CompositeKey("department", "coop", "start_year")


class CoopNote(CoopTable):
    """What the association départementale notes about a cooperative, for itself."""

    text = TextField()
    at = StampField()
    who = TextField()
    version = IntegerField(default=1)

    class Meta:
        primary_key = CompositeKey("department", "coop")


class DepartmentProfile(Table):
    """How an association presents itself and what it writes to its mandataires; `logo` is a digest of the storage."""

    department = TextField(primary_key=True)
    contact = TextField(default="")
    address = TextField(default="")
    phone = TextField(default="")
    mail = TextField(default="")
    scheme = TextField(default="")
    logo = TextField(default="")
    home_text = TextField(default="")
    closing_text = TextField(default="")
    documents_text = TextField(default="")
    validation_text = TextField(default="")


class ValidatedHead(YearTable):
    """What the papers of a validated year bear at their head: its association and its logo, as they were then."""

    association = TextField()
    logo = TextField(default="")

    class Meta:
        table_name = "validated_head"
        primary_key = CompositeKey("department", "coop", "start_year")


class DepartmentRules(Table):
    """The rules of an association from an exercice on (`ad_settings`); those of a validated year do not change."""

    department = TextField()
    first_year = IntegerField()
    unticked_limit = IntegerField(default=10)
    closing_delay_days = IntegerField(default=0)
    presentation = TextField(default="comptable")
    verifiers = IntegerField(default=2)
    signers = TextField(default="[]")
    waived = TextField(default="")
    own_documents = TextField(default="[]")

    class Meta:
        primary_key = CompositeKey("department", "first_year")


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
    """Long work for a département (`person` 0: nobody asked); `beat_at` is the last sign of its worker."""

    department = TextField()
    number = IntegerField()
    kind = TextField()
    start_year = IntegerField()
    once = TextField()
    details = TextField(default="")
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


class StaffEntry(Table):
    """When somebody of an AD or of the fédération last signed in, and on how many days without a second factor."""

    person = IntegerField(primary_key=True)
    at = StampField()
    days = IntegerField(default=0)
    day = DayField(null=True)


class SecondFactor(Table):
    """The secret that somebody's phone shares with us, sealed (one_time_codes.py); it serves once it is enabled."""

    person = IntegerField(primary_key=True)
    sealed = TextField()
    begun_at = StampField()
    enabled_at = StampField(null=True)
    last_step = IntegerField(default=-1)


class RecoveryCode(Table):
    """What lets somebody in once without their phone: the digest of a code."""

    person = IntegerField()
    number = IntegerField()
    digest = TextField()
    used_at = StampField(null=True)

    class Meta:
        primary_key = CompositeKey("person", "number")


# Every table, parents before children: the order in which a backup is loaded.
TABLES: tuple[type[Table], ...] = (
    *models.COOP_TABLES, KeptSummary, CoopNote, ActivationLink, CoopImport, LetterBatch, Message, MailRefusal,
    PasswordRequest, Job, *DECISION_TABLES, StaffEntry, SecondFactor, RecoveryCode, *FEDERATION_TABLES,
    *MEMBERSHIP_TABLES, DepartmentProfile, DepartmentRules, ValidatedHead, *FILE_TABLES,
)  # fmt: skip
