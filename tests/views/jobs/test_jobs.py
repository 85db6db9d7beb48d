"""Long work on screen: asked for, followed without JavaScript, cancelled, taken away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from retkoop.actions import jobs
from retkoop.association import Job
from retkoop.audit import now
from tests.factories import a_coop, a_department, a_person, a_year
from tests.views.conftest import Browser

PLACE = "/ad/075/travaux"


@pytest.fixture
def association(app: Flask, browse: Callable[[], Browser]) -> Browser:
    """Give the browser of AD 075."""
    a_year(a_coop())
    a_person("asso", "ad")
    return browse().sign_in("asso")


def ask(association: Browser) -> str:
    association.get(PLACE)
    return association.follow("/ad/075/exercices/2024-2025/crf.zip").text


def test_it_is_asked_for_once_and_followed(association: Browser) -> None:
    assert "Aucun travail" in association.get(PLACE).text
    page = ask(association)
    assert 'http-equiv="refresh"' in page
    assert "En attente" in page
    ask(association)
    assert Job.select().count() == 1
    row = jobs.claim("ailleurs:1", now())
    assert row is not None
    jobs.beat(row, 1, 4)
    page = association.get(f"{PLACE}/1").text
    assert "1 coopérative préparée sur 4." in page
    assert 'value="1"' in page


def test_what_came_out_is_taken_away(app: Flask, association: Browser) -> None:
    ask(association)
    assert association.get(f"{PLACE}/1/resultat").status_code == 303
    row = jobs.claim("ailleurs:1", now())
    assert row is not None
    jobs.finish(row, app.config["STORAGE"].put(b"PK"), "crf.zip", 2)
    page = association.get(f"{PLACE}/1").text
    assert "Télécharger crf.zip" in page
    assert "refresh" not in page
    assert "every 2s" not in page
    answer = association.get(f"{PLACE}/1/resultat")
    assert (answer.data, answer.mimetype) == (b"PK", "application/zip")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert association.get("/ad/075/exercices/2024-2025/crf.zip").headers["Location"] == f"{PLACE}/1"
    assert association.get("/ad/075/exercices/2023-2024/crf.zip").headers["Location"] == PLACE


def test_it_is_cancelled(association: Browser) -> None:
    ask(association)
    assert "Annulé" in association.follow(f"{PLACE}/1/annuler").text
    assert association.post(f"{PLACE}/1/annuler").status_code == 409


def test_work_that_a_restoration_ended_says_so(association: Browser) -> None:
    ask(association)
    jobs.forget_what_waited()
    page = association.get(f"{PLACE}/1").text
    assert "restaurée depuis" in page
    assert "Annulé" in page


def test_another_association_neither_sees_nor_stops_it(association: Browser, browse: Callable[[], Browser]) -> None:
    ask(association)
    a_department("013")
    a_person("port", "ad", department="013")
    other = browse().sign_in("port")
    other.get("/ad/013/travaux")
    for place in ("/ad/013/travaux/1", "/ad/075/travaux/1", "/ad/013/travaux/1/resultat"):
        assert other.get(place).status_code == 404
    assert other.post("/ad/013/travaux/1/annuler").status_code == 404
    assert jobs.job_of("075", 1).cancel == 0
