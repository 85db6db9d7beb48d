"""What the tests of the scan screens share: a year with entries, and files in forms."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from retkoop.facts import YearFacts
from retkoop.models import Department, Year, YearKey
from retkoop.storage import Storage
from retkoop.year_rows import year_facts
from tests.factories import an_entry

HOME = "/coop/075-0001/2024-2025/"
ENTRY = HOME + "cahier/ecritures/1/pieces"
INBOX = HOME + "pieces"


def files(*sent: tuple[str, bytes], **fields: str) -> dict[str, Any]:
    """Give the fields of a form with files: (name, bytes) each."""
    return {**fields, "fichiers": [(BytesIO(data), name) for name, data in sent]}


def facts(key: YearKey) -> YearFacts:
    """Give all of the year."""
    return year_facts(Year.get(key.of(Year)), Department.get_by_id(key.department))


@pytest.fixture
def storage(app: Flask) -> Storage:
    """Give the storage of the application."""
    return app.config["STORAGE"]


@pytest.fixture
def year(year: YearKey) -> YearKey:
    """Give a year with two entries."""
    an_entry(year)
    an_entry(year, label="Papeterie – Cahiers", voucher="02", bank=-9_363, allocations=())
    return year
