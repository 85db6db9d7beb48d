"""A private PostgreSQL server for the tests, from the machine's binaries: unix socket only, nothing kept."""

from __future__ import annotations

import atexit
import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
from psycopg import sql

SUPERUSER = "retkoop"
START_SECONDS = 30.0
STOP_SECONDS = 15.0
# A copied database takes 8 MB, the journal up to max_wal_size.
MEMORY_BYTES = 1 << 30

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "timezone": "UTC",
    # Nothing here outlives the run, so nothing needs to survive a crash.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "max_wal_size": "256MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}

# Stays beside the server. Its standard input is a pipe of the tests' process: it ends when that process
# ends, however it ends (even by SIGKILL), and then the server is stopped and the folder removed.
SUPERVISOR = """
folder=$1; shift
exec 3<&0
"$@" </dev/null 3<&- >"$folder/log" 2>&1 &
server=$!
( read -r _ <&3; kill -QUIT "$server" ) >/dev/null 2>&1 &
watcher=$!
wait "$server"
kill "$watcher" 2>/dev/null
cd /
rm -rf "$folder"
"""


class PostgresError(RuntimeError):
    """Raised when no server can be started; the message says what is missing."""


class PostgresServer:
    """A running server, either started here (`start`) or by another process of the run (`attach`)."""

    def __init__(self, folder: Path, supervisor: subprocess.Popen[bytes] | None = None) -> None:
        self.folder = folder
        self._supervisor = supervisor
        self._starter = os.getpid()

    @classmethod
    def start(cls) -> PostgresServer:
        """Make an empty cluster in a temporary folder and start it; raise PostgresError when impossible."""
        binaries = find_binaries()
        folder = Path(tempfile.mkdtemp(prefix="retkoop-pg-", dir=roomy_place()))
        try:
            owner = _unprivileged(folder)
            _initdb(binaries, folder, owner)
            server = cls(folder, _supervise(binaries, folder, owner))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        atexit.register(server.stop)
        server._wait_until_ready()
        return server

    @classmethod
    def attach(cls, folder: str | Path) -> PostgresServer:
        """Use the server that another process started in that folder, and will stop."""
        return cls(Path(folder))

    def stop(self) -> None:
        """Stop the server and remove its folder; safe to repeat, and without effect in other processes."""
        if self._supervisor is None or os.getpid() != self._starter:
            return
        supervisor, self._supervisor = self._supervisor, None
        atexit.unregister(self.stop)
        if supervisor.stdin:
            supervisor.stdin.close()
        try:
            supervisor.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(OSError):
                os.kill(self.pid(), 9)
            supervisor.wait(STOP_SECONDS)

    def __enter__(self) -> PostgresServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def url(self, database: str) -> str:
        """Return an address that libpq, psycopg and playhouse.db_url all accept."""
        query = urlencode({"host": str(self.folder), "user": SUPERUSER}, safe="/")
        return f"postgresql:///{database}?{query}"

    def create(self, database: str, template: str | None = None) -> str:
        """Create a database, as a copy of `template` if given (nobody may be connected to it)."""
        with self._connect() as connection:
            statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database))
            if template is not None:
                statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
            if connection.info.server_version >= 150000:
                # Without fsync, copying files takes less than half the time of the default (WAL_LOG).
                statement += sql.SQL(" STRATEGY FILE_COPY")
            connection.execute(statement)
        return self.url(database)

    def drop(self, database: str) -> None:
        """Drop a database if it exists, closing what is still connected to it."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
        with self._connect() as connection:
            connection.execute(statement)

    def pid(self) -> int:
        """Return the number of the server's process."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(self.url("postgres"), autocommit=True)

    def _wait_until_ready(self) -> None:
        supervisor = self._supervisor
        deadline = time.monotonic() + START_SECONDS
        log = ""
        while supervisor is not None and supervisor.poll() is None and time.monotonic() < deadline:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                with contextlib.suppress(OSError):
                    log = (self.folder / "log").read_text(errors="replace")[-2000:]
                time.sleep(0.02)
            else:
                return
        self.stop()
        raise PostgresError(f"PostgreSQL did not start.\n{log}")


def find_binaries() -> Path:
    """Return the folder of the newest initdb and postgres of the machine."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: float(folder.parent.name) if folder.parent.name.isdigit() else 0,
        reverse=True,
    )
    on_path = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    for folder in [*debian, *on_path, *_pg_config()]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise PostgresError("PostgreSQL is not installed (Debian package: postgresql): scripts/setup.sh tests")


def roomy_place() -> str:
    """Return where to put a cluster or small databases: in memory when there is room (30 times faster than on disk).

    Never tempfile's default, which may be long: the path of a unix socket is limited to 107 bytes.
    """
    with contextlib.suppress(OSError):
        if shutil.disk_usage("/dev/shm").free > MEMORY_BYTES and os.access("/dev/shm", os.W_OK | os.X_OK):
            return "/dev/shm"
    return "/tmp"


def _pg_config() -> list[Path]:
    program = shutil.which("pg_config")
    if program is None:
        return []
    return [Path(subprocess.run([program, "--bindir"], capture_output=True, text=True).stdout.strip())]


def _unprivileged(folder: Path) -> dict[str, Any]:
    """Return the Popen arguments that leave root, which PostgreSQL refuses; give the folder to that user."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise PostgresError("Running as root, and there is no user postgres or nobody to start PostgreSQL as.")


def _environment() -> dict[str, str]:
    """Return a bare environment: the user's PG* variables must not lead elsewhere."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}


def _initdb(binaries: Path, folder: Path, owner: dict[str, Any]) -> None:
    # trust: whoever can enter the folder (mode 0700) may connect, and nobody else can.
    command = [str(binaries / "initdb"), "-D", str(folder / "data"), "-U", SUPERUSER, "--auth", "trust"]
    command += ["--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions"]
    done = subprocess.run(command, cwd=folder, env=_environment(), capture_output=True, text=True, **owner)
    if done.returncode:
        raise PostgresError(f"initdb failed.\n{done.stderr[-2000:]}")


def _supervise(binaries: Path, folder: Path, owner: dict[str, Any]) -> subprocess.Popen[bytes]:
    command = [str(binaries / "postgres"), "-D", str(folder / "data"), "-k", str(folder)]
    for name, value in SETTINGS.items():
        command += ["-c", f"{name}={value}"]
    return subprocess.Popen(
        ["/bin/sh", "-c", SUPERVISOR, "postgres-supervisor", str(folder), *command],
        cwd=folder,
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl+C goes to the tests, which then stop the server
        **owner,
    )
