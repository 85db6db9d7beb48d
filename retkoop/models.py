"""The tables, and how their rows become facts. No HTTP, no rule, no write.

Every table of a cooperative is keyed by département and coop first, so that the data can be spread by coop.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from peewee import CompositeKey, Field, IntegerField, Model, TextField, fn

from retkoop import facts
from retkoop.chart import Account, Chart
from retkoop.db import database, fetch, is_postgres
from retkoop.direct import DIRECT
from retkoop.questionnaire import Answers, Questionnaire, read_questionnaire
from retkoop.school_year import SchoolYear
from retkoop.standing import Standing
from retkoop.year_states import Moved


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
    # Of a vérificateur: the last day of the access, parent or teacher, and what is kept of the secret of a link.
    expires_on = DayField(null=True)
    quality = TextField(default="")
    link_digest = TextField(null=True)


class Attempt(Table):
    """Failed sign-ins of one subject (an identifier or an address)."""

    subject = TextField(primary_key=True)
    failures = IntegerField()
    blocked_until = StampField()
    last_at = StampField()


class ChartAccount(Table):
    """One account of one version of the chart; a year uses the newest version that is not after it."""

    first_year = IntegerField()
    code = TextField()
    short = TextField()
    side = TextField()
    label = TextField()
    contents = TextField()
    particularity = TextField()

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

    `requirement` is the code of what it was given for, as `required_documents` writes it.
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

    class Meta:
        primary_key = _NUMBERED


class VoucherDraw(YearTable):
    """The draw by which the vérificateurs' sample of a year is found again."""

    number = IntegerField()
    rank = IntegerField()
    above = IntegerField()
    chance = IntegerField()

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


