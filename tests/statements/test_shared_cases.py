"""The statements of the shared years: read alike in every format, and matched as the truth says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from retkoop.actions.exchange import import_archive
from retkoop.association import TABLES
from retkoop.audit import OPERATOR
from retkoop.statements import read_statement
from tests.factories import CASES

FOLDERS = sorted(folder for folder in CASES.iterdir() if (folder / "verite.json").exists())
FILES = [file for folder in FOLDERS for file in sorted(folder.glob("releve*"))]


def test_there_are_statements() -> None:
    assert len(FILES) >= 15


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_each_format_gives_the_same_lines(file: Path) -> None:
    truth = json.loads((file.parent / "verite.json").read_text("utf-8"))["lignes"]
    lines = read_statement(file.read_bytes()).lines
    told = [(line.day.isoformat(), line.label, f"{line.amount / 100:.2f}") for line in lines]
    assert told == [(line["date"], line["libelle"].strip(), line["montant"]) for line in truth]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_line_is_matched_as_the_truth_says(app: Flask, folder: Path) -> None:
    truth: dict[str, Any] = json.loads((folder / "verite.json").read_text("utf-8"))
    key = import_archive(OPERATOR, folder / "a-pointer.zip", app.config["STORAGE"])
    before = [list(table.select().tuples()) for table in TABLES]
    for file in sorted(folder.glob("releve*")):
        run = app.test_cli_runner().invoke(args=["releve", "rapprocher", key.coop, "2024-2025", str(file)])
        assert run.exit_code == 0, run.stderr
        lines = json.loads(run.stdout)["lignes"]
        found = [(sorted(line["ecritures"]), sorted(line["reports"])) for line in lines]
        assert found == [(sorted(link["ecritures"]), sorted(link["reports"])) for link in truth["pointages"]]
        assert {line["confiance"] for line in lines} == {"sure"}
        assert all(line["raison"] for line in lines)
    assert [list(table.select().tuples()) for table in TABLES] == before


def test_a_file_that_is_no_statement_is_one_french_line(app: Flask, tmp_path: Path) -> None:
    key = import_archive(OPERATOR, FOLDERS[0] / "a-pointer.zip", app.config["STORAGE"])
    (tmp_path / "rien.csv").write_text("Bonjour\n", "utf-8")
    run = app.test_cli_runner().invoke(args=["releve", "rapprocher", key.coop, "2024-2025", str(tmp_path / "rien.csv")])
    assert (run.exit_code, run.stdout) == (1, "")
    assert "n’est pas reconnu comme un relevé" in run.stderr
