"""Paying-in slips: several receipts, one line of the statement; what leaves the cahier leaves its slip."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from retkoop import reports
from retkoop.actions import deposits, ledger, reconciliation
from retkoop.actions.undo import last_steps, undo
from retkoop.actions.years import load_facts
from retkoop.deposit_reports import deposits as deposits_of
from retkoop.errors import Conflict, Refusal
from retkoop.facts import Allocation, YearFacts
from retkoop.models import DepositLine, DepositSlip, Year, YearKey
from tests.factories import SOMEONE, a_draft, a_year, an_entry
from tests.support.ledger_checks import told

DAY = date(2024, 11, 12)


def sold(amount: int, **values: Any) -> dict[str, Any]:
    return {"bank": amount, "allocations": (Allocation("70700008", amount),), **values}


@pytest.fixture
def key(app: Flask) -> YearKey:
    """Give a year: receipts 1 to 4 (10, 20, 30 and 40 €), expense 5; slip 1 holds 1 and 2."""
    key = a_year()
    for n in (1, 2, 3, 4):
        an_entry(key, **sold(1_000 * n), label=f"Famille {n}", voucher=f"0{n}")
    an_entry(key)
    assert deposits.make_slip(SOMEONE, key, DAY, "Remise de 2 chèques", [1, 2]) == 1
    return key


def stored(key: YearKey) -> YearFacts:
    return load_facts(Year.get(key.of(Year)))


def state(key: YearKey) -> Any:
    """Give the slips, the slip of each entry, and its tick."""
    facts = stored(key)
    return (
        [(slip.number, slip.day, slip.label) for slip in facts.slips],
        {entry.number: (entry.slip, entry.ticked_on) for entry in facts.entries},
    )


def inside(key: YearKey, number: int = 1) -> list[int]:
    return [entry.number for entry in stored(key).entries if entry.slip == number]


def version(key: YearKey, number: int = 1) -> int:
    return int(DepositSlip.get(key.of(DepositSlip), DepositSlip.number == number).version)


def take_back(key: YearKey) -> None:
    undo(SOMEONE, key, last_steps(key, SOMEONE.person)[0].id)


def test_it_holds_its_receipts_and_says_so(key: YearKey) -> None:
    assert inside(key) == [1, 2]
    told_after = {
        "libelle": "Remise de 2 chèques", "date": "2024-11-12", "ecritures": "01 Famille 1 ; 02 Famille 2"
    }  # fmt: skip
    assert told(key)[-1] == ("ajout", "bordereau:1", None, told_after)


def test_a_receipt_named_twice_is_in_it_once(key: YearKey) -> None:
    number = deposits.make_slip(SOMEONE, key, DAY, "Remise", [3, 3])
    assert inside(key, number) == [3]


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ([], "au moins un chèque"),
        ([1], "déjà dans une remise"),
        ([5], "n’est pas une recette"),
        ([3, 4], "n’est pas une recette à remettre en banque, ou elle y a déjà été vue"),
    ],
)
def test_it_refuses_what_cannot_go_in(key: YearKey, entries: list[int], sentence: str) -> None:
    reconciliation.tick_entry(SOMEONE, key, 4, DAY)
    before = state(key)
    with pytest.raises(Refusal, match=sentence):
        deposits.make_slip(SOMEONE, key, DAY, "Remise", entries)
    assert state(key) == before


@pytest.mark.parametrize(
    ("day", "label", "sentence"),
    [
        (date(2024, 8, 31), "Remise", "La date doit être dans l’exercice"),
        (DAY, " ", "Écrivez un libellé"),
        (DAY, "x" * 201, "trop long"),
    ],
)
def test_it_refuses_a_slip_that_says_nothing_right(key: YearKey, day: date, label: str, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        deposits.make_slip(SOMEONE, key, day, label, [3])
    with pytest.raises(Refusal, match=sentence):
        deposits.edit_slip(SOMEONE, key, 1, 1, day, label, [1])


def test_the_same_form_sent_twice_makes_one_slip(key: YearKey) -> None:
    numbers = {deposits.make_slip(SOMEONE, key, DAY, "Remise", [3], "clé") for _ in range(2)}
    assert numbers == {2}
    assert len(stored(key).slips) == 2


def test_it_is_corrected_unless_somebody_else_did_meanwhile(key: YearKey) -> None:
    deposits.edit_slip(SOMEONE, key, 1, 1, DAY, "Remise du mardi", [2, 3])
    assert inside(key) == [2, 3]
    with pytest.raises(Conflict, match="entre-temps"):
        deposits.edit_slip(SOMEONE, key, 1, 1, DAY, "Remise du jeudi", [1])
    assert stored(key).slips[0].label == "Remise du mardi"


def test_one_comes_out_and_whoever_corrects_the_slip_learns_it(key: YearKey) -> None:
    for _ in range(2):
        deposits.take_out(SOMEONE, key, 1, 2)
    assert inside(key) == [1]
    assert len(told(key, "modification")) == 1
    with pytest.raises(Conflict):
        deposits.edit_slip(SOMEONE, key, 1, 1, DAY, "Remise", [1, 2])


def test_the_last_one_out_takes_the_slip_with_it(key: YearKey) -> None:
    deposits.take_out(SOMEONE, key, 1, 1)
    deposits.take_out(SOMEONE, key, 1, 2)
    assert stored(key).slips == ()
    assert told(key)[-1][3] is None


def test_taken_apart_its_entries_stay_as_they_are(key: YearKey) -> None:
    deposits.tick_slip(SOMEONE, key, 1, DAY)
    deposits.undo_slip(SOMEONE, key, 1)
    facts = stored(key)
    assert facts.slips == ()
    assert [entry.ticked_on for entry in facts.entries][:2] == [DAY, DAY]
    assert all(entry.slip is None for entry in facts.entries)


def test_one_tick_ticks_all_and_one_takes_all_back(key: YearKey) -> None:
    before = reports.ticked_balance(stored(key))
    for _ in range(2):
        deposits.tick_slip(SOMEONE, key, 1, DAY)
    assert reports.ticked_balance(stored(key)) == before + 3_000
    assert told(key, "pointage") == [
        ("pointage", "bordereau:1", None, {"libelle": "Remise de 2 chèques", "pointage": "2024-11-12"})
    ]
    deposits.tick_slip(SOMEONE, key, 1, None)
    assert reports.ticked_balance(stored(key)) == before
    assert len(told(key, "dépointage")) == 1


def test_an_entry_on_a_slip_is_ticked_with_it(key: YearKey) -> None:
    before = state(key)
    step = reconciliation.tick_line(SOMEONE, key, 2, DAY)
    assert [entry.ticked_on for entry in stored(key).entries][:3] == [DAY, DAY, None]
    assert told(key)[-1][:2] == ("pointage", "bordereau:1")
    assert reconciliation.tick_line(SOMEONE, key, 1, DAY) is None
    assert step is not None
    undo(SOMEONE, key, step)
    assert state(key) == before


def test_an_entry_on_no_slip_is_ticked_alone(key: YearKey) -> None:
    reconciliation.tick_line(SOMEONE, key, 3, DAY)
    assert [entry.ticked_on for entry in stored(key).entries][:3] == [None, None, DAY]
    assert told(key)[-1][:2] == ("pointage", "ecriture:3")


def test_a_tick_of_a_slip_whose_amount_changed_is_not_taken_back(key: YearKey) -> None:
    step = deposits.tick_slip(SOMEONE, key, 1, DAY)
    ledger.edit_entry(SOMEONE, key, 1, stored(key).by_number[1].version, a_draft(**sold(1_500)))
    assert step is not None
    with pytest.raises(Conflict):
        undo(SOMEONE, key, step)


def test_a_slip_half_seen_keeps_the_day_of_what_was(key: YearKey) -> None:
    reconciliation.tick_entry(SOMEONE, key, 1, date(2024, 11, 20))
    deposits.tick_slip(SOMEONE, key, 1, date(2024, 11, 25))
    assert [entry.ticked_on for entry in stored(key).entries][:2] == [date(2024, 11, 20), date(2024, 11, 25)]


def test_an_entry_struck_out_leaves_its_slip_and_comes_back_without(key: YearKey) -> None:
    ledger.strike_entry(SOMEONE, key, 1)
    assert inside(key) == [2]
    ledger.restore_entry(SOMEONE, key, 1)
    assert inside(key) == [2]


def test_a_slip_whose_entries_are_all_struck_out_goes(key: YearKey) -> None:
    ledger.strike_entry(SOMEONE, key, 1)
    ledger.strike_entry(SOMEONE, key, 2)
    assert stored(key).slips == ()
    assert DepositLine.select().count() == 0


def names(key: YearKey) -> list[str]:
    return [deposit.label for deposit in deposits_of(stored(key))]


def test_a_name_made_of_what_it_holds_follows_what_it_holds(key: YearKey) -> None:
    assert names(key) == ["Remise de 2 chèques"]
    step = deposits.take_out(SOMEONE, key, 1, 1)
    assert names(key) == ["Remise d’un chèque"]
    assert told(key)[-1][3]["libelle"] == "Remise d’un chèque"
    deposits.tick_slip(SOMEONE, key, 1, DAY)
    assert told(key)[-1][3]["libelle"] == "Remise d’un chèque"
    deposits.tick_slip(SOMEONE, key, 1, None)
    assert step is not None
    undo(SOMEONE, key, step)
    assert names(key) == ["Remise de 2 chèques"]


def test_receipts_come_back_to_it_in_any_order(key: YearKey) -> None:
    deposits.edit_slip(SOMEONE, key, 1, 1, DAY, "Remise de 3 chèques", [1, 2, 3])
    steps = [ledger.strike_entry(SOMEONE, key, number) for number in (1, 2)]
    assert names(key) == ["Remise d’un chèque"]
    for step, name in zip(steps, ("Remise de 2 chèques", "Remise de 3 chèques"), strict=True):
        assert step is not None
        undo(SOMEONE, key, step)
        assert names(key) == [name]


def test_a_name_that_somebody_typed_stays(key: YearKey) -> None:
    deposits.edit_slip(SOMEONE, key, 1, 1, DAY, "Remise de 2 chèques, avril", [1, 2])
    deposits.take_out(SOMEONE, key, 1, 1)
    assert names(key) == ["Remise de 2 chèques, avril"]


def test_each_action_gives_the_step_that_takes_it_back(key: YearKey) -> None:
    before = state(key)
    for action in (
        lambda: deposits.edit_slip(SOMEONE, key, 1, version(key), DAY, "Jeudi", [1, 4]),
        lambda: deposits.take_out(SOMEONE, key, 1, 1),
        lambda: deposits.undo_slip(SOMEONE, key, 1),
    ):
        step = action()
        assert step is not None
        undo(SOMEONE, key, step)
        assert state(key) == before
    assert deposits.take_out(SOMEONE, key, 1, 3) is None


def test_an_entry_that_is_no_receipt_any_more_leaves_its_slip(key: YearKey) -> None:
    ledger.edit_entry(SOMEONE, key, 1, 1, a_draft(**sold(1_500)))
    assert inside(key) == [1, 2]
    ledger.edit_entry(SOMEONE, key, 1, 2, a_draft())
    assert inside(key) == [2]
    ledger.edit_entry(SOMEONE, key, 2, 1, a_draft(**sold(2_000, bank=0, cash=2_000)))
    assert stored(key).slips == ()


ACTIONS: dict[str, Callable[[YearKey], object]] = {
    "make": lambda k: deposits.make_slip(SOMEONE, k, DAY, "Remise", [3, 4]),
    "edit": lambda k: deposits.edit_slip(SOMEONE, k, 1, 1, date(2024, 11, 13), "Autre", [2, 3]),
    "edit what it holds": lambda k: deposits.edit_slip(SOMEONE, k, 1, 1, DAY, "Remise de 2 chèques", [1, 4]),
    "take out": lambda k: deposits.take_out(SOMEONE, k, 1, 1),
    "take apart": lambda k: deposits.undo_slip(SOMEONE, k, 1),
    "tick": lambda k: deposits.tick_slip(SOMEONE, k, 1, DAY),
    "strike": lambda k: ledger.strike_entry(SOMEONE, k, 1),
    "edit an entry": lambda k: ledger.edit_entry(SOMEONE, k, 1, 1, a_draft()),
}


@pytest.mark.parametrize("name", ACTIONS)
def test_it_is_taken_back_as_one_and_again(key: YearKey, name: str) -> None:
    before = state(key)
    ACTIONS[name](key)
    after = state(key)
    assert after != before
    take_back(key)
    assert state(key) == before
    take_back(key)
    assert state(key) == after


def test_the_last_entry_struck_comes_back_with_its_slip(key: YearKey) -> None:
    deposits.take_out(SOMEONE, key, 1, 2)
    before = state(key)
    ledger.strike_entry(SOMEONE, key, 1)
    take_back(key)
    assert state(key) == before


def test_making_a_slip_is_not_taken_back_once_it_was_corrected(key: YearKey) -> None:
    number = deposits.make_slip(SOMEONE, key, DAY, "Remise", [3])
    step = last_steps(key, SOMEONE.person)[0].id
    deposits.edit_slip(SOMEONE, key, number, 1, DAY, "Remise", [3, 4])
    after = state(key)
    with pytest.raises(Conflict):
        undo(SOMEONE, key, step)
    assert state(key) == after
