"""Archives that are none: one line that names the place, nothing stored, never a traceback."""

from __future__ import annotations

import copy
import io
import json
import random
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from retkoop.actions import exchange
from retkoop.association import TABLES
from retkoop.exchange_json import ArchiveFault, parse
from tests.factories import CASES

SOUND = (CASES / "ecole-du-bourg" / "exercice.zip").read_bytes()
with zipfile.ZipFile(io.BytesIO(SOUND)) as _opened:
    MEMBERS = {name: _opened.read(name) for name in _opened.namelist()}
DOCUMENT: dict[str, Any] = json.loads(MEMBERS["exercice.json"])
SCANNED = next(n for n, entry in enumerate(DOCUMENT["ecritures"]) if entry["piece"])
Fault = Callable[[dict[str, Any]], Any]


def packed(document: bytes, **others: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**MEMBERS, "exercice.json": document, **others}.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def stored(folder: Path) -> tuple[dict[str, int], list[Path]]:
    rows = {table._meta.table_name: table.select().count() for table in TABLES}
    return rows, [path for path in (folder / "pieces").rglob("*") if path.is_file()]


@pytest.fixture
def refused(app: Flask, tmp_path: Path) -> Callable[[bytes], str]:
    """Give what the importer says of bytes that it must refuse, having seen that nothing was stored."""

    def run(data: bytes) -> str:
        path = tmp_path / "exercice.zip"
        path.write_bytes(data)
        before = stored(tmp_path)
        result: Result = app.test_cli_runner().invoke(args=["exercice", "importer", str(path)])
        assert isinstance(result.exception, SystemExit), result.exception
        assert (result.exit_code, result.stdout) == (1, "")
        assert re.fullmatch(r"[^\n\x00-\x1f\x7f]+\n", result.stderr), result.stderr
        assert "Traceback" not in result.stderr
        assert stored(tmp_path) == before
        return result.stderr.strip()

    return run


