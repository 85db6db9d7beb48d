"""A PDF looked at page by page: each drawn once, within bounds, for whoever may see its scan."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from retkoop import documents
from retkoop.actions import scans
from retkoop.models import Scan, YearKey
from retkoop.storage import Storage
from tests.factories import SOMEONE
from tests.support import pages
from tests.support.papers import a_scan, pamphlet
from tests.views.conftest import Browser
from tests.views.scans.conftest import ENTRY, INBOX

SECOND = ENTRY + "?piece=1&feuille=2"


@pytest.fixture
def three(year: YearKey, storage: Storage) -> YearKey:
    """Give the year whose entry 1 has a PDF of three pages."""
    arrived = scans.take_in("bordereau", pamphlet("Page une", "Page deux", "Page trois"), storage)
    scans.add_scan(SOMEONE, year, arrived, 1)
    return year


@pytest.fixture
def drawn(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Keep what is drawn in a folder, and give the pages drawn so far."""
    monkeypatch.setitem(app.config, "RETKOOP", replace(app.config["RETKOOP"], rendered=tmp_path / "imprimes"))
    asked: list[int] = []
    draw = documents.page_picture

    def counted(data: bytes, number: int) -> bytes:
        asked.append(number)
        return draw(data, number)

    monkeypatch.setattr(documents, "page_picture", counted)
    return asked


def viewer(page: Any) -> str:
    return pages.text_of(pages.by_id(pages.parse(page.text), "vue"))


def links(page: Any) -> dict[str, str]:
    """Give where the links from page to page lead, by their words."""
    (nav,) = [nav for nav in pages.parse(page.text).iter("nav") if nav.get("class") == "turner"]
    return {pages.text_of(link): link.get("href") or "" for link in nav.iter("a")}


def picture(page: Any) -> tuple[str, str]:
    (image,) = [image for image in pages.parse(page.text).iter("img") if image.get("class") == "page"]
    return image.get("src") or "", image.get("alt") or ""


@pytest.mark.parametrize("who", ["mandataire", "verifier"])
def test_each_page_is_reached_from_the_one_before_and_the_one_after(
    request: pytest.FixtureRequest, three: YearKey, who: str
) -> None:
    browser: Browser = request.getfixturevalue(who)
    page = browser.get(ENTRY)
    seen = []
    for number in (1, 2, 3):
        assert f"Page {number} sur 3" in viewer(page)
        address, words = picture(page)
        assert words == f"Page {number} sur 3 de bordereau"
        seen.append(browser.client.get(address).data)
        onward = f"Suivante : page {number + 1} sur 3"
        assert list(links(page)) == [
            *([f"Précédente : page {number - 1} sur 3"] if number > 1 else []), *([onward] if number < 3 else [])
        ]  # fmt: skip
        page = browser.get(links(page)[onward]) if number < 3 else page
    assert len(set(seen)) == 3
    assert "Page 2 sur 3" in viewer(browser.get(links(page)["Précédente : page 2 sur 3"]))


def test_the_entry_that_it_proves_stands_beside_it(verifier: Browser, three: YearKey) -> None:
    said = viewer(verifier.get(SECOND))
    assert "01 Librairie du Centre – Albums, le 04/11/2024, banque" in said
    assert "6180" in said
    assert "Télécharger le PDF" in said


def test_after_the_swap_the_page_is_what_a_reload_shows(mandataire: Browser, three: YearKey) -> None:
    before = mandataire.get(ENTRY)
    for sheet in (2, 3, 1):
        answer = mandataire.client.get(f"{ENTRY}?piece=1&feuille={sheet}", headers={"HX-Request": "true"})
        swapped = pages.after_swap(before.text, answer.text, "vue")
        before = mandataire.get(answer.headers["HX-Replace-Url"])
        assert pages.shown(swapped) == pages.shown(pages.parse(before.text))
        assert f"Page {sheet} sur 3" in viewer(before)


def test_a_link_to_a_scan_that_is_gone_shows_the_others(mandataire: Browser, three: YearKey, storage: Storage) -> None:
    a_scan(three, storage, name="recto")
    mandataire.follow(INBOX + "/1/retirer", {"page": "1"})
    answer = mandataire.client.get(SECOND, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, SECOND)
    assert "recto" in viewer(mandataire.get(SECOND))


