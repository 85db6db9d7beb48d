"""What the lines of a statement settle, ticked: all that is sure at once, one line by hand, and taken back.

What is confirmed is what was kept and shown: each operation is looked at again inside the transaction, and one that
changed refuses the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from peewee import chunked

from retkoop.actions.guard import change_row, delete_rows, insert_row, journal, open_cahier, row_of
from retkoop.actions.statement_proposals import note_new_basis
from retkoop.audit import Actor
from retkoop.db import fetch, writing
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.file_tables import CHOSEN, BankLine, BankLink, BankStatement
from retkoop.matching import SURE, TO_CHECK
from retkoop.matching.model import ENTRY, PRIOR, Operation
from retkoop.models import Entry, PriorOperation, Year, YearKey, as_day
from retkoop.money import format_euros
from retkoop.statement_board import ASIDE, SEEN, TICKED, WAITING, Ref, seal_of, takes_over

CHANGED = "Le cahier ou ce relevé a changé entre-temps : rien n’a été pointé. Relisez cette page, puis confirmez."


@writing
def confirm(actor: Actor, key: YearKey, number: int, seal: str) -> tuple[int, int]:
    """Tick all that is sure in a statement, as it was shown under `seal`; give how many lines, and the step."""
    year = open_cahier(key)
    row = statement_row(key, number)
    lines = list(
        BankLine.select()
        .where(key.of(BankLine), BankLine.statement == number, BankLine.state == WAITING, BankLine.confidence == SURE)
        .order_by(BankLine.rank)
    )
    links = _links(key, number)
    ready, used = [], set[Ref]()
    for line in lines:
        refs = links.get(line.number, [])
        rows = [] if used.intersection(refs) else _good(key, line, refs)
        if rows:
            used.update(refs)
            ready.append((line, rows))
    if not ready or seal_of((line, [_operation(row) for row in rows]) for line, rows in ready) != seal:
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
        # What does not move the bank is not seen there.
        return Entry.get_or_none(key.of(Entry), Entry.number == number, Entry.struck_at.is_null(), Entry.bank != 0)
    return PriorOperation.get_or_none(key.of(PriorOperation), PriorOperation.number == number)


def _moved(row: Any) -> int:
    return int(row.bank if isinstance(row, Entry) else row.amount)


def _operation(row: Any) -> Operation:
    """Give a row as the page shows it."""
    kind = ENTRY if isinstance(row, Entry) else PRIOR
    return Operation(kind, row.number, as_day(row.day), row.label, _moved(row), row.cheque)


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
    same = (year.statement_day, year.statement_balance) == (row.closing_day, row.closing)
    if row.closing is not None and not same and takes_over(row.closing_day, row.last_day, year.statement_day):
        change_row(Year, key, year, statement_day=row.closing_day, statement_balance=row.closing)


@writing
def take_balance(actor: Actor, key: YearKey, number: int) -> int:
    """Take the balance of a statement for that of the last one. Gives the step."""
    year, row = open_cahier(key), statement_row(key, number)
    if row.closing is None:
        raise Refusal("Ce fichier ne dit pas le solde du compte.")
    before = None if year.statement_day is None else [str(year.statement_day), year.statement_balance]
    change_row(Year, key, year, statement_day=row.closing_day, statement_balance=row.closing)
    return journal(actor, key, "relevé", "releve", before, [str(row.closing_day), row.closing])


@writing
def settle(actor: Actor, key: YearKey, number: int, refs: Sequence[Ref]) -> int:
    """Tick the operations that somebody says a line settles; they must be of its amount. Gives the step."""
    year, line = open_cahier(key), row_of(BankLine, key, number)
    if _is_settled(key, line):
        raise Conflict("Cette ligne du relevé est déjà pointée.")
    # Of a group, some may be ticked still: they are no longer what the line settles.
    if line.state == TICKED:
        take_ticks_back(key, [line])
    rows = [_row(key, ref) for ref in refs]
    if not rows or None in rows:
        raise NotFound("Cette écriture n’existe plus au cahier : relisez la page.")
    if any(row.ticked_on is not None for row in rows):
        raise Conflict("Une de ces écritures vient d’être pointée : relisez la page.")
    made = sum(map(_moved, rows))
    if made != line.amount:
        raise Refusal(f"Ces écritures font {format_euros(made)}, la ligne du relevé {format_euros(line.amount)}.")
    delete_rows(BankLink, key, BankLink.line == number, BankLink.option >= CHOSEN)
    for kind, operation in refs:
        insert_row(BankLink, key, line=number, option=CHOSEN, kind=kind, operation=operation)
    _tick(key, line, rows)
    statement = statement_row(key, line.statement)
    _use(key, statement)
    _take_balance(key, year, statement)
    told = {"libelle": line.label, "montant": format_euros(line.amount)}
    return journal(actor, key, "pointage", f"ligne-de-releve:{number}", after=told)


def _is_settled(key: YearKey, line: BankLine) -> bool:
    """Tell a line whose operations are all ticked, by it or by hand."""
    if line.state not in (TICKED, SEEN):
        return False
    rows = [_row(key, ref) for ref in _refs_of(key, line)]
    return bool(rows) and all(row is not None and row.ticked_on is not None for row in rows)


def _refs_of(key: YearKey, line: BankLine) -> list[Ref]:
    links = BankLink.select(BankLink.kind, BankLink.operation).where(
        key.of(BankLink), BankLink.line == line.number, BankLink.option == CHOSEN
    )
    return [(kind, operation) for kind, operation in fetch(links)]


# ---- What a person decides of one line


@writing
def refuse(actor: Actor, key: YearKey, number: int) -> int | None:
    """Say that a line does not settle what is proposed for it: that is never proposed again. Gives the step."""
    open_cahier(key)
    line = row_of(BankLine, key, number)
    mine = (key.of(BankLink), BankLink.line == number)
    chosen = list(BankLink.select().where(*mine, BankLink.option == CHOSEN))
    if line.state == ASIDE or _is_settled(key, line) or not chosen:
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
    if (line.state == ASIDE) == aside or _is_settled(key, line):
        return None
    if line.state == TICKED:
        take_ticks_back(key, [line])
    change_row(BankLine, key, line, state=ASIDE if aside else WAITING)
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
    take_ticks_back(key, [line])
    # Noted as they are: an undo of this finds them so, or refuses.
    for kind, operation in _refs_of(key, line):
        link = (BankLink.option == CHOSEN, BankLink.kind == kind, BankLink.operation == operation)
        delete_rows(BankLink, key, BankLink.line == number, *link)
        insert_row(BankLink, key, line=number, option=CHOSEN, kind=kind, operation=operation)
    change_row(BankLine, key, line, state=WAITING)
    _say(key, number, "dépointée")
    _use_of(key, line)
    return journal(actor, key, "dépointage", f"ligne-de-releve:{number}", after={"libelle": line.label})


def take_ticks_back(key: YearKey, lines: Sequence[BankLine]) -> int:
    """Take back the ticks that lines made, on their days; give how many operations lost theirs.

    What somebody unticked since, and ticked again by hand, bears another day, and stays.
    """
    days = {line.number: as_day(line.day) for line in lines}
    links: list[tuple[int, str, int]] = []
    for some in chunked(days, 400):
        query = BankLink.select(BankLink.line, BankLink.kind, BankLink.operation)
        links += fetch(query.where(key.of(BankLink), BankLink.option == CHOSEN, BankLink.line.in_(some)))
    count = 0
    for line, kind, operation in links:
        row = _row(key, (kind, operation))
        if row is not None and as_day(row.ticked_on) == days[line]:
            seen = "bank" if kind == ENTRY else "amount"
            change_row(type(row), key, row, ticked_on=None, **{seen: getattr(row, seen)})
            count += 1
    return count


@writing
def made_from(key: YearKey, number: int, entry: int) -> bool:
    """Propose for a line the entry that was typed from it: it only has to be confirmed.

    Tells whether it is; it is not when it is of another amount, nor when the line waits no more.
    """
    open_cahier(key)
    line = row_of(BankLine, key, number)
    row = _row(key, (ENTRY, entry))
    if line.state != WAITING or row is None or row.bank != line.amount or row.ticked_on is not None:
        return False
    mine = (key.of(BankLine), BankLine.number == number)
    BankLink.delete().where(key.of(BankLink), BankLink.line == number, BankLink.option >= CHOSEN).execute()
    elsewhere = (key.of(BankLink), BankLink.kind == ENTRY, BankLink.operation == entry, BankLink.option >= CHOSEN)
    BankLink.delete().where(*elsewhere).execute()
    BankLink.insert(**key._asdict(), line=number, option=CHOSEN, kind=ENTRY, operation=entry).execute()
    BankLine.update(confidence=SURE, reason="saisie depuis cette ligne").where(*mine).execute()
    note_new_basis(key, line.statement, entry)
    _use_of(key, line)
    return True


def statement_row(key: YearKey, number: int) -> Any:
    """Find a statement of a year, or refuse."""
    row = BankStatement.get_or_none(key.of(BankStatement), BankStatement.number == number)
    if row is None:
        raise NotFound("Ce relevé n’est plus là : il a été supprimé.")
    return row
