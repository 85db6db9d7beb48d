"""PURE. The states of an exercice, and who may move it from one to another, and how."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

OPEN, CLOSED, SENT, RETURNED, VALIDATED = STATES = ("open", "closed", "sent", "returned", "validated")

# Who moves a year: those who keep its books, or the staff of their association départementale.
MANDATAIRE, AD = "mandataire", "ad"

CLOSING, SENDING, WITHDRAWAL, TAKING_UP, RETURN, REOPENING, VALIDATION = MOVES = (
    "cloture", "envoi", "retrait", "prise_en_charge", "renvoi", "reouverture", "validation",
)  # fmt: skip


class Transition(NamedTuple):
    """One way from a state to another: what it is called, who may take it, and whether a reason is asked."""

    move: str
    before: str
    after: str
    who: str
    reasoned: bool = False


# Every way there is. Once validated, a year stays as it is for good: the next one has begun with its figures.
TRANSITIONS = (
    Transition(CLOSING, OPEN, CLOSED, MANDATAIRE),
    Transition(SENDING, CLOSED, SENT, MANDATAIRE),
    Transition(SENDING, RETURNED, SENT, MANDATAIRE),
    Transition(WITHDRAWAL, SENT, CLOSED, MANDATAIRE),
    Transition(TAKING_UP, SENT, SENT, AD),
    Transition(RETURN, SENT, RETURNED, AD, reasoned=True),
    Transition(REOPENING, CLOSED, OPEN, AD, reasoned=True),
    Transition(REOPENING, SENT, OPEN, AD, reasoned=True),
    Transition(REOPENING, RETURNED, OPEN, AD, reasoned=True),
    Transition(VALIDATION, SENT, VALIDATED, AD),
)


class Moved(NamedTuple):
    """A move that a year made: when (UTC), by whom, why, and to which step the AD sent it back."""

    move: str
    before: str
    after: str
    at: datetime
    who: str
    reason: str
    step: str


# The cahier changes only here; what is reported of it (CRA, documents, quitus) still does after the closing.
REPORTED_IN = frozenset({OPEN, CLOSED, RETURNED})
# The vérificateurs look at vouchers until the AD has validated: what they say changes nothing that was sent.
LOOKED_AT_IN = frozenset(STATES) - {VALIDATED}


def is_taken_up(moves: Sequence[Moved]) -> bool:
    """Tell whether the AD has begun to look at what was sent last; the moves come in their order."""
    return bool(moves) and moves[-1].move == TAKING_UP


def last_closing(state: str, moves: Sequence[Moved]) -> int | None:
    """Give which move closed the cahier last, from 1 on, 0 when nobody noted it; None while the cahier is open."""
    if state == OPEN:
        return None
    return max((number for number, moved in enumerate(moves, 1) if moved.move == CLOSING), default=0)


def last_sent_back(moves: Sequence[Moved]) -> Moved | None:
    """Give the AD’s last return or reopening, if nothing has been sent since."""
    for moved in reversed(moves):
        if moved.move == SENDING:
            return None
        if moved.move in (RETURN, REOPENING):
            return moved
    return None


def number_of_return(moves: Sequence[Moved]) -> int:
    """Give which move sent the year back last, or opened it again, from 1 on; 0 when none did."""
    back = (RETURN, REOPENING)
    return max((number for number, moved in enumerate(moves, 1) if moved.move in back), default=0)


def transition(move: str, before: str) -> Transition | None:
    """Give the way that a move takes from a state, or None when there is none."""
    return next((way for way in TRANSITIONS if (way.move, way.before) == (move, before)), None)
