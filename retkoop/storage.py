"""Where scans are kept: a folder, or a bucket (storage_s3.py), in which each file is named by its content."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from io import BufferedIOBase, BytesIO
from pathlib import Path
from typing import Protocol

from retkoop.errors import NotFound, Refusal

ABSENT = "Ce document n’existe pas."
_DIGEST = re.compile(r"[0-9a-f]{64}")
_ARRIVAL = ".arrivee-"
CHUNK = 1 << 20
# No upload lasts a day: what is older belongs to a process that was killed.
_LEFTOVER_SECONDS = 86_400


class Storage(Protocol):
    """What keeps scans; a store that does not answer raises Busy (503) or OSError."""

    def put(self, data: bytes) -> str:
        """Keep the bytes for good and give their SHA-256 in hexadecimal."""

    def put_file(self, file: BufferedIOBase) -> str:
        """Keep what a file holds, from its beginning, without ever having all of it in memory."""

    def get(self, digest: str) -> bytes:
        """Give the bytes back; raise NotFound when there are none by this name."""

    def chunks(self, digest: str) -> Iterator[bytes]:
        """Give them piece by piece; raise NotFound at once when there are none by this name."""

    def delete(self, digest: str) -> None:
        """Forget what was only kept for a while; never a scan. What is not there is forgotten already."""

    def has(self, digest: str) -> bool:
        """Tell whether get() would find it."""

    def check(self) -> None:
        """Raise when scans cannot be kept or read now."""


def named(digest: str) -> str:
    """Give the name under which a content is kept, `ab/abcdef…`; raise NotFound for what is no digest."""
    if _DIGEST.fullmatch(digest) is None:
        raise NotFound(ABSENT)
    return f"{digest[:2]}/{digest}"


class FileStorage:
    """Content-addressed folder: `ab/abcdef…`, whole or absent whatever happens to the machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, data: bytes) -> str:
        """Keep the bytes and give their SHA-256; they are on disk when this returns."""
        digest = hashlib.sha256(data).hexdigest()
        path = self.folder / named(digest)
        self._make_folders(path.parent)
        if not _holds(path, data):
            self._write_whole(path, BytesIO(data))
        # Also when the file was there: another request may have renamed it and not yet reached its own fsync.
        _fsync_folder(path.parent)
        _fsync_folder(self.folder)
        return digest

    def put_file(self, file: BufferedIOBase) -> str:
        """Keep what a file holds, read twice: for its name, and to be written."""
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        path = self.folder / named(digest)
        self._make_folders(path.parent)
        file.seek(0)
        self._write_whole(path, file)
        _fsync_folder(path.parent)
        _fsync_folder(self.folder)
        return digest

    def get(self, digest: str) -> bytes:
        """Give the bytes back; raise NotFound when there are none by this name."""
        try:
            return (self.folder / named(digest)).read_bytes()
        except FileNotFoundError as absent:
            raise NotFound(ABSENT) from absent

    def chunks(self, digest: str) -> Iterator[bytes]:
        """Give the bytes piece by piece; raise NotFound at once when there are none by this name."""
        try:
            file = (self.folder / named(digest)).open("rb")
        except FileNotFoundError as absent:
            raise NotFound(ABSENT) from absent
        return _pieces(file)

    def delete(self, digest: str) -> None:
        """Take the file away."""
        (self.folder / named(digest)).unlink(missing_ok=True)

    def has(self, digest: str) -> bool:
        """Tell whether get() would find it."""
        return _DIGEST.fullmatch(digest) is not None and (self.folder / named(digest)).is_file()

    def check(self) -> None:
        """Raise OSError when the folder cannot be written; take away what killed uploads left."""
        self._make_folders(self.folder)
        with tempfile.TemporaryFile(dir=self.folder) as probe:
            probe.write(b"?")
            probe.flush()
            os.fsync(probe.fileno())
        self._sweep()

    def _make_folders(self, folder: Path) -> None:
        if not self.folder.is_dir():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _fsync_folder(self.folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)

    def _write_whole(self, path: Path, source: BufferedIOBase) -> None:
        # At the top, where few other names are: sweeping never walks through the scans.
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=_ARRIVAL)
        try:
            with os.fdopen(handle, "wb") as file:
                shutil.copyfileobj(source, file, CHUNK)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _sweep(self) -> None:
        eldest = time.time() - _LEFTOVER_SECONDS
        for leftover in self.folder.glob(_ARRIVAL + "*"):
            # Another process may be sweeping too.
            with contextlib.suppress(FileNotFoundError):
                if leftover.stat().st_mtime < eldest:
                    leftover.unlink()


def open_storage(url: str) -> Storage:
    """Open the storage that RETKOOP_STORAGE_URL names: `file:folder`, or `s3://bucket?endpoint=address`."""
    scheme, _, path = url.partition(":")
    is_host = path.startswith("//") and not path.startswith("///")
    if scheme == "file" and path and not is_host:
        return FileStorage(Path(path))
    if scheme == "s3":
        # A folder needs nothing of the library that speaks to buckets.
        from retkoop.storage_s3 import open_bucket

        return open_bucket(url)
    # Only the scheme is repeated: the rest of an address may hold a key.
    examples = "«\u00a0file:chemin/du/dossier\u00a0» ou «\u00a0s3://seau?endpoint=adresse\u00a0»"
    raise Refusal(f"Stockage «\u00a0{scheme}\u00a0» inconnu\u00a0: écrivez {examples}.")


def _pieces(file: BufferedIOBase) -> Iterator[bytes]:
    with file:
        while piece := file.read(CHUNK):
            yield piece


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except FileNotFoundError:
        return False


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
