"""« Ce qu’il reste à faire », sending, and what comes back from the association départementale."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from retkoop.actions import moves
from retkoop.audit import OPERATOR, Actor
from retkoop.models import Year, YearKey
from tests.factories import a_case, a_person
from tests.support import pages
from tests.support.year_end import finish
from tests.views.conftest import Browser
from tests.views.helpers_tables import text, without_form

AD = Actor("Dominique de l’AD", 2)


@pytest.fixture
def year(app: Flask) -> YearKey:
    """Give a year that may be closed."""
    return a_case("ecole-du-bourg", app.config["STORAGE"])


@pytest.fixture
def home(year: YearKey) -> str:
    return f"/coop/{year.coop}/{year.year.label}/"


@pytest.fixture
def mandataire(year: YearKey, browse: Callable[[], Browser]) -> Browser:
    """Give the browser of the mandataire of the year's cooperative."""
    a_person("camille", coop_identifier=year.coop)
    return browse().sign_in("camille")


def path_of(page: str) -> list[str]:
    """Give what the path says of each step."""
    path = pages.by_id(pages.parse(page), "path")
    assert path is not None
    return [pages.text_of(step) for step in path.iter("li")]


def test_the_five_steps_are_there_from_the_first_day_on(mandataire: Browser, home: str) -> None:
    steps = path_of(mandataire.get(home + "reste-a-faire").text)
    assert [step.partition(" ")[0] for step in steps] == ["À", "À", "Plus", "À", "Plus"]
    assert "Bravo, la clôture est possible." in steps[0]
    assert "au plus tard le 30/09/2025" in steps[4]
    shown = [step.removesuffix(" Continuer ici") for step in steps]
    assert path_of(mandataire.get(home).text) == shown, "the home page shows the same path, its band has the button"


def test_what_is_left_of_each_step_leads_to_where_it_is_mended(mandataire: Browser, home: str) -> None:
    tree = pages.parse(mandataire.get(home + "reste-a-faire").text)
    links = [
        link.get("href") for found in tree.iter("ul") if found.get("class") == "findings" for link in found.iter("a")
    ]
    assert links
    assert home + "documents#d-quitus" in links, "a document is mended in its own place"
    for link in links:
        answer = mandataire.get(link or "")
        assert answer.status_code == 200, link
        anchor = (link or "").partition("#")[2]
        assert not anchor or pages.by_id(pages.parse(answer.text), anchor) is not None, link


def test_it_cannot_be_sent_before_the_rest_is_done(mandataire: Browser, home: str, year: YearKey) -> None:
    page = mandataire.get(home + "envoi").text
    assert "Envoyer à l’association départementale" not in page
    assert "Clôture du cahier de compta" in text(page)
    refused = mandataire.post(home + "envoi")
    assert refused.status_code == 409
    assert "il reste des étapes à terminer" in text(refused.text)
    assert Year.get(year.of(Year)).state == "open"


def test_it_is_sent_taken_back_and_sent_again(app: Flask, mandataire: Browser, home: str, year: YearKey) -> None:
    finish(year)
    page = mandataire.get(home + "envoi").text
    assert "Bravo Tout est prêt" in text(page)
    said = text(mandataire.follow(home + "envoi").text)
    assert "L’exercice 2024-2025 est envoyé" in said
    assert "C’est envoyé" in said
    assert without_form(mandataire.get(home + "cra").text), "nothing of it changes any more"
    said = text(mandataire.follow(home + "envoi/retrait").text)
    assert "L’envoi est retiré" in said
    assert "Tout est prêt" in said
    said = text(mandataire.follow(home + "envoi").text)
    assert "Envoi retiré par la coopérative, par camille" in said


def test_a_return_is_told_with_its_reason_wherever_one_begins(
    app: Flask, mandataire: Browser, home: str, year: YearKey
) -> None:
    finish(year)
    mandataire.post(home + "envoi")
    moves.take_up(AD, year)
    page = mandataire.get(home + "envoi").text
    assert "l’examine" in text(page)
    assert "Retirer l’envoi" not in page
    assert mandataire.post(home + "envoi/retrait").status_code == 409
    moves.send_back(AD, year, "cra", "<b>Le nombre</b> de classes")
    for address in ("", "reste-a-faire", "envoi"):
        page = mandataire.get(home + address).text
        assert "Votre exercice vous a été renvoyé" in text(page), address
        assert "« <b>Le nombre</b> de classes »" in text(page), address
    mandataire.post(home + "envoi")
    moves.validate(AD, year)
    said = text(mandataire.get(home + "envoi").text)
    assert "Bravo L’exercice 2024-2025 est validé" in said
    assert "vous a été renvoyé" not in said
    assert mandataire.post(home + "envoi").status_code == 409


def test_readers_see_the_path_and_move_nothing(
    app: Flask, home: str, year: YearKey, browse: Callable[[], Browser]
) -> None:
    finish(year)
    a_person("verif", "verificateur", coop_identifier=year.coop)
    a_person("association", "ad")
    for reader in (browse().sign_in("verif"), browse().sign_in("association")):
        assert "Continuer ici" not in reader.get(home + "reste-a-faire").text
        assert without_form(reader.get(home + "envoi").text)
        assert reader.post(home + "envoi").status_code == 403
        assert reader.post(home + "envoi/retrait").status_code == 403
    assert Year.get(year.of(Year)).state == "closed"


def test_a_return_by_a_command_is_the_associations(mandataire: Browser, home: str, year: YearKey) -> None:
    finish(year)
    moves.send(AD, year, lambda: date(2025, 9, 5))
    moves.send_back(OPERATOR, year, "documents", "Le relevé est illisible")
    page = text(mandataire.get(home + "envoi").text).replace("\u00a0", " ")
    assert "L’association départementale : « Le relevé est illisible »" in page
    assert "Corrigez, puis envoyez de nouveau l’exercice." in page
    assert "commande" not in page
    assert "par l’association départementale, par" not in page
    assert "Envoyé à l’association départementale, par Dominique de l’AD" in page
