"""What must be done of a year before it is sent, done at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from retkoop.actions import activity_report
from retkoop.actions.year_documents import note_posted
from retkoop.actions.years import close_year, load_facts
from retkoop.models import Year, YearKey
from retkoop.required_documents import requirements
from retkoop.year_rows import activity_answers, documents_of, moves_of
from retkoop.year_states import last_closing
from tests.factories import SOMEONE

REPORT = {"nb_classes": "6", "nb_eleves": "148", "nb_adultes": "9"}


def answer_report(key: YearKey, answers: Mapping[str, str] = REPORT) -> None:
    """Fill in the CRA and pass to what follows."""
    activity_report.save_report(SOMEONE, key, activity_answers(key).fingerprint, answers, passing=True)


def post_documents(key: YearKey, today: date = date(2025, 9, 5)) -> None:
    """Mark each document that is missing as sent by post."""
    year = Year.get(key.of(Year))
    for need in requirements(load_facts(year), documents_of(key), last_closing(year.state, moves_of(key))):
        if not need.settled:
            note_posted(SOMEONE, key, need.code, today)


def finish(key: YearKey, today: date = date(2025, 9, 5)) -> None:
    """Close a year that may be closed, fill in its CRA, and answer for each document that is asked for."""
    if Year.get(key.of(Year)).state == "open":
        close_year(SOMEONE, key, lambda: today)
    answer_report(key)
    post_documents(key, today)
