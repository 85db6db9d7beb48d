"""Amounts as people type and read them, and as the exchange file has them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retkoop.money import LARGEST, AmountError, format_amount, format_euros, from_archive, parse_amount, to_archive
from tests.support.controls import assert_it_notices

amounts = st.integers(-LARGEST, LARGEST)


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("12", 1_200), ("12,5", 1_250), ("12.50", 1_250), ("0,05", 5), ("-3", -300), ("−3,10", -310), ("–3", -300),
        ("1 234,56 €", 123_456), ("1\u202f234,56\u00a0€", 123_456), ("1234567", 123_456_700), ("  7 ", 700),
        ("12+7,30", 1_930), ("12 + 7,30 - 1", 1_830), ("+5", 500), ("0", 0), ("9999999,99", LARGEST),
        ("12 € + 5 €", 1_700), ("3€", 300),
    ],
)  # fmt: skip
def test_it_reads_what_people_type(typed: str, cents: int) -> None:
    assert parse_amount(typed) == cents


@pytest.mark.parametrize(
    "typed",
    [
        "12,5,0", "1e3", "−", "-", "+", "--3", "+-3", "12+", "12,", ",5", "12,505", "1.234,56", "1,234.56", "12 34",
        "1  2", "douze", "12€50", "0x10", "1_000", "NaN", "inf", "½", "²", "1²", "12;5", "1" * 40, "12\x00",
    ],
)  # fmt: skip
def test_it_refuses_what_is_no_amount_with_an_example_of_one(typed: str) -> None:
    with pytest.raises(AmountError, match="12,50"):
        parse_amount(typed)


@pytest.mark.parametrize("typed", ["", "   ", "€", "\u00a0"])
def test_it_asks_for_an_amount_when_there_is_none(typed: str) -> None:
    with pytest.raises(AmountError, match=r"^Indiquez un montant"):
        parse_amount(typed)


@pytest.mark.parametrize("typed", ["10000000", "-10 000 000,00", "9999999+1"])
def test_it_refuses_what_no_cooperative_ever_moved(typed: str) -> None:
    with pytest.raises(AmountError, match="trop grand"):
        parse_amount(typed)


@settings(print_blob=True)
@given(st.text(alphabet="0123456789 ,.+-−€e\u00a0\u202f²٣", max_size=12))
def test_any_text_is_an_amount_or_a_sentence(typed: str) -> None:
    with contextlib.suppress(AmountError):
        assert isinstance(parse_amount(typed), int)


@pytest.mark.parametrize(
    ("cents", "shown"), [(0, "0,00"), (5, "0,05"), (-5, "-0,05"), (123_456, "1\u202f234,56"), (-100, "-1,00")]
)
def test_it_writes_amounts_as_french_people_do(cents: int, shown: str) -> None:
    assert format_amount(cents) == shown
    assert format_euros(cents) == f"{shown}\u00a0€"


@settings(print_blob=True)
@given(amounts)
def test_what_is_shown_can_be_typed_back(cents: int) -> None:
    assert parse_amount(format_amount(cents)) == cents
    assert parse_amount(format_euros(cents)) == cents


@settings(print_blob=True)
@given(amounts)
def test_the_exchange_file_gives_back_the_same_cents(cents: int) -> None:
    assert from_archive(to_archive(cents)) == cents


def test_the_round_trip_notices_a_lost_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = to_archive
    monkeypatch.setitem(globals(), "to_archive", lambda cents: whole(abs(cents)))
    assert_it_notices(test_the_exchange_file_gives_back_the_same_cents, amounts)


@pytest.mark.parametrize(("cents", "written"), [(-123_456, "-1234.56"), (5, "0.05"), (-5, "-0.05"), (0, "0.00")])
def test_it_writes_the_exchange_file_in_one_way(cents: int, written: str) -> None:
    assert to_archive(cents) == written


@pytest.mark.parametrize(
    "value",
    [
        "12,50", "12", "12.5", "12.505", "1e3", "+1.00", " 1.00", "1.00\n", "01.00", "-", "", "--1.00", "1 000.00",
        "NaN", "٣.٠٠", "1٢.00", "10000000.00", "999999999.99", "9" * 5_000 + ".00", 12.5, 12, None, True, ["1.00"],
    ],
)  # fmt: skip
def test_the_exchange_file_is_read_strictly(value: object) -> None:
    with pytest.raises(AmountError):
        from_archive(value)
