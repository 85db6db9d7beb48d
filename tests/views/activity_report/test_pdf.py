"""The compte rendu d’activité on paper: tagged, one page or two, the answers of the screen."""

from __future__ import annotations

import io
import re
import subprocess

import pikepdf

from retkoop.actions.activity_report import save_report
from retkoop.models import YearKey
from retkoop.questionnaire import Answers
from tests.factories import SOMEONE
from tests.views.conftest import Browser
from tests.views.helpers_tables import YEAR

PDF = f"{YEAR}/cra.pdf"
NUMBERS = {"nb_classes": "6", "nb_eleves": "148", "nb_adultes": "9", "conseil_coop": "oui", "nb_conseils": "4"}


def saved(key: YearKey, answers: dict[str, str]) -> None:
    save_report(SOMEONE, key, Answers().fingerprint, answers)


def words(document: bytes) -> str:
    command = ["pdftotext", "-layout", "-", "-"]
    told = subprocess.run(command, input=document, stdout=subprocess.PIPE, check=True).stdout.decode()
    return re.sub(r"\s+", " ", told)


def pages_of(document: bytes) -> int:
    with pikepdf.open(io.BytesIO(document)) as found:
        return len(found.pages)


def test_it_is_one_tagged_french_page(mandataire: Browser, year: YearKey) -> None:
    saved(year, {**NUMBERS, "projet_marquant": "Le cirque\nà l’école. " * 6})
    answer = mandataire.get(PDF)
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="cra-075-0001-2024-2025.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    with pikepdf.open(io.BytesIO(answer.data)) as found:
        assert len(found.pages) == 1
        assert found.Root.MarkInfo.Marked
        assert found.Root.Lang == "fr"
        assert str(found.docinfo.Title) == "Compte Rendu d'Activité (CRA) 2024-2025 – Coopérative 075-0001"
        assert found.open_metadata()["pdfuaid:part"] == "1"
    said = words(answer.data)
    for told in ("Nombre de classes 6", "Nombre d'élèves coopérateurs 148", "Un conseil de coopérative s'est réuni oui",
                 "Nombre de réunions du conseil de coopérative 4", "Jardin ou projet environnement non",
                 "Souhaits et remarques non renseigné", "Le cirque à l’école.", "Bravo", "imprimé le 05/09/2025",
                 "page 1 / 1"):  # fmt: skip
        assert told in said, told
    assert "provisoire" not in said


def test_long_answers_take_a_second_page_and_no_more(mandataire: Browser, year: YearKey) -> None:
    long = "Une phrase qui raconte l’année. " * 62
    saved(year, {**NUMBERS, "actions_occe": long[:500], "projet_marquant": long[:2000], "souhaits": long[:2000]})
    assert pages_of(mandataire.get(PDF).data) == 2


def test_it_says_that_it_is_not_complete(mandataire: Browser, year: YearKey) -> None:
    blank = words(mandataire.get(PDF).data)
    assert "provisoire" in blank
    assert "Jardin ou projet environnement non renseigné" in blank
    saved(year, {"nb_classes": "61"})
    said = words(mandataire.get(PDF).data)
    assert "provisoire" in said
    assert "Il reste 3 points" in said
    assert "Nombre de classes – Ce nombre doit être compris entre 0 et 60." in said
    assert "Bravo" not in said


def test_a_hostile_answer_is_only_a_text(mandataire: Browser, year: YearKey) -> None:
    saved(year, {**NUMBERS, "souhaits": '<img src="file:///etc/passwd"></style>{{ 7*7 }}'})
    said = words(mandataire.get(PDF).data)
    assert '<img src="file:///etc/passwd"></style>{{ 7*7 }}' in said
    assert "root:" not in said
