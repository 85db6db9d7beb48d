"""The archive of a year: whole, importable, checked by its manifest, made without holding the database."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import html5lib
import pytest
from flask import Flask

from retkoop.actions.direct_report import turn_direct
from retkoop.actions.exchange import import_archive
from retkoop.actions.year_documents import give_document, note_posted
from retkoop.actions.years import close_year
from retkoop.db import database
from retkoop.errors import Busy
from retkoop.exports.year_archive import MANIFEST
from retkoop.models import Scan, Year, YearKey
from retkoop.storage import FileStorage
from retkoop.views import PAPERS, archives
from tests.factories import OPERATOR, a_case, a_coop, a_person, a_year, an_entry
from tests.support.archives import exported
from tests.support.papers import a_scan, arrived
from tests.views.conftest import Browser

HOME = "/coop/075-0001/2024-2025"


@pytest.fixture(autouse=True)
def printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Print nothing: the papers have tests of their own."""
    monkeypatch.setattr("retkoop.exports.pdf.render", lambda *parts: b"%PDF " + "".join(parts).encode() + b"%%EOF")


@pytest.fixture
def case(app: Flask) -> YearKey:
    """Give a real year with its scans."""
    return a_case("ecole-101", app.config["STORAGE"])


def fetched(browser: Browser, home: str = HOME) -> zipfile.ZipFile:
    answer = browser.client.get(f"{home}/exercice.zip", buffered=True)
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.testzip() is None
    return archive


def archive_of(key: YearKey, browse: Callable[[], Browser]) -> zipfile.ZipFile:
    a_person("verif", "verificateur", coop_identifier=key.coop)
    return fetched(browse().sign_in("verif"), f"/coop/{key.coop}/{key.year.label}")


def linked(archive: zipfile.ZipFile) -> set[str]:
    """Give what the page leads to and shows, other than itself."""
    tree = html5lib.parse(archive.read("index.html"), namespaceHTMLElements=False)
    found = {element.get("href") or element.get("src") for element in tree.iter()} - {None}
    return {unquote(str(address)) for address in found if not str(address).startswith("#")}


def test_everything_of_the_year_is_in_it(case: YearKey, browse: Callable[[], Browser]) -> None:
    archive = archive_of(case, browse)
    names = archive.namelist()
    assert {name for name in names if "/" not in name} == {
        "exercice.json", "index.html", MANIFEST, "cahier.csv", "cahier.ods", "cahier.pdf", "cra.pdf", "crf.pdf",
        "quitus.pdf", "inventaire.pdf",
    }  # fmt: skip
    assert {name for name, _ in PAPERS} < set(names)
    assert {name.partition("/")[0] for name in names if "/" in name} == {"pieces", "vignettes"}
    assert len(names) == len(set(names))


def test_its_manifest_has_the_digest_of_every_other_file(case: YearKey, browse: Callable[[], Browser]) -> None:
    archive = archive_of(case, browse)
    listed = dict(reversed(line.split("  ", 1)) for line in archive.read(MANIFEST).decode().splitlines())
    assert set(listed) == set(archive.namelist()) - {MANIFEST}
    for name, digest in listed.items():
        assert hashlib.sha256(archive.read(name)).hexdigest() == digest, name


def test_it_is_imported_and_gives_the_same_export(
    app: Flask, case: YearKey, browse: Callable[[], Browser], tmp_path: Path
) -> None:
    storage = app.config["STORAGE"]
    before = exported(case, storage)
    archive = archive_of(case, browse)
    assert archive.read("exercice.json") == zipfile.ZipFile(io.BytesIO(before)).read("exercice.json")
    archive.extractall(tmp_path / "dossier")
    with zipfile.ZipFile(tmp_path / "entier.zip", "w") as again:
        for name in archive.namelist():
            again.writestr(name, archive.read(name))
    for source in (tmp_path / "entier.zip", tmp_path / "dossier" / "exercice.json"):
        other = FileStorage(tmp_path / source.stem)
        import_archive(OPERATOR, source, other, replace=True)
        assert exported(case, other) == before


def test_the_command_s_archive_stays_what_an_import_reads(app: Flask, case: YearKey) -> None:
    with zipfile.ZipFile(io.BytesIO(exported(case, app.config["STORAGE"]))) as archive:
        assert all(name.startswith("pieces/") or name == "exercice.json" for name in archive.namelist())


def test_the_page_shows_every_entry_with_its_scans(case: YearKey, browse: Callable[[], Browser]) -> None:
    archive = archive_of(case, browse)
    told = json.loads(archive.read("exercice.json"))
    page = archive.read("index.html").decode()
    assert page.count('<tr id="ecriture-') == len(told["ecritures"]) > 80
    files = set(archive.namelist()) - {"index.html", MANIFEST, "exercice.json"}
    assert linked(archive) == files


def test_the_page_asks_nothing_of_a_network(case: YearKey, browse: Callable[[], Browser]) -> None:
    page = archive_of(case, browse).read("index.html").decode()
    for word in ("http:", "https:", "<script", "<link", "@import", "url(", "/coop/", "csrf"):
        assert word not in page, word


