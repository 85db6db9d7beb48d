"""The next chart of accounts: prepared unseen, compared, published for good, and refused where it would harm."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from retkoop import federation_rows, year_rows
from retkoop.actions import chart_versions as actions
from retkoop.actions import direct_report, exchange, ledger
from retkoop.actions.undo import last_steps, undo
from retkoop.aggregate_rows import department_year
from retkoop.chart import Account
from retkoop.chart_versions import account_of, in_order
from retkoop.db import USED
from retkoop.direct import CAHIER, DIRECT, fingerprint
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.facts import Allocation, DirectReport
from retkoop.federation_tables import ChartDraft, ChartDraftAccount
from retkoop.models import ChartAccount, Cooperative, Journal, Year, YearKey
from retkoop.school_year import SchoolYear
from retkoop.summary_rows import basis_of
from tests.factories import CASES, SOMEONE, YEAR, a_coop, a_draft, a_year, an_entry

NEXT = SchoolYear(2025)
NEW = account_of("61900008", "Numérique", "Logiciels")


@pytest.fixture(autouse=True)
def forget_charts() -> Iterator[None]:
    """Published versions never change: databases of other tests know others of the same year and size."""
    year_rows._chart_version.cache_clear()
    yield
    year_rows._chart_version.cache_clear()


def version(year: SchoolYear = YEAR) -> int:
    return int(ChartDraft.get(ChartDraft.first_year == year.start).version)


def prepare(*accounts: Account, less: tuple[str, ...] = (), year: SchoolYear = YEAR) -> None:
    """Begin a draft with some accounts more, or worded otherwise, and some less."""
    actions.begin_draft(SOMEONE, year)
    for account in accounts:
        actions.put_account(SOMEONE, year, version(year), account)
    for code in less:
        actions.withdraw_account(SOMEONE, year, version(year), code)


def turn(key: YearKey, state: str) -> None:
    Year.update(state=state).where(key.of(Year)).execute()


def lines() -> list[tuple[str, str, int | None]]:
    mine = (Journal.department == "") & (Journal.coop == "")
    return list(
        Journal.select(Journal.action, Journal.subject, Journal.start_year).where(mine).order_by(Journal.id).tuples()
    )


def test_a_draft_begins_as_the_version_in_force_and_no_cooperative_sees_it(app: Flask) -> None:
    key, before = a_year(), year_rows.chart_for(YEAR.start)
    basis = basis_of(key.department, key.start_year)
    prepare(NEW, less=("67000008",))
    assert [one.kind for one in actions.changes_of(YEAR)] == ["ajouté", "retiré"]
    assert year_rows.chart_for(YEAR.start) == before
    assert basis_of(key.department, key.start_year) == basis
    with pytest.raises(Refusal):
        ledger.add_entry(SOMEONE, key, a_draft(allocations=(Allocation(NEW.code, 1_200),)))


def test_it_is_published_once_and_used_from_its_exercice_on(app: Flask) -> None:
    key, before = a_year(), year_rows.chart_for(YEAR.start)
    basis = basis_of(key.department, key.start_year)
    prepare(NEW, replace(before["60700008"], label="Achats pour la fête"))
    assert actions.publish(SOMEONE, YEAR, version()) is True
    chart = year_rows.chart_for(YEAR.start)
    assert (chart[NEW.code], chart["60700008"].label) == (NEW, "Achats pour la fête")
    assert year_rows.chart_for(YEAR.start - 1) == before
    assert year_rows.chart_for(YEAR.start + 7) == chart
    assert basis_of(key.department, key.start_year) != basis, "what is kept of the year is stale"
    assert ledger.add_entry(SOMEONE, key, a_draft(allocations=(Allocation(NEW.code, 1_200),)))
    # Sent twice, it is done once; there is nothing left to prepare.
    assert actions.publish(SOMEONE, YEAR, 1) is False
    assert [*ChartDraft.select().tuples(), *ChartDraftAccount.select().tuples()] == []
    with pytest.raises(Conflict, match="publié"):
        actions.begin_draft(SOMEONE, YEAR)
    assert [one.first_year for one in federation_rows.chart_versions()] == [2024, 1990]
    assert federation_rows.chart_versions()[0].who == SOMEONE.name


def test_each_write_leaves_one_line_of_no_departement(app: Flask) -> None:
    prepare(NEW, less=("67000008",))
    actions.replace_draft(SOMEONE, YEAR, version(), in_order([*year_rows.chart_for(YEAR.start), NEW]))
    actions.publish(SOMEONE, YEAR, version())
    actions.begin_draft(SOMEONE, NEXT)
    actions.drop_draft(SOMEONE, NEXT, version(NEXT))
    about = "brouillon du plan comptable"
    assert lines() == [
        ("création", about, 2024), ("ajout", about, 2024), ("suppression", about, 2024), ("remplacement", about, 2024),
        ("publication", "plan comptable", 2024), ("création", about, 2025), ("abandon", about, 2025),
    ]  # fmt: skip


def test_what_changes_nothing_or_is_asked_twice_writes_nothing(app: Flask) -> None:
    prepare(NEW, less=("67000008",))
    told, seen = lines(), version()
    assert actions.begin_draft(SOMEONE, YEAR) is False
    assert actions.put_account(SOMEONE, YEAR, 1, NEW) is False
    assert actions.withdraw_account(SOMEONE, YEAR, 1, "67000008") is False
    assert actions.replace_draft(SOMEONE, YEAR, 1, federation_rows.draft_chart(YEAR.start)) is False
    assert actions.drop_draft(SOMEONE, NEXT, 1) is False
    assert (lines(), version()) == (told, seen)


def test_two_people_do_not_write_over_each_other(app: Flask) -> None:
    prepare()
    seen = version()
    actions.put_account(SOMEONE, YEAR, seen, NEW)
    for write in (
        lambda: actions.put_account(SOMEONE, YEAR, seen, replace(NEW, label="Autre")),
        lambda: actions.withdraw_account(SOMEONE, YEAR, seen, "67000008"),
        lambda: actions.replace_draft(SOMEONE, YEAR, seen, year_rows.chart_for(YEAR.start)),
        lambda: actions.drop_draft(SOMEONE, YEAR, seen),
        lambda: actions.publish(SOMEONE, YEAR, seen),
    ):
        with pytest.raises(Conflict, match="Quelqu’un d’autre"):
            write()
    assert NEW.code in federation_rows.draft_chart(YEAR.start)
    with pytest.raises(Conflict, match="déjà dans ce brouillon"):
        actions.put_account(SOMEONE, YEAR, version(), replace(NEW, code="61901008"), new=True)


def test_there_is_nothing_to_write_to_without_a_draft(app: Flask) -> None:
    for write in (
        lambda: actions.put_account(SOMEONE, NEXT, 1, NEW),
        lambda: actions.withdraw_account(SOMEONE, NEXT, 1, NEW.code),
        lambda: actions.replace_draft(SOMEONE, NEXT, 1, in_order([NEW])),
        lambda: actions.publish(SOMEONE, NEXT, 1),
    ):
        with pytest.raises(NotFound):
            write()


def refused() -> str:
    before = federation_rows.chart_versions()
    with pytest.raises(Refusal) as refusal:
        actions.publish(SOMEONE, YEAR, version())
    assert federation_rows.chart_versions() == before
    assert version(), "the draft is still there"
    return refusal.value.message


def test_a_draft_that_changes_nothing_or_lacks_a_particularity_is_not_published(app: Flask) -> None:
    prepare()
    assert "ne change rien" in refused()
    actions.withdraw_account(SOMEONE, YEAR, version(), "74100008")
    assert "tableau des subventions" in refused()


@pytest.mark.parametrize("state", ["closed", "sent", "returned", "validated"])
def test_it_is_refused_as_soon_as_an_exercice_that_it_is_for_is_closed(app: Flask, state: str) -> None:
    keys = [a_year(a_coop(f"075-000{number}")) for number in (1, 2, 3)]
    prepare(NEW)
    for key in keys[:2]:
        turn(key, state)
    assert refused().startswith("2 exercices que cette version concernerait sont déjà clos")
    # The database says so too, and a version of the exercice after is for none of them.
    with pytest.raises(Exception, match=USED):
        ChartAccount.insert(first_year=2024, **actions._columns(NEW)).execute()


def test_the_exercice_after_a_closed_one_takes_a_version(app: Flask) -> None:
    turn(a_year(), "validated")
    prepare(NEW, less=("67000008",), year=NEXT)
    assert actions.obstacles(NEXT, actions.changes_of(NEXT)) == ()
    assert actions.publish(SOMEONE, NEXT, version(NEXT))
    assert "67000008" in year_rows.chart_for(YEAR.start)
    assert "67000008" not in year_rows.chart_for(NEXT.start)


def test_an_account_that_serves_is_neither_withdrawn_nor_made_something_else(app: Flask) -> None:
    one, other = a_year(a_coop("075-0001")), a_year(a_coop("013-0002"))
    an_entry(one)
    an_entry(one, voucher="02")
    ledger.strike_entry(SOMEONE, other, an_entry(other))
    prepare(replace(year_rows.chart_for(2024)["75000008"], particularity="subvention"), less=("61800008", "67000008"))
    told = refused()
    assert "Le compte 6180 Charges des activités éducatives sert déjà : 3 lignes" in told
    assert "dans 2 coopératives" in told
    assert "remettez-le dans ce brouillon, et retirez-le dans la version d’un exercice suivant." in told
    assert "6700" not in told
    assert "7500" not in told
    an_entry(one, bank=1_200, allocations=(Allocation("75000008", 1_200),), voucher="03")
    assert "sa particularité ne peut plus changer : remettez-la comme avant" in refused()


def test_what_was_typed_in_directly_serves_too(app: Flask) -> None:
    key = a_year()
    direct_report.turn_direct(SOMEONE, key)
    typed = DirectReport(100_000, 5_000, (Allocation("67000008", 100),))
    direct_report.save_direct(SOMEONE, key, fingerprint(DirectReport(), "512"), typed, "512")
    prepare(less=("67000008",))
    assert "6700 Charges exceptionnelles sert déjà : 1 ligne " in refused()


def test_an_undo_gives_nothing_back_to_an_account_that_was_withdrawn(app: Flask) -> None:
    key = a_year()
    number = an_entry(key, allocations=(Allocation("67000008", 1_200),))
    ledger.edit_entry(SOMEONE, key, number, 1, a_draft())
    step = last_steps(key, SOMEONE.person)[0].id
    prepare(less=("67000008",))
    actions.publish(SOMEONE, YEAR, version())
    with pytest.raises(Conflict, match="Le compte 6700 n’est plus dans le plan comptable"):
        undo(SOMEONE, key, step)


@pytest.mark.parametrize("mode", [CAHIER, DIRECT])
def test_an_import_that_began_before_a_publication_does_not_land_after_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mode: str
) -> None:
    with zipfile.ZipFile(CASES / "ecole-du-bourg" / "exercice.zip") as case:
        archive = json.loads(case.read("exercice.json"))
    gone = "67000008"
    if mode == CAHIER:
        archive["ecritures"] = [{**archive["ecritures"][4], "piece": None}]
        archive["ecritures"][0]["ventilation"][0]["compte"] = gone
    else:
        archive["ecritures"], archive["exercice"]["mode"] = [], DIRECT
        archive["saisie_directe"] = {"comptes": {gone: "10.00"}, "banque": "990.00", "caisse": "50.00"}
    path = tmp_path / "exercice.json"
    path.write_text(json.dumps(archive))

    def meanwhile(*_: object) -> dict[str, Any]:
        prepare(less=(gone,))
        actions.publish(SOMEONE, YEAR, version())
        return {}

    monkeypatch.setattr(exchange, "_clean_scans", meanwhile)
    with pytest.raises(Conflict, match="Le compte 6700 n’est plus dans le plan comptable"):
        exchange.import_archive(SOMEONE, path, app.config["STORAGE"])
    assert not Year.select().exists()
    assert not Cooperative.select().exists()


def test_last_years_sum_of_a_withdrawn_account_stays_in_sight(app: Flask) -> None:
    key = a_year()
    an_entry(key, allocations=(Allocation("67000008", 1_200),))
    turn(key, "validated")
    prepare(less=("67000008",), year=NEXT)
    actions.publish(SOMEONE, NEXT, version(NEXT))
    found = department_year("075", NEXT.start)
    assert [(line.code, line.before) for line in found.side("charge")] == [("67000008", 1_200)]
    assert found.chart["67000008"].short == "6700"
