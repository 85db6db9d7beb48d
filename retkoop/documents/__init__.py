"""Intake of scans: recognise by content, clean, shrink. Hostile until proven otherwise."""

from __future__ import annotations

from collections.abc import Callable

from retkoop.documents.apart import one_of_few, run_apart
from retkoop.documents.common import (
    DAMAGED,
    EMPTY,
    MAX_BYTES,
    OFFICE,
    TOO_HEAVY,
    UNKNOWN,
    CleanDocument,
    RefusedDocument,
)
from retkoop.documents.images import clean_jpeg, clean_png, clean_webp
from retkoop.scan_text import told

__all__ = ["CleanDocument", "RefusedDocument", "clean", "one_of_few", "page_picture", "recognise", "turned"]

_HEVC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}


def clean(data: bytes) -> CleanDocument:
    """Make a document fit to keep and serve, or raise RefusedDocument; a clean one comes back as it is."""
    return turned(data, 0)


def turned(data: bytes, quarters: int) -> CleanDocument:
    """Make a document fit to keep and serve, every page turned clockwise by so many quarters.

    Turn what first came in rather than what was turned before: each turn of a photograph blurs it a little.
    """
    if len(data) > MAX_BYTES:
        raise RefusedDocument(TOO_HEAVY)
    cleaner = _CLEANERS[recognise(data)]
    with one_of_few():
        return cleaner(data, quarters)


def page_picture(data: bytes, number: int) -> bytes:
    """Draw a page of a clean PDF, counted from 1, as a WebP; raise RefusedDocument when it cannot be drawn.

    Ask within `one_of_few`, as each drawing is a process.
    """
    return run_apart("page", data, number)


def recognise(data: bytes) -> str:
    """Tell "jpg", "png", "webp", "heic" or "pdf" by the first bytes; names and declared types lie."""
    if not data:
        raise RefusedDocument(EMPTY)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
        raise RefusedDocument(OFFICE)
    for prefix, kind in ((b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"%PDF-", "pdf")):
        if data.startswith(prefix):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if _is_heic(data):
        return "heic"
    raise RefusedDocument(UNKNOWN)


def _is_heic(data: bytes) -> bool:
    box = data[: min(int.from_bytes(data[:4], "big"), 256)]
    major, others = box[8:12], {box[at : at + 4] for at in range(16, len(box), 4)}
    generic = major in (b"mif1", b"msf1") and bool(others & _HEVC_BRANDS)
    return box[4:8] == b"ftyp" and (major in _HEVC_BRANDS or generic)


def _clean_heic(data: bytes, quarters: int) -> CleanDocument:
    """Turn an iPhone photograph into JPEG, decoded where a fault of its libraries harms nothing."""
    return clean_jpeg(run_apart("heic", data, quarters))


def _clean_pdf(data: bytes, quarters: int) -> CleanDocument:
    """Read what the child answers: three numbers, then the text, the small picture and the PDF."""
    numbers, _, rest = run_apart("pdf", data, quarters).partition(b"\n")
    try:
        pages, text, picture = (int(number) for number in numbers.split())
    except ValueError as garbled:
        raise RefusedDocument(DAMAGED) from garbled
    words, drawn, scrubbed = rest[:text], rest[text : text + picture], rest[text + picture :]
    return CleanDocument(
        scrubbed, "application/pdf", "pdf", pages, drawn or None, told(words.decode("utf-8", "replace"))
    )


_CLEANERS: dict[str, Callable[[bytes, int], CleanDocument]] = {
    "png": clean_png, "jpg": clean_jpeg, "webp": clean_webp, "heic": _clean_heic, "pdf": _clean_pdf,
}  # fmt: skip
