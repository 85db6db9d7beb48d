"""Every shared year: imported, checked, exported and imported again, on both engines."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from retkoop import rules
from retkoop.actions.exchange import export_archive, import_archive
from retkoop.actions.years import load_facts
from retkoop.audit import OPERATOR
from retkoop.exports.control import control_sheet
from retkoop.models import Entry, Scan, Year, YearKey, find_coop
from tests.conftest import TODAY
from tests.factories import CASES, a_case

FOLDERS = sorted(folder.name for folder in CASES.iterdir())


def expected(case: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CASES / case / "attendu.json").read_text("utf-8"))
    return found


def document(archive: Path) -> bytes:
    with zipfile.ZipFile(archive) as opened:
        return opened.read("exercice.json")


def sheet_of(key: YearKey) -> dict[str, Any]:
    facts = load_facts(Year.get(key.of(Year)))
    return control_sheet(facts, rules.verdict(facts, TODAY))


def exported(app: Flask, key: YearKey, to: Path) -> Path:
    coop = find_coop(key.coop)
    assert coop is not None
    to.write_bytes(export_archive(coop, Year.get(key.of(Year)), app.config["STORAGE"]))
    return to


def test_there_are_cases() -> None:
    assert len(FOLDERS) >= 14


@pytest.mark.parametrize("case", FOLDERS)
def test_a_shared_year_gives_the_agreed_sheet_and_comes_back_as_it_went(app: Flask, case: str, tmp_path: Path) -> None:
    storage = app.config["STORAGE"]
    key = a_case(case, storage)
    agreed, sheet = expected(case), sheet_of(key)
    assert {name: sheet[name] for name in agreed} == agreed
    assert list(sheet)[: len(agreed)] == list(agreed)
    assert json.dumps(sheet, indent=1).startswith(json.dumps(agreed, indent=1).removesuffix("\n}"))

    first = exported(app, key, tmp_path / "first.zip")
    assert document(first).rstrip(b"\n") == document(CASES / case / "exercice.zip").rstrip(b"\n")

    counts = (Entry.select().count(), Scan.select().count())
    assert import_archive(OPERATOR, first, storage, replace=True) == key
    assert (Entry.select().count(), Scan.select().count()) == counts
    second = exported(app, key, tmp_path / "second.zip")
    assert second.read_bytes() == first.read_bytes()
    assert sheet_of(key) == sheet


def test_the_sheet_notices_one_cent(app: Flask) -> None:
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    row = Entry.get(Entry.bank != 0)
    Entry.update(bank=row.bank + 1).where(key.of(Entry), Entry.number == row.number).execute()
    agreed = expected("ecole-du-bourg")
    sheet = sheet_of(key)
    assert {name: sheet[name] for name in agreed} != agreed


def test_the_commands_do_the_same(app: Flask, tmp_path: Path) -> None:
    runner, archive = app.test_cli_runner(), CASES / "ecole-102-postale" / "exercice.zip"
    agreed = expected("ecole-102-postale")
    identifier = json.loads(document(archive))["cooperative"]["identifiant"]
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"

    def run(*words: str) -> str:
        result = runner.invoke(args=["exercice", *words])
        assert (result.exit_code, result.stderr) == (0, "")
        return result.stdout

    run("importer", str(archive))
    sheet = json.loads(run("controler", identifier, "2024-2025", "--au", "2025-09-05"))
    assert {name: sheet[name] for name in agreed} == agreed
    run("exporter", identifier, "2024-2025", str(first))
    run("importer", "--remplacer", str(first))
    run("exporter", identifier, "2024-2025", str(second))
    assert document(first) == document(second)
    assert document(first).rstrip(b"\n") == document(archive).rstrip(b"\n")


def test_a_bare_json_finds_its_scans_beside_it(app: Flask, tmp_path: Path) -> None:
    with zipfile.ZipFile(CASES / "ecole-du-bourg" / "exercice.zip") as opened:
        opened.extractall(tmp_path)
    key = import_archive(OPERATOR, tmp_path / "exercice.json", app.config["STORAGE"])
    back = exported(app, key, tmp_path / "back.zip")
    assert document(back).rstrip(b"\n") == (tmp_path / "exercice.json").read_bytes().rstrip(b"\n")
