"""Bank statements of a year by rows: for walks and counts that need one to be there."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

from retkoop.actions.statement_proposals import book_of
from retkoop.audit import now
from retkoop.file_tables import BankLine, BankLink, BankStatement, BookImport
from retkoop.models import YearKey
from retkoop.statement_board import board
from retkoop.statement_rows import lines_of, statements_of

# A table of two columns, so that its columns may still be corrected.
ROWS = '[[1,"Date","Libellé","Montant"],[2,"05/11/2024","CARTE LIBRAIRIE","-12,00"]]'
MAPPING = '{"head":1,"day":0,"value_day":null,"labels":[1],"amount":2,"side":null,"debit":null,"credit":null,' \
          '"cheque":null,"reference":null,"balance":null,"order":"jma","mark":","}'  # fmt: skip


def a_bank_statement(
    key: YearKey, number: int = 1, lines: int = 1, kind: str = "entry", operation: int = 1, confidence: str = "sure"
) -> None:
    """Store a statement of some lines, each of which settles one operation as far as is known."""
    day = date(2024, 11, 5)
    told = {"kind": "CSV", "told": lines, "opening": 100_000, "closing": 98_800, "mapping": MAPPING, "rows": ROWS}
    BankStatement.insert(
        **key._asdict(), number=number, name="releve", digest=sha256(f"{key} {number}".encode()).hexdigest(),
        first_day=day, last_day=day, closing_day=day, at=now(), who="Camille", **told,
    ).execute()  # fmt: skip
    for rank in range(lines):
        line = number * 1_000 + rank if number > 1 or rank else 1
        BankLine.insert(
            **key._asdict(), number=line, statement=number, rank=rank, day=day, label="CARTE LIBRAIRIE", amount=-1_200,
            confidence=confidence, reason="même montant",
        ).execute()  # fmt: skip
        BankLink.insert(**key._asdict(), line=line, option=0, kind=kind, operation=operation).execute()


BOOK = '[[1,"Date","Libellé","Banque"],[2,"07/11/2024","Théâtre – Entrées","-45,00"]]'
BOOK_COLUMNS = '{"head":1,"roles":{"day":0,"label":1,"bank":2},"accounts":[],"order":"jma","mark":","}'


def a_book_import(key: YearKey, number: int = 1, made: str = "") -> None:
    """Store a cahier kept elsewhere that waits in preview, or that made some entries."""
    told = {"name": "cahier", "digest": f"{number:064x}", "mapping": BOOK_COLUMNS, "rows": BOOK, "who": "Camille"}
    BookImport.insert(**key._asdict(), number=number, made=made, at=now(), **told).execute()


def seal_now(key: YearKey, number: int) -> str:
    """Give the seal of what is sure in a statement as its page shows it now."""
    statement = next(one for one in statements_of(key) if one.number == number)
    return board(statement, lines_of(key, BankLine.statement == number), book_of(key)).seal
