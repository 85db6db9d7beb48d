"""PURE. Statements as tables, CSV or spreadsheet, with whatever the bank writes above and below the operations."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import replace

from retkoop import coop_table
from retkoop.coop_table import MOST_COLUMNS, TextRow
from retkoop.statements.columns import Mapping, cell, propose
from retkoop.statements.model import (
    MOST_LINES,
    Balance,
    BankLine,
    Statement,
    UnreadableStatement,
    chronological,
    joined,
    one_line,
    too_many,
)  # fmt: skip
from retkoop.statements.values import decimal_mark, plain, read_cents, read_day

_SEPARATORS = ";\t,|"
_BALANCE = re.compile(r"\bsolde\b|\bbalance\b")
_BALANCE_LINE = re.compile(r"^(ancien |nouveau )?solde\b|^(opening|closing) balance|^total\b")
_BEFORE = re.compile(r"ancien|debut|initial|precedent|ouverture|depart|opening|report")
# A shop may be called « Total », and « solde de tout compte » is paid: a dated amount is a balance by such words alone.
_ONLY_BALANCE = re.compile(
    r"(?:(?:ancien|nouveau|votre)\s)*(?:soldes?|balance|total|totaux)\b(?:\W|\d|eur|euros?|au|aux|du|de|des|le|la|en|a|fin"
    r"|debut|precedent|anterieur|initial|final|crediteur|debiteur|comptable|reel|disponible|reporte|report|depart|ouverture"
    r"|cloture|periode|compte|operations|mouvements|debits?|credits?|janvier|fevrier|mars|avril|mai|juin|juillet|aout"
    r"|septembre|octobre|novembre|decembre)*"
)
_DAY_IN = re.compile(r"\b\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d\d)\b|\b\d{4}[-/.]\d\d[-/.]\d\d\b")
_MONEY_IN = re.compile(r"[-+]?(?:\d{1,3}(?:[ .,\u00a0\u202f'’]\d{3})+|\d+)[.,]\d\d(?!\d|[-/.]\d)")
_NUMBER = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9 ]{10,30}|\b\d{5,}[0-9A-Z]*\b")


def read_csv(text: str, mapping: Mapping | None = None) -> Statement:
    """Read a CSV; without a mapping, the one that is proposed."""
    rows = csv_rows(text)
    return _statement(rows, mapping or _proposed(rows), "CSV")


def read_sheet(data: bytes, mapping: Mapping | None = None) -> Statement:
    """Read the first sheet of a workbook."""
    rows = sheet_rows(data)
    return _statement(rows, mapping or _proposed(rows), "XLSX")


def read_rows(rows: Sequence[TextRow], mapping: Mapping, kind: str) -> Statement:
    """Read the rows of a table that were kept, by what somebody says its columns hold."""
    return _statement(rows, mapping, kind)


def sheet_rows(data: bytes) -> list[TextRow]:
    """Give the rows of a workbook as texts."""
    try:
        return coop_table.read_table(data)
    except coop_table.Unreadable as refusal:
        raise UnreadableStatement(refusal.message, refusal.line if refusal.line > 1 else 0) from None


def csv_rows(text: str) -> list[TextRow]:
    """Cut a CSV into rows by the separator that its dated lines hold most."""
    if max(text.count("\n"), text.count("\r")) > MOST_LINES + 200:
        raise too_many(MOST_LINES + 201)
    sample = [line for line in text[:200_000].splitlines() if _DAY_IN.search(line)][:50] or text[:20_000].splitlines()[
        :50
    ]
    separator = max(
        _SEPARATORS, key=lambda mark: sum(min(line.count(mark), 30) for line in sample) * (1.5 if mark != "," else 1)
    )
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[TextRow] = []
    line = 1
    try:
        for cells in reader:
            if len(cells) > MOST_COLUMNS:
                raise UnreadableStatement(f"Cette ligne a plus de {MOST_COLUMNS} colonnes.", line)
            if any(map(str.strip, cells)):
                rows.append(TextRow(line, tuple(map(one_line, cells))))
            line = reader.line_num + 1
    except csv.Error as error:
        too_long = "field larger" in str(error)
        message = "Une cellule de cette ligne est bien trop longue" if too_long else "Un guillemet n’est pas refermé"
        raise UnreadableStatement(f"{message} : ce n’est pas un relevé, ou il est abîmé.", line) from None
    if not rows:
        raise UnreadableStatement("Ce fichier est vide.")
    return rows


def _proposed(rows: Sequence[TextRow]) -> Mapping:
    mapping = propose(rows)
    if not mapping.is_whole:
        raise UnreadableStatement(
            "Ce fichier n’est pas reconnu comme un relevé : aucune colonne de dates et de montants n’y est lisible.",
            rows[0].line,
        )
    return mapping


class _Reading:
    """The rows of a table, read one after the other."""

    def __init__(self, mapping: Mapping, signs: tuple[int, int]) -> None:
        self.mapping = mapping
        self.signs = signs
        self.lines: list[BankLine] = []
        self.running: list[int | None] = []
        self.opening: Balance | None = None
        self.closing: Balance | None = None
        self.account = ""

    def around(self, row: TextRow, above: bool) -> None:
        """Note what a row that is no operation tells: a balance, the account."""
        said = "  ".join(row.cells)
        words = plain(said)
        if above and not self.account and re.search(r"compte|account|iban", words) and (found := _NUMBER.search(said)):
            self.account = found[0].strip()
        if not _BALANCE.search(words) or "franc" in words:
            return
        days = _DAY_IN.findall(said)
        moneys = _MONEY_IN.findall(_DAY_IN.sub(" ", said)) or [
            text for text in row.cells if read_cents(text, decimal_mark([text])) is not None
        ]
        amount = read_cents(moneys[-1], decimal_mark(moneys)) if moneys else None
        if amount is None:
            return
        balance = Balance(amount, read_day(days[-1], self.mapping.order) if days else None)
        if _BEFORE.search(words):
            self.opening = self.opening or balance
        else:
            self.closing = self.closing or balance

    def row(self, row: TextRow) -> None:
        """Read a row below the titles."""
        mapping = self.mapping
        day = read_day(cell(row, mapping.day), mapping.order)
        label = joined(cell(row, column) for column in mapping.labels)
        told = [column for column in mapping.moneys if cell(row, column)]
        if self._is_balance(row, plain(label or cell(row, mapping.day)), day is not None and bool(told)):
            self.around(row, above=False)
        elif day is None and not told:
            self._continued(row, label)
        elif day is None:
            raise UnreadableStatement("La date de cette opération manque ou n’est pas lisible.", row.line)
        else:
            amount = self._amount(row)
            if amount:
                self.lines.append(
                    BankLine(
                        day, label, amount, _cheque(cell(row, mapping.cheque)), cell(row, mapping.reference),
                        read_day(cell(row, mapping.value_day), mapping.order), row.line,
                    )
                )  # fmt: skip
                self.running.append(
                    read_cents(cell(row, mapping.balance), mapping.mark) if mapping.balance is not None else None
                )
            if len(self.lines) > MOST_LINES:
                raise too_many(row.line)

    def _is_balance(self, row: TextRow, words: str, is_dated_amount: bool) -> bool:
        if is_dated_amount:
            return _ONLY_BALANCE.fullmatch(words) is not None
        return _BALANCE_LINE.search(words) is not None or self._is_footer(row)

    def _is_footer(self, row: TextRow) -> bool:
        return re.search(r"^(ancien |nouveau )?solde|^total", plain(" ".join(row.cells))) is not None

    def _continued(self, row: TextRow, label: str) -> None:
        """Add a second line of a label to the operation above it."""
        if label and self.lines and self.lines[-1].line >= row.line - 3:
            last = self.lines[-1]
            self.lines[-1] = replace(last, label=joined((last.label, label)))

    def _amount(self, row: TextRow) -> int:
        mapping = self.mapping
        moneys = [self._cents(row, column) for column in mapping.moneys]
        if mapping.amount is not None:
            return self._sided(row, moneys[0])
        if len([amount for amount in moneys if amount]) > 1:
            raise UnreadableStatement("Cette ligne a un débit et un crédit à la fois.", row.line)
        if not any(cell(row, column) for column in mapping.moneys):
            raise UnreadableStatement("Cette ligne n’a pas de montant.", row.line)
        debit = self._cents(row, mapping.debit) * self.signs[0]
        credit = self._cents(row, mapping.credit) * self.signs[1]
        return credit - debit

    def _sided(self, row: TextRow, amount: int) -> int:
        """Give an amount its sign when a column of its own tells it."""
        if not cell(row, self.mapping.amount):
            raise UnreadableStatement("Cette ligne n’a pas de montant.", row.line)
        if self.mapping.side is None:
            return amount
        side = plain(cell(row, self.mapping.side))[:1]
        if side not in ("d", "c", "-", "+"):
            raise UnreadableStatement("Le sens de cette opération (débit ou crédit) n’est pas lisible.", row.line)
        return abs(amount) if side in "c+" else -abs(amount)

    def _cents(self, row: TextRow, column: int | None) -> int:
        text = cell(row, column)
        if not text or text in ("-", "–"):
            return 0
        amount = read_cents(text, self.mapping.mark)
        if amount is None:
            raise UnreadableStatement(f"Le montant « {text[:40]} » n’est pas lisible.", row.line)
        return amount


def _cheque(text: str) -> str:
    return text if re.fullmatch(r"\d{3,}", text) else ""


def _statement(rows: Sequence[TextRow], mapping: Mapping, kind: str) -> Statement:
    below = [row for row in rows if row.line > mapping.head]
    reading = _Reading(mapping, _signs(below, mapping))
    for row in rows:
        if row.line < mapping.head:
            reading.around(row, above=True)
    started = mapping.head > 0
    for row in below:
        # Without titles, what comes before the first dated amount is the bank's own heading.
        started = started or (read_day(cell(row, mapping.day), mapping.order) is not None and _is_filled(row, mapping))
        if started:
            reading.row(row)
        else:
            reading.around(row, above=True)
    if kind == "CSV":
        _refuse_cut(below, mapping)
    return _placed(reading, kind)


def _is_filled(row: TextRow, mapping: Mapping) -> bool:
    return any(read_cents(cell(row, column), mapping.mark) is not None for column in mapping.moneys)


def _signs(rows: Sequence[TextRow], mapping: Mapping) -> tuple[int, int]:
    """Tell whether a bank writes its débits below zero; the few of the other sign are then taken back."""
    signs = []
    dated = [
        row
        for row in rows
        if read_day(cell(row, mapping.day), mapping.order)
        and not _ONLY_BALANCE.fullmatch(plain(joined(cell(row, column) for column in mapping.labels)))
    ]
    for column in (mapping.debit, mapping.credit):
        amounts = [read_cents(cell(row, column), mapping.mark) or 0 for row in dated]
        signs.append(-1 if sum(amount < 0 for amount in amounts) > sum(amount > 0 for amount in amounts) else 1)
    return signs[0], signs[1]


def _refuse_cut(rows: Sequence[TextRow], mapping: Mapping) -> None:
    """Refuse a file that ends within an amount: all others have two decimals."""
    texts = [(row.line, cell(row, column)) for row in rows for column in mapping.moneys if cell(row, column)]
    short = [line for line, text in texts if not re.search(r"[.,]\d\d\D*$", text)]
    if len(texts) > 3 and short == [texts[-1][0]]:
        raise UnreadableStatement("Ce fichier semble coupé au milieu de cette ligne.", short[0])


def _placed(reading: _Reading, kind: str) -> Statement:
    """Put the lines in order, and tell the balances that a running balance shows."""
    lines, opening, closing = reading.lines, reading.opening, reading.closing
    running = {id(line): told for line, told in zip(lines, reading.running, strict=True)}
    if (
        all(line.day == lines[0].day for line in lines)
        and not _follows(lines, running)
        and _follows(lines[::-1], running)
    ):
        # One day alone: only the running balance shows that the newest is first.
        lines = lines[::-1]
    ordered = chronological(lines)
    if lines and _follows(ordered, running):
        first, last = running[id(ordered[0])], running[id(ordered[-1])]
        opening = opening or Balance((first or 0) - ordered[0].amount)
        closing = closing or Balance(last or 0, ordered[-1].day)
    return Statement(ordered, opening, closing, reading.account, kind=kind)


def _follows(lines: Sequence[BankLine], running: dict[int, int | None]) -> bool:
    """Tell whether each running balance is the one before it and the amount."""
    told = [running[id(line)] for line in lines]
    return None not in told and all(
        before is not None and after is not None and after - before == line.amount
        for before, after, line in zip(told, told[1:], lines[1:], strict=False)
    )
