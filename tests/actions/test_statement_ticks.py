"""What a line of a statement settles is ticked once, as it was shown, and never what somebody ticked by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from retkoop.actions import bank_statements, ledger, reconciliation, statement_ticks, undo
from retkoop.actions.statement_proposals import search
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.file_tables import BankLine, BankLink
from retkoop.models import Entry, YearKey
from retkoop.statement_rows import lines_of, statements_of
from tests.factories import SOMEONE, a_draft, an_entry
from tests.support.bank_files import CHEQUE, FEE, GRANT, a_bank_year, a_file, confirmed, shown, taken, ticks


@pytest.fixture
def key(app: Flask) -> YearKey:
    """Give that year."""
    return a_bank_year()


CHANGES: dict[str, Callable[[YearKey], object]] = {
    "another amount": lambda k: ledger.edit_entry(SOMEONE, k, 1, 1, a_draft(label="Librairie", bank=-1_300)),
    "struck out": lambda k: ledger.strike_entry(SOMEONE, k, 1),
    "ticked by hand": lambda k: reconciliation.tick_entry(SOMEONE, k, 1, date(2024, 11, 20)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_since_it_was_shown_refuses_the_whole(key: YearKey, change: str) -> None:
    number = taken(key, a_file(GRANT, CHEQUE))
    seal = shown(key, number).seal
    CHANGES[change](key)
    before = ticks(key)
    with pytest.raises(Conflict, match="rien n’a été pointé"):
        statement_ticks.confirm(SOMEONE, key, number, seal)
    assert ticks(key) == before
    assert [line.stored.label for line in shown(key, number).sures] == ["VIR MAIRIE SUBVENTION"]


def test_a_line_already_ticked_by_hand_is_never_touched(key: YearKey) -> None:
    reconciliation.tick_entry(SOMEONE, key, 1, date(2024, 11, 20))
    number = taken(key, a_file(GRANT, CHEQUE))
    (seen,) = shown(key, number).pointees
    assert (seen.stored.label, seen.reason) == ("CHEQUE 8620041", "pointée auparavant")
    confirmed(key, number)
    assert ticks(key)["Librairie"] == date(2024, 11, 20)
    bank_statements.remove(SOMEONE, key, number)
    assert ticks(key)["Librairie"] == date(2024, 11, 20), "what was ticked by hand stays so"


def test_what_is_refused_is_not_proposed_again(key: YearKey) -> None:
    number = taken(key, a_file(CHEQUE))
    (line,) = shown(key, number).sures
    step = statement_ticks.refuse(SOMEONE, key, line.number)
    search(key, number)
    now = shown(key, number)
    assert (now.sures, [one.operations for one in (*now.doutes, *now.inconnues)]) == ((), [()])
    undo.undo(SOMEONE, key, step or 0)
    search(key, number)
    assert len(shown(key, number).sures) == 1


def test_a_line_is_settled_by_several_entries_of_its_amount_and_by_no_others(key: YearKey) -> None:
    number = taken(key, a_file(("25/11/2024", "REMISE", "50,00")))
    line = next(one for one in lines_of(key, BankLine.statement == number))
    with pytest.raises(Refusal, match="la ligne du relevé 50,00"):
        statement_ticks.settle(SOMEONE, key, line.number, [("entry", 3)])
    with pytest.raises(NotFound):
        statement_ticks.settle(SOMEONE, key, line.number, [("entry", 97)])
    step = statement_ticks.settle(SOMEONE, key, line.number, [("entry", 3), ("entry", 4)])
    assert ticks(key)["Famille A"] == ticks(key)["Famille B"] == date(2024, 11, 25)
    with pytest.raises(Conflict, match="déjà pointée"):
        statement_ticks.settle(SOMEONE, key, line.number, [("entry", 2)])
    undo.undo(SOMEONE, key, step)
    assert ticks(key)["Famille A"] is None


def test_a_line_put_aside_or_unticked_waits_again(key: YearKey) -> None:
    number = taken(key, a_file(CHEQUE, FEE))
    (fee,) = shown(key, number).inconnues
    statement_ticks.put_aside(SOMEONE, key, fee.number, True)
    assert [line.stored.label for line in shown(key, number).cote] == [FEE[1]]
    statement_ticks.put_aside(SOMEONE, key, fee.number, False)
    confirmed(key, number)
    (line,) = shown(key, number).pointees
    statement_ticks.untick(SOMEONE, key, line.number)
    assert ticks(key)["Librairie"] is None
    assert [one.stored.label for one in shown(key, number).doutes] == ["CHEQUE 8620041"]


def test_an_entry_typed_from_a_line_only_has_to_be_confirmed(key: YearKey) -> None:
    number = taken(key, a_file(FEE))
    (line,) = shown(key, number).inconnues
    entry = an_entry(key, label="Frais bancaires", bank=-310, allocations=(), voucher="05")
    statement_ticks.made_from(key, line.number, entry)
    now = shown(key, number)
    assert [one.operations[0].label for one in now.sures] == ["Frais bancaires"]
    assert now.is_fresh, "the entry is no change that the person has to be told of"
    confirmed(key, number)
    assert ticks(key)["Frais bancaires"] == date(2024, 11, 29)


def test_an_entry_unticked_in_the_cahier_is_offered_again(key: YearKey) -> None:
    number = taken(key, a_file(CHEQUE))
    confirmed(key, number)
    reconciliation.tick_entry(SOMEONE, key, 1, None)
    (line,) = shown(key, number).doutes
    assert line.reason == "dépointée depuis"


def test_one_operation_is_confirmed_for_one_line_only(key: YearKey) -> None:
    twin = ("25/11/2024", "DIVERS", "-9,90")
    number = taken(key, a_file(twin, twin))
    lines = lines_of(key, BankLine.statement == number)
    entry = an_entry(key, label="Bus", bank=-990, allocations=(), voucher="09", day=date(2024, 11, 24))
    for one in lines:
        statement_ticks.made_from(key, one.number, entry)
    BankLink.insert(**key._asdict(), line=lines[0].number, option=0, kind="entry", operation=entry).execute()
    BankLine.update(state="waiting", confidence="sure").execute()
    assert [len(shown(key, number).sures), len(shown(key, number).inconnues)] == [1, 1]
    confirmed(key, number)
    assert len([line for line in lines_of(key, BankLine.statement == number) if line.state == "ticked"]) == 1


def test_a_tick_taken_back_by_hand_frees_its_operation_for_other_lines(key: YearKey) -> None:
    first = taken(key, a_file(CHEQUE))
    confirmed(key, first)
    reconciliation.tick_entry(SOMEONE, key, 1, None)
    assert statements_of(key)[0].waiting == 1, "it is no Bravo any more"
    later = taken(key, a_file(("13/11/2024", "CHQ 8620041", "-12,00")), "autre.csv")
    assert [line.operations[0].label for line in shown(key, later).sures] == ["Librairie"]


def test_a_line_that_is_settled_is_not_settled_again_by_another(key: YearKey) -> None:
    reconciliation.tick_entry(SOMEONE, key, 1, date(2024, 11, 12))
    number = taken(key, a_file(CHEQUE))
    an_entry(key, label="Autre", bank=-1_200, voucher="08", allocations=())
    (line,) = shown(key, number).pointees
    with pytest.raises(Conflict, match="déjà pointée"):
        statement_ticks.settle(SOMEONE, key, line.number, [("entry", 5)])


def test_of_a_group_unticked_in_part_the_rest_goes_when_the_line_is_settled_otherwise(key: YearKey) -> None:
    number = taken(key, a_file(("25/11/2024", "REMISE", "50,00")))
    (line,) = lines_of(key, BankLine.statement == number)
    statement_ticks.settle(SOMEONE, key, line.number, [("entry", 3), ("entry", 4)])
    reconciliation.tick_entry(SOMEONE, key, 3, None)
    other = an_entry(key, label="Don", bank=5_000, allocations=(), voucher="08")
    statement_ticks.settle(SOMEONE, key, line.number, [("entry", other)])
    assert [ticks(key)[name] for name in ("Famille A", "Famille B", "Don")] == [None, None, date(2024, 11, 25)]


def test_what_the_page_showed_is_sealed_to_the_label(key: YearKey) -> None:
    number = taken(key, a_file(CHEQUE))
    seal = shown(key, number).seal
    Entry.update(label="Tout autre chose", day=date(2025, 5, 5)).where(Entry.number == 1).execute()
    with pytest.raises(Conflict):
        statement_ticks.confirm(SOMEONE, key, number, seal)


def test_an_undo_of_an_untick_does_not_tick_what_another_comparison_took_away(key: YearKey) -> None:
    number = taken(key, a_file(CHEQUE))
    confirmed(key, number)
    (line,) = shown(key, number).pointees
    step = statement_ticks.untick(SOMEONE, key, line.number) or 0
    Entry.update(cheque="").where(Entry.number == 1).execute()
    other = an_entry(key, label="Autre", cheque="8620041", voucher="08")
    search(key, number)
    assert shown(key, number).sures[0].operations[0].number == other
    with pytest.raises(Conflict):
        undo.undo(SOMEONE, key, step)


def test_what_never_touched_the_bank_settles_no_line(key: YearKey) -> None:
    number = taken(key, a_file(FEE))
    (line,) = lines_of(key, BankLine.statement == number)
    cash = an_entry(key, label="Caisse", bank=0, cash=-310, allocations=(), voucher="08")
    with pytest.raises(NotFound):
        statement_ticks.settle(SOMEONE, key, line.number, [("entry", cash)])
