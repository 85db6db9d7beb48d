"""The child process that opens PDF and HEIC files: bounded in memory, time and files, it answers on its output."""

from __future__ import annotations

import resource  # absent from Windows
import sys
from collections.abc import Callable
from typing import NoReturn

from retkoop.documents.apart import REFUSED
from retkoop.documents.common import MAX_BYTES, TOO_MUCH_WORK, RefusedDocument

_CPU_SECONDS = 30
_MEMORY_BYTES = 1_500_000_000


def answer() -> None:
    """Be the child: bound this process, then do the task that the command names with what comes on the input."""
    task, detail = sys.argv[1:]
    _bound_this_process()
    try:
        sys.stdout.buffer.write(_TASKS[task](sys.stdin.buffer.read(MAX_BYTES), int(detail)))
    except MemoryError:
        _refuse(TOO_MUCH_WORK)
    except RefusedDocument as refusal:
        _refuse(refusal.message)


def _refuse(sentence: str) -> NoReturn:
    sys.stdout.buffer.write(sentence.encode())
    sys.exit(REFUSED)


def _bound_this_process() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _scrubbed_pdf(data: bytes, quarters: int) -> bytes:
    """Give the numbers of pages, of bytes of text and of bytes of picture, then all three with the PDF last."""
    from retkoop.documents.drawing import look
    from retkoop.documents.pdf import scrub

    scrubbed, pages = scrub(data, quarters)
    text, picture = look(scrubbed)
    return b"%d %d %d\n%b%b%b" % (pages, len(text), len(picture), text, picture, scrubbed)


def _heic_as_jpeg(data: bytes, quarters: int) -> bytes:
    import pillow_heif

    from retkoop.documents.images import decode, encode_jpeg, upright

    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    return encode_jpeg(upright(decode(data, "HEIF"), quarters))


def _page_of_pdf(data: bytes, number: int) -> bytes:
    from retkoop.documents.drawing import page

    return page(data, number)


_TASKS: dict[str, Callable[[bytes, int], bytes]] = {"heic": _heic_as_jpeg, "page": _page_of_pdf, "pdf": _scrubbed_pdf}
