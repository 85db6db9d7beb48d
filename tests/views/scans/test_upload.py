"""Files that come in by the form: each with its sentence, none twice, whatever they are called."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image
from werkzeug.test import TestResponse

from retkoop.actions.scans import Joined
from retkoop.errors import Refusal
from retkoop.file_names import safe_stem
from retkoop.forms.scans import document_name
from retkoop.models import Scan, Year, YearKey
from retkoop.storage import FileStorage, Storage
from retkoop.views import scans as view
from retkoop.views.shared import LARGEST_SENDING
from tests.support import pages
from tests.support.archives import exported
from tests.support.papers import HOSTILE, a_scan, picture
from tests.views.conftest import Browser, form_of
from tests.views.scans.conftest import ENTRY, INBOX, facts, files

RED, BLUE = ("rouge.png", picture("red")), ("bleue.png", picture("blue"))


def names(key: YearKey, entry: int = 1) -> list[str]:
    return [scan.name for scan in facts(key).by_number[entry].scans]


@pytest.mark.parametrize("place", [ENTRY, INBOX])
def test_one_file_is_sent_and_seen(mandataire: Browser, year: YearKey, place: str) -> None:
    mandataire.get(place)
    page = mandataire.follow(place, files(RED))
    assert "Une pièce reçue\u00a0: rouge." in page.text
    assert f"{INBOX}/1/vignette?" in page.text or f"{INBOX}/1?" in page.text
    small = mandataire.client.get(INBOX + "/1/vignette")
    assert (small.status_code, small.mimetype) == (200, "image/webp")
    assert Image.open(BytesIO(small.data)).format == "WEBP"
    assert Scan.get().entry == (1 if place == ENTRY else None)


def test_several_files_are_sent_at_once_and_one_that_is_refused_loses_no_other(
    mandataire: Browser, year: YearKey
) -> None:
    mandataire.get(ENTRY)
    page = mandataire.follow(ENTRY, files(RED, ("faux.pdf", HOSTILE), BLUE, ("vide.jpg", b"")))
    assert names(year) == ["rouge", "bleue"]
    assert "2 pièces reçues\u00a0: rouge, bleue." in page.text
    assert "faux\u00a0: Ce type de fichier n’est pas accepté." in page.text
    assert "vide\u00a0: Ce fichier est vide." in page.text
    assert 'aria-current="true"' in page.text, "the last one is shown"


@pytest.mark.parametrize("htmx", [True, False])
def test_when_all_are_refused_the_answer_says_so(mandataire: Browser, year: YearKey, htmx: bool) -> None:
    mandataire.get(ENTRY)
    answer = mandataire.post(ENTRY, files(("faux.pdf", HOSTILE)), htmx=htmx)
    assert answer.status_code == 422
    assert "Ce type de fichier n’est pas accepté." in answer.text
    assert not Scan.select().exists()


@pytest.mark.parametrize("chosen", [False, True])
def test_a_form_without_file_asks_for_one(mandataire: Browser, year: YearKey, chosen: bool) -> None:
    mandataire.get(ENTRY)
    answer = mandataire.post(ENTRY, {"fichiers": (BytesIO(b""), "")} if chosen else {})
    assert (answer.status_code, "Choisissez d’abord un fichier." in answer.text) == (422, True)


def test_too_many_files_at_once_are_refused(mandataire: Browser, year: YearKey) -> None:
    mandataire.get(ENTRY)
    answer = mandataire.post(ENTRY, files(*[("a.png", b"x")] * 21))
    assert (answer.status_code, "20 fichiers au plus" in answer.text) == (422, True)


@pytest.mark.parametrize("place", [ENTRY, INBOX])
def test_a_form_sent_twice_makes_one_scan(mandataire: Browser, year: YearKey, place: str) -> None:
    key = form_of(mandataire.get(place), "envoi")["cle"]
    for _ in range(2):
        mandataire.follow(place, files(RED, BLUE, cle=key))
    assert [row.name for row in Scan.select()] == ["rouge", "bleue"]


def test_files_sent_one_by_one_are_told_together(mandataire: Browser, year: YearKey) -> None:
    """As the script sends them: only the answer to the last is shown."""
    key = form_of(mandataire.get(ENTRY), "envoi")["cle"]
    for sent in (RED, ("faux.pdf", HOSTILE)):
        answer = mandataire.post(ENTRY, files(sent, cle=key, suite="1"), htmx=True)
        assert (answer.status_code, answer.text) == (204, "")
    answer = mandataire.post(ENTRY, files(BLUE, cle=key, suite=""), htmx=True)
    assert "2 pièces reçues\u00a0: rouge, bleue." in answer.text
    assert "faux\u00a0: Ce type de fichier n’est pas accepté." in answer.text
    assert len(pages.parse_fragment(answer.text).findall(".//input[@name='etape']")) == 2
    assert "reçue" not in mandataire.get(ENTRY).text, "it is told once"


def test_what_is_there_already_is_said_and_is_nothing_to_take_back(
    mandataire: Browser, year: YearKey, storage: Storage
) -> None:
    a_scan(year, storage, colour="red", name="recto")
    mandataire.get(ENTRY)
    page = mandataire.follow(ENTRY, files(RED))
    assert "rouge\u00a0: cette pièce y est déjà." in page.text
    assert "reçue" not in page.text
    assert 'name="etape"' not in page.text
    page = mandataire.follow(ENTRY, files(RED, BLUE, BLUE))
    assert "Une pièce reçue\u00a0: bleue." in page.text
    assert page.text.count("y est déjà") == 2
    assert page.text.count('name="etape"') == 1


def hard(number: int) -> str:
    """Give a name that no compression shortens."""
    return "".join(chr(0x4E00 + (number * 7_919 + place * 104_729) % 20_000) for place in range(40))


@pytest.mark.parametrize("refused", [0, 1])
def test_whatever_is_sent_one_by_one_what_is_told_of_it_fits_in_a_cookie(
    mandataire: Browser, year: YearKey, monkeypatch: pytest.MonkeyPatch, refused: int
) -> None:
    count = 120
    monkeypatch.setattr(view, "take_file", lambda desk, sent, place: _kept(sent.data, refused))
    mandataire.get(ENTRY)
    for number in range(count):
        named = (f"{hard(number)}.png", b"%d" % number)
        answer = mandataire.post(ENTRY, files(named, suite="1"), htmx=True)
        assert len(answer.headers["Set-Cookie"].partition(";")[0]) < 4_096
    page = mandataire.get(ENTRY).text
    told = re.search(r"(\d+) (?:autres )?pièces reçues\.", page) if not refused else None
    if refused:
        assert re.search(r"\d+ autres fichiers n’ont pas été ajoutés\.", page)
    else:
        named_ones = page.count('name="etape"')
        assert told
        assert int(told[1]) == count - named_ones
    assert "autres" not in mandataire.get(ENTRY).text


def _kept(data: bytes, refused: int) -> Joined:
    if refused:
        raise Refusal(f"Ce fichier n’est pas accepté ({data.decode()}).")
    return Joined(1, 2**62 + int(data) * 2**41)


def test_forty_short_names_are_told_and_taken_back_together(mandataire: Browser, year: YearKey) -> None:
    mandataire.get(INBOX)
    for number in range(42):
        shade = picture(f"#{number:02x}0000", size=(6, 9))
        mandataire.post(INBOX, files((f"{number}.png", shade), suite="1"), htmx=True)
    page = mandataire.get(INBOX).text
    assert "40 pièces reçues" in page
    assert "2 autres pièces reçues." in page
    steps = re.findall(r'name="etape" value="(\d+)"', page)
    mandataire.follow(INBOX + "/annuler", {"etape": steps})
    assert [scan.name for scan in facts(year).inbox] == ["40", "41"]


@pytest.mark.parametrize(
    "name", ["../../x.png", "a\x00b.png", "\u202egnp.exe.png", "a" * 300, "<script>.png", "=1+1.png"]
)
def test_a_name_is_data(mandataire: Browser, year: YearKey, storage: FileStorage, name: str) -> None:
    mandataire.get(ENTRY)
    page = mandataire.follow(ENTRY, files((name, picture())))
    (kept,) = names(year)
    assert kept == document_name(name)
    assert "<script>" not in page.text
    assert "\u202e" not in page.text
    assert mandataire.client.get(INBOX + "/1").headers["Content-Disposition"] == 'inline; filename="piece-1.png"'
    with zipfile.ZipFile(BytesIO(exported(year, storage))) as archive:
        assert archive.namelist() == ["exercice.json", f"pieces/{safe_stem(kept)}.png"]


def sent_by_hand(browser: Browser, place: str, name: str, data: bytes, **headers: str) -> TestResponse:
    """Send a heavy file: werkzeug's client would keep a copy of it open on disk."""
    part = f'--x\r\nContent-Disposition: form-data; name="fichiers"; filename="{name}"\r\n\r\n'.encode()
    body = part + data + b"\r\n--x--\r\n"
    headers["X-CSRFToken"] = browser.token
    return browser.client.post(place, data=body, content_type="multipart/form-data; boundary=x", headers=headers)