# Every table, parents before children: the order in which a backup is loaded.
TABLES: tuple[type[Table], ...] = (
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


# Stands for the key of a year in a statement that is worded once for every year.
_ANY = YearKey("?department", "?coop", -1)


def _rows(key: YearKey, write: Callable[..., Any], *about: Any) -> list[tuple[Any, ...]]:
    """Fetch the query that `write(key, *about)` makes; peewee takes as long to word it as SQLite to answer it."""
    sql, values = _worded(is_postgres(), write, about)
    bound = [key[_ANY.index(value)] if value in _ANY else value for value in values]
    rows: list[tuple[Any, ...]] = database.execute_sql(sql, bound).fetchall()
    return rows


@lru_cache(maxsize=128)
def _worded(postgres: bool, write: Callable[..., Any], about: tuple[Any, ...]) -> tuple[str, list[Any]]:
    """Word a query; `postgres` tells the two engines' wordings apart in the cache."""
    sql, values = write(_ANY, *about).sql()
    return sql, values


@lru_cache(maxsize=64)
def _chart_version(first_year: int, stamp: int) -> Chart:
    rows = fetch(
        ChartAccount.select(
            ChartAccount.code, ChartAccount.short, ChartAccount.side, ChartAccount.label,
            ChartAccount.contents, ChartAccount.particularity,
        )
        .where(ChartAccount.first_year == first_year)
        .order_by(ChartAccount.code)
    )  # fmt: skip
    return Chart(tuple(Account(*row) for row in rows))


def chart_for(start_year: int) -> Chart:
    """Give the chart of accounts that a year uses."""
    query = ChartAccount.select(fn.MAX(ChartAccount.first_year), fn.COUNT(ChartAccount.code)).where(
        ChartAccount.first_year <= start_year
    )
    ((version, size),) = fetch(query)
    return _chart_version(version, size)


@lru_cache(maxsize=16)
def _questionnaire(content: str) -> Questionnaire:
    return read_questionnaire(content)


def questionnaire_for(key: YearKey) -> Questionnaire:
    """Give the questionnaire that a year uses: the newest version, a département's own before the fédération's."""
    table = QuestionnaireVersion
    mine = (table.first_year <= key.start_year) & table.department.in_(["", key.department])
    newest = table.select(table.content).where(mine).order_by(table.first_year.desc(), table.department.desc())
    ((content,),) = fetch(newest.limit(1))
    return _questionnaire(content)


def activity_answers(key: YearKey) -> Answers:
    """Give what was answered to the CRA of a year, in one query; nothing for a year that does not exist."""
    rows = _rows(key, _answer_rows)
    given = {question: value for _, question, value in rows if question is not None}
    return Answers(given, any(passed is not None for passed, _, _ in rows))


def _answer_rows(key: YearKey) -> Any:
    return (
        Year.select(ActivityReport.passed_at, ActivityAnswer.question, ActivityAnswer.value)
        .left_outer_join(ActivityReport, on=_same_place(ActivityReport, Year))
        .switch(Year)
        .left_outer_join(ActivityAnswer, on=_same_place(ActivityAnswer, Year))
        .where(key.of(Year))
        .order_by(ActivityAnswer.question)
    )


def moves_of(key: YearKey) -> tuple[Moved, ...]:
    """Give the moves of a year, in their order."""
    rows = _rows(key, _list, YearMove, *Moved._fields)
    return tuple(Moved(*row)._replace(at=as_stamp(row[Moved._fields.index("at")])) for row in rows)


def standing(year: Year, loaded: facts.YearFacts | None = None) -> Standing:
    """Load all that tells where a year stands; its facts too, unless they are loaded already."""
    key = key_of(year)
    return Standing(
        facts=loaded or year_facts(year, Department.get_by_id(year.department)),
        state=year.state,
        questionnaire=questionnaire_for(key),
        answers=activity_answers(key),
        documents=documents_of(key),
        moves=moves_of(key),
    )


def documents_of(key: YearKey) -> tuple[facts.Document, ...]:
    """Give the documents of a year for the AD, those put away left out, in one query."""
    rows = _rows(key, _document_rows)
    return tuple(facts.Document(number, code, as_day(posted), *rest) for number, code, posted, *rest in rows)


def _document_rows(key: YearKey) -> Any:
    return _list(key, Document, *facts.Document.__dataclass_fields__).where(Document.removed_at.is_null())


def year_facts(year: Year, department: Department) -> facts.YearFacts:
    """Load all of a year, in a number of queries that does not depend on how much is in it."""
    key = key_of(year)
    scans = _scans(key)
    entries = entry_facts(key, scans=scans)
    kept = {None, *(entry.number for entry in entries)}
    return facts.YearFacts(
        year=key.year,
        bank_account=year.bank_account,
        chart=chart_for(key.start_year),
        opening=facts.Opening(year.opening_bank, year.opening_cash, year.opening_carried),
        entries=entries,
        inbox=tuple(scans[None]),
        struck_scans=tuple(scan for entry, its in scans.items() if entry not in kept for scan in its),
        projects=tuple(
            facts.Project(number, name, bool(closed), version)
            for number, name, closed, version in _rows(key, _list, Project, "number", "name", "closed", "version")
        ),
        slips=_numbered(DepositSlip, facts.DepositSlip, key, ("day",)),
        priors=_numbered(PriorOperation, facts.PriorOperation, key, ("day", "ticked_on")),
        advances=_numbered(Advance, facts.Advance, key),
        statement=_statement(year),
        counts=_count_facts(key),
        grants=_numbered(Grant, facts.Grant, key, ("day",)),
        inventory=_numbered(InventoryItem, facts.InventoryItem, key, ("bought_on", "disposed_on")),
        settings=facts.Settings(department.unticked_limit, department.closing_delay_days, department.presentation),
        direct=direct_figures(key) if year.mode == DIRECT else None,
    )


def direct_figures(key: YearKey) -> facts.DirectReport:
    """Load what was typed into the CRF directly, whether it counts or not, in three queries."""
    ((bank, cash),) = _rows(key, _direct_balances) or [(0, 0)]
    accounts = tuple(facts.Allocation(*row) for row in _rows(key, _direct_accounts))
    return facts.DirectReport(bank, cash, accounts, _numbered(DirectOperation, facts.DirectOperation, key, ("day",)))


def _direct_balances(key: YearKey) -> Any:
    return DirectReport.select(DirectReport.bank, DirectReport.cash).where(key.of(DirectReport))


def _direct_accounts(key: YearKey) -> Any:
    table = DirectAccount
    return table.select(table.account, table.amount).where(key.of(table)).order_by(table.account)


def _statement(year: Year) -> facts.Statement | None:
    if year.statement_day is None or year.statement_balance is None:
        return None
    return facts.Statement(year.statement_day, year.statement_balance)


def _numbered(table: Any, shape: Any, key: YearKey, days: Iterable[str] = ()) -> tuple[Any, ...]:
    """Load the rows of a table whose columns after the key are the fields of a fact, in that order."""
    names = tuple(shape.__dataclass_fields__)
    places = [names.index(name) for name in days]
    loaded = []
    for row in _rows(key, _list, table, *names):
        values = list(row)
        for place in places:
            values[place] = as_day(values[place])
        loaded.append(shape(*values))
    return tuple(loaded)


def inventory_rows(key: YearKey) -> dict[int, tuple[facts.InventoryItem, ...]]:
    """Load the inventories of a cooperative up to a year, by the first year of each exercice, in one query."""
    table, names = InventoryItem, tuple(facts.InventoryItem.__dataclass_fields__)
    mine = (table.department == key.department, table.coop == key.coop, table.start_year <= key.start_year)
    columns = (table.start_year, *(getattr(table, name) for name in names))
    found: dict[int, list[facts.InventoryItem]] = defaultdict(list)
    for start, *values in fetch(table.select(*columns).where(*mine).order_by(table.start_year, table.number)):
        row = dict(zip(names, values, strict=True))
        days = {name: as_day(row[name]) for name in ("bought_on", "disposed_on")}
        found[start].append(facts.InventoryItem(**{**row, **days}))
    return {start: tuple(items) for start, items in found.items()}


def entry_facts(
    key: YearKey, struck: bool = False, scans: dict[int | None, list[facts.Scan]] | None = None
) -> tuple[facts.Entry, ...]:
    """Load the entries of a year with their allocations and scans, in three queries."""
    allocations = _allocations(key)
    scans = _scans(key) if scans is None else scans
    return tuple(
        facts.Entry(
            number,
            voucher,
            as_day(day),
            label,
            cheque,
            project,
            bank,
            cash,
            advance,
            moved,
            as_day(ticked),
            tuple(allocations[number]),
            tuple(scans[number]),
            version,
            slip,
        )
        for number, voucher, day, label, cheque, project, bank, cash, advance, moved, ticked, version, slip in _rows(
            key, _entries, struck
        )
    )


def _entries(key: YearKey, struck: bool) -> Any:
    return (
        Entry.select(
            Entry.number, Entry.voucher, Entry.day, Entry.label, Entry.cheque, Project.name, Entry.bank, Entry.cash,
            Advance.code, Entry.advance_amount, Entry.ticked_on, Entry.version,
            DepositLine.slip,
        )
        .left_outer_join(Project, on=_same_row(Project, Entry.project))
        .switch(Entry)
        .left_outer_join(Advance, on=_same_row(Advance, Entry.advance))
        .switch(Entry)
        .left_outer_join(DepositLine, on=_same_place(DepositLine) & (DepositLine.entry == Entry.number))
        .where(key.of(Entry), Entry.struck_at.is_null(not struck))
        .order_by(Entry.day, Entry.number)
    )  # fmt: skip


def _same_row(table: Any, number: Any) -> Any:
    return _same_place(table) & (table.number == number)


def _same_place(table: Any, other: Any = Entry) -> Any:
    return (table.department == other.department) & (table.coop == other.coop) & (table.start_year == other.start_year)


def _allocations(key: YearKey) -> dict[int, list[facts.Allocation]]:
    found: dict[int, list[facts.Allocation]] = defaultdict(list)
    for entry, account, amount in _rows(key, _allocation_rows):
        found[entry].append(facts.Allocation(account, amount))
    return found


def _allocation_rows(key: YearKey) -> Any:
    columns = (Allocation.entry, Allocation.account, Allocation.amount)
    return Allocation.select(*columns).where(key.of(Allocation)).order_by(Allocation.entry, Allocation.rank)


def _scans(key: YearKey) -> dict[int | None, list[facts.Scan]]:
    found: dict[int | None, list[facts.Scan]] = defaultdict(list)
    for entry, *rest in _rows(key, _scan_rows):
        found[entry].append(facts.Scan(*rest))
    return found


def _scan_rows(key: YearKey) -> Any:
    columns = ("entry", "number", "media_type", "name", "digest", "thumb_digest", "turn", "told", "version", "pages")
    return _list(key, Scan, *columns).where(Scan.removed_at.is_null()).order_by(Scan.place, Scan.number)


def _count_facts(key: YearKey) -> tuple[facts.CashCount, ...]:
    pieces: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for count, denomination, number in _rows(key, _piece_rows):
        pieces[count].append((denomination, number))
    counts = _rows(key, _list, CashCount, "number", "day")
    return tuple(facts.CashCount(n, as_day(day) or date.min, tuple(pieces[n])) for n, day in counts)


def _piece_rows(key: YearKey) -> Any:
    columns = (CashPiece.cash_count, CashPiece.denomination, CashPiece.pieces)
    return CashPiece.select(*columns).where(key.of(CashPiece)).order_by(CashPiece.denomination.desc())


def _list(key: YearKey, table: Any, *names: str) -> Any:
    """Give the query of some columns of a numbered table, in the order of its numbers."""
    return table.select(*(getattr(table, name) for name in names)).where(key.of(table)).order_by(table.number)


class JournalLine(NamedTuple):
    """A line of the journal; `before` and `after` are the JSON values that it kept."""

    at: datetime
    who: str
    action: str
    subject: str
    before: Any
    after: Any
    step: int


# The tables behind the subjects whose rows other actions change too: a slip that is ticked, a project that is merged.
_ROWS_OF = {"ecriture": "entry", "piece": "scan"}


def history_of(key: YearKey, subject: str) -> list[JournalLine]:
    """Give what was done to one thing (`ecriture:27`), by itself or with others, the latest first."""
    kind, _, number = subject.partition(":")
    mine = (Journal.subject == subject) | _touches(_ROWS_OF.get(kind, kind), number)
    if kind == "ecriture":
        for scan in _scans_ever_of(key, int(number)):
            mine |= _touches("scan", scan)
    columns = (Journal.at, Journal.who, Journal.action, Journal.subject, Journal.before, Journal.after, Journal.id)
    rows = fetch(
        Journal.select(*columns)
        # Showing a code to a phone did nothing yet to what it is about.
        .where(key.of(Journal), mine, since_import(key), Journal.action != "lien pour téléphone")
        .order_by(Journal.id.desc())
    )
    return [_journal_line(row) for row in rows]


def taken_over(key: YearKey, most: int = 10) -> list[JournalLine]:
    """Give the last changes of what a year takes over from the one before, the latest first."""
    columns = (Journal.at, Journal.who, Journal.action, Journal.subject, Journal.before, Journal.after, Journal.id)
    lines = Journal.select(*columns).where(key.of(Journal), Journal.action == "suite").order_by(Journal.id.desc())
    return [_journal_line(row) for row in fetch(lines.limit(most))]


def _journal_line(row: tuple[Any, ...]) -> JournalLine:
    at, who, action, about, before, after, step = row
    return JournalLine(as_stamp(at), who, action, about, read_json(before), read_json(after), step)


def _touches(table: str, number: int | str) -> Any:
    """Give the condition of the lines that changed this very row."""
    return Journal.changes.contains(f'["{table}",{{"number":{number}}},')


def _scans_ever_of(key: YearKey, entry: int) -> list[int]:
    """Give the scans that are or were of an entry: put away, moved to another one, or come with an import."""
    found = {number for (number,) in fetch(Scan.select(Scan.number).where(key.of(Scan), Scan.entry == entry))}
    # The journal's text also finds 27 in 270, and the lines of other tables: the rows themselves decide.
    about = (Journal.changes.contains('["scan",'), Journal.changes.contains(f'"entry":{entry}'), since_import(key))
    for (text,) in fetch(Journal.select(Journal.changes).where(key.of(Journal), *about)):
        for table, place, before, after in json.loads(text):
            if table == "scan" and entry in ((before or {}).get("entry"), (after or {}).get("entry")):
                found.add(place["number"])
    return sorted(found)


def changed_since(key: YearKey, step: int) -> list[tuple[int, list[Any]]]:
    """Give the lines from a step on, each with the rows that it changed, in their order."""
    written = (key.of(Journal), Journal.changes.is_null(False), Journal.id >= step, since_import(key))
    rows = fetch(Journal.select(Journal.id, Journal.changes).where(*written).order_by(Journal.id))
    return [(number, json.loads(changes)) for number, changes in rows]


def undone(key: YearKey) -> dict[int, int]:
    """Give the step that each undo of a year took back."""
    rows = fetch(Journal.select(Journal.id, Journal.subject).where(key.of(Journal), Journal.action == "annulation"))
    return {step: int(subject.partition(":")[2]) for step, subject in rows}


def since_import(key: YearKey) -> Any:
    """Give the condition that leaves out the lines about rows which an import has replaced, numbers and all."""
    other = Journal.alias()
    replaced = other.select(fn.MAX(other.id)).where(key.of(other), other.action == "import")
    return Journal.id > fn.COALESCE(replaced, 0)


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


def coops_of(department: str) -> list[tuple[str, str, int | None, str | None]]:
    """Give the cooperatives of a département: (identifier, name, start of the latest exercice, its state)."""
    latest = (
        Year.select(Year.coop, fn.MAX(Year.start_year).alias("start_year"))
        .where(Year.department == department)
        .group_by(Year.coop)
        .alias("latest")
    )
    query = (
        Cooperative.select(Cooperative.identifier, Cooperative.name, latest.c.start_year, Year.state)
        .left_outer_join(latest, on=latest.c.coop == Cooperative.identifier)
        .left_outer_join(
            Year,
            on=(Year.department == Cooperative.department)
            & (Year.coop == Cooperative.identifier)
            & (Year.start_year == latest.c.start_year),
        )
        .where(Cooperative.department == department)
        .order_by(Cooperative.identifier)
    )
    return fetch(query)


def departments_with_counts() -> list[tuple[str, str, int]]:
    """Give the associations départementales: (code, name, number of cooperatives)."""
    query = (
        Department.select(Department.code, Department.name, fn.COUNT(Cooperative.identifier))
        .left_outer_join(Cooperative, on=Cooperative.department == Department.code)
        .group_by(Department.code, Department.name)
        .order_by(Department.code)
    )
    return fetch(query)
