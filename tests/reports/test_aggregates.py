"""The accounts of a département: the sum of the CRFs, to the cent, and what is not in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retkoop import aggregates, reports
from retkoop.aggregates import Aggregate, CoopYear, DepartmentYear, Missing, coop_year
from retkoop.facts import Allocation, Opening, YearFacts
from tests.reports.test_direct import typed_years
from tests.support.controls import assert_it_notices
from tests.support.year_facts import BOOKS, CHART, SALES, entry, facts, random_facts

departments = st.lists(
    st.tuples(random_facts() | typed_years(), st.sampled_from(["512", "514"])).map(
        lambda drawn: replace(drawn[0], bank_account=drawn[1])
    ),
    max_size=4,
)


def aggregate(*years: YearFacts) -> Aggregate:
    return Aggregate(CHART, tuple(coop_year(f"075-{n:04d}", f"École {n}", year) for n, year in enumerate(years, 1)))


def the_sum_of_the_crfs(years: list[YearFacts]) -> None:
    found = aggregate(*years)
    accounts = [reports.account_totals(year) for year in years]
    for account in CHART:
        assert found.figure(account.code) == sum(totals.get(account.code, 0) for totals in accounts)
    assert list(found.accounts) == [a.code for a in CHART if any(a.code in totals for totals in accounts)]
    operating = [reports.operating_account(year) for year in years]
    assert found.operating.total_expenses == sum(each.total_expenses for each in operating)
    assert found.operating.total_income == sum(each.total_income for each in operating)
    assert found.operating.result == sum(each.result for each in operating)


def the_sum_of_the_bilans(years: list[YearFacts]) -> None:
    balance = aggregate(*years).balance
    every = [reports.balance_sheet(year) for year in years]
    assert balance.total_assets == sum(each.total_assets for each in every)
    assert balance.total_liabilities == sum(each.total_liabilities for each in every)
    assert balance.gap == sum(each.gap for each in every)
    lines = dict(balance.assets)
    for account in aggregates.BANKS:
        there = [reports.bank_balance(year) for year in years if year.bank_account == account]
        assert lines[f"banque-{account}"] == sum(there)


def each_figure_is_made_of_its_cooperatives(years: list[YearFacts]) -> None:
    found = aggregate(*years)
    for code in [*found.accounts, *aggregates.FIGURES]:
        shares = [coop.figure(code) for coop in found.made_of(code)]
        assert sum(shares) == found.figure(code)
        assert 0 not in shares


def each_coop_has_the_figures_of_its_crf(years: list[YearFacts]) -> None:
    for coop, year in zip(aggregate(*years).coops, years, strict=True):
        assert coop.operating == reports.operating_account(year)
        assert coop.gap == reports.balance_sheet(year).gap
        assert coop.closing == reports.next_opening(year)
        assert coop.held == sum(reports.advance_balances(year).values())


PROPERTIES = (
    the_sum_of_the_crfs, the_sum_of_the_bilans, each_figure_is_made_of_its_cooperatives,
    each_coop_has_the_figures_of_its_crf,
)  # fmt: skip


@pytest.mark.parametrize("holds", PROPERTIES)
def test_on_random_departments(holds: Callable[[list[YearFacts]], None]) -> None:
    settings(deadline=None, max_examples=40)(given(departments)(holds))()


def test_the_properties_notice_a_cooperative_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = aggregates.Aggregate.figure
    monkeypatch.setattr(Aggregate, "figure", lambda found, code: plain(Aggregate(CHART, found.coops[1:]), code))
    for holds in PROPERTIES[:3]:
        assert_it_notices(holds, departments)


def a_year(carried: int = 100_000, **values: object) -> YearFacts:
    lines = values.pop("lines", (entry(),))
    return facts(*lines, opening=Opening(100_000, 0, carried), **values)  # type: ignore[misc]


def test_the_largest_share_comes_first() -> None:
    small, large = facts(entry(spent=1_200)), facts(entry(bank=-9_000, spent=9_000))
    assert [coop.identifier for coop in aggregate(small, large).made_of(BOOKS)] == ["075-0002", "075-0001"]
    assert aggregate(small, large).made_of(SALES) == ()


def department(*now: YearFacts, before: tuple[YearFacts, ...] = (), missing: tuple[str, ...] = ()) -> DepartmentYear:
    absent = tuple(Missing(identifier, "École", "open") for identifier in missing)
    return DepartmentYear(aggregate(*now), aggregate(*before), absent)


def test_what_is_missing_is_told_in_cooperatives_and_by_what_it_weighed() -> None:
    heavy, light = facts(entry(bank=-9_000, spent=9_000)), facts(entry(bank=-1_000, spent=1_000))
    found = department(heavy, before=(heavy, light), missing=("075-0002",))
    assert (found.expected, found.missing_share, found.missing_weight) == (2, 500, 100)
    assert department(heavy).missing_weight is None
    assert department().missing_share == 0


def odd(found: DepartmentYear) -> list[tuple[str, str, int | None]]:
    return [(each.code, each.coop.identifier, each.amount) for each in found.oddities]


def test_good_accounts_have_nothing_odd() -> None:
    year = facts(entry(), entry(2, bank=5_000, sold=5_000))
    after = replace(year, opening=Opening(*reports.next_opening(year)))
    assert odd(department(after, before=(year,))) == []


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (facts(entry(bank=500, allocations=())), [("BILAN", 500), ("VIDE", None)]),
        (facts(entry(), opening=Opening(100_000, 0, 99_000)), [("BILAN", 1_000)]),
        (
            facts(entry(), entry(2, bank=-700, advance="CP", advance_amount=700, allocations=())),
            [("BILAN", -700), ("REGIES", 700)],
        ),
        (facts(entry(bank=-200_000, allocations=(Allocation(BOOKS, 200_000),))), [("BANQUE", -100_000)]),
        (facts(entry(bank=0, cash=-300, spent=300)), [("CAISSE", -300)]),
        (facts(), [("VIDE", None)]),
    ],
)
def test_what_does_not_look_right_is_told(year: YearFacts, expected: list[tuple[str, int | None]]) -> None:
    assert odd(department(year)) == [(code, "075-0001", amount) for code, amount in expected]


def test_a_year_that_does_not_open_with_what_the_one_before_ended_with_is_told() -> None:
    before = facts(entry())
    assert odd(department(facts(entry()), before=(before,))) == [("REPORT", "075-0001", 1_200)]


def test_a_coop_year_is_a_plain_value() -> None:
    year = facts(entry())
    assert isinstance(coop_year("075-0001", "École", year), CoopYear)
    assert coop_year("075-0001", "École", year) == coop_year("075-0001", "École", year)
