"""The letters as a file: PDF with its code, CSV for a mailing, both; sent twice they are made once."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from flask import Flask

from retkoop import jobs as worker
from retkoop import letter_job, signs_of_life
from retkoop.actions import jobs
from retkoop.actions.accounts import NewAccount, make_account
from retkoop.actions.people import sign_in
from retkoop.association import LetterBatch
from retkoop.audit import OPERATOR
from retkoop.db import database
from retkoop.exports import pdf
from retkoop.models import Person
from retkoop.views import coop_letters
from tests.factories import a_coop, a_person
from tests.support.long_work import wait_for_a_sign
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


# ---- Many of them: long work


@pytest.fixture
def many(association: Browser, monkeypatch: pytest.MonkeyPatch) -> str:
    """Ask for letters where two are more than one request makes; give the page of the work."""
    monkeypatch.setattr(coop_letters, "MOST_AT_ONCE", 1)
    association.get(PLACE)
    answer = association.post(PLACE, {"forme": "csv", "lesquelles": "nouvelles"})
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def work(app: Flask) -> None:
    worker.init_app(app)
    database.close()
    worker.do_jobs()
    database.connect()


def test_many_are_made_apart_and_taken_by_who_asked_for_them_alone(
    app: Flask, association: Browser, many: str, browse: Callable[[], Browser]
) -> None:
    work(app)
    page = association.get(many).text
    assert "2 lettres : le fichier est prêt" in page.replace("&nbsp;", " ")
    answer = association.get(f"{many}/resultat")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="lettres-075.csv"'
    rows = [line.split(";") for line in answer.data.decode("utf-8-sig").splitlines()[1:]]
    assert [sign_in(row[5], row[6], "192.0.2.1") is not None for row in rows] == [True, True]
    a_person("collegue", "ad")
    other = browse().sign_in("collegue")
    assert "seule la personne" in other.get(many).text
    assert other.get(f"{many}/resultat").status_code == 303


def test_printing_many_gives_signs_of_life(app: Flask, many: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def printed(*parts: object) -> bytes:
        wait_for_a_sign()
        return b"%PDF-"

    monkeypatch.setattr(signs_of_life, "EVERY", 0.01)
    monkeypatch.setattr(letter_job, "printed_letters", printed)
    work(app)
    assert jobs.job_of("075", 1).state == "done"


def test_who_enters_meanwhile_makes_all_of_them_void_and_nothing_is_kept(
    app: Flask, association: Browser, many: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []
    put = app.config["STORAGE"].put_file

    def while_somebody_enters(file: io.BufferedIOBase) -> str:
        Person.update(session_token="other").where(Person.identifier == "075-0002").execute()
        kept.append(put(file))
        return kept[0]

    monkeypatch.setattr(app.config["STORAGE"], "put_file", while_somebody_enters)
    work(app)
    row = jobs.job_of("075", 1)
    assert (row.state, row.digest) == ("failed", "")
    assert "aucune lettre n’est valable" in association.get(many).text.replace("&nbsp;", " ")
    assert not app.config["STORAGE"].has(kept[0])
    assert LetterBatch.select().count() == 0
