"""What a PDF looks like and says: its first page drawn small, the text of the first ones, any page drawn to be read."""

from __future__ import annotations

import os
import resource
from contextlib import suppress
from typing import BinaryIO

import pypdfium2

from retkoop.documents.images import THUMBNAIL_SIDE, thumbnail

# A4 at 137 dots an inch: print of 10 points is read, and a page weighs 80 to 120 KB.
PAGE_SIDE = 1_600
TEXT_PAGES = 3
TEXT_CHARACTERS = 8_000
# Far above what a page of honest work takes once it was cleaned, far below what the child process is given.
_CPU_SECONDS = 4
_MEMORY_BYTES = 700_000_000


def look(data: bytes) -> tuple[bytes, bytes]:
    """Give the text, in UTF-8, and the first page as a small WebP; empty, each, when it cannot be had.

    In a process of its own, since PDFium may crash or starve on a page that is otherwise fit to keep.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _bound_this_process()
            with os.fdopen(writing, "wb") as out:
                _tell(data, out)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answers:
        length, _, rest = answers.read().partition(b"\n")
    os.waitpid(child, 0)
    size = int(length or 0)
    return rest[:size], rest[size:]


def page(data: bytes, number: int) -> bytes:
    """Draw a page, counted from 1, as a WebP of PAGE_SIDE pixels at most; bounds the process that asks."""
    _bound_this_process()
    with pypdfium2.PdfDocument(data) as pdf:
        # PDFium rounds up.
        return _drawn(pdf[number - 1], PAGE_SIDE - 1, PAGE_SIDE)


def _bound_this_process() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))


def _tell(data: bytes, out: BinaryIO) -> None:
    with pypdfium2.PdfDocument(data) as pdf:
        text = _text(pdf).encode("utf-8", "replace")
        out.write(b"%d\n%b" % (len(text), text))
        out.flush()  # kept even if drawing fails
        # Twice too large, then averaged: PDFium alone makes small letters vanish.
        out.write(_drawn(pdf[0], 2 * THUMBNAIL_SIDE, THUMBNAIL_SIDE))


def _text(pdf: pypdfium2.PdfDocument) -> str:
    found = ""
    for number in range(min(TEXT_PAGES, len(pdf))):
        with suppress(pypdfium2.PdfiumError):  # a page that cannot be read leaves the others
            page = pdf[number].get_textpage()
            found += page.get_text_range(0, min(page.count_chars(), TEXT_CHARACTERS - len(found))) + "\n"
        if len(found) >= TEXT_CHARACTERS:
            break
    return found


def _drawn(sheet: pypdfium2.PdfPage, side: int, kept: int) -> bytes:
    scale = side / max(sheet.get_size())
    return thumbnail(sheet.render(scale=scale, draw_annots=False, may_draw_forms=False).to_pil(), kept)
