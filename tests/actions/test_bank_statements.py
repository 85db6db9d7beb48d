"""A bank statement is read, compared with the cahier, confirmed and taken back; nothing is ticked by itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from retkoop import reports
from retkoop.actions import bank_statements, ledger, reconciliation, statement_ticks, undo
from retkoop.actions.exchange import import_archive
from retkoop.actions.statement_files import rows_of
from retkoop.actions.statement_proposals import book_of, search
from retkoop.audit import OPERATOR
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.file_tables import BankLine, BankLink, BankStatement
from retkoop.models import Entry, PriorOperation, Year, YearKey
from retkoop.statement_board import Board, board
from retkoop.statement_rows import lines_of, mapping_and_rows, statements_of
from retkoop.statements import Mapping, read_table
from retkoop.statements.columns import from_json, to_json
from retkoop.year_rows import year_facts
from tests.factories import CASES, SOMEONE, a_draft, a_year, an_entry
from tests.support.ledger_checks import close_at_once

POINTED = sorted(folder for folder in CASES.iterdir() if (folder / "verite.json").exists())
HEAD = "Date;Libellé;Débit;Crédit\n"


def a_file(*lines: tuple[str, str, str], closing: str = "") -> bytes:
    """Write a CSV as a bank does: day, label, signed amount."""
    rows = [f"{day};{label};{amount[1:] if amount[0] == '-' else ''};{amount if amount[0] != '-' else ''}"
            for day, label, amount in lines]  # fmt: skip
    foot = [f"Solde au 30/11/2024;{closing};;"] if closing else []
    return (HEAD + "\n".join([*rows, *foot]) + "\n").encode()


def taken(key: YearKey, data: bytes, name: str = "releve.csv") -> int:
    """Read a file and give the number of its statement."""
    return bank_statements.take_in(SOMEONE, key, name, data).number


def shown(key: YearKey, number: int) -> Board:
    """Give what the page of a statement shows."""
    statement = next(one for one in statements_of(key) if one.number == number)
    return board(statement, lines_of(key, BankLine.statement == number), book_of(key))


def confirmed(key: YearKey, number: int) -> int:
    """Confirm what is sure, as it is shown, and give the step."""
    return statement_ticks.confirm(SOMEONE, key, number, shown(key, number).seal)[1]


def ticks(key: YearKey) -> dict[str, date | None]:
    """Give the day on which each operation was seen, by its label."""
    rows = [*Entry.select().where(key.of(Entry)), *PriorOperation.select().where(key.of(PriorOperation))]
    return {row.label: row.ticked_on for row in rows}


@pytest.fixture
def key(app: Flask) -> YearKey:
    """Give a year with a cheque, a transfer in, and two subscriptions of the same amount."""
    key = a_year()
    an_entry(key, label="Librairie", bank=-1_200, cheque="8620041", voucher="01")
    an_entry(key, label="Mairie – Subvention", bank=30_000, allocations=(), voucher="02", day=date(2024, 11, 6))
    an_entry(key, label="Famille A", bank=2_500, allocations=(), voucher="03", day=date(2024, 11, 7))
    an_entry(key, label="Famille B", bank=2_500, allocations=(), voucher="04", day=date(2024, 11, 7))
    return key


CHEQUE, GRANT = ("12/11/2024", "CHEQUE 8620041", "-12,00"), ("08/11/2024", "VIR MAIRIE SUBVENTION", "300,00")
FEE = ("29/11/2024", "FRAIS TENUE DE COMPTE", "-3,10")


@pytest.mark.parametrize("folder", POINTED, ids=lambda folder: folder.name)
@pytest.mark.parametrize("suffix", ["ofx", "camt053.xml", "csv"])
def test_confirming_what_is_sure_gives_the_truth_of_a_shared_year(app: Flask, folder: Path, suffix: str) -> None:
    key = import_archive(OPERATOR, folder / "a-pointer.zip", app.config["STORAGE"])
    truth = json.loads((folder / "verite.json").read_text("utf-8"))
    before = ticks(key)
    number = taken(key, (folder / f"releve.{suffix}").read_bytes(), f"releve.{suffix}")
    assert ticks(key) == before, "reading ticks nothing"
    confirmed(key, number)
    vouchers = {(row.voucher, str(row.ticked_on)) for row in Entry.select().where(key.of(Entry)) if row.ticked_on}
    days = [line["date"] for line in truth["lignes"]]
    wanted = {(one, day) for day, link in zip(days, truth["pointages"], strict=True) for one in link["ecritures"]}
    assert vouchers == wanted
    facts = year_facts(Year.get(key.of(Year)))
    assert reports.statement_gap(facts) == 0
    now = shown(key, number)
    assert (now.sures, now.doutes, now.inconnues) == ((), (), ())


def test_a_file_read_twice_adds_nothing(key: YearKey) -> None:
    number = taken(key, a_file(CHEQUE, GRANT))
    again = bank_statements.take_in(SOMEONE, key, "copie.csv", a_file(CHEQUE, GRANT))
    assert again == (number, False)
    assert BankLine.select().count() == 2


def test_an_overlapping_file_adds_only_what_is_new_and_says_so(key: YearKey) -> None:
    taken(key, a_file(GRANT, CHEQUE))
    number = taken(key, a_file(CHEQUE, FEE), "novembre.csv")
    assert [line.label for line in lines_of(key, BankLine.statement == number)] == [FEE[1]]
    (statement, _) = statements_of(key)
    assert (statement.told, statement.known, statement.lines) == (2, 1, 1)


def test_two_true_twins_of_one_day_are_two_lines(key: YearKey) -> None:
    twin = ("08/11/2024", "VIR FAMILLE", "25,00")
    number = taken(key, a_file(twin, twin))
    assert [line.amount for line in lines_of(key, BankLine.statement == number)] == [2_500, 2_500]


def test_what_is_not_of_this_year_is_left_out_and_counted(key: YearKey) -> None:
    number = taken(key, a_file(("30/08/2024", "ANCIEN", "-5,00"), CHEQUE))
    assert [line.label for line in lines_of(key, BankLine.statement == number)] == ["CHEQUE 8620041"]
    assert statements_of(key)[0].outside == 1
    with pytest.raises(Refusal, match="aucune de ses lignes"):
        taken(key, a_file(("30/08/2024", "ANCIEN", "-5,00")), "ancien.csv")


def test_confirming_ticks_on_the_day_of_the_bank_and_takes_its_balance(key: YearKey) -> None:
    number = taken(key, a_file(GRANT, CHEQUE, closing="1288,00"))
    assert confirmed(key, number)
    assert ticks(key)["Librairie"] == date(2024, 11, 12)
    year = Year.get(key.of(Year))
    assert (year.statement_day, year.statement_balance) == (date(2024, 11, 30), 128_800)


def test_one_click_takes_a_confirmation_back_whole(key: YearKey) -> None:
    number = taken(key, a_file(GRANT, CHEQUE, closing="1288,00"))
    before, sure = ticks(key), shown(key, number).seal
    step = confirmed(key, number)
    undo.undo(SOMEONE, key, step)
    assert ticks(key) == before
    assert shown(key, number).seal == sure
    assert Year.get(key.of(Year)).statement_day is None


def test_a_balance_of_an_older_statement_does_not_replace_a_later_one(key: YearKey) -> None:
    reconciliation.set_statement(SOMEONE, key, date(2025, 1, 31), 5)
    confirmed(key, taken(key, a_file(CHEQUE, closing="988,00")))
    assert Year.get(key.of(Year)).statement_balance == 5


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


def test_deleting_a_statement_takes_its_ticks_back_and_may_be_taken_back_itself(key: YearKey) -> None:
    number = taken(key, a_file(GRANT, CHEQUE, FEE))
    before = ticks(key)
    confirmed(key, number)
    after = ticks(key)
    unticked, step = bank_statements.remove(SOMEONE, key, number)
    assert (unticked, ticks(key), statements_of(key)) == (2, before, [])
    assert [table.select().count() for table in (BankLine, BankLink)] == [0, 0]
    undo.undo(SOMEONE, key, step)
    assert ticks(key) == after
    assert [len(part) for part in (shown(key, number).pointees, shown(key, number).inconnues)] == [2, 1]


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


def test_a_table_without_titles_waits_for_its_columns_which_are_then_remembered(key: YearKey) -> None:
    bare = b"1;12/11/2024;CHEQUE 8620041;-12,00\n2;13/11/2024;ACHAT;-7,00\n"
    number = taken(key, bare)
    assert statements_of(key)[0].told == 0
    mapping = Mapping(day=1, labels=(2,), amount=3)
    rows = rows_of(mapping_and_rows(key, number)[1])
    bank_statements.read_again(SOMEONE, key, number, to_json(mapping), read_table(rows, mapping, "CSV"))
    assert len(shown(key, number).sures) == 1
    later = taken(key, b"1;14/11/2024;PRLV;-3,00\n2;15/11/2024;ACHAT;-4,00\n", "suite.csv")
    assert [line.amount for line in lines_of(key, BankLine.statement == later)] == [-300, -400]


def test_columns_are_corrected_until_something_is_ticked(key: YearKey) -> None:
    number = taken(key, a_file(CHEQUE))
    confirmed(key, number)
    assert not statements_of(key)[0].has_rows
    assert BankStatement.get().rows == ""


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


def test_deleting_leaves_what_was_ticked_again_by_hand(key: YearKey) -> None:
    number = taken(key, a_file(CHEQUE))
    confirmed(key, number)
    reconciliation.tick_entry(SOMEONE, key, 1, None)
    reconciliation.tick_entry(SOMEONE, key, 1, date(2024, 11, 28))
    assert bank_statements.remove(SOMEONE, key, number)[0] == 0
    assert ticks(key)["Librairie"] == date(2024, 11, 28)


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


def test_a_deleted_statement_does_not_come_back_beside_its_lines(key: YearKey) -> None:
    number = taken(key, a_file(CHEQUE, FEE))
    _, step = bank_statements.remove(SOMEONE, key, number)
    taken(key, a_file(CHEQUE, GRANT), "autre.csv")
    with pytest.raises(Conflict, match="lues de nouveau"):
        undo.undo(SOMEONE, key, step)
    assert BankLine.select().count() == 2


def test_titles_that_stand_on_another_line_lose_no_operation(key: YearKey) -> None:
    heading = b"Compte courant\nAgence du Bourg\n"
    number = taken(key, heading + a_file(CHEQUE, FEE))
    told = mapping_and_rows(key, number)
    mapping = from_json(told[0])
    read = read_table(rows_of(told[1]), mapping, "CSV")
    bank_statements.read_again(SOMEONE, key, number, to_json(mapping), read)
    later = taken(key, a_file(GRANT, ("30/11/2024", "CARTE", "-1,00")), "suite.csv")
    assert len(lines_of(key, BankLine.statement == later)) == 2


def test_a_balance_of_the_day_of_the_download_does_not_replace_the_one_of_the_statement(key: YearKey) -> None:
    data = a_file(CHEQUE).decode() + "Solde au 20/01/2025;2500,00;;\n"
    confirmed(key, taken(key, data.encode()))
    assert Year.get(key.of(Year)).statement_day is None
    assert statements_of(key)[0].closing_day == date(2025, 1, 20)


def test_a_balance_out_of_all_measure_is_not_taken_up(key: YearKey) -> None:
    confirmed(key, taken(key, a_file(CHEQUE, closing="99999999,00")))
    assert statements_of(key)[0].closing is None


def test_what_never_touched_the_bank_settles_no_line(key: YearKey) -> None:
    number = taken(key, a_file(FEE))
    (line,) = lines_of(key, BankLine.statement == number)
    cash = an_entry(key, label="Caisse", bank=0, cash=-310, allocations=(), voucher="08")
    with pytest.raises(NotFound):
        statement_ticks.settle(SOMEONE, key, line.number, [("entry", cash)])


def test_nothing_of_a_closed_year_changes_by_a_statement(key: YearKey) -> None:
    number = taken(key, a_file(CHEQUE))
    seal = shown(key, number).seal
    close_at_once(key)
    ways: list[Callable[[], object]] = [
        lambda: taken(key, a_file(FEE)),
        lambda: statement_ticks.confirm(SOMEONE, key, number, seal),
        lambda: bank_statements.remove(SOMEONE, key, number),
        lambda: search(key, number),
        lambda: statement_ticks.settle(SOMEONE, key, 1, [("entry", 1)]),
        lambda: statement_ticks.refuse(SOMEONE, key, 1),
        lambda: statement_ticks.put_aside(SOMEONE, key, 1, True),
        lambda: statement_ticks.untick(SOMEONE, key, 1),
    ]
    for way in ways:
        with pytest.raises(Conflict, match="clos"):
            way()


def test_a_statement_of_another_cooperative_is_not_found(key: YearKey) -> None:
    number = taken(key, a_file(CHEQUE))
    other = key._replace(start_year=2023)
    Year.insert(**other._asdict()).execute()
    with pytest.raises(NotFound):
        bank_statements.remove(SOMEONE, other, number)
    with pytest.raises(NotFound):
        statement_ticks.settle(SOMEONE, other, 1, [("entry", 1)])
