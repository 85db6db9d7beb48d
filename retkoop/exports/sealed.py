"""The sealed extract of a département for its auditor: its accounts, every entry, and the digests of all of it.

Validated years do not change: the same ones give the same bytes, and the seal (the digest of the manifest) proves it.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, NamedTuple

from retkoop import fec
from retkoop.aggregate_sheet import coops_sheet, sums_sheet
from retkoop.aggregates import DepartmentYear
from retkoop.exports import sheets
from retkoop.exports.receipts import LARGEST_IN_MEMORY
from retkoop.exports.year_archive import MANIFEST, Packer
from retkoop.fec import Book
from retkoop.school_year import SchoolYear
from retkoop.sheet import Sheet

_WRITERS = {"xlsx": sheets.to_xlsx, "ods": sheets.to_ods, "csv": sheets.to_csv}


class Sealed(NamedTuple):
    """An extract as an open file at its start, and its seal: the SHA-256 of its manifest, in hexadecimal."""

    file: IO[bytes]
    seal: str


def pack_extract(code: str, year: SchoolYear, found: DepartmentYear, missing: Sheet, books: Iterable[Book]) -> Sealed:
    """Pack the accounts of a département; `books` are loaded one after another, each forgotten once it is written."""
    file = SpooledTemporaryFile(LARGEST_IN_MEMORY)  # noqa: SIM115 closed by whoever stores it
    try:
        with zipfile.ZipFile(file, "w") as archive:
            packer = Packer(archive)
            for name, sheet in (("agregats", sums_sheet(found, year)), ("cooperatives", coops_sheet(found, year))):
                for extension, write in _WRITERS.items():
                    packer.put(f"{name}.{extension}", write(sheet))
            packer.put("non-validees.csv", sheets.to_csv(missing))
            packer.put("fec/description.txt", fec.DESCRIPTION.encode())
            _put_entries(packer, code, year, books)
            manifest = "".join(packer.lines).encode()
            packer.put(MANIFEST, manifest)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return Sealed(file, hashlib.sha256(manifest).hexdigest())


def _put_entries(packer: Packer, code: str, year: SchoolYear, books: Iterable[Book]) -> None:
    """Put the FEC of each cooperative as it passes, then that of the département, which waits on disk meanwhile."""

    def passing() -> Iterator[Book]:
        for book in books:
            packer.put(f"fec/{fec.file_name(book.identifier, year)}", b"".join(fec.fec_of_coop(book)))
            yield book

    with SpooledTemporaryFile(LARGEST_IN_MEMORY) as whole:
        whole.writelines(fec.fec_of_department(passing()))
        whole.seek(0)
        packer.put_file(f"fec/{fec.file_name(code, year)}", whole)
