"""What closing leaves free, and the journal; every way to write to a closed year is in tests/test_forty_ways.py."""

from __future__ import annotations

import pytest
from flask import Flask

from retkoop.db import database, is_postgres, writing
from retkoop.errors import Conflict
from retkoop.models import (
    Journal,
    Project,
    Year,
    YearKey,
)
from tests.factories import a_year, an_advance
from tests.support.ledger_checks import close_at_once, outcome


@pytest.fixture
def key(app: Flask) -> YearKey:
    """Give an open year with a line in its journal."""
    key = a_year()
    an_advance(key)
    return key


def test_another_year_of_the_same_coop_stays_open(key: YearKey) -> None:
    close_at_once(key)
    Year.insert(**{**key._asdict(), "start_year": 2025}).execute()
    later = YearKey(key.department, key.coop, 2025)
    assert outcome(Project.insert(**later._asdict(), number=1, name="Cirque")) == "accepted"


def test_the_journal_is_added_to_and_never_changed(key: YearKey) -> None:
    assert Journal.select().count() > 0
    for work in (Journal.update(who="personne"), Journal.delete()):
        assert "journal_intouchable" in outcome(work)
    if not is_postgres():
        line = dict(database.execute_sql("SELECT * FROM journal LIMIT 1").fetchall() and Journal.select().dicts()[0])
        assert "journal_intouchable" in outcome(Journal.replace(**line))


def test_an_action_that_forgot_to_look_is_refused_like_the_others(key: YearKey) -> None:
    close_at_once(key)

    @writing
    def careless() -> None:
        Project.insert(**key._asdict(), number=9, name="Cirque").execute()

    with pytest.raises(Conflict, match="clos"):
        careless()
