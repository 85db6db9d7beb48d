"""« Mot de passe oublié »: the same page for everybody, then a new password by the link of the mail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from retkoop import jobs as worker
from retkoop.association import Message
from retkoop.db import database
from retkoop.mail import secret_of
from retkoop.models import Person
from tests.factories import a_person, a_year
from tests.support import pages
from tests.views.conftest import Browser

NEW = "quatre wagons bleus dormaient"


@pytest.fixture
def reader(app: Flask, browse: Callable[[], Browser], tmp_path: Path) -> Browser:
    """Give the browser of somebody who forgot; Zoé can be written to."""
    app.config["RETKOOP"] = replace(app.config["RETKOOP"], mails=tmp_path / "mails")
    a_year()
    person = a_person(name="Zoé")
    Person.update(mail="zoe@exemple.fr").where(Person.id == person.id).execute()
    return browse()


def ask(reader: Browser, identifier: str) -> str:
    reader.get("/mot-de-passe/oublie")
    return pages.text_of(pages.parse(reader.follow("/mot-de-passe/oublie", {"identifiant": identifier}).text))


def link(app: Flask) -> str:
    """Have the worker send, and give the link of the last mail."""
    worker.init_app(app)
    database.close()
    worker.send_mails()
    database.connect()
    row = Message.select().order_by(Message.id.desc()).first()
    assert row.state == "sent"
    return f"/mot-de-passe/nouveau/{secret_of(app.config['RETKOOP'], row.id)}"


def test_the_sign_in_page_leads_there_and_everybody_reads_the_same(reader: Browser) -> None:
    assert 'href="/mot-de-passe/oublie"' in reader.get("/connexion").text
    assert ask(reader, "075-0001") == ask(reader, "075-9999")
    assert reader.post("/mot-de-passe/oublie", {"identifiant": " "}).status_code == 422


def test_a_link_gives_a_new_password_once(app: Flask, reader: Browser) -> None:
    ask(reader, "075-0001")
    place = link(app)
    # What fetches the link uses nothing up.
    reader.get(place)
    assert reader.get(place).status_code == 200
    wrong = reader.post(place, {"nouveau": NEW, "encore": "autre chose"})
    assert wrong.status_code == 422
    assert "ne sont pas les mêmes" in wrong.text
    assert reader.post(place, {"nouveau": "motdepasse123", "encore": "motdepasse123"}).status_code == 422
    assert "Votre mot de passe est changé" in reader.follow(place, {"nouveau": NEW, "encore": NEW}).text
    for again in (reader.get(place), reader.post(place, {"nouveau": NEW, "encore": NEW})):
        assert again.status_code == 422
        assert "Ce lien n’est plus valable" in again.text
    reader.sign_in("075-0001", NEW)


@pytest.mark.parametrize("token", ["x", "0" * 64, "é" * 50])
def test_a_made_up_link_opens_nothing(reader: Browser, token: str) -> None:
    answer = reader.get(f"/mot-de-passe/nouveau/{token}")
    assert answer.status_code == 422
    assert "Ce lien n’est plus valable" in answer.text
