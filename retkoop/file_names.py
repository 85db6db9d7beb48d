"""PURE. Names of files that every computer takes: what is packed in an archive is unpacked under the very same name."""

from __future__ import annotations

import re

# Windows refuses these characters, drops a dot or a space at the end, and keeps these names to itself.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)


def safe_stem(name: str) -> str:
    """Give a name as near to what was typed as every computer takes it; the same again when it already is."""
    stem = _FORBIDDEN.sub("_", name).rstrip(". ").lstrip(" ")
    return f"_{stem}" if _RESERVED.match(stem) else stem or "piece"


class FileNames:
    """The paths given so far: two contents never share one, however a computer compares letters."""

    def __init__(self) -> None:
        self._taken: dict[str, tuple[str, str]] = {}

    def path(self, folder: str, name: str, extension: str, digest: str) -> str:
        """Give a file its path: its name, numbered when another content already has it."""
        stem, rank = safe_stem(name), 1
        while True:
            path = f"{folder}/{stem}{f'-{rank}' if rank > 1 else ''}.{extension}"
            first, taken_by = self._taken.setdefault(path.casefold(), (path, digest))
            if taken_by == digest:
                return first
            rank += 1
