"""What was begun and not kept waits by itself, is told wherever it is not shown, and nothing else makes it go away."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from retkoop.actions import half_typed, ledger
from retkoop.actions.half_typed import FORM, NEW
from retkoop.actions.years import load_facts
from retkoop.facts import Allocation
from retkoop.grid import GRIDS
from retkoop.ledger_page import AUTOMATIC, CLASSIC
from retkoop.models import Entry, HalfTyped, Person, Scan, Year, YearKey
from tests.factories import SOMEONE, a_draft, an_advance, an_entry
from tests.support import pages
from tests.views.conftest import Browser, form_of
from tests.views.ledger.test_grid import line_of, opened

PLACE = "/coop/075-0001/2024-2025"
BOOK = PLACE + "/cahier"
GRID = BOOK + "/grille"
ENTRY = BOOK + "/ecritures/1"
WRONG = {"lignes-0-montant": "12,5,0", "nature": "depense", "date": "2024-10-18"}
HALF = {"libelle": "Car", "banque_sortie": "12,5,0", "date": "18/10"}


def waits(year: YearKey) -> dict[int, dict[str, str]]:
    return half_typed.waiting(year, Person.get().id)


def labels(year: YearKey) -> list[str]:
    return [typed["libelle"] for typed in waits(year).values()]


def notice(browser: Browser, address: str) -> str:
    box = pages.by_id(pages.parse(browser.get(address).text), "attente")
    return "" if box is None else pages.text_of(box)


def lead(browser: Browser, address: str) -> list[str]:
    """Give the addresses to which the notice of a page leads."""
    found = re.search(r'id="attente".*?</p>', browser.get(address).text, re.DOTALL)
    assert found
    return [html.unescape(link) for link in re.findall(r'href="([^"]+)"', found[0])]


def begin(browser: Browser, label: str, address: str = BOOK) -> Any:
    """Begin an entry in the form, which cannot be kept so."""
    answer = browser.post(BOOK, {**form_of(browser.get(address), "entry-form"), **WRONG, "libelle": label})
    assert answer.status_code == 422
    return answer


def begin_line(browser: Browser, label: str, mode: str = CLASSIC, htmx: bool = False, **typed: str) -> Any:
    """Begin a new line of a grid in a page of its own, as in another tab; it cannot be kept so."""
    blank = {"saisie": mode, "cle": f"cle-{label}", "vue": mode}
    answer = browser.post(GRID, {**blank, **HALF, "libelle": label, **typed}, htmx=htmx)
    assert answer.status_code == 422
    return answer


def begin_change(browser: Browser, mode: str = CLASSIC, number: int = 1, **typed: str) -> None:
    """Begin to change an entry in a grid."""
    line = {"saisie": mode, "version": "1", "vue": mode, **HALF, **typed}
    assert browser.post(f"{GRID}/{number}", line).status_code == 422


# What else is done in the form leaves what was begun in it.


def test_another_entry_kept_leaves_the_one_that_was_begun(mandataire: Browser, year: YearKey) -> None:
    an_entry(year)
    begin(mandataire, "Photographe")
    mandataire.follow(BOOK, form_of(mandataire.get(ENTRY + "/copie"), "entry-form"))
    assert labels(year) == ["Photographe"]
    assert form_of(mandataire.get(BOOK), "entry-form")["libelle"] == "Photographe"


def test_another_form_refused_waits_beside_the_one_that_was_begun(mandataire: Browser, year: YearKey) -> None:
    an_advance(year)
    begin(mandataire, "Photographe")
    begin(mandataire, "Avance CP", BOOK + "?regie=CP")
    assert sorted(labels(year)) == ["Avance CP", "Photographe"]
    assert "1 ligne commencée n’est pas enregistrée : Photographe" in notice(mandataire, BOOK)
    (there,) = lead(mandataire, BOOK)
    assert form_of(mandataire.get(there), "entry-form")["libelle"] == "Photographe"


def test_the_form_that_was_begun_goes_away_by_itself_alone(mandataire: Browser, year: YearKey) -> None:
    begin(mandataire, "Photographe")
    half_typed.keep(year, Person.get().id, FORM, {"libelle": "Car", "cle": "autre"})
    mended = {**form_of(mandataire.get(lead(mandataire, BOOK)[0]), "entry-form"), "lignes-0-montant": "12"}
    assert mended["libelle"] == "Photographe"
    mandataire.follow(BOOK, mended)
    assert labels(year) == ["Car"]


# A second line begun elsewhere.


def test_two_lines_begun_in_two_tabs_both_wait(mandataire: Browser, year: YearKey) -> None:
    begin_line(mandataire, "Car")
    begin_line(mandataire, "Train", AUTOMATIC)
    assert labels(year) == ["Car", "Train"]
    page = f"{BOOK}?vue={CLASSIC}"
    assert line_of(pages.parse(mandataire.get(page).text), "grille")["libelle"] == "Train"
    (there,) = lead(mandataire, page)
    line = line_of(pages.parse(mandataire.get(there).text), "grille")
    assert line["libelle"] == "Car"
    mandataire.follow(GRID, {**line, "banque_sortie": "12"})
    assert (labels(year), Entry.get().label) == (["Train"], "Car")


def test_one_that_is_given_up_makes_room_for_the_next(mandataire: Browser, year: YearKey) -> None:
    begin_line(mandataire, "Car")
    begin_line(mandataire, "Train")
    address = f"{BOOK}?vue={CLASSIC}"
    before = mandataire.get(address)
    line = line_of(pages.parse(before.text), "grille")
    answer = mandataire.post(GRID + "/0/abandon", {**line, "vue": CLASSIC}, htmx=True)
    swapped = pages.after_swap(before.text, answer.text, answer.headers["HX-Retarget"].removeprefix("#"))
    assert labels(year) == ["Car"]
    assert line_of(swapped, "grille")["libelle"] == "Car"
    assert pages.shown(swapped) == pages.shown(pages.parse(mandataire.get(address).text))


@pytest.mark.parametrize("htmx", [True, False], ids=["htmx", "page"])
def test_at_most_five_wait_and_the_sixth_says_that_it_does_not(mandataire: Browser, year: YearKey, htmx: bool) -> None:
    for n in range(5):
        assert "n’est pas gardé" not in begin_line(mandataire, f"Car {n}", htmx=htmx).text
    answer = begin_line(mandataire, "Car 6", htmx=htmx)
    assert "n’est pas gardé" in answer.text
    assert 'value="Car 6"' in answer.text
    assert labels(year) == [f"Car {n}" for n in range(5)]
    begin_line(mandataire, "Car 3", htmx=htmx, projet="Sortie")
    assert HalfTyped.select().count() == 5, "one that waits may still be changed"


# Told wherever it is not shown.


@pytest.mark.parametrize("mode", GRIDS)
def test_a_line_of_another_month_is_told_and_leads_back(mandataire: Browser, year: YearKey, mode: str) -> None:
    an_entry(year)
    begin_change(mandataire, mode)
    elsewhere = f"{BOOK}?vue={mode}&mois=2024-12"
    assert notice(mandataire, elsewhere) == "1 ligne commencée n’est pas enregistrée : 01 Car"
    (there,) = lead(mandataire, elsewhere)
    assert f"vue={mode}&mois=2024-11&ligne=1#ecriture-1" in there
    assert line_of(pages.parse(mandataire.get(there).text), "grille-1")["libelle"] == "Car"
    assert not notice(mandataire, there), "negative control: where it is shown, nothing is said"


@pytest.mark.parametrize("where", ["simple", "filter", "cloture"])
def test_a_new_line_is_told_where_it_is_not_shown(mandataire: Browser, year: YearKey, where: str) -> None:
    begin_line(mandataire, "Car")
    pages_ = {
        "simple": BOOK + "?vue=simple",
        "filter": f"{BOOK}?vue={CLASSIC}&cherche=x",
        "cloture": PLACE + "/cloture",
    }
    assert notice(mandataire, pages_[where]) == "1 ligne commencée n’est pas enregistrée : Car"
    (there,) = lead(mandataire, pages_[where])
    assert line_of(pages.parse(mandataire.get(there).text), "grille")["libelle"] == "Car"
    assert not notice(mandataire, f"{BOOK}?vue={CLASSIC}")


def test_the_form_that_was_begun_is_told_in_the_grids(mandataire: Browser, year: YearKey) -> None:
    begin(mandataire, "Photographe")
    begin_line(mandataire, "Car")
    assert notice(mandataire, f"{BOOK}?vue={CLASSIC}") == "1 ligne commencée n’est pas enregistrée : Photographe"
    both = "2 lignes commencées ne sont pas enregistrées : Photographe · Car"
    assert notice(mandataire, PLACE + "/cloture") == both


def test_nobody_else_is_told(mandataire: Browser, verifier: Browser, year: YearKey) -> None:
    begin_line(mandataire, "Car")
    for page in (BOOK, PLACE + "/cloture"):
        assert "attente" not in verifier.get(page).text
        assert notice(mandataire, page)


# The single form of an entry that exists.


def test_a_change_refused_in_the_form_is_there_again(mandataire: Browser, year: YearKey) -> None:
    an_entry(year)
    fields = {**form_of(mandataire.get(ENTRY), "entry-form"), "libelle": "Romans", "lignes-0-montant": "12,5,0"}
    assert mandataire.post(ENTRY, fields).status_code == 422
    page = mandataire.get(ENTRY)
    assert "Vous aviez commencé à modifier cette écriture" in page.text
    again = form_of(page, "entry-form")
    assert (again["libelle"], again["lignes-0-montant"]) == ("Romans", "12,5,0")
    assert notice(mandataire, BOOK) == "1 ligne commencée n’est pas enregistrée : 01 Romans"
    assert lead(mandataire, BOOK) == [ENTRY]
    mandataire.follow(ENTRY, {**again, "lignes-0-montant": "15"})
    assert (waits(year), Entry.get().label) == ({}, "Romans")


def test_it_is_forgotten_by_its_button(mandataire: Browser, year: YearKey) -> None:
    an_entry(year)
    mandataire.post(ENTRY, {**form_of(mandataire.get(ENTRY), "entry-form"), "libelle": ""})
    page = mandataire.follow(BOOK + "/formulaire/effacer", form_of(mandataire.get(ENTRY), "entry-form"))
    assert form_of(page, "entry-form")["libelle"] == "Librairie du Centre – Albums"
    assert waits(year) == {}


def test_a_change_kept_in_the_form_settles_the_line_of_the_grid_which_it_names(
    mandataire: Browser, year: YearKey
) -> None:
    an_entry(year)
    begin_change(mandataire)
    page = mandataire.get(ENTRY)
    assert "commencé à modifier cette ligne dans le cahier" in page.text
    mandataire.follow(ENTRY, {**form_of(page, "entry-form"), "libelle": "Romans"})
    assert waits(year) == {}
    assert opened(mandataire, CLASSIC)["libelle"] == "Romans"


def test_the_grid_names_what_waits_in_the_form_and_leaving_its_line_forgets_nothing(
    mandataire: Browser, year: YearKey
) -> None:
    an_entry(year)
    mandataire.post(ENTRY, {**form_of(mandataire.get(ENTRY), "entry-form"), "libelle": ""})
    row = mandataire.get(f"{BOOK}?vue={CLASSIC}&ligne=1").text
    assert "Commencée aussi en portrait" in row
    mandataire.post(GRID + "/1/abandon", {"vue": CLASSIC})
    mandataire.post(GRID + "/1", {**opened(mandataire, CLASSIC), "vue": CLASSIC})
    assert set(waits(year)) == {half_typed.portrait(1)}
    mandataire.follow(GRID + "/1", {**opened(mandataire, CLASSIC), "libelle": "Romans"})
    assert waits(year) == {}


def test_two_people_on_one_entry_in_the_form_and_what_was_typed_waits(mandataire: Browser, year: YearKey) -> None:
    an_entry(year)
    mine = form_of(mandataire.get(ENTRY), "entry-form")
    ledger.edit_entry(SOMEONE, year, 1, 1, a_draft(label="Ce que l’autre a écrit"))
    assert mandataire.post(ENTRY, {**mine, "libelle": "Ce que j’ai écrit"}).status_code == 409
    page = mandataire.get(ENTRY)
    assert "modifiée entre-temps" in page.text
    assert "Ce que l’autre a écrit" in page.text
    mandataire.follow(ENTRY, form_of(page, "entry-form"))
    assert Entry.get().label == "Ce que j’ai écrit"


# From one grid to the other.

ACCOUNTS = {CLASSIC: {"compte_61800008": "12,5,0"}, AUTOMATIC: {"parts-0-compte": "sort", "parts-0-part": "le tout"}}


@pytest.mark.parametrize("number", [NEW, 1])
@pytest.mark.parametrize(("mode", "other"), [(CLASSIC, AUTOMATIC), (AUTOMATIC, CLASSIC)])
def test_a_line_begun_in_one_grid_keeps_all_that_was_typed_in_the_other(
    mandataire: Browser, year: YearKey, mode: str, other: str, number: int
) -> None:
    an_entry(year)
    typed = {**HALF, **ACCOUNTS[mode]}
    send = f"{GRID}/{number}" if number else GRID
    line = {"saisie": mode, "version": "1", "cle": "" if number else "1", "vue": mode, **typed}
    assert mandataire.post(send, line).status_code == 422
    form = f"grille-{number}" if number else "grille"
    again = line_of(pages.parse(mandataire.get(f"{BOOK}?vue={other}&mois=tout").text), form)
    assert {name: again[name] for name in typed} == typed
    # Refused once more from there, it still waits whole; mended there, it says all of it.
    assert mandataire.post(send, {**again, "vue": other}).status_code == 422
    again = line_of(pages.parse(mandataire.get(f"{BOOK}?vue={other}&mois=tout").text), form)
    mended = {"banque_sortie": "12", **({"compte_61800008": "12"} if mode == CLASSIC else {"parts-0-part": "12"})}
    mandataire.follow(send, {**again, **mended, "vue": other})
    entry = load_facts(Year.get(year.of(Year))).by_number[number or 2]
    assert (entry.label, entry.allocations) == ("Car", (Allocation("61800008", 1_200),))


@pytest.mark.parametrize("mode", GRIDS)
def test_a_line_that_tells_no_account_takes_the_cells_of_the_grid_where_it_is(
    mandataire: Browser, year: YearKey, mode: str
) -> None:
    begin_line(mandataire, "Car", CLASSIC)
    row = line_of(pages.parse(mandataire.get(f"{BOOK}?vue={mode}").text), "grille")
    assert row["saisie"] == mode


# A row that was typed in and not sent outlives what is done beside it.


@pytest.mark.parametrize("mode", GRIDS)
@pytest.mark.parametrize("gesture", ["supprimer", "line"])
def test_a_row_typed_in_meanwhile_is_left_as_it_is(mandataire: Browser, year: YearKey, mode: str, gesture: str) -> None:
    for voucher in ("01", "02"):
        an_entry(year, voucher=voucher)
    line = {"saisie": mode, "cle": "1", "date": "4/11", "libelle": "Car", "banque_sortie": "12"}
    send, sent = (f"{BOOK}/ecritures/2/supprimer", {}) if gesture == "supprimer" else (GRID, line)
    for typed, kept in (({}, False), ({"ferme": "1"}, True)):
        answer = mandataire.post(send, {**sent, "vue": mode, **typed}, htmx=True)
        row = next(e for e in pages.parse_answer(answer.text)[0].iter() if e.get("id") == "ecriture-1")
        assert (row.get("hx-preserve") is not None) is kept
        assert ("open" in (row.get("class") or "")) is kept


@pytest.mark.parametrize("mode", GRIDS)
def test_the_row_that_is_saved_is_closed_though_it_was_typed_in(mandataire: Browser, year: YearKey, mode: str) -> None:
    an_entry(year)
    answer = mandataire.post(GRID + "/1", {**opened(mandataire, mode), "libelle": "Romans", "ferme": "1"}, htmx=True)
    assert "hx-preserve" not in answer.text
    assert "grille-1" not in answer.text


# A scan joined elsewhere meanwhile.


def test_a_scan_joined_elsewhere_meanwhile_is_said(mandataire: Browser, year: YearKey) -> None:
    an_entry(year)
    scan = {"entry": 1, "digest": "0" * 64, "media_type": "image/png", "name": "ticket"}
    Scan.insert(**year._asdict(), number=1, size=1, **scan).execute()
    typed = {**form_of(mandataire.get(BOOK), "entry-form"), **WRONG, "libelle": "Car", "lignes-0-montant": "12"}
    page = mandataire.follow(BOOK, {**typed, "joindre": "1"})
    assert "La pièce avait déjà été jointe à l’écriture « 01 Librairie du Centre – Albums »." in page.text
    assert "La pièce n’est plus en attente" in mandataire.follow(BOOK, {**typed, "pj": "9", "joindre": "7"}).text
    assert "La pièce" not in mandataire.follow(BOOK, {**typed, "pj": "10"}).text


# As many accounts as an entry may have.


@pytest.mark.parametrize("address", [ENTRY, f"{BOOK}?vue={AUTOMATIC}&ligne=1", f"{BOOK}?vue={CLASSIC}&ligne=1"])
def test_an_entry_of_as_many_accounts_as_the_exchange_allows_is_opened(
    mandataire: Browser, year: YearKey, address: str
) -> None:
    an_entry(year, bank=-20_100, allocations=tuple(Allocation("61800008", 100) for _ in range(200)))
    assert mandataire.get(address).status_code == 200
