"""Bank statements: a file is kept line by line, what its lines settle is proposed; and deleted with its ticks.

Nothing is ticked by itself: `statement_ticks` does it when somebody asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from peewee import chunked

from retkoop.actions.guard import delete_rows, journal, open_cahier
from retkoop.actions.statement_files import ReadFile, keep_layout, read_file
from retkoop.actions.statement_proposals import search
from retkoop.actions.statement_ticks import statement_row, take_ticks_back
from retkoop.audit import Actor, now
from retkoop.db import writing
from retkoop.errors import Conflict, Refusal
from retkoop.file_tables import BankLine, BankLink, BankStatement
from retkoop.models import YearKey, next_number
from retkoop.money import LARGEST
from retkoop.statement_board import TICKED
from retkoop.statement_rows import kept_lines
from retkoop.statements import BankLine as ReadLine
from retkoop.statements import Statement
from retkoop.statements.staging import Part, Staged, already_here, part_of

# As many as two busy accounts have in a year: beyond, a page would take too long to read anyway.
MOST_OF_A_YEAR = 20_000
# More is deleted all the same, but is too much for the journal to give back.
_MOST_GIVEN_BACK = 3_000


class Taken(NamedTuple):
    """What was kept of a file: its number, and whether it was here already."""

    number: int
    is_new: bool


def take_in(actor: Actor, key: YearKey, name: str, data: bytes) -> Taken:
    """Keep a file's lines of this exercice that are not here yet, and propose what each settles; tick nothing.

    A table that cannot be read yet is kept until somebody tells its columns. Raises Refusal for what is no statement.
    """
    digest = sha256(data).hexdigest()
    same = _same(key, digest)
    if same is not None:
        return Taken(same.number, is_new=False)
    file = read_file(key, data)
    taken = _take(actor, key, name, digest, file)
    if taken.is_new and file.statement is not None:
        search(key, taken.number)
    return taken


def _same(key: YearKey, digest: str) -> Any:
    return BankStatement.get_or_none(key.of(BankStatement), BankStatement.digest == digest)


def read_again(actor: Actor, key: YearKey, number: int, mapping: str, statement: Statement) -> None:
    """Keep the lines of a table as somebody says that its columns are to be read, and remember it for the next."""
    _read_again(actor, key, number, mapping, statement)
    search(key, number)


@writing
def _take(actor: Actor, key: YearKey, name: str, digest: str, file: ReadFile) -> Taken:
    open_cahier(key)
    same = _same(key, digest)
    if same is not None:
        return Taken(same.number, is_new=False)
    part = None if file.statement is None else _part(key, file.statement)
    number, first = next_number(BankStatement, key), key.year.first_day
    BankStatement.insert(
        **key._asdict(), number=number, name=name, digest=digest, mapping=file.mapping, rows=file.rows,
        kind=file.kind, first_day=first, last_day=first, closing_day=first, told=0, at=now(), who=actor.name[:200],
    ).execute()  # fmt: skip
    if part is not None and file.statement is not None:
        _keep_lines(actor, key, number, file.statement, part)
    return Taken(number, is_new=True)


@writing
def _read_again(actor: Actor, key: YearKey, number: int, mapping: str, statement: Statement) -> None:
    open_cahier(key)
    row, part = statement_row(key, number), _part(key, statement)
    if not row.rows:
        raise Conflict("Des lignes de ce relevé sont pointées : supprimez-le pour le lire autrement.")
    inside = BankLine.select(BankLine.number).where(key.of(BankLine), BankLine.statement == number)
    BankLink.delete().where(key.of(BankLink), BankLink.line.in_(inside)).execute()
    BankLine.delete().where(key.of(BankLine), BankLine.statement == number).execute()
    BankStatement.update(mapping=mapping).where(key.of(BankStatement), BankStatement.number == number).execute()
    _keep_lines(actor, key, number, statement, part)
    keep_layout(key, row.rows, mapping)


def _part(key: YearKey, statement: Statement) -> Part:
    part = part_of(statement, key.year)
    if part is None:
        first, last = statement.lines[0].day, statement.lines[-1].day
        raise Refusal(
            f"Ce relevé va du {first:%d/%m/%Y} au {last:%d/%m/%Y} : aucune de ses lignes n’est de l’exercice"
            f" {key.year.label}."
        )
    return part


def _keep_lines(actor: Actor, key: YearKey, number: int, statement: Statement, part: Part) -> None:
    kept = kept_lines(key)
    here = already_here(kept, part)
    new = [staged for staged, known in zip(part.lines, here, strict=True) if not known]
    if len(kept) + len(new) > MOST_OF_A_YEAR:
        raise Refusal(f"Les relevés d’un exercice ont {MOST_OF_A_YEAR} lignes au plus.")
    first = next_number(BankLine, key)
    rows = [
        {
            **key._asdict(), "number": first + rank, "statement": number, "rank": rank, "day": staged.line.day,
            "label": staged.line.label, "amount": staged.line.amount, "cheque": staged.line.cheque[:40],
            "reference": staged.line.reference[:300], "running": staged.running,
        }
        for rank, staged in enumerate(new)
    ]  # fmt: skip
    for some in chunked(rows, 200):
        BankLine.insert_many(some).execute()
    BankStatement.update(
        kind=statement.kind[:20], account=statement.account[:60], first_day=part.lines[0].line.day,
        last_day=part.lines[-1].line.day, opening=_bounded(part.opening), closing=_bounded(part.closing),
        closing_day=part.closing_day, told=len(part.lines),
        known=len(part.lines) - len(new), outside=part.outside, version=BankStatement.version + 1,
    ).where(key.of(BankStatement), BankStatement.number == number).execute()  # fmt: skip
    after = {"lignes": len(new)}
    journal(actor, key, "lecture", f"releve-importe:{number}", after=after, undoable=False)


def _bounded(balance: int | None) -> int | None:
    """Give a balance that the cahier can hold; one that is out of all measure is not taken up."""
    return balance if balance is not None and abs(balance) <= LARGEST else None


def refuse_read_again(key: YearKey, lines: Sequence[BankLine]) -> None:
    """Refuse to bring lines back that another statement has brought meanwhile."""
    back = tuple(
        Staged(ReadLine(line.day, line.label, line.amount, line.cheque, line.reference), line.running) for line in lines
    )
    if back and any(already_here(kept_lines(key), Part(back, None, None, back[-1].line.day, 0))):
        raise Conflict("Ces lignes ont été lues de nouveau depuis, avec un autre relevé : supprimez-le d’abord.")


@writing
def remove(actor: Actor, key: YearKey, number: int) -> tuple[int, int]:
    """Delete a statement that was read; the ticks that were made from it go too. Gives how many, and the step."""
    open_cahier(key)
    row = statement_row(key, number)
    inside = BankLine.select(BankLine.number).where(key.of(BankLine), BankLine.statement == number)
    lines = list(BankLine.select().where(key.of(BankLine), BankLine.statement == number, BankLine.state == TICKED))
    unticked = take_ticks_back(key, lines)
    undoable = inside.count() <= _MOST_GIVEN_BACK
    delete_rows(BankLink, key, BankLink.line.in_(inside))
    delete_rows(BankLine, key, BankLine.statement == number)
    delete_rows(BankStatement, key, BankStatement.number == number)
    told = {"fichier": row.name, "depointees": unticked}
    step = journal(actor, key, "suppression", f"releve-importe:{number}", told, undoable=undoable)
    return unticked, step if undoable else 0
