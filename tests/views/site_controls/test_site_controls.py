"""The association draws cooperatives, prints a sheet for each, and notes what was found there."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Callable
from datetime import date

import pikepdf
import pytest
from flask import Flask

from retkoop.actions import moves
from retkoop.decision_tables import SiteControl, SiteDraw
from retkoop.models import YearKey
from retkoop.site_draws import MOST_VOUCHERS
from tests.factories import SOMEONE, a_case, a_coop, a_person, a_year
from tests.support.year_end import finish
from tests.views.conftest import Browser

HERE = "/ad/075/controles"
ONE = f"{HERE}/1/075-0013/2024-2025"
FORM = {"annee": "2024-2025", "taux": "10", "parmi": "validated", "vu": "0"}
FOUND = {
    "resultat": "remarque",
    "jour": "2025-09-05",
    "par": "Anne Petit",
    "remarque": "Une pièce à retrouver",
    "version": "1",
}


@pytest.fixture
def validated(app: Flask) -> YearKey:
    """Give a validated year."""
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    a_person("asso", "ad", name="Michel")
    finish(key)
    moves.send(SOMEONE, key, lambda: date(2025, 9, 5))
    moves.validate(SOMEONE, key)
    return key


@pytest.fixture
def association(validated: YearKey, browse: Callable[[], Browser]) -> Browser:
    browser = browse().sign_in("asso")
    browser.get(HERE)
    return browser


def test_from_the_draw_to_what_was_found(association: Browser) -> None:
    assert "Aucune coopérative n’est encore tirée" in association.get(f"{HERE}?annee=2024-2025").text
    page = association.follow(f"{HERE}/tirage", FORM).text
    assert "1 coopérative tirée, 1 à contrôler" in page
    assert str(SiteDraw.get().seed) in page
    assert "10\xa0% de 1 exercice validé" in page.replace("&nbsp;", "\xa0")
    assert "entre-temps" in association.follow(f"{HERE}/tirage", FORM).text
    page = association.get(ONE).text
    assert "Pièces à regarder" in page
    assert 'name="par" type="text" value="' in page
    assert 'name="par" type="text" value=""' not in page, "who is here is proposed"
    assert 'name="jour" type="date" value=""' not in page, "so is today"
    page = association.follow(ONE, FOUND).text
    assert "Une pièce à retrouver" in page
    assert "aucune à contrôler" in page
    assert association.post(ONE, FOUND).status_code == 409, "somebody else has noted it since"
    assert "avec remarque" in association.get(ONE).text


def test_the_list_is_taken_away(association: Browser) -> None:
    association.follow(f"{HERE}/tirage", FORM)
    association.get(ONE)
    association.follow(ONE, FOUND)
    text = association.get(f"{HERE}/liste.csv?annee=2024-2025").text
    assert "075-0013" in text
    assert "Une pièce à retrouver" in text
    with zipfile.ZipFile(io.BytesIO(association.get(f"{HERE}/liste.xlsx?annee=2024-2025").data)) as book:
        assert "075-0013" in book.read("xl/sharedStrings.xml").decode()


def test_the_sheet_is_two_tagged_pages_at_most(association: Browser, validated: YearKey) -> None:
    association.follow(f"{HERE}/tirage", FORM)
    document = association.get(f"{ONE}/fiche.pdf").data
    with pikepdf.open(io.BytesIO(document)) as found:
        assert len(found.pages) <= 2
        assert found.Root.MarkInfo.Marked
    command = ["pdftotext", "-layout", "-", "-"]
    text = subprocess.run(command, input=document, stdout=subprocess.PIPE, check=True).stdout.decode()
    for words in ("Fiche de contrôle sur place 2024-2025", str(SiteDraw.get().seed), "Signature", "091,50", "à revoir"):
        assert words in text


def test_a_sheet_with_all_the_vouchers_that_fit_is_two_pages(
    app: Flask, association: Browser, validated: YearKey
) -> None:
    key = a_case("ecole-101", app.config["STORAGE"])
    finish(key)
    moves.send(SOMEONE, key, lambda: date(2025, 9, 5))
    association.get(HERE)
    association.follow(f"{HERE}/tirage", {**FORM, "taux": "100", "parmi": "sent"})
    document = association.get(f"{HERE}/1/{key.coop}/2024-2025/fiche.pdf").data
    with pikepdf.open(io.BytesIO(document)) as found:
        assert len(found.pages) == 2
    page = association.get(f"{HERE}/1/{key.coop}/2024-2025").text
    assert page.count("cahier/ecritures/") == MOST_VOUCHERS
    assert "n’ont pas tenu ici" in page or "n’a pas tenu ici" in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"taux": "0"}, "de 1 à 100"),
        ({"taux": "x"}, "nombre entier"),
        ({"taux": "101"}, "de 1 à 100"),
        ({"parmi": "open"}, "Ce choix n’existe pas."),
    ],
)
def test_a_draw_that_means_nothing_is_refused(association: Browser, change: dict[str, str], said: str) -> None:
    answer = association.post(f"{HERE}/tirage", {**FORM, **change})
    assert (answer.status_code, said in answer.text) == (422, True)
    assert SiteDraw.select().count() == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"resultat": ""}, "Dites ce qu’il en est."),
        ({"remarque": ""}, "ce qui a été vu"),
        ({"jour": "2025-09-06"}, "pas encore venu"),
        ({"jour": ""}, "Indiquez la date."),
        ({"par": ""}, "Ce champ est à remplir."),
        ({"remarque": "x" * 1_001}, "1"),
    ],
)
def test_a_result_that_says_nothing_is_refused_and_stays_typed(
    association: Browser, change: dict[str, str], said: str
) -> None:
    association.follow(f"{HERE}/tirage", FORM)
    association.get(ONE)
    answer = association.post(ONE, {**FOUND, **change})
    assert (answer.status_code, said in answer.text) == (422, True)
    assert "Anne Petit" in answer.text or "par" in change
    assert SiteControl.get().result == ""


def test_another_association_finds_nothing(association: Browser, browse: Callable[[], Browser]) -> None:
    association.follow(f"{HERE}/tirage", FORM)
    a_year(a_coop("013-0001"))
    a_person("port", "ad", department="013")
    other = browse().sign_in("port")
    other.get("/ad/013/controles")
    for address in (HERE, ONE, f"{ONE}/fiche.pdf", f"{HERE}/liste.csv", ONE.replace("/ad/075", "/ad/013")):
        assert other.get(address).status_code == 404
    for address in (f"{HERE}/tirage", ONE, ONE.replace("/ad/075", "/ad/013")):
        assert other.post(address, {**FORM, **FOUND}).status_code == 404
    assert association.get(f"{HERE}/2/075-0013/2024-2025").status_code == 404, "it was not drawn there"
    assert SiteControl.get().result == ""
    assert "075-0013" not in other.get("/ad/013/controles/liste.csv").text
