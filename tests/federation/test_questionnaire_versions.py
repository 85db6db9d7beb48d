"""A version of the questionnaire in the making: reworded, less a question, with it again, compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from retkoop.exchange_json import ArchiveFault
from retkoop.questionnaire import read_questionnaire
from retkoop.questionnaire_versions import (
    ADDED,
    CHANGED,
    RENAMED,
    WITHDRAWN,
    Refused,
    compared,
    for_year,
    read_draft,
    reworded,
    with_again,
    without,
)
from retkoop.school_year import SchoolYear

YEAR = SchoolYear(2025)
FIRST = (Path(__file__).parents[2] / "retkoop" / "data" / "cra_questionnaire_2024.json").read_text("utf-8")
TEXT = for_year(FIRST, YEAR)
BEFORE = read_questionnaire(FIRST)
CODES = [*BEFORE.questions]


def codes(text: str) -> list[str]:
    return [*read_questionnaire(text).questions]


def test_a_version_is_taken_over_for_another_exercice() -> None:
    assert read_draft(TEXT, YEAR) == BEFORE
    with pytest.raises(ArchiveFault, match=r"^exercice : « 2025-2026 » est attendu"):
        read_draft(FIRST, YEAR)


@pytest.mark.parametrize("text", ["", "{", "[]", "\0", "x" * 100_001, TEXT.replace('"texte"', '"libelle"', 1)])
def test_what_is_no_questionnaire_is_refused(text: str) -> None:
    with pytest.raises(ArchiveFault):
        read_draft(text, YEAR)


def test_the_place_of_a_fault_is_named() -> None:
    document = json.loads(TEXT)
    document["sections"][1]["questions"][1]["si"] = "inconnue"
    with pytest.raises(ArchiveFault, match=r"^sections\[1\].questions\[1\].si : "):
        read_draft(json.dumps(document), YEAR)


def test_a_question_is_asked_in_other_words() -> None:
    (change,) = compared(BEFORE, read_questionnaire(reworded(TEXT, "nb_classes", "Classes de l’école")))
    assert (change.kind, change.question.code) == (RENAMED, "nb_classes")
    assert change.fields == (("Question", "Nombre de classes", "Classes de l’école"),)


def test_a_question_is_taken_out_and_put_back_in_its_place() -> None:
    for code in CODES:
        if any(question.condition == code for question in BEFORE.questions.values()):
            continue
        less = without(TEXT, code)
        (change,) = compared(BEFORE, read_questionnaire(less))
        assert (change.kind, change.question.code) == (WITHDRAWN, code)
        assert codes(with_again(less, FIRST, code)) == CODES


def test_a_section_goes_with_its_last_question_and_comes_back_with_it() -> None:
    less, section = TEXT, BEFORE.sections[0]
    for question in section.questions:
        less = without(less, question.code)
    assert section.code not in [one.code for one in read_questionnaire(less).sections]
    for question in reversed(section.questions):
        less = with_again(less, FIRST, question.code)
    assert read_questionnaire(less) == BEFORE


def test_a_question_that_others_depend_on_is_not_taken_out() -> None:
    with pytest.raises(Refused, match=r"Retirez d’abord .*Nombre de réunions du conseil de coopérative"):
        without(TEXT, "conseil_coop")
    less = without(without(TEXT, "nb_conseils"), "conseil_coop")
    with pytest.raises(Refused, match="Remettez d’abord"):
        with_again(less, FIRST, "nb_conseils")


def test_the_last_question_stays() -> None:
    document = json.loads(TEXT)
    document["sections"] = [{**document["sections"][0], "questions": document["sections"][0]["questions"][:1]}]
    with pytest.raises(Refused, match="au moins une question"):
        without(json.dumps(document), "nb_classes")


def test_another_kind_of_answer_breaks_those_that_were_given() -> None:
    document = json.loads(TEXT)
    first = document["sections"][0]["questions"][0]
    first.update(type="texte", max=200)
    del first["min"]
    document["sections"][0]["questions"].append({"code": "nb_chiens", "type": "nombre", "texte": "Chiens"})
    changes = compared(BEFORE, read_questionnaire(json.dumps(document)))
    assert [(one.kind, one.breaks) for one in changes] == [(CHANGED, True), (ADDED, False)]
    assert changes[0].fields[0] == ("Réponse", "nombre", "texte")
