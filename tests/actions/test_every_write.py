"""What holds of every write to a year: one line of journal, nothing once closed, nothing elsewhere."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from retkoop.actions import (
    activity_report,
    advances,
    deposits,
    direct_report,
    ledger,
    phone,
    projects,
    quitus,
    reconciliation,
    scans,
    tables,
    year_documents,
    years,
)
from retkoop.actions.guard import open_for_writing
from retkoop.db import writing
from retkoop.errors import Conflict, NotFound
from retkoop.facts import Opening
from retkoop.models import Advance, Grant, InventoryItem, PriorOperation, Year, YearKey
from tests.factories import SOMEONE, a_draft
from tests.support.full_year import DAY, FILE, GRANT, PRIOR, a_full_year
from tests.support.ledger_checks import close_at_once, everything_of, told

LEFT = {"place": "", "disposed_on": DAY, "disposal_reason": "Cassé", "disposal_value": None}
OTHER_FILE = scans.Arrived("facture", "b" * 64, "image/png", 10, "a" * 64, 1, "", "")
SPENT = {"bank": 0, "advance": "CM2", "advance_amount": -1_200}
WRITES: dict[str, tuple[Callable[[YearKey], object], tuple[str, str]]] = {
    "add_entry": (lambda k: ledger.add_entry(SOMEONE, k, a_draft()), ("ajout", "ecriture:5")),
    "edit_entry": (lambda k: ledger.edit_entry(SOMEONE, k, 1, 1, a_draft()), ("modification", "ecriture:1")),
    "strike_entry": (lambda k: ledger.strike_entry(SOMEONE, k, 1), ("suppression", "ecriture:1")),
    "restore_entry": (lambda k: ledger.restore_entry(SOMEONE, k, 2), ("rétablissement", "ecriture:2")),
    "add_project": (lambda k: ledger.add_project(SOMEONE, k, "Cirque"), ("ajout", "projet:3")),
    "rename_project": (lambda k: projects.rename_project(SOMEONE, k, 1, 1, "Fête"), ("modification", "projet:1")),
    "merge_projects": (lambda k: projects.merge_projects(SOMEONE, k, 1, 1, 2), ("réunion", "projet:2")),
    "close_project": (lambda k: projects.close_project(SOMEONE, k, 1, True), ("fermeture", "projet:1")),
    "remove_project": (lambda k: projects.remove_project(SOMEONE, k, 2), ("suppression", "projet:2")),
    "make_slip": (lambda k: deposits.make_slip(SOMEONE, k, DAY, "Remise", [3]), ("ajout", "bordereau:2")),
    "edit_slip": (
        lambda k: deposits.edit_slip(SOMEONE, k, 1, 1, DAY, "Remise", [3]),
        ("modification", "bordereau:1"),
    ),
    "take_out": (lambda k: deposits.take_out(SOMEONE, k, 1, 4), ("modification", "bordereau:1")),
    "undo_slip": (lambda k: deposits.undo_slip(SOMEONE, k, 1), ("suppression", "bordereau:1")),
    "tick_slip": (lambda k: deposits.tick_slip(SOMEONE, k, 1, DAY), ("pointage", "bordereau:1")),
    "add_movements": (
        lambda k: advances.add_movements(SOMEONE, k, "CM2", [a_draft(**SPENT)]),
        ("saisie", "regie:2"),
    ),
    "add_scan": (lambda k: scans.add_scan(SOMEONE, k, FILE), ("ajout", "piece:4")),
    "attach_scan": (lambda k: scans.attach_scan(SOMEONE, k, 1, 3), ("rattachement", "piece:1")),
    "turn_scan": (lambda k: scans.turn_scan(SOMEONE, k, 1, OTHER_FILE), ("rotation", "piece:1")),
    "replace_scan": (
        lambda k: scans.replace_scan(SOMEONE, k, 1, replace(FILE, source_digest="c" * 64)),
        ("remplacement", "piece:1"),
    ),
    "put_first": (lambda k: scans.put_first(SOMEONE, k, 3, 1), ("mise en premier", "piece:3")),
    "remove_scan": (lambda k: scans.remove_scan(SOMEONE, k, 1), ("suppression", "piece:1")),
    "restore_scan": (lambda k: scans.restore_scan(SOMEONE, k, 2), ("rétablissement", "piece:2")),
    "make_pass": (lambda k: phone.make_pass(SOMEONE, k, 1), ("lien pour téléphone", "ecriture:1")),
    "use_pass": (
        lambda k: phone.use_pass(phone.Pass(phone.digest_of(k.coop), k, 3, SOMEONE, False), [(FILE, "clé")]),
        ("ajout", "piece:4"),
    ),
    "tick_entry": (lambda k: reconciliation.tick_entry(SOMEONE, k, 1, DAY), ("pointage", "ecriture:1")),
    "tick_line": (lambda k: reconciliation.tick_line(SOMEONE, k, 4, DAY), ("pointage", "bordereau:1")),
    "tick_prior": (lambda k: reconciliation.tick_prior(SOMEONE, k, 1, DAY), ("pointage", "operation:1")),
    "set_statement": (lambda k: reconciliation.set_statement(SOMEONE, k, DAY, 5), ("relevé", "releve")),
    "add_count": (lambda k: tables.add_count(SOMEONE, k, DAY, [(500, 1)]), ("ajout", "arrete:2")),
    "remove_count": (lambda k: tables.remove_count(SOMEONE, k, 1), ("suppression", "arrete:1")),
    "add_row": (lambda k: tables.add_row(SOMEONE, k, Grant, GRANT), ("ajout", "subvention:2")),
    "edit_row": (lambda k: tables.edit_row(SOMEONE, k, Grant, 1, 1, {"amount": 7}), ("modification", "subvention:1")),
    "remove_row": (lambda k: tables.remove_row(SOMEONE, k, InventoryItem, 1), ("suppression", "bien:1")),
    "restate_good": (lambda k: tables.restate_good(SOMEONE, k, 2023, 1, LEFT), ("sortie", "bien:2")),
    "set_holder": (lambda k: tables.set_holder(SOMEONE, k, 2, "Classe de CM2", "Anne"), ("modification", "regie:2")),
    "set_opening": (lambda k: years.set_opening(SOMEONE, k, Opening(1, 2, 3), "514"), ("report", "ouverture")),
    "add_prior": (lambda k: years.add_prior(SOMEONE, k, PRIOR), ("ajout", "operation:2")),
    "edit_prior": (
        lambda k: years.edit_prior(SOMEONE, k, 1, 1, {**PRIOR, "amount": 9}),
        ("modification", "operation:1"),
    ),
    "remove_prior": (lambda k: years.remove_prior(SOMEONE, k, 1), ("suppression", "operation:1")),
}
MODULES = (
    activity_report, advances, deposits, direct_report, ledger, phone, projects, quitus, reconciliation, scans, tables,
    year_documents, years,
)  # fmt: skip
NOT_OF_AN_OPEN_YEAR = {
    "open_year",
    "open_first_year",
    "close_year",
    "save_report",
    "give_document",
    "note_posted",
    "replace_document",
    "remove_document",
    "restore_document",
    "draw_sample",
    "look",
    "save_direct",
    "turn_direct",
    "turn_cahier",
}  # they have files of their own


def test_every_write_is_in_that_table() -> None:
    found = {
        name
        for module in MODULES
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and hasattr(function, "__wrapped__") and not name.startswith("_")
    }
    assert found == set(WRITES) | NOT_OF_AN_OPEN_YEAR


@pytest.mark.parametrize("name", WRITES)
def test_it_leaves_one_line_stays_at_home_and_refuses_a_closed_year(app: Flask, name: str) -> None:
    write, line = WRITES[name]
    key, elsewhere = a_full_year("075-0001"), a_full_year("075-0002")
    lines, version = len(told(key)), Year.get(key.of(Year)).version
    others = everything_of(elsewhere)

    write(key)
    assert len(told(key)) == lines + 1
    assert line in [(action, subject) for action, subject, _, _ in told(key)]
    assert Year.get(key.of(Year)).version == version + 1
    assert everything_of(elsewhere) == others

    close_at_once(elsewhere)
    closed = everything_of(elsewhere)
    with pytest.raises(Conflict, match="clos"):
        write(elsewhere)
    assert everything_of(elsewhere) == closed
    with pytest.raises(NotFound):
        write(key._replace(start_year=2001))


def test_a_write_that_fails_halfway_leaves_nothing_not_even_its_line(app: Flask) -> None:
    key = a_full_year("075-0001")
    before = everything_of(key)

    @writing
    def halfway() -> None:
        ledger.add_entry(SOMEONE, key, a_draft())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        halfway()
    assert everything_of(key) == before


def test_those_comparisons_notice_a_write_elsewhere(app: Flask) -> None:
    key = a_full_year("075-0001")
    before = everything_of(key)
    writing(open_for_writing)(key)
    assert everything_of(key) != before


@pytest.mark.parametrize(
    "write",
    [
        lambda k: ledger.edit_entry(SOMEONE, k, 99, 1, a_draft()),
        lambda k: ledger.strike_entry(SOMEONE, k, 99),
        lambda k: ledger.edit_entry(SOMEONE, k, 2, 2, a_draft()),
        lambda k: ledger.restore_entry(SOMEONE, k, 99),
        lambda k: reconciliation.tick_entry(SOMEONE, k, 99, DAY),
        lambda k: reconciliation.tick_entry(SOMEONE, k, 2, DAY),
        lambda k: reconciliation.tick_prior(SOMEONE, k, 99, DAY),
        lambda k: tables.remove_row(SOMEONE, k, Advance, 99),
        lambda k: tables.edit_row(SOMEONE, k, Grant, 99, 1, {"amount": 1}),
        lambda k: tables.remove_count(SOMEONE, k, 99),
        lambda k: scans.attach_scan(SOMEONE, k, 99, 1),
        lambda k: scans.turn_scan(SOMEONE, k, 99, OTHER_FILE),
        lambda k: scans.replace_scan(SOMEONE, k, 99, FILE),
        lambda k: scans.remove_scan(SOMEONE, k, 99),
        lambda k: scans.restore_scan(SOMEONE, k, 99),
        lambda k: phone.use_pass(phone.Pass("0" * 64, k, 1, SOMEONE, False), [(FILE, "clé")]),
        lambda k: years.remove_prior(SOMEONE, k, 99),
        lambda k: projects.rename_project(SOMEONE, k, 99, 1, "Fête"),
        lambda k: projects.merge_projects(SOMEONE, k, 1, 1, 99),
        lambda k: projects.close_project(SOMEONE, k, 99, True),
        lambda k: projects.remove_project(SOMEONE, k, 99),
        lambda k: deposits.make_slip(SOMEONE, k, DAY, "Remise", [99]),
        lambda k: deposits.edit_slip(SOMEONE, k, 99, 1, DAY, "Remise", [3]),
        lambda k: deposits.take_out(SOMEONE, k, 99, 4),
        lambda k: deposits.undo_slip(SOMEONE, k, 99),
        lambda k: deposits.tick_slip(SOMEONE, k, 99, DAY),
    ],
)
def test_a_row_that_is_not_there_is_not_found(app: Flask, write: Callable[[YearKey], object]) -> None:
    key = a_full_year("075-0001")
    before = everything_of(key)
    with pytest.raises(NotFound):
        write(key)
    assert everything_of(key) == before


def test_a_second_prior_keeps_the_first(app: Flask) -> None:
    key = a_full_year("075-0001")
    assert years.add_prior(SOMEONE, key, PRIOR) == 2
    assert PriorOperation.select().where(key.of(PriorOperation)).count() == 2
