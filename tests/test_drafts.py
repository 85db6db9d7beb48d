"""Drafts of entries: what forbids to keep one, and the single form's shapes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from retkoop import drafts
from retkoop.drafts import EntryDraft, Shape, ShapeLine, compose, decompose, draft_faults
from retkoop.facts import Allocation, Entry
from retkoop.money import LARGEST
from tests.support.controls import assert_it_notices
from tests.support.year_facts import BOOKS, CHART, SALES, YEAR, entries_of_any_kind, entry


def draft(**values: Any) -> EntryDraft:
    defaults: dict[str, Any] = {"day": date(2024, 11, 4), "label": "Librairie – Albums", "bank": -1_200}
    return EntryDraft(**{**defaults, "allocations": (Allocation(BOOKS, 1_200),), **values})


def faults(**values: Any) -> dict[str, str]:
    return dict(draft_faults(draft(**values), YEAR, CHART, ["CP"], ["Théâtre"]))


def test_a_valid_draft_has_no_fault() -> None:
    assert faults() == {}
    assert faults(advance="CP", advance_amount=1_200, project="Théâtre", allocations=()) == {}


def test_an_unbalanced_draft_is_kept_and_will_be_red() -> None:
    assert faults(allocations=()) == {}
    assert faults(allocations=(Allocation(BOOKS, 1),)) == {}


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"day": date(2024, 8, 31)}, "day", "2024-2025, du 01/09/2024 au 31/08/2025"),
        ({"day": date(2025, 9, 1)}, "day", "dans l’exercice 2024-2025"),
        ({"label": "  "}, "label", "Écrivez un libellé"),
        ({"label": "é" * 201}, "label", "200 caractères au plus (ici 201)"),
        ({"label": "a\x00b"}, "label", "caractère invisible"),
        ({"label": "a\nb"}, "label", "caractère invisible"),
        ({"label": "a\ud800b"}, "label", "caractère invisible"),
        ({"voucher": "1" * 21}, "voucher", "20 caractères au plus"),
        ({"cheque": "1" * 21}, "cheque", "20 caractères au plus"),
        ({"bank": 0}, "amount", "ne peut pas être nul"),
        ({"bank": LARGEST + 1}, "amount", "trop grand"),
        ({"cash": -LARGEST - 1}, "amount", "trop grand"),
        ({"advance": "CM1", "advance_amount": 5}, "advance", "Cette régie n’existe pas."),
        ({"advance": "CP"}, "advance", "Choisissez la régie et indiquez son montant."),
        ({"advance_amount": 5}, "advance", "Choisissez la régie et indiquez son montant."),
        ({"project": "Cirque"}, "project", "Ce projet n’existe pas."),
        ({"allocations": (Allocation("51200008", 5),)}, "allocations[0].account", "Ce compte n’existe pas."),
        ({"allocations": (Allocation(BOOKS, 5), Allocation(SALES, 0))}, "allocations[1].amount", "nul"),
        ({"allocations": (Allocation(BOOKS, LARGEST + 1),)}, "allocations[0].amount", "trop grand"),
    ],
)
def test_each_fault_names_its_field_and_says_why(values: dict[str, Any], field: str, message: str) -> None:
    found = faults(**values)
    assert list(found) == [field]
    assert message in found[field]


@pytest.mark.parametrize("day", [date(2024, 9, 1), date(2025, 8, 31), date(2025, 2, 28)])
def test_both_ends_of_the_exercice_belong_to_it(day: date) -> None:
    assert faults(day=day) == {}


def test_all_faults_come_at_once() -> None:
    found = faults(day=date(2023, 1, 1), label="", bank=0, project="?", allocations=(Allocation("?", 1),))
    assert set(found) == {"day", "label", "amount", "project", "allocations[0].account"}


def amounts(line: Entry) -> tuple[Any, ...]:
    return (line.bank, line.cash, line.advance, line.advance_amount, line.allocations)


@settings(deadline=None, print_blob=True)
@given(entries_of_any_kind())
@example(entry(bank=-49_900, cash=49_900, allocations=()))
@example(entry(bank=-500, cash=500))
@example(entry(bank=500, cash=-500, advance="CP", advance_amount=3, allocations=()))
@example(entry(bank=-700, cash=-300, spent=1_000))
@example(entry(bank=-700, allocations=(Allocation(BOOKS, 900), Allocation(BOOKS, -200))))
@example(entry(bank=-15_000, advance="CP", advance_amount=15_000, allocations=()))
@example(entry(bank=0, advance="CP", advance_amount=-12_750, spent=12_750))
def test_the_form_gives_back_the_amounts_of_any_entry(line: Entry) -> None:
    assert tuple(compose(decompose(line, CHART), CHART)) == amounts(line)


def test_that_property_notices_a_shape_that_loses_the_cash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "_means", lambda line: drafts.BANK)
    assert_it_notices(test_the_form_gives_back_the_amounts_of_any_entry, entries_of_any_kind())


@pytest.mark.parametrize(
    ("line", "nature"),
    [
        (entry(bank=-1_200, spent=1_200), drafts.EXPENSE),
        (entry(bank=1_200, sold=1_200), drafts.RECEIPT),
        (entry(bank=1_200, spent=-1_200), drafts.RECEIPT),
        (entry(bank=500, cash=-500, allocations=()), drafts.TRANSFER),
        (entry(bank=-500, advance="CP", advance_amount=500, allocations=()), drafts.ADVANCE),
        (entry(bank=0, advance="CP", advance_amount=-500, spent=500), drafts.ADVANCE),
        (entry(bank=-500, advance="CP", advance_amount=300, spent=200), drafts.FREE),
    ],
)
def test_each_kind_of_entry_opens_in_its_own_shape(line: Entry, nature: str) -> None:
    assert decompose(line, CHART).nature == nature


def test_a_red_entry_shows_what_no_account_explains_as_a_last_line() -> None:
    shape = decompose(entry(bank=-1_200, spent=1_000), CHART)
    assert shape.lines == (ShapeLine(BOOKS, 1_000), ShapeLine("", 200))


def test_a_refund_is_an_amount_of_the_other_sign() -> None:
    shape = Shape(drafts.RECEIPT, (ShapeLine(BOOKS, 1_500),))
    assert compose(shape, CHART) == (1_500, 0, None, 0, (Allocation(BOOKS, -1_500),))


@settings(deadline=None, print_blob=True)
@given(st.sampled_from(drafts.MOVEMENTS), st.sampled_from(drafts.MEANS), st.integers(1, 50_000), st.integers(0, 50_000))
def test_every_movement_of_a_regie_is_balanced(movement: str, means: str, amount: int, cash: int) -> None:
    shape = Shape(
        drafts.ADVANCE, (ShapeLine(BOOKS, amount),), means, min(cash, amount), movement=movement, advance="CP"
    )
    made = compose(shape, CHART)
    allocated = sum(CHART.sign(line.account) * line.amount for line in made.allocations)
    assert made.bank + made.cash + made.advance_amount == allocated
    assert abs(made.advance_amount) == amount


def test_an_unknown_account_is_left_to_the_faults() -> None:
    made = compose(Shape(drafts.EXPENSE, (ShapeLine("nimporte", 5),)), CHART)
    assert made.bank == -5
    assert replace(draft(), allocations=made.allocations).allocations[0].account == "nimporte"
