"""The tables, and how their rows become facts. No HTTP, no rule, no write.

Every table of a cooperative is keyed by département and coop first, so that the data can be spread by coop.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any, NamedTuple

from peewee import CompositeKey, Field, IntegerField, Model, TextField, fn

from retkoop.db import database, fetch
from retkoop.school_year import SchoolYear


class DayField(Field):
    """A calendar day: `date` in PostgreSQL, ISO text in SQLite."""

    field_type = "DATE"

    def db_value(self, value: date | str | None) -> str | None:
        """Bind a day as ISO text, which both engines take."""
        return str(value) if value is not None else None

    def python_value(self, value: date | str | None) -> date | None:
        """Give a date whichever engine it comes from."""
        return as_day(value)


class StampField(Field):
    """An instant in UTC: `timestamptz` in PostgreSQL, ISO text in SQLite."""

    field_type = "DATETIME"

    def db_value(self, value: datetime | str | None) -> str | None:
        """Bind an aware instant, or the ISO text of one, as ISO text."""
        return value.isoformat() if isinstance(value, datetime) else value

    def python_value(self, value: datetime | str | None) -> datetime | None:
        """Give an aware datetime whichever engine it comes from."""
        return datetime.fromisoformat(value) if isinstance(value, str) else value


def as_day(value: Any) -> Any:
    """Turn what either engine gives for a day (a date, ISO text, or nothing) into a date or None."""
    return date.fromisoformat(value) if isinstance(value, str) else value


class Table(Model):
    """Common to all tables."""

    class Meta:
        database = database
        legacy_table_names = False


class Department(Table):
    """An association départementale and what it decides for its cooperatives."""

    code = TextField(primary_key=True)
    name = TextField()
    unticked_limit = IntegerField(default=10)
    closing_delay_days = IntegerField(default=0)
    presentation = TextField(default="comptable")
    # The day of the month on which reminders leave by themselves (0: never), and the last month that was reminded.
    reminder_day = IntegerField(default=5)
    reminded_month = TextField(default="")


class Cooperative(Table):
    """A school cooperative."""

    department = TextField()
    identifier = TextField()
    uai = TextField(default="")
    name = TextField()
    address = TextField(default="")
    mail = TextField(default="")
    phone = TextField(default="")
    bank = TextField(default="")
    account = TextField(default="")
    headcount = IntegerField(null=True)
    version = IntegerField(default=1)
    # The day after which no exercice begins any more, and the cooperative that it became part of.
    closed_on = DayField(null=True)
    merged_into = TextField(null=True)

    class Meta:
        primary_key = CompositeKey("department", "identifier")


class Person(Table):
    """Someone who signs in; `lookup` is the identifier as sign-in compares it."""

    id = IntegerField(primary_key=True)
    identifier = TextField()
    lookup = TextField()
    name = TextField(default="")
    role = TextField()
    department = TextField(null=True)
    coop = TextField(null=True)
    password_hash = TextField()
    session_token = TextField()
    must_change = IntegerField(default=0)
    postponements = IntegerField(default=0)
    disabled = IntegerField(default=0)
    ledger_view = TextField(default="simple")
    mail = TextField(default="")
    phone = TextField(default="")
    # The last day of the access; of a vérificateur: parent or teacher, and what is kept of the secret of a link.
    expires_on = DayField(null=True)
    quality = TextField(default="")
    link_digest = TextField(null=True)
    # When a first password was used for the first time, and when it was last put in a letter.
    entered_at = StampField(null=True)
    letter_at = StampField(null=True)


class Attempt(Table):
    """Failed sign-ins of one subject (an identifier or an address)."""

    subject = TextField(primary_key=True)
    failures = IntegerField()
    blocked_until = StampField()
    last_at = StampField()


class AccountTable(Table):
    """An account of a version of the chart, or of the draft of one."""

    first_year = IntegerField()
    code = TextField()
    short = TextField()
    side = TextField()
    label = TextField()
    contents = TextField()
    particularity = TextField()


class ChartAccount(AccountTable):
    """One account of one version of the chart; a year uses the newest version that is not after it."""

    class Meta:
        primary_key = CompositeKey("first_year", "code")


class QuestionnaireVersion(Table):
    """One version of the CRA's questionnaire, as JSON; `department` is empty for the fédération's own."""

    first_year = IntegerField()
    department = TextField(default="")
    content = TextField()

    class Meta:
        table_name = "questionnaire"
        primary_key = CompositeKey("first_year", "department")


class CoopTable(Table):
    """A table of one cooperative."""

    department = TextField()
    coop = TextField()


class Year(CoopTable):
    """One exercice of one cooperative; `version` grows with every write to anything of the year.

    `moves`: how often its state changed; `follows`: its opening is what the year before ends with.
    """

    start_year = IntegerField()
    state = TextField(default="open")
    mode = TextField(default="cahier")
    bank_account = TextField(default="512")
    opening_bank = IntegerField(default=0)
    opening_cash = IntegerField(default=0)
    opening_carried = IntegerField(default=0)
    statement_day = DayField(null=True)
    statement_balance = IntegerField(null=True)
    closed_at = StampField(null=True)
    version = IntegerField(default=1)
    moves = IntegerField(default=0)
    follows = IntegerField(default=0)

    class Meta:
        table_name = "school_year"
        primary_key = CompositeKey("department", "coop", "start_year")


class YearTable(CoopTable):
    """A table of one exercice; rows are numbered within it."""

    start_year = IntegerField()


class SentTable(YearTable):
    """A table whose rows people add by a form; the form's key finds the row again when it is sent twice."""

    replay_key = TextField(null=True)


