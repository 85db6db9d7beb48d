"""The CRA in the exchange archive: there when something was answered, and the same when it comes back."""

from __future__ import annotations

import copy
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from retkoop.actions.activity_report import save_report
from retkoop.actions.exchange import import_archive
from retkoop.exchange_json import ArchiveFault
from retkoop.models import ActivityAnswer, ActivityReport, Year, YearKey
from retkoop.questionnaire import Answers
from retkoop.storage import FileStorage
from retkoop.year_rows import activity_answers
from tests.factories import CASES, SOMEONE, a_case
from tests.support.archives import document, exported

CASE = "ecole-103-sans-caisse"
TYPED = {
    "souhaits": "Merci !\nÀ l’an prochain.",
    "nb_classes": "6",
    "nb_eleves": "une centaine",
    "nb_adultes": "99999999999",
    "conseil_coop": "oui",
    "projet_marquant": "2025",
}


def archive_with(folder: Path, report: Any) -> Path:
    """Write the archive of a case with a CRA."""
    with zipfile.ZipFile(CASES / CASE / "exercice.zip") as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    changed = copy.deepcopy(json.loads(members["exercice.json"])) | {"cra": report}
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        for name, data in {**members, "exercice.json": json.dumps(changed).encode()}.items():
            archive.writestr(name, data)
    return folder / "a.zip"


def save(key: YearKey, answers: dict[str, str], passing: bool = False) -> None:
    save_report(SOMEONE, key, activity_answers(key).fingerprint, answers, passing)


def test_a_year_without_answers_has_no_such_key(storage: FileStorage) -> None:
    key = a_case(CASE, storage)
    before = exported(key, storage)
    assert "cra" not in document(before)
    save(key, {"nb_classes": "6"})
    assert exported(key, storage) != before
    save(key, {"nb_classes": ""})
    assert exported(key, storage) == before


@pytest.mark.parametrize("passing", [False, True])
def test_it_comes_back_byte_for_byte_right_or_wrong(storage: FileStorage, tmp_path: Path, passing: bool) -> None:
    key = a_case(CASE, storage)
    save(key, TYPED, passing)
    before = exported(key, storage)
    assert document(before)["cra"] == {
        "suite": passing,
        "reponses": {
            "nb_classes": 6,
            "nb_eleves": "une centaine",
            "nb_adultes": "99999999999",
            "conseil_coop": True,
            "projet_marquant": "2025",
            "souhaits": "Merci !\nÀ l’an prochain.",
        },
    }
    (tmp_path / "a.zip").write_bytes(before)
    import_archive(SOMEONE, tmp_path / "a.zip", storage, replace=True)
    assert activity_answers(key) == Answers(TYPED, passing)
    assert exported(key, storage) == before


def test_replacing_a_year_empties_its_report(storage: FileStorage) -> None:
    key = a_case(CASE, storage)
    save(key, TYPED, passing=True)
    import_archive(SOMEONE, CASES / CASE / "exercice.zip", storage, replace=True)
    assert activity_answers(key) == Answers()
    assert not ActivityAnswer.select().exists()
    assert not ActivityReport.select().exists()


@pytest.mark.parametrize(
    ("report", "place", "reason"),
    [
        ([], "cra", "un objet est attendu"),
        ({"suite": True}, "cra.reponses", "clé absente"),
        ({"reponses": {}}, "cra.suite", "clé absente"),
        ({"suite": 1, "reponses": {}}, "cra.suite", "true ou false attendu"),
        ({"suite": False, "reponses": []}, "cra.reponses", "un objet est attendu"),
        ({"suite": False, "reponses": {}, "le": "1"}, "cra.le", "clé inconnue"),
        ({"suite": False, "reponses": dict.fromkeys(map(str, range(501)), 1)}, "cra.reponses", "trop de réponses"),
        *(
            ({"suite": False, "reponses": {code: value}}, f"cra.reponses.{code}", reason)
            for code, value, reason in (
                ("inconnue", 3, "cette question n’est pas dans le questionnaire"),
                ("fete", False, "true, un nombre entier ou un texte"),
                ("fete", None, "true, un nombre entier ou un texte"),
                ("nb_classes", 6.5, "true, un nombre entier ou un texte"),
                ("nb_classes", -1, "trop grand ou négatif"),
                ("nb_classes", 10**9, "trop grand ou négatif"),
                ("souhaits", "", "un texte de 1 à 5000"),
                ("souhaits", "x" * 5_001, "un texte de 1 à 5000"),
                ("souhaits", " \n ", "pas une réponse à une question « texte »"),
                ("souhaits", 3, "pas une réponse à une question « texte »"),
                ("souhaits", True, "pas une réponse à une question « texte »"),
                ("nb_classes", True, "pas une réponse à une question « nombre »"),
                ("fete", "oui", "pas une réponse à une question « oui_non »"),
                ("fete", 1, "pas une réponse à une question « oui_non »"),
            )
        ),
    ],
)
def test_what_is_no_report_is_refused_with_its_place(
    storage: FileStorage, tmp_path: Path, report: Any, place: str, reason: str
) -> None:
    with pytest.raises(ArchiveFault) as refused:
        import_archive(SOMEONE, archive_with(tmp_path, report), storage)
    assert refused.value.message.startswith(f"{place} : ")
    assert reason in refused.value.message
    assert not Year.select().exists()


def test_a_name_that_no_terminal_shows_is_made_plain(storage: FileStorage, tmp_path: Path) -> None:
    report = {"suite": False, "reponses": {"a\n\x1b[31m\ud800": 1}}
    with pytest.raises(ArchiveFault) as refused:
        import_archive(SOMEONE, archive_with(tmp_path, report), storage)
    assert refused.value.message.isprintable()
