"""Pointage: one click, and everything that it changes."""

from __future__ import annotations

from datetime import date

import pytest

from retkoop.actions.years import load_facts
from retkoop.models import Year, YearKey
from tests.factories import a_case, a_person, an_entry
from tests.support import pages
from tests.views.conftest import Browser
from tests.views.helpers_tables import undo_of

BOOK = "/coop/075-0001/2024-2025/cahier"


def stored(key: YearKey):
    return load_facts(Year.get(key.of(Year)))


@pytest.fixture
def year_101(app, browse) -> tuple[YearKey, Browser]:
    """Give a real year and its mandataire's browser."""
    key = a_case("ecole-101", app.config["STORAGE"])
    a_person("075-0101", coop_identifier="075-0101")
    return key, browse().sign_in("075-0101")


def test_one_click_ticks_today_and_one_click_takes_it_back(mandataire: Browser, year: YearKey) -> None:
    an_entry(year)
    mandataire.get(BOOK)
    mandataire.follow(BOOK + "/ecritures/1/pointage", {"pointer": "1"})
    assert stored(year).entries[0].ticked_on == date(2025, 9, 5)
    mandataire.follow(BOOK + "/ecritures/1/pointage", {"pointer": "0"})
    assert stored(year).entries[0].ticked_on is None


def test_a_click_sent_twice_ticks_once(mandataire: Browser, year: YearKey) -> None:
    an_entry(year)
    mandataire.get(BOOK)
    for _ in range(2):
        assert mandataire.post(BOOK + "/ecritures/1/pointage", {"pointer": "1"}, htmx=True).status_code == 200
    assert stored(year).entries[0].ticked_on is not None


def test_what_does_not_touch_the_bank_is_not_ticked(mandataire: Browser, year: YearKey) -> None:
    an_entry(year, bank=0, cash=-1_200)
    page = mandataire.get(BOOK)
    assert "Pointer" not in page.text
    assert mandataire.post(BOOK + "/ecritures/1/pointage", {"pointer": "1"}).status_code == 422


@pytest.mark.parametrize("asked", ["", "2", "oui"])
def test_an_unreadable_demand_changes_nothing(mandataire: Browser, year: YearKey, asked: str) -> None:
    an_entry(year)
    mandataire.get(BOOK)
    assert mandataire.post(BOOK + "/ecritures/1/pointage", {"pointer": asked}).status_code == 422
    assert stored(year).entries[0].ticked_on is None


@pytest.mark.parametrize("row", ["ecritures/15", "ecritures/86", "operations/2", "operations/1"])
@pytest.mark.parametrize("asked", ["1", "0"])
def test_after_the_swap_the_page_is_what_a_reload_shows(
    year_101: tuple[YearKey, Browser], row: str, asked: str
) -> None:
    _, browser = year_101
    book = "/coop/075-0101/2024-2025/cahier?mois=tout"
    before = browser.get(book)
    answer = browser.post(f"{book.partition('?')[0]}/{row}/pointage", {"pointer": asked, "mois": "tout"}, htmx=True)
    target = row.replace("ecritures/", "ecriture-").replace("operations/", "operation-")
    swapped = pages.after_swap(before.text, answer.text, target)
    assert pages.shown(swapped) == pages.shown(pages.parse(browser.get(book).text))


@pytest.mark.parametrize("mode", ["simple", "classique"])
@pytest.mark.parametrize("asked", ["1", "0"])
def test_what_is_no_longer_looked_for_leaves_the_page_as_a_reload_shows(
    year_101: tuple[YearKey, Browser], mode: str, asked: str
) -> None:
    key, browser = year_101
    waiting = next(entry.number for entry in stored(key).entries if entry.is_outstanding)
    ticked = next(entry.number for entry in stored(key).entries if entry.ticked_on)
    number = waiting if asked == "1" else ticked
    book = "/coop/075-0101/2024-2025/cahier"
    look = {"mois": "tout", "pointage": "non" if asked == "1" else "oui", "vue": mode}
    before = browser.get(book, query_string=look)
    assert f'id="ecriture-{number}"' in before.text
    answer = browser.post(f"{book}/ecritures/{number}/pointage", {"pointer": asked, **look}, htmx=True)
    assert answer.headers["HX-Retarget"] == "#book"
    swapped = pages.after_swap(before.text, answer.text, "book")
    reloaded = browser.get(book, query_string=look)
    assert f'id="ecriture-{number}"' not in reloaded.text
    assert pages.shown(swapped) == pages.shown(pages.parse(reloaded.text))


