"""Sealing the accounts of a département: the whole of it, twice the same, and told in the journal."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from flask import Flask

from retkoop.actions.jobs import Stopped
from retkoop.actions.sealed_extract import extracts_of, seal_extract
from retkoop.audit import Actor
from retkoop.clock import paris_date
from retkoop.errors import Refusal
from retkoop.fec_check import check_fec
from retkoop.models import Department, Entry, Journal, Year, YearKey
from tests.factories import YEAR, a_coop, a_department, a_year, an_entry

WORDS = {"open": "en cours", None: "aucun exercice"}
ASSO = Actor("Michel", 7)
MANIFEST = "manifeste-sha256.txt"


@pytest.fixture
def filled(app: Flask) -> YearKey:
    """Validate two cooperatives out of three; one of them did nothing."""
    key = a_year(a_coop("075-0001"))
    an_entry(key)
    for each in (key, a_year(a_coop("075-0002"), bank=0, cash=0)):
        Year.update(state="validated").where(each.of(Year)).execute()
    a_year(a_coop("075-0003"))
    return key


def sealed(app: Flask, steps: list[tuple[int, int]] | None = None) -> str:
    def step(done: int, total: int) -> None:
        if steps is not None:
            steps.append((done, total))

    made = seal_extract(ASSO, Department.get_by_id("075"), YEAR, WORDS, paris_date, step)
    app.config["STORAGE"].put(made.data)
    return made.seal


def opened(app: Flask) -> zipfile.ZipFile:
    extract = extracts_of("075", YEAR)[0]
    return zipfile.ZipFile(io.BytesIO(app.config["STORAGE"].get(extract.archive)))


def test_it_holds_the_accounts_every_entry_and_the_digest_of_each_file(app: Flask, filled: YearKey) -> None:
    seal = sealed(app)
    with opened(app) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert list(files) == [
        *(f"{name}.{extension}" for name in ("agregats", "cooperatives") for extension in ("xlsx", "ods", "csv")),
        "non-validees.csv", "fec/description.txt", "fec/0750001FEC20250831.txt", "fec/0750002FEC20250831.txt",
        "fec/075FEC20250831.txt", MANIFEST,
    ]  # fmt: skip
    assert "075-0003;Coopérative 075-0003;en cours" in files["non-validees.csv"].decode()
    for name in ("fec/0750001FEC20250831.txt", "fec/075FEC20250831.txt"):
        assert check_fec(files[name], YEAR.first_day, YEAR.last_day) == ()
    manifest = files.pop(MANIFEST)
    told = dict(line.split("  ")[::-1] for line in manifest.decode().splitlines())
    assert told == {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    assert seal == hashlib.sha256(manifest).hexdigest()


def test_the_journal_keeps_its_seal(app: Flask, filled: YearKey) -> None:
    seal = sealed(app)
    (extract,) = extracts_of("075", YEAR)
    assert (extract.seal, extract.who, extract.coops, extract.expected) == (seal, "Michel", 2, 3)
    line = Journal.get(Journal.action == "extrait scellé")
    assert (line.department, line.coop, line.start_year, line.person) == ("075", "", 2024, 7)


def test_the_same_accounts_have_the_same_seal(app: Flask, filled: YearKey) -> None:
    assert sealed(app) == sealed(app)
    first, second = extracts_of("075", YEAR)
    assert first.archive == second.archive


def test_one_cent_gives_another_seal(app: Flask) -> None:
    key = a_year()
    number = an_entry(key)
    copy = a_year(a_coop("075-0002"))
    Year.update(state="validated").where(copy.of(Year)).execute()
    before = sealed(app)
    Entry.update(bank=Entry.bank + 1).where(key.of(Entry), Entry.number == number).execute()
    Year.update(state="validated").where(key.of(Year)).execute()
    assert sealed(app) != before


def test_nothing_validated_is_refused_and_leaves_no_line(app: Flask) -> None:
    a_department()
    with pytest.raises(Refusal, match="il n’y a rien à sceller"):
        sealed(app)
    assert extracts_of("075", YEAR) == []


def test_it_tells_how_far_it_is(app: Flask, filled: YearKey) -> None:
    steps: list[tuple[int, int]] = []
    sealed(app, steps)
    assert steps == [(0, 2), (1, 2), (2, 2)]


def test_cancelled_on_the_way_it_leaves_no_line(app: Flask, filled: YearKey) -> None:
    def stopped(done: int, total: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        seal_extract(ASSO, Department.get_by_id("075"), YEAR, WORDS, paris_date, stopped)
    assert extracts_of("075", YEAR) == []


def test_another_departement_or_exercice_has_its_own(app: Flask, filled: YearKey) -> None:
    sealed(app)
    a_department("013")
    assert extracts_of("013", YEAR) == []
    assert extracts_of("075", type(YEAR)(2023)) == []
