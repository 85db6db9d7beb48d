"""PURE. All that tells where an exercice stands between its cahier and the association départementale."""

from __future__ import annotations

from dataclasses import dataclass

from retkoop.facts import Document, YearFacts
from retkoop.questionnaire import Answers, Questionnaire
from retkoop.year_states import OPEN, Moved, last_closing


@dataclass(frozen=True)
class Standing:
    """The year, its CRA, the documents that were given, and the moves it made."""

    facts: YearFacts
    state: str
    questionnaire: Questionnaire
    answers: Answers
    documents: tuple[Document, ...] = ()
    moves: tuple[Moved, ...] = ()

    @property
    def is_open(self) -> bool:
        """Tell whether the cahier still changes."""
        return self.state == OPEN

    @property
    def closing(self) -> int | None:
        """Tell which of its moves closed the cahier last; None while it is open."""
        return last_closing(self.state, self.moves)