def test_an_untick_taken_back_has_its_old_day(year_101: tuple[YearKey, Browser]) -> None:
    key, browser = year_101
    ticked = next(entry for entry in stored(key).entries if entry.ticked_on)
    book = "/coop/075-0101/2024-2025/cahier"
    browser.get(book)
    look = {"mois": "tout", "pointage": "oui"}
    answer = browser.post(f"{book}/ecritures/{ticked.number}/pointage", {"pointer": "0", **look}, htmx=True)
    assert stored(key).by_number[ticked.number].ticked_on is None
    browser.post(*undo_of(f"<!doctype html><title>Cahier</title>{answer.text}"), htmx=True)
    assert stored(key).by_number[ticked.number].ticked_on == ticked.ticked_on


def test_the_statement_page_says_what_was_ticked_and_takes_it_back(mandataire: Browser, year: YearKey) -> None:
    an_entry(year)
    mandataire.get("/coop/075-0001/2024-2025/releve")
    page = mandataire.follow(BOOK + "/ecritures/1/pointage", {"pointer": "1", "page": "releve"})
    assert "« Librairie du Centre – Albums » pointée." in page.text.replace("\u00a0", " ")
    answer = mandataire.post(*undo_of(page.text))
    assert answer.headers["Location"] == "/coop/075-0001/2024-2025/releve#contenu"
    assert stored(year).entries[0].ticked_on is None


def test_the_statement_page_ticks_too(year_101: tuple[YearKey, Browser]) -> None:
    key, browser = year_101
    page = "/coop/075-0101/2024-2025/releve"
    before = browser.get(page)
    book = "/coop/075-0101/2024-2025/cahier"
    answer = browser.post(f"{book}/operations/2/pointage", {"pointer": "1", "page": "releve"}, htmx=True)
    swapped = pages.after_swap(before.text, answer.text, "reconciliation")
    assert pages.shown(swapped) == pages.shown(pages.parse(browser.get(page).text))
    assert stored(key).priors[1].ticked_on is not None


def test_the_statement_is_kept_and_its_gap_is_shown(year_101: tuple[YearKey, Browser]) -> None:
    _, browser = year_101
    page = "/coop/075-0101/2024-2025/releve"
    before = browser.get(page)
    answer = browser.post(page, {"date": "31/08/2025", "solde": "4 000,00"}, htmx=True)
    swapped = pages.after_swap(before.text, answer.text, "reconciliation")
    shown = pages.text_of(pages.by_id(swapped, "reconciliation"))
    assert "-4,52 €" in shown
    assert pages.shown(swapped) == pages.shown(pages.parse(browser.get(page).text))


@pytest.mark.parametrize(
    ("day", "balance", "sentence"),
    [
        ("2025-08-31", "mille", "n’est pas lisible"),
        ("2024-08-31", "10", "d’avant l’exercice"),
        ("", "10", "Indiquez la date"),
        ("2025-08-31", "", "Indiquez un montant"),
    ],
)
def test_a_wrong_statement_is_refused_at_its_field(
    mandataire: Browser, year: YearKey, day: str, balance: str, sentence: str
) -> None:
    page = mandataire.get("/coop/075-0001/2024-2025/releve")
    page = mandataire.post("/coop/075-0001/2024-2025/releve", {"date": day, "solde": balance})
    assert page.status_code == 422
    assert sentence in page.text
    assert stored(year).statement is None
