"""Files sent to the real server: cut at any point, or the server killed, a scan is whole or absent."""

from __future__ import annotations

import hashlib
import random
import socket
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from retkoop.models import Scan, YearKey
from retkoop.storage import FileStorage
from retkoop.views.shared import LARGEST_SENDING
from tests.factories import PASSWORD, an_entry
from tests.server.conftest import book_of, opened, seeded
from tests.support.ledger_checks import told
from tests.support.papers import a_scan
from tests.support.server import Client, Server, serving

Look = Callable[[], AbstractContextManager[None]]
CUTS = 24
SENDERS = 2


@pytest.fixture
def place(year: YearKey, database_url: str) -> str:
    """Give the address of the scans of an entry."""
    with opened(database_url):
        an_entry(year)
    return f"{book_of(year)}/ecritures/1/pieces"


def picture(chance: random.Random) -> bytes:
    """Draw a sheet like no other, of some 100 kB."""
    out = BytesIO()
    Image.frombytes("L", (300, 300), chance.randbytes(90_000)).save(out, "PNG")
    return out.getvalue()


def request_of(client: Client, place: str, data: bytes) -> bytes:
    """Write what a browser sends with a file."""
    fields = f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{client.token}\r\n'
    file = '--x\r\nContent-Disposition: form-data; name="fichiers"; filename="photo.png"\r\n\r\n'
    body = (fields + file).encode() + data + b"\r\n--x--\r\n"
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    head = (
        f"POST {place} HTTP/1.1\r\nHost: 127.0.0.1:{client.port}\r\nCookie: {cookies}\r\nConnection: close\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def send(port: int, data: bytes, wait: bool = True) -> bytes:
    """Send bytes, then read the beginning of the answer, or close at once."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(data)
        return line.recv(12) if wait else b""


def faults(key: YearKey, storage: FileStorage) -> list[str]:
    """Give everything that is wrong with the scans of a year: bytes that are not whole, lines that are not there."""
    found = []
    rows = list(Scan.select().where(key.of(Scan)))
    for row in rows:
        for digest in (row.digest, row.source_digest, row.thumb_digest):
            if not storage.has(digest) or hashlib.sha256(storage.get(digest)).hexdigest() != digest:
                found.append(f"scan {row.number}: {digest} is not whole")
    added = sorted(subject for _, subject, _, _ in told(key, "ajout") if subject.startswith("piece:"))
    if added != sorted(f"piece:{row.number}" for row in rows):
        found.append(f"journal: {added}")
    return found


def test_an_upload_that_is_cut_leaves_a_whole_scan_or_none(
    database_url: str, year: YearKey, place: str, look: Look, tmp_path: Path
) -> None:
    chance = seeded()
    whole, nearly = set(), 0
    with serving(database_url, tmp_path) as server:
        client = Client(server.port).sign_in("075-0001", PASSWORD)
        client.get(place)
        for _ in range(CUTS):
            data = picture(chance)
            sent = request_of(client, place, data)
            # Mostly within the file; also before it, and after its last byte, where nothing of it is lacking.
            cut = chance.choice([chance.randrange(600), chance.randrange(len(sent)), len(sent) - 1])
            send(server.port, sent[:cut], wait=False)
            if cut == len(sent) - 1:
                nearly += 1
                whole.add(pixels(data))
        data = picture(chance)
        whole.add(pixels(data))
        assert send(server.port, request_of(client, place, data)) == b"HTTP/1.1 303"
        assert server.stops_within(20)
        assert server.said() == ""
    storage = FileStorage(tmp_path / "pieces")
    with look():
        assert faults(year, storage) == []
        assert {pixels(storage.get(row.digest)) for row in Scan.select()} <= whole, "no part passes for a file"
        assert 1 <= Scan.select().count() <= 1 + nearly


def pixels(data: bytes) -> bytes:
    return Image.open(BytesIO(data)).tobytes()


def test_an_answer_that_nobody_reads_leaves_a_whole_scan(
    database_url: str, year: YearKey, place: str, look: Look, tmp_path: Path
) -> None:
    chance = seeded()
    with serving(database_url, tmp_path) as server:
        client = Client(server.port).sign_in("075-0001", PASSWORD)
        client.get(place)
        for _ in range(5):
            send(server.port, request_of(client, place, picture(chance)), wait=False)
        assert client.get(place).status == 200
        assert server.stops_within(20)
    with look():
        assert faults(year, FileStorage(tmp_path / "pieces")) == []
        assert Scan.select().count() <= 5


def send_until_it_dies(client: Client, place: str, seed: int, kept: list[str]) -> None:
    """Send one picture after another, as fast as the server answers; note what it acknowledged."""
    chance = random.Random(seed)
    for _ in range(200):
        data = picture(chance)
        try:
            answer = send(client.port, request_of(client, place, data))
        except OSError:
            return
        if answer != b"HTTP/1.1 303":
            return
        kept.append(hashlib.sha256(data).hexdigest())


def kill_amid_uploads(server: Server, client: Client, place: str, chance: random.Random) -> list[str]:
    """Kill the server while people send; give what it had acknowledged."""
    kept: list[str] = []
    senders = [
        threading.Thread(target=send_until_it_dies, args=(client.twin(), place, chance.randrange(10**6), kept))
        for _ in range(SENDERS)
    ]
    for sender in senders:
        sender.start()
    deadline = time.monotonic() + 20
    while not kept and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(chance.uniform(0, 0.5))
    server.kill()
    for sender in senders:
        sender.join(30)
    return kept


def test_a_server_killed_amid_uploads_keeps_what_it_acknowledged_whole(
    database_url: str, year: YearKey, place: str, look: Look, tmp_path: Path
) -> None:
    chance = seeded()
    acknowledged = 0
    for _ in range(2):
        with serving(database_url, tmp_path) as server:
            client = Client(server.port).sign_in("075-0001", PASSWORD)
            client.get(place)
            kept = kill_amid_uploads(server, client, place, chance)
        assert kept, "nothing was sent before the kill"
        acknowledged += len(kept)
        with look():
            assert faults(year, FileStorage(tmp_path / "pieces")) == []
            assert acknowledged <= Scan.select().count() <= acknowledged + 2 * SENDERS


@pytest.mark.parametrize("fault", ["bytes", "half", "line"])
def test_that_check_notices(
    database_url: str, year: YearKey, place: str, look: Look, tmp_path: Path, fault: str
) -> None:
    storage = FileStorage(tmp_path / "pieces")
    with look():
        a_scan(year, storage)
        assert faults(year, storage) == []
        path = next(path for path in (tmp_path / "pieces").rglob("*") if path.name == Scan.get().digest)
        if fault == "bytes":
            path.unlink()
        elif fault == "half":
            path.write_bytes(path.read_bytes()[:100])
        else:
            Scan.update(number=7).execute()
        assert faults(year, storage)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True, scope="session")
def test_more_than_a_sending_may_weigh_is_answered_in_french(
    database_url: str, year: YearKey, place: str, tmp_path: Path
) -> None:
    with serving(database_url, tmp_path) as server:
        client = Client(server.port).sign_in("075-0001", PASSWORD)
        client.get(place)
        sent = request_of(client, place, b"x" * LARGEST_SENDING)
        send(server.port, sent[:1_000_000], wait=False)
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
            line.sendall(sent)
            answer = b""
            while received := line.recv(65_536):
                answer += received
        assert answer.startswith(b"HTTP/1.1 413")
        assert "15 Mo par fichier, 60 Mo à la fois".encode() in answer
        assert server.said() == ""
