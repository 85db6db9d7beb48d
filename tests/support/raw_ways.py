"""Every way of writing to the tables of a cahier by SQL, through the application's own connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from retkoop.file_tables import BankLine, BankLink, BankStatement, BookImport
from retkoop.models import (
    Advance,
    Allocation,
    CashCount,
    CashPiece,
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
    Scan,
    UsedNumber,
    Year,
    YearKey,
)
from tests.support.bank import a_bank_statement, a_book_import

DAY = date(2024, 10, 1)
# Of each table of a year that is frozen: a column that changes, and its new value.
CHANGED: dict[Any, dict[str, Any]] = {
    PriorOperation: {"amount": 7},
    Project: {"name": "Cirque"},
    Advance: {"holder": "Anne"},
    Entry: {"label": "Autre chose"},
    Allocation: {"amount": 7},
    Scan: {"name": "autre"},
    DepositSlip: {"label": "Autre remise"},
    DepositLine: {"slip": 9},
    CashCount: {"day": date(2025, 1, 1)},
    CashPiece: {"pieces": 7},
    Grant: {"amount": 7},
    InventoryItem: {"value": 7},
    UsedNumber: {"number": 70},
    DirectReport: {"bank": 7},
    DirectAccount: {"amount": 7},
    DirectOperation: {"amount": 7},
    BankStatement: {"name": "autre"},
    BankLine: {"label": "Autre chose"},
    BankLink: {"operation": 7},
    BookImport: {"name": "autre"},
    # The row of an exercice itself; and what is frozen when it is sent.
    Year: {"opening_bank": 7},
    Document: {"name": "autre"},
}
# Of each: where a row of it may stand that is not there yet.
FREE: dict[Any, dict[str, Any]] = {
    **{table: {"number": 97} for table in CHANGED},
    Year: {"start_year": 2001},
    Project: {"number": 97, "name": "Cinéma"},
    Advance: {"number": 97, "code": "GS"},
    Allocation: {"entry": 1, "rank": 97},
    DepositLine: {"entry": 3},
    CashPiece: {"cash_count": 1, "denomination": 20_000},
    UsedNumber: {"name": "ailleurs"},
    DirectReport: {},
    DirectAccount: {"account": "60700008"},
    BankStatement: {"number": 97, "digest": "f" * 64},
    BankLink: {"line": 1, "option": 3, "operation": 97},
}
# What no other row leans on, so that the foreign key is not what refuses: number 9, or the second that the year has.
BARE = {Project: 2, Advance: 2, Entry: 2, DepositSlip: 9, CashCount: 9, BankStatement: 8, BankLine: 9_000}


def fill_up(key: YearKey) -> None:
    """Add what a full year lacks: rows of the CRF typed in directly, and rows that no other leans on."""
    named = key._asdict()
    DepositSlip.insert(**named, number=9, day=DAY, label="Vide").execute()
    CashCount.insert(**named, number=9, day=DAY).execute()
    UsedNumber.insert(**named, name="grant_line", number=3).execute()
    a_bank_statement(key)
    a_book_import(key)
    a_book_import(key, 2, made="1")
    a_bank_statement(key, 8, lines=0)
    a_bank_statement(key, 9)
    BankLink.delete().where(key.of(BankLink), BankLink.line == 9_000).execute()
    DirectReport.insert(**named, bank=1, cash=0).execute()
    DirectAccount.insert(**named, account="61800008", amount=100).execute()
    DirectOperation.insert(**named, number=1, day=DAY, label="Car", amount=-100).execute()


def _row(table: Any, key: YearKey) -> dict[str, Any]:
    """Give one row of a year: its own, or one that no other leans on."""
    bare = [table.number == BARE[table]] if table in BARE else []
    return dict(table.select().where(key.of(table), *bare).dicts()[0])


def _mine(table: Any, key: YearKey) -> list[Any]:
    row = _row(table, key)
    return [getattr(table, name) == row[name] for name in table._meta.primary_key.field_names]


def _insert(table: Any, key: YearKey, other: YearKey) -> Any:
    row = _row(table, key)
    return table.insert(**{**row, **FREE[table], **({"replay_key": None} if "replay_key" in row else {})})


def _upsert(table: Any, key: YearKey, other: YearKey) -> Any:
    place = [getattr(table, name) for name in table._meta.primary_key.field_names]
    return table.insert(**_row(table, key)).on_conflict(conflict_target=place, update=CHANGED[table])


ONLY_SQLITE = "INSERT OR REPLACE INTO"
OUT, INTO = "UPDATE de la clé, hors de", "UPDATE de la clé, vers"
# Each way of writing to a table: its query, from the year itself and the one that rows are carried to or from.
VERBS: dict[str, Callable[[Any, YearKey, YearKey], Any]] = {
    "INSERT INTO": _insert,
    "UPDATE": lambda table, key, other: table.update(CHANGED[table]).where(*_mine(table, key)),
    "DELETE FROM": lambda table, key, other: table.delete().where(*_mine(table, key)),
    "ON CONFLICT DO UPDATE": _upsert,
    ONLY_SQLITE: lambda table, key, other: table.replace(**{**_row(table, key), **CHANGED[table]}),
    OUT: lambda table, key, other: table.update({**FREE[table], **_place(other)}).where(*_mine(table, key)),
    INTO: lambda table, key, other: table.update({**FREE[table], **_place(key)}).where(*_mine(table, other)),
}


def _place(key: YearKey) -> dict[str, Any]:
    return {"coop": key.coop, "start_year": key.start_year}


def sql_ways(tables: Any) -> Iterator[tuple[str, Any, str]]:
    """Give the name, the table and the verb of each way; where there is one row for a year, none comes beside it."""
    beside = {DirectReport: ("INSERT INTO", OUT, INTO), Year: ("INSERT INTO", INTO)}
    for table in tables:
        for verb in VERBS:
            if verb not in beside.get(table, ()):
                yield f"SQL : {verb} {table._meta.table_name}", table, verb
