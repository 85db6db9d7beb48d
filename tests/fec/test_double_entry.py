"""The double entry of a year: every entry sums to zero, and its trial balance is the CRF."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings

from retkoop import double_entry, reports
from retkoop.double_entry import CARRIED, CASH, SUSPENSE, DoubleEntry, Posting, double_entries, trial_balance
from retkoop.facts import Advance, Allocation, DirectReport, Opening, YearFacts
from tests.reports.test_direct import typed_years
from tests.support.controls import assert_it_notices
from tests.support.year_facts import BOOKS, SALES, entry, facts, prior, random_facts


def every_entry_sums_to_zero(year: YearFacts) -> None:
    for one in double_entries(year):
        assert sum(posting.amount for posting in one.postings) == 0
        assert len(one.postings) >= 2
        assert all(posting.amount for posting in one.postings)
        assert len({(posting.account, posting.holder) for posting in one.postings}) == len(one.postings)


def the_trial_balance_is_the_crf(year: YearFacts) -> None:
    found = trial_balance(double_entries(year))
    assert found.get(year.bank_account, 0) == reports.bank_balance(year)
    assert found.get(CASH, 0) == reports.cash_balance(year)
    assert found.get(CARRIED, 0) == -year.opening.carried
    totals = reports.account_totals(year)
    for account in year.chart:
        sign = 1 if account.is_expense else -1
        assert found.get(account.code, 0) == sign * totals.get(account.code, 0)
    # What does not agree is in suspense, and the régies that are out: together, the gap of the bilan.
    causes = dict(reports.gap_causes(year))
    assert found.get(SUSPENSE, 0) == -sum(amount for code, amount in causes.items() if code != "regies")
    assert sum(found.values()) == 0


def each_class_holds_its_own(year: YearFacts) -> None:
    held = double_entry.held_by_class(double_entries(year))
    assert {code: held.get(code, 0) for code in reports.advance_balances(year)} == reports.advance_balances(year)


PROPERTIES = (every_entry_sums_to_zero, the_trial_balance_is_the_crf, each_class_holds_its_own)


@pytest.mark.parametrize("holds", PROPERTIES)
def test_on_random_cahiers(holds: Callable[[YearFacts], None]) -> None:
    settings(deadline=None, max_examples=60)(given(random_facts())(holds))()


@pytest.mark.parametrize("holds", PROPERTIES)
def test_on_random_years_typed_in_directly(holds: Callable[[YearFacts], None]) -> None:
    settings(deadline=None, max_examples=40)(given(typed_years())(holds))()


def test_on_every_shared_year(cases: dict[str, YearFacts]) -> None:
    assert len(cases) >= 14
    for year in cases.values():
        for holds in PROPERTIES:
            holds(year)
        # What is in the journal is in the order of the days.
        days = [one.day for one in double_entries(year)]
        assert days == sorted(days)


def test_the_properties_notice_a_posting_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(double_entry, "_allocated", lambda facts, allocations: iter(()))
    assert_it_notices(every_entry_sums_to_zero, random_facts())
    assert_it_notices(the_trial_balance_is_the_crf, random_facts())


def test_the_properties_notice_classes_mixed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = double_entry._of_entry

    def mixed(year: YearFacts, line: object, holders: dict[str, tuple[str, str]]) -> DoubleEntry:
        return plain(year, line, dict.fromkeys(holders, ("CP", "Classe de CP")))  # type: ignore[arg-type]

    monkeypatch.setattr(double_entry, "_of_entry", mixed)
    assert_it_notices(each_class_holds_its_own, random_facts())


def the_only(year: YearFacts) -> DoubleEntry:
    (one,) = double_entries(replace(year, opening=Opening(0, 0, 0)))
    return one


def test_a_split_payment_posts_each_account_once() -> None:
    lines = (Allocation(BOOKS, 1_000), Allocation(SALES, 300), Allocation(BOOKS, 200))
    one = the_only(facts(entry(bank=-900, allocations=lines)))
    assert one.postings == (Posting("512", -900), Posting(BOOKS, 1_200), Posting(SALES, -300))


def test_a_red_line_waits_in_suspense() -> None:
    assert the_only(facts(entry(bank=500, allocations=()))).postings == (Posting("512", 500), Posting(SUSPENSE, -500))


def test_a_regie_is_held_by_its_class() -> None:
    line = entry(bank=-15_000, advance="CM2", advance_amount=15_000, allocations=())
    year = facts(line, advances=(Advance(1, "CM2", "Mme Petit"),))
    assert the_only(year).postings == (Posting("512", -15_000), Posting("540", 15_000, ("CM2", "Mme Petit")))


def test_an_operation_of_last_year_stands_apart_from_the_balance_that_holds_it() -> None:
    first, late = double_entries(facts(priors=(prior(amount=-2_000),), bank_account="514"))
    assert first.postings == (Posting("514", 102_000), Posting(CARRIED, -102_000))
    assert (late.piece, late.piece_day.isoformat(), late.label) == ("0000123", "2024-07-01", "Car – Sortie")
    assert late.postings == (Posting("514", -2_000), Posting(CARRIED, 2_000))


def test_a_wrong_balance_brought_forward_waits_in_suspense() -> None:
    (one,) = double_entries(facts(opening=Opening(1_000, 500, 1_400)))
    expected = (Posting("512", 1_000), Posting(CASH, 500), Posting(CARRIED, -1_400), Posting(SUSPENSE, -100))
    assert one.postings == expected


def test_figures_typed_in_directly_are_one_entry_each_at_the_end_of_the_year() -> None:
    typed = DirectReport(bank=100_500, cash=0, accounts=(Allocation(SALES, 800), Allocation(BOOKS, 300)))
    _, *book = double_entries(facts(direct=typed))
    assert {one.day.isoformat() for one in book} == {"2025-08-31"}
    assert [one.postings[0] for one in book] == [Posting("512", 500), Posting(BOOKS, 300), Posting(SALES, -800)]
    assert trial_balance(book).get(SUSPENSE) == 0
