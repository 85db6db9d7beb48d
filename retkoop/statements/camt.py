"""PURE. CAMT.053 (ISO 20022), whatever its version: names without their namespace, no DTD, one pass."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from xml.parsers import expat

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
from retkoop.statements.values import read_cents, read_day

# A year of daily statements, and more.
_DEEPEST, _MOST_STATEMENTS = 60, 800
_BLOCKS = ("Stmt", "Rpt")
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)
# Where the words of an operation are, the surest first; several versions differ in their depth.
_LABELS = (
    "NtryDtls/TxDtls/RmtInf/Ustrd", "AddtlNtryInf", "NtryDtls/TxDtls/AddtlTxInf",
)  # fmt: skip
_PARTIES = "NtryDtls/TxDtls/RltdPties"
_CHEQUE = ("NtryDtls/TxDtls/Refs/ChqNb", "NtryDtls/TxDtls/RltdRefs/ChqNb")
Values = dict[str, list[str]]


def is_xml(text: str) -> bool:
    """Tell XML by its beginning."""
    head = text[:500].lstrip().lower()
    return head.startswith("<?xml") or head.startswith("<!doctype") or head.startswith("<document")


def read_camt(text: str) -> Statement:
    """Read the booked operations of a file; a DTD, which only attacks have here, is refused."""
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    reader.parser = parser
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        # Decoded by its content already: what the head says of its characters does not count.
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise UnreadableStatement(
            "Ce fichier XML est abîmé ou coupé : téléchargez-le de nouveau.", error.lineno
        ) from None
    if not reader.statements:
        raise UnreadableStatement("Ce fichier XML n’est pas un relevé de compte CAMT.053.")
    return combined(reader.statements)


class _Reader:
    """What expat calls; keeps one statement, one operation or one balance at a time."""

    parser: expat.XMLParserType

    def __init__(self) -> None:
        self.path: list[str] = []
        self.statements: list[Statement] = []
        self.root = 0
        self.values: Values = {}
        self.began = 0
        self.around: Values = {}
        self.lines: list[BankLine] = []
        self.balances: dict[str, Balance] = {}
        self.count = 0
        self.pieces: list[str] = []

    def doctype(self, *_: object) -> None:
        raise UnreadableStatement(
            "Ce fichier XML contient une DTD, qu’aucun relevé n’a.", self.parser.CurrentLineNumber
        )

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        self.path.append(local)
        self.pieces = []
        if len(self.path) > _DEEPEST:
            raise UnreadableStatement("Ce fichier XML est imbriqué trop profondément.", self.parser.CurrentLineNumber)
        if local in _BLOCKS and len(self.path) == 3:
            self.around, self.lines, self.balances = defaultdict(list), [], {}
        elif local in ("Ntry", "Bal") and len(self.path) == 4:
            self.values, self.began = defaultdict(list), self.parser.CurrentLineNumber
        if local == "Amt" and len(self.path) == 5 and "Ccy" in attributes:
            self.values["Ccy"].append(attributes["Ccy"])

    def text(self, data: str) -> None:
        self.pieces.append(data)

    def end(self, _: str) -> None:
        depth, said = len(self.path), "".join(self.pieces).strip()
        self.pieces = []
        inside = self.path[3] if depth > 3 and self.path[2] in _BLOCKS else ""
        if inside in ("Ntry", "Bal"):
            if depth == 4:
                self._entry() if inside == "Ntry" else self._balance()
            elif said:
                self.values["/".join(self.path[4:])].append(said)
        elif inside and said:
            self.around["/".join(self.path[3:])].append(said)
        elif depth == 3 and self.path[2] in _BLOCKS:
            self._statement()
        self.path.pop()

    def _entry(self) -> None:
        if first(self.values, "Sts/Cd", "Sts") not in ("", "BOOK"):
            return
        self.count += 1
        if self.count > MOST_LINES:
            raise too_many(self.began)
        line = _line(self.values, self.began)
        if line.amount:
            self.lines.append(line)

    def _balance(self) -> None:
        code = first(self.values, "Tp/CdOrPrtry/Cd")
        amount = _signed(self.values, self.began)
        balance = Balance(amount, _day(self.values, "Dt"))
        if code in _OPENING:
            self.balances.setdefault("opening", balance)
        elif code in _CLOSING:
            self.balances["closing"] = balance

    def _statement(self) -> None:
        if len(self.statements) >= _MOST_STATEMENTS:
            place = self.parser.CurrentLineNumber
            raise UnreadableStatement(f"Ce fichier contient plus de {_MOST_STATEMENTS} relevés.", place)
        self.statements.append(
            Statement(
                lines=chronological(self.lines),
                opening=self.balances.get("opening"),
                closing=self.balances.get("closing"),
                account=one_line(first(self.around, "Acct/Id/IBAN", "Acct/Id/Othr/Id")),
                currency=first(self.around, "Acct/Ccy") or "EUR",
                kind="CAMT.053",
            )
        )


def first(values: Values, *paths: str) -> str:
    """Give the first value told at one of these places."""
    return next((values[path][0] for path in paths if values.get(path)), "")


def _day(values: Values, place: str) -> date | None:
    return read_day(first(values, f"{place}/Dt", f"{place}/DtTm", place)[:10])


def _signed(values: Values, line: int) -> int:
    amount = read_cents(first(values, "Amt"), ".")
    side = first(values, "CdtDbtInd")
    if amount is None or side not in ("CRDT", "DBIT"):
        raise UnreadableStatement("Le montant ou le sens (CdtDbtInd) de cette opération n’est pas lisible.", line)
    if first(values, "Ccy") not in ("", "EUR"):
        raise UnreadableStatement("Cette opération n’est pas en euros.", line)
    return amount if side == "CRDT" else -amount


def _line(values: Values, line: int) -> BankLine:
    amount = _signed(values, line)
    day, value_day = _day(values, "BookgDt"), _day(values, "ValDt")
    day = day or value_day
    if day is None:
        raise UnreadableStatement("La date de cette opération (BookgDt) manque ou n’est pas lisible.", line)
    said = next((values[path] for path in _LABELS if values.get(path)), [])
    # The other one: who paid what came in, who was paid what went out.
    other = f"{_PARTIES}/{'Dbtr' if amount > 0 else 'Cdtr'}"
    named = [name for path in (f"{other}/Nm", f"{other}/Pty/Nm") for name in values.get(path, [])]
    label = joined((*said[:6], *named[:3]))
    reference = first(values, "AcctSvcrRef", "NtryRef", "NtryDtls/TxDtls/Refs/EndToEndId")
    return BankLine(day, label, amount, one_line(first(values, *_CHEQUE)), one_line(reference), value_day, line)
