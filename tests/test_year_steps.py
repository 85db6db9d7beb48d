"""« Ce qu’il reste à faire »: the five steps, from the first day of the year to the validation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from retkoop.facts import Document, Opening, Statement, YearFacts
from retkoop.questionnaire import Answers, read_questionnaire
from retkoop.required_documents import requirements
from retkoop.standing import Standing
from retkoop.year_states import Moved
from retkoop.year_steps import DONE, LATER, SENT_BACK, TODO, next_step, steps
from tests.support.year_facts import facts as a_year

QUESTIONS = read_questionnaire(
    (Path(__file__).parents[1] / "retkoop/data/cra_questionnaire_2024.json").read_text("utf-8")
)
ANSWERS = Answers({"nb_classes": "6", "nb_eleves": "148", "nb_adultes": "9"}, passed=True)
SEPTEMBER = date(2025, 9, 5)


def facts() -> YearFacts:
    """Give a year without any operation, its statement entered."""
    return replace(a_year(), opening=Opening(100, 0, 100), statement=Statement(date(2025, 8, 31), 100))


def standing(state: str = "open", answers: Answers = ANSWERS, given: bool = True, back: str = "") -> Standing:
    codes = [need.code for need in requirements(facts(), ())] if given else []
    posted = [Document(n, code, SEPTEMBER, "", "", "", 0) for n, code in enumerate(codes, 1)]
    moves = (Moved("renvoi", "sent", "returned", datetime(2025, 9, 20, tzinfo=UTC), "AD", "Un motif", back),)
    return Standing(facts(), state, QUESTIONS, answers, tuple(posted), moves if back else ())


def states(where: Standing, today: date = SEPTEMBER) -> list[str]:
    return [step.state for step in steps(where, today)]


def test_before_the_end_of_the_year_nobody_is_pressed_and_everything_is_told() -> None:
    path = steps(standing(answers=Answers({}), given=False), date(2025, 3, 1))
    assert [step.state for step in path] == [LATER] * 5
    assert "31/08/2025" in path[0].said
    assert [finding.message for finding in path[1].left][:1] == ["Nombre de classes"]
    assert len(path[3].left) == 2


@pytest.mark.parametrize("back", ["cra", "documents"])
def test_no_bravo_stands_beside_what_the_ad_sent_back(back: str) -> None:
    path = steps(standing("returned", back=back), SEPTEMBER)
    (returned,) = [step for step in path if step.state == SENT_BACK]
    assert returned.code == back
    assert "« Un motif »" in returned.said
    assert next_step(path) == returned
    assert not returned.is_left, "whether it is mended, only people know: it may be sent again"
    assert path[-1].state == TODO
    assert SENT_BACK not in states(standing("closed", back=back))


def test_the_report_is_only_called_correct_when_it_is() -> None:
    wrong = replace(standing("closed"), facts=replace(facts(), statement=Statement(date(2025, 8, 31), 99)))
    assert "semble correct" in steps(standing("closed"), SEPTEMBER)[2].said
    assert "semble correct" not in steps(wrong, SEPTEMBER)[2].said


def test_in_september_the_cahier_comes_first() -> None:
    path = steps(standing(answers=Answers({}), given=False), SEPTEMBER)
    assert [step.state for step in path] == [TODO, TODO, LATER, TODO, LATER]
    assert next_step(path) == path[0]
    assert path[0].left[0].hint == "Vous pouvez clore le cahier."


@pytest.mark.parametrize(
    ("where", "wanted"),
    [
        (standing("closed", given=False), [DONE, DONE, DONE, TODO, LATER]),
        (standing("closed", Answers({})), [DONE, TODO, DONE, DONE, LATER]),
        (standing("closed", Answers(ANSWERS.given)), [DONE, TODO, DONE, DONE, LATER]),
        (standing("closed"), [DONE, DONE, DONE, DONE, TODO]),
        (standing("sent"), [DONE] * 5),
        (standing("returned", back="cra"), [DONE, SENT_BACK, DONE, DONE, TODO]),
        (standing("validated"), [DONE] * 5),
    ],
)  # fmt: skip
def test_each_step_is_done_when_it_is(where: Standing, wanted: list[str]) -> None:
    assert states(where) == wanted


def test_a_fault_of_the_cahier_is_named_in_its_step() -> None:
    wrong = replace(facts(), statement=Statement(date(2025, 8, 31), 99))
    path = steps(replace(standing(), facts=wrong), SEPTEMBER)
    assert [finding.code for finding in path[0].left] == ["RELEVE"]
    assert path[0].said == "Un point est à corriger."


def test_what_came_back_is_to_be_sent_again() -> None:
    assert "de nouveau" in steps(standing("returned", back="cra"), SEPTEMBER)[-1].said
    assert "de nouveau" not in steps(standing("closed"), SEPTEMBER)[-1].said


def test_nothing_is_next_once_all_is_done() -> None:
    assert next_step(steps(standing("validated"), SEPTEMBER)) is None


def test_after_the_deadline_it_says_when_it_was_expected() -> None:
    assert "au plus tard le 30/09/2025" in steps(standing("closed"), date(2025, 9, 30))[-1].said
    for where in (standing("closed"), standing("closed", given=False)):
        assert "c’était attendu le 30/09/2025" in steps(where, date(2025, 10, 1))[-1].said
