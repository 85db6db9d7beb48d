"""Writes of bank statements: a file is kept line by line, what its lines settle is proposed, and ticked when asked.

Nothing is ticked by itself. What is confirmed is what was kept and shown: each operation is looked at again inside
the transaction, and one that changed refuses the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from peewee import chunked

from retkoop.actions.guard import change_row, delete_rows, insert_row, journal, open_cahier, row_of
from retkoop.actions.statement_files import ReadFile, keep_layout, read_file
from retkoop.actions.statement_proposals import note_new_basis, search
from retkoop.audit import Actor, now
from retkoop.db import fetch, writing
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.file_tables import CHOSEN, BankLine, BankLink, BankStatement
from retkoop.matching import SURE, TO_CHECK
from retkoop.matching.model import ENTRY
from retkoop.models import Entry, PriorOperation, Year, YearKey, as_day, next_number
from retkoop.money import format_euros
from retkoop.statement_board import ASIDE, TICKED, WAITING, Ref, seal_of
from retkoop.statement_rows import kept_lines
from retkoop.statements import Statement
from retkoop.statements.staging import Part, already_here, part_of

# As many as two busy accounts have in a year: beyond, a page would take too long to read anyway.
MOST_OF_A_YEAR = 20_000
# More is deleted all the same, but is too much for the journal to give back.
_MOST_GIVEN_BACK = 3_000
CHANGED = "Le cahier ou ce relevé a changé entre-temps : rien n’a été pointé. Relisez cette page, puis confirmez."


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
        first_day=first, last_day=first, told=0, at=now(), who=actor.name[:200],
    ).execute()  # fmt: skip
    if part is not None and file.statement is not None:
        _keep_lines(actor, key, number, file.statement, part)
    return Taken(number, is_new=True)


@writing
def _read_again(actor: Actor, key: YearKey, number: int, mapping: str, statement: Statement) -> None:
    open_cahier(key)
    row, part = _statement_row(key, number), _part(key, statement)
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
            "reference": staged.line.reference, "running": staged.running,
        }
        for rank, staged in enumerate(new)
    ]  # fmt: skip
    for some in chunked(rows, 200):
        BankLine.insert_many(some).execute()
    BankStatement.update(
        kind=statement.kind[:20], account=statement.account[:60], first_day=part.lines[0].line.day,
        last_day=part.last_day, opening=part.opening, closing=part.closing, told=len(part.lines),
        known=len(part.lines) - len(new), outside=part.outside, version=BankStatement.version + 1,
    ).where(key.of(BankStatement), BankStatement.number == number).execute()  # fmt: skip
    after = {"lignes": len(new)}
    journal(actor, key, "lecture", f"releve-importe:{number}", after=after, undoable=False)


# ---- Ticking what was proposed


@writing
def confirm(actor: Actor, key: YearKey, number: int, seal: str) -> tuple[int, int]:
    """Tick all that is sure in a statement, as it was shown under `seal`; give how many lines, and the step."""
    year = open_cahier(key)
    row = _statement_row(key, number)
    lines = list(
        BankLine.select()
        .where(key.of(BankLine), BankLine.statement == number, BankLine.state == WAITING, BankLine.confidence == SURE)
        .order_by(BankLine.rank)
    )
    links = _links(key, number)
    offered = [(line, links[line.number]) for line in lines if line.number in links]
    ready = [(line, rows) for line, refs in offered if (rows := _good(key, line, refs))]
    if not ready or seal_of((line.number, links[line.number]) for line, _ in ready) != seal:
        raise Conflict(CHANGED)
    for line, rows in ready:
        _tick(key, line, rows)
    _use(key, row)
    _take_balance(key, year, row)
    told = {"fichier": row.name, "lignes": len(ready), "montant": format_euros(sum(line.amount for line, _ in ready))}
    return len(ready), journal(actor, key, "rapprochement", f"releve-importe:{number}", after=told)


def _links(key: YearKey, number: int) -> dict[int, list[Ref]]:
    inside = BankLine.select(BankLine.number).where(key.of(BankLine), BankLine.statement == number)
    found: dict[int, list[Ref]] = {}
    query = BankLink.select(BankLink.line, BankLink.kind, BankLink.operation).where(
        key.of(BankLink), BankLink.option == CHOSEN, BankLink.line.in_(inside)
    )
    for line, kind, operation in fetch(query.order_by(BankLink.line, BankLink.kind, BankLink.operation)):
        found.setdefault(line, []).append((kind, operation))
    return found


def _good(key: YearKey, line: BankLine, refs: Sequence[Ref]) -> list[Any]:
    """Give the rows of the operations that a line settles; none when one of them is not what it was."""
    rows = [_row(key, ref) for ref in refs]
    good = [row for row in rows if row is not None and row.ticked_on is None]
    return good if len(good) == len(refs) and sum(map(_moved, good)) == line.amount else []


def _row(key: YearKey, ref: Ref) -> Any:
    kind, number = ref
    if kind == ENTRY:
        return Entry.get_or_none(key.of(Entry), Entry.number == number, Entry.struck_at.is_null())
    return PriorOperation.get_or_none(key.of(PriorOperation), PriorOperation.number == number)


def _moved(row: Any) -> int:
    return int(row.bank if isinstance(row, Entry) else row.amount)


def _tick(key: YearKey, line: BankLine, rows: Iterable[Any]) -> None:
    """Tick operations on the day of the bank's line; the amount is noted too, so that an undo never ticks another."""
    for row in rows:
        seen = "bank" if isinstance(row, Entry) else "amount"
        change_row(type(row), key, row, ticked_on=as_day(line.day), **{seen: getattr(row, seen)})
    change_row(BankLine, key, line, state=TICKED)


