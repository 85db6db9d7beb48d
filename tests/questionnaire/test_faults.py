"""What answers lack, where the CRA stands, what is kept of an answer, and what the cahier proposes."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retkoop.chart import Chart
from retkoop.facts import Advance, Entry, Opening, YearFacts
from retkoop.questionnaire import (
    BEGUN,
    COMPLETE,
    NOT_BEGUN,
    NUMBER,
    PASSED,
    TEXT,
    YES,
    YES_NO,
    Answers,
    Fault,
    Proposal,
    Question,
    Questionnaire,
    Section,
    kept,
    proposals,
    state_of,
)
from retkoop.school_year import SchoolYear

COUNCIL = Question("conseil", YES_NO, "Un conseil s’est réuni")
OFTEN = Question("combien", NUMBER, "Combien de fois", 1, 60, True, "conseil")
CLASSES = Question("classes", NUMBER, "Nombre de classes", 0, 60, True)
WORD = Question("mot", TEXT, "Un mot", most=10)
ALL = Questionnaire("CRA", (Section("a", "A", (CLASSES, COUNCIL, OFTEN)), Section("b", "B", (WORD,))))
RIGHT = {"classes": "6", "conseil": YES, "combien": "3", "mot": "Bravo"}


def test_right_answers_lack_nothing() -> None:
    assert ALL.faults(RIGHT) == ()
    assert ALL.is_complete(RIGHT)
    assert ALL.is_complete({"classes": "0"})


@pytest.mark.parametrize(
    ("answers", "question", "said", "missing"),
    [
        ({}, CLASSES, "À remplir.", True),
        ({"classes": "six"}, CLASSES, "Écrivez un nombre entier, par exemple 12.", False),
        ({"classes": "6,5"}, CLASSES, "Écrivez un nombre entier, par exemple 12.", False),
        ({"classes": "-1"}, CLASSES, "Écrivez un nombre entier, par exemple 12.", False),
        ({"classes": "٣"}, CLASSES, "Écrivez un nombre entier, par exemple 12.", False),
        ({"classes": "9" * 4_500}, CLASSES, "Écrivez un nombre entier, par exemple 12.", False),
        ({"classes": "61"}, CLASSES, "Ce nombre doit être compris entre 0 et 60.", False),
        ({"classes": "6", "conseil": YES}, OFTEN, "À remplir.", True),
        ({"classes": "6", "conseil": YES, "combien": "0"}, OFTEN, "Ce nombre doit être compris entre 1 et 60.", False),
        ({"classes": "6", "combien": "3"}, OFTEN,
         "Cochez aussi « Un conseil s’est réuni », ou laissez cette case vide.", False),
        ({"classes": "6", "mot": "x" * 11}, WORD, "Ce texte est trop long : 10 caractères au plus (ici 11).", False),
    ],
)  # fmt: skip
def test_it_says_what_is_lacking(answers: dict[str, str], question: Question, said: str, missing: bool) -> None:
    assert ALL.faults(answers) == (Fault(question, said, missing),)
    assert not ALL.is_complete(answers)


def test_it_says_all_at_once_in_the_order_of_the_questions() -> None:
    found = ALL.faults({"classes": "x", "combien": "3", "mot": "x" * 11})
    assert [fault.question.code for fault in found] == ["classes", "combien", "mot"]


def test_an_answer_to_a_question_no_longer_asked_is_nobodys_fault() -> None:
    assert ALL.is_complete({**RIGHT, "ancienne": "x" * 99})


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        (Answers(), NOT_BEGUN),
        (Answers(passed=True), NOT_BEGUN),
        (Answers({"ancienne": "3"}), NOT_BEGUN),
        (Answers({"mot": "Fête"}), BEGUN),
        (Answers({"mot": "Fête"}, passed=True), BEGUN),
        (Answers(RIGHT), COMPLETE),
        (Answers(RIGHT, passed=True), PASSED),
        (Answers({**RIGHT, "classes": "61"}, passed=True), BEGUN),
    ],
)
def test_where_it_stands(answers: Answers, state: str) -> None:
    assert state_of(ALL, answers) == state


def test_a_questionnaire_that_asks_for_nothing_is_begun_like_any_other() -> None:
    free = Questionnaire("CRA", (Section("b", "B", (WORD,)),))
    assert state_of(free, Answers()) == NOT_BEGUN
    assert state_of(free, Answers({"mot": "Fête"})) == COMPLETE
    assert state_of(free, Answers(passed=True)) == PASSED


@pytest.mark.parametrize(
    ("question", "typed", "stored"),
    [
        (CLASSES, " 12 ", "12"),
        (CLASSES, "1 200", "1200"),
        (CLASSES, "1\u202f200", "1200"),
        (CLASSES, "007", "7"),
        (CLASSES, "une douzaine", "une douzaine"),
        (WORD, "  Le cirque\r\n\r\nà l’école \n", "Le cirque\n\nà l’école"),
        (WORD, "a\0b\u200bc\ud800", "abc"),
        (WORD, "12", "12"),
        (WORD, "007", "007"),
    ],
)
def test_what_is_kept_of_an_answer(question: Question, typed: str, stored: str) -> None:
    assert kept(question, typed) == stored


@given(st.text(), st.sampled_from([CLASSES, WORD]))
def test_what_is_kept_stays_as_it_is(typed: str, question: Question) -> None:
    once = kept(question, typed)
    assert kept(question, once) == once


def test_a_fingerprint_tells_answers_apart_and_nothing_else() -> None:
    several = [{}, {"a": "1"}, {"a": "2"}, {"b": "1"}, {"a": "1", "b": "1"}, {"a": '1", "b", "1'}]
    prints = [Answers(given).fingerprint for given in several]
    assert len(set(prints)) == len(prints)
    for order in itertools.permutations(RIGHT.items()):
        assert Answers(dict(order), passed=True).fingerprint == Answers(RIGHT).fingerprint


def test_the_régies_that_were_used_are_proposed_as_classes() -> None:
    day = date(2024, 11, 4)
    given = [Entry(n, "01", day, "Régie", "", None, -500, 0, code, 500, None) for n, code in enumerate("ABA", 1)]
    bought = Entry(9, "02", day, "Livres", "", None, -500, 0, None, 0, None)
    advances = tuple(Advance(n, code, "") for n, code in enumerate("ABC", 1))
    facts = YearFacts(SchoolYear(2024), "512", Chart(()), Opening(0, 0, 0), (*given, bought), advances=advances)
    assert proposals(facts) == {"nb_coop_classe": Proposal("2", "d’après les régies")}
    assert proposals(YearFacts(SchoolYear(2024), "512", Chart(()), Opening(0, 0, 0), (bought,))) == {}
