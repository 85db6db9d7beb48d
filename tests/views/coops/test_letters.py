"""The letters as a file: PDF with its code, CSV for a mailing, both; sent twice they are made once."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from flask import Flask

from retkoop.actions.accounts import NewAccount, make_account
from retkoop.actions.people import sign_in
from retkoop.audit import OPERATOR
from retkoop.exports import pdf
from tests.factories import a_coop, a_person
from tests.views.conftest import Browser

PLACE = "/ad/075/coops/lettres"


@pytest.fixture
def association(app: Flask, browse: Callable[[], Browser]) -> Browser:
    for number in (1, 2):
        coop = a_coop(f"075-000{number}", name=f"École <{number}>", address="Rue des Lilas")
        make_account(OPERATOR, coop, NewAccount(coop.identifier, "Anne & Petit"), by_link=False)
    make_account(OPERATOR, a_coop("013-0001", name="Le Port"), NewAccount("013-0001", "Jean"), by_link=False)
    a_person("asso", "ad")
    return browse().sign_in("asso")


def test_one_page_a_person_with_a_code_and_a_password_that_opens(
    association: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[str] = []
    monkeypatch.setattr(pdf, "render", lambda *parts: printed.extend(parts) or b"%PDF-x")
    assert "sans lettre encore (2)" in association.get(PLACE).text
    answer = association.post(PLACE, {"forme": "pdf", "cle": "une"})
    assert (answer.mimetype, answer.headers["Content-Disposition"]) == (
        "application/pdf", 'attachment; filename="lettres-075.pdf"',
    )  # fmt: skip
    (html,) = printed
    assert html.count('class="letter"') == html.count("<svg") == 2
    assert "École &lt;1&gt;" in html
    assert "Le Port" not in html
    found = re.findall(r"(?:identifiant|provisoire) <strong>([^<]+)</strong>", html)
    assert sign_in(found[0], found[1], "192.0.2.1") is not None
    again = association.post(PLACE, {"forme": "pdf", "cle": "une"})
    assert again.status_code in (409, 422)


def test_they_are_real_paper(association: Browser) -> None:
    association.get(PLACE)
    answer = association.post(PLACE, {"forme": "zip", "cle": "une"})
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.read("lettres.pdf")[:5] == b"%PDF-"
        table = archive.read("publipostage.csv").decode("utf-8-sig").splitlines()
    assert len(table) == 3
    assert table[1].startswith("École <1>;075-0001;Rue des Lilas;Anne & Petit;;075-0001;")


def test_a_printing_that_fails_leaves_the_passwords(association: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*parts: str) -> bytes:
        raise pdf.Busy(pdf.FAILED)

    monkeypatch.setattr(pdf, "render", broken)
    association.get(PLACE)
    assert association.post(PLACE, {"forme": "pdf", "cle": "une"}).status_code == 503
    assert "sans lettre encore (2)" in association.get(PLACE).text


def test_what_is_not_asked_for_well_is_refused(association: Browser) -> None:
    association.get(PLACE)
    assert association.post(PLACE, {"forme": "exe"}).status_code == 422