def _use(key: YearKey, row: BankStatement) -> None:
    """Note that a statement was used: its columns are no longer corrected, and what was shown of it is old."""
    BankStatement.update(rows="", version=BankStatement.version + 1).where(
        key.of(BankStatement), BankStatement.number == row.number
    ).execute()


def _take_balance(key: YearKey, year: Year, row: BankStatement) -> None:
    """Take the balance of the latest statement for the one that the cahier is compared with."""
    if row.closing is None or (year.statement_day is not None and year.statement_day > row.last_day):
        return
    if (year.statement_day, year.statement_balance) != (row.last_day, row.closing):
        change_row(Year, key, year, statement_day=row.last_day, statement_balance=row.closing)


@writing
def take_balance(actor: Actor, key: YearKey, number: int) -> int:
    """Take the balance of a statement for that of the last one. Gives the step."""
    year, row = open_cahier(key), _statement_row(key, number)
    if row.closing is None:
        raise Refusal("Ce fichier ne dit pas le solde du compte.")
    before = None if year.statement_day is None else [str(year.statement_day), year.statement_balance]
    change_row(Year, key, year, statement_day=row.last_day, statement_balance=row.closing)
    return journal(actor, key, "relevé", "releve", before, [str(row.last_day), row.closing])


@writing
def settle(actor: Actor, key: YearKey, number: int, refs: Sequence[Ref]) -> int:
    """Tick the operations that somebody says a line settles; they must be of its amount. Gives the step."""
    year, line = open_cahier(key), row_of(BankLine, key, number)
    if line.state == TICKED and _good_ticked(key, line):
        raise Conflict("Cette ligne du relevé est déjà pointée.")
    rows = [_row(key, ref) for ref in refs]
    if not rows or None in rows:
        raise NotFound("Cette écriture n’existe plus au cahier : relisez la page.")
    if any(row.ticked_on is not None for row in rows):
        raise Conflict("Une de ces écritures vient d’être pointée : relisez la page.")
    made = sum(map(_moved, rows))
    if made != line.amount:
        raise Refusal(f"Ces écritures font {format_euros(made)}, la ligne du relevé {format_euros(line.amount)}.")
    delete_rows(BankLink, key, BankLink.line == number)
    for kind, operation in refs:
        insert_row(BankLink, key, line=number, option=CHOSEN, kind=kind, operation=operation)
    _tick(key, line, rows)
    statement = _statement_row(key, line.statement)
    _use(key, statement)
    _take_balance(key, year, statement)
    told = {"libelle": line.label, "montant": format_euros(line.amount)}
    return journal(actor, key, "pointage", f"ligne-de-releve:{number}", after=told)


def _good_ticked(key: YearKey, line: BankLine) -> bool:
    links = BankLink.select(BankLink.kind, BankLink.operation).where(
        key.of(BankLink), BankLink.line == line.number, BankLink.option == CHOSEN
    )
    rows = [_row(key, (kind, operation)) for kind, operation in fetch(links)]
    return bool(rows) and all(row is not None and row.ticked_on is not None for row in rows)


# ---- What a person decides of one line


@writing
def refuse(actor: Actor, key: YearKey, number: int) -> int | None:
    """Say that a line does not settle what is proposed for it: that is never proposed again. Gives the step."""
    open_cahier(key)
    line = row_of(BankLine, key, number)
    mine = (key.of(BankLink), BankLink.line == number)
    chosen = list(BankLink.select().where(*mine, BankLink.option == CHOSEN))
    if line.state != WAITING or not chosen:
        return None
    lowest = BankLink.select().where(*mine).order_by(BankLink.option).first().option
    delete_rows(BankLink, key, BankLink.line == number, BankLink.option == CHOSEN)
    for link in chosen:
        place = {"line": number, "kind": link.kind, "operation": link.operation}
        insert_row(BankLink, key, option=min(lowest, CHOSEN) - 1, **place)
    _say(key, number, "vous avez écarté ce qui était proposé")
    _use_of(key, line)
    return journal(actor, key, "mise à l’écart", f"ligne-de-releve:{number}", after={"libelle": line.label})


