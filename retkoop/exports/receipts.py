"""The scans of a year in one zip, each named by the PJ that it proves, with an index of what they are."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from tempfile import SpooledTemporaryFile
from typing import IO, NamedTuple

from retkoop.errors import NotFound
from retkoop.exports.exchange import EXTENSIONS
from retkoop.exports.sheets import to_csv
from retkoop.facts import Entry, Scan, YearFacts
from retkoop.sheet import AMOUNT, DATE, Column, Row, Sheet

INDEX = "index.csv"
LOST = "Document introuvable : prévenez votre association départementale."
# A zip larger than this is written on disk while it is made, one scan at a time in memory.
LARGEST_IN_MEMORY = 1_000_000
_LONGEST_STEM = 40
_COLUMNS = (
    Column("PJ"), Column("Date", DATE), Column("Libellé"), Column("Montant", AMOUNT), Column("Fichier"),
    Column("Remarque"),
)  # fmt: skip


class Receipt(NamedTuple):
    """A scan of an entry, and its path in the zip."""

    entry: Entry
    scan: Scan
    path: str


def receipts(facts: YearFacts) -> Iterator[Receipt]:
    """Give every scan of the cahier, in its order, each under a name of its own."""
    taken: Counter[str] = Counter()
    for entry in facts.entries:
        stem = _stem(entry)
        for scan in entry.scans:
            # Many computers do not tell R1 from r1.
            taken[stem.casefold()] += 1
            number = taken[stem.casefold()]
            yield Receipt(entry, scan, f"pieces/{stem}-{number}.{EXTENSIONS[scan.media_type]}")


def _stem(entry: Entry) -> str:
    """Make the PJ a name for every computer: what a person typed may be `../x` or `CON`; without PJ, the date."""
    letters = unicodedata.normalize("NFKD", entry.voucher).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9-]+", "_", letters)[:_LONGEST_STEM].strip("_-")
    return stem or entry.day.isoformat()


def pack_receipts(facts: YearFacts, read: Callable[[str], bytes]) -> IO[bytes]:
    """Give the zip as an open file at its start; `read(digest)` gives a scan's bytes, or raises NotFound."""
    file = SpooledTemporaryFile(LARGEST_IN_MEMORY)  # noqa: SIM115 closed by whoever sends it
    try:
        with zipfile.ZipFile(file, "w") as archive:
            rows = tuple(_pack(archive, receipt, read) for receipt in receipts(facts))
            index = to_csv(Sheet("Pièces", _COLUMNS, rows))
            archive.writestr(_member(INDEX, facts.year.last_day), index, zipfile.ZIP_DEFLATED)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _pack(archive: zipfile.ZipFile, receipt: Receipt, read: Callable[[str], bytes]) -> Row:
    """Add a scan, as it is since images and PDF do not shrink, and give its line of the index."""
    entry = receipt.entry
    known = (entry.voucher, entry.day, entry.label, _amount(entry))
    try:
        data = read(receipt.scan.digest)
    except NotFound:
        return (*known, None, LOST)
    archive.writestr(_member(receipt.path, entry.day), data, zipfile.ZIP_STORED)
    return (*known, receipt.path, None)


def _amount(entry: Entry) -> int:
    """Give what the receipt is about: what came in or went out, or what was moved from one place to another."""
    return entry.moved or entry.bank or entry.cash


def _member(path: str, day: date) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, (day.year, day.month, day.day, 0, 0, 0))
    info.external_attr = 0o644 << 16
    return info
