"""Keeping the answers of the CRA: right or wrong, before and after the closing, told in the journal, taken back."""

from __future__ import annotations

import importlib
import itertools
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from peewee import PeeweeException

from retkoop import db, year_rows
from retkoop.actions import guard
from retkoop.actions.activity_report import Changed, save_report
from retkoop.actions.undo import last_steps, undo
from retkoop.audit import Actor
from retkoop.errors import Conflict, NotFound
from retkoop.models import ActivityAnswer, ActivityReport, QuestionnaireVersion, Year, YearKey
from retkoop.questionnaire import Answers
from retkoop.year_rows import activity_answers
from tests.factories import SOMEONE, a_coop, a_year
from tests.support.ledger_checks import close_at_once, everything_of, told

BLANK = Answers().fingerprint
OTHER = Actor("Dominique Autre", 2)


@pytest.fixture
def key(app: Flask) -> YearKey:
    return a_year()


def seen(key: YearKey) -> str:
    return activity_answers(key).fingerprint


def save(key: YearKey, answers: dict[str, str], actor: Actor = SOMEONE, **values: Any) -> int | None:
    return save_report(actor, key, seen(key), answers, **values)


def test_it_keeps_what_was_typed_right_or_wrong(key: YearKey) -> None:
    typed = {"nb_classes": "6", "nb_eleves": "beaucoup", "conseil_coop": "oui", "souhaits": "x" * 5_000}
    save(key, typed)
    assert activity_answers(key) == Answers(typed)


def test_it_tells_only_what_changed(key: YearKey) -> None:
    save(key, {"nb_classes": "6", "nb_eleves": "", "fete": "oui"})
    save(key, {"nb_classes": "7", "nb_eleves": "", "fete": ""}, OTHER)
    assert activity_answers(key).given == {"nb_classes": "7"}
    assert told(key)[-2:] == [
        ("modification", "cra", {"nb_classes": "", "fete": ""}, {"nb_classes": "6", "fete": "oui"}),
        ("modification", "cra", {"nb_classes": "6", "fete": "oui"}, {"nb_classes": "7", "fete": ""}),
    ]


def test_it_makes_the_open_year_count_one_version_more(key: YearKey) -> None:
    before, others = Year.get(key.of(Year)).version, everything_of(elsewhere := a_year(a_coop("075-0002")))
    save(key, {"nb_classes": "6"})
    assert Year.get(key.of(Year)).version == before + 1
    assert everything_of(elsewhere) == others


def test_a_question_that_is_not_told_keeps_its_answer(key: YearKey) -> None:
    save(key, {"ancienne": "3", "nb_classes": "6"})
    save(key, {"nb_classes": ""})
    assert activity_answers(key).given == {"ancienne": "3"}


def test_passing_on_is_marked_once(key: YearKey) -> None:
    save(key, {"nb_classes": "6"}, passing=True)
    assert activity_answers(key).passed
    first = ActivityReport.get(key.of(ActivityReport)).passed_at
    assert told(key)[-1] == ("passage à la suite", "cra", {"nb_classes": ""}, {"nb_classes": "6"})
    before = everything_of(key)["journal"]
    assert save(key, {"nb_classes": "6"}, passing=True) is None
    assert everything_of(key)["journal"] == before
    assert ActivityReport.get(key.of(ActivityReport)).passed_at == first


def test_an_old_page_writes_nothing(key: YearKey) -> None:
    old = seen(key)
    save(key, {"nb_classes": "6"})
    before = everything_of(key)
    with pytest.raises(Changed):
        save_report(OTHER, key, old, {"nb_classes": "7"}, passing=True)
    assert everything_of(key) == before


def test_what_is_sent_twice_is_no_conflict(key: YearKey) -> None:
    save_report(SOMEONE, key, BLANK, {"nb_classes": "6"})
    assert save_report(SOMEONE, key, BLANK, {"nb_classes": "6"}) is None
    assert save_report(SOMEONE, key, BLANK, {"nb_classes": "6"}, passing=True) is not None


def test_an_undo_makes_an_old_page_of_those_that_showed_what_was_undone(key: YearKey) -> None:
    step = save(key, {"nb_classes": "6"})
    shown = seen(key)
    assert step is not None
    undo(SOMEONE, key, step)
    with pytest.raises(Changed):
        save_report(OTHER, key, shown, {"nb_classes": "7"})


def test_it_can_be_taken_back_and_again(key: YearKey) -> None:
    save(key, {"nb_classes": "6", "fete": "oui"})
    before = activity_answers(key)
    step = save(key, {"nb_classes": "7", "fete": "", "souhaits": "Rien"}, passing=True)
    after = activity_answers(key)
    assert step is not None
    undo(SOMEONE, key, step)
    assert activity_answers(key) == before
    assert not activity_answers(key).passed
    undo(SOMEONE, key, last_steps(key, SOMEONE.person)[0].id)
    assert activity_answers(key) == after
    assert after.passed


