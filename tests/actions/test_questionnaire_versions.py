"""The next questionnaire: prepared unseen, compared, published once and for good, and refused where it would harm."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from retkoop import federation_rows, year_rows
from retkoop.actions import questionnaire_versions as actions
from retkoop.actions.activity_report import save_report
from retkoop.db import USED
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.federation_tables import QuestionnaireDraft
from retkoop.models import ActivityAnswer, Journal, QuestionnaireVersion, Year, YearKey
from retkoop.questionnaire import Answers, read_questionnaire
from retkoop.school_year import SchoolYear
from tests.factories import SOMEONE, YEAR, a_coop, a_year

NEXT = SchoolYear(2025)


def version() -> int:
    return int(QuestionnaireDraft.get(QuestionnaireDraft.first_year == YEAR.start).version)


def content() -> str:
    return str(federation_rows.questionnaire_draft(YEAR.start))


def changes() -> list[tuple[str, str]]:
    return [(one.kind, one.question.code) for one in actions.changes_of(YEAR, content())]


def turn(key: YearKey, state: str) -> None:
    Year.update(state=state).where(key.of(Year)).execute()


def answer(key: YearKey, **answers: str) -> None:
    save_report(SOMEONE, key, Answers().fingerprint, answers)


def refused() -> str:
    with pytest.raises(Refusal) as refusal:
        actions.publish(SOMEONE, YEAR, version())
    assert [one.first_year for one in federation_rows.questionnaire_versions()] == [1990]
    return refusal.value.message


def test_a_draft_is_worked_on_and_published_and_only_then_seen(app: Flask) -> None:
    key = a_year()
    before = year_rows.questionnaire_for(key)
    assert actions.begin_draft(SOMEONE, YEAR) is True
    assert actions.reword(SOMEONE, YEAR, version(), "nb_classes", "Classes") is True
    assert actions.withdraw(SOMEONE, YEAR, version(), "nb_conseils") is True
    assert actions.withdraw(SOMEONE, YEAR, version(), "nb_adultes") is True
    assert actions.give_back(SOMEONE, YEAR, version(), "nb_adultes") is True
    assert changes() == [("reformulée", "nb_classes"), ("retirée", "nb_conseils")]
    assert year_rows.questionnaire_for(key) == before
    assert actions.publish(SOMEONE, YEAR, version()) is True
    assert year_rows.questionnaire_for(key).questions["nb_classes"].text == "Classes"
    assert year_rows.questionnaire_for(key._replace(start_year=2023)) == before
    assert actions.publish(SOMEONE, YEAR, 1) is False
    with pytest.raises(Conflict, match="publié"):
        actions.begin_draft(SOMEONE, YEAR)
    told = Journal.select(Journal.action).where(Journal.department == "", Journal.start_year == 2024)
    assert [action for (action,) in told.order_by(Journal.id).tuples()] == [
        "création", "modification", "suppression", "suppression", "rétablissement", "publication",
    ]  # fmt: skip


def test_what_changes_nothing_or_is_asked_twice_writes_nothing(app: Flask) -> None:
    actions.begin_draft(SOMEONE, YEAR)
    actions.withdraw(SOMEONE, YEAR, 1, "nb_conseils")
    lines = Journal.select().count()
    assert actions.begin_draft(SOMEONE, YEAR) is False
    assert actions.withdraw(SOMEONE, YEAR, 1, "nb_conseils") is False
    assert actions.give_back(SOMEONE, YEAR, 1, "nb_classes") is False
    assert actions.reword(SOMEONE, YEAR, 1, "nb_classes", "Nombre de classes") is False
    assert actions.replace_draft(SOMEONE, YEAR, 1, content()) is False
    assert actions.drop_draft(SOMEONE, NEXT, 1) is False
    assert Journal.select().count() == lines


def test_two_people_do_not_write_over_each_other(app: Flask) -> None:
    actions.begin_draft(SOMEONE, YEAR)
    actions.reword(SOMEONE, YEAR, 1, "nb_classes", "Classes")
    for write in (
        lambda: actions.reword(SOMEONE, YEAR, 1, "nb_eleves", "Élèves"),
        lambda: actions.withdraw(SOMEONE, YEAR, 1, "nb_adultes"),
        lambda: actions.drop_draft(SOMEONE, YEAR, 1),
        lambda: actions.publish(SOMEONE, YEAR, 1),
    ):
        with pytest.raises(Conflict, match="Quelqu’un d’autre"):
            write()


def test_a_question_that_others_depend_on_and_unknown_ones_are_refused(app: Flask) -> None:
    actions.begin_draft(SOMEONE, YEAR)
    with pytest.raises(Refusal, match="Retirez d’abord"):
        actions.withdraw(SOMEONE, YEAR, 1, "conseil_coop")
    for write in (actions.reword, lambda *about: actions.give_back(*about[:-1])):
        with pytest.raises(NotFound):
            write(SOMEONE, YEAR, 1, "inconnue", "Quoi ?")
    with pytest.raises(NotFound):
        actions.withdraw(SOMEONE, NEXT, 1, "nb_classes")


def test_a_draft_that_changes_nothing_is_not_published(app: Flask) -> None:
    actions.begin_draft(SOMEONE, YEAR)
    assert "ne change rien" in refused()


@pytest.mark.parametrize("state", ["sent", "validated"])
def test_it_is_refused_as_soon_as_an_exercice_that_it_is_for_is_with_the_association(app: Flask, state: str) -> None:
    one, other = a_year(a_coop("075-0001")), a_year(a_coop("075-0002"))
    actions.begin_draft(SOMEONE, YEAR)
    actions.reword(SOMEONE, YEAR, 1, "nb_classes", "Classes")
    turn(one, state)
    turn(other, "closed")
    assert refused().startswith("1 exercice que cette version concernerait est déjà envoyé ou validé")
    with pytest.raises(Exception, match=USED):
        QuestionnaireVersion.insert(first_year=2024, department="", content=content()).execute()


def test_a_departement_that_has_a_later_version_of_its_own_is_not_concerned(app: Flask) -> None:
    key = a_year()._replace(start_year=2026)
    Year.insert(**key._asdict()).execute()
    own = QuestionnaireVersion.get().content
    QuestionnaireVersion.insert(first_year=2026, department="075", content=own).execute()
    turn(key, "sent")
    actions.begin_draft(SOMEONE, YEAR)
    actions.reword(SOMEONE, YEAR, 1, "nb_classes", "Classes")
    assert actions.publish(SOMEONE, YEAR, 2)
    assert year_rows.questionnaire_for(key).questions["nb_classes"].text == "Nombre de classes"


def test_answers_to_a_question_that_is_withdrawn_are_counted_kept_and_shown_no_more(app: Flask) -> None:
    for number in (1, 2):
        answer(a_year(a_coop(f"075-000{number}")), nb_adultes="3", nb_classes="4")
    actions.begin_draft(SOMEONE, YEAR)
    actions.withdraw(SOMEONE, YEAR, 1, "nb_adultes")
    gone = actions.changes_of(YEAR, content())
    assert actions.set_aside(YEAR, gone) == {"nb_adultes": 2}
    assert actions.obstacles(YEAR, gone) == ()
    assert actions.publish(SOMEONE, YEAR, 2)
    assert "nb_adultes" not in year_rows.questionnaire_for(YearKey("075", "075-0001", 2024)).questions
    assert ActivityAnswer.select().where(ActivityAnswer.question == "nb_adultes").count() == 2


def test_a_question_that_was_answered_does_not_become_one_of_another_kind(app: Flask) -> None:
    answer(a_year(), nb_classes="4")
    actions.begin_draft(SOMEONE, YEAR)
    document = json.loads(content())
    question = document["sections"][0]["questions"][0]
    question.update(type="texte", max=200)
    del question["min"]
    actions.replace_draft(SOMEONE, YEAR, 1, json.dumps(document))
    assert read_questionnaire(content()).questions["nb_classes"].kind == "texte"
    assert "« Nombre de classes » a déjà 1 réponse d’une autre sorte" in refused()
