"""Counting what is asked of the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from retkoop.db import database

# Opening, closing and guarding a transaction is worded differently by each engine, and asks for no data.
ASKING = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


@contextmanager
def counted() -> Iterator[list[str]]:
    """Give the list that the statements run meanwhile are added to: those that read or write rows."""
    engine = database.obj
    run = engine.execute_sql
    asked: list[str] = []

    def noted(sql: str, *args: Any, **kwargs: Any) -> Any:
        if sql.lstrip("( \n").upper().startswith(ASKING):
            asked.append(sql)
        return run(sql, *args, **kwargs)

    engine.execute_sql = noted
    try:
        yield asked
    finally:
        del engine.execute_sql
