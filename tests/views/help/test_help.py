"""The words of the trade, for whoever has signed in."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from retkoop.filters import GLOSSARY
from tests.factories import a_person
from tests.support import pages
from tests.views.conftest import Browser


def test_each_word_has_its_sentence(mandataire: Browser) -> None:
    tree = pages.parse(mandataire.get("/aide/").text)
    assert [pages.text_of(word) for word in tree.iter("dt")] == list(GLOSSARY)
    assert all(pages.text_of(sentence).endswith((".", "!")) for sentence in tree.iter("dd"))


def test_every_page_leads_there(mandataire: Browser) -> None:
    for address in ("/coop/075-0001/2024-2025/", "/coop/075-0001/2024-2025/cahier", "/mot-de-passe", "/nulle-part"):
        assert 'href="/aide/"' in mandataire.get(address).text


def test_the_federation_reads_it_too(app: Flask, browse: Callable[[], Browser]) -> None:
    a_person("nation", "federation")
    assert browse().sign_in("nation").get("/aide/").status_code == 200


def test_strangers_are_asked_to_sign_in(app: Flask, browse: Callable[[], Browser]) -> None:
    assert browse().get("/aide/").headers["Location"] == "/connexion?next=/aide/"
