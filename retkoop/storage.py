"""Where scans are kept: a folder in which each file is named by its content."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from retkoop.errors import NotFound, Refusal

_DIGEST = re.compile(r"[0-9a-f]{64}")
_ABSENT = "Ce document n’existe pas."


class FileStorage:
    """Content-addressed folder: `ab/abcdef…`, whole or absent whatever happens to the machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, data: bytes) -> str:
        """Keep the bytes and give their SHA-256; they are on disk when this returns."""
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        self._make_folders(path.parent)
        if not _holds(path, data):
            _write_whole(path, data)
        # Also when the file was there: another request may have renamed it and not yet reached its own fsync.
        _fsync_folder(path.parent)
        _fsync_folder(self.folder)
        return digest

    def get(self, digest: str) -> bytes:
        """Give the bytes back; raise NotFound when there are none by this name."""
        try:
            return self._path(digest).read_bytes()
        except FileNotFoundError as absent:
            raise NotFound(_ABSENT) from absent

    def has(self, digest: str) -> bool:
        """Tell whether get() would find it."""
        return _DIGEST.fullmatch(digest) is not None and self._path(digest).is_file()

    def check(self) -> None:
        """Raise OSError when the folder cannot be written."""
        self._make_folders(self.folder)
        with tempfile.TemporaryFile(dir=self.folder) as probe:
            probe.write(b"?")
            probe.flush()
            os.fsync(probe.fileno())

    def _path(self, digest: str) -> Path:
        if _DIGEST.fullmatch(digest) is None:
            raise NotFound(_ABSENT)
        return self.folder / digest[:2] / digest

    def _make_folders(self, folder: Path) -> None:
        if not self.folder.is_dir():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _fsync_folder(self.folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def open_storage(url: str) -> FileStorage:
    """Open the storage that RETKOOP_STORAGE_URL names: `file:` and a path, relative or absolute."""
    scheme, _, path = url.partition(":")
    is_host = path.startswith("//") and not path.startswith("///")
    if scheme != "file" or not path or is_host:
        # Only the scheme is repeated: the rest of an address may hold a key.
        example = "«\u00a0file:chemin/du/dossier\u00a0»"
        raise Refusal(f"Stockage «\u00a0{scheme}\u00a0» inconnu\u00a0: écrivez {example}.")
    return FileStorage(Path(path))


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except FileNotFoundError:
        return False


def _write_whole(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".arrivee-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