_NUMBERED = CompositeKey("department", "coop", "start_year", "number")


class YearMove(YearTable):
    """A change of the state of a year (year_states.py): rows are added and never changed."""

    number = IntegerField()
    move = TextField()
    before = TextField()
    after = TextField()
    at = StampField()
    person = IntegerField(null=True)
    who = TextField()
    reason = TextField(default="")
    step = TextField(default="")

    class Meta:
        primary_key = _NUMBERED


class PriorOperation(SentTable):
    """Last year's operation still outstanding at the opening; `origin` is its row there, `ecriture:12`, if known."""

    number = IntegerField()
    day = DayField()
    label = TextField()
    cheque = TextField(default="")
    amount = IntegerField()
    ticked_on = DayField(null=True)
    version = IntegerField(default=1)
    origin = TextField(default="")

    class Meta:
        primary_key = _NUMBERED


class Project(YearTable):
    """The label that gathers the entries of one activity."""

    number = IntegerField()
    name = TextField()
    closed = IntegerField(default=0)
    version = IntegerField(default=1)

    class Meta:
        primary_key = _NUMBERED


class Advance(SentTable):
    """A class advance (régie d'avance)."""

    number = IntegerField()
    code = TextField()
    holder = TextField(default="")

    class Meta:
        primary_key = _NUMBERED


class Entry(SentTable):
    """One line of the cahier; struck out rather than deleted."""

    number = IntegerField()
    voucher = TextField(default="")
    day = DayField()
    label = TextField()
    cheque = TextField(default="")
    project = IntegerField(null=True)
    bank = IntegerField(default=0)
    cash = IntegerField(default=0)
    advance = IntegerField(null=True)
    advance_amount = IntegerField(default=0)
    ticked_on = DayField(null=True)
    struck_at = StampField(null=True)
    version = IntegerField(default=1)

    class Meta:
        primary_key = _NUMBERED


class Allocation(YearTable):
    """An amount of an entry given to one account."""

    entry = IntegerField()
    rank = IntegerField()
    account = TextField()
    amount = IntegerField()

    class Meta:
        primary_key = CompositeKey("department", "coop", "start_year", "entry", "rank")


class Scan(SentTable):
    """A stored document; the bytes lie in the storage under their digest. Without entry, it waits in the inbox.

    `source_digest` and `turn` (quarters, clockwise): what came in, and how it was turned since; `told`: the days and
    amounts read in it, as JSON; `place`: the lowest of an entry is its first scan; `pages`: 0 when not known.
    """

    number = IntegerField()
    entry = IntegerField(null=True)
    digest = TextField()
    media_type = TextField()
    name = TextField()
    size = IntegerField()
    source_digest = TextField(default="")
    turn = IntegerField(default=0)
    thumb_digest = TextField(default="")
    told = TextField(default="")
    place = IntegerField(default=0)
    pages = IntegerField(default=0)
    removed_at = StampField(null=True)
    version = IntegerField(default=1)

    class Meta:
        primary_key = _NUMBERED


class DepositSlip(SentTable):
    """A paying-in slip: several receipts, one line of the statement."""

    number = IntegerField()
    day = DayField()
    label = TextField()
    version = IntegerField(default=1)

    class Meta:
        primary_key = _NUMBERED


