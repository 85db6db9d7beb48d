"""How the rows of one exercice become facts, in a number of queries that does not depend on how much is in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from peewee import fn

from retkoop import facts
from retkoop.batches import batch, same_for_all
from retkoop.chart import Account, Chart
from retkoop.db import database, fetch, is_postgres
from retkoop.direct import DIRECT
from retkoop.models import (
    ActivityAnswer,
    ActivityReport,
    Advance,
    Allocation,
    CashCount,
    CashPiece,
    ChartAccount,
    Department,
    DepositLine,
    DepositSlip,
    DirectAccount,
    DirectOperation,
    DirectReport,
    Document,
    Entry,
    Grant,
    InventoryItem,
    PriorOperation,
    Project,
    QuestionnaireVersion,
    Scan,
    Year,
    YearKey,
    YearMove,
    as_day,
    as_stamp,
    key_of,
)  # fmt: skip
from retkoop.questionnaire import Answers, Questionnaire, read_questionnaire
from retkoop.settings_rows import settings_for
from retkoop.standing import Standing
from retkoop.year_states import Moved

# Stands for the key of a year in a statement that is worded once for every year.
_ANY = YearKey("?department", "?coop", -1)


def _rows(key: YearKey, write: Callable[..., Any], *about: Any) -> list[tuple[Any, ...]]:
    """Fetch the query that `write(key, *about)` makes; peewee takes as long to word it as SQLite to answer it."""
    here = batch.get()
    if here is not None:
        return here.rows(key.coop, write, about)
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


@same_for_all
def chart_stamp(start_year: int) -> tuple[int, int]:
    """Tell which version of the chart of accounts a year uses."""
    query = ChartAccount.select(fn.MAX(ChartAccount.first_year), fn.COUNT(ChartAccount.code)).where(
        ChartAccount.first_year <= start_year
    )
    ((version, size),) = fetch(query)
    return version, size


def chart_for(start_year: int) -> Chart:
    """Give the chart of accounts that a year uses."""
    return _chart_version(*chart_stamp(start_year))


@lru_cache(maxsize=16)
def _questionnaire(content: str) -> Questionnaire:
    return read_questionnaire(content)


def questionnaire_for(key: YearKey) -> Questionnaire:
    """Give the questionnaire that a year uses: the newest version, a département's own before the fédération's."""
    return _questionnaire(questionnaire_text(key.department, key.start_year))


@same_for_all
def questionnaire_text(department: str, start_year: int) -> str:
    """Give that questionnaire as it is stored."""
    table = QuestionnaireVersion
    mine = (table.first_year <= start_year) & table.department.in_(["", department])
    newest = table.select(table.content).where(mine).order_by(table.first_year.desc(), table.department.desc())
    ((content,),) = fetch(newest.limit(1))
    return str(content)


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
        facts=loaded or year_facts(year),
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


def year_facts(year: Year, department: Department | None = None) -> facts.YearFacts:
    """Load all of a year, in a number of queries that does not depend on how much is in it.

    The rules that it goes by are read with it: `department` is for callers that have it at hand, and spares nothing.
    """
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
        settings=settings_for(department.code if department else key.department, key.start_year),
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
