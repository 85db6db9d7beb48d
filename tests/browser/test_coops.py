"""The AD keeps its cooperatives in a browser: a list is imported, somebody gets in by a link; axe reads it all."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, expect

from retkoop.models import Cooperative
from tests.browser.test_accessibility import check, faults_of, read_by_the_checker, sign_in_of, valid
from tests.factories import PASSWORD, a_department, a_person

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]

__all__ = ["read_by_the_checker", "valid"]
HEAD = "Identifiant;Nom;Premier exercice;Solde banque;Mandataire\n"
GOOD = HEAD + "075-0001;Les Lilas;2024-2025;100,50;Anne Petit\n075-0002;Les Roses;;;\n"
PAGES = (
    "", "/nouvelle", "/importer", "/lettres", "/075-0001/identite", "/075-0001/acces", "/075-0001/exercices",
    "/075-0001/exercices/2020-2021",
)  # fmt: skip


@pytest.fixture(params=[True], ids=["js"])
def javascript(request: pytest.FixtureRequest) -> bool:
    """The pages without JavaScript are those of the tests of the views."""
    return bool(request.param)


def test_a_list_is_imported_and_a_mandataire_gets_in_by_a_link(
    app: Flask, address: str, context: BrowserContext, valid: dict[str, str], tmp_path: Path
) -> None:
    a_department()
    a_person("ad075", "ad")
    page = sign_in_of(context.new_page(), address, "ad075")
    place = address + "/ad/075/coops"
    wrong, good = tmp_path / "fautes.csv", tmp_path / "liste.csv"
    wrong.write_text(GOOD + "013-0001;Le Port;;;\n", "utf-8")
    good.write_text(GOOD, "cp1252")
    page.goto(place + "/importer")
    page.get_by_label("Votre liste").set_input_files(wrong)
    page.get_by_role("button", name="Voir l’aperçu").click()
    expect(page.get_by_role("heading", name="Un point est à corriger")).to_be_visible()
    assert not faults_of(page)
    page.get_by_label("Votre liste").set_input_files(good)
    page.get_by_role("button", name="Voir l’aperçu").click()
    expect(page.get_by_role("heading", name="Ce qui sera fait")).to_be_visible()
    assert not faults_of(page)
    assert Cooperative.select().count() == 0
    page.get_by_role("button", name="Importer ces 2 lignes").click()
    expect(page.get_by_text("Import terminé : 2 créées")).to_be_visible()

    page.goto(place + "/075-0001/exercices")
    page.get_by_label("Exercice", exact=True).select_option("2020-2021")
    page.get_by_role("button", name="Ouvrir cet exercice").click()
    expect(page.get_by_role("heading", name="Ce qui est enregistré")).to_be_visible()
    for path in PAGES:
        check(page, place + path, valid, (1280, 320))

    page.goto(place + "/075-0001/acces")
    page.get_by_role("button", name="Lien d’activation pour Anne Petit").click()
    link = page.get_by_label("Envoyez cette adresse").input_value()
    assert not faults_of(page)
    page.goto(link)
    assert not faults_of(page)
    page.get_by_label("Votre mot de passe", exact=True).fill(PASSWORD)
    page.get_by_label("encore une fois").fill(PASSWORD)
    page.get_by_role("button", name="Choisir ce mot de passe et entrer").click()
    expect(page.get_by_text("Votre identifiant est 075-0001")).to_be_visible()
    expect(page.get_by_role("heading", name="2024-2025")).to_be_visible()
