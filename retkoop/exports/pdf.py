"""HTML pages made into tagged PDF documents, in a process apart that reads no file and no network.

WeasyPrint takes a second to load and its memory is not given back: each server process has one worker, started at
its first document, that renders one document at a time and leaves after a while without work (pdf_worker.py).
Nothing but that worker imports WeasyPrint. A worker too slow, dead or gone is replaced.
"""

from __future__ import annotations

import atexit
import functools
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, Pipe
from pathlib import Path

from markupsafe import Markup

from retkoop.errors import Busy

SECONDS = 30
# The parts of a document that a worker renders side by side.
AT_ONCE = min(os.cpu_count() or 1, 4)

FAILED = "Le document n’a pas pu être fabriqué. Réessayez dans un instant."
_MANY = "Trop de documents sont demandés en ce moment. Réessayez dans un instant."
_HOME = Path(__file__).resolve().parents[2]
_CHILD = "import sys; from retkoop.exports.pdf_worker import work; work(int(sys.argv[1]))"
# The child gets no secret of ours: only what Python and the fonts need.
_CHILD_VARIABLES = {"HOME", "LD_LIBRARY_PATH", "PATH", "PYTHONHOME", "PYTHONPATH", "XDG_CACHE_HOME"}
_log = logging.getLogger(__name__)


@functools.cache
def stylesheet(name: str = "print") -> Markup:
    """Give a style sheet of printed documents, to be written into them: a worker fetches nothing."""
    return Markup((_HOME / f"static/css/{name}.css").read_text("utf-8"))  # noqa: S704 our own file


def render(*parts: str) -> bytes:
    """Make the HTML of the parts of a document into one PDF/UA-1 document; raises Busy (503) after SECONDS.

    The parts are laid out side by side, each from a new page; the first one gives the title and the language.
    """
    return _renderer.render(*parts)


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

    def render(self, *parts: str) -> bytes:
        """Wait for the worker, and have it render; a worker found gone is replaced once."""
        if not self._turn.acquire(timeout=self.seconds):
            raise Busy(_MANY)
        try:
            return self._ask(parts) or self._ask(parts) or self._fail()
        except TimeoutError:
            return self._fail()
        finally:
            self._turn.release()

    def _ask(self, parts: Sequence[str]) -> bytes:
        """Send a document and receive it made: empty when the worker is gone, TimeoutError when it was too slow."""
        pipe = self._ready()
        with self._watched() as late:
            try:
                pipe.send_bytes(json.dumps(parts).encode())
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
            _kill(child)

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
            _kill(self._child)
            self._child.wait()
        self._pipe = self._child = None


def _start() -> tuple[subprocess.Popen[bytes], Connection]:
    """Start a worker; it ends when our end of the pipe closes, be it because this process was killed."""
    ours, theirs = Pipe()
    number = theirs.fileno()
    child = subprocess.Popen(  # noqa: S603 (fixed command)
        [sys.executable, "-B", "-c", _CHILD, str(number)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in _CHILD_VARIABLES & os.environ.keys()},
        cwd=_HOME, process_group=0, pass_fds=[number],
    )  # fmt: skip
    theirs.close()
    return child, ours


def _kill(child: subprocess.Popen[bytes]) -> None:
    """Kill a worker with its forks: they share its pipe, which would stay open."""
    if child.returncode is None:
        os.killpg(child.pid, signal.SIGKILL)


_renderer = Renderer()
atexit.register(_renderer.end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renderer.leave_to_parent)
