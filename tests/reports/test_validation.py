"""What the AD looks at: accounts beside last year's, and what is out of line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from retkoop.chart import Chart
from retkoop.facts import Allocation, Opening
from retkoop.validation_reports import ComparedAccount, compared_accounts, oddities
from tests.support.year_facts import CHART, entry, facts

BOOKS, SALES = "61800008", "70700008"


@pytest.mark.parametrize(
    ("now", "before", "odd"),
    [(30_000, 10_000, False), (30_001, 10_000, True), (10_000, 30_001, True), (150_000, 100_000, False),
     (150_001, 100_000, True), (20_000, 0, False), (20_001, 0, True), (99_999, None, False)],
)  # fmt: skip
def test_an_account_is_out_of_line_when_it_moved_by_much_and_by_more_than_half(
    now: int, before: int | None, odd: bool
) -> None:
    assert ComparedAccount(CHART[BOOKS], now, before).is_out_of_line == odd


def test_every_account_of_either_year_is_there() -> None:
    now = facts(entry(1, bank=-500, allocations=(Allocation(BOOKS, 500),)))
    before = facts(entry(1, bank=700, allocations=(Allocation(SALES, 700),)))
    told = [(line.account.code, line.now, line.before, line.change) for line in compared_accounts(now, before)]
    assert told == [(BOOKS, 500, 0, 500), (SALES, 0, 700, -700)]
    assert [(line.before, line.change) for line in compared_accounts(now, None)] == [(None, 0)]


def test_an_account_withdrawn_since_last_year_is_still_compared() -> None:
    before = facts(entry(1, bank=70_000, allocations=(Allocation(SALES, 70_000),)))
    now = replace(facts(), chart=Chart(tuple(account for account in CHART if account.code != SALES)))
    (line,) = compared_accounts(now, before)
    assert (line.account, line.now, line.before, line.is_out_of_line) == (CHART[SALES], 0, 70_000, True)


def test_what_is_odd_is_told_in_words_and_nothing_else_is() -> None:
    calm = replace(facts(), opening=Opening(10_000, 50_000, 60_000))
    assert list(oddities(calm)) == []
    odd = replace(calm, opening=Opening(-1, 50_001, 50_000))
    assert len(list(oddities(odd))) == 2
    loss = replace(
        facts(entry(1, bank=-6_000, allocations=(Allocation(BOOKS, 6_000),))), opening=Opening(9_000, 0, 9_000)
    )
    assert [words.startswith("Le déficit") for words in oddities(loss)] == [True]
