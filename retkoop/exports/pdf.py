"""HTML pages made into tagged PDF documents, in a process apart that reads no file and no network.

WeasyPrint takes a second to load and its memory is not given back: each server process has one worker, started at
its first document, that renders one document at a time and leaves after a while without work. Nothing but that
worker imports WeasyPrint. A worker too slow, dead or gone is replaced.
"""

from __future__ import annotations

import atexit
import functools
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, Pipe
from pathlib import Path

from markupsafe import Markup

from retkoop.errors import Busy

SECONDS = 30
IDLE_SECONDS = 300
DOCUMENTS_PER_WORKER = 100
MEMORY_BYTES = 2_000_000_000

FAILED = "Le document n’a pas pu être fabriqué. Réessayez dans un instant."
_MANY = "Trop de documents sont demandés en ce moment. Réessayez dans un instant."
_HOME = Path(__file__).resolve().parents[2]
_CHILD = "import sys; from retkoop.exports.pdf import work; work(int(sys.argv[1]))"
# The child gets no secret of ours: only what Python and the fonts need.
_CHILD_VARIABLES = {"HOME", "LD_LIBRARY_PATH", "PATH", "PYTHONHOME", "PYTHONPATH", "XDG_CACHE_HOME"}
_log = logging.getLogger(__name__)


@functools.cache
def stylesheet() -> Markup:
    """Give the style sheet of printed documents, to be written into them: a worker fetches nothing."""
    return Markup((_HOME / "static/css/print.css").read_text("utf-8"))  # noqa: S704 our own file


def render(html: str) -> bytes:
    """Make a page into a PDF/UA-1 document; raises Busy (503) when it cannot be done in SECONDS."""
    return _renderer.render(html)


class Renderer:
    """The worker of this process: started when needed, ended with it, never shared with a fork."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self.forget()

    def forget(self) -> None:
        """Begin without a worker: in a process newly forked, the other process keeps its own."""
        self._turn = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None

    def leave_to_parent(self) -> None:
        """Close this fork's end of the pipe, so that the worker still ends with the process that started it."""
        if self._pipe is not None:
            self._pipe.close()
        self.forget()

    def render(self, html: str) -> bytes:
        """Wait for the worker, and have it render; a worker found gone is replaced once."""
        if not self._turn.acquire(timeout=self.seconds):
            raise Busy(_MANY)
        try:
            return self._ask(html) or self._ask(html) or self._fail()
        except TimeoutError:
            return self._fail()
        finally:
            self._turn.release()

    def _ask(self, html: str) -> bytes:
        """Send a page and receive its document: empty when the worker is gone, TimeoutError when it was too slow."""
        pipe = self._ready()
        with self._watched() as late:
            try:
                pipe.send_bytes(html.encode())
                return pipe.recv_bytes()
            except (EOFError, OSError):
                self.end()
                if late.is_set():
                    raise TimeoutError from None
                return b""

    @staticmethod
    def _fail() -> bytes:
        _log.error("pdf: the worker failed or took too long")
        raise Busy(FAILED)

    def _ready(self) -> Connection:
        if self._pipe is None or self._child is None or self._child.poll() is not None:
            self.end()
            self._child, self._pipe = _start()
        return self._pipe

    @contextmanager
    def _watched(self) -> Iterator[threading.Event]:
        """Kill the worker when its time is over: sending and receiving then fail, and the event says why."""
        child, late = self._child, threading.Event()
        assert child is not None  # noqa: S101 _ready has started it

        def kill() -> None:
            late.set()
            child.kill()

        timer = threading.Timer(self.seconds, kill)
        timer.daemon = True
        timer.start()
        try:
            yield late
        finally:
            timer.cancel()

    def end(self) -> None:
        """End the worker, if there is one."""
        if self._pipe is not None:
            self._pipe.close()
        if self._child is not None:
            self._child.kill()
            self._child.wait()
        self._pipe = self._child = None


def _start() -> tuple[subprocess.Popen[bytes], Connection]:
    """Start a worker; it ends when our end of the pipe closes, be it because this process was killed."""
    ours, theirs = Pipe()
    number = theirs.fileno()
    child = subprocess.Popen(  # noqa: S603 (fixed command)
        [sys.executable, "-B", "-c", _CHILD, str(number)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        cwd=_HOME, env={name: os.environ[name] for name in _CHILD_VARIABLES & os.environ.keys()}, pass_fds=[number],
    )  # fmt: skip
    theirs.close()
    return child, ours


_renderer = Renderer()
atexit.register(_renderer.end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renderer.leave_to_parent)


# ---- The worker


def work(number: int) -> None:
    """Be the worker: answer each page received on the pipe, until nothing comes any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the server, which closes the pipe when it is done
    _bound_this_process()
    pipe = Connection(number)
    for _ in range(DOCUMENTS_PER_WORKER):
        if not pipe.poll(IDLE_SECONDS):
            return
        try:
            html = pipe.recv_bytes().decode()
        except EOFError:
            return
        pipe.send_bytes(to_pdf(html))


def _bound_this_process() -> None:
    import resource  # absent from Windows

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def to_pdf(html: str) -> bytes:
    """Render in this very process; an address that is not `data:` is left out, the document is made without it."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    document = HTML(string=html, url_fetcher=fetcher).write_pdf(pdf_variant="pdf/ua-1", pdf_forms=False)
    assert isinstance(document, bytes)  # noqa: S101 no target was given
    return document
