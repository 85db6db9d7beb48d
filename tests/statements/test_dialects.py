"""What is written in any dialect is read back the same: lines, their order, balances."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from retkoop.statements import Statement, read_statement
from retkoop.statements.model import one_line
from tests.statements import writers


def lines_of(statement: Statement) -> list[tuple[str, str, int]]:
    """Give the lines; what cp1252 cannot write is a question mark on both sides."""
    return [(str(line.day), one_line(line.label), line.amount) for line in statement.lines]


def assert_read_back(seed: int, data: bytes, drawn: Statement, told: bool = True, in_order: bool = True) -> None:
    found = read_statement(data)
    read, written = lines_of(found), lines_of(drawn)
    assert (read == written) if in_order else (sorted(read) == sorted(written)), f"seed {seed}"
    if told:
        assert found.closing is not None, f"seed {seed}"
        assert drawn.closing is not None
        assert found.closing.amount == drawn.closing.amount, f"seed {seed}"
    if found.opening:
        assert drawn.opening is not None
        assert found.opening.amount == drawn.opening.amount, f"seed {seed}"
    if not told and found.closing:
        assert found.gap in (None, 0), f"seed {seed}"


@pytest.mark.parametrize("first", range(0, 400, 50))
def test_a_csv_of_any_dialect(first: int) -> None:
    for seed in range(first, first + 50):
        random = Random(seed)
        drawn, dialect = writers.a_statement(random), writers.Dialect.drawn(random)
        told = dialect.preamble > 0 or dialect.footer > 0 or "balance" in dialect.columns
        assert_read_back(
            seed,
            writers.written_csv(drawn, dialect),
            writers.as_written(drawn, dialect.encoding),
            told,
            dialect.tells_order(drawn),
        )


def test_a_workbook_of_any_dialect() -> None:
    for seed in range(60):
        random = Random(seed)
        drawn, dialect = writers.a_statement(random), writers.Dialect.drawn(random)
        told = dialect.preamble > 0 or dialect.footer > 0 or "balance" in dialect.columns
        assert_read_back(
            seed, writers.written_xlsx(drawn, dialect, typed=seed % 2 == 0), drawn, told, dialect.tells_order(drawn)
        )


@pytest.mark.parametrize(
    ("write", "told"),
    [
        (writers.written_ofx, True),
        (writers.written_cfonb, True),
        (writers.written_camt, True),
        (writers.written_qif, False),
    ],
    ids=["ofx", "cfonb", "camt", "qif"],
)
def test_a_file_of_a_format_with_rules(write: Callable[[Statement, Random], bytes], told: bool) -> None:
    for seed in range(150):
        random = Random(seed)
        drawn = writers.a_statement(random)
        assert_read_back(seed, write(drawn, random), drawn, told)
