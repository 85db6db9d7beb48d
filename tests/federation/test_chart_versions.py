"""A version of the chart of accounts: strictly read, written and read again, compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from retkoop.chart import Chart, merged, read_chart
from retkoop.chart_versions import (
    ADDED,
    CHANGED,
    RENAMED,
    WITHDRAWN,
    account_of,
    compared,
    in_order,
    lacks,
    read_version,
    version_sheet,
)
from retkoop.exports import sheets

DATA = Path(__file__).parents[2] / "retkoop" / "data" / "plan_comptable_2024.csv"
LINES = DATA.read_text("utf-8").splitlines()
CHART = read_chart(LINES)


def read(*lines: str) -> tuple[Chart, list[tuple[int, str]]]:
    chart, faults = read_version("\n".join(lines).encode())
    return chart, [(fault.line, fault.column) for fault in faults]


def with_line(number: int, line: str) -> list[str]:
    return [*LINES[: number - 1], line, *LINES[number:]]


def test_the_first_version_is_read_as_it_was_loaded() -> None:
    assert read_version(DATA.read_bytes()) == (in_order(CHART), ())


@pytest.mark.parametrize("write", [sheets.to_csv, sheets.to_xlsx, sheets.to_ods])
def test_what_is_taken_away_is_read_again_whatever_the_program(write) -> None:
    odd = account_of("62990008", "=somme(A1) d’« étoiles »; et suite", "+1 - 2")
    chart = in_order([*CHART, odd])
    assert read_version(write(version_sheet(chart))) == (chart, ())


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("6070;6070;charge;Achats;;", [(2, "code")]),
        ("80700008;8070;charge;Achats;;", [(2, "code")]),
        ("60700009;6070;charge;Achats;;", [(2, "code")]),
        ("６0700008;6070;charge;Achats;;", [(2, "code")]),
        ("60700008;6071;charge;Achats;;", [(2, "code_court")]),
        ("60700008;6070;produit;Achats;;", [(2, "sens")]),
        ("60700008;6070;;Achats;;", [(2, "sens")]),
        ("60700008;6070;charge;;;", [(2, "libelle")]),
        (f"60700008;6070;charge;{'x' * 121};;", [(2, "libelle")]),
        (f"60700008;6070;charge;Achats;{'x' * 501};", [(2, "contenu")]),
        ("60700008;6070;charge;Achats;;subvention", [(2, "particularite")]),
        ("60700008;6070;charge;Achats;;caisse", [(2, "particularite")]),
        ("60700008;6070;charge;Achats;;;de trop", [(2, "")]),
        ("61680008;6168;charge;Achats;;", [(3, "code")]),
        ("6070;6071;produit;;;caisse", [(2, "code")]),
        ('60700008;6070;charge;"Achats;;', [(2, "")]),
    ],
)
def test_each_fault_is_named_by_line_and_column(line: str, found: list[tuple[int, str]]) -> None:
    _, faults = read(*with_line(2, line))
    assert faults == found


def test_all_faults_are_told_at_once() -> None:
    _, faults = read(LINES[0], "60700008;6071;produit;;;", *LINES[2:])
    assert faults == [(2, "code_court"), (2, "sens"), (2, "libelle")]


@pytest.mark.parametrize(
    ("head", "column"),
    [
        ("code;code_court;sens;libelle;contenu", "particularite"),
        (LINES[0] + ";couleur", "couleur"),
        (LINES[0] + ";code", "code"),
        ("n’importe;quoi", "code"),
    ],
)
def test_the_columns_are_those_of_a_version_and_no_others(head: str, column: str) -> None:
    _, faults = read(head, *LINES[1:])
    assert (1, column) in faults


def test_the_columns_may_be_in_another_order() -> None:
    turned = [";".join(reversed(line.split(";"))) for line in LINES]
    assert read(*turned) == (in_order(CHART), [])


@pytest.mark.parametrize("missing", ["subvention", "inventaire"])
def test_a_version_without_a_particularity_is_refused(missing: str) -> None:
    chart, faults = read(*(line.removesuffix(missing) for line in LINES))
    assert faults == [(1, "")]
    assert len(lacks(chart)) == 1


@pytest.mark.parametrize("data", [b"", b"\x00\x01", b"PK\x03\x04nonsense", b";" * 100, b"x" * 4_000_001])
def test_what_is_no_table_is_one_fault(data: bytes) -> None:
    chart, faults = read_version(data)
    assert faults
    assert not chart.accounts


def test_too_many_accounts_are_refused() -> None:
    many = [f"6{n:03d}0008;6{n:03d};charge;Compte {n};;" for n in range(201)]
    assert read(LINES[0], *many)[1] == [(202, "")]


def test_versions_are_compared_account_by_account() -> None:
    first = CHART["60700008"]
    renamed = account_of("60700008", "Achats pour la fête", first.contents)
    reworded = account_of("61800008", CHART["61800008"].label, "Sorties")
    moved = account_of("75000008", CHART["75000008"].label, CHART["75000008"].contents, "subvention")
    new = account_of("61900008", "Numérique")
    kept = [a for a in CHART if a.short not in ("6070", "6180", "6700", "7500")]
    changes = compared(CHART, in_order([*kept, renamed, reworded, moved, new]))
    assert [(one.kind, one.account.short, one.breaks) for one in changes] == [
        (RENAMED, "6070", False), (CHANGED, "6180", False), (ADDED, "6190", False), (WITHDRAWN, "6700", True),
        (CHANGED, "7500", True),
    ]  # fmt: skip
    assert changes[0].fields == (("Libellé", first.label, "Achats pour la fête"),)
    assert changes[4].fields == (("Particularité", "aucun", "subvention"),)
    assert compared(CHART, CHART) == ()


def test_merged_charts_keep_what_was_withdrawn_and_the_latest_words() -> None:
    now = in_order([account_of("60700008", "Achats pour la fête")])
    both = merged(now, CHART)
    assert both["60700008"].label == "Achats pour la fête"
    assert len(both.accounts) == len(CHART.accounts)