def test_a_file_of_fifteen_megabytes_is_read_and_one_above_is_refused_with_its_sentence(
    mandataire: Browser, year: YearKey
) -> None:
    heaviest = picture("red", "BMP", (2_200, 2_200))
    assert 14_000_000 < len(heaviest) < 15_000_000
    mandataire.get(ENTRY)
    for data, sentence in ((heaviest, "Ce type de fichier"), (heaviest + b"x" * 10**6, "dépasse 15\u00a0Mo")):
        answer = sent_by_hand(mandataire, ENTRY, "photo.bmp", data)
        assert (answer.status_code, sentence in answer.text) == (422, True)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_more_than_a_sending_may_weigh_is_refused_with_a_page(
    mandataire: Browser, year: YearKey, headers: dict[str, str]
) -> None:
    mandataire.get(ENTRY)
    answer = sent_by_hand(mandataire, ENTRY, "photo.jpg", b"x" * LARGEST_SENDING, **headers)
    assert answer.status_code == 413
    assert "15 Mo par fichier, 60 Mo à la fois" in answer.text
    assert not Scan.select().exists()


def test_only_those_who_are_known_may_send_much(
    mandataire: Browser, browse: Callable[[], Browser], year: YearKey
) -> None:
    """Someone whose session ended reads that, and not of the size of what they sent."""
    answer = sent_by_hand(browse(), ENTRY, "photo.jpg", b"x" * 2_000_000)
    assert answer.status_code == 413
    assert "Votre session est fermée" in answer.text
    mandataire.get(ENTRY)
    answer = sent_by_hand(mandataire, INBOX.replace("pieces", "releve"), "photo.jpg", b"x" * 2_000_000)
    assert answer.status_code == 413, "where no file is expected, little is read"
    assert sent_by_hand(mandataire, ENTRY, "photo.jpg", b"x" * 2_000_000).status_code == 422


