"""The table of the ways between the states of an exercice."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from retkoop.year_states import (
    AD,
    CLOSED,
    MOVES,
    OPEN,
    RETURNED,
    SENT,
    STATES,
    TRANSITIONS,
    VALIDATED,
    Moved,
    is_taken_up,
    last_sent_back,
    transition,
)


def moved(move: str, before: str = SENT, after: str = SENT, reason: str = "") -> Moved:
    return Moved(move, before, after, datetime(2025, 9, 9, tzinfo=UTC), "AD", reason, "")


def test_every_state_but_the_first_is_reached_and_every_move_is_in_the_table() -> None:
    assert {way.after for way in TRANSITIONS} | {OPEN} == set(STATES)
    assert {way.move for way in TRANSITIONS} == set(MOVES)


def test_nothing_leaves_a_validated_year() -> None:
    assert not [way for way in TRANSITIONS if way.before == VALIDATED]


def test_a_move_takes_one_way_from_a_state() -> None:
    assert len({(way.move, way.before) for way in TRANSITIONS}) == len(TRANSITIONS)


def test_the_cahier_opens_again_only_by_the_ad_and_with_a_reason() -> None:
    opening = [way for way in TRANSITIONS if way.after == OPEN]
    assert opening
    assert all(way.who == AD and way.reasoned for way in opening)


@pytest.mark.parametrize(
    ("move", "before", "after"),
    [
        ("cloture", OPEN, CLOSED), ("envoi", CLOSED, SENT), ("retrait", SENT, CLOSED), ("renvoi", SENT, RETURNED),
        ("envoi", RETURNED, SENT), ("validation", SENT, VALIDATED), ("reouverture", CLOSED, OPEN),
    ],
)  # fmt: skip
def test_the_ways_of_a_year(move: str, before: str, after: str) -> None:
    way = transition(move, before)
    assert way is not None
    assert way.after == after


@pytest.mark.parametrize(
    ("move", "before"), [("envoi", OPEN), ("validation", CLOSED), ("reouverture", VALIDATED), ("retrait", VALIDATED)]
)
def test_there_is_no_other_way(move: str, before: str) -> None:
    assert transition(move, before) is None


def test_it_is_taken_up_until_it_moves_again() -> None:
    assert is_taken_up([moved("envoi"), moved("prise_en_charge")])
    assert not is_taken_up([moved("prise_en_charge"), moved("renvoi"), moved("envoi")])
    assert not is_taken_up([])


def test_what_was_sent_back_stays_in_sight_until_it_is_sent_again() -> None:
    back = moved("renvoi", after=RETURNED, reason="Le quitus manque")
    assert last_sent_back([moved("envoi"), back]) == back
    assert last_sent_back([moved("envoi"), moved("reouverture"), moved("cloture")]) is not None
    assert last_sent_back([back, moved("envoi")]) is None
