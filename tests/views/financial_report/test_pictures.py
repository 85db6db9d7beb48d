"""The year in pictures on the page of the CRF: what is drawn is told in words as well."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from flask import Flask

from retkoop.actions import direct_report
from retkoop.facts import Allocation
from retkoop.models import YearKey
from tests.factories import SOMEONE, an_entry
from tests.support import pages
from tests.views.conftest import Browser

SVG = "{http://www.w3.org/2000/svg}"
CRF = "/coop/075-0001/2024-2025/crf"


def pictures(browser: Browser) -> tuple[pages.Element, str]:
    found = pages.by_id(pages.parse(browser.get(CRF).text), "images")
    assert found is not None
    return found, pages.text_of(found)


def test_an_empty_year_says_how_to_begin(mandataire: Browser) -> None:
    section, said = pictures(mandataire)
    assert "Dès la première écriture du cahier, l’année se dessine ici" in said
    assert list(section.iter(f"{SVG}svg")) == []


def test_each_drawing_has_its_words_and_its_figures(mandataire: Browser, year: YearKey) -> None:
    an_entry(year, day=date(2024, 10, 4))
    an_entry(year, day=date(2024, 12, 4), bank=5_000, allocations=(Allocation("70700008", 5_000),), voucher="02")
    section, said = pictures(mandataire)
    drawing = next(section.iter(f"{SVG}svg"))
    assert drawing.get("aria-labelledby") == "tresorerie-dessin tresorerie-texte"
    told = pages.text_of(pages.by_id(section, "tresorerie-texte"))
    for words in ("Au 1er septembre : 1 050,00 €", "Fin octobre 2024 : 1 038,00 €", "Fin décembre 2024 : 1 088,00 €"):
        assert words in told.replace("\u00a0", " "), told
    assert len(list(drawing.iter(f"{SVG}circle"))) == 5
    # The table beside says the same, bank and cash apart.
    rows = [pages.text_of(row).replace("\u00a0", " ") for row in section.iter("tr")]
    assert "Fin décembre 20241 038,00 €50,00 €1 088,00 €" in [row.replace("€ ", "€") for row in rows], rows
    assert [bar.get("aria-hidden") for bar in list(section.iter(f"{SVG}svg"))[1:]] == ["true", "true"]
    assert "Total des produits" in said


def test_a_report_typed_in_directly_has_no_cahier_to_draw(verifier: Browser, year: YearKey) -> None:
    direct_report.turn_direct(SOMEONE, year)
    page = verifier.get(CRF).text
    assert 'id="images"' not in page
    assert "pictures.css" not in page


def test_a_month_that_is_not_over_ends_today(app: Flask, mandataire: Browser, year: YearKey) -> None:
    an_entry(year, day=date(2024, 11, 4))
    app.config["RETKOOP"] = replace(app.config["RETKOOP"], today=date(2024, 11, 20))
    _, said = pictures(mandataire)
    assert "À ce jour" in said
    assert "Fin novembre" not in said
