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
WAITING, STRUCK = "À ranger", "D’une écriture supprimée"
# A zip larger than this is written on disk while it is made, one scan at a time in memory.
LARGEST_IN_MEMORY = 1_000_000
_LONGEST_STEM = 40
_COLUMNS = (
    Column("PJ"), Column("Date", DATE), Column("Libellé"), Column("Montant", AMOUNT), Column("Fichier"),
    Column("Remarque"),
)  # fmt: skip


class Receipt(NamedTuple):
    """A scan, its path in the zip, its entry if it is one of the cahier, and the day that its file bears."""

    entry: Entry | None
    scan: Scan
    path: str
    day: date
    remark: str | None = None


def receipts(facts: YearFacts) -> Iterator[Receipt]:
    """Give every scan, those of the cahier first and in its order, each under a name of its own."""
    taken: Counter[str] = Counter()
    for entry in facts.entries:
        for scan in entry.scans:
            place = f"pieces/{_stem(entry.voucher) or entry.day.isoformat()}"
            yield Receipt(entry, scan, _path(place, scan, taken), entry.day)
    for folder, remark, scans in (("a-ranger", WAITING, facts.inbox), ("supprimees", STRUCK, facts.struck_scans)):
        for scan in scans:
            place = f"{folder}/{_stem(scan.name) or 'piece'}"
            yield Receipt(None, scan, _path(place, scan, taken), facts.year.last_day, remark)


def _stem(typed: str) -> str:
    """Make what a person typed a name for every computer: it may be `../x` or `CON`."""
    letters = unicodedata.normalize("NFKD", typed).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9-]+", "_", letters)[:_LONGEST_STEM].strip("_-")


def _path(place: str, scan: Scan, taken: Counter[str]) -> str:
    # Many computers do not tell R1 from r1.
    taken[place.casefold()] += 1
    return f"{place}-{taken[place.casefold()]}.{EXTENSIONS[scan.media_type]}"


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
    known = (entry.voucher, entry.day, entry.label, _amount(entry)) if entry else (None, None, receipt.scan.name, None)
    try:
        data = read(receipt.scan.digest)
    except NotFound:
        return (*known, None, LOST)
    archive.writestr(_member(receipt.path, receipt.day), data, zipfile.ZIP_STORED)
    return (*known, receipt.path, receipt.remark)


def _amount(entry: Entry) -> int:
    """Give what the receipt is about: what came in or went out, or what was moved from one place to another."""
    return entry.moved or entry.bank or entry.cash


def _member(path: str, day: date) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, (day.year, day.month, day.day, 0, 0, 0))
    info.external_attr = 0o644 << 16
    return info
