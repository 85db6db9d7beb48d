"""A backup taken while people write is one moment of the instance, whole, on the same engine and on the other."""

from __future__ import annotations

import copy
import json
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from retkoop.actions.backup import save
from retkoop.actions.exchange import export_archive
from retkoop.db import database
from retkoop.models import Allocation, Entry, Journal, Year, YearKey, find_coop
from retkoop.storage import FileStorage
from tests.factories import PASSWORD, an_entry
from tests.server.conftest import book_of, opened, typed
from tests.server.test_durability import LINES, losses
from tests.support.server import Client, Server, environment_of, flask, serving

WRITERS = 2
# Enough rows for a backup to last longer than a write.
ALREADY = 400
MOMENTS = 5
Look = Callable[[], AbstractContextManager[None]]


@contextmanager
def people_writing(server: Server, key: YearKey, sent: set[str]) -> Iterator[None]:
    """Let people add entries without pause."""
    over = threading.Event()
    faults: list[Any] = []
    person = Client(server.port).sign_in("075-0001", PASSWORD)
    person.get(book_of(key))

    def write(tab: Client, name: int) -> None:
        rank = 0
        while not over.is_set():
            rank += 1
            sent.add(label := f"{name}-{rank}")
            answer = tab.post(book_of(key), typed(label))
            if answer.status != 303:
                faults.append(answer)

    people = [threading.Thread(target=write, args=(person.twin(), n)) for n in range(WRITERS)]
    for one in people:
        one.start()
    try:
        yield
    finally:
        over.set()
        for one in people:
            one.join(30)
    assert faults == []


def document_of(key: YearKey, storage: FileStorage) -> dict[str, Any]:
    """Give `exercice.json` of the database that is open."""
    coop = find_coop(key.coop)
    assert coop is not None
    archive = zipfile.ZipFile(BytesIO(export_archive(coop, Year.get(key.of(Year)), storage)))
    found: dict[str, Any] = json.loads(archive.read("exercice.json"))
    return found


def is_a_moment_of(restored: dict[str, Any], latest: dict[str, Any]) -> bool:
    """Tell whether a year is as it was at some moment, when all that happened since is that entries were added."""
    then = latest["ecritures"][: len(restored["ecritures"])]
    return restored == {**latest, "ecritures": then}


def rows_of(archive: zipfile.ZipFile, table: Any) -> list[dict[str, Any]]:
    """Read a table of a backup: the names of its columns, then its rows."""
    names, *rows = map(json.loads, archive.read(f"tables/{table._meta.table_name}.jsonl").splitlines())
    return [dict(zip(names, row, strict=True)) for row in rows]


def torn_rows(saved: Path) -> list[str]:
    """Give what cannot have been at one moment: entries, their lines and the journal that do not match."""
    with zipfile.ZipFile(saved) as archive:
        rows = {table: rows_of(archive, table) for table in (Entry, Allocation, Journal)}
    numbers = {row["number"] for row in rows[Entry]}
    lines = Counter(row["entry"] for row in rows[Allocation])
    told = Counter(row["subject"] for row in rows[Journal] if row["action"] == "ajout")
    found = [] if told == Counter(f"ecriture:{number}" for number in numbers) else ["journal"]
    return found if lines == Counter(dict.fromkeys(numbers, 2)) else [*found, "lines"]


def fresh_ones(engine: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """Give new databases to restore into: of the same engine, and PostgreSQL always."""
    if engine == "sqlite":
        yield f"sqlite:///{folder}/restored.db"
    server = request.getfixturevalue("postgres_server")
    name = f"restored_{folder.parent.name}_{folder.name}".replace("-", "_").lower()[-60:]
    request.addfinalizer(lambda: server.drop(name))
    yield server.create(name)


def test_a_backup_amid_writes_restores_to_one_moment(
    database_url: str, engine: str, year: YearKey, look: Look, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    sent = {f"avant {n}" for n in range(ALREADY)}
    with look(), database.atomic():
        for label in sent:
            an_entry(year, label=label, voucher="", allocations=LINES)
    storage, saved = FileStorage(tmp_path / "pieces"), tmp_path / "sauvegarde.zip"
    with serving(database_url, tmp_path) as server, people_writing(server, year, sent):
        time.sleep(0.3)
        with look():
            before = Entry.select().count()
        flask(environment_of(database_url, tmp_path), "sauvegarde", str(saved))
        with look():
            after = Entry.select().count()
        with look():
            for rank in range(MOMENTS):
                save(tmp_path / f"{rank}.zip", storage)
    assert [torn_rows(tmp_path / f"{rank}.zip") for rank in range(MOMENTS)] == [[]] * MOMENTS
    with look():
        latest = document_of(year, storage)
    assert ALREADY < before < after
    for url in fresh_ones(engine, request, tmp_path):
        flask(environment_of(url, tmp_path / "other"), "restauration", str(saved))
        with opened(url):
            restored = document_of(year, storage)
            assert losses(year, set(), sent) == []
        assert before <= len(restored["ecritures"]) <= after
        assert is_a_moment_of(restored, latest)


def test_that_check_notices_torn_rows(year: YearKey, look: Look, tmp_path: Path) -> None:
    saved, storage = tmp_path / "s.zip", FileStorage(tmp_path / "pieces")
    with look():
        for _ in range(2):
            an_entry(year, allocations=LINES)
        save(saved, storage)
        assert torn_rows(saved) == []
        database.execute_sql("DELETE FROM allocation WHERE entry = 2")
        save(saved, storage)
        assert torn_rows(saved) == ["lines"]
        database.execute_sql("DELETE FROM entry WHERE number = 2")
        save(saved, storage)
        assert torn_rows(saved) == ["journal"]


def test_that_check_notices_what_no_moment_held() -> None:
    latest = {"debut": "2024", "ecritures": [{"pj": str(n), "ventilation": [n]} for n in range(5)]}
    assert is_a_moment_of({**latest, "ecritures": latest["ecritures"][:3]}, latest)
    torn = copy.deepcopy(latest)
    del torn["ecritures"][1]
    bare = copy.deepcopy(latest)
    bare["ecritures"][4]["ventilation"] = []
    assert not is_a_moment_of(torn, latest)
    assert not is_a_moment_of(bare, latest)
