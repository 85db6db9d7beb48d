"""Documents already rendered, kept in a folder under what they were made from.

A document is only looked up by the digest of its whole source: one that is found is the one that would be made.
The folder can be emptied at any time, it is no part of a backup, and it never grows beyond LARGEST.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

LARGEST = 500_000_000
# What a PDF that was not written to its end lacks; a WebP tells its length.
_END = b"%%EOF"


class Shelf:
    """A folder of documents; those not asked for longest go first when it is full."""

    def __init__(self, folder: Path, largest: int = LARGEST) -> None:
        self.folder, self.largest = folder, largest

    def rendered(self, parts: Sequence[str], render: Callable[..., bytes]) -> bytes:
        """Give the document of these parts of HTML: the one that is kept, or a new one, kept from now on."""
        return self.kept(_name(parts), lambda: render(*parts))

    def kept(self, name: str, make: Callable[[], bytes]) -> bytes:
        """Give the PDF or WebP of this name, which says what it is made from, or make it."""
        document = self.found(name)
        if document is None:
            document = make()
            # A full or forbidden disk costs time at the next printing, and nobody their document.
            with contextlib.suppress(OSError):
                self._keep(self.folder / name, document)
        return document

    def found(self, name: str) -> bytes | None:
        """Give the document of this name if it is there, and whole."""
        with contextlib.suppress(OSError):
            document = (self.folder / name).read_bytes()
            if _is_whole(document):
                os.utime(self.folder / name)
                return document
        return None

    def _keep(self, path: Path, document: bytes) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder)
        with os.fdopen(handle, "wb") as file:
            file.write(document)
        Path(name).replace(path)
        self._make_room()

    def _make_room(self) -> None:
        kept = sorted((file.stat().st_mtime, file.stat().st_size, file) for file in self.folder.iterdir())
        excess = sum(size for _, size, _ in kept) - self.largest
        for _, size, file in kept:
            if excess <= 0:
                return
            file.unlink(missing_ok=True)
            excess -= size


def _is_whole(document: bytes) -> bool:
    if document.startswith(b"RIFF"):
        return len(document) == 8 + int.from_bytes(document[4:8], "little")
    return document.rstrip().endswith(_END)


def _name(parts: Sequence[str]) -> str:
    source = "\0".join((version("weasyprint"), *parts))
    return f"{hashlib.sha256(source.encode()).hexdigest()}.pdf"
