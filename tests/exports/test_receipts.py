"""The zip of scans: named by PJ on every computer, whole even when a document is lost, and never held in memory."""

from __future__ import annotations

import csv
import io
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import PurePosixPath
from typing import Any

import pytest

from retkoop.errors import Busy, NotFound
from retkoop.exports import receipts
from retkoop.exports.receipts import LOST, pack_receipts
from retkoop.facts import Entry, Scan
from tests.support.year_facts import entry, facts

HOSTILE = (
    "../../../etc/passwd", "..\\..\\x", "/01", "C:\\01", "01/02", "CON", "nul", "..", ".", "~", "-rf", "a\0b", "x\r\ny",
    "\u202egnp.exe", "é\u0301", "٣", "😀", "x" * 300, "01.exe", "a:b|c?*<>\"", "=1+1", "%2e%2e%2f", " ",
)  # fmt: skip
WINDOWS = {"con", "prn", "aux", "nul", "com1", "lpt1"}


def scanned(number: int, voucher: str, *digests: str, **values: Any) -> Entry:
    scans = tuple(Scan(100 * number + rank, "image/jpeg", "x", digest) for rank, digest in enumerate(digests))
    return entry(number, voucher=voucher, scans=scans, **values)


def read(digest: str) -> bytes:
    if digest == "lost":
        raise NotFound("x")
    return digest.encode()


def packed(*entries: Entry, reader: Callable[[str], bytes] = read) -> zipfile.ZipFile:
    with pack_receipts(facts(*entries), reader) as file:
        archive = zipfile.ZipFile(io.BytesIO(file.read()))
    assert archive.testzip() is None
    return archive


