"""Reading a file of a bank as this cooperative's are read: the columns of a table are told once, and remembered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from retkoop.audit import now
from retkoop.coop_table import TextRow
from retkoop.errors import Refusal
from retkoop.file_tables import BankLayout
from retkoop.models import YearKey
from retkoop.statements import (
    Mapping,
    Statement,
    UnreadableStatement,
    proposed_mapping,
    read_statement,
    read_table,
    table_rows,
)
from retkoop.statements.columns import from_json, propose, titles_digest, to_json

# As many characters of a table as are kept for somebody to tell its columns.
MOST_KEPT = 3_000_000


class ReadFile(NamedTuple):
    """What a file says; for a table, its cells and what its columns hold, as JSON.

    `statement` is None where the columns are still to be told.
    """

    statement: Statement | None
    mapping: str = ""
    rows: str = ""
    kind: str = ""


def read_file(key: YearKey, data: bytes) -> ReadFile:
    """Read a file. A table whose titles say nothing, or cannot be read as they say, waits for its columns to be told.

    Raises Refusal, with the line at fault, for what is no statement.
    """
    try:
        rows = table_rows(data)
        if rows is None:
            return ReadFile(read_statement(data))
        return _read_table(key, data, rows)
    except UnreadableStatement as refusal:
        raise Refusal(str(refusal)) from None


def _read_table(key: YearKey, data: bytes, rows: Sequence[TextRow]) -> ReadFile:
    proposed = proposed_mapping(data) or Mapping()
    known = _layout(key, rows, proposed)
    # Remembered are the columns; where the titles stand differs from file to file.
    known = known and replace(known, head=proposed.head or known.head)
    mapping, kept = known or proposed, json_rows(rows)
    if len(kept) > MOST_KEPT:
        return ReadFile(read_statement(data, known), to_json(mapping))
    statement = None
    if known or (mapping.is_whole and mapping.head):
        try:
            statement = read_table(rows, mapping, _kind(data))
        except UnreadableStatement:
            statement = None
    if statement is None and not mapping.is_whole and not _may_be_one(rows):
        raise UnreadableStatement(
            "Ce fichier n’est pas reconnu comme un relevé : aucune colonne de dates et de montants n’y est lisible."
        )
    return ReadFile(statement, to_json(mapping), kept, _kind(data))


def _may_be_one(rows: Sequence[TextRow]) -> bool:
    """Tell a table whose columns somebody may tell from a text that only looks like one."""
    return len(rows) > 1 and sum(len(row.cells) > 1 for row in rows) > len(rows) // 2


def _kind(data: bytes) -> str:
    return "XLSX" if data.startswith(b"PK") else "CSV"


def json_rows(rows: Sequence[TextRow]) -> str:
    """Write the cells of a table as they are kept."""
    return json.dumps([[row.line, *row.cells] for row in rows], ensure_ascii=False, separators=(",", ":"))


def rows_of(text: str) -> list[TextRow]:
    """Read the cells of a table that were kept."""
    return [TextRow(line, tuple(cells)) for line, *cells in json.loads(text)]


def _layout(key: YearKey, rows: Sequence[TextRow], proposed: Mapping) -> Mapping | None:
    row: Any = BankLayout.get_or_none(*_mine(key), BankLayout.titles == titles_digest(rows, proposed))
    return None if row is None else from_json(row.mapping)


def _mine(key: YearKey) -> tuple[Any, Any]:
    return BankLayout.department == key.department, BankLayout.coop == key.coop


def keep_layout(key: YearKey, rows: str, mapping: str) -> None:
    """Remember, within the transaction at hand, how this cooperative's tables with these titles are read."""
    cells = rows_of(rows)
    titles = titles_digest(cells, propose(cells))
    BankLayout.delete().where(*_mine(key), BankLayout.titles == titles).execute()
    BankLayout.insert(department=key.department, coop=key.coop, titles=titles, mapping=mapping, at=now()).execute()
