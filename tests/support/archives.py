"""A year as an exchange archive, and the document in it."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from retkoop.actions.exchange import export_archive
from retkoop.models import Year, YearKey, find_coop
from retkoop.storage import FileStorage


def exported(key: YearKey, storage: FileStorage) -> bytes:
    """Give the archive of a year."""
    coop = find_coop(key.coop)
    assert coop is not None
    return export_archive(coop, Year.get(key.of(Year)), storage)


def document(archive: bytes) -> dict[str, Any]:
    """Give the `exercice.json` of an archive."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        found: dict[str, Any] = json.loads(opened.read("exercice.json"))
    return found
