"""A database of the first release, with a closed year in it, becomes today's: nothing lost, every guard still there."""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from peewee import PeeweeException
from playhouse.migrations import Runner

from retkoop import db
from retkoop.actions import summaries
from retkoop.association import TABLES, KeptSummary, ValidatedHead
from retkoop.db import MIGRATIONS, database, is_postgres
from retkoop.models import Project, Scan, Year, YearKey
from retkoop.summary_rows import summary_of
from retkoop.year_rows import year_facts
from tests.factories import a_department
from tests.support.kept import all_faults, fresh_years

FIRST: Any = importlib.import_module("retkoop.migrations.0001_initial")
SECOND: Any = importlib.import_module("retkoop.migrations.0002_whole_cahier")
FOURTH: Any = importlib.import_module("retkoop.migrations.0004_used_numbers")
BANK: Any = importlib.import_module("retkoop.migrations.0026_bank_statements")
BOOK: Any = importlib.import_module("retkoop.migrations.0028_book_import")
EIGHTH: Any = importlib.import_module("retkoop.migrations.0008_direct_report")
KEY = YearKey("075", "075-0001", 2024)
DIGEST = "a" * 64
_numbers = itertools.count()

ROWS = [
    ("department", {"code": "075", "name": "OCCE 075", "presentation": "comptable"}),
    ("cooperative", {"department": "075", "identifier": "075-0001", "uai": "", "name": "Les Tilleuls"}),
    ("person", {"id": 1, "identifier": "anne", "lookup": "ANNE", "name": "", "role": "federation",
                "password_hash": "-", "session_token": "-"}),
    ("school_year", {**KEY._asdict(), "state": "open", "mode": "cahier", "bank_account": "512", "opening_bank": 1,
                     "opening_cash": 2, "opening_carried": 3}),
    ("project", {**KEY._asdict(), "number": 1, "name": "Théâtre"}),
    ("entry", {**KEY._asdict(), "number": 1, "voucher": "01", "day": "2024-11-04", "label": "Livres", "cheque": "",
               "project": 1, "bank": -1200, "cash": 0, "advance_amount": 0}),
    ("allocation", {**KEY._asdict(), "entry": 1, "rank": 1, "account": "61800008", "amount": 1200}),
    ("scan", {**KEY._asdict(), "number": 7, "entry": 1, "digest": DIGEST, "media_type": "image/png",
              "name": "facture", "size": 12}),
    ("journal", {"department": "075", "coop": "075-0001", "id": 5, "at": "2024-11-04T10:00:00+00:00", "who": "Anne",
                 "start_year": 2024, "action": "ajout", "subject": "ecriture:1"}),
]  # fmt: skip


@pytest.fixture
def first_release(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """Give a database as the first release left it, its year closed."""
    name = f"ancienne_{next(_numbers)}"
    server = request.getfixturevalue("postgres_server") if engine == "postgres" else None
    opened = db.open_database(server.create(name) if server else f"sqlite:///{tmp_path}/ancienne.db")
    database.initialize(opened)
    database.connect()
    Runner(database.obj, str(MIGRATIONS)).up("0001_initial")
    mark = "%s" if is_postgres() else "?"
    for table, row in ROWS:
        sql = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join([mark] * len(row))})"  # noqa: S608 our own names
        database.execute_sql(sql, list(row.values()))
    database.execute_sql("UPDATE school_year SET state = 'closed'")
    yield
    opened.close_all()
    if server:
        server.drop(name)


@pytest.mark.usefixtures("first_release")
def test_nothing_is_lost() -> None:
    assert db.migrate() == sorted(path.stem for path in MIGRATIONS.glob("0*.py") if "0001" not in path.stem)
    year = Year.get(KEY.of(Year))
    facts = year_facts(year, a_department())
    (entry,) = facts.entries
    assert (entry.label, entry.bank, entry.project, len(entry.allocations)) == ("Livres", -1200, "Théâtre", 1)
    (scan,) = entry.scans
    assert (scan.number, scan.digest, scan.turn, scan.thumb_digest, scan.version) == (7, DIGEST, 0, "", 1)
    assert (scan.pages, Scan.get().place) == (0, 0)
    assert [(project.name, project.closed) for project in facts.projects] == [("Théâtre", False)]
    assert (facts.inbox, facts.slips, year.state) == ((), (), "closed")
    assert db.migrate() == []


