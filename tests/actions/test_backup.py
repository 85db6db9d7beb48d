"""Saving a whole instance and putting it back, on the same engine or the other; a damaged file changes nothing."""

from __future__ import annotations

import contextlib
import hashlib
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from peewee import PeeweeException

from retkoop import db, reminders
from retkoop.actions import backup, jobs, mails, people
from retkoop.actions.activity_report import save_report
from retkoop.actions.years import close_year
from retkoop.association import TABLES, Job
from retkoop.audit import OPERATOR, now
from retkoop.db import database, fetch
from retkoop.errors import Refusal
from retkoop.models import Department, Entry, Journal, Scan, Year
from retkoop.questionnaire import Answers
from retkoop.school_year import SchoolYear
from retkoop.storage import FileStorage
from tests.conftest import TODAY
from tests.factories import SOMEONE, a_case, a_coop, a_person, a_year, an_entry


def content() -> dict[str, list[str]]:
    """Give every row of the instance, as the fields' own types show them; but the month of the last reminders."""
    shown = {t: [field for field in t._meta.sorted_fields if field is not Department.reminded_month] for t in TABLES}
    return {t._meta.table_name: sorted(repr(row) for row in t.select(*shown[t]).tuples()) for t in TABLES}


@pytest.fixture
def storage(app: Flask) -> FileStorage:
    found: FileStorage = app.config["STORAGE"]
    return found


@pytest.fixture
def saved(storage: FileStorage, tmp_path: Path) -> Path:
    """Save an instance with a closed year, an open one, people and scans."""
    key = a_case("ecole-du-bourg", storage)
    close_year(OPERATOR, key, lambda: TODAY)
    an_entry(a_year(a_coop("075-0900")), label="Élève ’«é» \u2028 语")
    save_report(OPERATOR, key, Answers().fingerprint, {"nb_classes": "6"}, passing=True)
    a_person("abc", coop_identifier=key.coop)
    people.sign_in("abc", "faux", "127.0.0.1")
    path = tmp_path / "sauvegarde.zip"
    assert backup.save(path, storage) == sum(len(rows) for rows in content().values())
    return path


def test_what_was_saved_comes_back_row_for_row_and_frozen(saved: Path, storage: FileStorage) -> None:
    before, key = content(), a_year(a_coop("075-0901"))
    an_entry(key)
    kept = backup.restore(saved, storage)
    assert content() == before
    assert kept is not None
    assert zipfile.is_zipfile(kept)
    closed = Year.get(Year.state == "closed")
    with pytest.raises(PeeweeException, match="exercice_clos"):
        Entry.update(label="x").where(Entry.coop == closed.coop).execute()
    with pytest.raises(PeeweeException, match="intouchable"):
        Journal.delete().execute()


def test_what_was_there_before_can_be_put_back(saved: Path, storage: FileStorage) -> None:
    an_entry(a_year(a_coop("075-0901")))
    before = content()
    kept = backup.restore(saved, storage)
    assert kept is not None
    assert content() != before
    backup.restore(kept, storage)
    assert content() == before


def test_an_older_saving_sends_no_reminder_at_once(saved: Path, storage: FileStorage) -> None:
    mails.set_reminder_day(SOMEONE, "075", 5)
    Department.update(reminded_month="2025-06").execute()
    backup.save(saved, storage)
    reminders.ask_for_due(date(2025, 9, 5))
    assert [row.kind for row in Job.select()] == ["rappel"]
    backup.restore(saved, storage, date(2025, 9, 20))
    reminders.ask_for_due(date(2025, 9, 20))
    assert not Job.select().exists()
    reminders.ask_for_due(date(2025, 10, 5))
    assert [row.kind for row in Job.select()] == ["rappel"]


def test_work_that_waited_or_was_under_way_is_not_done_again(saved: Path, storage: FileStorage) -> None:
    asked = [jobs.ask(SOMEONE, "075", "lettres", SchoolYear(start)) for start in (2023, 2024, 2025)]
    for digest in ("", "0" * 64):
        row = jobs.claim("ailleurs:1", now())
        assert row is not None
        if digest:
            jobs.finish(row, digest, "lettres.pdf", 5)
    backup.save(saved, storage)
    backup.restore(saved, storage)
    found = [jobs.job_of("075", number) for number in asked]
    assert [row.state for row in found] == ["cancelled", "done", "cancelled"]
    assert [row.error for row in found] == [jobs.RESTORED, "", jobs.RESTORED]
    assert jobs.claim("ailleurs:2", now() + timedelta(days=1)) is None


def test_two_savings_of_one_state_hold_the_same(saved: Path, storage: FileStorage, tmp_path: Path) -> None:
    backup.save(tmp_path / "encore.zip", storage)
    with zipfile.ZipFile(saved) as first, zipfile.ZipFile(tmp_path / "encore.zip") as second:
        assert {n: first.read(n) for n in first.namelist()} == {n: second.read(n) for n in second.namelist()}
    assert not list(tmp_path.glob(".sauvegarde-*"))


