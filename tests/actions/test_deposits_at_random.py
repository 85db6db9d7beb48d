"""Random sequences of what people do to receipts and slips, undo included: what always holds of a slip."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retkoop import deposit_reports, reports
from retkoop.actions import deposits, ledger, reconciliation
from retkoop.actions.undo import last_steps, undo
from retkoop.actions.years import load_facts
from retkoop.errors import Refusal
from retkoop.facts import Allocation, YearFacts
from retkoop.models import DepositLine, DepositSlip, Year, YearKey
from tests.factories import SOMEONE, a_coop, a_draft, a_year
from tests.support.ledger_checks import told

DAY = date(2024, 11, 12)
_rank = itertools.count(1)
NAMES = (
    "add", "add", "make", "make", "edit slip", "take out", "take apart", "tick slip", "untick slip", "tick", "to spend",
    "to earn", "strike", "restore", "undo", "undo",
)  # fmt: skip
steps = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 7), st.integers(0, 7)), min_size=6, max_size=25)


def earned(amount: int) -> Any:
    return a_draft(bank=amount, allocations=(Allocation("70700008", amount),))


def do(key: YearKey, name: str, one: int, other: int) -> None:
    """Do one thing to the entry or the slip of that number; the version of what is edited is the one on screen."""
    facts = load_facts(Year.get(key.of(Year)))
    entry, slip = facts.by_number.get(one), next((slip for slip in facts.slips if slip.number == one), None)
    who, pair = SOMEONE, sorted({one, other})
    if name == "add":
        ledger.add_entry(who, key, earned(100 + one))
    elif name == "make":
        deposits.make_slip(who, key, DAY, "Remise", pair)
    elif name == "edit slip" and slip:
        deposits.edit_slip(who, key, one, slip.version, DAY, f"Remise {other}", [other])
    elif name == "take out":
        deposits.take_out(who, key, one, other)
    elif name == "take apart":
        deposits.undo_slip(who, key, one)
    elif name in ("tick slip", "untick slip"):
        deposits.tick_slip(who, key, one, DAY if name == "tick slip" else None)
    elif name == "tick":
        reconciliation.tick_entry(who, key, one, DAY if other % 2 else None)
    elif name in ("to spend", "to earn") and entry:
        ledger.edit_entry(who, key, one, entry.version, a_draft() if name == "to spend" else earned(50 + other))
    elif name in ("strike", "restore"):
        (ledger.strike_entry if name == "strike" else ledger.restore_entry)(who, key, one)
    elif name == "undo" and (standing := last_steps(key, who.person)):
        undo(who, key, standing[one % len(standing)].id)


def sound(key: YearKey) -> YearFacts:
    """A slip holds live receipts, each in one slip; the statement's lines are the outstanding operations."""
    facts = load_facts(Year.get(key.of(Year)))
    inside = {entry.number: entry.slip for entry in facts.entries if entry.slip is not None}
    assert inside == dict(DepositLine.select(DepositLine.entry, DepositLine.slip).where(key.of(DepositLine)).tuples())
    assert all(facts.by_number[number].bank > 0 for number in inside)
    assert {slip.number for slip in facts.slips} == set(inside.values())
    lines = deposit_reports.statement_lines(facts)
    assert sum(line.amount for line in lines) == sum(operation.amount for operation in reports.outstanding(facts))
    return facts


def run(sequence: Any) -> None:
    key = a_year(a_coop(f"075-{next(_rank):04d}"))
    for amount in (1, 2, 3, 4):
        ledger.add_entry(SOMEONE, key, earned(amount * 100))
    for name, one, other in sequence:
        before, lines = DepositSlip.select().where(key.of(DepositSlip)).count(), len(told(key))
        try:
            do(key, name, one, other)
        except Refusal:
            # Refused, it left nothing behind.
            assert (DepositSlip.select().where(key.of(DepositSlip)).count(), len(told(key))) == (before, lines)
        sound(key)


def test_a_slip_always_holds_receipts_of_the_cahier(app: Flask) -> None:
    chosen = settings(
        max_examples=25,
        deadline=None,
        print_blob=True,
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    chosen(given(steps)(run))()


def test_that_notices_an_entry_that_stays(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    struck = [("make", 1, 2), ("strike", 1, 0)]
    run(struck)
    monkeypatch.setattr(ledger, "leave_slip", lambda key, entry: None)
    with pytest.raises(AssertionError):
        run(struck)