@pytest.mark.usefixtures("first_release")
def test_what_is_kept_of_a_year_begins_stale_with_who_was_active_last() -> None:
    db.migrate()
    row = KeptSummary.get(KEY.of(KeptSummary))
    assert (row.kept, row.active_who, row.active_what, row.active_at.year) == (0, "Anne", "ajout", 2024)
    assert not summary_of(KEY).fresh
    assert (summaries.refresh(), all_faults(), fresh_years()) == (1, [], 1)


@pytest.mark.usefixtures("first_release")
def test_the_closed_year_stays_closed_for_the_rebuilt_table_and_the_new_ones() -> None:
    db.migrate()
    day = "2024-11-04"
    attempts = [
        Scan.insert(**KEY._asdict(), number=8, digest=DIGEST, media_type="image/png", name="a", size=1),
        Scan.update(name="autre").where(KEY.of(Scan)),
        Scan.delete().where(KEY.of(Scan)),
        Project.update(closed=1).where(KEY.of(Project)),
        _slip(day),
    ]
    for attempt in attempts:
        with pytest.raises(PeeweeException, match="exercice_clos"), database.atomic():
            attempt.execute()


def _slip(day: str) -> Any:
    from retkoop.models import DepositSlip

    return DepositSlip.insert(**KEY._asdict(), number=1, day=day, label="Remise")


@pytest.mark.usefixtures("first_release")
def test_every_table_of_a_year_has_its_guards() -> None:
    db.migrate()
    frozen = {*FIRST.OF_A_YEAR, *SECOND.FROZEN, FOURTH.NAME, *EIGHTH.TABLES, *BANK.FROZEN, *BOOK.FROZEN}
    assert {"scan", "deposit_slip", "deposit_line"} <= frozen
    if is_postgres():
        rows = database.execute_sql(
            "SELECT DISTINCT event_object_table FROM information_schema.triggers WHERE action_statement LIKE %s",
            ["%refuse_closed_year%"],
        ).fetchall()
        assert {table for (table,) in rows} == frozen
        return
    found = database.execute_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    expected = {f"{table}_closed_{event}" for table in frozen for event in ("insert", "update", "delete")}
    assert expected <= {name for (name,) in found}
    for table in TABLES:
        (sql,) = database.execute_sql(
            "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", [table._meta.table_name]
        ).fetchone()
        assert "STRICT" in sql.rpartition(")")[2], table


@pytest.mark.usefixtures("first_release")
def test_years_that_are_validated_already_keep_the_name_of_the_day_of_the_step() -> None:
    Runner(database.obj, str(MIGRATIONS)).up("0023_long_work")
    Year.insert(**{**KEY._asdict(), "start_year": 2025}).execute()
    Year.update(state="validated").where(Year.start_year == 2025).execute()
    db.migrate()
    assert [(row.start_year, row.association, row.logo) for row in ValidatedHead.select()] == [(2025, "OCCE 075", "")]


@pytest.mark.usefixtures("first_release")
def test_a_scan_may_wait_without_an_entry_and_only_its_year_may_be_wrong() -> None:
    db.migrate()
    Year.insert(**{**KEY._asdict(), "start_year": 2025}).execute()
    waiting = {**KEY._asdict(), "start_year": 2025, "number": 1, "digest": DIGEST, "media_type": "image/png"}
    Scan.insert(**waiting, name="a", size=1).execute()
    refused = {**waiting, "number": 2, "name": "a", "size": 1}
    with pytest.raises(PeeweeException, match="scan_turn_known"), database.atomic():
        Scan.insert(**refused, turn=4).execute()
    with pytest.raises(PeeweeException, match="scan_pages_known"), database.atomic():
        Scan.insert(**refused, pages=-1).execute()
    with pytest.raises(PeeweeException), database.atomic():
        Scan.insert(**{**refused, "start_year": 1999}).execute()
    with pytest.raises(PeeweeException), database.atomic():
        Scan.insert(**refused, entry=99).execute()
