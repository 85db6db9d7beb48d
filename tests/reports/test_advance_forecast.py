"""What a régie becomes with some entries more, said before they are kept."""

from __future__ import annotations

from datetime import date

from retkoop.advance_reports import forecast
from retkoop.drafts import EntryDraft
from retkoop.facts import Allocation, YearFacts
from tests.support.year_facts import BOOKS, entry, facts


def handed(amount: int, day: date = date(2024, 11, 4)) -> EntryDraft:
    return EntryDraft(day, "Avance", bank=-amount, advance="CP", advance_amount=amount)


def spent(amount: int, day: date = date(2024, 11, 20)) -> EntryDraft:
    return EntryDraft(day, "Facture", advance="CP", advance_amount=-amount, allocations=(Allocation(BOOKS, amount),))


def holding(amount: int, day: date = date(2024, 10, 1)) -> YearFacts:
    return facts(entry(5, day=day, bank=-amount, advance="CP", advance_amount=amount, allocations=()))


def test_the_guide_s_example_ends_at_zero() -> None:
    back = EntryDraft(date(2024, 11, 21), "Reliquat", bank=2_250, advance="CP", advance_amount=-2_250)
    then = forecast(facts(), "CP", [handed(15_000), spent(12_750), back])
    assert [then.change(name) for name in ("handed_out", "justified", "given_back")] == [15_000, 12_750, 2_250]
    assert (then.before.held, then.after.held, then.is_too_much) == (0, 0, False)


def test_nothing_typed_changes_nothing() -> None:
    then = forecast(holding(20_000), "CP", [])
    assert then.before == then.after
    assert (then.after.held, then.outstanding, then.is_too_much) == (20_000, 0, False)


def test_an_advance_above_the_ceiling_is_said_even_when_it_is_justified_at_once() -> None:
    then = forecast(facts(), "CP", [handed(20_000), spent(20_000)])
    assert (then.after.held, then.outstanding, then.is_too_much) == (0, 20_000, True)


def test_what_the_class_still_holds_counts() -> None:
    assert forecast(holding(10_000), "CP", [handed(5_000)]).is_too_much is False
    assert forecast(holding(10_000), "CP", [handed(5_001)]).is_too_much is True


def test_receipts_never_ask_for_a_warning() -> None:
    assert forecast(holding(20_000), "CP", [spent(1_000)]).is_too_much is False


def test_an_entry_takes_its_place_by_its_day() -> None:
    year = holding(10_000, day=date(2025, 3, 1))
    assert forecast(year, "CP", [handed(10_000), spent(10_000)]).outstanding == 10_000
    assert [line.held for line in forecast(year, "CP", [handed(10_000)]).after.movements] == [10_000, 20_000]


def test_too_much_justified_is_below_zero() -> None:
    assert forecast(holding(10_000), "CP", [spent(11_200)]).after.held == -1_200