def index(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    text = archive.read("index.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def names(archive: zipfile.ZipFile) -> list[str]:
    return [name for name in archive.namelist() if name != "index.csv"]


def test_scans_are_named_by_their_pj() -> None:
    pdf = Scan(9, "application/pdf", "facture", "c")
    archive = packed(scanned(1, "01", "a", "b"), entry(2, voucher="R02", scans=(pdf,)), scanned(3, "03"))
    assert {name: archive.read(name) for name in names(archive)} == {
        "pieces/01-1.jpg": b"a", "pieces/01-2.jpg": b"b", "pieces/R02-1.pdf": b"c",
    }  # fmt: skip


def test_an_entry_without_pj_is_named_by_its_date() -> None:
    archive = packed(scanned(1, "", "a", day=date(2024, 12, 3)), scanned(2, "", "b", day=date(2024, 12, 3)))
    assert names(archive) == ["pieces/2024-12-03-1.jpg", "pieces/2024-12-03-2.jpg"]


def test_no_name_is_given_twice_even_where_capitals_do_not_count() -> None:
    vouchers = ("R1", "r1", "R 1", "R_1", "R/1", "R1", "R1-1", "r1-1", "R1-1-1")
    found = names(packed(*(scanned(number, voucher, "a") for number, voucher in enumerate(vouchers, 1))))
    assert len({name.casefold() for name in found}) == len(vouchers)


@pytest.mark.parametrize("voucher", HOSTILE)
def test_a_hostile_pj_is_only_a_name(voucher: str) -> None:
    archive = packed(scanned(1, voucher, "a"), scanned(2, voucher, "b"))
    for name in names(archive):
        path = PurePosixPath(name)
        assert (path.parent, path.suffix) == (PurePosixPath("pieces"), ".jpg")
        assert name.isascii()
        assert len(path.name) < 60
        assert path.stem[0].isalnum()
        assert path.stem.casefold() not in WINDOWS
        assert set(path.stem) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
    assert len(set(names(archive))) == 2


def test_the_index_says_what_each_file_is() -> None:
    archive = packed(
        scanned(1, "01", "a", label="=Librairie; « Albums »", bank=-1_200),
        scanned(2, "02", "b", bank=50_000, cash=-50_000),
        scanned(3, "03", "c", bank=-15_000, advance="CP", advance_amount=15_000),
        scanned(4, "04", "d", bank=0, advance="CP", advance_amount=-12_750),
    )
    first = {"PJ": "01", "Date": "04/11/2024", "Libellé": "'=Librairie; « Albums »", "Montant": "-12,00"}
    assert index(archive)[0] == {**first, "Fichier": "pieces/01-1.jpg", "Remarque": ""}
    assert [row["Montant"] for row in index(archive)] == ["-12,00", "500,00", "-150,00", "-127,50"]
    assert [row["Fichier"] for row in index(archive)] == names(archive)


def test_what_waits_and_what_struck_entries_hold_are_there_too() -> None:
    waiting = (Scan(1, "image/jpeg", "../ticket é", "a"), Scan(2, "image/jpeg", "ticket é", "b"))
    year = replace(facts(scanned(1, "ticket e", "c")), inbox=waiting, struck_scans=(Scan(3, "image/png", "😀", "d"),))
    with pack_receipts(year, read) as file:
        archive = zipfile.ZipFile(io.BytesIO(file.read()))
    assert {name: archive.read(name) for name in names(archive)} == {
        "pieces/ticket_e-1.jpg": b"c", "a-ranger/ticket_e-1.jpg": b"a", "a-ranger/ticket_e-2.jpg": b"b",
        "supprimees/piece-1.png": b"d",
    }  # fmt: skip
    last = {"PJ": "", "Date": "", "Libellé": "😀", "Montant": "", "Fichier": "supprimees/piece-1.png"}
    assert index(archive)[3] == {**last, "Remarque": "D’une écriture supprimée"}
    assert index(archive)[1]["Remarque"] == "À ranger"


def test_a_lost_document_is_named_and_breaks_nothing() -> None:
    archive = packed(scanned(1, "01", "a", "lost"), scanned(2, "02", "b"))
    assert names(archive) == ["pieces/01-1.jpg", "pieces/02-1.jpg"]
    assert [(row["PJ"], row["Fichier"], row["Remarque"]) for row in index(archive)] == [
        ("01", "pieces/01-1.jpg", ""), ("01", "", LOST), ("02", "pieces/02-1.jpg", ""),
    ]  # fmt: skip


def test_a_storage_that_does_not_answer_is_not_taken_for_lost_documents() -> None:
    def away(digest: str) -> bytes:
        raise Busy("x")

    with pytest.raises(Busy):
        pack_receipts(facts(scanned(1, "01", "a")), away)


def test_a_year_without_scans_gives_an_empty_index() -> None:
    archive = packed(scanned(1, "01"))
    assert archive.namelist() == ["index.csv"]
    assert index(archive) == []


def test_files_can_be_read_once_unpacked_and_two_zips_are_the_same() -> None:
    year = facts(scanned(1, "01", "a"))
    with pack_receipts(year, read) as first, pack_receipts(year, read) as second:
        data = first.read()
        assert data == second.read()
    infos = zipfile.ZipFile(io.BytesIO(data)).infolist()
    assert {info.external_attr >> 16 for info in infos} == {0o644}
    assert infos[0].date_time[:3] == (2024, 11, 4)
    assert infos[0].compress_type == zipfile.ZIP_STORED


# ---- Memory

SIZE, COUNT = 300_000, 300
BOUND = 10 * SIZE


def peak() -> int:
    """Pack 300 scans of 300 KB, and give the most memory that it took, in bytes."""
    year = facts(*(scanned(number, f"{number:03d}", str(number)) for number in range(1, COUNT + 1)))
    tracemalloc.start()
    try:
        with pack_receipts(year, lambda digest: bytes(SIZE)) as file:
            most = tracemalloc.get_traced_memory()[1]
            assert file.seek(0, io.SEEK_END) > SIZE * COUNT
    finally:
        tracemalloc.stop()
    return most


def test_three_hundred_scans_are_never_in_memory_together() -> None:
    assert peak() < BOUND


def test_a_zip_made_in_memory_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control."""
    monkeypatch.setattr(receipts, "LARGEST_IN_MEMORY", SIZE * COUNT * 2)
    assert peak() > SIZE * COUNT
