"""PURE. QIF: one letter and its value by line, « ^ » after each operation."""

from __future__ import annotations

import re

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
from retkoop.statements.values import day_order, decimal_mark, plain, read_cents, read_day

_BANK_TYPES = ("bank", "banque", "ccard", "cash", "oth a", "oth l")
_OPENING = re.compile(r"opening balance|solde (initial|d'ouverture|de depart|precedent)|ancien solde")
# An operation has a handful of rows.
_MOST_ROWS = 30 * MOST_LINES
Record = tuple[int, dict[str, str]]


def is_qif(text: str) -> bool:
    """Tell a QIF file by its first line that says something."""
    head = text[:2_000].lstrip()
    if head.startswith("!"):
        return head[1:].lower().startswith(("type:", "account", "option:", "clear:"))
    return re.match(r"D\d[^;,\t]{5,12}\r?\n(?:[A-Z$][^\r\n]*\r?\n){1,12}?\^", head) is not None


def read_qif(text: str) -> Statement:
    """Read the operations of a bank account."""
    records, account = _records(text)
    order = day_order(values.get("D", "").replace(" ", "") for _, values in records)
    mark = decimal_mark(values.get("T", values.get("U", "")) for _, values in records)
    opening: Balance | None = None
    lines: list[BankLine] = []
    for place, values in records:
        line = _line(place, values, order, mark)
        if _OPENING.search(plain(line.label)) and opening is None:
            opening = Balance(line.amount, line.day)
        elif line.amount:
            lines.append(line)
    return Statement(chronological(lines), opening=opening, account=account, kind="QIF")


def _records(text: str) -> tuple[list[Record], str]:
    """Give the operations as letters and values; those of lists (categories, classes) are left out."""
    if text.count("\n") > _MOST_ROWS:
        raise too_many(_MOST_ROWS)
    records: list[Record] = []
    account, section, begun = "", "bank", 0
    values: dict[str, str] = {}
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line:
            continue
        if line[0] == "!":
            section = _section(line, section)
        elif line[0] == "^":
            if section == "account":
                account = account or one_line(values.get("N", ""))
            elif section == "bank" and values:
                records.append((begun, values))
            values, begun = {}, 0
        else:
            begun = begun or number
            values.setdefault(line[0].upper(), line[1:].strip())
        if len(records) > MOST_LINES:
            raise too_many(number)
    if values and section == "bank":
        raise UnreadableStatement("Ce fichier QIF est coupé : sa dernière opération n’est pas finie (« ^ »).", begun)
    return records, account


def _section(line: str, before: str) -> str:
    word = line[1:].lower().strip()
    if word.startswith("type:"):
        return "bank" if word[5:].strip() in _BANK_TYPES else "other"
    if word.startswith("account"):
        return "account"
    return before


def _line(place: int, values: dict[str, str], order: str, mark: str) -> BankLine:
    day = read_day(values.get("D", "").replace(" ", ""), order)
    amount = read_cents(values.get("T", values.get("U", "")), mark)
    if day is None:
        raise UnreadableStatement("La date de cette opération (D) manque ou n’est pas lisible.", place)
    if amount is None:
        raise UnreadableStatement("Le montant de cette opération (T) manque ou n’est pas lisible.", place)
    number = one_line(values.get("N", ""))
    cheque = number if re.fullmatch(r"\d{3,}", number) and amount < 0 else ""
    return BankLine(day, joined((values.get("P", ""), values.get("M", ""))), amount, cheque, number, line=place)
