"""Sealing an extract on screen, taking it away, and its certificate on paper."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from collections.abc import Callable

import pytest
from flask import Flask

from retkoop import jobs as worker
from retkoop.db import database
from retkoop.models import Year
from tests.factories import a_coop, a_department, a_person, a_year, an_entry
from tests.views.conftest import Browser

HERE = "/ad/075/agregats"


@pytest.fixture
def association(app: Flask, browse: Callable[[], Browser]) -> Browser:
    """Validate one cooperative of two, and sign the association in."""
    key = a_year(a_coop("075-0001"))
    an_entry(key)
    Year.update(state="validated").where(key.of(Year)).execute()
    a_coop("075-0002")
    a_person("asso", "ad")
    return browse().sign_in("asso")


def sealed(association: Browser, app: Flask) -> str:
    """Ask for an extract, let the worker make it, and give the page of the extracts."""
    association.get(f"{HERE}/extraits")
    assert "En attente" in association.follow(f"{HERE}/extraits", {"annee": "2024-2025"}).text
    worker.init_app(app)
    database.close()
    worker.do_jobs()
    database.connect()
    return association.get(f"{HERE}/extraits?annee=2024-2025").text


def seal_in(text: str) -> str:
    found = re.search(r'<code class="seal">([0-9a-f]{64})</code>', text)
    assert found
    return found[1]


def test_an_extract_is_sealed_shown_and_taken_away(association: Browser, app: Flask) -> None:
    assert "Aucun extrait pour l’instant" in association.get(f"{HERE}/extraits").text
    shown = sealed(association, app)
    seal = seal_in(shown)
    assert "1 sur 2" in shown
    done = association.get("/ad/075/travaux/1").text
    assert "Télécharger extrait-075-2024-2025" in done
    assert "extraits scellés" in done
    answer = association.get(f"{HERE}/extrait.zip?annee=2024-2025&sceau={seal}", buffered=True)
    assert answer.headers["Content-Disposition"] == f"attachment; filename=extrait-075-2024-2025-{seal[:8]}.zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None


def test_its_seal_is_printed(association: Browser, app: Flask) -> None:
    seal = seal_in(sealed(association, app))
    answer = association.get(f"{HERE}/extrait.pdf?annee=2024-2025&sceau={seal}")
    assert answer.mimetype == "application/pdf"
    command = ["pdftotext", "-layout", "-", "-"]
    text = subprocess.run(command, input=answer.data, stdout=subprocess.PIPE, check=True).stdout.decode()
    assert seal in re.sub(r"\s", "", text)
    assert "1 sur 2" in text


def test_a_seal_that_was_never_made_here_gives_nothing(association: Browser, app: Flask) -> None:
    sealed(association, app)
    for name in ("zip", "pdf"):
        for wanted in ("annee=2024-2025&sceau=" + "0" * 64, "annee=2023-2024"):
            assert association.get(f"{HERE}/extrait.{name}?{wanted}").status_code == 422


def test_an_extract_whose_bytes_are_lost_keeps_its_seal(
    association: Browser, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal = seal_in(sealed(association, app))
    monkeypatch.setattr(type(app.config["STORAGE"]), "has", lambda storage, digest: False)
    page = association.get(f"{HERE}/extraits").text
    assert seal_in(page) == seal
    assert "l’extrait n’est plus gardé" in page
    assert association.get(f"{HERE}/extrait.zip").status_code == 422


def test_nothing_to_seal_is_said(app: Flask, browse: Callable[[], Browser]) -> None:
    a_department()
    a_person("asso", "ad")
    browser = browse().sign_in("asso")
    browser.get(f"{HERE}/extraits")
    answer = browser.post(f"{HERE}/extraits", {"annee": "2024-2025"})
    assert answer.status_code == 422
    assert "il n’y a rien à sceller" in answer.text


def test_a_stranger_seals_nothing(association: Browser, browse: Callable[[], Browser]) -> None:
    a_department("013")
    a_person("ailleurs", "ad", department="013")
    other = browse().sign_in("ailleurs")
    assert other.get(f"{HERE}/extraits").status_code == 404
    assert other.post(f"{HERE}/extraits", {"annee": "2024-2025"}).status_code == 404
    assert "Aucun extrait" in association.get(f"{HERE}/extraits").text
