"""What the tests of the exchange archive share."""

from __future__ import annotations

import pytest
from flask import Flask

from retkoop.storage import FileStorage


@pytest.fixture
def storage(app: Flask) -> FileStorage:
    """Give the storage of the application."""
    found: FileStorage = app.config["STORAGE"]
    return found
