"""PURE. What the bank may show of a year, out of its facts."""

from __future__ import annotations

from retkoop.facts import YearFacts
from retkoop.matching.model import ENTRY, PRIOR, Operation


def operations_of(facts: YearFacts) -> list[Operation]:
    """Give all that the bank may show of a year: its entries and last year's outstanding operations."""
    entries = [
        Operation(
            ENTRY, entry.number, entry.day, entry.label, entry.bank, entry.cheque, entry.slip,
            is_cash=entry.is_transfer, ticked=entry.ticked_on is not None,
        )
        for entry in facts.entries
        if entry.bank
    ]  # fmt: skip
    priors = [
        Operation(
            PRIOR, prior.number, prior.day, prior.label, prior.amount, prior.cheque, ticked=prior.ticked_on is not None
        )
        for prior in facts.priors
    ]
    return [*entries, *priors]
