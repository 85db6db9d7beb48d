"""The next voucher and cheque numbers, and the order that people expect of them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retkoop.numbering import following, natural_key, next_cheque, next_voucher

numbers = st.text(alphabet="0189DRdr-/ ²Ⅳé٣", max_size=20)


@pytest.mark.parametrize(
    ("used", "proposed"),
    [
        ([], "01"), (["01"], "02"), (["09"], "10"), (["99"], "100"), (["099"], "100"), (["001", "002"], "003"),
        (["01", "03"], "04"), (["10", "9"], "11"), (["D01", "D02"], "D03"), (["D9", "D10"], "D11"),
        (["A-9", "A-10"], "A-11"), (["sans numéro"], "01"), (["", "07"], "08"), (["2024/12"], "2024/13"),
    ],
)  # fmt: skip
def test_the_next_voucher_follows_the_coop_s_own_scheme(used: list[str], proposed: str) -> None:
    assert next_voucher(used) == proposed


def test_the_next_voucher_of_a_series_follows_that_series() -> None:
    used = ["D01", "D02", "R01"]
    assert next_voucher(used, like="D01") == "D03"
    assert next_voucher(used, like="R01") == "R02"
    assert next_voucher(used, like="X07") == "01"


@settings(print_blob=True)
@given(st.sets(numbers, max_size=8), st.none() | numbers)
def test_the_number_that_is_proposed_is_free_whatever_was_typed(used: set[str], like: str | None) -> None:
    used.discard("01")
    assert next_voucher(used, like) not in used


@pytest.mark.parametrize(
    ("number", "after"), [("R09", "R10"), ("99", "100"), ("007", "008"), ("D2b3", "D2b4"), ("x", None), ("", None)]
)
def test_following_keeps_the_width(number: str, after: str | None) -> None:
    assert following(number) == after


def test_numbers_sort_as_people_count() -> None:
    numbers = ["R1", "D10", "100", "d2", "10", "02", "D1", "1"]
    assert sorted(numbers, key=natural_key) == ["1", "02", "10", "100", "D1", "d2", "D10", "R1"]


@settings(print_blob=True)
@given(st.lists(numbers, max_size=6))
def test_anything_that_may_be_typed_can_be_sorted(typed: list[str]) -> None:
    assert len(sorted(typed, key=natural_key)) == len(typed)


def test_plain_sorting_would_have_failed() -> None:
    assert sorted(["D10", "D2"]) != sorted(["D10", "D2"], key=natural_key)


@pytest.mark.parametrize(
    ("used", "proposed"),
    [([], ""), (["0000123"], "0000124"), (["12", "CB", ""], "13"), (["7", "3"], "4"), (["CB"], ""), (["²"], "")],
)
def test_the_next_cheque_follows_the_last_one_typed(used: list[str], proposed: str) -> None:
    assert next_cheque(used) == proposed
