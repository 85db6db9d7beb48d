"""The database: one proxy for SQLite and PostgreSQL, read-only requests, and transactions that are retried."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from urllib.parse import unquote, urlsplit

import apsw
from peewee import Database, DatabaseError, DatabaseProxy, PostgresqlDatabase
from playhouse.apsw_ext import APSWDatabase
from playhouse.migrations import Runner
from playhouse.pool import MaxConnectionsExceeded, PooledDatabase, PooledPostgresqlDatabase

from retkoop.errors import Busy, Conflict, Refusal

MIGRATIONS = Path(__file__).parent / "migrations"

# Requests that work at one moment in one process; the server's other threads wait for slow clients, without any.
POOL_SIZE = 40
BUSY_TIMEOUT = 10

# WAL with NORMAL lost acknowledged rows at a power cut; REPLACE slips under triggers without recursive_triggers.
PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "trusted_schema": 0,
    "cache_size": -16_000,
    "busy_timeout": BUSY_TIMEOUT * 1_000,
}
# SQLite up to 3.51.2 can corrupt a WAL database that several processes write.
OLDEST_SQLITE = (3, 51, 3)

# The words of our triggers, on both engines.
CLOSED = "exercice_clos"
SENT = "exercice_envoye"
USED = "version_en_usage"

database = DatabaseProxy()

# What the transaction under way notes of its own doing; None outside of one.
notes: ContextVar[list[Any] | None] = ContextVar("notes", default=None)

P = ParamSpec("P")
R = TypeVar("R")


class SqliteLedger(PooledDatabase, APSWDatabase):
    """SQLite through apsw, whose library is newer than Debian's; the pragmas are read back."""

    def _add_conn_hooks(self, conn: apsw.Connection) -> None:
        super()._add_conn_hooks(conn)
        conn.convert_binding = _as_text
        for name, expected in PRAGMAS.items():
            found = conn.pragma(name)
            if found != expected:
                raise RuntimeError(f"SQLite n’a pas pris le réglage {name} : {found!r} au lieu de {expected!r}.")

    def _is_closed(self, conn: apsw.Connection) -> bool:
        return False

    def _can_reuse(self, conn: apsw.Connection) -> bool:
        if not conn.getautocommit():
            conn.execute("rollback")
        return True


def _as_text(cursor: apsw.Cursor, number: int, value: Any) -> str:
    """Bind days and instants (peewee's own history of migrations has some) as ISO text."""
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"cannot bind a {type(value).__name__}")


def open_database(url: str) -> Database:
    """Open the database that a URL names: `sqlite:///path` or `postgresql://…`; refuse any other by name."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _open_sqlite(unquote(parts.path)[1:])
    if parts.scheme in ("postgresql", "postgres"):
        return _open_postgres(url)
    raise Refusal(f"Base de données inconnue : « {parts.scheme} » (attendu : sqlite ou postgresql).")


def _open_sqlite(path: str) -> Database:
    if APSWDatabase.server_version < OLDEST_SQLITE:
        raise Refusal("La bibliothèque SQLite est trop ancienne : relancez « make setup ».")
    Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return SqliteLedger(path, pragmas=list(PRAGMAS.items()), timeout=BUSY_TIMEOUT, max_connections=POOL_SIZE)


def _open_postgres(url: str) -> Database:
    # libpq reads the whole URL, sockets and options included, when it is given as the name of the database.
    return PooledPostgresqlDatabase(
        url.replace("postgres://", "postgresql://", 1),
        max_connections=POOL_SIZE,
        timeout=5,
        stale_timeout=600,
        prefer_psycopg3=True,
    )


def connect() -> bool:
    """Take a connection for this thread; tell whether it had none, and must then give this one back."""
    try:
        return bool(database.connect(reuse_if_open=True))
    except MaxConnectionsExceeded:
        raise Busy("Beaucoup de personnes travaillent au même moment. Réessayez dans un instant.") from None


@contextmanager
def given_back() -> Iterator[None]:
    """Give this thread's connection to others while something long is done without it; not in a transaction."""
    # Within a `connection_context`, which commands work in, it is closed by whoever opened it.
    if database.in_transaction() or database.is_closed() or database.obj._state.ctx:
        yield
        return
    database.close()
    try:
        yield
    finally:
        connect()


def is_postgres() -> bool:
    """Tell which engine is behind the proxy."""
    return isinstance(database.obj, PostgresqlDatabase)


def migrate() -> list[str]:
    """Bring the schema up to date; give the names of the steps that were run."""
    return list(Runner(database.obj, str(MIGRATIONS)).up())


def pending_migrations() -> list[str]:
    """Give the names of the steps that were not run yet."""
    return [step.name for step in Runner(database.obj, str(MIGRATIONS)).status() if step.applied is None]


@contextmanager
def reading() -> Iterator[None]:
    """Give one consistent, read-only view of the database: a write in it fails, whoever wrote the code."""
    if is_postgres():
        with database.atomic("REPEATABLE READ READ ONLY"):
            yield
        return
    database.execute_sql("PRAGMA query_only = 1")
    try:
        with database.atomic("DEFERRED"):
            yield
    finally:
        database.execute_sql("PRAGMA query_only = 0")


def writing(action: Callable[P, R]) -> Callable[P, R]:
    """Run an action in one transaction, again from its start when another write got in between.

    Inside a transaction that is already open it simply joins it.
    """

    @functools.wraps(action)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if database.in_transaction():
            return action(*args, **kwargs)
        return _retried(lambda: action(*args, **kwargs))

    return run


def _retried(work: Callable[[], R], attempts: int = 25) -> R:
    for attempt in range(attempts):
        noted = notes.set([])
        try:
            with database.atomic("SERIALIZABLE" if is_postgres() else "IMMEDIATE"):
                return work()
        # peewee leaves some of apsw's errors as they are, BusyError among them.
        except (DatabaseError, apsw.Error) as error:
            _refuse_unless_passing(error)
            time.sleep(random.uniform(0, 0.01 * (attempt + 1)))  # noqa: S311 spreading retries, no secret
        finally:
            notes.reset(noted)
    raise Busy("Beaucoup de personnes enregistrent au même moment. Réessayez dans un instant.")


def _refuse_unless_passing(error: Exception) -> None:
    """Return when the same work may succeed in a new transaction; otherwise raise what it means."""
    text = str(error)
    if CLOSED in text:
        raise Conflict("Cet exercice est clos : plus rien ne peut y être modifié.") from error
    if SENT in text:
        raise Conflict("Ce compte rendu est figé : il est entre les mains de l’association départementale.") from error
    if USED in text:
        raise Conflict("Un exercice clos repose sur cette version : elle ne change plus.") from error
    cause: Any = getattr(error, "orig", error)
    state = getattr(cause, "sqlstate", None)
    if state in ("40001", "40P01"):
        return
    # Two inserts took the same next number: under SERIALIZABLE the loser may meet the key before the conflict.
    if state == "23505" and "_pk" in text:
        return
    if isinstance(cause, apsw.BusyError):
        return
    raise error


def fetch(query: Any) -> list[tuple[Any, ...]]:
    """Fetch all the rows of a query in one step, as plain tuples."""
    rows: list[tuple[Any, ...]] = database.execute(query).fetchall()
    return rows
