"""The dashboard's own rules, by data: what is looked for, in which order, how it is counted, which year, the words."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from retkoop.charts import shares
from retkoop.department_board import (
    Contact,
    Line,
    Look,
    board_sheet,
    chosen,
    deadline_in_words,
    left_counts,
    standing_counts,
    year_of_season,
)
from retkoop.school_year import SchoolYear
from retkoop.year_summary import YearSummary


def figures(bank: int) -> YearSummary:
    return YearSummary(bank, 0, -bank, 3, 1, 2, (), (), "passed", 0, False)


def line(identifier: str, name: str, **values: object) -> Line:
    told = {"uai": "", "place": "", "state": "open", "standing": "pas_prete", "left": ()}
    return Line(identifier, name, **{**told, **values})  # type: ignore[arg-type]


LINES = (
    line("075-0003", "Élan", place="3 rue Noé, Paris", left=("RELEVE", "CRA"), summary=figures(50)),
    line("075-0001", "Zoo", standing="envoyee", state="sent", summary=figures(-9)),
    line("075-0002", "Acacias", uai="0750002X", left=("CRA",), state=None),
)


def names(**asked: str) -> list[str]:
    return [one.name for one in chosen(LINES, Look.read(asked))]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["Acacias", "Élan", "Zoo"]),
        ({"cherche": "elan"}, ["Élan"]),
        ({"cherche": "PARIS noé"}, ["Élan"]),
        ({"cherche": "0750002x"}, ["Acacias"]),
        ({"cherche": "075-0001"}, ["Zoo"]),
        ({"cherche": "rien de tel"}, []),
        ({"etat": "envoyee"}, ["Zoo"]),
        ({"constat": "CRA"}, ["Acacias", "Élan"]),
        ({"constat": "CRA", "cherche": "zoo"}, []),
        ({"sens": "desc"}, ["Zoo", "Élan", "Acacias"]),
        # What has no figure comes last, either way round.
        ({"tri": "banque"}, ["Zoo", "Élan", "Acacias"]),
        ({"tri": "banque", "sens": "desc"}, ["Élan", "Zoo", "Acacias"]),
        ({"tri": "reste", "sens": "desc"}, ["Élan", "Acacias", "Zoo"]),
        ({"tri": "etat"}, ["Acacias", "Élan", "Zoo"]),
        # What means nothing here is left out.
        ({"etat": "x", "constat": "'", "tri": "id", "sens": "asc"}, ["Acacias", "Élan", "Zoo"]),
    ],
)
def test_what_is_looked_for(asked: dict[str, str], found: list[str]) -> None:
    assert names(**asked) == found


def test_names_are_sorted_as_people_count() -> None:
    schools = [line("1", "École 10"), line("2", "École 2"), line("3", "école 2")]
    assert [one.identifier for one in chosen(schools, Look())] == ["2", "3", "1"]


def test_a_search_too_long_is_cut_and_a_look_is_its_address() -> None:
    look = Look.read({"cherche": "a" * 500, "etat": "prete", "tri": "banque", "annee": "x"})
    assert look.params == {"cherche": "a" * 100, "etat": "prete", "tri": "banque"}
    assert look.turned("banque")["sens"] == "desc"
    assert "sens" not in Look.read({"tri": "banque", "sens": "desc"}).turned("banque")
    assert look.turned("nom") == {"cherche": "a" * 100, "etat": "prete", "tri": "nom"}
    assert look.with_(etat="") == {"cherche": "a" * 100, "tri": "banque"}


def test_counts() -> None:
    assert standing_counts(LINES) == {"pas_prete": 2, "prete": 0, "envoyee": 1, "a_completer": 0, "validee": 0}
    assert left_counts(LINES) == {"CRA": 2, "RELEVE": 1}
    assert [bar.width for bar in shares([2, 0, 1], 600, 10)] == [400, 0, 200]
    assert [bar.x for bar in shares([2, 0, 1], 600, 10)] == [0, 400, 400]
    assert [bar.width for bar in shares([0, 0], 600, 10)] == [0, 0]


@pytest.mark.parametrize(
    ("today", "starts", "found"),
    [
        (date(2025, 9, 1), [2024, 2025], 2024),
        (date(2025, 12, 31), [2024, 2025], 2024),
        (date(2026, 1, 1), [2024, 2025], 2025),
        (date(2025, 8, 31), [2024, 2025], 2024),
        (date(2025, 9, 1), [2025], 2025),
        (date(2026, 1, 1), [2024, 2026], 2026),
        (date(2025, 10, 1), [], 2024),
    ],
)
def test_the_year_of_the_season(today: date, starts: list[int], found: int) -> None:
    assert year_of_season(today, starts) == SchoolYear(found)


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2025, 9, 5), "Il reste 25 jours avant le 30/09/2025."),
        (date(2025, 9, 29), "Il reste un jour avant le 30/09/2025."),
        (date(2025, 9, 30), "C’est aujourd’hui, 30/09/2025, le dernier jour."),
        (date(2025, 10, 1), "Le dernier jour, 30/09/2025, est passé depuis 1 jour."),
        (date(2025, 10, 9), "Le dernier jour, 30/09/2025, est passé depuis 9 jours."),
    ],
)
def test_the_days_are_counted_down(today: date, said: str) -> None:
    assert deadline_in_words(SchoolYear(2024), today) == said


def test_the_sheet_says_what_the_screen_says() -> None:
    camille = Contact("Camille", "c@exemple.fr", "01 02 03 04 05")
    full = line(
        "075-0009", "Lilas", left=("RELEVE", "CRA"), summary=figures(50), contacts=(camille, Contact("Zoé", "", "")),
        active_at=datetime(2025, 9, 3, 8, tzinfo=UTC), active_who="Camille", note="=1+1",
    )  # fmt: skip
    sheet = board_sheet([full, LINES[2]], SchoolYear(2024))
    assert [len(row) for row in sheet.rows] == [len(sheet.columns)] * 2
    assert sheet.rows[0][4:] == (
        "Pas prête", "relevé de banque, CRA", 50, 0, -50, 3, 1, 2, 0, date(2025, 9, 3), "Camille", "Camille, Zoé",
        "01 02 03 04 05", "c@exemple.fr", "=1+1",
    )  # fmt: skip
    assert sheet.rows[1][6:14] == (None,) * 8
