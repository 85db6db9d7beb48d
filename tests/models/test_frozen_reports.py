"""What a year was sent and validated with stays: its reports, what was seen of it, the versions that it uses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask

from retkoop.db import SENT, USED, is_postgres
from retkoop.models import (
    ActivityAnswer,
    ActivityReport,
    ChartAccount,
    Document,
    Entry,
    QuestionnaireVersion,
    VoucherDraw,
    VoucherLook,
    Year,
    YearKey,
)  # fmt: skip
from tests.factories import a_coop, a_year, an_entry
from tests.support.ledger_checks import close_at_once, outcome

DAY = date(2025, 9, 5)


@pytest.fixture
def key(app: Flask) -> YearKey:
    key = a_year()
    an_entry(key)
    return key


SAID = {"who": "Anne", "verdict": "vu", "at": "2025-09-05T10:00:00+00:00"}
# What is reported of a closed year: one row of each table, and another one that would be new.
REPORTED: dict[Any, tuple[dict[str, Any], dict[str, Any]]] = {
    ActivityReport: ({"passed_at": SAID["at"]}, {}),
    ActivityAnswer: ({"question": "nb_classes", "value": "3"}, {"question": "nb_eleves", "value": "9"}),
    VoucherDraw: ({"number": 123456, "rank": 1, "above": 0, "chance": 5}, {}),
    VoucherLook: ({"entry": 1, "person": 7, **SAID}, {"entry": 1, "person": 8, **SAID}),
    Document: (
        {"number": 1, "requirement": "quitus", "posted_on": DAY, "media_type": "", "name": ""},
        {"number": 2, "requirement": "releve", "posted_on": DAY, "media_type": "", "name": ""},
    ),
}


def reported(key: YearKey, table: Any) -> Iterator[tuple[str, Any]]:
    """Give each way to write to what is reported of a year, by name."""
    here, new = REPORTED[table]
    if new:
        yield "insert", table.insert(**key._asdict(), **new)
    column = list(here)[-1]
    yield "update", table.update({getattr(table, column): getattr(table, column)}).where(key.of(table))
    yield "move away", table.update(start_year=2030).where(key.of(table))
    yield "delete", table.delete().where(key.of(table))
    if not is_postgres():
        yield "replace", table.replace(**key._asdict(), **here)


@pytest.mark.parametrize("state", ["closed", "sent", "validated"])
def test_what_was_sent_is_frozen_and_what_was_seen_once_it_is_validated(key: YearKey, state: str) -> None:
    Year.insert(**{**key._asdict(), "start_year": 2030}).execute()
    later = {**key._asdict(), "start_year": 2030}
    Entry.insert(**later, number=1, day=date(2030, 10, 1), label="Livres", bank=-100).execute()
    for table, (here, _) in REPORTED.items():
        table.insert(**key._asdict(), **here).execute()
    Year.update(state=state).where(key.of(Year)).execute()
    said = {(table, how): outcome(work) for table in REPORTED for how, work in reported(key, table)}
    frozen = {"closed": set(), "sent": set(REPORTED) - {VoucherLook}, "validated": set(REPORTED)}[state]
    assert {(table, how) for (table, how), text in said.items() if text != "accepted"} == {
        (table, how) for table, how in said if table in frozen
    }
    assert {text for (table, _), text in said.items() if table in frozen and SENT not in text} == set()


VERSION = {"short": "6999", "side": "charge", "label": "Autre", "contents": "", "particularity": ""}


@pytest.mark.parametrize(("first_year", "taken"), [(2024, True), (1999, False), (2025, False)])
def test_the_chart_of_a_closed_year_stays_as_it_is(key: YearKey, first_year: int, taken: bool) -> None:
    """The version of 1990 serves the year; one of 2024 would take its place, one of 1999 too, one of 2025 would not."""
    new = ChartAccount.insert(first_year=first_year, code="69990008", **VERSION)
    assert outcome(new) == "accepted", "negative control: nothing is closed yet"
    close_at_once(key)
    changed = {
        "new": outcome(new),
        "update": outcome(ChartAccount.update(label="Autre")),
        "delete": outcome(ChartAccount.delete()),
    }
    assert [USED in changed[how] for how in ("update", "delete")] == [True, True]
    assert (USED in changed["new"]) == (first_year in (2024, 1999))
    assert taken == (first_year == 2024)


@pytest.mark.parametrize("department", ["", "075", "013"])
def test_the_questionnaire_of_a_year_that_was_sent_stays_as_it_is(key: YearKey, department: str) -> None:
    new = QuestionnaireVersion.insert(first_year=2024, department=department, content="{}")
    close_at_once(key)
    assert outcome(new) == "accepted"
    Year.update(state="sent").where(key.of(Year), Year.state == "open").execute()
    a_sent = a_year(a_coop("075-0004"))
    Year.update(state="sent").where(a_sent.of(Year)).execute()
    assert (USED in outcome(new)) == (department in ("", "075"))
    assert USED in outcome(QuestionnaireVersion.update(content="{}"))
    assert USED in outcome(QuestionnaireVersion.delete())
