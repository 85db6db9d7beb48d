"""The screens of an import: the file is sent once, previewed, confirmed; what is refused is named."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask

from retkoop.models import Cooperative
from tests.factories import a_coop, a_department, a_person
from tests.views.conftest import Browser

PLACE = "/ad/075/coops/importer"
GOOD = b"Identifiant;Nom;Circonscription\n075-0001;Les <b>Lilas</b>;12\n075-0002;=1+1;\n"


@pytest.fixture
def association(app: Flask, browse: Callable[[], Browser]) -> Browser:
    a_department()
    a_person("asso", "ad")
    asso = browse().sign_in("asso")
    asso.get(PLACE)
    return asso


def sent(association: Browser, data: bytes, name: str = "liste.csv") -> str:
    answer = association.post(PLACE, {"fichier": (BytesIO(data), name)}, content_type="multipart/form-data")
    return answer.headers.get("Location", "") or answer.text


def test_it_is_previewed_then_imported(association: Browser) -> None:
    address = sent(association, GOOD)
    page = association.get(address).text
    assert "Colonnes non reprises" in page
    assert "Les &lt;b&gt;Lilas" in page
    assert Cooperative.select().count() == 0
    seal = re.search(r'name="vu" value="(\w+)"', page)
    assert seal is not None
    assert association.post(address, {"vu": "autre"}).status_code == 409
    assert "2 créées, 0 modifiées" in association.follow(address, {"vu": seal[1]}).text
    assert association.post(address, {"vu": seal[1]}).status_code == 422
    assert Cooperative.select().count() == 2
    assert "ne change rien" in association.get(sent(association, GOOD)).text


def test_faults_are_shown_by_line_and_column(association: Browser) -> None:
    page = sent(association, b"Identifiant;Nom\n013-0001;Le Port\n075-0001;\n")
    assert re.search(r"2</td><td[^>]*>Identifiant", page)
    assert re.search(r"3</td><td[^>]*>Nom", page)
    assert Cooperative.select().count() == 0


def test_a_file_is_asked_for(association: Browser) -> None:
    assert association.post(PLACE).status_code == 422
    assert "ni un CSV" in sent(association, b"\x89PNG\r\n\x1a\n\0")


@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_the_model_is_filled_in_and_sent_back(association: Browser, extension: str) -> None:
    answer = association.client.get(f"{PLACE}/modele.{extension}")
    assert answer.status_code == 200
    page = sent(association, answer.data, f"modele.{extension}")
    assert "Un point est à corriger" in page


def test_another_association_finds_no_preview(association: Browser, browse: Callable[[], Browser]) -> None:
    address = sent(association, GOOD)
    a_coop("013-0001")
    a_person("port", "ad", department="013")
    port = browse().sign_in("port")
    assert port.get(address).status_code == 404
    port.get("/ad/013/coops/importer")
    number = address.rpartition("/")[2]
    assert port.get(f"/ad/013/coops/importer/{number}").status_code == 404
    assert port.post(f"/ad/013/coops/importer/{number}", {"vu": "x"}).status_code == 422
    assert Cooperative.select().count() == 1
