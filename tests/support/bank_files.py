"""Files of a bank in tests: written, read, shown as their page shows them, confirmed."""

from __future__ import annotations

from datetime import date

from retkoop.actions import bank_statements, statement_ticks
from retkoop.actions.statement_proposals import book_of
from retkoop.file_tables import BankLine
from retkoop.models import Entry, PriorOperation, YearKey
from retkoop.statement_board import Board, board
from retkoop.statement_rows import lines_of, statements_of
from tests.factories import SOMEONE, a_year, an_entry

HEAD = "Date;Libellé;Débit;Crédit\n"
CHEQUE, GRANT = ("12/11/2024", "CHEQUE 8620041", "-12,00"), ("08/11/2024", "VIR MAIRIE SUBVENTION", "300,00")
FEE = ("29/11/2024", "FRAIS TENUE DE COMPTE", "-3,10")


def a_bank_year() -> YearKey:
    """Give a year with a cheque, a transfer in, and two subscriptions of the same amount."""
    key = a_year()
    an_entry(key, label="Librairie", bank=-1_200, cheque="8620041", voucher="01")
    an_entry(key, label="Mairie – Subvention", bank=30_000, allocations=(), voucher="02", day=date(2024, 11, 6))
    an_entry(key, label="Famille A", bank=2_500, allocations=(), voucher="03", day=date(2024, 11, 7))
    an_entry(key, label="Famille B", bank=2_500, allocations=(), voucher="04", day=date(2024, 11, 7))
    return key


def a_file(*lines: tuple[str, str, str], closing: str = "") -> bytes:
    """Write a CSV as a bank does: day, label, signed amount."""
    rows = [f"{day};{label};{amount[1:] if amount[0] == '-' else ''};{amount if amount[0] != '-' else ''}"
            for day, label, amount in lines]  # fmt: skip
    foot = [f"Solde au 30/11/2024;{closing};;"] if closing else []
    return (HEAD + "\n".join([*rows, *foot]) + "\n").encode()


def taken(key: YearKey, data: bytes, name: str = "releve.csv") -> int:
    """Read a file and give the number of its statement."""
    return bank_statements.take_in(SOMEONE, key, name, data).number


def shown(key: YearKey, number: int) -> Board:
    """Give what the page of a statement shows."""
    statement = next(one for one in statements_of(key) if one.number == number)
    return board(statement, lines_of(key, BankLine.statement == number), book_of(key))


def confirmed(key: YearKey, number: int) -> int:
    """Confirm what is sure, as it is shown, and give the step."""
    return statement_ticks.confirm(SOMEONE, key, number, shown(key, number).seal)[1]


def ticks(key: YearKey) -> dict[str, date | None]:
    """Give the day on which each operation was seen, by its label."""
    rows = [*Entry.select().where(key.of(Entry)), *PriorOperation.select().where(key.of(PriorOperation))]
    return {row.label: row.ticked_on for row in rows}
