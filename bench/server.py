"""The real server, as scripts/run.sh starts it but with one worker, over a database made for the run."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.books import TODAY, write_books

ROOT = Path(__file__).parent.parent
FLAGS = [
    "--interface", "wsgi", "--host", "127.0.0.1", "--workers", "1", "--blocking-threads", "256",
    "--no-ws", "--no-access-log", "--log-level", "error",
]  # fmt: skip
START_SECONDS = 20
STOP_SECONDS = 10


@contextmanager
def database(postgres: bool) -> Iterator[tuple[str, Path]]:
    """Give the URL of a migrated database with the made-up books, and a folder; both vanish afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="retkoop-bench-")))
        url = postgres(stack) if postgres else f"sqlite:///{folder}/retkoop.db"
        write_books(url, folder)
        yield url, folder


def postgres(stack: ExitStack) -> str:
    """Start a private PostgreSQL and give the URL of an empty database."""
    from tests.support.postgres import PostgresServer

    return stack.enter_context(PostgresServer.start()).create("bench")


@contextmanager
def server(url: str, folder: Path) -> Iterator[int]:
    """Start the server over a database and give its port; it is gone afterwards, whatever happened."""
    port = _free_port()
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / "granian"), *FLAGS, "--port", str(port), "app:app"],
        cwd=ROOT,
        env=_environment(url, folder),
        start_new_session=True,
    )
    try:
        _wait_until_ready(process, port)
        yield port
    finally:
        _end(process)


def _environment(url: str, folder: Path) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("RETKOOP_", "GRANIAN_"))}
    return {
        **ours,
        "RETKOOP_DATABASE_URL": url,
        "RETKOOP_STORAGE_URL": f"file:{folder}/pieces",
        "RETKOOP_SECRET_KEY": "secret-of-the-bench" * 3,
        "RETKOOP_TODAY": TODAY.isoformat(),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("Le serveur n’a pas démarré.")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask the server to stop, then end what is left of its group: its worker, and the printer of documents."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
