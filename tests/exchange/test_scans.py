"""Scans that come with an archive: kept like those that people send."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from flask import Flask

from retkoop.actions import scans
from retkoop.actions.exchange import export_archive, import_archive
from retkoop.facts import Scan
from retkoop.models import Department, Year, YearKey, find_coop
from retkoop.year_rows import year_facts
from tests.factories import OPERATOR, SOMEONE, a_year, an_entry
from tests.support.papers import bill


def facts(key: YearKey) -> tuple[Scan, ...]:
    return year_facts(Year.get(key.of(Year)), Department.get_by_id(key.department)).by_number[1].scans


def test_they_have_the_small_picture_the_words_and_the_source_of_one_that_is_sent(app: Flask, tmp_path: Path) -> None:
    storage, key = app.config["STORAGE"], a_year()
    an_entry(key)
    scans.add_scan(SOMEONE, key, scans.take_in("facture", bill("Le 18/10/2024", "Total TTC 93,63 €"), storage), 1)
    (sent,), path = facts(key), tmp_path / "exercice.zip"
    coop = find_coop(key.coop)
    assert coop is not None
    path.write_bytes(export_archive(coop, Year.get(key.of(Year)), storage))
    import_archive(OPERATOR, path, storage, replace=True)
    (imported,) = facts(key)
    assert sent.thumb_digest
    assert "9363" in sent.told
    assert replace(imported, number=sent.number, version=sent.version) == sent
    assert scans.add_scan(SOMEONE, key, scans.take_in("autre", storage.get(sent.digest), storage), 1).step is None
