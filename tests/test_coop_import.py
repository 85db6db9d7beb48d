"""A list of cooperatives read from CSV and spreadsheets: every fault by line and column, nothing taken for granted."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from retkoop.coop_import import COLUMNS, CoopRow, Fault, read_coops
from retkoop.coop_plan import CHANGED, CREATED, SAME, Opening, Stored, plan
from retkoop.coop_table import LARGEST_FILE, MOST_LINES
from retkoop.exports.sheets import to_csv, to_xlsx
from retkoop.sheet import Column, Sheet

HEAD = (
    "Identifiant;Nom;UAI;Adresse;Banque;Premier exercice;Solde banque;Solde caisse;Report à nouveau;Mandataire;Mail;Tel"
)
WHOLE = "075-0001;Les Lilas;0750001A;Paris;514;2024-2025;1 000,50;20;1020,50;Anne Petit;anne@exemple.fr;01 23 45 67 89"
ROW = CoopRow(
    2, "075-0001", "Les Lilas", "0750001A", "Paris", "514", 2024, 100_050, 2_000, 102_050, "Anne Petit",
    "anne@exemple.fr", "01 23 45 67 89",
)  # fmt: skip


def read(*lines: str, encoding: str = "utf-8", head: str = HEAD, separator: str = ";") -> Any:
    text = "\r\n".join((head, *lines)).replace(";", separator)
    return read_coops(text.encode(encoding), "075")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_csv_is_read_whatever_its_encoding_and_separator(encoding: str, separator: str) -> None:
    found = read(WHOLE, encoding=encoding, separator=separator)
    assert (found.rows, found.faults, found.ignored) == ((ROW,), (), ())


def test_a_comma_separates_too_and_quotes_hold_what_it_would_cut() -> None:
    found = read_coops(b'Identifiant,Nom\n075-0001,"Les Lilas, Paris"\n', "075")
    assert [row.name for row in found.rows] == ["Les Lilas, Paris"]


def workbook(*rows: tuple[Any, ...]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    return file.getvalue()


def test_a_spreadsheet_is_read_with_its_numbers() -> None:
    values = ("075-0001", "Les Lilas", "0750001A", "Paris", 514, "2024-2025", 1000.5, 20, 1020.5, "Anne Petit",
              "anne@exemple.fr", 123456789)  # fmt: skip
    found = read_coops(workbook(tuple(HEAD.split(";")), values), "075")
    assert found.faults == ()
    assert found.rows == (ROW._replace(phone="0123456789"),)


@pytest.mark.parametrize("write", [to_csv, to_xlsx])
def test_the_model_is_read_back_and_its_example_refused(write: Any) -> None:
    heads = [heading for heading, _ in COLUMNS.values()]
    sheet = Sheet("x", tuple(map(Column, heads)), (("075-XXXX", *["" for _ in heads[1:]]),))
    found = read_coops(write(sheet), "075")
    assert {(one.line, one.column) for one in found.faults} == {(2, "Identifiant"), (2, "Nom")}


@pytest.mark.parametrize(
    ("heads", "key"),
    [("Code UAI", "uai"), ("RNE", "uai"), ("ville", "address"), ("COURRIEL", "mail"), ("Tél.", "phone"),
     ("Nom du mandataire", "holder"), ("Année scolaire", "first_year"), ("Espèces", "cash"), ("RAN", "carried")],
)  # fmt: skip
def test_a_column_has_several_names(heads: str, key: str) -> None:
    found = read(head=f"N°;Ecole;{heads}")
    assert (found.ignored, found.faults[0].column) == ((), "")
    assert key in COLUMNS


def test_columns_that_are_not_looked_at_are_named() -> None:
    assert read("075-0001;Les Lilas;x", head="Identifiant;Nom;Circonscription").ignored == ("Circonscription",)


@pytest.mark.parametrize(
    ("line", "column", "said"),
    [
        ("013-0001;Nom", "Identifiant", "comme 075-1234"), (";Nom", "Identifiant", "à remplir"),
        ("075-0001;", "Nom", "à remplir"), ("075-0001;" + "x" * 201, "Nom", "trop long"),
        ("075-0001;Nom;0130001A", "UAI", "département 075"), ("075-0001;Nom;;" + "x" * 301, "Adresse", "trop long"),
        ("075-0001;Nom;;;515", "Banque", "512, ou 514"), ("075-0001;Nom;;;;2024-2026", "Premier exercice", "2024-2025"),
        ("075-0001;Nom;;;;2024-2025;beaucoup", "Solde banque", "pas lisible"),
        ("075-0001;Nom;;;;2024-2025;;-3", "Solde caisse", "négative"),
        ("075-0001;Nom;;;;;12", "Solde banque", "premier exercice"),
        ("075-0001;Nom;;;;2024-2025;9999999;9999999", "Solde banque", "trop grands"),
        ("075-0001;Nom;;;;;;;;;x@y.fr", "Mail", "nom du mandataire"), ("075-0001;Nom;;;;;;;;Anne;x", "Mail", "nom@"),
        ("075-0001;Nom;;;;;;;;Anne;;x", "Tel", "01 23"), ("075-0001;Nom;;;;;;;;;;;trop", "", "plus de cellules"),
        ('075-0001;"Nom', "", "guillemet"),
    ],
)  # fmt: skip
def test_a_fault_has_its_line_its_column_and_its_sentence(line: str, column: str, said: str) -> None:
    found = read("075-0009;Les Iris", line)
    assert [(one.line, one.column) for one in found.faults] == [(3, column)]
    assert said in found.faults[0].message


def test_every_fault_is_told_and_never_the_first_alone() -> None:
    found = read("013-1;;x;;515", "075-0001;A", "075-0001;B")
    assert [(one.line, one.column) for one in found.faults] == [
        (2, "Banque"), (2, "Identifiant"), (2, "Nom"), (2, "UAI"), (4, "Identifiant"),
    ]  # fmt: skip
    assert "déjà à la ligne 3" in found.faults[-1].message


def test_lines_are_those_of_the_file_empty_and_long_ones_counted() -> None:
    found = read("", '075-0001;"Les\nLilas"', "075-0002;")
    assert [row.line for row in found.rows] == [3, 5]
    assert found.faults == (Fault(5, "Nom", "Cette cellule est à remplir."),)
    assert found.rows[0].name == "Les Lilas"


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 70_000_000)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "vide"), (b"\n\n", "vide"), (b"\x89PNG\r\n\x1a\n\0\0", "ni un CSV"), (b"PK\x03\x04abc", "abîmé"),
        (b"x" * (LARGEST_FILE + 1), "trop lourd"), (HEAD.encode(), "pas d’autre ligne"),
        (HEAD.encode() + b"\n075-0001;A" * (MOST_LINES + 1), "plus de 3000 lignes"), (b"a;" * 100, "plus de 60"),
        (b"Nom;UAI\nA;B", "Cette colonne manque"), (b"Identifiant;Nom;Nom\n", "Deux colonnes"),
        (bomb(), "trop grand une fois ouvert"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused_with_a_sentence(data: bytes, said: str) -> None:
    found = read_coops(data, "075")
    assert found.rows == ()
    assert said in found.faults[0].message


@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: f"{HEAD}\n{text}".encode("utf-8", "replace")))
def test_no_file_is_an_error(data: bytes) -> None:
    found = read_coops(data, "075")
    assert found.rows or found.faults


STORED = Stored("075", "Les Lilas", "0750001A", "Paris", {2024: Opening("514", 100_050, 2_000, 102_050)},
                frozenset({"anne petit"}))  # fmt: skip


def test_a_plan_says_what_is_created_changed_and_left() -> None:
    lines = plan([ROW, ROW._replace(identifier="075-0002", line=3)], "075", {"075-0001": STORED}).lines
    assert [line.what for line in lines] == [SAME, CREATED]
    renamed = plan([ROW._replace(name="Les Roses", holder="Jean")], "075", {"075-0001": STORED}).lines[0]
    assert (renamed.what, renamed.words) == (CHANGED, ("Nom : Les Lilas → Les Roses", "accès pour Jean"))


@pytest.mark.parametrize(
    ("row", "there", "column"),
    [
        (ROW._replace(bank=1), STORED, "Solde banque"), (ROW._replace(first_year=2023), STORED, "Premier exercice"),
        (ROW, STORED._replace(department="013"), "Identifiant"),
    ],
)  # fmt: skip
def test_a_plan_corrects_no_balance_and_reaches_no_stranger(row: CoopRow, there: Stored, column: str) -> None:
    assert [one.column for one in plan([row], "075", {"075-0001": there}).faults] == [column]


def test_an_empty_cell_changes_nothing() -> None:
    bare = CoopRow(2, "075-0001", "Les Lilas")
    assert plan([bare], "075", {"075-0001": STORED}).lines[0].what == SAME