class DepositLine(YearTable):
    """The slip by which an entry was paid in."""

    entry = IntegerField()
    slip = IntegerField()

    class Meta:
        primary_key = CompositeKey("department", "coop", "start_year", "entry")


class CashCount(SentTable):
    """A count of the cash box."""

    number = IntegerField()
    day = DayField()

    class Meta:
        primary_key = _NUMBERED


class CashPiece(YearTable):
    """How many pieces of one denomination (cents) a count found."""

    cash_count = IntegerField()
    denomination = IntegerField()
    pieces = IntegerField()

    class Meta:
        primary_key = CompositeKey("department", "coop", "start_year", "cash_count", "denomination")


class Grant(SentTable):
    """A line of the table of grants."""

    number = IntegerField()
    organisation = TextField()
    kind = TextField()
    purpose = TextField(default="")
    day = DayField()
    amount = IntegerField()
    voucher = TextField(default="")
    version = IntegerField(default=1)

    class Meta:
        table_name = "grant_line"
        primary_key = _NUMBERED


class InventoryItem(SentTable):
    """A durable good."""

    number = IntegerField()
    designation = TextField()
    supplier = TextField(default="")
    bought_on = DayField()
    value = IntegerField()
    voucher = TextField(default="")
    place = TextField(default="")
    disposed_on = DayField(null=True)
    disposal_reason = TextField(default="")
    disposal_value = IntegerField(null=True)
    version = IntegerField(default=1)

    class Meta:
        primary_key = _NUMBERED


class ActivityReport(YearTable):
    """The CRA of a year, once it was left for the next step (« Passer à la suite »)."""

    passed_at = StampField()

    class Meta:
        primary_key = CompositeKey("department", "coop", "start_year")


class ActivityAnswer(YearTable):
    """What was answered to one question of the CRA, as it was typed."""

    question = TextField()
    value = TextField()

    class Meta:
        primary_key = CompositeKey("department", "coop", "start_year", "question")


class Document(SentTable):
    """A document of the year for the AD; with `posted_on`, no file: it was sent by post or mail.

    `requirement` is the code of what it was given for, as `required_documents` writes it; `after_move`: how many moves
    the year had made by then, None when nobody noted it.
    """

    number = IntegerField()
    requirement = TextField()
    posted_on = DayField(null=True)
    digest = TextField(default="")
    media_type = TextField(default="")
    name = TextField(default="")
    size = IntegerField(default=0)
    thumb_digest = TextField(default="")
    pages = IntegerField(default=0)
    removed_at = StampField(null=True)
    version = IntegerField(default=1)
    after_move = IntegerField(null=True)

    class Meta:
        primary_key = _NUMBERED


class VoucherDraw(YearTable):
    """The draw by which the vérificateurs' sample of a year is found again: `voucher_sample.Draw`."""

    number = IntegerField()
    rank = IntegerField()
    above = IntegerField()
    chance = IntegerField()
    # Numbers with a space between; None, with `among`, of a draw that nobody kept them of.
    taken = TextField(null=True)
    among = IntegerField(null=True)

    class Meta:
        primary_key = CompositeKey("department", "coop", "start_year")


class DirectReport(YearTable):
    """The balances of a CRF typed in directly; kept, and not counted, when the year goes back to a cahier."""

    bank = IntegerField()
    cash = IntegerField()

    class Meta:
        primary_key = CompositeKey("department", "coop", "start_year")


class VoucherLook(YearTable):
    """What a vérificateur says of an entry; `who` is what they were called then."""

    entry = IntegerField()
    person = IntegerField()
    who = TextField()
    verdict = TextField(default="")
    remark = TextField(default="")
    at = StampField()
    version = IntegerField(default=1)

    class Meta:
        primary_key = CompositeKey("department", "coop", "start_year", "entry", "person")


class DirectAccount(YearTable):
    """The total of one account of a CRF typed in directly."""

    account = TextField()
    amount = IntegerField()

    class Meta:
        primary_key = CompositeKey("department", "coop", "start_year", "account")


class DirectOperation(YearTable):
    """An operation of the year still outstanding, of a CRF typed in directly."""

    number = IntegerField()
    day = DayField()
    label = TextField()
    cheque = TextField(default="")
    amount = IntegerField()

    class Meta:
        primary_key = _NUMBERED


class UsedNumber(YearTable):
    """The highest number that a deleted row of a table had: it is not given again."""

    name = TextField()
    number = IntegerField()

    class Meta:
        primary_key = CompositeKey("department", "coop", "start_year", "name")