def test_the_sound_archive_is_taken(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "exercice.zip"
    path.write_bytes(packed(json.dumps(DOCUMENT).encode()))
    assert app.test_cli_runner().invoke(args=["exercice", "importer", str(path)]).exit_code == 0


def set_at(*steps: Any) -> Fault:
    """Give a fault that puts the last step at the place that the others lead to."""
    *way, last, value = steps

    def spoil(document: dict[str, Any]) -> None:
        node: Any = document
        for step in way:
            node = node[step]
        node[last] = value

    return spoil


def entry(*steps: Any) -> Fault:
    return set_at("ecritures", 2, *steps)


def delete(*steps: Any) -> Fault:
    def spoil(document: dict[str, Any]) -> None:
        node: Any = document
        for step in steps[:-1]:
            node = node[step]
        del node[steps[-1]]

    return spoil


def slips(*held: Any, **values: Any) -> Fault:
    """Give a fault in paying-in slips; the entries 3 and 6 of the document brought money to the bank."""
    return set_at("bordereaux", [{"date": "2024-10-10", "libelle": "Remise", "ecritures": n, **values} for n in held])


FAULTS: dict[str, tuple[Fault, str]] = {
    "another format": (set_at("format", "autre"), "format : valeur inattendue"),
    "a later version": (set_at("version", 2), "version : valeur inattendue '2'"),
    "true is no version": (set_at("version", True), "version : valeur inattendue"),
    "nested in a value": (set_at("format", [[[["x"]]]]), "format : valeur inattendue"),
    "unknown key": (set_at("surprise", 1), "surprise : clé inconnue"),
    "unknown key inside": (entry("couleur", "bleu"), "ecritures[2].couleur : clé inconnue"),
    "unknown key in colour": (set_at("a\x1b[31mb\x07\x00", 1), "clé inconnue"),
    "missing key": (delete("ecritures", 2, "pj"), "ecritures[2].pj : clé absente"),
    "a text for a list": (set_at("ecritures", "toutes"), "ecritures : une liste est attendue"),
    "a list for an object": (set_at("ecritures", 2, []), "ecritures[2] : un objet est attendu"),
    "a number for a text": (entry("libelle", 12), "ecritures[2].libelle : un texte est attendu"),
    "wrong amount 12,50": (entry("banque", "12,50"), "ecritures[2].banque : montant mal écrit"),
    "wrong amount 1e3": (entry("banque", "1e3"), "ecritures[2].banque : montant mal écrit"),
    "amount as a number": (entry("caisse", 12.5), "ecritures[2].caisse : montant mal écrit"),
    "huge amount": (entry("banque", "9" * 400 + ".00"), "ecritures[2].banque : montant mal écrit"),
    "too large an amount": (entry("banque", "99999999.00"), "ecritures[2].banque : montant trop grand"),
    "nothing moved": (set_at("ecritures", 2, {**DOCUMENT["ecritures"][2], "banque": "0.00", "caisse": "0.00",
                             "regie": None, "pointage": None}), "ecritures[2].banque : Le montant ne peut pas"),
    "outside the year": (entry("date", "2025-09-01"), "ecritures[2].date : La date doit être dans l’exercice 2024"),
    "no such day": (entry("date", "2025-02-30"), "ecritures[2].date : date mal écrite"),
    "a day written otherwise": (entry("date", "01/10/2024"), "ecritures[2].date : date mal écrite"),
    "a day by its week": (entry("date", "2024-W41-1"), "ecritures[2].date : date mal écrite"),
    "unknown account": (entry("ventilation", [{"compte": "99999999", "montant": "1.00"}]),
                        "ecritures[2].ventilation[0].compte : Ce compte n’existe pas."),
    "zero allocation": (entry("ventilation", [{"compte": "61800008", "montant": "0.00"}]),
                        "ecritures[2].ventilation[0].montant : Le montant ne peut pas être nul."),
    "unknown régie": (entry("regie", {"code": "ZZ", "montant": "5.00"}), "ecritures[2].regie : Cette régie n’existe"),
    "unknown project": (entry("action", "Cirque"), "ecritures[2].action : Ce projet n’existe pas."),
    "a 300-character label": (entry("libelle", "é" * 300), "ecritures[2].libelle : Le libellé est trop long : 200"),
    "an empty label": (entry("libelle", " "), "ecritures[2].libelle : Écrivez un libellé"),
    "NUL": (entry("libelle", "a\x00b"), "ecritures[2].libelle : le texte contient un caractère invisible"),
    "half a surrogate": (entry("libelle", "a\ud800b"), "ecritures[2].libelle : le texte contient un caractère"),
    "a tick without the bank": (set_at("ecritures", 2, {**DOCUMENT["ecritures"][2], "banque": "0.00",
                                "caisse": "5.00", "pointage": "2024-10-10"}), "ecritures[2].pointage : cette écriture"),
    "missing scan": (set_at("ecritures", SCANNED, "piece", "pieces/absente.png"),
                     f"ecritures[{SCANNED}].piece : la pièce pieces/absente.png est absente"),
    "path traversal": (entry("piece", "pieces/../../../etc/passwd"), "ecritures[2].piece : chemin refusé"),
    "absolute path": (entry("piece", "/etc/passwd"), "ecritures[2].piece : chemin refusé"),
    "the document as its own scan": (entry("piece", "exercice.json"), "ecritures[2].piece : chemin refusé"),
    "other scans that are missing": (entry("autres_pieces", ["pieces/x.png"]), "ecritures[2].autres_pieces[0]"),
    "a year that does not begin in September": (set_at("exercice", "debut", "2024-08-01"), "exercice.debut"),
    "the year one": (set_at("exercice", "debut", "0001-01-01"), "exercice.debut : un exercice commence"),
    "the year 9999": (set_at("exercice", "debut", "9999-09-01"), "exercice.debut : un exercice commence"),
    "two years at once": (set_at("exercice", "fin", "2026-08-31"), "exercice.fin : cet exercice finit le 2025-08-31"),
    "another mode": (set_at("exercice", "mode", "ailleurs"), "exercice.mode : valeur inattendue 'ailleurs'"),
    "typed in directly, and entries": (set_at("exercice", "mode", "direct"), "saisie_directe : clé absente"),
    "a coop by another name": (set_at("cooperative", "identifiant", "école"), "cooperative.identifiant"),
    "a coop in digits of elsewhere": (set_at("cooperative", "identifiant", "٠٧٥-٠٠٠١"), "cooperative.identifiant"),
    "a coop of another département": (set_at("cooperative", "association", "038"), "cooperative.association"),
    "another bank account": (set_at("cooperative", "compte_bancaire", "530"), "cooperative.compte_bancaire"),
    "a prior of this year": (set_at("ouverture", "operations_en_cours", [{"date": "2024-09-01", "libelle": "x",
                             "cheque": "", "montant": "1.00", "pointage": None}]), "operations_en_cours[0].date"),
    "a coin of three euros": (set_at("arrete_caisse", {"date": "2025-08-31", "coupures": {"3.00": 1}}),
                              "arrete_caisse.coupures.3.00 : cette coupure n’existe pas"),
    "half a coin": (set_at("arrete_caisse", {"date": "2025-08-31", "coupures": {"2.00": 0.5}}), "nombre de pièces"),
    "a huge number of coins": (set_at("arrete_caisse", {"date": "2025-08-31", "coupures": {"2.00": 10**400}}),
                               "arrete_caisse.coupures.2.00 : nombre de pièces"),
    "a grant by a lottery": (set_at("subventions", [{"organisme": "x", "nature": "loterie", "objet": "", "date":
                             "2024-10-10", "montant": "1.00", "pj": None}]), "subventions[0].nature : valeur"),
    "slips that are no list": (set_at("bordereaux", {}), "bordereaux : une liste est attendue"),
    "a slip without date": (set_at("bordereaux", [{"libelle": "x", "ecritures": [3]}]), "bordereaux[0].date : clé"),
    "a slip of another year": (slips([3], date="2024-08-31"), "bordereaux[0].date : La date doit être dans"),
    "a slip without name": (slips([3], libelle=" "), "bordereaux[0].libelle : ce texte ne peut pas être vide"),
    "a slip of colour": (slips([3], couleur="bleu"), "bordereaux[0].couleur : clé inconnue"),
    "an empty slip": (slips([3], []), "bordereaux[1].ecritures : une remise contient au moins une écriture"),
    "a slip of an entry that is not there": (slips([3, 999]), "bordereaux[0].ecritures[1] : place d’une écriture"),
    "a slip counted from the end": (slips([-1]), "bordereaux[0].ecritures[0] : place d’une écriture"),
    "a slip of vouchers": (slips(["3"]), "bordereaux[0].ecritures[0] : place d’une écriture"),
    "true is no place": (slips([3, True]), "bordereaux[0].ecritures[1] : place d’une écriture"),
    "an entry in two slips": (slips([3], [6, 3]), "bordereaux[1].ecritures[1] : cette écriture est déjà dans"),
    "an entry twice in a slip": (slips([3, 3]), "bordereaux[0].ecritures[1] : cette écriture est déjà dans"),
    "an expense in a slip": (slips([4]), "bordereaux[0].ecritures[0] : cette écriture n’apporte rien à la banque"),
    "cash in a slip": (slips([2]), "bordereaux[0].ecritures[0] : cette écriture n’apporte rien à la banque"),
    "the same project twice": (set_at("actions", ["Cirque", "Cirque"]), "actions[1] : ce projet est donné deux fois"),
    "the same régie twice": (set_at("regies", [{"code": "A", "titulaire": ""}] * 2), "regies[1].code : cette régie"),
}  # fmt: skip


def spoilt(spoil: Fault) -> bytes:
    document = copy.deepcopy(DOCUMENT)
    spoil(document)
    return packed(json.dumps(document).encode())


def misnamed(refused: Callable[[bytes], str], bad: dict[str, tuple[bytes, str]]) -> dict[str, str]:
    """Give the sentences that do not name the place; one database for all, since nothing may be stored."""
    said = {}
    for name, (data, place) in bad.items():
        try:
            said[name] = refused(data)
        except AssertionError as error:
            error.add_note(name)
            raise
        if place in said[name]:
            del said[name]
    return said


def test_a_fault_in_the_document_names_its_place(refused: Callable[[bytes], str]) -> None:
    assert misnamed(refused, {name: (spoilt(spoil), place) for name, (spoil, place) in FAULTS.items()}) == {}


TEXT = json.dumps(DOCUMENT)
RAW: dict[str, tuple[bytes, str]] = {
    "not a zip": (b"PK rien du tout", "exercice.json : ce fichier n’est pas du JSON lisible"),
    "empty": (b"", "n’est pas du JSON lisible"),
    "a truncated zip": (SOUND[: len(SOUND) // 2], "n’est pas du JSON lisible"),
    "json garbage": (packed(b'{"format": '), "exercice.json : ce fichier n’est pas du JSON lisible"),
    "not UTF-8": (packed(TEXT.encode("utf-16")), "n’est pas du JSON lisible"),
    "a list": (packed(b"[]"), "ne contient pas un exercice"),
    "NaN": (packed(TEXT.replace('"version": 1', '"version": NaN').encode()), "n’est pas du JSON lisible"),
    "infinity": (packed(TEXT.replace('"version": 1', '"version": 1e999').encode()), "version : valeur inattendue"),
    "a huge number": (packed(TEXT.replace('"version": 1', '"version": ' + "9" * 9_000).encode()), "n’est pas du JSON"),
    "deep nesting": (packed(b'{"format":' + b"[" * 100_000 + b"]" * 100_000 + b"}"), "n’est pas du JSON lisible"),
    "a key twice": (packed(TEXT.replace('"version": 1', '"version": 1, "version": 1').encode()), "version : cette clé"),
    "a coin twice": (
        packed(re.sub(r'"coupures": {', '"coupures": {"2.00": 1, "2.00": 1, ', TEXT).encode()),
        "arrete_caisse.coupures.2.00 : cette clé est donnée deux fois",
    ),
    "a zip bomb for a document": (packed(b" " * 21_000_000), "exercice.json : fichier trop gros"),
    "a zip bomb for a scan": (
        packed(TEXT.encode(), **{DOCUMENT["ecritures"][SCANNED]["piece"]: b"\0" * 21_000_000}),
        f"{DOCUMENT['ecritures'][SCANNED]['piece']} : fichier trop gros",
    ),
    "a scan that is a program": (
        packed(TEXT.encode(), **{DOCUMENT["ecritures"][SCANNED]["piece"]: b"MZ\x90\x00"}),
        f"ecritures[{SCANNED}].piece : ",
    ),
}  # fmt: skip


def test_bytes_that_are_no_archive_are_refused_in_one_line(refused: Callable[[bytes], str]) -> None:
    assert misnamed(refused, RAW) == {}


def test_that_comparison_notices_a_sentence_without_its_place(refused: Callable[[bytes], str]) -> None:
    assert misnamed(refused, {"empty": (b"", "ecritures[2]")}) != {}


def test_an_archive_without_its_document_is_refused(refused: Callable[[bytes], str]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("autre.json", "{}")
    assert refused(buffer.getvalue()) == "exercice.json : absent de l’archive"


def test_an_archive_of_too_many_files_is_refused(
    refused: Callable[[bytes], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "MOST_MEMBERS", 1)
    assert "plus de 1 fichiers" in refused(SOUND)


def test_a_mark_at_the_start_of_the_text_is_no_fault(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "exercice.json"
    bare = {**DOCUMENT, "ecritures": [{**entry, "piece": None} for entry in DOCUMENT["ecritures"]]}
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(bare).encode())
    assert app.test_cli_runner().invoke(args=["exercice", "importer", str(path)]).exit_code == 0


def test_a_bare_json_reads_no_file_outside_its_folder(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(next(data for name, data in MEMBERS.items() if name != "exercice.json"))
    folder = tmp_path / "envoi"
    folder.mkdir()
    (folder / "pieces").symlink_to(tmp_path)
    document = copy.deepcopy(DOCUMENT)
    document["ecritures"][SCANNED]["piece"] = "pieces/secret.png"
    (folder / "exercice.json").write_text(json.dumps(document))
    result = app.test_cli_runner().invoke(args=["exercice", "importer", str(folder / "exercice.json")])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "est absente" in result.stderr


def nested(depth: int) -> bytes:
    return packed(b'{"format":' + b"[" * depth + b"]" * depth + b"}")


def test_no_depth_of_nesting_slips_between_the_reader_and_its_sentence(refused: Callable[[bytes], str]) -> None:
    for depth in (*range(28, 36), *range(840, 1_000, 40), 20_000):
        refused(nested(depth))


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_what_nests_deeper_than_any_archive_never_reaches_the_reader_of_json(opening: str, closing: str) -> None:
    def read(depth: int) -> object:
        return parse((opening * depth + "0" + closing * depth).encode())

    read(32)
    with pytest.raises(ArchiveFault, match="pas du JSON lisible"):
        read(33)


def test_a_text_without_end_and_keys_by_the_thousand_are_read_in_one_pass() -> None:
    """Neither takes a time that grows with the square of its length: these would take minutes."""
    with pytest.raises(ArchiveFault, match="pas du JSON lisible"):
        parse(b'["' + b'\\"' * 500_000)
    many = ",".join(f'"k{number}":0' for number in range(200_000))
    assert parse(f'{{{many},"k199999":1}}'.encode()).twice == "k199999"


def test_brackets_within_a_text_are_no_nesting() -> None:
    text = "[{" * 200 + '\\" ]'
    assert parse(json.dumps({"texte": text}).encode()) == {"texte": text}


def test_random_damage_never_ends_in_a_traceback(app: Flask, tmp_path: Path) -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    chance, path = random.Random(seed), tmp_path / "exercice.zip"
    small = io.BytesIO()
    with zipfile.ZipFile(small, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("exercice.json", MEMBERS["exercice.json"][:700])
    ends = (small.getvalue(), zlib.compress(b"x"))
    for _ in range(150):
        data = bytearray(ends[0])
        for _ in range(chance.randint(1, 6)):
            # Mostly in the headers, where the reader of zips is fragile.
            place = chance.choice([chance.randrange(len(data)), -chance.randrange(1, 90)])
            data[place] = chance.randrange(256)
        path.write_bytes(bytes(data))
        result = app.test_cli_runner().invoke(args=["exercice", "importer", str(path)])
        assert isinstance(result.exception, SystemExit), (seed, result.exception)
        assert result.stderr.count("\n") == 1
