"""A phone's link opens what it was made for, whatever the form says, and its secret is written nowhere."""

from __future__ import annotations

import logging
from collections.abc import Callable
from io import BytesIO

import pytest

from retkoop.actions import phone
from retkoop.association import TABLES
from retkoop.audit import Actor
from retkoop.models import Journal, Person, Scan, UploadPass, YearKey
from tests.factories import a_coop, a_year, an_entry
from tests.support.papers import picture
from tests.views.conftest import Browser

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
ELSEWHERE = {
    "ecriture": "2", "number": "2", "numero": "2", "entry": "2", "page": "2", "piece": "1", "identifiant": "075-0002",
    "annee": "2023-2024", "coop": "075-0002", "joindre": "1",
}  # fmt: skip


@pytest.fixture
def token(year: YearKey, mandataire: Browser) -> str:
    """Give a link's secret for entry 1 of two."""
    me = Actor("Camille", Person.get().id)
    an_entry(year, me)
    an_entry(year, me, voucher="02")
    a_year(a_coop("075-0002"))
    return phone.make_pass(me, year, 1)


def sent(color: str = "red") -> dict[str, object]:
    """Give a photograph, and every field that could name another place."""
    return {**ELSEWHERE, "fichiers": [(BytesIO(picture(color, "JPEG")), "photo.jpg")]}


def test_no_field_leads_elsewhere(token: str, browse: Callable[[], Browser]) -> None:
    handset = browse()
    handset.get(f"/t/{token}?ecriture=2&number=2")
    assert handset.post(f"/t/{token}?ecriture=2&number=2", sent()).status_code == 200
    assert list(Scan.select(Scan.coop, Scan.start_year, Scan.entry).tuples()) == [("075-0001", 2024, 1)]


def test_a_link_is_known_whole_or_not_at_all(token: str, browse: Callable[[], Browser]) -> None:
    handset = browse()
    handset.get(f"/t/{token}")
    digest = UploadPass.get().token_digest
    told = set()
    guesses = (token[:-1], token + "A", token.swapcase(), digest, "", " ", "%", "_" * 43, token + "%00", token + "/")
    for guess in guesses:
        answer = handset.client.post(f"/t/{guess}", data={"csrf_token": handset.token, **sent()})
        told.add(answer.status_code)
    assert told <= {404, 405}
    assert not Scan.select().exists()
    assert handset.post(f"/t/{token}", sent()).status_code == 200, "negative control: whole, it opens"


def test_the_secret_is_written_nowhere(
    token: str, browse: Callable[[], Browser], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    handset = browse()
    link = f"/t/{token}"
    answers = [handset.get(link), handset.post(link, sent()), handset.post(link, sent("blue"))]
    assert [answer.status_code for answer in answers] == [200, 200, 404]
    for answer in answers:
        assert token not in str(answer.headers)
        assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert token not in answers[2].text, "a refusal does not repeat it"
    stored = "".join(repr(row) for table in TABLES for row in table.select().tuples())
    assert token not in stored
    assert token not in caplog.text
    assert phone.digest_of(token) in stored, "negative control: its digest is found where it is kept"
    assert Journal.select().where(Journal.subject == "ecriture:1", Journal.action == "lien pour téléphone").exists()
