"""The home of a cooperative, of an exercice, and the health of the service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask

from retkoop.actions import moves, years
from retkoop.audit import OPERATOR, Actor
from retkoop.models import Cooperative, Journal, Person, Year, YearKey, find_coop
from retkoop.school_year import SchoolYear
from tests.factories import YEAR, a_case, a_coop, a_person, a_year, an_entry
from tests.support import pages
from tests.support.year_end import finish
from tests.views.conftest import Browser

COOP = "/coop/075-0001/"
HOME = "/coop/075-0001/2024-2025/"
OPEN = "/coop/075-0001/exercices"


def close(key: YearKey) -> None:
    """Close a year, whatever its checks say."""
    Year.update(state="closed").where(key.of(Year)).execute()


@pytest.fixture
def newcomer(app: Flask, browse: Callable[[], Browser]) -> Browser:
    """Give the browser of the mandataire of a cooperative without exercice."""
    a_coop()
    a_person()
    return browse().sign_in("075-0001")


def test_a_new_cooperative_is_told_how_to_begin(newcomer: Browser) -> None:
    page = newcomer.get(COOP)
    assert "Aucun exercice pour l’instant" in page.text
    assert "Ouvrir l’exercice 2025-2026" in page.text


@pytest.mark.parametrize(("typed", "kept"), [("512", "512"), ("514", "514"), ("999", "512"), ("", "512")])
def test_it_opens_the_current_exercice(newcomer: Browser, typed: str, kept: str) -> None:
    page = newcomer.follow(OPEN, {"compte_bancaire": typed})
    assert "L’exercice 2025-2026 est ouvert." in page.text
    year = Year.get()
    assert (year.start_year, year.bank_account, year.state) == (2025, kept, "open")
    assert Journal.select().where(Journal.action == "ouverture").count() == 1


def test_twice_opens_one(newcomer: Browser) -> None:
    newcomer.get(COOP)
    for _ in range(2):
        assert newcomer.post(OPEN).status_code == 303
    assert Year.select().count() == 1


def test_a_reader_of_a_new_cooperative_sees_no_button(newcomer: Browser, browse: Callable[[], Browser]) -> None:
    a_person("verif", "verificateur")
    reader = browse().sign_in("verif")
    page = reader.get(COOP)
    assert "Le mandataire n’a pas encore ouvert d’exercice." in page.text
    assert OPEN not in page.text
    assert reader.post(OPEN).status_code == 403
    assert not Year.select().exists()


def test_the_cooperative_leads_to_the_oldest_open_exercice(mandataire: Browser, year: YearKey) -> None:
    assert mandataire.get(COOP).headers["Location"] == HOME
    close(year)
    assert mandataire.get(COOP).headers["Location"] == HOME, "closed, and still the last one"
    years.open_year(OPERATOR, Cooperative.get(), SchoolYear(2025))
    assert mandataire.get(COOP).headers["Location"] == "/coop/075-0001/2025-2026/"


def test_the_next_exercice_may_begin_before_this_one_is_closed(mandataire: Browser, year: YearKey) -> None:
    assert "<button>Ouvrir l’exercice 2025-2026</button>" in mandataire.get(HOME).text
    page = mandataire.follow(OPEN)
    assert "L’exercice 2024-2025 n’est pas encore envoyé" in page.text
    assert "1\u202f000,00" in page.text or "1\u00a0000,00" in page.text, "the balance is carried forward"
    assert Year.select().count() == 2
    assert "Ouvrir l’exercice" not in mandataire.get("/coop/075-0001/2025-2026/").text


def band_of(page: str) -> str:
    """Give what the purple band of a page says."""
    return next(pages.text_of(found) for found in pages.parse(page).iter("section") if found.get("class") == "band")


def test_opening_the_next_exercice_takes_the_place_of_the_band_once_all_are_closed(
    mandataire: Browser, year: YearKey
) -> None:
    assert "Clôture du cahier de compta" in band_of(mandataire.get(HOME).text)
    close(year)
    page = mandataire.get(HOME).text
    assert "les soldes de 2024-2025" in band_of(page)
    assert page.count('<button class="main">Ouvrir l’exercice 2025-2026</button>') == 1


def test_it_is_not_the_main_thing_to_do_as_long_as_an_older_one_is_open(mandataire: Browser, year: YearKey) -> None:
    close(year)
    before = years.open_year(OPERATOR, Cooperative.get(), SchoolYear(2023))
    page = mandataire.get(HOME).text
    assert "Ce cahier est clos" in band_of(page)
    assert "<button>Ouvrir l’exercice 2025-2026</button>" in page
    close(before)
    assert "Ouvrir" in band_of(mandataire.get(HOME).text)


def test_a_reader_is_not_asked_to_open_it(verifier: Browser, year: YearKey) -> None:
    close(year)
    page = verifier.get(HOME).text
    assert "Ce cahier est clos" in band_of(page)
    assert OPEN not in page


def test_no_exercice_is_opened_ahead_of_time(mandataire: Browser, app: Flask, year: YearKey) -> None:
    app.config["RETKOOP"] = replace(app.config["RETKOOP"], today=date(2025, 8, 31))
    close(year)
    mandataire.post(OPEN)
    assert [row.start_year for row in Year.select()] == [2024]


def test_the_tiles_lead_to_every_screen(mandataire: Browser) -> None:
    tree = pages.parse(mandataire.get(HOME).text)
    tiles = [link for found in tree.iter("ul") if found.get("class") == "tiles" for link in found.iter("a")]
    assert len(tiles) >= 10
    for link in tiles:
        assert mandataire.get(link.get("href") or "", buffered=True).status_code == 200, link.get("href")


def test_the_balances_are_those_of_the_cahier(mandataire: Browser, year: YearKey) -> None:
    an_entry(year)
    page = mandataire.get(HOME)
    amounts = [pages.text_of(amount) for amount in pages.parse(page.text).iter("dd")]
    assert [amount.replace("\u202f", " ") for amount in amounts] == ["988,00 €", "1 000,00 €", "50,00 €"]


@pytest.mark.parametrize("label", ["2023-2024", "2024-2026", "9999-0000", "0000-0001"])
def test_an_exercice_that_is_not_there_is_not_found(mandataire: Browser, label: str) -> None:
    assert mandataire.get(f"/coop/075-0001/{label}/").status_code == 404


def test_names_are_data(app: Flask, browse: Callable[[], Browser]) -> None:
    a_year(a_coop(name="<script>alert(1)</script> & Cie"))
    a_person(name="<img src=x onerror=alert(1)>")
    page = browse().sign_in("075-0001").get(HOME)
    assert "<script>alert" not in page.text
    assert "<img" not in page.text
    assert YEAR.label in page.text


def test_the_service_tells_its_health(app: Flask) -> None:
    answer = app.test_client().get("/etat")
    assert (answer.status_code, answer.get_json(), answer.mimetype) == (200, {"etat": "ok"}, "application/json")


# ---- The state in words, and what the year before handed over since


def plain(page: str) -> str:
    """Give a page with ordinary spaces."""
    return page.replace("&nbsp;", " ").replace("\u00a0", " ")


def opened_next(key: YearKey) -> YearKey:
    coop = find_coop(key.coop)
    assert coop is not None
    return years.open_year(OPERATOR, coop, SchoolYear(2025))


def test_what_the_year_before_hands_over_is_told_once(mandataire: Browser, year: YearKey) -> None:
    following = opened_next(year)
    home = "/coop/075-0001/2025-2026/"
    assert "a changé" not in mandataire.get(home).text
    an_entry(year)
    page = plain(mandataire.get(home).text)
    assert "L’exercice 2024-2025 a changé : vos soldes de départ ont suivi" in page
    assert "(banque -12,00 €, report à nouveau -12,00 €)" in page
    assert f'href="{home}ouverture"' in page
    an_entry(year)
    assert "(banque -24,00 €" in plain(mandataire.get(home).text), "one sentence with all of it"
    me = Person.get(Person.identifier == "075-0001")
    an_entry(following, actor=Actor("Moi", me.id), day=date(2025, 9, 2))
    assert "a changé" not in mandataire.get(home).text


def test_a_validated_exercice_says_since_when_and_gives_its_report(browse: Callable[[], Browser], app: Flask) -> None:
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    a_person(key.coop, coop_identifier=key.coop)
    browser, home = browse().sign_in(key.coop), f"/coop/{key.coop}/2024-2025/"
    finish(key)
    assert "2024-2025 · clos" in browser.get(home).text
    following = years.open_year(OPERATOR, find_coop(key.coop), SchoolYear(2025))
    opening = f"/coop/{key.coop}/{following.year.label}/ouverture"
    assert "C’est là qu’ils se corrigent" in browser.get(opening).text
    moves.send(OPERATOR, key, lambda: date(2025, 9, 5))
    moves.validate(OPERATOR, key)
    page = browser.get(home).text
    assert "2024-2025 · validé" in page
    assert "Télécharger le CRF validé (PDF)" in page
    assert f'href="{home}crf.pdf"' in page
    said = browser.get(opening).text
    assert "Soldes définitifs" in said
    assert "corrigent" not in said
    # What a command did is the association départementale’s.
    assert "commande" not in browser.get(home + "envoi").text
    assert "donnent plus" not in browser.get(home + "quitus").text
    assert "quitus/acces" not in browser.get(home + "quitus").text
    accesses = browser.get(home + "quitus/acces").text
    assert "access-form" not in accesses
    assert browser.post(home + "quitus/acces", {"nom": "Anne", "acces": "lien", "cle": "x"}).status_code == 409
