"""Closed means closed, by SQL as well: every table of a year, every way to write, on both engines."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from peewee import PeeweeException

from retkoop.audit import now
from retkoop.db import CLOSED, SENT, USED, database, is_postgres, writing
from retkoop.errors import Conflict
from retkoop.models import (
    ActivityAnswer,
    ActivityReport,
    Advance,
    Allocation,
    CashCount,
    CashPiece,
    ChartAccount,
    Document,
    Entry,
    Grant,
    InventoryItem,
    Journal,
    PriorOperation,
    Project,
    QuestionnaireVersion,
    Scan,
    VoucherDraw,
    VoucherLook,
    Year,
    YearKey,
)
from tests.factories import a_coop, a_year, an_advance, an_entry

OF_A_YEAR: list[str] = importlib.import_module("retkoop.migrations.0001_initial").OF_A_YEAR
DAY = date(2024, 10, 1)
# One row of each table; number 9 is free, 1 is there already.
ROWS: dict[Any, dict[str, Any]] = {
    PriorOperation: {"number": 1, "day": date(2024, 7, 1), "label": "Car", "amount": -100},
    Project: {"number": 1, "name": "Théâtre"},
    Advance: {"number": 2, "code": "CM2"},
    Entry: {"number": 2, "day": DAY, "label": "Livres", "bank": -100},
    Allocation: {"entry": 2, "rank": 1, "account": "61800008", "amount": 100},
    Scan: {"number": 1, "entry": 2, "digest": "0" * 64, "media_type": "image/png", "name": "a", "size": 1},
    CashCount: {"number": 1, "day": DAY},
    CashPiece: {"cash_count": 1, "denomination": 100, "pieces": 1},
    Grant: {"number": 1, "organisation": "Mairie", "kind": "commune", "day": DAY, "amount": 100},
    InventoryItem: {"number": 1, "designation": "Piano", "bought_on": DAY, "value": 100},
}
FREE = {Allocation: {"rank": 9}, CashPiece: {"denomination": 200}, Project: {"number": 9, "name": "Cirque"}}
FREE[Advance] = {"number": 9, "code": "CP9"}


@pytest.fixture
def key(app: Flask) -> YearKey:
    """Give an open year with one row in every table."""
    key = a_year()
    an_advance(key)
    an_entry(key)
    for table, values in ROWS.items():
        table.insert(**key._asdict(), **values).execute()
    return key


def close(key: YearKey) -> None:
    Year.update(state="closed", closed_at=now()).where(key.of(Year)).execute()


def attempts(key: YearKey, table: Any) -> Iterator[tuple[str, Any]]:
    """Give each way to write to a table of the year, by name."""
    mine, values = key.of(table), {**key._asdict(), **ROWS[table]}
    yield "insert", table.insert(**{**values, **FREE.get(table, {"number": 9})})
    column = next(name for name in reversed(ROWS[table]) if name not in ("amount", "size"))
    yield "update", table.update({getattr(table, column): getattr(table, column)}).where(mine)
    if is_postgres():
        yield "upsert", table.insert(**values).on_conflict_ignore()
    else:
        yield "replace", table.replace(**values)
    # Children first, so that the foreign key is not what refuses.
    if table not in (Entry, CashCount):
        yield "delete", table.delete().where(mine)


def refused(work: Any) -> str:
    try:
        with database.atomic() as step:
            work.execute()
            step.rollback()
    except PeeweeException as error:
        return str(error)
    return "accepted"


def test_every_table_of_a_year_is_tried() -> None:
    assert {table._meta.table_name for table in ROWS} == set(OF_A_YEAR)


def test_an_open_year_takes_every_write(key: YearKey) -> None:
    said = {(table.__name__, how): refused(work) for table in ROWS for how, work in attempts(key, table)}
    assert len(said) == 38
    assert set(said.values()) == {"accepted"}


def test_a_closed_year_refuses_every_write_of_every_table(key: YearKey) -> None:
    close(key)
    said = {(table.__name__, how): refused(work) for table in ROWS for how, work in attempts(key, table)}
    assert {place: text for place, text in said.items() if CLOSED not in text} == {}
    # These two have children: deleting them comes last and is refused for what it is too.
    for table in (Entry, CashCount):
        assert CLOSED in refused(table.delete().where(key.of(table)))


def test_a_row_cannot_be_moved_into_nor_out_of_a_closed_year(key: YearKey) -> None:
    other = a_year(a_coop("075-0002"))
    Project.insert(**other._asdict(), number=5, name="Cirque").execute()
    close(key)
    inwards = Project.update(coop=key.coop).where(other.of(Project))
    outwards = Project.update(coop=other.coop, number=7).where(key.of(Project))
    assert CLOSED in refused(inwards)
    assert CLOSED in refused(outwards)


def test_the_row_of_a_closed_year_itself_is_frozen(key: YearKey) -> None:
    close(key)
    assert CLOSED in refused(Year.update(state="open").where(key.of(Year)))
    assert CLOSED in refused(Year.update(opening_bank=0).where(key.of(Year)))
    assert CLOSED in refused(Year.delete().where(key.of(Year)))
    if not is_postgres():
        assert CLOSED in refused(Year.replace(**key._asdict(), state="open"))


def test_another_year_of_the_same_coop_stays_open(key: YearKey) -> None:
    close(key)
    Year.insert(**{**key._asdict(), "start_year": 2025}).execute()
    later = YearKey(key.department, key.coop, 2025)
    assert refused(Project.insert(**later._asdict(), number=1, name="Cirque")) == "accepted"


def test_tables_cannot_be_truncated(key: YearKey) -> None:
    if not is_postgres():
        pytest.skip("SQLite has no TRUNCATE")
    for table in (*OF_A_YEAR, "school_year", "journal"):
        with pytest.raises(PeeweeException, match=r"exercice_clos|intouchable"), database.atomic():
            database.execute_sql(f"TRUNCATE {table} CASCADE")


def test_the_journal_is_added_to_and_never_changed(key: YearKey) -> None:
    assert Journal.select().count() > 0
    for work in (Journal.update(who="personne"), Journal.delete()):
        assert "journal_intouchable" in refused(work)
    if not is_postgres():
        line = dict(database.execute_sql("SELECT * FROM journal LIMIT 1").fetchall() and Journal.select().dicts()[0])
        assert "journal_intouchable" in refused(Journal.replace(**line))


def test_an_action_that_forgot_to_look_is_refused_like_the_others(key: YearKey) -> None:
    close(key)

    @writing
    def careless() -> None:
        Project.insert(**key._asdict(), number=9, name="Cirque").execute()

    with pytest.raises(Conflict, match="clos"):
        careless()


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
    entry = {**ROWS[Entry], **key._asdict(), "start_year": 2030, "number": 1, "day": date(2030, 10, 1)}
    Entry.insert(**entry).execute()
    for table, (here, _) in REPORTED.items():
        table.insert(**key._asdict(), **here).execute()
    Year.update(state=state).where(key.of(Year)).execute()
    said = {(table, how): refused(work) for table in REPORTED for how, work in reported(key, table)}
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
    assert refused(new) == "accepted", "negative control: nothing is closed yet"
    close(key)
    changed = {
        "new": refused(new),
        "update": refused(ChartAccount.update(label="Autre")),
        "delete": refused(ChartAccount.delete()),
    }
    assert [USED in changed[how] for how in ("update", "delete")] == [True, True]
    assert (USED in changed["new"]) == (first_year in (2024, 1999))
    assert taken == (first_year == 2024)


@pytest.mark.parametrize("department", ["", "075", "013"])
def test_the_questionnaire_of_a_year_that_was_sent_stays_as_it_is(key: YearKey, department: str) -> None:
    new = QuestionnaireVersion.insert(first_year=2024, department=department, content="{}")
    close(key)
    assert refused(new) == "accepted"
    Year.update(state="sent").where(key.of(Year), Year.state == "open").execute()
    a_sent = a_year(a_coop("075-0004"))
    Year.update(state="sent").where(a_sent.of(Year)).execute()
    assert (USED in refused(new)) == (department in ("", "075"))
    assert USED in refused(QuestionnaireVersion.update(content="{}"))
    assert USED in refused(QuestionnaireVersion.delete())
