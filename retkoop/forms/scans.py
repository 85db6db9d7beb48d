"""What people send: files, whose names are data, and the entry that a scan is for."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, Protocol

from retkoop.characters import writable
from retkoop.documents.common import MAX_BYTES
from retkoop.errors import Refusal
from retkoop.facts import Entry
from retkoop.ledger_search import Search, found
from retkoop.money import format_euros
from retkoop.reports import LedgerLine
from retkoop.school_year import french_date

# Short enough for its path in the exchange archive, folder, rank and extension included.
LONGEST_NAME = 100
MOST_FILES = 20
NAMELESS = "document"


class Upload(Protocol):
    """A file of a request."""

    filename: str | None
    stream: IO[bytes]


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that a person chose: a name fit to keep and show, and one byte more than is accepted at most."""

    name: str
    data: bytes

    @property
    def short_name(self) -> str:
        """Give the name as messages show it: several of them go through a cookie."""
        return self.name if len(self.name) <= 40 else self.name[:39] + "…"

    def replay_key(self, form_key: str) -> str | None:
        """Give the key that tells this file sent twice by one form from two forms."""
        return f"{form_key[:40]}:{sha256(self.data).hexdigest()[:24]}" if form_key else None


def accepted(uploads: Iterable[Upload]) -> list[Upload]:
    """Leave out the fields where nothing was chosen; raise Refusal when nothing is left, or too much."""
    chosen = [upload for upload in uploads if upload.filename]
    if not chosen:
        raise Refusal("Choisissez d’abord un fichier.")
    if len(chosen) > MOST_FILES:
        raise Refusal(f"Envoyez {MOST_FILES} fichiers au plus à la fois.")
    return chosen


def read_files(uploads: Iterable[Upload]) -> Iterator[SentFile]:
    """Read the files one at a time, so that one at most is in memory."""
    for upload in uploads:
        yield SentFile(document_name(upload.filename or ""), upload.stream.read(MAX_BYTES + 1))


def document_name(sent: str) -> str:
    """Make a name fit to keep of what a browser says: no folder, no extension, nothing that hides or turns around."""
    last = sent.replace("\\", "/").rpartition("/")[2]
    shown = "".join(c if unicodedata.category(c)[0] not in "CZ" else " " for c in unicodedata.normalize("NFC", last))
    stem, dot, extension = " ".join(shown.split()).rpartition(".")
    bare = (stem if dot and len(extension) <= 5 else f"{stem}{dot}{extension}").strip(" .")
    return bare[:LONGEST_NAME].strip() or NAMELESS


def entry_words(entry: Entry) -> str:
    """Name an entry so that a person knows it in a list: number, day, label, amount."""
    day, amount = french_date(entry.day), format_euros(abs(entry.moved) or abs(entry.bank))
    return " · ".join(part for part in (entry.voucher, day, entry.label, amount) if part)


class EntryChoice:
    """The entry that a person means: picked in the list, or found by some words, a number or an amount."""

    def __init__(self, said: str) -> None:
        self.said = writable(said.strip()[:300])
        self.fault = ""

    def among(self, entries: Sequence[Entry]) -> Entry | None:
        """Give the entry, or None with a sentence."""
        fitting = self._fitting(entries)
        if len(fitting) == 1:
            return fitting[0]
        if not self.said:
            self.fault = "Choisissez une écriture dans la liste."
        elif fitting:
            self.fault = f"{len(fitting)} écritures correspondent : choisissez la bonne dans la liste."
        else:
            self.fault = "Aucune écriture ne correspond : cherchez par libellé, numéro de PJ ou montant."
        return None

    def _fitting(self, entries: Sequence[Entry]) -> list[Entry]:
        if not self.said:
            return []
        exact = [entry for entry in entries if self.said in (entry_words(entry), entry.voucher)]
        lines = (LedgerLine(entry, 0, 0, 0) for entry in entries)
        return exact or [line.entry for line in found(lines, Search(cherche=self.said))]
