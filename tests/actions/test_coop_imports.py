"""A list of 700 cooperatives: with faults nothing is written, without them all of it, and once."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from retkoop.actions import coop_imports
from retkoop.actions.coop_imports import confirm, keep_preview, preview
from retkoop.actions.coops import create_coop
from retkoop.actions.people import sign_in
from retkoop.association import TABLES, CoopImport
from retkoop.audit import Actor
from retkoop.coop_identity import NewCoop
from retkoop.coop_rows import waits
from retkoop.errors import Conflict, NotFound
from retkoop.models import Cooperative, Journal, Person, Year
from tests.factories import a_coop, a_department

AD = Actor("Association", 9)
HEAD = "Identifiant;Nom;UAI;Banque;Premier exercice;Solde banque;Solde caisse;Mandataire;Mail"
COUNT = 700
# Each way to spoil a line: the place of the cell, what is put there, and the column that is accused.
FAULTS = (
    (0, "013-0001", "Identifiant"), (1, "", "Nom"), (2, "0130001A", "UAI"), (3, "515", "Banque"),
    (4, "2024", "Premier exercice"), (5, "mille", "Solde banque"), (6, "-1", "Solde caisse"), (8, "anne", "Mail"),
)  # fmt: skip


def line(number: int) -> list[str]:
    return [f"075-{number:04d}", f"École {number}", f"075{number:04d}A", "512", "2024-2025", f"{number},50", "10",
            f"Mandataire {number}", f"m{number}@exemple.fr"]  # fmt: skip


def written(lines: list[list[str]]) -> bytes:
    return "\n".join([HEAD, *(";".join(cells) for cells in lines)]).encode()


def everything() -> dict[str, list[str]]:
    return {table.__name__: sorted(map(repr, table.select().tuples())) for table in TABLES}


def test_forty_faults_among_seven_hundred_lines_are_each_named_and_nothing_is_written(app: Flask) -> None:
    a_department()
    lines, wanted = [line(number) for number in range(1, COUNT + 1)], []
    for rank in range(40):
        at, (place, text, column) = rank * 17 + 3, FAULTS[rank % len(FAULTS)]
        # Twice the same identifier would be one more fault.
        lines[at][place] = f"013-{rank:04d}" if place == 0 else text
        wanted.append((at + 2, column))
    before = everything()
    kept = keep_preview(AD, "075", "liste", written(lines))
    assert [(one.line, one.column) for one in kept.faults] == wanted
    assert kept.number is None
    assert everything() == before


def test_a_whole_list_is_written_as_it_was_previewed_and_a_second_time_changes_nothing(app: Flask) -> None:
    a_department()
    data = written([line(number) for number in range(1, COUNT + 1)])
    kept = keep_preview(AD, "075", "liste", data)
    assert kept.number is not None
    found = preview("075", kept.number)
    assert (found.plan.count("créée"), Cooperative.select().count()) == (COUNT, 0)
    confirm(AD, "075", kept.number, found.plan.seal)
    assert (Cooperative.select().count(), Year.select().count(), Person.select().count()) == (COUNT,) * 3
    year = Year.get(Year.coop == "075-0042")
    assert (year.opening_bank, year.opening_cash, year.opening_carried) == (4_250, 1_000, 5_250)
    with pytest.raises(NotFound, match="déjà fait"):
        confirm(AD, "075", kept.number, found.plan.seal)

    again = keep_preview(AD, "075", "liste", data)
    assert again.number is not None
    before = {name: rows for name, rows in everything().items() if name not in ("CoopImport", "Journal")}
    found = preview("075", again.number)
    assert found.plan.count("inchangée") == COUNT
    confirm(AD, "075", again.number, found.plan.seal)
    assert {name: rows for name, rows in everything().items() if name not in ("CoopImport", "Journal")} == before
    assert Journal.select().where(Journal.action == "import").count() == 2


def prepared(*lines: list[str]) -> tuple[int, str]:
    kept = keep_preview(AD, "075", "liste", written(list(lines)))
    assert kept.number is not None, kept.faults
    return kept.number, preview("075", kept.number).plan.seal


def test_it_corrects_what_it_says_and_gives_no_second_access(app: Flask) -> None:
    a_department()
    confirm(AD, "075", *prepared(line(1)))
    renamed = line(1)
    renamed[1], renamed[7], renamed[8] = "Les Roses", "MANDATAIRE 1", "autre@exemple.fr"
    confirm(AD, "075", *prepared(renamed))
    assert Cooperative.get().name == "Les Roses"
    person = Person.get()
    assert (person.identifier, person.mail, waits(person)) == ("075-0001", "m1@exemple.fr", True)
    assert sign_in("075-0001", "", "192.0.2.1") is None


def test_what_changed_since_the_preview_is_previewed_again(app: Flask) -> None:
    a_department()
    number, seal = prepared(line(1), line(2))
    create_coop(AD, "075", NewCoop("075-0002", "Une autre"))
    before = everything()
    with pytest.raises(Conflict, match="entre-temps"):
        confirm(AD, "075", number, seal)
    assert everything() == before
    confirm(AD, "075", number, preview("075", number).plan.seal)
    assert Cooperative.get(Cooperative.identifier == "075-0002").name == "École 2"


def test_it_fails_whole(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    a_department()
    number, seal = prepared(line(1), line(2))
    before = everything()
    monkeypatch.setattr(coop_imports, "_give_account", lambda *rest: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        confirm(AD, "075", number, seal)
    assert everything() == before


def test_another_departement_finds_nothing_and_is_not_reached(app: Flask) -> None:
    a_department()
    a_department("013")
    number, seal = prepared(line(1))
    with pytest.raises(NotFound):
        preview("013", number)
    with pytest.raises(NotFound):
        confirm(AD, "013", number, seal)
    # An identifier that follows no scheme of ours, of another département: only the database knows it.
    a_coop("0750001A", department="013", name="Le Port")
    foreign = line(1)
    foreign[0] = "0750001A"
    kept = keep_preview(AD, "075", "liste", written([foreign]))
    assert [(one.line, one.column) for one in kept.faults] == [(2, "Identifiant")]
    assert Cooperative.get(Cooperative.identifier == "0750001A").name == "Le Port"


def test_a_preview_is_one_a_person(app: Flask) -> None:
    a_department()
    prepared(line(1))
    prepared(line(2))
    assert CoopImport.select().count() == 1
    assert isinstance(CoopImport.get().at.date(), date)
