"""Keeping the figures of a CRF typed in directly, and the way to this mode and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from retkoop.actions import direct_report, ledger, reconciliation, tables, years
from retkoop.actions.advances import add_movements
from retkoop.actions.backup import restore, save
from retkoop.actions.direct_report import Changed, Unconfirmed, save_direct, turn_cahier, turn_direct
from retkoop.actions.undo import last_steps, undo
from retkoop.actions.years import load_facts
from retkoop.audit import Actor
from retkoop.direct import fingerprint
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.facts import Allocation, DirectOperation, DirectReport
from retkoop.models import DirectOperation as OperationRow
from retkoop.models import Grant, Year, YearKey, find_coop
from retkoop.school_year import SchoolYear
from retkoop.year_rows import direct_figures
from tests.factories import SOMEONE, a_coop, a_draft, a_year, an_advance, an_entry
from tests.support.ledger_checks import close_at_once, everything_of, told

DAY = date(2025, 8, 20)
BUS = DirectOperation(1, DAY, "Cars Martin", "0042", -3_000)
PHOTO = DirectOperation(2, DAY, "Photographe", "", 5_000)
SALE, BOOKS = Allocation("70700008", 12_000), Allocation("61800008", 4_000)
FIGURES = DirectReport(108_000, 5_000, (BOOKS, SALE), (BUS, PHOTO))
OTHER = Actor("Dominique Autre", 2)


@pytest.fixture
def key(app: Flask) -> YearKey:
    """Give an open year typed in directly: 1 000,00 € in bank and 50,00 € in cash at its opening."""
    key = a_year()
    turn_direct(SOMEONE, key)
    return key


def seen(key: YearKey) -> str:
    return fingerprint(direct_figures(key), Year.get(key.of(Year)).bank_account)


def keep(key: YearKey, figures: DirectReport, account: str = "512", actor: Actor = SOMEONE) -> int | None:
    return save_direct(actor, key, seen(key), figures, account)


def test_a_year_that_follows_may_have_another_bank_than_the_year_before(app: Flask) -> None:
    before = a_year()
    key = years.open_year(SOMEONE, find_coop(before.coop), SchoolYear(2025))  # type: ignore[arg-type]
    turn_direct(SOMEONE, key)
    keep(key, replace(FIGURES, operations=()), "514")
    an_entry(before)
    assert Year.get(key.of(Year)).bank_account == "514"


def test_it_keeps_figures_right_or_wrong_with_one_line(key: YearKey) -> None:
    keep(key, FIGURES, "514")
    row = Year.get(key.of(Year))
    assert direct_figures(key) == FIGURES
    assert row.bank_account == "514"
    (line,) = told(key, "modification")
    assert line[1] == "crf"
    assert line[3]["banque"] == 108_000
    assert line[3]["operations"][0] == ["2025-08-20", "Cars Martin", "0042", -3_000]
    version = row.version
    assert keep(key, FIGURES, "514") is None
    assert Year.get(key.of(Year)).version == version + 1
    assert len(told(key, "modification")) == 1


def test_figures_replace_others_row_by_row(key: YearKey) -> None:
    keep(key, FIGURES)
    less = DirectReport(1, 2, (Allocation("61800008", 7),), (PHOTO,))
    keep(key, less)
    found = direct_figures(key)
    assert (found.bank, found.cash, found.accounts) == (1, 2, less.accounts)
    assert [line.label for line in found.operations] == ["Photographe"]
    keep(key, FIGURES)
    assert [line.label for line in direct_figures(key).operations] == ["Cars Martin", "Photographe"]
    # A number that was given is not given again.
    assert [row.number for row in OperationRow.select().order_by(OperationRow.number)] == [1, 3]


def test_who_did_not_see_the_last_figures_is_told(key: YearKey) -> None:
    before = seen(key)
    keep(key, FIGURES)
    with pytest.raises(Changed):
        save_direct(OTHER, key, before, DirectReport(1), "512")
    assert direct_figures(key) == FIGURES
    assert save_direct(OTHER, key, "n’importe quoi", FIGURES, "512") is None


@pytest.mark.parametrize(
    "figures",
    [
        DirectReport(accounts=(Allocation("99999999", 1),)),
        DirectReport(accounts=(BOOKS, BOOKS)),
        DirectReport(accounts=(Allocation("61800008", 0),)),
        DirectReport(bank=10**10),
        DirectReport(operations=(DirectOperation(1, date(2024, 8, 31), "Car", "", 1),)),
        DirectReport(operations=(DirectOperation(1, DAY, "  ", "", 1),)),
        DirectReport(operations=(DirectOperation(1, DAY, "x" * 201, "", 1),)),
        DirectReport(operations=(DirectOperation(1, DAY, "Car", "x" * 21, 1),)),
        DirectReport(operations=(DirectOperation(1, DAY, "Car", "", 0),)),
        DirectReport(operations=(BUS,) * 101),
    ],
)
def test_what_is_no_report_is_refused(key: YearKey, figures: DirectReport) -> None:
    before = everything_of(key)
    with pytest.raises(Refusal):
        keep(key, figures)
    assert everything_of(key) == before


WRITES: dict[str, Any] = {
    "save_direct": lambda k: keep(k, DirectReport(7)),
    "turn_direct": lambda k: turn_direct(SOMEONE, k),
    "turn_cahier": lambda k: turn_cahier(SOMEONE, k, confirmed=True),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_closed_year_refuses_it_and_other_years_stay(key: YearKey, name: str) -> None:
    elsewhere = a_year(a_coop("075-0002"))
    before = everything_of(elsewhere)
    WRITES[name](key)
    assert everything_of(elsewhere) == before
    close_at_once(key)
    closed = everything_of(key)
    with pytest.raises(Conflict, match="clos"):
        WRITES[name](key)
    assert everything_of(key) == closed
    with pytest.raises(NotFound):
        turn_direct(SOMEONE, key._replace(start_year=2001))


def test_a_cahier_is_turned_only_while_nothing_is_in_it(app: Flask) -> None:
    key = a_year()
    an_entry(key)
    with pytest.raises(Conflict, match="Le cahier contient une écriture"):
        turn_direct(SOMEONE, key)
    an_entry(key)
    with pytest.raises(Conflict, match="Le cahier contient 2 écritures"):
        turn_direct(SOMEONE, key)
    ledger.strike_entry(SOMEONE, key, 1)
    ledger.strike_entry(SOMEONE, key, 2)
    assert turn_direct(SOMEONE, key)
    assert turn_direct(SOMEONE, key) is None
    assert told(key)[-1][:2] == ("mise en saisie directe", "exercice")


def test_the_way_back_keeps_the_figures_aside_once_confirmed(key: YearKey) -> None:
    keep(key, FIGURES)
    with pytest.raises(Unconfirmed):
        turn_cahier(SOMEONE, key)
    assert turn_cahier(SOMEONE, key, confirmed=True)
    assert turn_cahier(SOMEONE, key) is None
    assert load_facts(Year.get(key.of(Year))).direct is None
    with pytest.raises(Conflict, match="vient du cahier"):
        keep(key, DirectReport())
    turn_direct(SOMEONE, key)
    assert load_facts(Year.get(key.of(Year))).direct == FIGURES


def test_the_cahier_takes_no_entry_meanwhile(app: Flask) -> None:
    key = a_year()
    an_advance(key)
    an_entry(key)
    ledger.strike_entry(SOMEONE, key, 1)
    turn_direct(SOMEONE, key)
    before = everything_of(key)
    spent = a_draft(bank=0, advance="CP", advance_amount=-1_200)
    for write in (
        lambda: ledger.add_entry(SOMEONE, key, a_draft()),
        lambda: ledger.edit_entry(SOMEONE, key, 1, 2, a_draft()),
        lambda: ledger.restore_entry(SOMEONE, key, 1),
        lambda: ledger.strike_entry(SOMEONE, key, 1),
        lambda: add_movements(SOMEONE, key, "CP", [spent]),
    ):
        with pytest.raises(Conflict, match="est saisi directement"):
            write()
    assert everything_of(key) == before
    # The tables beside it are filled as ever.
    tables.add_count(SOMEONE, key, DAY, [(500, 1)])
    tables.add_row(SOMEONE, key, Grant, {"organisation": "Mairie", "kind": "commune", "day": DAY, "amount": 1})
    reconciliation.set_statement(SOMEONE, key, DAY, 5)


def step_of(key: YearKey, actor: Actor = SOMEONE) -> int:
    return last_steps(key, actor.person)[0].id


def test_each_of_them_is_taken_back(key: YearKey) -> None:
    keep(key, FIGURES)
    keep(key, DirectReport(1, 2), "514")
    undo(SOMEONE, key, step_of(key))
    assert direct_figures(key) == FIGURES
    assert Year.get(key.of(Year)).bank_account == "512"
    turn_cahier(SOMEONE, key, confirmed=True)
    undo(SOMEONE, key, step_of(key))
    assert Year.get(key.of(Year)).mode == "direct"
    with pytest.raises(Unconfirmed):
        undo(SOMEONE, key, step_of(key))


def test_an_undo_loses_nothing_either(app: Flask) -> None:
    key = a_year()
    an_entry(key)
    ledger.strike_entry(SOMEONE, key, 1)
    struck = step_of(key)
    turned = turn_direct(SOMEONE, key)
    assert turned
    with pytest.raises(Conflict, match="revenez d’abord au cahier"):
        undo(SOMEONE, key, struck)
    typed = keep(key, FIGURES)
    assert typed
    with pytest.raises(Conflict, match="mis de côté"):
        undo(SOMEONE, key, turned)
    back = turn_cahier(SOMEONE, key, confirmed=True)
    assert back
    with pytest.raises(Conflict, match="tenu dans le cahier depuis"):
        undo(SOMEONE, key, typed)
    an_entry(key)
    with pytest.raises(Conflict, match="Le cahier contient une écriture"):
        undo(SOMEONE, key, back)
    assert direct_figures(key) == FIGURES


def test_the_next_year_begins_with_what_was_typed(key: YearKey) -> None:
    keep(key, FIGURES)
    close_at_once(key)
    coop = find_coop(key.coop)
    assert coop is not None
    following = load_facts(Year.get(years.open_year(SOMEONE, coop, SchoolYear(2025)).of(Year)))
    assert (following.opening.bank, following.opening.cash, following.opening.carried) == (108_000, 5_000, 113_000)
    assert [(line.label, line.amount) for line in following.priors] == [("Cars Martin", -3_000), ("Photographe", 5_000)]


def test_a_backup_brings_it_back_with_its_walls(key: YearKey, app: Flask, tmp_path: Path) -> None:
    keep(key, FIGURES)
    aside = a_year(a_coop("075-0002"))
    turn_direct(SOMEONE, aside)
    keep(aside, DirectReport(5))
    turn_cahier(SOMEONE, aside, confirmed=True)
    an_entry(aside)
    storage = app.config["STORAGE"]
    save(tmp_path / "a.zip", storage)
    before = [everything_of(one) for one in (key, aside)]
    direct_report.save_direct(SOMEONE, key, seen(key), DirectReport(), "512")
    restore(tmp_path / "a.zip", storage)
    assert [everything_of(one) for one in (key, aside)] == before
    with pytest.raises(Conflict, match="est saisi directement"):
        an_entry(key)


def test_a_report_typed_in_directly_takes_no_project_and_no_advance(app: Flask) -> None:
    key = a_year()
    direct_report.turn_direct(SOMEONE, key)
    before = everything_of(key)
    for write in (lambda: ledger.add_project(SOMEONE, key, "Cirque"), lambda: an_advance(key)):
        with pytest.raises(Conflict, match="ni écriture, ni projet, ni régie"):
            write()
    assert everything_of(key) == before
    direct_report.turn_cahier(SOMEONE, key, True)
    assert ledger.add_project(SOMEONE, key, "Cirque") == 1
