"""Work apart: in a process that may crash, starve or hang alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from retkoop.documents.common import BUSY, DAMAGED, TOO_MUCH_WORK, RefusedDocument
from retkoop.errors import Busy

_FEW = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))
_WAIT_SECONDS = 10
_WALL_SECONDS = 45
_HOME = Path(__file__).resolve().parent.parent.parent
REFUSED = 3  # how the child says that its answer is the sentence of a refusal
_CHILD = "from retkoop.documents.child import answer; answer()"
# The child gets no secret of ours: only what Python itself needs to start.
_CHILD_VARIABLES = {"LD_LIBRARY_PATH", "PATH", "PYTHONHOME", "PYTHONPATH"}


@contextmanager
def one_of_few() -> Iterator[None]:
    """Let few documents be opened at once: 40 megapixels take 160 MB while they are read. Raise Busy (503)."""
    if not _FEW.acquire(timeout=_WAIT_SECONDS):
        raise Busy(BUSY)
    try:
        yield
    finally:
        _FEW.release()


def run_apart(task: str, data: bytes, *details: int) -> bytes:
    """Do a task in a bounded child process; its refusal, crash or slowness is a RefusedDocument."""
    command = [sys.executable, "-B", "-c", _CHILD, task, *map(str, details)]
    environ = {name: os.environ[name] for name in _CHILD_VARIABLES & os.environ.keys()}
    try:
        child = subprocess.run(  # noqa: S603 (fixed command)
            command, input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            cwd=_HOME, env=environ, timeout=_WALL_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as slow:
        raise RefusedDocument(TOO_MUCH_WORK) from slow
    if child.returncode == 0:
        return child.stdout
    raise RefusedDocument(_sentence(child.returncode, child.stdout))


def _sentence(status: int, answer: bytes) -> str:
    if status == REFUSED:
        return answer.decode()
    return TOO_MUCH_WORK if status in (-signal.SIGKILL, -signal.SIGXCPU) else DAMAGED
