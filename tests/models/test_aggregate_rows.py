"""The figures that SQL adds up are those that the functions of the CRF give on the same years."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from retkoop.actions import ledger
from retkoop.actions.direct_report import save_direct, turn_direct
from retkoop.actions.exchange import import_archive
from retkoop.actions.years import load_facts
from retkoop.aggregate_rows import department_year, years_of_department
from retkoop.aggregates import coop_year
from retkoop.audit import OPERATOR
from retkoop.direct import fingerprint
from retkoop.facts import Allocation, DirectOperation, DirectReport
from retkoop.models import Cooperative, Entry, Year, YearKey
from tests.factories import CASES, SOMEONE, YEAR, a_coop, a_department, a_year, an_entry
from tests.support.queries import counted


def turn(key: YearKey, state: str) -> None:
    Year.update(state=state).where(key.of(Year)).execute()


def renamed(archive: Path, identifier: str, to: Path) -> Path:
    """Write an archive again as if it were another cooperative's."""
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(to, "w") as copy:
        for name in source.namelist():
            data = source.read(name)
            if name == "exercice.json":
                data = re.sub(rb'"identifiant": "[^"]+"', f'"identifiant": "{identifier}"'.encode(), data, count=1)
                data = re.sub(rb'"uai": "[^"]+"', b'"uai": ""', data, count=1)
            copy.writestr(name, data)
    return to


@pytest.fixture
def validated(app: Flask, tmp_path: Path) -> list[YearKey]:
    """Fill a département: every shared year, one typed in directly, one whose lines were struck out, one unused."""
    keys = []
    for number, folder in enumerate(sorted(CASES.iterdir()), 101):
        archive = renamed(folder / "exercice.zip", f"075-{number:04d}", tmp_path / f"{number}.zip")
        keys.append(import_archive(OPERATOR, archive, app.config["STORAGE"]))
    direct = a_year(a_coop("075-0201"))
    turn_direct(SOMEONE, direct)
    accounts = (Allocation("61800008", 30_000), Allocation("70700008", 12_345))
    waiting = (DirectOperation(1, date(2025, 8, 20), "Cars", "", -3_000),)
    typed = DirectReport(82_345, 5_000, accounts, waiting)
    save_direct(SOMEONE, direct, fingerprint(DirectReport(), "512"), typed, "514")
    struck = a_year(a_coop("075-0202"))
    an_entry(struck)
    ledger.strike_entry(SOMEONE, struck, an_entry(struck, bank=-777, allocations=(Allocation("68000008", 777),)))
    keys += [direct, struck, a_year(a_coop("075-0203"))]
    for key in keys:
        turn(key, "validated")
    return keys


def test_each_cooperative_has_the_figures_of_its_crf(validated: list[YearKey]) -> None:
    # Neither what is not validated nor another département counts.
    turn(a_year(a_coop("075-0301")), "closed")
    turn(a_year(a_coop("013-0101")), "validated")
    found = department_year("075", YEAR.start).now
    names = dict(Cooperative.select(Cooperative.identifier, Cooperative.name).tuples())
    rows = {key.coop: Year.get(key.of(Year)) for key in validated}
    expected = tuple(coop_year(coop, names[coop], load_facts(row)) for coop, row in sorted(rows.items()))
    assert found.coops == expected
    assert any(coop.held for coop in expected)
    assert any(coop.gap for coop in expected)


def test_the_comparison_notices_one_cent(app: Flask) -> None:
    key = a_year()
    number = an_entry(key)
    figures = coop_year("075-0001", "Coopérative 075-0001", load_facts(Year.get(key.of(Year))))
    Entry.update(bank=Entry.bank + 1).where(key.of(Entry), Entry.number == number).execute()
    turn(key, "validated")
    (found,) = department_year("075", YEAR.start).now.coops
    assert found != figures
    assert found.bank == figures.bank + 1


def test_it_asks_as_many_queries_for_one_cooperative_as_for_many(app: Flask) -> None:
    def asked() -> int:
        with counted() as statements:
            department_year("075", YEAR.start)
        return len(statements)

    a_department()
    none = asked()
    for number in range(1, 9):
        key = a_year(a_coop(f"075-{number:04d}"))
        an_entry(key)
        turn(key, "validated")
    assert asked() <= none + 1


def test_what_is_not_validated_is_missing_with_its_state(app: Flask) -> None:
    for number, state in enumerate(("open", "closed", "sent", "returned", "validated"), 1):
        turn(a_year(a_coop(f"075-{number:04d}")), state)
    a_coop("075-0006")
    found = department_year("075", YEAR.start)
    assert [coop.identifier for coop in found.now.coops] == ["075-0005"]
    expected = [("075-0001", "open"), ("075-0002", "closed"), ("075-0003", "sent"), ("075-0004", "returned")]
    assert [(coop.identifier, coop.state) for coop in found.missing] == [*expected, ("075-0006", None)]
    # The year after has nothing but last year's.
    after = department_year("075", YEAR.start + 1)
    assert [coop.identifier for coop in after.before.coops] == ["075-0005"]
    assert len(after.missing) == 6


def test_the_exercices_of_a_departement_come_with_how_many_are_validated(app: Flask) -> None:
    turn(a_year(a_coop("075-0001")), "validated")
    a_year(a_coop("075-0002"))
    Year.insert(department="075", coop="075-0001", start_year=2025).execute()
    turn(a_year(a_coop("013-0001")), "validated")
    assert years_of_department("075") == [(2025, 0), (2024, 1)]
    assert years_of_department("999") == []
