"""Paying-in slips: what the statement shows on one line, and what may still go in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retkoop import deposit_reports, reports
from retkoop.deposit_reports import StatementLine
from retkoop.facts import DepositSlip, YearFacts
from tests.support.controls import assert_it_notices
from tests.support.year_facts import entry, facts, prior, random_facts

SLIPS = (DepositSlip(1, date(2024, 11, 12), "Remise de 2 chèques"), DepositSlip(2, date(2025, 3, 12), "Remise"))


@st.composite
def years(draw: Any) -> YearFacts:
    """Draw a year some of whose receipts went to the bank together."""
    year = draw(random_facts())
    slips = st.sampled_from([None, 1, 2])
    entries = tuple(replace(line, slip=draw(slips)) if line.bank > 0 else line for line in year.entries)
    return replace(year, entries=entries, slips=SLIPS)


def statement_lines_are_the_outstanding_operations(year: YearFacts) -> None:
    """The lines to look for add up to the outstanding operations; each operation is in exactly one of them."""
    lines = deposit_reports.statement_lines(year)
    waiting = reports.outstanding(year)
    assert sum(line.amount for line in lines) == sum(operation.amount for operation in waiting)
    inside = {d.slip.number: d.waiting for d in deposit_reports.deposits(year)}
    shown = []
    for line in lines:
        alone = [(line.place[0], line.number)]
        shown += [("e", e.number) for e in inside[line.number]] if line.place == "remises" else alone
    assert sorted(shown) == sorted(("o" if operation.prior else "e", operation.number) for operation in waiting)


def slips_hold_their_entries(year: YearFacts) -> None:
    """Each entry of a slip is in it once; its total is theirs; it is seen when all of them are."""
    found = deposit_reports.deposits(year)
    assert sorted(e.number for d in found for e in d.entries) == sorted(
        e.number for e in year.entries if e.slip is not None
    )
    for deposit in found:
        assert deposit.total == sum(e.bank for e in year.entries if e.slip == deposit.slip.number)
        ticked = [e.ticked_on for e in deposit.entries]
        assert (deposit.seen_on is not None) == (bool(ticked) and all(ticked))


PROPERTIES = [statement_lines_are_the_outstanding_operations, slips_hold_their_entries]


@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda holds: holds.__name__)
def test_it_holds_on_random_years(holds: Callable[[YearFacts], None]) -> None:
    settings(max_examples=60, deadline=None, print_blob=True)(given(years())(holds))()


BROKEN: list[tuple[Callable[[YearFacts], None], str, Callable[[Any], Any]]] = [
    (statement_lines_are_the_outstanding_operations, "statement_lines", lambda f: lambda year: f(year)[1:]),
    (statement_lines_are_the_outstanding_operations, "total_of", lambda f: lambda entries: f(entries) + 1),
    (slips_hold_their_entries, "deposits", lambda f: lambda year: f(year)[1:]),
    (slips_hold_their_entries, "total_of", lambda f: lambda entries: abs(f(entries)) + 1),
]


@pytest.mark.parametrize(("holds", "name", "fault"), BROKEN, ids=lambda part: getattr(part, "__name__", part))
def test_it_notices_a_fault(
    holds: Callable[[YearFacts], None], name: str, fault: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deposit_reports, name, fault(getattr(deposit_reports, name)))
    assert_it_notices(holds, years())


def test_the_statement_is_read_last_year_first_then_by_day_a_slip_on_one_line() -> None:
    cheques = [entry(n, bank=1_000 * n, sold=1_000 * n, ticked_on=None, slip=1) for n in (1, 2)]
    late = entry(3, day=date(2024, 11, 20), ticked_on=None, label="Car")
    early = entry(4, day=date(2024, 9, 20), ticked_on=None, label="Cahiers")
    year = facts(early, *cheques, late, priors=(prior(),), slips=SLIPS)
    lines = [(line.place, line.label, line.amount) for line in deposit_reports.statement_lines(year)]
    assert lines == [
        ("operations", "Car – Sortie", -2_000), ("ecritures", "Cahiers", -1_200),
        ("remises", "Remise de 2 chèques", 3_000), ("ecritures", "Car", -1_200),
    ]  # fmt: skip


def test_a_slip_half_seen_shows_what_is_left_of_it() -> None:
    seen = entry(1, bank=1_000, sold=1_000, slip=1)
    waits = entry(2, bank=2_000, sold=2_000, slip=1, ticked_on=None)
    (line,) = deposit_reports.statement_lines(facts(seen, waits, slips=SLIPS[:1]))
    assert line == StatementLine("remises", 1, SLIPS[0].day, SLIPS[0].label, "", "", 2_000)


@pytest.mark.parametrize(
    ("values", "may"),
    [
        ({"bank": 500, "sold": 500}, True),
        ({"bank": 500, "cash": 300, "sold": 800}, True),
        ({"bank": -500, "spent": 500}, False),
        ({"bank": 0, "cash": 500, "sold": 500}, False),
        ({"bank": 500, "sold": 500, "ticked_on": date(2024, 11, 8)}, False),
        ({"bank": 500, "sold": 500, "slip": 1}, False),
        ({"bank": 500, "cash": -500, "allocations": ()}, False),
    ],
)
def test_only_receipts_that_the_bank_has_not_shown_may_go_in(values: dict[str, Any], may: bool) -> None:
    assert deposit_reports.may_be_deposited(entry(**{"ticked_on": None, **values})) is may


def test_a_slip_is_named_by_what_it_holds() -> None:
    assert [deposit_reports.proposed_label(n) for n in (1, 4)] == ["Remise d’un chèque", "Remise de 4 chèques"]
