"""PURE. What is matched with a bank line, and what is proposed for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

SURE, TO_CHECK, NONE = "sure", "a_verifier", "aucune"
ENTRY, PRIOR = "entry", "prior"


@dataclass(frozen=True, slots=True)
class Operation:
    """An entry of the year (`kind` ENTRY) or an operation of last year still outstanding (PRIOR).

    `amount` moved the bank; `slip` is the paying-in slip that it went there with; `is_cash` when coins and notes were
    carried there or back.
    """

    kind: str
    number: int
    day: date
    label: str
    amount: int
    cheque: str = ""
    slip: int | None = None
    is_cash: bool = False
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for one bank line: the operations that it settles, why in words, and what else it could be.

    `settled`: those that it settled already, because they are ticked; then nothing is proposed.
    """

    operations: tuple[Operation, ...]
    confidence: str
    reason: str
    alternatives: tuple[tuple[Operation, ...], ...] = ()
    settled: tuple[Operation, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """One way to settle a line: places of the operations, what it costs (the lower the likelier), why.

    `of_many`: one of so many that not all were looked at, and nothing but amount and day speaks for it.
    """

    places: tuple[int, ...]
    cost: float
    reason: str
    of_many: bool = False
