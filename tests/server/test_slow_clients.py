"""Clients that dribble their headers, or stall in the middle of what they send, do not stop the others."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from retkoop.models import YearKey
from tests.factories import PASSWORD
from tests.server.conftest import book_of, typed
from tests.support.server import Answer, Client, Server, serving

DRIBBLING, STALLED = 100, 200
SECONDS = 8.0
HEADERS = b"GET /connexion HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
HALF_SENT = (
    b"POST /connexion HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 2000\r\n\r\n" + b"identifiant=x&" * 70
)


@contextmanager
def slow_clients(server: Server, dribbling: int, stalled: int) -> Iterator[None]:
    """Hold connections: some send a byte of their headers each second, some half of what they announced."""
    over = threading.Event()
    with ExitStack() as held:
        connections = [
            held.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=5))
            for _ in range(dribbling + stalled)
        ]
        for rank, connection in enumerate(connections):
            connection.sendall(HEADERS if rank < dribbling else HALF_SENT)

        def dribble() -> None:
            while not over.wait(1):
                for connection in connections[:dribbling]:
                    with suppress(OSError):
                        connection.sendall(b"a")

        dribbler = threading.Thread(target=dribble)
        dribbler.start()
        try:
            time.sleep(1)  # until each of them holds all that it can hold
            yield
        finally:
            over.set()
            dribbler.join(10)


def asked_at_once(server: Server, seconds: float, times: int = 4) -> list[Answer | None]:
    """Ask for two pages from several browsers at once; None where nothing came in time."""

    def ask(address: str) -> Answer | None:
        try:
            return Client(server.port, seconds).get(address)
        except OSError:
            return None

    with ThreadPoolExecutor(2 * times) as threads:
        return list(threads.map(ask, ["/etat", "/connexion"] * times))


def test_the_others_are_answered(database_url: str, year: YearKey, tmp_path: Path) -> None:
    with serving(database_url, tmp_path) as server:
        person = Client(server.port, SECONDS).sign_in("075-0001", PASSWORD)
        person.get(book_of(year))
        with slow_clients(server, DRIBBLING, STALLED):
            for _ in range(3):
                answers = asked_at_once(server, SECONDS)
                assert [answer and answer.status for answer in answers] == [200] * len(answers)
            assert person.get(book_of(year)).status == 200
            assert person.post(book_of(year), typed("pendant ce temps")).status == 303
        assert server.said() == ""


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True, scope="session")
def test_that_check_notices_a_server_with_one_thread(database_url: str, tmp_path: Path) -> None:
    few = ("--workers", "1", "--blocking-threads", "1")
    with serving(database_url, tmp_path, few) as server:
        assert None not in asked_at_once(server, SECONDS)
        with slow_clients(server, 0, 30):
            assert None in asked_at_once(server, 2)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True, scope="session")
def test_a_stalled_client_does_not_keep_the_server_from_stopping(database_url: str, tmp_path: Path) -> None:
    with serving(database_url, tmp_path) as server, slow_clients(server, 1, 1):
        assert server.stops_within(20)
