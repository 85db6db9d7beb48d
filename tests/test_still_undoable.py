"""Which actions may still be taken back, from the rows that the journal kept."""

from __future__ import annotations

import pytest

from retkoop.still_undoable import Change, Written, is_again, outdated

ONE, TICKED = {"number": 1}, ["entry", {"number": 1}, {"ticked_on": None}, {"ticked_on": "2024-11-08"}]
UNTICKED = ["entry", ONE, {"ticked_on": "2024-11-08"}, {"ticked_on": None}]
MADE = ["entry", ONE, None, {"label": "Livres", "ticked_on": None, "bank": -100}]
LINE = ["allocation", {"entry": 1, "rank": 1}, None, {"account": "61800008", "amount": 100}]
NO_LINE = [LINE[0], LINE[1], LINE[3], None]
STRUCK = ["entry", ONE, {"struck_at": None}, {"struck_at": "2024-11-09T10:00:00+00:00"}]
RESTORED = [STRUCK[0], ONE, STRUCK[3], STRUCK[2]]
GRANT = ["grant", ONE, {"organisation": "Mairie"}, None]


@pytest.mark.parametrize(
    ("step", "later", "may"),
    [
        pytest.param([TICKED], [], True, id="nothing since"),
        pytest.param([TICKED], [[UNTICKED]], False, id="the same column"),
        pytest.param([TICKED], [[UNTICKED], [TICKED]], True, id="the same column, as it was again"),
        pytest.param([TICKED], [[["entry", ONE, {"label": "a"}, {"label": "b"}]]], True, id="another column"),
        pytest.param(
            [TICKED], [[["entry", {"number": 11}, {"ticked_on": "x"}, {"ticked_on": None}]]], True, id="a row"
        ),
        pytest.param([TICKED], [[["scan", ONE, {"ticked_on": "x"}, {"ticked_on": None}]]], True, id="another table"),
        pytest.param([TICKED], [[STRUCK]], False, id="an entry struck out since"),
        pytest.param([TICKED], [[STRUCK], [RESTORED]], True, id="struck out, and restored"),
        pytest.param(
            [["entry", ONE, {"project": 1}, {"project": 2}]], [[STRUCK]], True, id="struck out with its project"
        ),
        pytest.param([STRUCK], [], True, id="the striking itself"),
        pytest.param([MADE, LINE], [[NO_LINE]], True, id="its lines go with the entry"),
        pytest.param([MADE], [[TICKED]], False, id="what was made was changed"),
        pytest.param([GRANT], [], True, id="a row deleted"),
        pytest.param(
            [GRANT], [[["grant", ONE, None, {"organisation": "Mairie"}]]], False, id="deleted, and there again"
        ),
        pytest.param([["grant", ONE, None, {"amount": 1}]], [[["grant", ONE, {"amount": 1}, None]]], False, id="gone"),
    ],
)
def test_a_step_may_be_taken_back_as_long_as_its_rows_are_as_it_left_them(
    step: list[Change], later: list[list[Change]], may: bool
) -> None:
    written = [Written(5, step), *(Written(6 + rank, changes) for rank, changes in enumerate(later))]
    assert outdated(written, {5}) == (set() if may else {5})


def test_what_came_before_the_step_does_not_count() -> None:
    written = [Written(4, [UNTICKED]), Written(5, [TICKED]), Written(6, [TICKED])]
    assert outdated(written, {5, 6}) == set()


def test_an_undo_of_an_undo_is_known_however_long_the_chain() -> None:
    undone = {2: 1, 3: 2, 4: 3, 5: 4}
    assert [is_again(step, undone) for step in range(1, 6)] == [False, False, True, False, True]
