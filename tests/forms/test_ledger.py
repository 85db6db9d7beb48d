"""The single form of an entry: as many lines as an entry may have, and what is left to share out."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from retkoop.facts import Allocation
from retkoop.forms.ledger import MOST_LINES, EntryForm, filled_form
from tests.support.year_facts import BOOKS, CHART, CODES, YEAR, entry

TYPED = {"date": "2024-10-18", "libelle": "Librairie – Albums", "nature": "depense", "moyen": "banque"}


def form_of(lines: int, amount: str = "1", **typed: str) -> EntryForm:
    rows = {
        f"lignes-{n}-{name}": value for n in range(lines) for name, value in (("compte", BOOKS), ("montant", amount))
    }
    return EntryForm(MultiDict({**TYPED, **rows, **typed})).offer(CHART, CODES, [])


@pytest.mark.parametrize("gap", [0, 5])
@pytest.mark.parametrize("accounts", [20, 25, 200])
def test_an_entry_of_many_accounts_is_opened_and_saved_unchanged(accounts: int, gap: int) -> None:
    line = entry(bank=-100 * accounts - gap, allocations=tuple(Allocation(BOOKS, 100) for _ in range(accounts)))
    form = filled_form(line, CHART).offer(CHART, CODES, [])
    assert len(form.lignes) == accounts + bool(gap)
    draft = form_of(accounts, total=f"{accounts},0{gap}").draft(YEAR, CHART)
    assert draft is not None
    assert (draft.bank, draft.allocations) == (line.bank, line.allocations)


@pytest.mark.parametrize(("lines", "kept"), [(200, True), (201, False), (250, False)])
def test_an_entry_of_more_accounts_than_the_exchange_file_takes_is_refused(lines: int, kept: bool) -> None:
    form = form_of(lines)
    assert (form.draft(YEAR, CHART) is not None) is kept
    assert any("200 comptes au plus" in text for _, text in form.all_faults) is not kept


def test_no_line_is_added_where_none_can_be() -> None:
    form = form_of(MOST_LINES)
    form.add_line()
    assert len(form.lignes) == MOST_LINES


def test_what_is_left_never_replaces_an_amount_that_was_typed() -> None:
    form = form_of(MOST_LINES, total="500")
    assert form.draft(YEAR, CHART) is None
    (sentence,) = form.total.errors
    assert "Il reste 299,00" in sentence.replace("\u00a0", " ")
    assert form.lignes[-1].form.montant.data == 100


def test_lines_beyond_the_sum_say_by_how_much() -> None:
    form = form_of(3, total="2")
    assert form.draft(YEAR, CHART) is None
    assert "Les lignes dépassent cette somme de 1,00" in form.total.errors[0].replace("\u00a0", " ")
