"""The tables of the fédération: versions of the chart and of the questionnaire in the making, announcements."""

from __future__ import annotations

from peewee import CompositeKey, IntegerField, TextField

from retkoop.models import AccountTable, DayField, StampField, Table


class ChartDraft(Table):
    """A version of the chart of accounts that the fédération prepares; `version` grows with every write to it."""

    first_year = IntegerField(primary_key=True)
    version = IntegerField(default=1)
    at = StampField()
    who = TextField()


class ChartDraftAccount(AccountTable):
    """One account of such a draft."""

    class Meta:
        primary_key = CompositeKey("first_year", "code")


class QuestionnaireDraft(Table):
    """A version of the CRA's questionnaire that the fédération prepares, as JSON."""

    first_year = IntegerField(primary_key=True)
    content = TextField()
    version = IntegerField(default=1)
    at = StampField()
    who = TextField()


class Announcement(Table):
    """What the fédération tells those concerned on their home page, from one day to another, both included."""

    number = IntegerField(primary_key=True)
    title = TextField()
    text = TextField()
    from_day = DayField()
    to_day = DayField()
    audience = TextField()
    made_at = StampField()
    who = TextField()
    version = IntegerField(default=1)
    replay_key = TextField(null=True)


class AnnouncementSeen(Table):
    """Somebody put an announcement away."""

    announcement = IntegerField()
    person = IntegerField()
    at = StampField()

    class Meta:
        primary_key = CompositeKey("announcement", "person")


FEDERATION_TABLES: tuple[type[Table], ...] = (
    ChartDraft, ChartDraftAccount, QuestionnaireDraft, Announcement, AnnouncementSeen,
)  # fmt: skip