def test_only_files_may_be_heavy(mandataire: Browser, year: YearKey) -> None:
    """What is not a file lies in memory while it is read."""
    mandataire.get(ENTRY)
    headers = {"X-CSRFToken": mandataire.token}
    text = b'--x\r\nContent-Disposition: form-data; name="cle"\r\n\r\n' + b"x" * 2_000_000 + b"\r\n--x--\r\n"
    for kind, body in (
        ("multipart/form-data; boundary=x", text),
        ("application/x-www-form-urlencoded", b"cle=" + b"x" * 2_000_000),
    ):
        answer = mandataire.client.post(ENTRY, data=body, content_type=kind, headers=headers)
        assert answer.status_code == 413, kind


def test_a_verifier_sends_nothing(verifier: Browser, year: YearKey) -> None:
    page = verifier.get(ENTRY)
    assert "<form" not in page.text.partition("<main")[2]
    for place in (ENTRY, INBOX, INBOX + "/telephone"):
        assert verifier.post(place, files(RED)).status_code == 403
    assert not Scan.select().exists()


def test_a_closed_year_takes_nothing(mandataire: Browser, year: YearKey) -> None:
    mandataire.get(ENTRY)
    Year.update(state="closed").execute()
    assert mandataire.post(ENTRY, files(RED)).status_code == 409
    assert "<form" not in mandataire.get(ENTRY).text.partition("<main")[2]
    assert not Scan.select().exists()


@pytest.mark.parametrize("place", [ENTRY, INBOX])
@pytest.mark.parametrize("sent", [(RED,), (RED, BLUE), (RED, ("faux.pdf", HOSTILE)), (("faux.pdf", HOSTILE),)])
def test_after_the_swap_the_page_is_what_a_reload_shows(
    mandataire: Browser, year: YearKey, storage: Storage, place: str, sent: tuple[tuple[str, bytes], ...]
) -> None:
    a_scan(year, storage, 1 if place == ENTRY else None)
    before = mandataire.get(place)
    answer = mandataire.post(place, files(*sent), htmx=True)
    swapped = pages.after_swap(before.text, answer.text, "pieces")
    fresh = mandataire.get(answer.headers["HX-Replace-Url"])
    assert pages.shown(swapped) == pages.shown(pages.parse(fresh.text))
