"""Fixtures common to all tests: every test that touches the database runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import functools
import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask

from retkoop import db, passwords
from retkoop.actions import exchange
from retkoop.application import create_app
from retkoop.config import Config
from retkoop.storage import FileStorage
from tests.support.postgres import roomy_place

pytest_plugins = ["tests.support.postgres_plugin"]

TESTS = Path(__file__).parent
ENGINES = ("sqlite", "postgres")
TODAY = date(2025, 9, 5)
_numbers = itertools.count()


# What is shown does not depend on the engine, and every query has a test on both elsewhere (models, actions, the walk
# through all routes, the count of statements): these run on SQLite alone, but for the journeys.
ON_ONE_ENGINE = ("browser", "views", "test_fragments.py")
JOURNEYS = ("test_journey.py", "test_by_hand.py")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what drives a browser: its long tests, left for the end, would keep one process alone at work."""
    spared = [item for item in items if _is_spared(item)]
    config.hook.pytest_deselected(items=spared)
    items[:] = [item for item in items if not _is_spared(item)]
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


def _is_spared(item: pytest.Item) -> bool:
    """Tell a test on PostgreSQL of what runs on SQLite alone."""
    engine = getattr(item, "callspec", None) and item.callspec.params.get("engine")
    place = item.path.relative_to(TESTS)
    return engine == "postgres" and place.parts[0] in ON_ONE_ENGINE and place.name not in JOURNEYS


def pytest_unconfigure(config: pytest.Config) -> None:
    """End with the bare names of what failed: a log cut to its last lines still tells them."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    for outcome in ("failed", "error") if reporter else ():
        for report in reporter.getreports(outcome):
            reporter.write_line(f"{outcome}: {report.nodeid}")


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    """Hash at the lowest cost: nearly every test signs somebody in; tests/test_passwords.py knows the real cost."""
    passwords._HASHER = PasswordHasher(memory_cost=8, time_cost=1, parallelism=1)
    passwords._DECOY = passwords._HASHER.hash("quelqu’un d’inconnu")


@pytest.fixture(scope="session", autouse=True)
def scans_cleaned_once() -> None:
    """Clean each scan of an archive once: hundreds of tests begin with the same years; `documents` is left alone."""
    exchange.clean = functools.lru_cache(maxsize=256)(exchange.clean)


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Name the engine of this run of the test."""
    return str(request.param)


@pytest.fixture(scope="session")
def fresh_database(engine: str, request: pytest.FixtureRequest) -> Callable[[], tuple[str, Callable[[], None]]]:
    """Give a maker of migrated, empty databases: (url, how to drop it)."""
    # Each template is made once: pytest sets this fixture up again whenever the engine changes.
    template = request.getfixturevalue(f"{engine}_template")
    if engine == "sqlite":
        bases = request.getfixturevalue("sqlite_bases")

        def copy() -> tuple[str, Callable[[], None]]:
            path = bases / str(next(_numbers)) / "retkoop.db"
            path.parent.mkdir()
            shutil.copy(template, path)
            return f"sqlite:///{path}", lambda: shutil.rmtree(path.parent)

        return copy

    server = request.getfixturevalue("postgres_server")

    def create() -> tuple[str, Callable[[], None]]:
        base = f"{template}_{next(_numbers)}"
        return server.create(base, template=template), lambda: server.drop(base)

    return create


@pytest.fixture(scope="session")
def sqlite_bases() -> Iterator[Path]:
    """Give where the databases of the tests lie: in memory, where no test waits for a disk, when there is room."""
    with tempfile.TemporaryDirectory(prefix="retkoop-sqlite-", dir=roomy_place()) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of a migrated, empty database."""
    template = tmp_path_factory.mktemp("template") / "template.db"
    _migrated(f"sqlite:///{template}")
    return template


@pytest.fixture(scope="session")
def postgres_template(request: pytest.FixtureRequest) -> str:
    """Give the name of a migrated, empty database of this worker."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "master")
    name = f"t_{worker}"
    _migrated(request.getfixturevalue("postgres_server").create(name))
    return name


def _migrated(url: str) -> None:
    database = db.open_database(url)
    db.database.initialize(database)
    with database.connection_context():
        db.migrate()
    database.close_all()


@pytest.fixture(scope="session")
def session_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Make the application once; each test gives it a database of its own."""
    folder = tmp_path_factory.mktemp("instance")
    config = Config(f"sqlite:///{folder}/unused.db", f"file:{folder}/pieces", "secret-of-the-tests" * 3, today=TODAY)
    app = create_app(config)
    app.config["TESTING"] = True
    return app


@pytest.fixture
def database_url(fresh_database: Callable[[], tuple[str, Callable[[], None]]]) -> Iterator[str]:
    """Give the URL of a migrated, empty database of this test's own."""
    url, drop = fresh_database()
    yield url
    drop()


@pytest.fixture
def app(session_app: Flask, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Give the application over an empty database and an empty storage, its connection open."""
    database = db.open_database(database_url)
    db.database.initialize(database)
    session_app.config["STORAGE"] = FileStorage(tmp_path / "pieces")
    session_app.config["RETKOOP"] = replace(session_app.config["RETKOOP"], today=TODAY, database_url=database_url)
    database.connect()
    # No application context here: Flask would share its `g`, and who is signed in, between all the requests of a test.
    yield session_app
    database.close_all()
