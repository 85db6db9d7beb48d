"""The adhésion: what is due for a headcount, where it stands, what it lacks, and what it is in the cahier."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retkoop.chart import EXPENSE, Account, Chart
from retkoop.facts import Allocation, Entry
from retkoop.membership import (
    ALLOWED,
    AMEND,
    CERTIFY,
    LARGEST_FLAT,
    LARGEST_RATE,
    MOST_CLASSES,
    MOST_HEADS,
    PAID,
    PART_PAID,
    RECORD,
    SAVE,
    SEND,
    SENT,
    STATES,
    TO_FILL,
    Amounts,
    Headcount,
    Payment,
    Rates,
    SchoolClass,
    Terms,
    amounts_due,
    certificate_number,
    due_lines,
    entry_lines,
    faults,
    noted,
    paid,
    state_of,
)
from retkoop.money import LARGEST
from retkoop.school_year import SchoolYear
from tests.support.joined import RATES, TERMS, WHO

YEAR = SchoolYear(2024)
rate = st.integers(0, LARGEST_RATE)
flat = st.integers(0, LARGEST_FLAT)
rates = st.builds(Rates, rate, rate, flat, rate, rate, flat)
heads = st.integers(1, MOST_HEADS)
headcounts = st.builds(
    Headcount,
    st.lists(st.builds(SchoolClass, st.just("CP"), heads), max_size=MOST_CLASSES).map(tuple),
    st.integers(0, MOST_HEADS),
)


def test_the_fee_of_the_domain_is_split_in_its_two_parts() -> None:
    assert amounts_due(RATES, WHO) == Amounts(8_000, 2_000)
    assert amounts_due(RATES, WHO).total == 10_000


@given(rates, headcounts)
def test_the_lines_add_up_to_what_is_due_and_no_rate_asks_for_more_than_is_taken(asked: Rates, who: Headcount) -> None:
    due = amounts_due(asked, who)
    assert sum(line.amount for line in due_lines(asked, who)) == due.total == due.membership + due.insurance
    assert 0 <= due.total <= LARGEST


def test_a_rate_of_zero_makes_no_line() -> None:
    assert [line.words for line in due_lines(Rates(child=100), WHO)] == ["par élève"]
    assert due_lines(Rates(), WHO) == ()
    assert Rates().ask_nothing


@pytest.mark.parametrize(
    ("sent", "received", "state"),
    [
        (False, 0, TO_FILL), (False, 500, TO_FILL), (True, 0, SENT), (True, 9_999, PART_PAID),
        (True, 10_000, PAID), (True, 12_000, PAID),
    ],
)  # fmt: skip
def test_where_it_stands(sent: bool, received: int, state: str) -> None:
    assert state_of(sent, 10_000, received) == state


def test_what_may_be_done_in_each_state_is_one_table() -> None:
    assert {state: sorted(deeds) for state, deeds in ALLOWED.items()} == {
        TO_FILL: sorted([SAVE, SEND]), SENT: sorted([SEND, RECORD]),
        PART_PAID: sorted([RECORD, AMEND]), PAID: sorted([AMEND, CERTIFY]),
    }  # fmt: skip
    assert tuple(ALLOWED) == STATES


def test_a_cancelled_payment_does_not_count() -> None:
    one = Payment(1, date(2024, 11, 4), 500, "cheque")
    assert paid([one, replace(one, number=2, cancelled=True)]) == 500


@pytest.mark.parametrize(
    ("who", "terms", "words"),
    [
        (Headcount(), TERMS, "au moins une classe"),
        (WHO, None, "n’a pas encore indiqué ses tarifs"),
        (replace(WHO, adults=0), Terms(2024, Rates(adult=100)), "rien à payer"),
        (Headcount((SchoolClass("CP", 2), SchoolClass("cp", 3))), TERMS, "« CP »"),
    ],
)
def test_what_it_lacks_for_being_sent(who: Headcount, terms: Terms | None, words: str) -> None:
    assert any(words in fault.message for fault in faults(who, terms))


def test_a_good_one_lacks_nothing() -> None:
    assert faults(WHO, TERMS) == ()


def test_the_last_day_to_pay_comes_back_every_year() -> None:
    assert TERMS.due_in(YEAR) == date(2024, 11, 30)
    assert TERMS.due_in(SchoolYear(2026)) == date(2026, 11, 30)
    assert replace(TERMS, due_on=date(2024, 2, 29), first_year=2023).due_in(YEAR) == date(2025, 2, 28)
    assert replace(TERMS, due_on=None).due_in(YEAR) is None


def test_a_certificate_is_numbered_in_its_association_and_its_year() -> None:
    assert certificate_number("075", YEAR, 12) == "075-2024-2025-0012"


# ---- In the cahier

CHART = Chart((
    Account("62810008", "6281", EXPENSE, "Cotisation", ""), Account("61681008", "6168", EXPENSE, "Assurance", ""),
))  # fmt: skip
DUE = Amounts(8_000, 2_000)
BOTH = (Allocation("62810008", 8_000), Allocation("61681008", 2_000))


def entry(number: int, *lines: Allocation) -> Entry:
    total = sum(line.amount for line in lines)
    return Entry(number, "", date(2024, 11, 4), "OCCE", "", None, -total, 0, None, 0, None, lines)


def test_it_is_one_entry_on_two_accounts_found_by_their_short_code() -> None:
    assert entry_lines(CHART, DUE) == BOTH
    assert entry_lines(CHART, Amounts(8_000, 0)) == BOTH[:1]


def test_it_is_not_proposed_where_the_chart_lacks_an_account() -> None:
    assert entry_lines(Chart(CHART.accounts[:1]), DUE) == ()
    assert entry_lines(Chart(CHART.accounts[:1]), Amounts(8_000, 0)) == BOTH[:1]


def test_an_entry_with_these_amounts_on_these_accounts_is_found() -> None:
    other = entry(1, Allocation("62810008", 7_999), BOTH[1])
    assert noted([other], BOTH) is None
    assert noted([other, entry(2, *BOTH, Allocation("60700008", 5))], BOTH) == entry(
        2, *BOTH, Allocation("60700008", 5)
    )
    assert noted([entry(1, BOTH[0])], BOTH) is None
    assert noted([entry(1, BOTH[0]), entry(2, BOTH[1])], BOTH) == entry(2, BOTH[1])
    assert noted([entry(1, *BOTH)], ()) is None
