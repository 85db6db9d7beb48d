"""The commands: French help, one clear line when something is refused, and nothing half done."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from retkoop import db
from retkoop.association import TABLES
from retkoop.models import Attempt, Person, Year
from retkoop.passwords import verify
from retkoop.year_rows import moves_of
from tests.factories import PASSWORD, a_coop, a_department, a_year

Run = Callable[..., Result]
COMMANDS = [
    ["migrate"], ["demo"], ["sauvegarde"], ["restauration"], ["exercice"], ["exercice", "importer"],
    ["exercice", "exporter"], ["exercice", "controler"], ["exercice", "prendre-en-charge"], ["exercice", "valider"],
    ["exercice", "renvoyer"], ["exercice", "rouvrir"], ["compte"], ["compte", "creer"], ["resumes"],
    ["travaux"], ["validations"],
    ["travaux"], ["compte", "sans-code"],
    ["fec"], ["fec", "exporter"], ["fec", "controler"],
    ["releve"], ["releve", "rapprocher"],
]  # fmt: skip


@pytest.fixture
def run(app: Flask) -> Run:
    """Give a runner of commands."""

    def invoke(*words: str, **options: str) -> Result:
        return app.test_cli_runner().invoke(args=list(words), **options)  # type: ignore[arg-type]

    return invoke


def refusal(result: Result) -> str:
    """Check that a command was refused as it must be, and give its line."""
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    assert isinstance(result.exception, SystemExit)
    assert re.fullmatch(r"[^\n]+\n", result.stderr), result.stderr
    assert "Traceback" not in result.stderr
    return result.stderr.strip()


def rows() -> dict[str, int]:
    return {table._meta.table_name: table.select().count() for table in TABLES if table is not Attempt}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_each_command_has_its_help_in_french(session_app: Flask, words: list[str]) -> None:
    result = session_app.test_cli_runner().invoke(args=[*words, "--help"])
    assert result.exit_code == 0
    assert result.stdout.startswith("Utilisation : ")
    assert "Affiche cette aide." in result.stdout
    assert not re.search(r"\b(Show|Usage|Commands?:|Options:.*required|exit)\b", result.stdout)


def test_every_command_of_ours_is_in_that_list(session_app: Flask) -> None:
    ours = {name for name in session_app.cli.commands if name not in ("run", "shell", "routes")}
    assert ours == {words[0] for words in COMMANDS}


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["exercice", "envoler"], "Commande inconnue : envoler"),
        (["exercice", "importer"], "Il manque FICHIER"),
        (["exercice", "importer", "a.zip", "--vite"], "Option inconnue --vite"),
        (["exercice", "importer", "rien.zip"], "fichier introuvable : rien.zip"),
        (["exercice", "importer", "/"], "fichier introuvable"),
        (["exercice", "controler", "075-9999", "2024-2025"], "La coopérative 075-9999 n’existe pas."),
        (["exercice", "controler", "075-0001", "2023-2024"], "n’a pas d’exercice 2023-2024."),
        (["exercice", "controler", "075-0001", "2024"], "attendu par exemple 2024-2025"),
        (["exercice", "controler", "075-0001", "2024-2025", "--au", "hier"], "Valeur refusée pour --au"),
        (["exercice", "controler", "075-0001", "2024-2025", "--au", "2025-02-30"], "Valeur refusée pour --au"),
        (["exercice", "controler", "075-0001", "2024-2025", "--au", "2025-W36-1"], "Valeur refusée pour --au"),
        (["exercice", "exporter", "075-9999", "2024-2025", "x.zip"], "075-9999 n’existe pas."),
        (["exercice", "exporter", "075-0001", "2024-2025", "/nulle/part/x.zip"], "impossible à écrire"),
        (["sauvegarde", "/nulle/part/x.zip"], "impossible à écrire"),
        (["restauration", "/nulle/part/x.zip"], "n’est pas une sauvegarde"),
        (["compte", "creer", "075-0001", "--role", "roi", "--mot-de-passe-stdin"], "Valeur refusée pour --role"),
        (["compte", "creer", "075-0001"], "Il manque"),
        (["compte", "sans-code", "personne"], "Le compte personne n’existe pas."),
    ],
)
def test_what_is_refused_is_one_line_and_changes_nothing(run: Run, words: list[str], line: str) -> None:
    a_year()
    before = rows()
    assert line in refusal(run(*words))
    assert rows() == before


def test_controler_prints_the_sheet_of_the_day(run: Run) -> None:
    a_year()
    on = json.loads(run("exercice", "controler", "075-0001", "2024-2025", "--au", "2025-08-30").stdout)
    after = json.loads(run("exercice", "controler", "075-0001", "2024-2025").stdout)
    assert (on["controles"]["DATE"], after["controles"]["DATE"]) == (False, True)
    assert after["banque_cahier"] == "1000.00"


def creer(run: Run, *words: str, password: str = PASSWORD) -> Result:
    return run("compte", "creer", *words, "--mot-de-passe-stdin", input=password + "\n")


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (["075-0001", "--role", "mandataire", "--coop", "075-0001"], ("075", "075-0001")),
        (["verif@exemple.fr", "--role", "verificateur", "--coop", "075-0001"], ("075", "075-0001")),
        (["ad075", "--role", "ad", "--ad", "075"], ("075", None)),
        (["national", "--role", "federation", "--provisoire", "--nom", "Camille"], (None, None)),
    ],
)
def test_compte_creer_makes_an_account_in_its_place(
    run: Run, words: list[str], place: tuple[str | None, str | None]
) -> None:
    a_coop()
    result = creer(run, *words)
    assert (result.exit_code, result.stderr) == (0, "")
    assert PASSWORD not in result.stdout
    person = Person.get()
    assert (person.department, person.coop) == place
    assert verify(person.password_hash, PASSWORD)
    assert person.must_change == ("--provisoire" in words)


@pytest.mark.parametrize(
    ("words", "password", "line"),
    [
        (["abc", "--role", "mandataire"], PASSWORD, "demande --coop"),
        (["abc", "--role", "mandataire", "--coop", "075-9999"], PASSWORD, "demande --coop"),
        (["abc", "--role", "ad"], PASSWORD, "demande --ad"),
        (["abc", "--role", "ad", "--ad", "099"], PASSWORD, "Le département 099 n’existe pas."),
        (["abc", "--role", "federation", "--ad", "075"], PASSWORD, "ni coopérative ni département"),
        (["a b", "--role", "federation"], PASSWORD, "Identifiant refusé"),
        (["abc\n", "--role", "federation"], PASSWORD, "Identifiant refusé"),
        (["abc", "--role", "federation"], "court", "au moins 12 caractères"),
        (["abc", "--role", "federation"], "", "au moins 12 caractères"),
        (["abc", "--role", "federation"], "motdepasse12", "trop facile à deviner"),
    ],
)
def test_compte_creer_says_why_it_refuses(run: Run, words: list[str], password: str, line: str) -> None:
    a_coop()
    assert line in refusal(creer(run, *words, password=password))
    assert Person.select().count() == 0


def test_compte_creer_refuses_the_same_identifier_in_other_capitals(run: Run) -> None:
    a_department()
    creer(run, "Ad075", "--role", "ad", "--ad", "075")
    assert "existe déjà" in refusal(creer(run, "AD075", "--role", "ad", "--ad", "075"))
    assert Person.select().count() == 1


def test_the_ad_decides_by_commands_until_it_has_its_screens(run: Run) -> None:
    key = a_year()
    place = ("075-0001", "2024-2025")
    assert "n’a pas été envoyé" in refusal(run("exercice", "valider", *place))
    assert "n’a pas été envoyé" in refusal(run("exercice", "prendre-en-charge", *place))
    Year.update(state="sent").where(key.of(Year)).execute()
    assert "Valeur refusée pour --etape" in refusal(
        run("exercice", "renvoyer", *place, "--etape", "x", "--motif", "Oui")
    )
    assert "motif" in refusal(run("exercice", "renvoyer", *place, "--etape", "cra", "--motif", " "))
    assert run("exercice", "prendre-en-charge", *place).exit_code == 0
    assert run("exercice", "renvoyer", *place, "--etape", "cra", "--motif", "Un motif").exit_code == 0
    assert Year.get(key.of(Year)).state == "returned"
    assert run("exercice", "rouvrir", *place, "--motif", "Un chèque oublié").exit_code == 0
    assert Year.get(key.of(Year)).state == "open"
    assert [(moved.move, moved.who) for moved in moves_of(key)] == [
        ("prise_en_charge", "commande"), ("renvoi", "commande"), ("reouverture", "commande"),
    ]  # fmt: skip


def test_migrate_may_be_run_again(run: Run) -> None:
    a_year()
    before = rows()
    for _ in range(2):
        result = run("migrate")
        assert (result.exit_code, result.stdout) == (0, "Base déjà à jour.\n")
    assert rows() == before


@pytest.fixture
def bare(session_app: Flask, tmp_path: Path, engine: str, request: pytest.FixtureRequest) -> Iterator[Run]:
    """Give a runner over a database that was never migrated."""
    url, drop = f"sqlite:///{tmp_path}/neuve.db", lambda: None
    if engine == "postgres":
        server = request.getfixturevalue("postgres_server")
        name = f"bare_{tmp_path.parent.name}_{tmp_path.name}".replace("-", "_").lower()[:60]
        url = server.create(name)
        drop = partial(server.drop, name)
    database = db.open_database(url)
    db.database.initialize(database)
    session_app.config["RETKOOP"] = replace(session_app.config["RETKOOP"], database_url=url)
    yield lambda *words, **options: session_app.test_cli_runner().invoke(args=list(words), **options)
    database.close_all()
    drop()


def test_a_database_that_was_never_migrated_says_what_to_do(bare: Run, tmp_path: Path) -> None:
    for words in (
        ["exercice", "controler", "075-0001", "2024-2025"],
        ["sauvegarde", str(tmp_path / "s.zip")],
        ["demo"],
    ):
        assert refusal(bare(*words)) == "La base n’est pas à jour : lancez d’abord « flask migrate »."


def test_migrate_makes_a_new_database(bare: Run) -> None:
    steps = sorted(path.stem for path in db.MIGRATIONS.glob("0*.py"))
    assert steps[0] == "0001_initial"
    assert bare("migrate").stdout == f"Base à jour ({', '.join(steps)}).\n"
    assert bare("migrate").stdout == "Base déjà à jour.\n"


def test_it_computes_the_stale_summaries_as_many_as_asked(run: Run) -> None:
    for number in range(3):
        a_year(a_coop(f"075-000{number}"))
    assert run("resumes", "--au-plus", "2").stdout == "Résumés recalculés : 2.\n"
    assert run("resumes").stdout == "Résumés recalculés : 1.\n"
    assert refusal(run("resumes", "--au-plus", "0")).startswith("Valeur refusée")