class UploadPass(YearTable):
    """What lets a phone send scans for a few minutes without an account: the digest of a secret."""

    token_digest = TextField(primary_key=True)
    entry = IntegerField(null=True)
    person = IntegerField()
    who = TextField()
    expires_at = StampField()
    used_at = StampField(null=True)


class HalfTyped(YearTable):
    """What a person typed that could not be kept as an entry: the fields, as JSON; entry 0 is a new line."""

    person = IntegerField()
    entry = IntegerField()
    fields = TextField()
    at = StampField()

    class Meta:
        primary_key = CompositeKey("department", "coop", "start_year", "person", "entry")


class Handover(CoopTable):
    """The record of a handover between two mandataires; `content` is what the books told that day, as JSON."""

    number = IntegerField()
    start_year = IntegerField()
    day = DayField()
    leaver = TextField()
    taker = TextField()
    content = TextField()
    at = StampField()
    replay_key = TextField(null=True)
    # Their accounts, where they have one.
    leaver_person = IntegerField(null=True)
    taker_person = IntegerField(null=True)

    class Meta:
        primary_key = CompositeKey("department", "coop", "number")


class HandoverSignature(CoopTable):
    """Somebody signed a record from their own account."""

    number = IntegerField()
    person = IntegerField()
    who = TextField()
    at = StampField()

    class Meta:
        primary_key = CompositeKey("department", "coop", "number", "person")


class Journal(CoopTable):
    """Who did what: rows are added and never changed. `changes`: the rows before and after, for the undo."""

    id = IntegerField()
    at = StampField()
    person = IntegerField(null=True)
    who = TextField()
    start_year = IntegerField(null=True)
    action = TextField()
    subject = TextField()
    before = TextField(null=True)
    after = TextField(null=True)
    changes = TextField(null=True)

    class Meta:
        primary_key = CompositeKey("department", "coop", "id")


# Parents before children; `association.TABLES` holds these and the others.
COOP_TABLES: tuple[type[Table], ...] = (
    Department, Cooperative, Person, Attempt, ChartAccount, QuestionnaireVersion, Year, YearMove, PriorOperation,
    Project, Advance, Entry, Allocation, Scan, DepositSlip, DepositLine, CashCount, CashPiece, Grant, InventoryItem,
    ActivityReport, ActivityAnswer, DirectReport, DirectAccount, DirectOperation, Document, VoucherDraw, VoucherLook,
    UsedNumber, UploadPass, HalfTyped, Handover, HandoverSignature, Journal,
)  # fmt: skip


class YearKey(NamedTuple):
    """Names one exercice of one cooperative."""

    department: str
    coop: str
    start_year: int

    @property
    def year(self) -> SchoolYear:
        """Give the exercice itself."""
        return SchoolYear(self.start_year)

    def of(self, table: Any) -> Any:
        """Give the condition that keeps a query within this year."""
        return (table.department == self.department) & (table.coop == self.coop) & (table.start_year == self.start_year)


def key_of(year: Year) -> YearKey:
    """Give the key of a year's row."""
    return YearKey(year.department, year.coop, year.start_year)


def find_coop(identifier: str) -> Cooperative | None:
    """Find a cooperative by what its address calls it."""
    if "\0" in identifier:  # PostgreSQL has no such text, and says so with an error
        return None
    found: Cooperative | None = Cooperative.get_or_none(Cooperative.identifier == identifier)
    return found


def find_year(coop: Cooperative, start_year: int) -> Year | None:
    """Find an exercice of a cooperative."""
    key = YearKey(coop.department, coop.identifier, start_year)
    found: Year | None = Year.get_or_none(key.of(Year))
    return found


def years_of(coop: Cooperative) -> list[Year]:
    """Give the exercices of a cooperative, the latest first."""
    mine = (Year.department == coop.department) & (Year.coop == coop.identifier)
    return list(Year.select().where(mine).order_by(Year.start_year.desc()))


def as_stamp(value: Any) -> datetime:
    """Turn what either engine gives for an instant into a datetime."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def read_json(text: str | None) -> Any:
    """Read what the journal kept."""
    return None if text is None else json.loads(text)


def next_number(table: Any, key: YearKey) -> int:
    """Give the next row number of a table within a year, never used before; only inside a write transaction."""
    used = UsedNumber.select(UsedNumber.number).where(key.of(UsedNumber), UsedNumber.name == table._meta.table_name)
    ((last, deleted),) = fetch(table.select(fn.MAX(table.number), used).where(key.of(table)))
    return max(last or 0, deleted or 0) + 1
