"""The shared years as facts, loaded once for each engine and file of tests."""

from __future__ import annotations

import pytest
from flask import Flask

from retkoop.actions.exchange import import_archive
from retkoop.actions.years import load_facts
from retkoop.audit import OPERATOR
from retkoop.facts import YearFacts
from retkoop.models import Year
from tests.factories import CASES


@pytest.fixture
def cases(app: Flask) -> dict[str, YearFacts]:
    """Give every shared year by its name: several are of the same cooperative, one after the other."""
    found = {}
    for folder in sorted(CASES.iterdir()):
        key = import_archive(OPERATOR, folder / "exercice.zip", app.config["STORAGE"], replace=True)
        found[folder.name] = load_facts(Year.get(key.of(Year)))
    return found
