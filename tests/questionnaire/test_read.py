"""Reading a version of the questionnaire: strictly, each refusal naming its place."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from retkoop.exchange_json import ArchiveFault
from retkoop.questionnaire import LARGEST, LONGEST_ANSWER, NUMBER, TEXT, YES_NO, Question, read_questionnaire

SHARED = Path(__file__).parents[2] / "retkoop" / "data" / "cra_questionnaire_2024.json"
SMALL: dict[str, Any] = {
    "version": 1,
    "exercice": "2024-2025",
    "titre": "CRA",
    "sections": [
        {
            "code": "vie",
            "titre": "La vie",
            "questions": [
                {"code": "conseil", "type": "oui_non", "texte": "Un conseil"},
                {"code": "combien", "type": "nombre", "texte": "Combien", "min": 1, "max": 9, "si": "conseil"},
                {"code": "mot", "type": "texte", "texte": "Un mot", "max": 20, "obligatoire": True},
                {"code": "libre", "type": "texte", "texte": "Libre"},
            ],
        }
    ],
}
Spoil = Callable[[dict[str, Any]], object]


def read(document: Any) -> Any:
    return read_questionnaire(json.dumps(document))


def test_it_reads_every_question_in_order() -> None:
    questionnaire = read(SMALL)
    assert (questionnaire.title, [section.title for section in questionnaire.sections]) == ("CRA", ["La vie"])
    assert list(questionnaire.questions.values()) == [
        Question("conseil", YES_NO, "Un conseil"),
        Question("combien", NUMBER, "Combien", 1, 9, False, "conseil"),
        Question("mot", TEXT, "Un mot", 0, 20, True),
        Question("libre", TEXT, "Libre", 0, LONGEST_ANSWER),
    ]
    assert questionnaire.questions["conseil"].most == LARGEST


def test_the_first_version_of_the_fédération_is_sound() -> None:
    questionnaire = read_questionnaire(SHARED.read_text("utf-8"))
    assert questionnaire.title == "Compte Rendu d'Activité (CRA)"
    assert [len(section.questions) for section in questionnaire.sections] == [4, 9, 9, 3]
    required = [question.code for question in questionnaire.questions.values() if question.required]
    assert required == ["nb_classes", "nb_eleves", "nb_adultes"]
    assert questionnaire.questions["nb_conseils"].condition == "conseil_coop"


def question(rank: int, **values: Any) -> Spoil:
    return lambda document: document["sections"][0]["questions"][rank].update(values)


SPOILT: dict[str, tuple[Spoil, str]] = {
    "another version": (lambda d: d.update(version=2), "version : "),
    "a year badly written": (lambda d: d.update(exercice="2024"), "exercice : exercice mal écrit"),
    "no title": (lambda d: d.pop("titre"), "titre : clé absente"),
    "an unknown key": (lambda d: d.update(couleur="bleu"), "couleur : clé inconnue"),
    "no question": (lambda d: d["sections"][0].update(questions=[]), "sections : un questionnaire pose"),
    "two sections of one code": (
        lambda d: d["sections"].append({"code": "vie", "titre": "Encore", "questions": []}),
        "sections : deux parties ont le même code",
    ),
    "an unknown key of a question": (question(0, aide="x"), "sections[0].questions[0].aide : clé inconnue"),
    "a code given twice": (question(2, code="conseil"), "sections[0].questions[2].code : ce code est donné deux fois"),
    "a code badly written": (question(0, code="Été"), "sections[0].questions[0].code : code mal écrit"),
    "an unknown type": (question(0, type="date"), "sections[0].questions[0].type : valeur inattendue"),
    "no words": (question(0, texte=" "), "sections[0].questions[0].texte : ce texte ne peut pas être vide"),
    "a bound of a tick": (question(0, max=3), "sections[0].questions[0].max : n’a pas de sens"),
    "a tick that must be ticked": (question(0, obligatoire=True), "sections[0].questions[0].obligatoire : n’a pas"),
    "a least of a text": (question(2, min=3), "sections[0].questions[2].min : n’a pas de sens"),
    "a bound that is no number": (question(1, max="9"), "sections[0].questions[1].max : nombre entier attendu"),
    "a bound that is true": (question(1, min=True), "sections[0].questions[1].min : nombre entier attendu"),
    "a most below the least": (question(1, max=0), "sections[0].questions[1].max : nombre entier attendu, de 1 à"),
    "a text longer than is kept": (question(2, max=5_001), "sections[0].questions[2].max : nombre entier attendu"),
    "an obligation that is no truth": (question(2, obligatoire="oui"), "sections[0].questions[2].obligatoire : true"),
    "a condition that is not there": (question(1, si="rien"), "sections[0].questions[1].si : une question"),
    "a condition that comes later": (question(0, si="mot"), "sections[0].questions[0].si : une question"),
    "a condition that is no tick": (question(3, si="combien"), "sections[0].questions[3].si : une question"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_it_refuses_with_the_place_and_the_reason(name: str) -> None:
    spoil, said = SPOILT[name]
    document = copy.deepcopy(SMALL)
    spoil(document)
    with pytest.raises(ArchiveFault) as refused:
        read(document)
    assert refused.value.message.startswith(said)


@pytest.mark.parametrize("text", ["", "{", "[" * 50_000, '{"version": NaN}', "[]", '{"version": 1, "version": 1}'])
def test_what_is_no_questionnaire_is_refused(text: str) -> None:
    with pytest.raises(ArchiveFault):
        read_questionnaire(text)
