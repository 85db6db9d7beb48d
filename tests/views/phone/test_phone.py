"""The phone's page: a link that opens one thing, once, for ten minutes, and tells nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from retkoop.actions import ledger, people, phone
from retkoop.audit import Actor, now
from retkoop.journal_rows import history_of
from retkoop.models import (
    Person,
    Scan,
    UploadPass,
    Year,
    YearKey,
)
from tests.factories import PASSWORD, SOMEONE, a_person, an_entry
from tests.support import pages
from tests.support.ledger_checks import told
from tests.support.papers import HOSTILE, picture
from tests.views.conftest import Browser

PHOTO = ("IMG_0001.JPG", picture("red", "JPEG"))
GONE = "Ce code a déjà servi, ou n’est plus valable. Affichez-en un autre sur l’ordinateur."


@pytest.fixture
def camille(year: YearKey) -> Actor:
    """Give the mandataire, who has shown a code."""
    an_entry(year)
    return Actor("Camille", a_person().id)


@pytest.fixture
def link(camille: Actor, year: YearKey) -> str:
    """Give the address of a code shown for entry 1."""
    return "/t/" + phone.make_pass(camille, year, 1)


@pytest.fixture
def handset(browse: Callable[[], Browser]) -> Browser:
    """Give the browser of a phone, which nobody has signed in with."""
    return browse()


def files(*sent: tuple[str, bytes]) -> dict[str, Any]:
    return {"fichiers": [(BytesIO(data), name) for name, data in sent]}


def test_it_shows_what_the_photograph_is_for_and_nothing_more(handset: Browser, link: str, year: YearKey) -> None:
    page = handset.get(link)
    text = pages.text_of(pages.parse(page.text).find("body"))
    assert "Pièce pour : Librairie du Centre – Albums, 12,00 €" in text
    assert "Coopérative 075-0001, 2024-2025" in text
    assert "1 000,00" not in text, "no balance"
    assert not [a for a in pages.parse(page.text).iter("a") if (a.get("href") or "").startswith("/")]
    assert 'capture="environment"' in page.text


def test_a_link_for_the_inbox_names_no_entry(handset: Browser, camille: Actor, year: YearKey) -> None:
    page = handset.get("/t/" + phone.make_pass(camille, year))
    assert "parmi les pièces à ranger" in page.text
    assert "Librairie" not in page.text


@pytest.mark.parametrize("htmx", [True, False])
def test_a_photograph_is_received_once(handset: Browser, link: str, year: YearKey, htmx: bool) -> None:
    handset.get(link)
    answer = handset.post(link, files(PHOTO), htmx=htmx)
    assert (answer.status_code, "Reçu ✓" in answer.text) == (200, True)
    row = Scan.get()
    assert (row.entry, row.name) == (1, "IMG_0001")
    assert told(year)[-1][:2] == ("ajout", "piece:1")
    assert "affichez un nouveau code sur l’ordinateur" in answer.text
    assert handset.client.get(link).status_code == 404


def test_a_code_that_served_says_so_and_sends_nobody_to_a_page_that_asks_a_password(
    handset: Browser, link: str
) -> None:
    handset.get(link)
    handset.post(link, files(PHOTO))
    tree = pages.parse(handset.get(link).text)
    text = pages.text_of(tree.find("body"))
    assert GONE in text
    assert "introuvable" not in text
    leads = [a.get("href") or "" for a in tree.iter("a")]
    assert [address for address in leads if not address.startswith("#")] == []
    assert not list(tree.iter("button"))


def test_who_did_it_is_who_showed_the_code(handset: Browser, link: str, year: YearKey, camille: Actor) -> None:
    handset.get(link)
    handset.post(link, files(PHOTO))
    assert history_of(year, "piece:1")[0].who == "Camille (téléphone)"


def test_a_sending_that_is_sent_again_is_answered_as_the_first_time(handset: Browser, link: str) -> None:
    """A finger that taps twice, a line that is lost before the answer."""
    handset.get(link)
    for _ in range(3):
        answer = handset.post(link, files(PHOTO, ("bon.png", picture("blue"))))
        assert (answer.status_code, "Reçu ✓" in answer.text) == (200, True)
    assert Scan.select().count() == 2
    assert handset.post(link, files(("autre.png", picture("green")))).status_code == 404
    answer = handset.post(link, files(PHOTO, ("autre.png", picture("green"))))
    assert (answer.status_code, "autre\u00a0: ce fichier n’a pas été gardé." in answer.text) == (200, True)
    assert Scan.select().count() == 2


def test_one_that_was_refused_does_not_make_the_same_sending_unknown(handset: Browser, link: str) -> None:
    handset.get(link)
    for _ in range(2):
        answer = handset.post(link, files(("x.jpg", HOSTILE), PHOTO))
        assert (answer.status_code, "La pièce est sur l’ordinateur" in answer.text) == (200, True)
        assert "x\u00a0: " in answer.text
    assert Scan.select().count() == 1


def test_a_photograph_that_is_refused_leaves_the_link_alive(handset: Browser, link: str) -> None:
    handset.get(link)
    answer = handset.post(link, files(("x.jpg", HOSTILE)))
    assert answer.status_code == 422
    assert "Ce type de fichier n’est pas accepté." in answer.text
    assert handset.post(link, {}).status_code == 422
    assert handset.post(link, files(PHOTO)).status_code == 200


def test_one_that_is_refused_loses_no_other(handset: Browser, link: str) -> None:
    handset.get(link)
    answer = handset.post(link, files(("x.jpg", HOSTILE), PHOTO))
    assert answer.status_code == 200
    assert "Reçu ✓" in answer.text
    assert "x\u00a0: Ce type de fichier n’est pas accepté." in answer.text
    assert Scan.select().count() == 1


def told_by(browser: Browser, method: str, address: str) -> tuple[int, str]:
    """Give what an answer tells, less its tokens."""
    headers = {"X-CSRFToken": browser.token} if method == "POST" else {}
    answer = browser.client.open(address, method=method, headers=headers, data=files(PHOTO) if headers else None)
    return answer.status_code, re.sub(r'(value="|X-CSRFToken": ")[\w.-]+"', "", answer.text)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_unknown_used_and_over_are_told_apart_by_nobody(
    handset: Browser, camille: Actor, year: YearKey, method: str
) -> None:
    tokens = [phone.make_pass(camille, year, 1) for _ in range(3)]
    handset.get("/t/" + tokens[0])
    handset.post("/t/" + tokens[1], files(("autre.png", picture("green"))))
    UploadPass.update(expires_at=now() - timedelta(seconds=1)).where(
        UploadPass.token_digest == phone.digest_of(tokens[2])
    ).execute()
    answers = {told_by(handset, method, "/t/" + token) for token in ("x", "A" * 43, "é", *tokens[1:])}
    assert len(answers) == 1
    ((status, text),) = answers
    assert (status, GONE in text) == (404, True)
    assert told_by(handset, method, "/t/" + tokens[0])[0] == 200, "a living one is not told so"


def test_a_year_closed_meanwhile_takes_nothing(handset: Browser, link: str) -> None:
    handset.get(link)
    Year.update(state="closed").execute()
    for answer in (handset.client.get(link), handset.post(link, files(PHOTO))):
        assert (answer.status_code, "clos" in answer.text) == (409, True)
    assert not Scan.select().exists()


def test_an_entry_struck_out_meanwhile_takes_nothing(handset: Browser, link: str, year: YearKey) -> None:
    handset.get(link)
    ledger.strike_entry(SOMEONE, year, 1)
    assert handset.client.get(link).status_code == 404
    assert handset.post(link, files(PHOTO)).status_code in (404, 422)
    assert not Scan.select().exists()


def test_a_disabled_account_takes_its_links_along(handset: Browser, link: str) -> None:
    handset.get(link)
    Person.update(disabled=1).execute()
    assert handset.client.get(link).status_code == 404
    assert handset.post(link, files(PHOTO)).status_code == 404


@pytest.mark.parametrize("end", ["sign out", "new password"])
def test_who_signs_out_or_changes_the_password_ends_their_codes(
    handset: Browser, mandataire: Browser, year: YearKey, end: str
) -> None:
    an_entry(year)
    person, other = Person.get(), a_person("075-0001-b")
    link = "/t/" + phone.make_pass(Actor("Camille", person.id), year, 1)
    kept = "/t/" + phone.make_pass(Actor("Anne", other.id), year, 1)
    assert handset.get(link).status_code == 200, "before, it opens"
    if end == "sign out":
        mandataire.post("/deconnexion")
    else:
        people.change_password(Actor("Camille", person.id), person, PASSWORD, "girafe boulon nuage tandem")
    unknown = told_by(handset, "GET", "/t/" + "A" * 43)
    assert told_by(handset, "GET", link) == unknown
    assert unknown[0] == 404
    assert handset.get(kept).status_code == 200, "nobody else's"


def test_a_form_without_token_is_refused(app: Flask, handset: Browser, link: str) -> None:
    handset.get(link)
    answer = app.test_client().post(link, data=files(PHOTO))
    assert (answer.status_code, "Ce formulaire a expiré" in answer.text) == (400, True)
    assert not Scan.select().exists()


def test_only_a_phone_that_opened_a_link_may_send_much(browse: Callable[[], Browser], link: str) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="fichiers"; filename="x.jpg"\r\n\r\n'
    body = part + b"x" * 2_000_000 + b"\r\n--x--\r\n"

    def send(browser: Browser, address: str) -> int:
        headers = {"X-CSRFToken": browser.token}
        kind = "multipart/form-data; boundary=x"
        return browser.client.post(address, data=body, content_type=kind, headers=headers).status_code

    stranger, handset = browse(), browse()
    stranger.get("/connexion")
    assert (send(stranger, link), send(stranger, "/t/x")) == (413, 413)
    handset.get(link)
    assert send(handset, link) == 422


def test_the_link_opens_nothing_else(handset: Browser, link: str) -> None:
    handset.get(link)
    for path in ("cahier", "pieces", "pieces/1", "cahier/ecritures/1/pieces"):
        assert handset.client.get(f"/coop/075-0001/2024-2025/{path}").status_code == 302, path


def test_after_the_swap_the_page_is_the_one_of_a_phone_without_script(handset: Browser, link: str) -> None:
    for sent in ((("x.jpg", HOSTILE),), (PHOTO,)):
        before = handset.get(link)
        answer = handset.post(link, files(*sent), htmx=True)
        swapped = pages.after_swap(before.text, answer.text, "envoi")
        whole = handset.post(link, files(*sent))
        assert pages.shown(swapped) == pages.shown(pages.parse(whole.text))


def test_no_answer_sends_the_secret_elsewhere(handset: Browser, link: str) -> None:
    answer = handset.get(link)
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
