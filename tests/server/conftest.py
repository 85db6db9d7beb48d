"""Data made in this process, then a real server over it."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from retkoop import db
from retkoop.models import YearKey
from retkoop.storage import FileStorage
from tests.factories import a_case, a_person, a_year


@contextmanager
def opened(database_url: str) -> Iterator[None]:
    """Open a database in this process, and leave no connection: a killed server must find its files alone."""
    database = db.open_database(database_url)
    db.database.initialize(database)
    try:
        with database.connection_context():
            yield
    finally:
        database.close_all()


@pytest.fixture
def look(database_url: str) -> Callable[[], AbstractContextManager[None]]:
    """Give a way to look into the database of this test."""
    return lambda: opened(database_url)


@pytest.fixture
def year(database_url: str) -> YearKey:
    """Give an open exercice and its mandataire."""
    with opened(database_url):
        key = a_year()
        a_person()
    return key


@pytest.fixture
def ready(database_url: str, tmp_path: Path) -> YearKey:
    """Give an exercice that can be closed, and its mandataire."""
    with opened(database_url):
        key = a_case("ecole-du-bourg", FileStorage(tmp_path / "pieces"))
        a_person(key.coop, coop_identifier=key.coop)
    return key


def book_of(key: YearKey) -> str:
    """Give the address of the cahier."""
    return f"/coop/{key.coop}/{key.year.label}/cahier"


def typed(label: str, key: str = "", **more: str) -> dict[str, str]:
    """Give what a person types: an expense of 12,00 € split over two accounts."""
    fields: dict[str, Any] = {
        "date": "2024-11-04", "pj": "", "libelle": label, "nature": "depense", "moyen": "banque", "cle": key,
        "lignes-0-compte": "61800008", "lignes-0-montant": "8,00",
        "lignes-1-compte": "62810008", "lignes-1-montant": "4,00",
    }  # fmt: skip
    return {**fields, **more}


def seeded() -> random.Random:
    """Give the chance of a test: its seed is printed, and taken back from SEED."""
    seed = int(os.environ.get("SEED") or random.randrange(10**6))
    print(f"SEED={seed}")
    return random.Random(seed)
