"""How the rows of bank statements become facts, in a fixed number of queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from peewee import JOIN, Case, fn

from retkoop.db import fetch
from retkoop.drafts import ADVANCE, EXPENSE, RECEIPT, TRANSFER
from retkoop.file_tables import CHOSEN, BankLine, BankLink, BankStatement
from retkoop.matching.learned import MOST_KEPT, Confirmed, History, learn
from retkoop.matching.model import ENTRY, PRIOR
from retkoop.models import Allocation, Entry, PriorOperation, YearKey, as_day
from retkoop.statement_board import SEEN, TICKED, WAITING, Ref, StoredLine, StoredStatement
from retkoop.statements import BankLine as ReadLine
from retkoop.statements.staging import Staged

_TOLD = (
    BankStatement.number, BankStatement.name, BankStatement.kind, BankStatement.account, BankStatement.first_day,
    BankStatement.last_day, BankStatement.opening, BankStatement.closing, BankStatement.closing_day, BankStatement.told,
    BankStatement.known, BankStatement.outside, BankStatement.basis, BankStatement.version,
)  # fmt: skip


def statements_of(key: YearKey) -> list[StoredStatement]:
    """Give the statements of a year, the latest first, each with how many of its lines wait.

    A line waits again when what it settled is ticked no more.
    """
    waits = Case(None, [(BankLine.state == WAITING, 1)], 0)
    loose: Counter[int] = Counter(statement for statement, _ in _loose_lines(key))
    counts = {
        number: (lines, int(waiting) + loose[number])
        for number, lines, waiting in fetch(
            BankLine.select(BankLine.statement, fn.COUNT(BankLine.number), fn.SUM(waits))
            .where(key.of(BankLine))
            .group_by(BankLine.statement)
        )
    }
    has_rows = Case(None, [(BankStatement.rows != "", 1)], 0)
    rows = fetch(BankStatement.select(*_TOLD, has_rows).where(key.of(BankStatement)))
    found = [_statement(row, *counts.get(row[0], (0, 0))) for row in rows]
    return sorted(found, key=lambda one: (one.last_day, one.number), reverse=True)


def _loose_lines(key: YearKey) -> set[tuple[int, int]]:
    """Give the lines (statement, number) that were ticked, or seen so, and of which an operation is not any more."""
    found: set[tuple[int, int]] = set()
    for kind, table in ((ENTRY, Entry), (PRIOR, PriorOperation)):
        not_ticked = table.number.is_null() | table.ticked_on.is_null()
        if table is Entry:
            not_ticked |= Entry.struck_at.is_null(False)
        found |= set(
            fetch(
                BankLine.select(BankLine.statement, BankLine.number)
                .join(BankLink, on=(_same_year(BankLink, BankLine) & (BankLink.line == BankLine.number)))
                .join(table, JOIN.LEFT_OUTER, on=(_same_year(table, BankLine) & (table.number == BankLink.operation)))
                .where(
                    key.of(BankLine), BankLine.state.in_((TICKED, SEEN)), BankLink.option == CHOSEN,
                    BankLink.kind == kind, not_ticked,
                )
            )
        )  # fmt: skip
    return found


def loose_numbers(key: YearKey) -> set[int]:
    """Give the numbers of those lines."""
    return {number for _, number in _loose_lines(key)}


def _statement(row: tuple[Any, ...], lines: int, waiting: int) -> StoredStatement:
    told: dict[str, Any] = dict(zip((*(column.name for column in _TOLD), "has_rows"), row, strict=True))
    days = {name: as_day(told[name]) for name in ("first_day", "last_day", "closing_day")}
    return StoredStatement(**{**told, **days, "has_rows": bool(told["has_rows"])}, lines=lines, waiting=waiting)


def lines_of(key: YearKey, *conditions: Any) -> list[StoredLine]:
    """Give the lines of a year that meet the conditions, in their order, with their options."""
    table = BankLine
    columns = (table.number, table.day, table.label, table.amount, table.cheque, table.state, table.confidence,
               table.reason)  # fmt: skip
    query = table.select(*columns).where(key.of(table), *conditions)
    rows = fetch(query.order_by(table.statement, table.rank))
    inside = table.select(table.number).where(key.of(table), *conditions)
    options: dict[int, dict[int, list[Ref]]] = defaultdict(lambda: defaultdict(list))
    links = fetch(
        BankLink.select(BankLink.line, BankLink.option, BankLink.kind, BankLink.operation)
        .where(key.of(BankLink), BankLink.line.in_(inside))
        .order_by(BankLink.line, BankLink.option, BankLink.kind, BankLink.operation)
    )
    for line, option, kind, operation in links:
        options[line][option].append((kind, operation))
    told: list[StoredLine] = []
    for row in rows:
        kept: dict[str, Any] = dict(zip((column.name for column in columns), row, strict=True))
        its = {option: tuple(refs) for option, refs in options.get(kept["number"], {}).items()}
        told.append(StoredLine(**{**kept, "day": as_day(kept["day"])}, options=its))
    return told


def kept_lines(key: YearKey) -> list[Staged]:
    """Give the lines that are here of a year, to be compared with those of a file that comes."""
    table = BankLine
    rows = fetch(
        table.select(table.day, table.label, table.amount, table.cheque, table.reference, table.running)
        .where(key.of(table))
        .order_by(table.statement, table.rank)
    )
    return [Staged(ReadLine(as_day(day), *told), running) for day, *told, running in rows]


def ticked_refs(key: YearKey) -> set[Ref]:
    """Give the operations that lines of this year were ticked by from their statements."""
    here = BankLine.select(BankLine.number).where(key.of(BankLine), BankLine.state == TICKED)
    links = BankLink.select(BankLink.kind, BankLink.operation).where(
        key.of(BankLink), BankLink.option == CHOSEN, BankLink.line.in_(here)
    )
    return {(kind, operation) for kind, operation in fetch(links)}


def mapping_and_rows(key: YearKey, number: int) -> tuple[str, str]:
    """Give what the columns of a kept table are taken for, and its cells, both as JSON."""
    row = BankStatement.get(key.of(BankStatement), BankStatement.number == number)
    return row.mapping, row.rows


def line_of(key: YearKey, number: int) -> BankLine | None:
    """Give a line of a statement of this year, as it is kept."""
    found: BankLine | None = BankLine.get_or_none(key.of(BankLine), BankLine.number == number)
    return found


def history_of(key: YearKey) -> History:
    """Give what this cooperative confirmed before, in this exercice and the others: lines settled by one entry."""
    of_coop = (BankLine.department == key.department, BankLine.coop == key.coop, BankLine.state == TICKED)
    rows = fetch(
        BankLine.select(
            BankLine.start_year, BankLine.number, BankLine.label, Entry.number, Entry.label, Entry.bank, Entry.cash,
            Entry.advance,
        )
        .join(BankLink, on=(_same_year(BankLink, BankLine) & (BankLink.line == BankLine.number)))
        .join(Entry, on=(_same_year(Entry, BankLine) & (Entry.number == BankLink.operation)))
        .where(
            *of_coop, BankLink.option == CHOSEN, BankLink.kind == ENTRY,
            Entry.ticked_on.is_null(False), Entry.struck_at.is_null(),
        )
        .order_by(BankLine.start_year.desc(), BankLine.day.desc(), BankLine.number.desc())
        .limit(MOST_KEPT)
    )  # fmt: skip
    alone = Counter((year, line) for year, line, *_ in rows)
    accounts = _accounts(key, {year for year, *_ in rows})
    pairs = [
        Confirmed(said, bank, label, accounts.get((year, entry), ""), _nature(bank, cash, advance))
        for year, line, said, entry, label, bank, cash, advance in rows
        if alone[year, line] == 1
    ]
    return learn(reversed(pairs))


def _same_year(table: Any, other: Any) -> Any:
    return (table.department == other.department) & (table.coop == other.coop) & (table.start_year == other.start_year)


def _accounts(key: YearKey, years: set[int]) -> dict[tuple[int, int], str]:
    """Give the account with most of the money of each entry of these years."""
    table = Allocation
    rows = fetch(
        table.select(table.start_year, table.entry, table.account, table.amount)
        .where(table.department == key.department, table.coop == key.coop, table.start_year.in_(sorted(years)))
        .order_by(table.start_year, table.entry, table.rank)
    )
    found: dict[tuple[int, int], tuple[int, str]] = {}
    for year, entry, account, amount in rows:
        if abs(amount) > found.get((year, entry), (0, ""))[0]:
            found[year, entry] = (abs(amount), account)
    return {place: account for place, (_, account) in found.items()}


def _nature(bank: int, cash: int, advance: int | None) -> str:
    if advance is not None:
        return ADVANCE
    if cash and bank == -cash:
        return TRANSFER
    return RECEIPT if bank > 0 else EXPENSE