def test_what_somebody_changed_since_is_not_taken_back(key: YearKey) -> None:
    step = save(key, {"nb_classes": "6"})
    elsewhere = save(key, {"fete": "oui"})
    save(key, {"nb_classes": "7"}, OTHER)
    assert step is not None
    assert elsewhere is not None
    undo(SOMEONE, key, elsewhere)
    with pytest.raises(Conflict, match="modifié depuis"):
        undo(SOMEONE, key, step)
    assert activity_answers(key).given == {"nb_classes": "7"}


def test_the_closing_of_the_cahier_does_not_freeze_it(key: YearKey) -> None:
    save(key, {"nb_classes": "6"})
    close_at_once(key)
    elsewhere = a_year(a_coop("075-0002"))
    others, lines, year = everything_of(elsewhere), len(told(key)), Year.get(key.of(Year))
    assert save(key, {"nb_classes": "7", "nb_eleves": "150"}, passing=True) is not None
    assert activity_answers(key) == Answers({"nb_classes": "7", "nb_eleves": "150"}, passed=True)
    assert len(told(key)) == lines + 1
    assert everything_of(elsewhere) == others
    assert Year.get(key.of(Year)).__data__ == year.__data__


@pytest.mark.parametrize("state", ["open", "closed"])
def test_a_frozen_one_changes_no_more(key: YearKey, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    """The negative control is the test above: nothing but the list of states stands between the two."""
    save(key, {"nb_classes": "6"})
    if state == "closed":
        close_at_once(key)
    monkeypatch.setattr(guard, "REPORTED_IN", guard.REPORTED_IN - {state})
    before = everything_of(key)
    with pytest.raises(Conflict, match="figé"):
        save(key, {"nb_classes": "7"}, passing=True)
    assert everything_of(key) == before


def test_a_year_that_does_not_exist_is_not_found(key: YearKey) -> None:
    with pytest.raises(NotFound):
        save_report(SOMEONE, key._replace(start_year=2001), BLANK, {"nb_classes": "7"})


@pytest.mark.parametrize("closed", [False, True])
def test_of_two_people_who_begin_at_the_same_moment_one_is_told(key: YearKey, closed: bool) -> None:
    if closed:
        close_at_once(key)
    meet, found = threading.Barrier(2), []

    def begin(number: str) -> None:
        db.connect()
        meet.wait()
        try:
            found.append(save_report(SOMEONE, key, BLANK, {"nb_classes": number}, passing=True))
        except Changed:
            found.append(None)
        finally:
            db.database.close()

    both = [threading.Thread(target=begin, args=[number]) for number in "67"]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sum(step is not None for step in found) == 1
    assert ActivityAnswer.select().where(key.of(ActivityAnswer)).count() == 1


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"question": "", "value": "1"}, "activity_answer_question_length"),
        ({"question": "a", "value": ""}, "activity_answer_value_length"),
        ({"question": "a", "value": "x" * 5_001}, "activity_answer_value_length"),
    ],
)
def test_the_database_refuses_what_is_no_answer(key: YearKey, values: dict[str, str], name: str) -> None:
    with pytest.raises(PeeweeException, match=name), db.database.atomic():
        ActivityAnswer.insert(**key._asdict(), **values).execute()


# Versions of the questionnaire.


def a_version(first_year: int, title: str, department: str = "") -> None:
    document = json.loads(QuestionnaireVersion.get(QuestionnaireVersion.first_year == 1990).content)
    content = json.dumps({**document, "titre": title})
    QuestionnaireVersion.insert(first_year=first_year, department=department, content=content).execute()


def test_the_first_version_is_there_for_every_year(app: Flask) -> None:
    folder = Path(importlib.import_module("retkoop.migrations.0005_activity_report").__file__ or "").parents[1]
    (row,) = QuestionnaireVersion.select()
    assert row.content == (folder / "data" / "cra_questionnaire_2024.json").read_text("utf-8")
    for start in (1990, 2024, 2200):
        assert len(year_rows.questionnaire_for(YearKey("075", "075-0001", start)).questions) == 25


def test_a_version_serves_from_its_first_year_on_and_a_départements_own_before_the_fédérations(app: Flask) -> None:
    for order in itertools.permutations([(2025, "B", ""), (2025, "C", "038"), (2027, "D", "")]):
        with db.database.atomic() as undone:
            for version in order:
                a_version(*version)
            titles = {
                (department, start): year_rows.questionnaire_for(YearKey(department, "x", start)).title
                for department in ("075", "038")
                for start in (2025, 2026, 2027)
            }
            assert titles == {
                ("075", 2025): "B", ("075", 2026): "B", ("075", 2027): "D",
                ("038", 2025): "C", ("038", 2026): "C", ("038", 2027): "D",
            }  # fmt: skip
            assert year_rows.questionnaire_for(YearKey("038", "x", 2024)).title == "Compte Rendu d'Activité (CRA)"
            undone.rollback()
