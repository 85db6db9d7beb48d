"""PURE. CFONB 120: records of 120 characters, 01 former balance, 04 operation, 05 its detail, 07 new balance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

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
from retkoop.statements.values import read_day

WIDTH = 120
# The last digit bears the sign; é and è are the braces of French sets of characters.
_PLUS, _MINUS = "{ABCDEFGHI", "}JKLMNOPQR"
_CHEQUE = "01"


def is_cfonb(text: str) -> bool:
    """Tell a CFONB file by its first record."""
    head = text.lstrip("\r\n")[:WIDTH]
    return re.match(r"0[147][0-9A-Z]{5}.{9}[A-Z ]{3}", head) is not None and len(head.splitlines()[0].rstrip()) > 90


@dataclass(slots=True)
class _Account:
    """What is read so far of one account."""

    name: str
    currency: str
    opening: Balance | None = None
    closing: Balance | None = None
    operations: list[tuple[int, str, list[str]]] = field(default_factory=list)


def read_cfonb(text: str) -> Statement:
    """Read the records of one account; a file cut before its last balance is refused."""
    parts: list[_Account] = []
    count = number = 0
    for number, record in _records(text):
        code = record[:2]
        if code == "01" or not parts or parts[-1].closing:
            parts.append(_Account(one_line(f"{record[2:7]} {record[11:16]} {record[21:32]}"), record[16:19].strip()))
        part = parts[-1]
        if code == "01":
            part.opening = _balance(record, number)
        elif code == "04":
            part.operations.append((number, record, []))
            count += 1
        elif code == "05" and part.operations:
            part.operations[-1][2].append(record)
        elif code == "07":
            part.closing = _balance(record, number)
        if count > MOST_LINES:
            raise too_many(number)
    if not parts or parts[-1].closing is None:
        raise UnreadableStatement("Ce fichier CFONB est coupé : le nouveau solde (07) manque.", number)
    return combined([_statement(part) for part in parts])


def _records(text: str) -> Iterator[tuple[int, str]]:
    """Give each record with its number; some banks put no end of line between them."""
    lines = text.splitlines()
    if len(lines) == 1 and len(lines[0]) > WIDTH:
        lines = [lines[0][place : place + WIDTH] for place in range(0, len(lines[0]), WIDTH)]
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if line[:2] not in ("01", "04", "05", "07"):
            raise UnreadableStatement("Cette ligne n’est pas un enregistrement CFONB (01, 04, 05 ou 07).", number)
        if len(line.rstrip()) > WIDTH or (line[:2] != "05" and len(line) < 104):
            raise UnreadableStatement(f"Cette ligne CFONB n’a pas {WIDTH} caractères.", number)
        yield number, line.ljust(WIDTH)


def _statement(part: _Account) -> Statement:
    lines = [_line(*operation) for operation in part.operations]
    return Statement(
        lines=chronological([line for line in lines if line.amount]),
        opening=part.opening, closing=part.closing, account=part.name, currency=part.currency or "EUR", kind="CFONB",
    )  # fmt: skip


def _line(number: int, record: str, details: list[str]) -> BankLine:
    day = read_day(_spaced(record[34:40]))
    if day is None:
        raise UnreadableStatement("La date de cette opération n’est pas lisible.", number)
    label = joined(
        (record[48:79], *(detail[48:118] for detail in details if detail[45:48] in ("LIB", "   ", "NPY", "LCC")))
    )
    written = record[81:88].strip()
    cheque = written if record[32:34] == _CHEQUE and written.strip("0") else ""
    amount, value_day = _amount(record, number), read_day(_spaced(record[42:48]))
    return BankLine(day, label, amount, cheque, one_line(record[104:120]), value_day, number)


def _spaced(text: str) -> str:
    """Write `310825` as a day that is read."""
    return f"{text[:2]}/{text[2:4]}/{text[4:6]}"


def _balance(record: str, number: int) -> Balance:
    return Balance(_amount(record, number), read_day(_spaced(record[34:40])))


def _amount(record: str, number: int) -> int:
    digits, last = record[90:103], record[103].translate(str.maketrans("éèÉÈ", "{}{}"))
    decimals = record[19] if record[19].strip() else "2"
    if not re.fullmatch(r"[0-9 ]{13}", digits) or last not in _PLUS + _MINUS or decimals != "2":
        raise UnreadableStatement("Le montant de cette ligne n’est pas lisible.", number)
    sign = 1 if last in _PLUS else -1
    amount = int(digits.replace(" ", "0") + str((_PLUS if sign > 0 else _MINUS).index(last)))
    if amount > 10**11:
        raise UnreadableStatement("Le montant de cette ligne est trop grand.", number)
    return sign * amount
