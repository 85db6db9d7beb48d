"""The zip of a year: every file and its digest, what is lost told to the page, nothing left open."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from retkoop.errors import NotFound
from retkoop.exports import year_archive
from retkoop.exports.year_archive import MANIFEST, pack_year

STORED = {"pieces/01.png": "un", "pieces/02.png": "perdu", "documents/quitus.pdf": "deux"}
MADE = [("cahier.pdf", lambda: b"%PDF"), ("cahier.csv", lambda: b"a;b")]


def read(digest: str) -> bytes:
    if digest == "perdu":
        raise NotFound("x")
    return digest.encode()


def bytes_of(index: Callable[[frozenset[str]], str]) -> bytes:
    with pack_year(b"{}", MADE, STORED, index, read) as file:
        return file.read()


def packed(told: list[frozenset[str]]) -> zipfile.ZipFile:
    def index(lost: frozenset[str]) -> str:
        told.append(lost)
        return "<p>été</p>"

    archive = zipfile.ZipFile(io.BytesIO(bytes_of(index)))
    assert archive.testzip() is None
    return archive


def test_every_file_is_there_and_in_the_manifest_with_its_digest() -> None:
    archive = packed([])
    assert archive.namelist() == [
        "exercice.json", "cahier.pdf", "cahier.csv", "pieces/01.png", "documents/quitus.pdf", "index.html", MANIFEST,
    ]  # fmt: skip
    listed = dict(reversed(line.split("  ", 1)) for line in archive.read(MANIFEST).decode().splitlines())
    assert listed == {
        name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist() if name != MANIFEST
    }


def test_the_page_is_told_what_is_lost() -> None:
    told: list[frozenset[str]] = []
    packed(told)
    assert told == [frozenset({"pieces/02.png"})]


def test_the_same_files_give_the_same_bytes() -> None:
    assert bytes_of(lambda lost: "") == bytes_of(lambda lost: "")


def test_a_paper_that_fails_leaves_no_file_open(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Any] = []
    kind = year_archive.SpooledTemporaryFile

    def open_one(largest: int) -> Any:
        opened.append(kind(largest))
        return opened[0]

    def fail() -> bytes:
        raise ZeroDivisionError

    monkeypatch.setattr(year_archive, "SpooledTemporaryFile", open_one)
    with pytest.raises(ZeroDivisionError):
        pack_year(b"{}", [("cahier.pdf", fail)], {}, lambda lost: "", read)
    assert opened[0].closed
