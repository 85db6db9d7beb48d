"""What the papers of a validated year bear at their head is kept with its validation, and by SQL too."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from peewee import PeeweeException

from retkoop.actions import backup, moves, settings
from retkoop.actions.departments import rename_department
from retkoop.association import ValidatedHead
from retkoop.db import database
from retkoop.models import YearKey
from retkoop.settings_rows import head_of, profile_of
from tests.factories import SOMEONE, a_case
from tests.support.papers import picture
from tests.support.year_end import finish


@pytest.fixture
def validated(app: Flask) -> YearKey:
    """Give a year that was validated under a name and a logo that the association then changed."""
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    finish(key)
    moves.send(SOMEONE, key, lambda: date(2025, 9, 5))
    settings.set_logo(SOMEONE, "075", settings.keep_logo(picture("teal"), app.config["STORAGE"]))
    moves.validate(SOMEONE, key)
    return key


def test_it_is_what_the_association_was_then(app: Flask, validated: YearKey) -> None:
    then = profile_of("075")
    assert rename_department(SOMEONE, "075", then.name, "OCCE de Paris")
    settings.set_logo(SOMEONE, "075", settings.keep_logo(picture("navy"), app.config["STORAGE"]))
    today = profile_of("075")
    assert (today.name, today.logo != then.logo) == ("OCCE de Paris", True)
    assert head_of(validated, today) == replace(today, name=then.name, logo=then.logo)
    assert head_of(validated._replace(start_year=2025), today) == today, "nothing was kept of another year"


def test_a_backup_holds_the_logo_that_is_printed_of_what_was_validated_with_it(
    app: Flask, validated: YearKey, tmp_path: Path
) -> None:
    storage, then = app.config["STORAGE"], profile_of("075").logo
    settings.set_logo(SOMEONE, "075", "")
    backup.save(tmp_path / "tout.zip", storage)
    with zipfile.ZipFile(tmp_path / "tout.zip") as archive:
        assert archive.read(f"pieces/{then}") == storage.get(then)
    backup.restore(tmp_path / "tout.zip", storage)
    assert head_of(validated, profile_of("075")).logo == then


def test_it_never_changes(validated: YearKey) -> None:
    table = ValidatedHead
    for work in (table.update(association="Autre"), table.update(logo=""), table.delete()):
        with pytest.raises(PeeweeException, match="decision_intouchable"), database.atomic():
            work.execute()
    assert table.select().where(validated.of(table)).count() == 1
