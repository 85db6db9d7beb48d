"""The scans of an entry in order: which one comes first, on screen and in all that is taken away."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from retkoop.actions import scans
from retkoop.models import YearKey
from retkoop.storage import FileStorage, Storage
from tests.factories import SOMEONE
from tests.support import pages
from tests.support.archives import document, exported
from tests.support.papers import a_scan
from tests.views.conftest import Browser
from tests.views.scans.conftest import ENTRY, HOME, INBOX, facts


@pytest.fixture
def three(year: YearKey, storage: Storage) -> YearKey:
    """Give the year whose entry 1 has three scans."""
    for name, colour in (("recto", "red"), ("verso", "blue"), ("bon", "green")):
        a_scan(year, storage, colour=colour, name=name)
    return year


def offered(page: str) -> bool:
    return "Mettre en premier" in page


def order(browser: Browser) -> list[str]:
    """Give the names of the small pictures, in their order."""
    tree = pages.parse(browser.get(ENTRY).text)
    (row,) = [row for row in tree.iter("ol") if row.get("class") == "thumbs"]
    return [(image.get("alt") or "").rpartition(" : ")[2] for image in row.iter("img")]


def test_all_but_the_first_can_be_put_first(mandataire: Browser, three: YearKey) -> None:
    assert not offered(mandataire.get(ENTRY).text)
    page = mandataire.get(ENTRY + "?piece=3").text
    assert offered(page)
    fields = {"page": "1", "piece": "3", "version": "1"}
    assert 'name="version" value="1"' in page
    page = mandataire.follow(INBOX + "/3/premiere", fields).text
    assert "Pièce mise en premier." in page
    assert not offered(page)
    assert order(mandataire) == ["bon", "recto", "verso"]


def test_what_is_taken_away_names_it_first(mandataire: Browser, three: YearKey, storage: FileStorage) -> None:
    mandataire.get(ENTRY)
    mandataire.follow(INBOX + "/2/premiere", {"page": "1", "version": "1"})
    row = document(exported(three, storage))["ecritures"][0]
    assert (row["piece"], row["autres_pieces"]) == ("pieces/verso.png", ["pieces/recto.png", "pieces/bon.png"])
    with zipfile.ZipFile(BytesIO(mandataire.client.get(HOME + "pieces.zip", buffered=True).data)) as archive:
        first = archive.read("pieces/01-1.png")
    assert first == mandataire.client.get(INBOX + "/2").data


def test_a_second_click_changes_nothing(mandataire: Browser, three: YearKey) -> None:
    mandataire.get(ENTRY)
    for _ in range(2):
        mandataire.follow(INBOX + "/3/premiere", {"page": "1", "piece": "3", "version": "1"})
    assert order(mandataire) == ["bon", "recto", "verso"]


@pytest.mark.parametrize("version", ["1", "", "x"])
def test_what_was_turned_meanwhile_is_looked_at_first(mandataire: Browser, three: YearKey, version: str) -> None:
    mandataire.get(ENTRY)
    mandataire.follow(INBOX + "/2/tourner", {"quarts": "1", "page": "1"})
    answer = mandataire.post(INBOX + "/2/premiere", {"page": "1", "version": version})
    assert (answer.status_code, "a changé entre-temps" in answer.text) == (409, True)
    assert [scan.name for scan in facts(three).by_number[1].scans] == ["recto", "verso", "bon"]


def test_a_scan_that_waits_has_nothing_to_be_first_of(mandataire: Browser, year: YearKey, storage: Storage) -> None:
    a_scan(year, storage, entry=None)
    mandataire.get(INBOX)
    answer = mandataire.post(INBOX + "/1/premiere", {"version": "1"})
    assert (answer.status_code, "Joignez d’abord" in answer.text) == (422, True)


def test_a_verifier_changes_no_order(verifier: Browser, three: YearKey) -> None:
    assert not offered(verifier.get(ENTRY + "?piece=3").text)
    assert verifier.post(INBOX + "/3/premiere", {"version": "1"}).status_code == 403


def test_a_scan_joined_to_another_entry_comes_last_there(three: YearKey, storage: Storage) -> None:
    a_scan(three, storage, entry=2, colour="black", name="autre")
    scans.put_first(SOMEONE, three, 3, 1)
    scans.attach_scan(SOMEONE, three, 3, 2)
    assert scans.put_first(SOMEONE, three, 4, 1)
    assert [scan.name for scan in facts(three).by_number[2].scans] == ["autre", "bon"]