@pytest.fixture
def elsewhere(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give a new, empty database of the other engine."""
    if engine == "postgres":
        yield f"sqlite:///{tmp_path}/ailleurs.db"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"ailleurs_{hashlib.sha256(str(tmp_path).encode()).hexdigest()[:16]}"
    yield server.create(name)
    server.drop(name)


def test_it_moves_to_the_other_engine_with_its_scans(
    saved: Path, storage: FileStorage, elsewhere: str, tmp_path: Path
) -> None:
    before, here, other = content(), database.obj, FileStorage(tmp_path / "autres")
    there = db.open_database(elsewhere)
    db.database.initialize(there)
    try:
        with there.connection_context():
            assert backup.restore(saved, other) is None
            assert content() == before
            assert all(other.get(digest) == storage.get(digest) for (digest,) in fetch(Scan.select(Scan.digest)))
            an_entry(next(backup_key for backup_key in open_years()))
    finally:
        there.close_all()
        db.database.initialize(here)


def open_years() -> Iterator[Any]:
    from retkoop.models import key_of

    return (key_of(year) for year in Year.select().where(Year.state == "open"))


def test_a_file_of_before_the_questionnaire_leaves_the_one_that_the_migrations_load(
    saved: Path, storage: FileStorage
) -> None:
    with zipfile.ZipFile(saved) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    later = [f"tables/{name}.jsonl" for name in ("questionnaire", "activity_report", "activity_answer")]
    told = json.loads(members["manifeste.json"])
    told["schema"] = [step for step in told["schema"] if step < "0005"]
    told["tables"] = {name: digest for name, digest in told["tables"].items() if name not in later}
    with zipfile.ZipFile(saved, "w") as archive:
        for name in members.keys() - {"manifeste.json", *later}:
            archive.writestr(name, members[name])
        archive.writestr("manifeste.json", json.dumps(told))
    before = content()
    backup.restore(saved, storage)
    assert len(before["questionnaire"]) == 1
    assert content() == {**before, "activity_report": [], "activity_answer": []}


Damage = Callable[[dict[str, bytes]], None]


def without(name: str) -> Damage:
    return lambda members: members.pop(next(m for m in members if m.startswith(name))) and None


def spoilt(name: str) -> Damage:
    def spoil(members: dict[str, bytes]) -> None:
        found = next(m for m in members if m.startswith(name))
        members[found] += b"\n"

    return spoil


def manifest(**values: Any) -> Damage:
    def spoil(members: dict[str, bytes]) -> None:
        members["manifeste.json"] = json.dumps({**json.loads(members["manifeste.json"]), **values}).encode()

    return spoil


DAMAGES: dict[str, Damage] = {
    "a table is gone": without("tables/entry"), "a table was changed": spoilt("tables/entry"),
    "no manifest": without("manifeste"), "garbage for a manifest": lambda m: m.update({"manifeste.json": b"[]"}),
    "a scan is gone": without("pieces/"), "a scan was changed": spoilt("pieces/"),
    "another format": manifest(format="autre"), "a later version": manifest(version=2),
    "nothing to check": manifest(tables={}), "tables that are none": manifest(tables=[1]),
    "a schema of tomorrow": manifest(schema=["0001_initial", "9999_demain"]),
}  # fmt: skip


def refused(path: Path, storage: FileStorage) -> None:
    before = content()
    with pytest.raises(Refusal) as refusal:
        backup.restore(path, storage)
    assert refusal.value.message.endswith(".")
    assert content() == before


def test_a_file_that_is_damaged_is_refused_before_anything_is_touched(
    saved: Path, storage: FileStorage, tmp_path: Path
) -> None:
    with zipfile.ZipFile(saved) as archive:
        sound = {name: archive.read(name) for name in archive.namelist()}
    for name, damage in DAMAGES.items():
        members = dict(sound)
        damage(members)
        path = tmp_path / "abimee.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for member, data in members.items():
                archive.writestr(member, data)
        try:
            refused(path, storage)
        except pytest.fail.Exception as taken:
            raise AssertionError(name) from taken
    assert not list(tmp_path.glob("avant-restauration-*"))


def test_random_damage_is_refused_or_harmless(saved: Path, storage: FileStorage, tmp_path: Path) -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    chance, data, before = random.Random(seed), saved.read_bytes(), content()
    for _ in range(25):
        spoiled = bytearray(data)
        for _ in range(3):
            spoiled[chance.choice([chance.randrange(len(data)), -chance.randrange(1, 900)])] ^= 1 << chance.randrange(8)
        path = tmp_path / "abimee.zip"
        path.write_bytes(bytes(spoiled))
        with contextlib.suppress(Refusal):
            backup.restore(path, storage)
        assert content() == before, seed


@pytest.mark.parametrize("data", [b"", b"PK", b"rien du tout"])
def test_what_is_no_archive_is_refused(saved: Path, storage: FileStorage, data: bytes) -> None:
    saved.write_bytes(data)
    refused(saved, storage)


def test_a_saving_that_fails_leaves_the_one_before_and_no_rubbish(saved: Path, storage: FileStorage) -> None:
    before = saved.read_bytes()
    for path in storage.folder.rglob("*"):
        if path.is_file():
            path.unlink()
    with pytest.raises(Refusal):
        backup.save(saved, storage)
    assert saved.read_bytes() == before
    assert not list(saved.parent.glob(".sauvegarde-*"))


def test_a_loading_that_fails_halfway_leaves_everything(
    saved: Path, storage: FileStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_entry(a_year(a_coop("075-0901")), SOMEONE)
    before = content()
    monkeypatch.setattr(backup, "_close_again", lambda archive: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        backup.restore(saved, storage)
    assert content() == before
