"""What the database itself holds: named constraints, the settings read back, columns, read-only reading."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from peewee import PeeweeException

from retkoop import db
from retkoop.association import TABLES
from retkoop.db import BUSY_TIMEOUT, PRAGMAS, database, is_postgres, reading
from retkoop.errors import Refusal
from retkoop.models import (
    Advance,
    Allocation,
    CashCount,
    CashPiece,
    ChartAccount,
    Cooperative,
    Department,
    Document,
    Entry,
    Grant,
    InventoryItem,
    Person,
    PriorOperation,
    Project,
    Scan,
    Year,
    YearKey,
    find_coop,
)
from retkoop.year_rows import chart_for
from tests.factories import a_department, a_person, a_year, an_advance, an_entry

BIG = 1_000_000_000
DAY = date(2024, 10, 1)
PERSON = {"id": 7, "identifier": "abc", "lookup": "ABC", "role": "federation", "password_hash": "", "session_token": ""}
VALID: dict[Any, dict[str, Any]] = {
    Entry: {"number": 9, "day": DAY, "label": "Livres", "bank": -100},
    Allocation: {"entry": 1, "rank": 9, "account": "61800008", "amount": 100},
    PriorOperation: {"number": 9, "day": DAY, "label": "Car", "amount": -100},
    Project: {"number": 9, "name": "Théâtre"},
    Advance: {"number": 9, "code": "CM2"},
    Scan: {"number": 9, "entry": 1, "digest": "0" * 64, "media_type": "image/png", "name": "a", "size": 1},
    Document: {"number": 9, "requirement": "quitus", "digest": "0" * 64, "media_type": "image/png", "name": "a"},
    CashCount: {"number": 9, "day": DAY},
    CashPiece: {"cash_count": 1, "denomination": 100, "pieces": 1},
    Grant: {"number": 9, "organisation": "Mairie", "kind": "commune", "day": DAY, "amount": 100},
    InventoryItem: {"number": 9, "designation": "Piano", "bought_on": DAY, "value": 100},
}
REFUSED: list[tuple[Any, dict[str, Any], str]] = [
    (Entry, {"bank": 0}, "entry_not_zero"),
    (Entry, {"bank": BIG}, "entry_bank_bounded"),
    (Entry, {"cash": -BIG}, "entry_cash_bounded"),
    (Entry, {"advance_amount": 5}, "entry_advance_named"),
    (Entry, {"advance": 1}, "entry_advance_named"),
    (Entry, {"bank": 0, "cash": 5, "ticked_on": DAY}, "entry_tick_needs_bank"),
    (Entry, {"day": date(2024, 8, 31)}, "entry_day_in_year"),
    (Entry, {"day": date(2025, 9, 1)}, "entry_day_in_year"),
    (Entry, {"label": ""}, "entry_label_length"),
    (Entry, {"label": "é" * 201}, "entry_label_length"),
    (Entry, {"voucher": "1" * 21}, "entry_voucher_length"),
    (Entry, {"project": 99}, "entry_project"),
    (Entry, {"advance": 99, "advance_amount": 5}, "entry_advance"),
    (Entry, {"replay_key": "once"}, "entry_replay_once"),
    (Entry, {"number": 1}, "entry_pk"),
    (Allocation, {"amount": 0}, "allocation_not_zero"),
    (Allocation, {"account": "618"}, "allocation_account_length"),
    (Allocation, {"entry": 99}, "allocation_entry"),
    (PriorOperation, {"amount": 0}, "prior_operation_not_zero"),
    (Advance, {"code": "CP"}, "advance_code_once"),
    (Project, {"name": ""}, "project_name_length"),
    (Scan, {"digest": "0"}, "scan_digest_length"),
    (Scan, {"entry": 99}, "scan_entry"),
    (CashPiece, {"denomination": 3}, "cash_piece_denomination"),
    (CashPiece, {"pieces": -1}, "cash_piece_bounded"),
    (CashPiece, {"cash_count": 99}, "cash_piece_count"),
    (Document, {"digest": "0"}, "document_file_or_day"),
    (Document, {"posted_on": DAY}, "document_file_or_day"),
    (Document, {"pages": -1}, "document_pages_known"),
    (Document, {"requirement": ""}, "document_requirement_length"),
    (Grant, {"kind": "loterie"}, "grant_line_kind_known"),
    (Grant, {"organisation": ""}, "grant_line_organisation_length"),
    (InventoryItem, {"value": BIG}, "inventory_item_value_bounded"),
]
# SQLite names CHECK constraints only: of a UNIQUE it tells the columns, of a foreign key nothing.
SQLITE_WORDS = {"_once": "UNIQUE constraint failed", "_pk": "UNIQUE constraint failed"}
FOREIGN = {"entry_project", "entry_advance", "allocation_entry", "scan_entry", "cash_piece_count"}


@pytest.fixture
def key(app: Flask) -> YearKey:
    key = a_year()
    an_advance(key)
    an_entry(key)
    Entry.update(replay_key="once").where(key.of(Entry)).execute()
    CashCount.insert(**key._asdict(), number=1, day=DAY).execute()
    return key


def said(name: str) -> str:
    """Give the words by which the engine at hand tells a constraint."""
    if is_postgres():
        return f'"{name}"'
    if name in FOREIGN:
        return "FOREIGN KEY constraint failed"
    return next(
        (words for end, words in SQLITE_WORDS.items() if name.endswith(end)), f"CHECK constraint failed: {name}"
    )


def outcome(work: Any) -> str:
    try:
        with database.atomic() as step:
            work.execute()
            step.rollback()
    except PeeweeException as error:
        return str(error)
    return "accepted"


def test_what_is_valid_is_stored(key: YearKey) -> None:
    said = {table: outcome(table.insert(**key._asdict(), **values)) for table, values in VALID.items()}
    assert set(said.values()) == {"accepted"}
    assert outcome(Person.insert(PERSON)) == "accepted"


def test_what_must_never_be_stored_is_refused_by_name(key: YearKey) -> None:
    for table, fault, name in REFUSED:
        found = outcome(table.insert(**{**key._asdict(), **VALID[table], **fault}))
        assert said(name) in found, (table.__name__, fault, found)


def test_years_people_and_places_are_bounded_by_name_too(key: YearKey) -> None:
    a_person()
    a_department("038")
    mine = key.of(Year)
    place = {"department": "075", "coop": "075-0001"}
    refused: list[tuple[Any, str]] = [
        (Year.update(state="envolé").where(mine), "school_year_state_known"),
        (Year.update(bank_account="5121").where(mine), "school_year_bank_account_known"),
        (Year.update(opening_bank=BIG).where(mine), "school_year_opening_bank_bounded"),
        (Year.update(statement_day=DAY).where(mine), "school_year_statement_whole"),
        (Year.update(statement_day=DAY, statement_balance=BIG).where(mine), "school_year_statement_bounded"),
        (Year.insert(**place, start_year=1800), "school_year_start"),
        (Department.update(unticked_limit=-1), "department_limit"),
        (Department.update(closing_delay_days=366), "department_delay"),
        (Department.update(presentation="autre"), "department_presentation_known"),
        (Cooperative.insert(department="038", identifier="075-0001", name="Une autre"), "cooperative_identifier_once"),
        (Person.insert({**PERSON, "lookup": "075-0001"}), "person_lookup_once"),
        (Person.insert({**PERSON, "role": "roi", "department": "075"}), "person_role_known"),
        (Person.insert({**PERSON, **place}), "person_place"),
        (Person.insert({**PERSON, "role": "mandataire", "department": "075"}), "person_place"),
        (Person.insert({**PERSON, "role": "ad"}), "person_place"),
    ]
    for work, name in refused:
        assert said(name) in (found := outcome(work)), (name, found)


def test_a_row_of_a_year_that_does_not_exist_is_refused(key: YearKey) -> None:
    nowhere = key._replace(start_year=1999)
    assert outcome(Project.insert(**nowhere._asdict(), number=1, name="Théâtre")) != "accepted"


def test_sqlite_refuses_a_text_where_cents_belong(key: YearKey) -> None:
    if is_postgres():
        pytest.skip("PostgreSQL always did")
    assert "cannot store TEXT value in INTEGER column" in outcome(Entry.update(bank="douze").where(key.of(Entry)))


def test_the_models_have_the_columns_of_the_database(app: Flask) -> None:
    for table in TABLES:
        found = {column.name: column.null for column in database.get_columns(table._meta.table_name)}
        assert {name: field.null for name, field in table._meta.columns.items()} == found, table
        assert set(database.get_primary_keys(table._meta.table_name)) == set(
            table._meta.primary_key.field_names
            if hasattr(table._meta.primary_key, "field_names")
            else [table._meta.primary_key.name]
        )


def test_every_table_of_the_database_has_its_model(app: Flask) -> None:
    tables = {name for name in database.get_tables() if not name.startswith("sqlite_")}
    # What huey queues is no memory: lost calls cost a minute, and no backup holds them.
    queued = {"queue_task", "queue_schedule", "queue_kv", "queue_counter"}
    assert tables == {table._meta.table_name for table in TABLES} | {"schema_migration"} | queued


def test_the_settings_of_sqlite_are_in_force_on_every_connection(app: Flask) -> None:
    if is_postgres():
        pytest.skip("settings of SQLite")
    for _ in range(2):
        found = {name: database.execute_sql(f"PRAGMA {name}").fetchone()[0] for name in PRAGMAS}
        assert found == PRAGMAS
        assert found["busy_timeout"] == BUSY_TIMEOUT * 1_000 >= 5_000
        database.obj.manual_close()
        database.connect()


def test_a_connection_that_did_not_take_its_settings_is_refused(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    if is_postgres():
        pytest.skip("settings of SQLite")
    database.obj.manual_close()
    monkeypatch.setitem(PRAGMAS, "synchronous", 3)
    with pytest.raises(RuntimeError, match="synchronous"):
        database.connect()


def test_reading_refuses_every_write_and_writing_works_again_afterwards(key: YearKey) -> None:
    change = Entry.update(label="Autre").where(key.of(Entry))
    with reading():
        assert Entry.select().count() == 1
    with pytest.raises(PeeweeException, match=r"read-?only"), reading():
        change.execute()
    assert change.execute() == 1


def test_reading_sees_one_moment_even_while_others_write(key: YearKey) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def add() -> None:
        with database.connection_context():
            an_entry(key)

    with ThreadPoolExecutor(1) as others, reading():
        before = Entry.select().count()
        others.submit(add).result(20)
        assert Entry.select().count() == before
    assert Entry.select().count() == before + 1


def test_the_chart_is_the_newest_version_that_is_not_after_the_year(app: Flask) -> None:
    first = len(chart_for(2024).accounts)
    row = {"short": "6181", "side": "charge", "label": "Revues", "contents": "", "particularity": ""}
    ChartAccount.insert(first_year=2030, code="61810008", **row).execute()
    assert len(chart_for(2029).accounts) == first
    assert [account.code for account in chart_for(2030)] == ["61810008"]


@pytest.mark.parametrize("identifier", ["", "075-9999", "075-0001\x00", "\x00", "x" * 10_000])
def test_a_coop_that_does_not_exist_is_not_found_whatever_was_asked(key: YearKey, identifier: str) -> None:
    assert find_coop(identifier) is None


@pytest.mark.parametrize("url", ["mysql://h/b", "", "retkoop.db", "sqlite3:///x"])
def test_another_engine_is_refused_by_name(url: str) -> None:
    with pytest.raises(Refusal, match="Base de données inconnue"):
        db.open_database(url)


def test_a_connection_given_back_is_taken_again(app: Flask) -> None:
    key = a_year()
    with db.given_back():
        assert database.is_closed()
    assert Year.get_or_none(key.of(Year)) is not None


def test_the_connection_of_a_command_stays_its_own(app: Flask) -> None:
    database.close()
    with database.connection_context():
        with db.given_back():
            assert not database.is_closed()
        assert not database.is_closed()
    assert database.is_closed()


def test_a_transaction_keeps_its_connection(app: Flask) -> None:
    with database.atomic(), db.given_back():
        assert not database.is_closed()
