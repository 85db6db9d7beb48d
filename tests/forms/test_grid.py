"""The line of a grid: any entry can be read in it and saved unchanged; what is typed says what it means."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from retkoop.drafts import EntryDraft, says_the_same
from retkoop.facts import Allocation, Entry
from retkoop.forms import grid as forms
from retkoop.forms.grid import line_form, stored_values
from retkoop.grid import GRIDS
from retkoop.ledger_page import AUTOMATIC, CLASSIC
from tests.support.controls import assert_it_notices
from tests.support.year_facts import BOOKS, CHART, CODES, SALES, YEAR, entries_of_any_kind, entry

LINE = {"date": "18/10", "libelle": "Librairie – Albums", "banque_sortie": "12"}


def draft(mode: str, **typed: str) -> EntryDraft | None:
    return line_form(mode, CHART, CODES, {**LINE, **typed}).draft(YEAR, CHART)


def faults(mode: str, **typed: str) -> dict[str, list[str]]:
    form = line_form(mode, CHART, CODES, {**LINE, **typed})
    assert form.draft(YEAR, CHART) is None
    return {field.name: list(field.errors) for field in forms._leaves(form) if field.errors}


def opened_and_saved(mode: str, line: Entry) -> bool:
    """Open an entry in a line, send what its cells hold, and tell whether the entry stays what it was."""
    shown = line_form(mode, CHART, CODES, None, **stored_values(line, CHART)).typed
    again = line_form(mode, CHART, CODES, shown).draft(YEAR, CHART, line.allocations)
    return again is not None and says_the_same(again, line)


@settings(deadline=None, print_blob=True)
@given(st.sampled_from(GRIDS), entries_of_any_kind())
@example(CLASSIC, entry(allocations=(Allocation(BOOKS, 700), Allocation(SALES, -5), Allocation(BOOKS, 500))))
@example(CLASSIC, entry(allocations=(Allocation(BOOKS, 5), Allocation(BOOKS, -5))))
@example(AUTOMATIC, entry(bank=500, cash=-500, allocations=(Allocation(BOOKS, 5), Allocation(SALES, 5))))
@example(AUTOMATIC, entry(bank=-500, allocations=tuple(Allocation(BOOKS, n) for n in range(1, 9))))
def test_any_entry_is_opened_and_saved_unchanged(mode: str, line: Entry) -> None:
    assert opened_and_saved(mode, line)


def test_that_property_notices_a_line_that_forgets_what_was_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "allocated_by_column", lambda sums, before: ())
    assert_it_notices(test_any_entry_is_opened_and_saved_unchanged, st.just(CLASSIC), entries_of_any_kind())


def test_both_sides_of_a_column_make_a_difference() -> None:
    money = {"banque_sortie": "", "banque_entree": "2", "caisse_entree": "12+7,30", "regie": "CP", "rendue": "1 000"}
    made = draft(CLASSIC, compte_70700008="9,30", **money)
    assert made is not None
    assert (made.bank, made.cash, made.advance, made.advance_amount) == (200, 1_930, "CP", -100_000)
    assert made.day == date(2024, 10, 18)


def test_an_account_column_takes_a_refund_with_its_minus() -> None:
    made = draft(CLASSIC, banque_sortie="", banque_entree="4,02", compte_61800008="-4,02")
    assert made is not None
    assert made.allocations == (Allocation(BOOKS, -402),)


def test_a_line_without_account_is_an_entry_that_will_be_red() -> None:
    for mode in GRIDS:
        made = draft(mode)
        assert made is not None
        assert made.allocations == ()


def test_picked_accounts_share_the_money() -> None:
    made = draft(AUTOMATIC, **{"parts-0-compte": "sort", "parts-0-part": "10", "parts-1-compte": "6070 Achats"})
    assert made is not None
    assert made.allocations == (Allocation(BOOKS, 1_000), Allocation("60700008", 200))


BAD = {
    "an unreadable day": ({"date": "32/10"}, "date", "Écrivez la date comme 07/05 ou 07/05/2025."),
    "no day": ({"date": ""}, "date", "Indiquez la date."),
    "a day outside the year": ({"date": "18/10/2020"}, "date", "doit être dans l’exercice 2024-2025"),
    "no label": ({"libelle": " "}, "libelle", "Écrivez un libellé"),
    "a long label": ({"libelle": "x" * 201}, "libelle", "trop long"),
    "an unreadable amount": ({"banque_sortie": "12,5,0"}, "banque_sortie", "n’est pas lisible"),
    "a minus": ({"banque_sortie": "-12"}, "banque_sortie", "sans le signe moins"),
    "no amount": ({"banque_sortie": ""}, "banque_sortie", "Indiquez un montant, par exemple 12,50."),
    "nothing": ({"banque_sortie": "0,00"}, "banque_sortie", "ne peut pas être nul"),
    "both sides of the bank": ({"banque_entree": "100"}, "banque_sortie", "une seule des deux cases"),
    "both sides of the cash box": (
        {"caisse_entree": "1", "caisse_sortie": "1"},
        "caisse_sortie",
        "une seule des deux cases",
    ),
    "both sides of a régie": (
        {"regie": "CP", "versee": "9", "rendue": "3"},
        "rendue",
        "une seule des deux cases",
    ),
    "no régie": ({"versee": "12"}, "regie", "Choisissez la régie"),
    "an unknown régie": ({"regie": "CM9", "versee": "12"}, "regie", "Cette régie n’existe pas."),
}


@pytest.mark.parametrize("mode", GRIDS)
@pytest.mark.parametrize("name", BAD)
def test_each_fault_stands_at_its_own_cell(mode: str, name: str) -> None:
    typed, field, sentence = BAD[name]
    found = faults(mode, **typed)
    assert list(found) == [field]
    assert sentence in found[field][0]


def test_a_column_or_a_part_that_cannot_be_read_says_so() -> None:
    assert "n’est pas lisible" in faults(CLASSIC, compte_61800008="1e3")["compte_61800008"][0]
    assert "trop grand" in faults(CLASSIC, compte_61800008="9 999 999+9 999 999")["compte_61800008"][0]
    found = faults(AUTOMATIC, **{"parts-0-compte": "xyz", "parts-1-compte": "70", "parts-2-compte": "6180",
                                 "parts-2-part": "0"})  # fmt: skip
    assert "Aucun compte" in found["parts-0-compte"][0]
    assert "7070, 7080 ?" in found["parts-1-compte"][0]
    assert "nul" in found["parts-2-part"][0]


def test_all_faults_come_at_once() -> None:
    assert set(faults(CLASSIC, date="", libelle="", banque_sortie="")) == {"date", "libelle", "banque_sortie"}


def test_a_line_with_nothing_but_what_it_proposed_is_empty() -> None:
    for mode in GRIDS:
        assert line_form(mode, CHART, CODES, {"date": "18/10", "pj": "12", "cle": "x", "saisie": mode}).is_empty
        assert not line_form(mode, CHART, CODES, LINE).is_empty


def shown_parts(line: Entry) -> list[tuple[str, str]]:
    form = line_form(AUTOMATIC, CHART, CODES, None, **stored_values(line, CHART))
    assert len(form.explained(CHART)) == len(form.parts)
    return [(part.form.compte._value(), part.form.part._value()) for part in form.parts]


@pytest.mark.parametrize(("accounts", "cells"), [(1, 4), (3, 4), (4, 5), (7, 8), (200, 201), (201, 201)])
def test_there_is_always_an_empty_part_more_as_long_as_there_may_be_one(accounts: int, cells: int) -> None:
    parts = shown_parts(entry(allocations=tuple(Allocation(BOOKS, 1) for _ in range(accounts))))
    assert len(parts) == cells
    assert (parts[-1] == ("", "")) is (accounts < 201)


def test_a_line_takes_no_more_accounts_than_the_exchange_file() -> None:
    for accounts in (200, 201, 250):
        typed = {
            f"parts-{n}-{name}": text for n in range(accounts) for name, text in (("compte", "6180"), ("part", "1"))
        }
        form = line_form(AUTOMATIC, CHART, CODES, {**LINE, "banque_sortie": str(accounts), **typed})
        assert (form.draft(YEAR, CHART) is None) is (accounts > 200)
        assert bool(form.libelle.errors) is (accounts > 200)


def test_the_part_more_is_there_beside_what_was_typed() -> None:
    typed = {f"parts-{rank}-compte": "6180" for rank in range(4)}
    form = line_form(AUTOMATIC, CHART, CODES, {**LINE, **typed})
    assert len(form.parts) == 5
    assert form.typed == {**LINE, **typed, "saisie": AUTOMATIC}


def test_what_was_typed_is_kept_as_it_was_typed() -> None:
    typed = {"date": "18-10", "banque_sortie": "12+", "parts-0-compte": "sort", "parts-0-part": "le tout"}
    form = line_form(AUTOMATIC, CHART, CODES, {**typed, "saisie": AUTOMATIC})
    assert form.typed == {**typed, "saisie": AUTOMATIC}
