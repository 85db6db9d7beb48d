"""Taking up a cahier kept elsewhere: a table is previewed, then written whole or not at all; and taken back."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256
from typing import Any, NamedTuple

from retkoop.actions import ledger
from retkoop.actions.guard import delete_rows, insert_numbered, journal, open_cahier
from retkoop.actions.statement_files import MOST_KEPT, json_rows, rows_of
from retkoop.audit import Actor, now
from retkoop.book_table import (
    NEW,
    SAME,
    BookColumns,
    Compared,
    Fault,
    compare,
    from_json,
    propose_columns,
    read_book,
    seal_of,
    to_json,
)
from retkoop.coop_table import TextRow
from retkoop.db import fetch, writing
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.file_tables import BookImport
from retkoop.models import DepositLine, Entry, Scan, Year, YearKey, as_stamp
from retkoop.statements import UnreadableStatement, table_rows
from retkoop.year_rows import chart_for, year_facts


class Preview(NamedTuple):
    """A table in preview: what its columns are taken for, its lines beside the cahier of now, or its faults."""

    number: int
    name: str
    columns: BookColumns
    rows: list[TextRow]
    lines: tuple[Compared, ...]
    faults: tuple[Fault, ...]
    lacking: str

    @property
    def seal(self) -> str:
        """Give what tells this preview from another."""
        return seal_of(self.lines)


class Done(NamedTuple):
    """An import that was done, or waits in preview (`made` is then 0); `left` of its entries still stand untouched."""

    number: int
    name: str
    at: Any
    who: str
    made: int
    left: int


def keep_preview(actor: Actor, key: YearKey, name: str, data: bytes) -> int:
    """Read a table and keep it until it is confirmed; give its number. Raises Refusal for what is no table."""
    try:
        rows = table_rows(data)
    except UnreadableStatement as refusal:
        raise Refusal(str(refusal)) from None
    if rows is None or len(rows) < 2:
        raise Refusal("Ce fichier n’est pas un tableau : envoyez un CSV ou un classeur (.xlsx, .ods).")
    kept = json_rows(rows)
    if len(kept) > MOST_KEPT:
        raise Refusal("Ce tableau est trop grand : coupez-le en plusieurs.")
    mapping = to_json(propose_columns(rows, chart_for(key.start_year)))
    return _keep(actor, key, name, sha256(data).hexdigest(), mapping, kept)


@writing
def _keep(actor: Actor, key: YearKey, name: str, digest: str, mapping: str, rows: str) -> int:
    open_cahier(key)
    # What was only looked at makes room for the next; it is no part of the books, and of no line of journal.
    delete_rows(BookImport, key, BookImport.made == "")
    told = {"name": name, "digest": digest, "mapping": mapping, "rows": rows, "at": now(), "who": actor.name[:200]}
    return insert_numbered(BookImport, key, **told)


@writing
def set_columns(key: YearKey, number: int, columns: BookColumns) -> None:
    """Say what the columns of a table in preview hold."""
    open_cahier(key)
    _waiting(key, number)
    BookImport.update(mapping=to_json(columns)).where(key.of(BookImport), BookImport.number == number).execute()


def preview(key: YearKey, number: int) -> Preview:
    """Give a table in preview, compared with the cahier of now."""
    return _preview(key, _waiting(key, number))


def _waiting(key: YearKey, number: int) -> Any:
    row = BookImport.get_or_none(key.of(BookImport), BookImport.number == number, BookImport.made == "")
    if row is None:
        raise NotFound("Cet import n’est plus en aperçu : il est fait, ou un autre fichier l’a remplacé.")
    return row


def _preview(key: YearKey, row: Any) -> Preview:
    columns, rows = from_json(row.mapping), rows_of(row.rows)
    if columns.lacking:
        return Preview(row.number, row.name, columns, rows, (), (), columns.lacking)
    facts = year_facts(Year.get(key.of(Year)))
    reading = read_book(rows, columns, key.year, facts.chart)
    lines = compare(reading.lines, facts.entries)
    return Preview(row.number, row.name, columns, rows, lines, reading.faults, "")


@writing
def confirm(actor: Actor, key: YearKey, number: int, seal: str, besides: Collection[int] = ()) -> int:
    """Add the new lines as entries, and those close to one of the cahier that are named by their lines; give how many.

    What was previewed is what is written, or nothing is.
    """
    open_cahier(key)
    row = _waiting(key, number)
    found = _preview(key, row)
    if found.faults or found.lacking or found.seal != seal:
        raise Conflict("Le cahier a changé entre-temps : relisez cet aperçu, puis confirmez de nouveau.")
    wanted = [one for one in found.lines if one.what == NEW or (one.what != SAME and one.line in besides)]
    if not wanted:
        raise Refusal("Ce tableau n’ajoute rien : toutes ses lignes sont déjà au cahier.")
    made = [ledger.add_entry(actor, key, one.draft) for one in wanted]
    told = {"made": " ".join(map(str, made)), "rows": "", "at": now(), "who": actor.name[:200]}
    BookImport.update(**told).where(key.of(BookImport), BookImport.number == number).execute()
    after = {"fichier": row.name, "lignes": len(made)}
    journal(actor, key, "reprise d’un cahier", f"reprise:{number}", after=after, undoable=False)
    return len(made)


@writing
def take_back(actor: Actor, key: YearKey, number: int) -> tuple[int, int]:
    """Strike out the entries that an import made and nobody touched since; give how many, and how many stay.

    One that is only previewed is forgotten.
    """
    open_cahier(key)
    row = BookImport.get_or_none(key.of(BookImport), BookImport.number == number)
    if row is None:
        raise NotFound("Cet import n’existe plus.")
    made = [int(one) for one in row.made.split()]
    mine = (key.of(Entry), Entry.number.in_(made), Entry.struck_at.is_null())
    still = {number for (number,) in fetch(Entry.select(Entry.number).where(*mine))}
    untouched = sorted(_untouched(key, made))
    for entry in untouched:
        ledger.strike_entry(actor, key, entry)
    delete_rows(BookImport, key, BookImport.number == number)
    if not made:
        return 0, 0
    told = {"fichier": row.name, "lignes": len(untouched)}
    journal(actor, key, "annulation d’une reprise", f"reprise:{number}", told, undoable=False)
    return len(untouched), len(still) - len(untouched)


def _untouched(key: YearKey, made: Collection[int]) -> set[int]:
    """Give those entries that are as they were made: not changed, ticked, put on a slip or given a scan."""
    numbers = sorted(made)
    mine = (key.of(Entry), Entry.number.in_(numbers), Entry.struck_at.is_null(), Entry.version == 1)
    found = {number for (number,) in fetch(Entry.select(Entry.number).where(*mine))}
    for table in (DepositLine, Scan):
        used = fetch(table.select(table.entry).where(key.of(table), table.entry.in_(numbers)))
        found -= {number for (number,) in used}
    return found


def imports_of(key: YearKey) -> list[Done]:
    """Give the tables that were taken up, or wait in preview, the latest first."""
    rows = fetch(
        BookImport.select(BookImport.number, BookImport.name, BookImport.at, BookImport.who, BookImport.made)
        .where(key.of(BookImport))
        .order_by(BookImport.number.desc())
    )
    made = {int(one) for *_, numbers in rows for one in numbers.split()}
    left = _untouched(key, made)
    return [
        Done(number, name, as_stamp(at), who, len(numbers.split()), len(left & set(map(int, numbers.split()))))
        for number, name, at, who, numbers in rows
    ]
