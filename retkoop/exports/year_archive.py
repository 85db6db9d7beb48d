"""The archive of a whole year in one zip: what an import reads, every paper and file, and a page to read them by.

It is made without the database, one file at a time in memory; the manifest, written last, has the SHA-256 of every
other file in the form that `sha256sum -c` checks.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Iterable, Mapping
from tempfile import SpooledTemporaryFile
from typing import IO

from retkoop.errors import NotFound
from retkoop.exports.receipts import LARGEST_IN_MEMORY

EXCHANGE, INDEX, MANIFEST = "exercice.json", "index.html", "manifeste-sha256.txt"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_PART = 1 << 20
# These do not shrink any more.
_PRESSED = (".jpg", ".png", ".webp", ".pdf", ".ods")

Made = tuple[str, Callable[[], bytes]]


class Packer:
    """A zip that notes the digest of what goes into it."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.lines: list[str] = []

    def put(self, path: str, data: bytes) -> None:
        """Put some bytes under a path."""
        info = zipfile.ZipInfo(path, _EPOCH)
        info.external_attr = 0o644 << 16
        pressed = path.endswith(_PRESSED)
        self.archive.writestr(info, data, zipfile.ZIP_STORED if pressed else zipfile.ZIP_DEFLATED)
        self._note(path, hashlib.sha256(data).hexdigest())

    def put_file(self, path: str, file: IO[bytes]) -> None:
        """Put all of an open file, a part of it in memory at a time."""
        digest = hashlib.sha256()
        info = zipfile.ZipInfo(path, _EPOCH)
        info.external_attr, info.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
        with self.archive.open(info, "w") as member:
            while part := file.read(_PART):
                digest.update(part)
                member.write(part)
        self._note(path, digest.hexdigest())

    def _note(self, path: str, digest: str) -> None:
        self.lines.append(f"{digest}  {path}\n")


def pack_year(
    document: bytes,
    made: Iterable[Made],
    stored: Mapping[str, str],
    index: Callable[[frozenset[str]], str],
    read: Callable[[str], bytes],
) -> IO[bytes]:
    """Give the zip as an open file at its start.

    `document` is the `exercice.json`; `made` are files by path with what makes each; `stored` gives the digest of each
    file of the storage, which `read` gives or raises NotFound; `index` writes the page, told which paths were lost.
    """
    file = SpooledTemporaryFile(LARGEST_IN_MEMORY)  # noqa: SIM115 closed by whoever sends it
    try:
        with zipfile.ZipFile(file, "w") as archive:
            packer = Packer(archive)
            packer.put(EXCHANGE, document)
            for path, make in made:
                packer.put(path, make())
            lost = frozenset(path for path, digest in stored.items() if not _stored(packer, path, digest, read))
            packer.put(INDEX, index(lost).encode())
            packer.put(MANIFEST, "".join(packer.lines).encode())
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _stored(packer: Packer, path: str, digest: str, read: Callable[[str], bytes]) -> bool:
    try:
        data = read(digest)
    except NotFound:
        return False
    packer.put(path, data)
    return True