@writing
def put_aside(actor: Actor, key: YearKey, number: int, aside: bool) -> int | None:
    """Leave a line without looking for what it settles, or look for it again. Gives the step."""
    open_cahier(key)
    line = row_of(BankLine, key, number)
    wanted, now_is = (ASIDE, WAITING) if aside else (WAITING, ASIDE)
    if line.state != now_is:
        return None
    change_row(BankLine, key, line, state=wanted)
    _use_of(key, line)
    action = "mise de côté" if aside else "reprise"
    return journal(actor, key, action, f"ligne-de-releve:{number}", after={"libelle": line.label})


def _say(key: YearKey, number: int, reason: str) -> None:
    """Offer a line for a look rather than as sure; the next search says better, so that no undo minds this."""
    BankLine.update(confidence=TO_CHECK, reason=reason).where(key.of(BankLine), BankLine.number == number).execute()


def _use_of(key: YearKey, line: BankLine) -> None:
    """What was shown of the statement of a line is old now."""
    BankStatement.update(version=BankStatement.version + 1).where(
        key.of(BankStatement), BankStatement.number == line.statement
    ).execute()


@writing
def untick(actor: Actor, key: YearKey, number: int) -> int | None:
    """Take the ticks of one line back: it waits again, with the same operations proposed. Gives the step."""
    open_cahier(key)
    line = row_of(BankLine, key, number)
    if line.state != TICKED:
        return None
    _untick(key, [line])
    change_row(BankLine, key, line, state=WAITING)
    _say(key, number, "dépointée")
    _use_of(key, line)
    return journal(actor, key, "dépointage", f"ligne-de-releve:{number}", after={"libelle": line.label})


def _untick(key: YearKey, lines: Sequence[BankLine]) -> int:
    """Take the ticks of lines back; give how many operations lost theirs."""
    numbers = [line.number for line in lines]
    refs: list[Ref] = []
    for some in chunked(numbers, 400):
        links = BankLink.select(BankLink.kind, BankLink.operation).where(
            key.of(BankLink), BankLink.option == CHOSEN, BankLink.line.in_(some)
        )
        refs += [(kind, operation) for kind, operation in fetch(links)]
    ticked = [row for ref in refs if (row := _row(key, ref)) is not None and row.ticked_on is not None]
    for row in ticked:
        seen = "bank" if isinstance(row, Entry) else "amount"
        change_row(type(row), key, row, ticked_on=None, **{seen: getattr(row, seen)})
    return len(ticked)


@writing
def remove(actor: Actor, key: YearKey, number: int) -> tuple[int, int]:
    """Delete a statement that was read; the ticks that were made from it go too. Gives how many, and the step."""
    open_cahier(key)
    row = _statement_row(key, number)
    inside = BankLine.select(BankLine.number).where(key.of(BankLine), BankLine.statement == number)
    lines = list(BankLine.select().where(key.of(BankLine), BankLine.statement == number, BankLine.state == TICKED))
    unticked = _untick(key, lines)
    undoable = inside.count() <= _MOST_GIVEN_BACK
    delete_rows(BankLink, key, BankLink.line.in_(inside))
    delete_rows(BankLine, key, BankLine.statement == number)
    delete_rows(BankStatement, key, BankStatement.number == number)
    told = {"fichier": row.name, "depointees": unticked}
    step = journal(actor, key, "suppression", f"releve-importe:{number}", told, undoable=undoable)
    return unticked, step if undoable else 0


@writing
def made_from(key: YearKey, number: int, entry: int) -> None:
    """Propose for a line the entry that was typed from it, if it is of its amount: it only has to be confirmed."""
    open_cahier(key)
    line = row_of(BankLine, key, number)
    row = _row(key, (ENTRY, entry))
    if line.state != WAITING or row is None or row.bank != line.amount or row.ticked_on is not None:
        return
    mine = (key.of(BankLine), BankLine.number == number)
    BankLink.delete().where(key.of(BankLink), BankLink.line == number, BankLink.option >= CHOSEN).execute()
    BankLink.insert(**key._asdict(), line=number, option=CHOSEN, kind=ENTRY, operation=entry).execute()
    BankLine.update(confidence=SURE, reason="saisie depuis cette ligne").where(*mine).execute()
    note_new_basis(key, line.statement, entry)
    _use_of(key, line)


def _statement_row(key: YearKey, number: int) -> Any:
    row = BankStatement.get_or_none(key.of(BankStatement), BankStatement.number == number)
    if row is None:
        raise NotFound("Ce relevé n’est plus là : il a été supprimé.")
    return row
