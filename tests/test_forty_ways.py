"""Closed means closed: every way of changing a year, on a closed, a sent and a validated one; an open one takes each.

One world per engine; what a way does is taken back, so that the next one finds the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from peewee import PeeweeException

from retkoop import db
from retkoop.actions import phone, scans, tables
from retkoop.actions.year_documents import note_posted
from retkoop.association import TABLES
from retkoop.audit import Actor, now
from retkoop.db import CLOSED, SENT
from retkoop.models import Document, Journal, UploadPass, Year, YearMove
from retkoop.storage import FileStorage
from tests.conftest import TODAY
from tests.factories import SOMEONE, a_person
from tests.support.full_year import a_full_year
from tests.support.papers import arrived
from tests.support.raw_ways import CHANGED, fill_up
from tests.support.ways import CAHIER, COOP, OTHER, STATES, TAKEN, WAYS, World
from tests.views.conftest import Browser

# Rows that are not of the cahier: they may be written in any state, or have walls of their own (frozen once sent or
# validated: tests/models/test_frozen_reports.py).
NOT_FROZEN = {
    "activity_report", "activity_answer", "voucher_draw", "voucher_look", "upload_pass", "half_typed",
    "handover", "journal", "year_move", "year_summary", "message", "job",
    "planned_validation", "reopening_request", "return_reason", "site_control",
    "site_draw", "validated_head",
    "membership", "membership_class", "membership_payment", "membership_certificate",
}  # fmt: skip
# Commands that do not write to a year, or that are the very ways of the AD and of the operator.
OTHER_COMMANDS = {
    "migrate", "demo", "sauvegarde", "restauration", "exporter", "controler", "creer", "prendre-en-charge", "valider",
    "renvoyer", "rouvrir", "resumes", "travaux", "validations",
    "sans-code",
    "rapprocher",
}  # fmt: skip


@pytest.fixture(scope="module")
def built(
    session_app: Flask, fresh_database: Callable[[], tuple[str, Callable[[], None]]], tmp_path_factory: Any
) -> Iterator[World]:
    """Fill one database for all the ways."""
    url, drop = fresh_database()
    database = db.open_database(url)
    db.database.initialize(database)
    database.connect()
    folder = tmp_path_factory.mktemp("ways")
    session_app.config["STORAGE"] = FileStorage(folder / "pieces")
    world = _fill(session_app, folder)
    world.database = database
    yield world
    database.close_all()
    drop()


def _fill(app: Flask, folder: Path) -> World:
    key, other = (a_full_year(identifier) for identifier in (COOP, OTHER))
    bare = key._replace(start_year=2022)
    Year.insert(**bare._asdict()).execute()
    for one in (key, other):
        fill_up(one)
    scans.add_scan(SOMEONE, key, arrived(app.config["STORAGE"], "olive"), 1)
    file = {"requirement": "quitus", "digest": "0" * 64, "media_type": "image/png", "name": "quitus"}
    for one in (key, other):
        Document.insert(**one._asdict(), number=1, **file).execute()
    actor = Actor("Camille", a_person().id)
    pass_of = {"token_digest": phone.digest_of("passe"), "entry": 1, "person": actor.person, "who": actor.name}
    UploadPass.insert(**key._asdict(), **pass_of, expires_at=now() + phone.LIFE).execute()
    # The last actions of the person who will take them back, one of the cahier and one of the documents.
    tables.add_count(actor, key, date(2025, 6, 1), [(500, 1)])
    note_posted(actor, key, "releve", date(2025, 9, 1))
    return World(app, folder, key, bare, actor, other, Browser(app.test_client()).sign_in(COOP))


@pytest.fixture
def world(built: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Give that world, after other tests have used the application; commands join the transaction under way."""
    db.database.initialize(built.database)
    built.app.config["STORAGE"] = FileStorage(built.folder / "pieces")
    monkeypatch.setitem(built.app.config, "RETKOOP", replace(built.app.config["RETKOOP"], today=TODAY))
    monkeypatch.setattr(type(db.database), "connection_context", lambda proxy: nullcontext())
    return built


def is_refusal(said: str) -> bool:
    """Tell whether a person, or a program, was told that the year does not change any more."""
    # A phone has no account: it is told that its code is over, and no more.
    words = (CLOSED, SENT, "ou n’est plus valable")
    return any(word in said for word in words) or said[:3] == "409" or ("clos" in said and said[0] == "1")


@pytest.mark.parametrize("way", WAYS)
def test_it_is_refused_and_changes_nothing(world: World, way: str) -> None:
    for state in STATES if way in CAHIER else STATES[1:]:
        said, changed = world.tried(way, state)
        assert is_refusal(said), (state, said)
        assert not changed, state


@pytest.mark.parametrize("way", WAYS)
def test_an_open_year_takes_the_very_same(world: World, way: str) -> None:
    """Negative control: none of the ways is refused for another reason than the closing."""
    for state in ("open",) if way in CAHIER else ("open", "closed"):
        said, changed = world.tried(way, state)
        assert said == TAKEN, (state, said[-1500:])
        assert changed, state


def test_there_are_more_than_forty_and_every_frozen_table_is_among_them() -> None:
    assert len(WAYS) > 40
    assert len([way for way in WAYS if not way.startswith("SQL")]) > 40
    of_a_year = {table._meta.table_name for table in TABLES if "start_year" in table._meta.fields}
    assert of_a_year == {table._meta.table_name for table in CHANGED} | NOT_FROZEN


def test_every_command_is_among_them_or_named(session_app: Flask) -> None:
    found = dict(session_app.cli.commands)
    groups = [found.pop(name) for name in ("exercice", "compte", "fec", "releve")]
    leaves = set(found) - {"run", "shell", "routes"} | {name for group in groups for name in group.commands}
    assert leaves == OTHER_COMMANDS | {"importer"}


@pytest.mark.parametrize("state", ["open", *STATES])
def test_what_is_there_is_not_imported_again_nor_mixed_with_a_demo(world: World, state: str) -> None:
    with db.database.atomic() as everything:
        world.become(state)
        before = world.rows()
        for words in (["exercice", "importer", world.archive()], ["demo"]):
            with db.database.atomic() as step:
                said = world.run(*words)
                assert said[0] == "1", said
                assert world.rows() == before
                step.rollback()
        # Negative control: the same archive of a cooperative that is not there yet is taken.
        assert world.run("exercice", "importer", world.archive("075-0013")) == TAKEN
        everything.rollback()


def test_no_table_of_a_year_is_emptied_whatever_its_state(world: World) -> None:
    if not db.is_postgres():
        pytest.skip("SQLite has no TRUNCATE")
    for table in (*CHANGED, YearMove, Journal):
        with pytest.raises(PeeweeException, match=f"{CLOSED}|{SENT}|intouchable"), db.database.atomic():
            db.database.execute_sql(f"TRUNCATE {table._meta.table_name} CASCADE")
    with db.database.atomic() as step:
        db.database.execute_sql("TRUNCATE attempt")
        step.rollback()


def test_the_table_sees_a_hole(world: World) -> None:
    """Negative control: without the trigger of one table, its ways are taken, and the test fails."""
    with db.database.atomic() as everything:
        dropped = "project_closed ON project" if db.is_postgres() else "project_closed_update"
        db.database.execute_sql(f"DROP TRIGGER {dropped}")
        with pytest.raises(AssertionError):
            test_it_is_refused_and_changes_nothing(world, "SQL : UPDATE project")
        everything.rollback()
    test_it_is_refused_and_changes_nothing(world, "SQL : UPDATE project")
