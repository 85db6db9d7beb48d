"""What is always true of proposals, whatever the lines and the entries."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from retkoop.matching import ENTRY, SURE, TO_CHECK, Operation, match
from retkoop.statements import BankLine

DAY = date(2024, 9, 1)
days = st.integers(0, 60).map(lambda days: DAY + timedelta(days))
amounts = st.sampled_from([-500, -1_000, 500, 1_000, 1_500, 2_000])
lines = st.lists(
    st.builds(BankLine, days, st.sampled_from(["CB LECLERC", "REMISE CHEQUES", "CHEQUE 123"]), amounts), max_size=12
)
operations = st.lists(st.tuples(days, amounts, st.sampled_from(["", "123"]), st.booleans()), max_size=12).map(
    lambda rows: [Operation(ENTRY, n, d, "Leclerc", a, c, ticked=t) for n, (d, a, c, t) in enumerate(rows)]
)


@settings(max_examples=150, deadline=None)
@given(lines, operations)
def test_each_entry_is_proposed_once_never_ticked_and_sums_agree(
    lines: list[BankLine], operations: list[Operation]
) -> None:
    proposals = match(lines, operations)
    proposed = [each.number for proposal in proposals for each in proposal.operations]
    assert len(proposed) == len(set(proposed))
    for line, proposal in zip(lines, proposals, strict=True):
        assert not any(each.ticked for each in proposal.operations)
        assert bool(proposal.operations) == (proposal.confidence in (SURE, TO_CHECK))
        if proposal.operations:
            assert sum(each.amount for each in proposal.operations) == line.amount
        assert proposal.reason


def entry(number: int, day: int, amount: int, label: str = "Vente", cheque: str = "") -> Operation:
    return Operation(ENTRY, number, DAY + timedelta(day), label, amount, cheque)


def test_twins_that_nothing_tells_apart_are_not_sure() -> None:
    lines = [BankLine(DAY + timedelta(day), "REMISE CHEQUES", 4_217) for day in (10, 12)]
    assert [p.confidence for p in match(lines, [entry(1, 5, 4_217), entry(2, 7, 4_217)])] == [TO_CHECK, TO_CHECK]


def test_twins_that_their_cheques_tell_apart_are_sure() -> None:
    lines = [BankLine(DAY + timedelta(day), f"CHEQUE {n}", -4_217) for day, n in ((10, 1234568), (12, 1234567))]
    found = match(lines, [entry(1, 5, -4_217, cheque="1234567"), entry(2, 7, -4_217, cheque="1234568")])
    assert [(p.operations[0].number, p.confidence) for p in found] == [(2, SURE), (1, SURE)]
    assert found[0].reason == "même n° de chèque, même montant"


def test_thousands_of_the_same_amount_are_proposed_in_order_and_none_is_sure() -> None:
    lines = [BankLine(DAY + timedelta(day % 300), "REMISE CHEQUES", 1_000) for day in range(1_500)]
    found = match(lines, [entry(number, number % 300, 1_000) for number in range(1_500)])
    assert {proposal.confidence for proposal in found} <= {TO_CHECK, "aucune"}
    proposed = [each.number for proposal in found for each in proposal.operations]
    assert len(proposed) == len(set(proposed)) > 1_000
