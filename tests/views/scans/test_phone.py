"""The computer's side of the phone: a code, a wait, and the picture that arrives."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import segno

from retkoop.actions import phone
from retkoop.audit import now
from retkoop.models import Scan, UploadPass, YearKey
from retkoop.qr import qr_code
from retkoop.storage import Storage
from tests.support import pages
from tests.support.papers import a_scan, arrived
from tests.views.conftest import Browser
from tests.views.scans.conftest import ENTRY, INBOX

PLACES = pytest.mark.parametrize("place", [ENTRY, INBOX])


def show_code(browser: Browser, place: str) -> tuple[str, str]:
    """Ask for a code; give its secret and the address that the page asks while it waits."""
    browser.get(place)
    text = browser.post(place + "/telephone").text
    address = pages.by_id(pages.parse(text), "code-adresse")
    waits = pages.by_id(pages.parse(text), "attente")
    assert address is not None
    assert waits is not None
    return (address.get("value") or "").rpartition("/t/")[2], waits.get("hx-get") or ""


def come(token: str, storage: Storage) -> None:
    made = phone.find_pass(token)
    assert made is not None
    phone.use_pass(made, [(arrived(storage, "red", "photo"), "a")])


@PLACES
def test_a_code_is_drawn_written_and_can_be_copied(mandataire: Browser, year: YearKey, place: str) -> None:
    mandataire.get(place)
    tree = pages.parse(mandataire.post(place + "/telephone").text)
    address = pages.by_id(tree, "code-adresse")
    assert address is not None
    assert re.fullmatch(r"http://localhost/t/[\w-]{43}", address.get("value") or "")
    (path,) = [element for element in tree.iter() if element.tag.endswith("path")]
    assert path.get("d") == qr_code(address.get("value") or "").path
    (drawing,) = [element for element in tree.iter() if element.tag.endswith("svg")]
    assert drawing.get("aria-labelledby") == "code-titre code-texte"


@PLACES
def test_the_secret_is_kept_nowhere(mandataire: Browser, year: YearKey, place: str) -> None:
    token, waits = show_code(mandataire, place)
    assert token not in waits
    assert token not in repr(list(UploadPass.select().tuples()))
    assert token not in mandataire.get(place).text


@PLACES
def test_the_page_waits_then_shows_what_came(mandataire: Browser, year: YearKey, storage: Storage, place: str) -> None:
    token, waits = show_code(mandataire, place)
    htmx = {"HX-Request": "true"}
    assert mandataire.client.get(waits, headers=htmx).status_code == 204
    before = mandataire.get(place)
    come(token, storage)
    answer = mandataire.client.get(waits, headers=htmx)
    assert "Le téléphone a envoyé sa pièce." in answer.text
    swapped = pages.after_swap(before.text, answer.text, "pieces")
    fresh = mandataire.get(answer.headers["HX-Replace-Url"])
    assert "photo" in fresh.text
    assert pages.shown(swapped) == pages.shown(pages.parse(fresh.text))
    assert "attente" not in answer.text, "it asks no more"


def test_the_picture_that_came_is_the_one_that_is_shown(mandataire: Browser, year: YearKey, storage: Storage) -> None:
    a_scan(year, storage)
    token, waits = show_code(mandataire, ENTRY)
    come(token, storage)
    answer = mandataire.client.get(waits, headers={"HX-Request": "true"})
    assert answer.headers["HX-Replace-Url"] == ENTRY + "?piece=2"


@PLACES
def test_it_stops_waiting_when_the_code_is_over(mandataire: Browser, year: YearKey, place: str) -> None:
    _, waits = show_code(mandataire, place)
    UploadPass.update(expires_at=now() - timedelta(seconds=1)).execute()
    answer = mandataire.client.get(waits, headers={"HX-Request": "true"})
    assert "Le code ne sert plus" in answer.text
    assert "attente" not in answer.text


@PLACES
@pytest.mark.parametrize("asked", ["", "?passe=", "?passe=x", "?passe=" + "é" * 500])
def test_an_unknown_code_is_over(mandataire: Browser, year: YearKey, place: str, asked: str) -> None:
    answer = mandataire.client.get(place + "/telephone" + asked, headers={"HX-Request": "true"})
    assert (answer.status_code, "Le code ne sert plus" in answer.text) == (200, True)


@PLACES
def test_without_javascript_the_page_is_loaded_again(
    mandataire: Browser, year: YearKey, storage: Storage, place: str
) -> None:
    token, waits = show_code(mandataire, place)
    assert "Recharger" in mandataire.post(place + "/telephone").text
    come(token, storage)
    assert "photo" in mandataire.get(place).text
    assert "photo" in mandataire.get(waits).text
    assert Scan.select().count() == 1


@PLACES
def test_the_code_put_in_the_page_is_the_one_of_the_whole_page(mandataire: Browser, year: YearKey, place: str) -> None:
    before = mandataire.get(place)
    answer = mandataire.post(place + "/telephone", htmx=True)
    swapped = pages.after_swap(before.text, answer.text, "phone")
    whole = mandataire.post(place + "/telephone")

    def bare(text: str) -> str:
        return re.sub(r"/t/[\w-]{43}|passe=\w{64}| d=\"[^\"]*\"", "", text)

    assert bare(pages.shown(swapped)) == bare(pages.shown(pages.parse(whole.text)))


def test_a_code_is_drawn_module_by_module_within_its_white_border() -> None:
    address = "http://localhost/t/" + "A" * 43
    code = qr_code(address)
    drawn = [bytearray(code.side) for _ in range(code.side)]
    for x, y, length in re.findall(r"M(\d+) (\d+)\.5h(\d+)", code.path):
        drawn[int(y)][int(x) : int(x) + int(length)] = b"\1" * int(length)
    assert drawn == [bytearray(row) for row in segno.make(address, error="m", micro=False).matrix_iter(border=4)]
    assert not any(drawn[0] + drawn[3] + drawn[-4])
