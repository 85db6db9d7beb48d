"""PURE. OFX 1 (SGML, whatever its head says) and OFX 2 (XML), read as a run of tags and values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html import unescape

from retkoop.statements.model import (
    MOST_LINES,
    Balance,
    BankLine,
    Statement,
    UnreadableStatement,
    chronological,
    combined,
    joined,
    one_line,
    too_many,
)  # fmt: skip
from retkoop.statements.values import decimal_mark, read_cents, read_day

# A « < » that begins no tag belongs to the label it stands in.
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9._]*)[^<>]*>(?P<value>(?:[^<]|<(?![/A-Za-z!?]))*)")
_OPERATION = "STMTTRN"
_BLOCKS = ("STMTRS", "CCSTMTRS")
Token = tuple[str, bool, str, int]


def is_ofx(text: str) -> bool:
    """Tell an OFX file by its beginning."""
    head = text[:4_000].upper()
    return "OFXHEADER" in head or "<OFX>" in head


def read_ofx(text: str) -> Statement:
    """Read the statement of the one account of a file."""
    tokens = list(_tokens(text))
    if not any(name == "OFX" and end for name, end, _, _ in tokens):
        raise UnreadableStatement("Ce fichier OFX est coupé : sa fin manque. Téléchargez-le de nouveau.", _last(text))
    return combined([_statement(block) for block in _blocks(tokens)])


def _last(text: str) -> int:
    return text.rstrip().count("\n") + 1


def _tokens(text: str) -> Iterator[Token]:
    """Give each tag: its name, whether it ends, its value, its line."""
    line, place = 1, 0
    for found in _TAG.finditer(text):
        line += text.count("\n", place, found.start())
        place = found.start()
        yield found["name"].upper(), bool(found["end"]), found["value"].strip(), line


def _blocks(tokens: list[Token]) -> Iterator[list[Token]]:
    """Cut a file into the statements of its accounts."""
    block: list[Token] | None = None
    for token in tokens:
        name, end = token[:2]
        if name in _BLOCKS:
            if block:
                yield block
            block = None if end else []
        elif block is not None:
            block.append(token)
    if block:
        yield block


def _statement(block: list[Token]) -> Statement:
    operations: list[tuple[int, dict[str, str]]] = []
    around: dict[str, str] = {}
    current: dict[str, str] | None = None
    balance = ""
    for name, end, value, line in block:
        if name == _OPERATION:
            current = None if end else {}
            if current is not None:
                operations.append((line, current))
        elif end:
            current = None if name == "BANKTRANLIST" else current
        elif name in ("LEDGERBAL", "AVAILBAL"):
            current, balance = None, name
        elif value and current is not None:
            current.setdefault(name, value)
        elif value:
            around.setdefault(f"{balance} {name}".strip(), value)
    if len(operations) > MOST_LINES:
        raise too_many(operations[MOST_LINES][0])
    mark = decimal_mark(values.get("TRNAMT", "") for _, values in operations)
    lines = [_line(values, line, mark) for line, values in operations]
    return Statement(
        lines=chronological([line for line in lines if line.amount]),
        closing=_closing(around),
        account=one_line(around.get("ACCTID", "")),
        currency=around.get("CURDEF", "EUR").upper(),
        kind="OFX",
    )


def _line(values: dict[str, str], line: int, mark: str) -> BankLine:
    day = _day(values.get("DTPOSTED", ""))
    amount = read_cents(values.get("TRNAMT", ""), mark)
    if day is None:
        raise UnreadableStatement("La date de cette opération (DTPOSTED) manque ou n’est pas lisible.", line)
    if amount is None:
        raise UnreadableStatement("Le montant de cette opération (TRNAMT) manque ou n’est pas lisible.", line)
    label = joined(unescape(values.get(name, "")) for name in ("NAME", "PAYEE", "MEMO"))
    cheque, reference = one_line(values.get("CHECKNUM", "")), one_line(values.get("FITID", ""))
    return BankLine(day, label, amount, cheque, reference, line=line)


def _day(text: str) -> date | None:
    return read_day(text[:8]) or read_day(text)


def _closing(around: dict[str, str]) -> Balance | None:
    text = around.get("LEDGERBAL BALAMT", "")
    amount = read_cents(text, decimal_mark([text]))
    return None if amount is None else Balance(amount, _day(around.get("LEDGERBAL DTASOF", "")))
