"""Looking at the cahier: three modes remembered per person, filters, totals, and a write that keeps the look."""

from __future__ import annotations

import re
from datetime import date

import pytest

from retkoop.models import Person, YearKey
from tests.factories import YEAR, an_advance, an_entry
from tests.support import pages
from tests.support.ledger_checks import close_at_once
from tests.views.conftest import Browser, form_of

BOOK = f"/coop/075-0001/{YEAR.label}/cahier"


def rows(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<tr id="ecriture-(\d+)"', page)]


def three(year: YearKey) -> None:
    an_advance(year)
    an_entry(year, voucher="D10", label="Cars – Sortie", project="Classe découverte")
    an_entry(year, voucher="D2", day=date(2024, 12, 4), cheque="4400101")
    an_entry(year, voucher="D3", bank=-5_000, advance="CP", advance_amount=5_000, allocations=())


def test_it_shows_what_is_looked_for_with_its_totals(year: YearKey, mandataire: Browser) -> None:
    three(year)
    page = mandataire.get(f"{BOOK}?cherche=albums").text
    assert rows(page) == [3, 2]
    assert re.search(r"<strong>2 écritures</strong> sur 3", page)
    assert "-62,00" in page
    assert rows(mandataire.get(f"{BOOK}?activite=Classe+découverte").text) == [1]
    assert rows(mandataire.get(f"{BOOK}?classe=CP").text) == [3]
    assert rows(mandataire.get(f"{BOOK}?tri=pj").text) == [2, 3, 1]
    assert rows(mandataire.get(f"{BOOK}?piece=sans&mois=2024-12").text) == [2]


def test_nothing_found_says_so_and_leads_back(year: YearKey, mandataire: Browser) -> None:
    three(year)
    page = mandataire.get(f"{BOOK}?cherche=piscine").text
    assert "Aucune écriture ne répond à cette recherche." in page
    assert "Tout montrer" in page
    assert "<strong>0 écriture</strong> sur 3" in page


def test_a_write_comes_back_to_the_same_look(year: YearKey, mandataire: Browser) -> None:
    three(year)
    page = mandataire.get(f"{BOOK}?cherche=albums&tri=pj")
    hidden = form_of(page, "rows")
    assert {"cherche": "albums", "tri": "pj"}.items() <= hidden.items()
    answer = mandataire.post(f"{BOOK}/ecritures/3/supprimer", hidden, htmx=True)
    assert rows(answer.text) == [2]
    assert "cherche=albums" in answer.headers["HX-Replace-Url"]
    assert rows(mandataire.get(answer.headers["HX-Replace-Url"]).text) == [2]


def test_the_form_looks_in_the_whole_year_until_somebody_chooses_a_month(year: YearKey, mandataire: Browser) -> None:
    for n in range(30):
        an_entry(year, voucher=f"N{n}", day=date(2024, 11, 4))
    an_entry(year, voucher="F1", label="Cars – Piscine", day=date(2025, 2, 4))

    def asked(page: str) -> str:
        select = pages.by_id(pages.parse(page), "mois-cherche")
        assert select is not None
        return next(option.get("value") or "" for option in select.iter("option") if option.get("selected") is not None)

    page = mandataire.get(f"{BOOK}?mois=2024-11").text
    assert asked(page) == "tout"
    assert rows(mandataire.get(f"{BOOK}?cherche=piscine&mois={asked(page)}").text) == [31]
    for query in ("cherche=albums&mois=2024-11", "tri=pj&mois=2024-11"):
        assert asked(mandataire.get(f"{BOOK}?{query}").text) == "2024-11"


def test_the_totals_count_what_is_to_be_allocated_when_it_comes_to_nothing(year: YearKey, mandataire: Browser) -> None:
    for amount in (-500, 500):
        an_entry(year, bank=amount, allocations=())
    (totals,) = re.findall(r'<tr class="totals">.*?</tr>', mandataire.get(f"{BOOK}?vue=classique").text, re.DOTALL)
    assert "Totaux à ventiler : 2 lignes" in pages.text_of(pages.parse_fragment(totals)[0])


def test_hostile_words_find_nothing_and_stay_text(year: YearKey, mandataire: Browser) -> None:
    three(year)
    for words in ("<script>", "' OR 1=1", "%", "\\", "\x00", "é" * 5_000, "(" * 90):
        answer = mandataire.get(BOOK, query_string={"cherche": words, "compte": words, "mois": words, "vue": words})
        assert answer.status_code == 200
        assert "<script>" not in answer.text


def test_each_person_keeps_their_own_mode(year: YearKey, mandataire: Browser) -> None:
    for mode, words in (("classique", "Visualisation classique"), ("automatique", "Ventilation automatique")):
        page = mandataire.follow("/preferences/cahier", {"mode": mode, "retour": f"{BOOK}?mois=2024-11"})
        assert pressed(page.text) == words
        assert Person.get(Person.identifier == "075-0001").ledger_view == mode
    assert pressed(mandataire.get(f"{BOOK}?vue=simple").text) == "Création d’une écriture"
    assert Person.get(Person.identifier == "075-0001").ledger_view == "automatique"


def pressed(page: str) -> str:
    found = re.search(r'aria-pressed="true">([^<]+)<', page)
    assert found
    return found[1]


def test_a_verifier_chooses_too_and_so_does_one_in_a_closed_year(year: YearKey, verifier: Browser) -> None:
    close_at_once(year)
    form = {"mode": "classique", "retour": BOOK}
    assert pressed(verifier.follow("/preferences/cahier", form).text) == "Visualisation classique"


@pytest.mark.parametrize("back", ["//ailleurs.fr", "https://ailleurs.fr", "/\\ailleurs.fr", "javascript:alert(1)", ""])
def test_choosing_never_leads_elsewhere(year: YearKey, mandataire: Browser, back: str) -> None:
    answer = mandataire.post("/preferences/cahier", {"mode": "simple", "retour": back})
    assert answer.headers["Location"].startswith("/coop/075-0001/")


def test_an_unknown_mode_is_refused(year: YearKey, mandataire: Browser) -> None:
    assert mandataire.post("/preferences/cahier", {"mode": "paysage"}).status_code == 422
