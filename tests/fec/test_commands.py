"""`flask fec`: writing the file of a cooperative or of a département, and checking one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from retkoop import fec_rows
from retkoop.clock import paris_date
from retkoop.models import Department, Year, YearKey
from tests.factories import a_coop, a_year, an_entry

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    """Give a runner of `flask fec`."""
    return lambda *words: app.test_cli_runner().invoke(args=["fec", *map(str, words)])


def said(result: Result) -> str:
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout


def refused(result: Result) -> str:
    assert result.exit_code == 1, result.output
    assert re.fullmatch(r"[^\n]+\n", result.stderr), result.stderr
    return result.stderr.strip()


def validated(identifier: str, closed: str = "2025-09-03T10:00:00+00:00") -> YearKey:
    key = a_year(a_coop(identifier))
    an_entry(key)
    Year.update(state="validated", closed_at=datetime.fromisoformat(closed)).where(key.of(Year)).execute()
    return key


def test_a_cooperative_gives_a_file_without_fault(run: Run, tmp_path: Path) -> None:
    an_entry(a_year())
    assert "FEC 2024-2025 de 075-0001 écrit" in said(run("exporter", "075-0001", "2024-2025", tmp_path))
    path = tmp_path / "0750001FEC20250831.txt"
    assert [path] == list(tmp_path.iterdir())
    assert said(run("controler", path)) == "Aucune faute dans 0750001FEC20250831.txt, exercice 2024-2025.\n"


def test_a_departement_gives_its_validated_years_in_the_order_of_their_closing(run: Run, tmp_path: Path) -> None:
    validated("075-0001", "2025-09-20T10:00:00+00:00")
    validated("075-0002")
    # Paris is already at the day after.
    validated("075-0003", "2025-09-02T23:30:00+00:00")
    an_entry(a_year(a_coop("075-0004")))
    validated("013-0001")
    said(run("exporter", "075", "2024-2025", tmp_path / "ad.txt"))
    lines = (tmp_path / "ad.txt").read_text("iso8859-15").splitlines()[1:]
    journals = list(dict.fromkeys(line.split("\t")[0] for line in lines))
    assert journals == [f"{code}-075-000{n}" for n in (2, 3, 1) for code in ("AN", "CC")]
    # The name tells no exercice: the entries do.
    assert "Aucune faute dans ad.txt, exercice 2024-2025." in said(run("controler", tmp_path / "ad.txt"))


def test_a_departement_is_loaded_one_cooperative_at_a_time(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = []
    plain = fec_rows.year_facts
    monkeypatch.setattr(fec_rows, "year_facts", lambda year, ad: loaded.append(year.coop) or plain(year, ad))
    validated("075-0001")
    validated("075-0002")
    books = fec_rows.books_of(Department.get_by_id("075"), 2024, paris_date)
    assert (next(books).identifier, loaded) == ("075-0001", ["075-0001"])
    assert [book.identifier for book in books] == ["075-0002"]


def test_each_fault_is_a_line_and_the_command_fails(run: Run, tmp_path: Path) -> None:
    an_entry(a_year())
    path = tmp_path / "fichier.txt"
    said(run("exporter", "075-0001", "2024-2025", path))
    path.write_bytes(path.read_bytes().replace(b"12,00", b"12.00", 1))
    result = run("controler", path, "--annee", "2024-2025")
    assert refused(result) == "2 fautes dans fichier.txt."
    shown = result.stdout.splitlines()
    assert shown[0].startswith("ligne 5")
    assert any("Credit : Montant mal écrit" in line for line in shown)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("exporter", "075-9999", "2024-2025", "f.txt"), "075-9999 n’est ni une coopérative ni un département."),
        (("exporter", "075-0001", "2019-2020", "f.txt"), "La coopérative 075-0001 n’a pas d’exercice 2019-2020."),
        (("exporter", "075-0001", "2024", "f.txt"), "exercice mal écrit"),
        (("exporter", "075-0001", "2024-2025", "f.txt"), "n’a ni solde de départ ni écriture"),
        (("exporter", "075", "2024-2025", "f.txt"), "Aucune coopérative du département 075"),
        (("controler", "f.txt"), "Fichier illisible"),
        (("controler", "vide.txt"), "Indiquez l’exercice"),
    ],
)
def test_a_refusal_is_one_line_and_writes_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], line: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vide.txt").write_bytes(b"")
    a_year(bank=0, cash=0)
    assert line in refused(run(*words))
    assert [path.name for path in tmp_path.iterdir()] == ["vide.txt"]