@pytest.mark.parametrize("asked", ["0", "-1", "x", "²", "", "9" * 5_000])
def test_a_page_that_makes_no_sense_is_the_first(mandataire: Browser, three: YearKey, asked: str) -> None:
    assert "Page 1 sur 3" in viewer(mandataire.get(f"{ENTRY}?piece=1&feuille={asked}"))


def test_a_page_beyond_the_last_is_the_last(mandataire: Browser, three: YearKey) -> None:
    assert "Page 3 sur 3" in viewer(mandataire.get(f"{ENTRY}?piece=1&feuille=4"))


@pytest.mark.parametrize("number", [0, 4, 999])
def test_a_picture_of_no_page_does_not_exist(
    mandataire: Browser, three: YearKey, number: int, drawn: list[int]
) -> None:
    assert mandataire.client.get(f"{INBOX}/1/pages/{number}").status_code == 404
    assert not drawn


def test_who_turns_a_page_stays_on_it(mandataire: Browser, three: YearKey) -> None:
    fields = {"quarts": "1", "page": "1", "piece": "1", "feuille": "2"}
    mandataire.get(SECOND)
    before = Image.open(BytesIO(mandataire.client.get(INBOX + "/1/pages/2").data)).size
    page = mandataire.follow(INBOX + "/1/tourner", fields)
    assert "Page 2 sur 3" in viewer(page)
    assert Image.open(BytesIO(mandataire.client.get(picture(page)[0]).data)).size == before[::-1]


def test_a_page_is_drawn_once_for_everybody(
    mandataire: Browser, verifier: Browser, three: YearKey, drawn: list[int]
) -> None:
    address = INBOX + "/1/pages/2"
    seen = {browser.client.get(address).data for browser in (mandataire, verifier) for _ in range(5)}
    assert (len(seen), drawn) == (1, [2])
    mandataire.client.get(INBOX + "/1/pages/1")
    assert drawn == [2, 1]


def test_a_drawing_cut_short_is_drawn_again(
    mandataire: Browser, three: YearKey, drawn: list[int], tmp_path: Path
) -> None:
    whole = mandataire.client.get(INBOX + "/1/pages/1").data
    (kept,) = (tmp_path / "imprimes").iterdir()
    kept.write_bytes(whole[:100])
    assert mandataire.client.get(INBOX + "/1/pages/1").data == whole
    assert drawn == [1, 1]


def test_it_is_served_like_every_scan(mandataire: Browser, three: YearKey) -> None:
    answer = mandataire.client.get(INBOX + "/1/pages/1")
    assert Image.open(BytesIO(answer.data)).format == "WEBP"
    small = mandataire.client.get(INBOX + "/1/vignette")
    told = ("Content-Security-Policy", "Cache-Control", "X-Content-Type-Options", "Content-Type")
    assert [answer.headers[name] for name in told] == [small.headers[name] for name in told]
    assert answer.headers["Content-Disposition"] == 'inline; filename="piece-1-page-1.webp"'


def test_an_image_is_its_own_first_page(mandataire: Browser, year: YearKey, storage: Storage) -> None:
    a_scan(year, storage)
    mandataire.get(ENTRY)
    assert mandataire.client.get(INBOX + "/1/pages/1").data == mandataire.client.get(INBOX + "/1").data
    assert mandataire.client.get(INBOX + "/1/pages/2").status_code == 404
    assert "sur 1" not in viewer(mandataire.get(ENTRY))


def test_a_page_that_cannot_be_drawn_leaves_the_pdf(mandataire: Browser, three: YearKey, storage: Storage) -> None:
    Scan.update(digest=storage.put(b"%PDF-1.7 nothing that can be drawn")).execute()
    answer = mandataire.client.get(INBOX + "/1/pages/1")
    assert (answer.status_code, "abîmé" in answer.text) == (422, True)
    assert "Télécharger le PDF" in viewer(mandataire.get(ENTRY))


def test_a_pdf_of_before_pages_were_counted_shows_its_first_one_and_says_so(
    mandataire: Browser, three: YearKey
) -> None:
    Scan.update(pages=0).execute()
    page = mandataire.get(ENTRY)
    assert "Sa première page" in viewer(page)
    assert "turner" not in page.text
    assert mandataire.client.get(picture(page)[0]).mimetype == "image/webp"
