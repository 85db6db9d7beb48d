"""PURE. OFX 1 (SGML, whatever its head says) and OFX 2 (XML), read as a run of tags and values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
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

# A « < » that begins no tag belongs to the label it stands in. The bounds keep a file from being read over and over.
_TAG = re.compile(r"<(?:(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9._]{0,31})(?![A-Za-z0-9._])[^<>]{0,200}>|(?=[!?]))")
_END = re.compile(r"</OFX\s*>", re.IGNORECASE)
_MOST_TOKENS = 40 * MOST_LINES
_OPERATION = "STMTTRN"
_BLOCKS = ("STMTRS", "CCSTMTRS")
Token = tuple[str, bool, str, int]


def is_ofx(text: str) -> bool:
    """Tell an OFX file by its beginning."""
    head = text[:4_000].upper()
    return "OFXHEADER" in head or "<OFX>" in head


def read_ofx(text: str) -> Statement:
    """Read the statement of the one account of a file."""
    if not _END.search(text):
        raise UnreadableStatement("Ce fichier OFX est coupé : sa fin manque. Téléchargez-le de nouveau.", _last(text))
    return combined([_statement(block) for block in _blocks(_tokens(text))])


def _last(text: str) -> int:
    return text.rstrip().count("\n") + 1


def _tokens(text: str) -> Iterator[Token]:
    """Give each tag: its name, whether it ends, its value, its line."""
    line, place = 1, 0
    tag: re.Match[str] | None = None
    for found in _TAG.finditer(text):
        if tag:
            yield tag["name"].upper(), bool(tag["end"]), text[tag.end() : found.start()].strip(), line
        line += text.count("\n", place, found.start())
        place = found.start()
        tag = found if found["name"] else None
    if tag:
        yield tag["name"].upper(), bool(tag["end"]), text[tag.end() :].strip(), line


def _blocks(tokens: Iterable[Token]) -> Iterator[list[Token]]:
    """Cut a file into the statements of its accounts."""
    block: list[Token] | None = None
    operations = 0
    for count, token in enumerate(tokens):
        name, end, _, line = token
        if name in _BLOCKS:
            if block:
                yield block
            block, operations = None if end else [], 0
        elif block is not None:
            block.append(token)
            operations += name == _OPERATION and not end
        if operations > MOST_LINES or count > _MOST_TOKENS:
            raise too_many(line)
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
