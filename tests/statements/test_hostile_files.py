"""Files that are cut, mixed up or meant to harm: a French sentence, never anything else."""

from __future__ import annotations

import io
import random
import time
import zipfile
from pathlib import Path

import pytest

from retkoop.statements import UnreadableStatement, read_statement
from tests.factories import CASES

FILES = sorted((CASES / "ecole-101").glob("releve*"))
BOMB = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><Document><a>&b;</a></Document>'


def zipped(content: bytes, name: str = "releve.csv") -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return kept.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableStatement) as caught:
        read_statement(data)
    return str(caught.value)


def mutated(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return chance.choice(
        [
            data[:at],
            data[at:],
            data[:at] + bytes(chance.randrange(256) for _ in range(8)) + data[at + 8 :],
            data[:at] + data[at + chance.randrange(1, 200) :],
            data.replace(b";", b",") if chance.random() < 0.5 else data.replace(b"\n", b" "),
            data.decode("utf-8", "replace").encode("utf-16"),
        ]
    )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_two_hundred_mutations_are_read_or_refused(file: Path) -> None:
    chance = random.Random(file.name)
    for _ in range(200):
        began = time.perf_counter()
        try:
            assert read_statement(mutated(file.read_bytes(), chance)).lines
        except UnreadableStatement as refused:
            assert refused.message.endswith(".")  # noqa: PT017
        assert time.perf_counter() - began < 5


@pytest.mark.parametrize("name", ["releve.ofx", "releve.camt053.xml", "releve.qif"])
def test_a_cut_file_is_refused_with_its_line(name: str) -> None:
    data = (CASES / "ecole-101" / name).read_bytes()
    assert refusal(data[: len(data) // 2]).startswith("Ligne ")


def test_a_zip_is_read_as_what_it_holds() -> None:
    for file in FILES:
        assert read_statement(zipped(file.read_bytes(), file.name)) == read_statement(file.read_bytes())


def test_bombs_are_refused() -> None:
    assert "DTD" in refusal(BOMB.encode())
    assert "trop grande une fois ouverte" in refusal(zipped(b"0" * 20_000_000))
    assert "en contient une autre" in refusal(zipped(zipped(b"a"), "b.zip"))
    assert "trop profondément" in refusal(b"<?xml version='1.0'?>" + b"<a>" * 5_000)


def test_too_many_lines_are_refused_soon() -> None:
    began = time.perf_counter()
    assert "plus de 10000 lignes" in refusal(b"Date;Libelle;Montant\n" + b"01/09/2024;CB;-1,00\n" * 200_000)
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("line", ["31/02/2025;CB;-1,00", "01/09/2024;CB;-1,0x", "01/09/2024;CB;"])
def test_a_line_that_cannot_be_read_refuses_the_whole_file(line: str) -> None:
    assert refusal(f"Date;Libelle;Montant\n01/09/2024;CB;-1,00\n{line}\n".encode()).startswith("Ligne 3 : ")
