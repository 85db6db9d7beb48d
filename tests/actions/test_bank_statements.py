"""A bank statement is read, compared with the cahier, confirmed and taken back; nothing is ticked by itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from retkoop import reports
from retkoop.actions import bank_statements, reconciliation, statement_ticks, undo
from retkoop.actions.exchange import import_archive
from retkoop.actions.statement_files import rows_of
from retkoop.actions.statement_proposals import search
from retkoop.audit import OPERATOR
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.file_tables import BankLine, BankLink, BankStatement
from retkoop.models import Entry, Year, YearKey
from retkoop.statement_rows import lines_of, mapping_and_rows, statements_of
from retkoop.statements import Mapping, read_table
from retkoop.statements.columns import from_json, to_json
from retkoop.year_rows import year_facts
from tests.factories import CASES, SOMEONE
from tests.support.bank_files import CHEQUE, FEE, GRANT, a_bank_year, a_file, confirmed, shown, taken, ticks
from tests.support.ledger_checks import close_at_once

POINTED = sorted(folder for folder in CASES.iterdir() if (folder / "verite.json").exists())


@pytest.fixture
def key(app: Flask) -> YearKey:
    """Give that year."""
    return a_bank_year()


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


def test_deleting_leaves_what_was_ticked_again_by_hand(key: YearKey) -> None:
    number = taken(key, a_file(CHEQUE))
    confirmed(key, number)
    reconciliation.tick_entry(SOMEONE, key, 1, None)
    reconciliation.tick_entry(SOMEONE, key, 1, date(2024, 11, 28))
    assert bank_statements.remove(SOMEONE, key, number)[0] == 0
    assert ticks(key)["Librairie"] == date(2024, 11, 28)


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
