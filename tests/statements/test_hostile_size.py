"""Files that ask for all the memory or time get a French sentence, soon; a tiny workbook cannot end the server."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from io import BytesIO
from random import Random

import pytest

from retkoop import workbook_size
from retkoop.statements import UnreadableStatement, read_statement
from tests.statements import hostile, writers


def test_each_is_refused_in_french_within_little_memory_and_time() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.statements.hostile"], capture_output=True, text=True, timeout=300, check=False
    )
    assert run.returncode == 0, run.stderr[-2_000:]
    told = [json.loads(line) for line in run.stdout.splitlines()]
    assert [name for name, _, _ in told] == list(hostile.FILES)
    for name, message, seconds in told:
        assert re.fullmatch(r"(Ligne \d+ : )?(Ce|Cette|Une|Le) .+\.", message), name
        assert seconds < 10, name


def test_a_thousand_mutations_of_all_formats_are_read_or_refused() -> None:
    chance = Random(2025)
    refused = 0
    for number in range(1_000):
        data = _mutated(_file(number, chance), chance)
        try:
            assert read_statement(data).lines
        except UnreadableStatement as refusal:
            refused += 1
            assert re.fullmatch(r"[A-ZÀÉ].+\.", refusal.message), number  # noqa: PT017
    assert 200 < refused < 1_000


def _file(number: int, chance: Random) -> bytes:
    statement, dialect = writers.a_statement(chance, 12), writers.Dialect.drawn(chance)
    if number % 6 == 0:
        return writers.written_xlsx(statement, dialect, typed=chance.random() < 0.5)
    if number % 6 == 1:
        return writers.written_csv(statement, dialect)
    write = (writers.written_ofx, writers.written_cfonb, writers.written_qif, writers.written_camt)[number % 6 - 2]
    return write(statement, chance)


def _mutated(data: bytes, chance: Random) -> bytes:
    """Cut, swap, damage or repeat a part; a workbook is damaged inside, too."""
    if data[:2] == b"PK" and chance.random() < 0.6:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = {member.filename: archive.read(member) for member in archive.infolist()}
        name = chance.choice(sorted(members))
        return hostile.zipped({**members, name: _mutated(b" " + members[name], chance)})
    first, last = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    noise = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 9)))
    return chance.choice(
        [
            data[:first],
            data[first:],
            data[:first] + noise + data[first:],
            data[:first] + data[last:],
            data[:first] + data[first:last] * 3 + data[last:],
            data.translate(bytes.maketrans(b";,.", b",;;")),
            data.replace(b"-", b""),
            re.sub(rb"\d\d", b"99", data),
            b"".join(chance.sample(data.splitlines(keepends=True), len(data.splitlines()))),
            data.decode("utf-8", "replace").encode("utf-16"),
        ]
    )


def _ods(rows: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(BytesIO(hostile.zipped({"content.xml": b"<table:table>" + rows + b"</table:table>"})))


CELL, EMPTY = b"<table:table-cell office:value-type='string'><p>a</p></table:table-cell>", b"<table:table-cell %s/>"
FAR = b"table:number-columns-repeated='16384'"
ROW, END = b"<table:table-row>", b"</table:table-row>"
MANY = b"<table:table-row table:number-rows-repeated='1048576'>"


@pytest.mark.parametrize(
    ("rows", "large"),
    [
        (ROW + CELL + EMPTY % FAR + END + MANY + EMPTY % FAR + END, False),
        (MANY + EMPTY % FAR + CELL + END, True),
        (MANY + EMPTY % FAR + END + ROW + CELL * 9 + END, True),
        (ROW + CELL * 300_001 + END, True),
    ],
    ids=["the rest of a sheet is empty", "a cell far right", "a cell far below", "too many cells"],
)  # fmt: skip
def test_an_open_document_reaches_as_far_as_its_last_cell_that_says_something(rows: bytes, large: bool) -> None:
    assert workbook_size.is_too_large(_ods(rows)) == large


def test_a_usual_workbook_is_not_too_large_wherever_its_sheet_is_kept() -> None:
    statement = writers.a_statement(Random(1), 2_000)
    usual = writers.written_xlsx(statement, writers.Dialect.drawn(Random(1)), typed=True)
    assert not workbook_size.is_too_large(zipfile.ZipFile(BytesIO(usual)))
    assert workbook_size.is_too_large(zipfile.ZipFile(BytesIO(hostile.moved_sheet("feuille.xml"))))
    assert workbook_size.is_too_large(zipfile.ZipFile(BytesIO(hostile.zipped({"xl/workbook.bin": b""}))))
