"""The tests' own PostgreSQL: private, unprivileged, gone afterwards."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from playhouse import db_url

from tests.support.postgres import PostgresServer

ROOT = Path(__file__).parent.parent
START_AND_REPORT = """
import sys
from tests.support.postgres import PostgresServer
server = PostgresServer.start()
print(server.folder, server.pid(), flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def template(postgres_server: PostgresServer) -> Iterator[str]:
    name = f"harness_template_{os.getpid()}"
    with psycopg.connect(postgres_server.create(name)) as connection:
        connection.execute("CREATE TABLE coop (name text)")
        connection.execute("INSERT INTO coop VALUES ('École du Bourg')")
    yield name
    postgres_server.drop(name)


def test_it_does_not_run_as_root(postgres_server: PostgresServer) -> None:
    assert Path(f"/proc/{postgres_server.pid()}").stat().st_uid != 0


def test_it_listens_on_no_network_address(postgres_server: PostgresServer) -> None:
    with psycopg.connect(postgres_server.url("postgres")) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SELECT inet_server_addr()").fetchone() == (None,)
    with socket.create_server(("127.0.0.1", 0)):
        assert listening_inodes() & socket_inodes(os.getpid()), "the next line would prove nothing"
    assert not listening_inodes() & socket_inodes(postgres_server.pid())


def test_it_stores_unicode_and_sorts_by_code_point(postgres_server: PostgresServer) -> None:
    with psycopg.connect(postgres_server.url("postgres")) as connection:
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        assert connection.execute("SELECT 'é' < 'z'").fetchone() == (False,)


def test_it_copies_a_database_from_a_template(postgres_server: PostgresServer, template: str) -> None:
    copy = f"harness_copy_{os.getpid()}"
    with psycopg.connect(postgres_server.create(copy, template=template)) as connection:
        assert connection.execute("SELECT name FROM coop").fetchone() == ("École du Bourg",)
        postgres_server.drop(copy)  # although somebody is connected
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(postgres_server.url(copy))


def test_its_addresses_suit_peewee(postgres_server: PostgresServer) -> None:
    database = db_url.connect(postgres_server.url("postgres"), prefer_psycopg3=True)
    with database.connection_context():
        assert database.execute_sql("SELECT current_user").fetchone() == ("retkoop",)


def test_it_leaves_nothing_behind_when_stopped() -> None:
    with PostgresServer.start() as server:
        pid = server.pid()
    assert_gone(server.folder, pid)


@pytest.mark.parametrize("ending", ["forgotten", "killed"])
def test_it_leaves_nothing_behind_when_its_parent(ending: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", START_AND_REPORT],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout
        folder, pid = parent.stdout.readline().split()
        assert Path(folder).is_dir()
        if ending == "killed":
            parent.send_signal(signal.SIGKILL)
        parent.communicate("end\n" if ending == "forgotten" else None)
    assert_gone(Path(folder), int(pid))


def assert_gone(folder: Path, pid: int) -> None:
    wait_for(lambda: not Path(f"/proc/{pid}").exists())
    wait_for(lambda: not folder.exists())


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "still there"
        time.sleep(0.02)


def listening_inodes() -> set[str]:
    """Return the inodes of all listening TCP sockets of the machine."""
    tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
    rows = [row.split() for table in tables if table.exists() for row in table.read_text().splitlines()[1:]]
    return {row[9] for row in rows if row[3] == "0A"}


def socket_inodes(pid: int) -> set[str]:
    """Return the inodes of the sockets that a process holds."""
    links = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed in between
            links.append(os.readlink(entry))
    return {link.removeprefix("socket:[").rstrip("]") for link in links if link.startswith("socket:[")}