def test_scans_that_wait_are_there_too(app: Flask, year: YearKey, mandataire: Browser) -> None:
    a_scan(year, app.config["STORAGE"], None, "pink", "ticket #1")
    archive = fetched(mandataire)
    assert {name for name in archive.namelist() if "/" in name} == {"a-ranger/piece-1.png", "vignettes/piece-1.webp"}
    assert "Pièces sans écriture" in archive.read("index.html").decode()


def test_a_name_with_signs_of_addresses_is_followed(app: Flask, year: YearKey, mandataire: Browser) -> None:
    a_scan(year, app.config["STORAGE"], an_entry(year), "pink", "reçu n° 5 #1 50% & été")
    archive = fetched(mandataire)
    assert linked(archive) >= {name for name in archive.namelist() if name.startswith("pieces/")}


def test_a_lost_scan_is_told_and_the_rest_is_there(app: Flask, year: YearKey, mandataire: Browser) -> None:
    a_scan(year, app.config["STORAGE"], an_entry(year), "pink", "facture")
    Scan.update(digest="0" * 64).execute()
    archive = fetched(mandataire)
    assert not [name for name in archive.namelist() if name.startswith("pieces/")]
    assert "facture\u00a0: document introuvable" in archive.read("index.html").decode().replace("&nbsp;", "\u00a0")


def test_what_people_type_is_only_text_in_it(year: YearKey, mandataire: Browser) -> None:
    an_entry(year, label="<script>alert(1)</script>", voucher="=1+1", project="<img src=x>")
    archive = fetched(mandataire)
    page = archive.read("index.html").decode()
    assert "<script" not in page
    assert "<img" not in page
    assert "'=1+1" in archive.read("cahier.csv").decode("utf-8-sig")


def test_the_home_of_a_closed_year_offers_it(year: YearKey, mandataire: Browser) -> None:
    assert "Garder l’archive de l’année" not in mandataire.get(HOME + "/").text
    Year.update(state="closed").where(year.of(Year)).execute()
    assert "Garder l’archive de l’année" in mandataire.get(HOME + "/").text
    assert "exercice clos" in fetched(mandataire).read("index.html").decode()


def test_a_report_typed_in_directly_has_no_cahier_in_it(year: YearKey, mandataire: Browser) -> None:
    turn_direct(OPERATOR, year)
    archive = fetched(mandataire)
    assert {name for name in archive.namelist() if name.startswith("cahier")} == set()
    assert linked(archive) == {"cra.pdf", "crf.pdf", "quitus.pdf", "inventaire.pdf"}
    assert "est tenu ailleurs" in archive.read("index.html").decode()


def test_readers_take_it_and_strangers_do_not(year: YearKey, browse: Callable[[], Browser]) -> None:
    a_year(a_coop("075-0002"))
    a_person("verif", "verificateur")
    a_person("asso", "ad")
    a_person("voisin", coop_identifier="075-0002")
    for identifier, status in (("verif", 200), ("asso", 200), ("voisin", 404)):
        answer = browse().sign_in(identifier).client.get(HOME + "/exercice.zip", buffered=True)
        assert answer.status_code == status, identifier


def test_it_is_made_and_printed_without_a_connection(
    year: YearKey, mandataire: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []
    pack, render = archives.pack_year, archives.pdf.render

    def watched(*args: Any) -> Any:
        held.append(not database.is_closed())
        return pack(*args)

    def printing(*parts: str) -> bytes:
        held.append(not database.is_closed())
        return render(*parts)

    monkeypatch.setattr(archives, "pack_year", watched)
    monkeypatch.setattr("retkoop.exports.pdf.render", printing)
    database.close()  # the test's own: the request takes one, as on a server
    archive = fetched(mandataire)
    assert held == [False] * (1 + len(PAPERS))
    assert database.is_closed()
    assert "index.html" in archive.namelist()


def test_when_papers_cannot_be_printed_it_says_so(
    year: YearKey, mandataire: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*parts: str) -> bytes:
        raise Busy("Trop de documents sont demandés en ce moment.")

    monkeypatch.setattr("retkoop.exports.pdf.render", busy)
    assert mandataire.client.get(HOME + "/exercice.zip", buffered=True).status_code == 503


def test_the_page_tells_the_state_what_each_document_proves_and_what_went_by_post(
    app: Flask, browse: Callable[[], Browser]
) -> None:
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    close_year(OPERATOR, key, lambda: date(2025, 9, 5))
    storage = app.config["STORAGE"]
    give_document(OPERATOR, key, "quitus", arrived(storage, "navy", "page signée"))
    give_document(OPERATOR, key, "autre", arrived(storage, "gold", "procès-verbal"))
    note_posted(OPERATOR, key, "releve", date(2025, 9, 3))
    page = " ".join(
        "".join(html5lib.parse(archive_of(key, browse).read("index.html"), namespaceHTMLElements=False).itertext())
        .replace("\u00a0", " ").split()
    )  # fmt: skip
    assert "exercice clos" in page
    assert "Quitus signé : Donné" in page
    assert "Relevé de banque au 31 août : Envoyé par courrier ou par mail le 03/09/2025" in page
    assert "Autre document" in page
    assert page.index("Quitus signé") < page.index("documents/page signée") < page.index("Relevé de banque au 31 août")
