"""A client that lints every page it fetches, and people who have signed in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from retkoop.models import YearKey
from tests.factories import PASSWORD, a_person, a_year
from tests.support import pages

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    """A person's browser without JavaScript, or with htmx when asked."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.token = ""

    def get(self, address: str, **kwargs: Any) -> TestResponse:
        """Fetch a page; what is HTML is linted."""
        answer = self.client.get(address, **kwargs)
        self._look(answer)
        return answer

    def post(self, address: str, data: dict[str, Any] | None = None, htmx: bool = False, **kwargs: Any) -> TestResponse:
        """Send a form with its token."""
        headers = {"HX-Request": "true"} if htmx else {}
        fields = {"csrf_token": self.token, **(data or {})}
        answer = self.client.post(address, data=fields, headers=headers, **kwargs)
        if not htmx:
            self._look(answer)
        return answer

    def follow(self, address: str, data: dict[str, Any] | None = None) -> TestResponse:
        """Send a form and go where it leads."""
        answer = self.post(address, data)
        assert answer.status_code == 303, answer.text
        return self.get(answer.headers["Location"])

    def _look(self, answer: TestResponse) -> None:
        if answer.mimetype != "text/html" or answer.status_code in (301, 302, 303):
            return
        faults = pages.lint(answer.text)
        assert not faults, faults
        found = _TOKEN.search(answer.text)
        if found:
            self.token = found[1]

    def sign_in(self, identifier: str, password: str = PASSWORD) -> Browser:
        """Sign in as a person would."""
        self.get("/connexion")
        answer = self.post("/connexion", {"identifiant": identifier, "mot_de_passe": password})
        assert answer.status_code == 303, answer.text
        self.get(answer.headers["Location"], follow_redirects=True)
        return self


@pytest.fixture
def browse(app: Flask) -> Callable[[], Browser]:
    """Give a maker of browsers."""
    return lambda: Browser(app.test_client())


@pytest.fixture
def year(app: Flask) -> YearKey:
    """Give an open year with 1 000,00 € in bank and 50,00 € in cash."""
    return a_year()


@pytest.fixture
def mandataire(year: YearKey, browse: Callable[[], Browser]) -> Browser:
    """Give the browser of the mandataire of the year's cooperative."""
    a_person()
    return browse().sign_in("075-0001")


@pytest.fixture
def verifier(year: YearKey, browse: Callable[[], Browser]) -> Browser:
    """Give the browser of a verifier of the year's cooperative."""
    a_person("verif", "verificateur")
    return browse().sign_in("verif")


def form_of(answer: TestResponse, name: str) -> dict[str, str]:
    """Give the values that a form of a page would send."""
    form = pages.by_id(pages.parse(answer.text), name)
    assert form is not None
    fields = {f.get("name"): f.get("value") or "" for f in form.iter("input") if f.get("name")}
    for select in form.iter("select"):
        chosen = [o.get("value") or "" for o in select.iter("option") if o.get("selected") is not None]
        fields[select.get("name")] = chosen[0] if chosen else ""
    return {str(name): value for name, value in fields.items()}
