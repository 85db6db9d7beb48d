"""The tables of files that come from elsewhere: bank statements, line by line, and cahiers kept in a spreadsheet."""

from __future__ import annotations

from peewee import CompositeKey, IntegerField, TextField

from retkoop.models import CoopTable, DayField, StampField, Table, YearTable

_NUMBERED = CompositeKey("department", "coop", "start_year", "number")
# `BankLink.option` of what a line settles; others it could settle are 1 and beyond, what it does not -1 and below.
CHOSEN = 0


class BankStatement(YearTable):
    """A file of the bank; `told` lines, of which `known` were here already and `outside` are of another exercice.

    `opening` and `closing` (cents): balances that it tells, before the first of its lines and on `closing_day`.
    `basis` is what the cahier said when its lines were matched; `rows` a table's cells, until something is ticked.
    """

    number = IntegerField()
    name = TextField()
    digest = TextField()
    kind = TextField(default="")
    account = TextField(default="")
    first_day = DayField()
    last_day = DayField()
    opening = IntegerField(null=True)
    closing = IntegerField(null=True)
    closing_day = DayField()
    told = IntegerField()
    known = IntegerField(default=0)
    outside = IntegerField(default=0)
    basis = TextField(default="")
    mapping = TextField(default="")
    rows = TextField(default="")
    at = StampField()
    who = TextField(default="")
    version = IntegerField(default=1)

    class Meta:
        primary_key = _NUMBERED


class BankLine(YearTable):
    """One operation that the bank shows; `running` (cents): what the account held after it, when the file tells.

    `state`: waiting; ticked from here; seen, which is ticked from elsewhere; aside, which nobody looks for.
    """

    number = IntegerField()
    statement = IntegerField()
    rank = IntegerField()
    day = DayField()
    label = TextField(default="")
    amount = IntegerField()
    cheque = TextField(default="")
    reference = TextField(default="")
    running = IntegerField(null=True)
    state = TextField(default="waiting")
    confidence = TextField(default="aucune")
    reason = TextField(default="")

    class Meta:
        primary_key = _NUMBERED


class BankLink(YearTable):
    """An operation (`kind`: entry or prior) that a line settles, or could."""

    line = IntegerField()
    option = IntegerField()
    kind = TextField()
    operation = IntegerField()

    class Meta:
        primary_key = CompositeKey("department", "coop", "start_year", "line", "option", "kind", "operation")


class BankLayout(CoopTable):
    """What the columns of a bank's tables hold (JSON), by the digest of their titles: corrected once, then known."""

    titles = TextField()
    mapping = TextField()
    at = StampField()

    class Meta:
        primary_key = CompositeKey("department", "coop", "titles")


class BookImport(YearTable):
    """A cahier kept elsewhere: `rows` its cells and `mapping` what its columns hold, as JSON.

    `made`: the numbers of the entries that it made, with a space between; empty as long as it is a preview.
    """

    number = IntegerField()
    name = TextField()
    digest = TextField()
    mapping = TextField()
    rows = TextField(default="")
    made = TextField(default="")
    at = StampField()
    who = TextField(default="")

    class Meta:
        primary_key = _NUMBERED


FILE_TABLES: tuple[type[Table], ...] = (BankStatement, BankLine, BankLink, BankLayout, BookImport)
