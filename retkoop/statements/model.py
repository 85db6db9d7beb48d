"""PURE. What a bank statement is once read, and the refusal of a file that is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from retkoop.characters import visible, writable

LARGEST_FILE = 10_000_000
MOST_LINES = 10_000
_LONGEST_LABEL = 300


class UnreadableStatement(ValueError):
    """The file is no statement; the message is a French sentence, `line` its place, 0 when there is none."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line

    def __str__(self) -> str:
        """Give the sentence with its place."""
        return f"Ligne {self.line} : {self.message}" if self.line else self.message


@dataclass(frozen=True, slots=True)
class BankLine:
    """One operation that the bank shows; `amount` in signed cents, `line` where it begins in the file."""

    day: date
    label: str
    amount: int
    cheque: str = ""
    reference: str = ""
    value_day: date | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Balance:
    """What the account held, in cents, at the end of `day` when the file tells it."""

    amount: int
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """The operations of one account, oldest first, and the balances that the file tells."""

    lines: tuple[BankLine, ...]
    opening: Balance | None = None
    closing: Balance | None = None
    account: str = ""
    currency: str = "EUR"
    kind: str = ""

    @property
    def gap(self) -> int | None:
        """Give the closing balance less what opening and lines make; None when a balance is not told."""
        if self.opening is None or self.closing is None:
            return None
        return self.closing.amount - self.opening.amount - sum(line.amount for line in self.lines)


def one_line(text: str) -> str:
    """Give a text of a file on one line, without what nobody sees, as long as a label may be."""
    return " ".join(visible(writable(" ".join(text.split()))).split())[:_LONGEST_LABEL]


def joined(parts: Iterable[str]) -> str:
    """Write the parts of a label one after the other, leaving out what is said already, whole words of it."""
    label = ""
    for part in map(one_line, parts):
        said, more = f" {label.lower()} ", f" {part.lower()} "
        if part and more not in said:
            # What was cut short before is said whole now.
            label = part if said in more or more[1:].startswith(label.lower()) else f"{label} {part}"
    return label[:_LONGEST_LABEL]


def chronological(lines: list[BankLine]) -> tuple[BankLine, ...]:
    """Put the oldest first; lines of one day stay in the bank's order, which newest-first files give backwards."""
    if lines and lines[0].day > lines[-1].day:
        lines = lines[::-1]
    return tuple(sorted(lines, key=lambda line: line.day))


def checked(statement: Statement) -> Statement:
    """Refuse a statement that says nothing, says too much or is not in euros."""
    if not statement.lines:
        raise UnreadableStatement("Ce fichier ne montre aucune opération.")
    if len(statement.lines) > MOST_LINES:
        raise too_many(statement.lines[MOST_LINES].line)
    if statement.currency not in ("", "EUR"):
        raise UnreadableStatement(f"Ce compte n’est pas tenu en euros, mais en {one_line(statement.currency)[:10]}.")
    return replace(statement, currency="EUR")


def too_many(line: int) -> UnreadableStatement:
    """Give the refusal of a file with too many operations."""
    return UnreadableStatement(f"Ce fichier a plus de {MOST_LINES} lignes : coupez-le en plusieurs.", line)


def combined(parts: list[Statement]) -> Statement:
    """Make one statement of the parts of one account: days or months in one file, files in one archive."""
    told = [part for part in parts if part.lines] or parts[:1]
    if not told:
        raise UnreadableStatement("Ce fichier ne montre aucune opération.")
    accounts = sorted({part.account for part in told if part.account})
    if len(accounts) > 1:
        names = ", ".join(accounts[:4])
        raise UnreadableStatement(
            f"Ce fichier mêle plusieurs comptes ({names}) : demandez celui de la coopérative seul."
        )
    ordered = sorted(told, key=lambda part: min((line.day for line in part.lines), default=date.max))
    return Statement(
        lines=chronological([line for part in ordered for line in part.lines]),
        opening=ordered[0].opening,
        closing=ordered[-1].closing,
        account=accounts[0] if accounts else "",
        currency=next((part.currency for part in told if part.currency not in ("", "EUR")), "EUR"),
        kind=told[0].kind,
    )
