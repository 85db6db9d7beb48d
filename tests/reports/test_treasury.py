"""The year in pictures: the treasury ends where the balances do, and the shares add up to the account."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from retkoop import reports
from retkoop.treasury_reports import MOST_BARS, Share, Treasury, biggest, treasury_by_month
from tests.support.year_facts import entry, facts


def test_a_year_without_entry_draws_nothing() -> None:
    assert treasury_by_month(facts()) == ()


def test_it_goes_from_the_opening_to_the_month_of_the_last_entry_and_leaves_no_month_out() -> None:
    year = facts(
        entry(1, day=date(2024, 10, 3), bank=-1_000),
        entry(2, day=date(2024, 10, 9), bank=0, cash=500),
        entry(3, day=date(2024, 12, 1), bank=-4_000, cash=4_000),
    )
    assert treasury_by_month(year) == (
        Treasury("", 100_000, 0),
        Treasury("2024-09", 100_000, 0),
        Treasury("2024-10", 99_000, 500),
        Treasury("2024-11", 99_000, 500),
        Treasury("2024-12", 95_000, 4_500),
    )


@given(
    st.lists(st.tuples(st.dates(date(2024, 9, 1), date(2025, 8, 31)), st.integers(-900, 900), st.integers(-900, 900)))
)
def test_it_ends_with_the_balances_of_the_cahier(moves: list[tuple[date, int, int]]) -> None:
    year = facts(*(entry(n, day=day, bank=bank, cash=cash) for n, (day, bank, cash) in enumerate(sorted(moves), 1)))
    held = treasury_by_month(year)
    if moves:
        assert (held[-1].bank, held[-1].cash) == (reports.bank_balance(year), reports.cash_balance(year))


def test_the_largest_account_comes_first_and_a_refund_counts_by_its_size() -> None:
    assert biggest([("a", 5), ("b", -30), ("c", 9)]) == (Share("b", -30), Share("c", 9), Share("a", 5))


@given(st.dictionaries(st.text("abcdefgh", min_size=8, max_size=8), st.integers(-900, 900), max_size=12))
def test_the_shares_add_up_to_their_side_in_so_many_bars(accounts: dict[str, int]) -> None:
    shares = biggest(list(accounts.items()))
    assert len(shares) <= MOST_BARS
    assert sum(share.amount for share in shares) == sum(accounts.values())
    assert sum(share.accounts for share in shares) == len(accounts)
    # One account alone is never hidden behind « others ».
    assert all(share.accounts > 1 for share in shares if not share.code)
