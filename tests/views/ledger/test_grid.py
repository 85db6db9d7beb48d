"""Typing in the grids: the same entries, the same checks, and what is no entry yet waits for its author."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from retkoop.actions import ledger, people
from retkoop.actions.years import load_facts
from retkoop.facts import Allocation, Entry
from retkoop.grid import GRIDS
from retkoop.ledger_page import AUTOMATIC, CLASSIC
from retkoop.models import Entry as Row
from retkoop.models import HalfTyped, Journal, Person, Year, YearKey
from tests.factories import SOMEONE, a_case, a_draft, a_person, an_advance, an_entry
from tests.support import pages
from tests.views.conftest import Browser

BOOK = "/coop/075-0001/2024-2025/cahier"
GRID = BOOK + "/grille"
LINE = {"date": "18/10", "libelle": "OCCE – Adhésion", "banque_sortie": "80"}
# What says, in each mode, that all of it went to 6281.
TO = {CLASSIC: {"compte_62810008": "80"}, AUTOMATIC: {"parts-0-compte": "6281"}}


@pytest.fixture(params=GRIDS)
def mode(request: pytest.FixtureRequest, year: YearKey) -> str:
    """Show one grid, then the other."""
    return str(request.param)


def line_of(page: pages.Element, form: str) -> dict[str, str]:
    """Give what the line of a form would send: its cells belong to it from afar."""
    fields = {}
    for field in page.iter():
        mine = field.get("form") == form or any(field is one for one in (pages.by_id(page, form) or []))
        if field.tag == "input" and mine:
            fields[str(field.get("name"))] = field.get("value") or ""
        elif field.tag == "select" and mine:
            chosen = [option.get("value") for option in field if option.get("selected") is not None]
            fields[str(field.get("name"))] = str(chosen[0]) if chosen else ""
    return fields


def new_line(browser: Browser, mode: str, **typed: str) -> dict[str, str]:
    """Give the new line of the page with what a person typed in it."""
    return {**line_of(pages.parse(browser.get(f"{BOOK}?vue={mode}").text), "grille"), **LINE, **TO[mode], **typed}


def asked(browser: Browser, address: str) -> str:
    """Give the row that htmx is answered."""
    return browser.client.get(address, headers={"HX-Request": "true"}).text


def opened(browser: Browser, mode: str, number: int = 1, grid: str = GRID) -> dict[str, str]:
    """Give what the line of an entry sends as it is."""
    row = pages.parse_answer(asked(browser, f"{grid}/{number}?vue={mode}&mois=tout"))[0]
    return line_of(row, f"grille-{number}")


def stored(key: YearKey) -> tuple[Entry, ...]:
    return load_facts(Year.get(key.of(Year))).entries


def row_of(text: str, name: str) -> str:
    return pages.text_of(pages.by_id(pages.parse(text), name))


def test_a_line_becomes_an_entry(mandataire: Browser, year: YearKey, mode: str) -> None:
    page = mandataire.follow(GRID, new_line(mandataire, mode))
    assert "Écriture 01 enregistrée." in page.text
    (entry,) = stored(year)
    assert (entry.voucher, str(entry.day), entry.label, entry.bank) == ("01", "2024-10-18", "OCCE – Adhésion", -8_000)
    assert entry.allocations == (Allocation("62810008", 8_000),)
    assert "6281" in row_of(page.text, "ecriture-1") or "80,00" in row_of(page.text, "ecriture-1")


def test_the_next_line_takes_the_next_number_and_the_last_day(mandataire: Browser, year: YearKey, mode: str) -> None:
    page = mandataire.follow(GRID, new_line(mandataire, mode, pj="R09", cheque="4400101"))
    line = line_of(pages.parse(page.text), "grille")
    assert (line["pj"], line["date"], line["libelle"]) == ("R10", "18/10/2024", "")
    assert 'placeholder="4400102"' in page.text


@pytest.mark.parametrize("month", ["", "tout", "2024-10", "2024-11"])
def test_after_a_line_the_page_is_what_a_reload_shows(mandataire: Browser, mode: str, month: str) -> None:
    line = new_line(mandataire, mode)
    before = mandataire.get(f"{BOOK}?vue={mode}&mois={month}")
    answer = mandataire.post(GRID, {**line, "vue": mode, "mois": month}, htmx=True)
    swapped = pages.after_swap(before.text, answer.text, "book")
    reloaded = mandataire.get(answer.headers["HX-Replace-Url"])
    assert pages.by_id(swapped, "ecriture-1") is not None
    assert pages.shown(swapped) == pages.shown(pages.parse(reloaded.text))


def test_an_unallocated_line_is_kept_and_red(mandataire: Browser, year: YearKey, mode: str) -> None:
    page = mandataire.follow(GRID, new_line(mandataire, mode, **dict.fromkeys(TO[mode], "")))
    assert "à ventiler : il manque 80,00 €" in row_of(page.text, "ecriture-1")


def test_the_same_line_sent_twice_makes_one_entry(mandataire: Browser, year: YearKey, mode: str) -> None:
    line = new_line(mandataire, mode)
    for _ in range(3):
        assert mandataire.post(GRID, line).status_code == 303
    assert Row.select().count() == 1


def test_a_new_project_is_made_by_its_name(mandataire: Browser, year: YearKey, mode: str) -> None:
    mandataire.follow(GRID, new_line(mandataire, mode, projet="Kermesse"))
    assert stored(year)[0].project == "Kermesse"


HALF = {"libelle": "Car", "banque_sortie": "12,5,0", "date": "32/10"}


@pytest.mark.parametrize("htmx", [True, False], ids=["htmx", "page"])
def test_what_is_no_entry_waits_in_the_line_with_a_sentence_at_each_cell(
    mandataire: Browser, year: YearKey, mode: str, htmx: bool
) -> None:
    before = mandataire.get(f"{BOOK}?vue={mode}")
    answer = mandataire.post(GRID, {**new_line(mandataire, mode), **HALF, "vue": mode}, htmx=htmx)
    assert answer.status_code == 422
    assert not Row.select().exists()
    shown = pages.after_swap(before.text, answer.text, "nouvelle") if htmx else pages.parse(answer.text)
    line, row = line_of(shown, "grille"), pages.by_id(shown, "nouvelle")
    assert {name: line[name] for name in HALF} == HALF
    assert "à compléter" in pages.text_of(row)
    for field, sentence in (("date", "Écrivez la date comme"), ("banque_sortie", "n’est pas lisible")):
        cell = pages.by_id(shown, f"grille-{field}")
        assert cell.get("aria-invalid") == "true"
        assert sentence in pages.text_of(pages.by_id(shown, str(cell.get("aria-describedby"))))
    assert answer.headers.get("HX-Retarget") == ("#nouvelle" if htmx else None)
    # Another day, in another browser, it is still there, and nobody else sees it.
    assert pages.shown(shown) == pages.shown(pages.parse(mandataire.get(f"{BOOK}?vue={mode}").text))
    assert HalfTyped.select().count() == 1
    HalfTyped.update(person=99).execute()
    assert "à compléter" not in mandataire.get(f"{BOOK}?vue={mode}").text


def test_a_line_that_waited_goes_away_once_saved(mandataire: Browser, year: YearKey, mode: str) -> None:
    mandataire.post(GRID, {**new_line(mandataire, mode), **HALF})
    mandataire.follow(GRID, new_line(mandataire, mode))
    assert len(stored(year)) == 1
    assert not HalfTyped.select().exists()


@pytest.mark.parametrize("gesture", ["emptied", "given up"])
def test_a_line_that_waited_goes_away_once_emptied(mandataire: Browser, mode: str, gesture: str) -> None:
    mandataire.post(GRID, {**new_line(mandataire, mode), **HALF})
    line = line_of(pages.parse(mandataire.get(f"{BOOK}?vue={mode}").text), "grille")
    emptied = dict.fromkeys(line, "") | {"csrf_token": mandataire.token, "vue": mode, "cle": line["cle"]}
    page = mandataire.follow(*((GRID + "/0/abandon", line) if gesture == "given up" else (GRID, emptied)))
    assert "à compléter" not in page.text
    assert not HalfTyped.select().exists()
    assert not Row.select().exists()


def test_what_waits_is_no_write_to_the_books(mandataire: Browser, year: YearKey, mode: str) -> None:
    before = Journal.select().count(), Year.get(year.of(Year)).version
    mandataire.post(GRID, {**new_line(mandataire, mode), **HALF})
    assert (Journal.select().count(), Year.get(year.of(Year)).version) == before


def test_a_row_opens_as_the_page_would_show_it_opened(mandataire: Browser, year: YearKey, mode: str) -> None:
    for voucher in ("01", "02"):
        an_entry(year, voucher=voucher)
    before = mandataire.get(f"{BOOK}?vue={mode}&ligne=2")
    swapped = pages.after_swap(before.text, asked(mandataire, f"{GRID}/1?vue={mode}&mois=tout&ferme=2"), "ecriture-1")
    assert pages.shown(swapped) == pages.shown(pages.parse(mandataire.get(f"{BOOK}?vue={mode}&ligne=1").text))


def test_without_javascript_a_row_opens_in_the_page(mandataire: Browser, year: YearKey, mode: str) -> None:
    an_entry(year)
    there = mandataire.get(f"{GRID}/1?vue={mode}").headers["Location"]
    assert "grille-1" in mandataire.get(there).text


def test_a_row_is_changed_in_place_and_the_next_one_opens(mandataire: Browser, year: YearKey, mode: str) -> None:
    for voucher in ("01", "02"):
        an_entry(year, voucher=voucher)
    before = mandataire.get(f"{BOOK}?vue={mode}&ligne=1")
    changed = {**opened(mandataire, mode), "libelle": "Librairie – Romans", "puis": "2"}
    answer = mandataire.post(GRID + "/1", changed, htmx=True)
    assert "Écriture 01 modifiée." in answer.text
    assert [entry.label for entry in stored(year)] == ["Librairie – Romans", "Librairie du Centre – Albums"]
    swapped = pages.after_swap(before.text, answer.text, "book")
    reloaded = mandataire.get(answer.headers["HX-Replace-Url"] + "&ligne=2")
    assert pages.shown(swapped) == pages.shown(pages.parse(reloaded.text))


def test_a_new_line_typed_in_meanwhile_is_left_as_it_is(mandataire: Browser, year: YearKey, mode: str) -> None:
    an_entry(year)
    changed = {**opened(mandataire, mode), "libelle": "Librairie – Romans"}
    for typed, kept in (({}, False), ({"brouillon": "1"}, True)):
        answer = mandataire.post(GRID + "/1", {**changed, **typed}, htmx=True)
        line = next(e for e in pages.parse_answer(answer.text)[0].iter() if e.get("id") == "nouvelle")
        assert (line.get("hx-preserve") is not None) is kept
    # Its own validation makes room for the next one.
    assert "hx-preserve" not in mandataire.post(GRID, new_line(mandataire, mode), htmx=True).text


def test_a_row_that_cannot_be_kept_so_waits_and_the_entry_stays(mandataire: Browser, year: YearKey, mode: str) -> None:
    an_entry(year)
    before = mandataire.get(f"{BOOK}?vue={mode}&ligne=1")
    answer = mandataire.post(GRID + "/1", {**opened(mandataire, mode), "libelle": ""}, htmx=True)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "#ecriture-1")
    assert stored(year)[0].label == "Librairie du Centre – Albums"
    swapped = pages.after_swap(before.text, answer.text, "ecriture-1")
    assert pages.shown(swapped) == pages.shown(pages.parse(mandataire.get(f"{BOOK}?vue={mode}").text))
    closed = mandataire.post(GRID + "/1/abandon", {"vue": mode, "mois": "tout"}, htmx=True)
    swapped = pages.after_swap(before.text, closed.text, "ecriture-1")
    assert pages.shown(swapped) == pages.shown(pages.parse(mandataire.get(f"{BOOK}?vue={mode}").text))
    assert not HalfTyped.select().exists()


def test_two_people_on_one_row_see_both_versions_and_lose_nothing(
    mandataire: Browser, year: YearKey, mode: str
) -> None:
    an_entry(year)
    mine = {**opened(mandataire, mode), "libelle": "Ce que j’ai écrit"}
    before = mandataire.get(f"{BOOK}?vue={mode}&ligne=1")
    ledger.edit_entry(SOMEONE, year, 1, 1, a_draft(label="Ce que l’autre a écrit"))
    answer = mandataire.post(GRID + "/1", mine, htmx=True)
    assert answer.status_code == 409
    swapped = pages.after_swap(before.text, answer.text, "ecriture-1")
    row = pages.text_of(pages.by_id(swapped, "ecriture-1"))
    assert "Ce que l’autre a écrit" in row
    assert stored(year)[0].label == "Ce que l’autre a écrit"
    again = opened(mandataire, mode)
    assert again["libelle"] == "Ce que j’ai écrit"
    mandataire.follow(GRID + "/1", again)
    assert stored(year)[0].label == "Ce que j’ai écrit"


def test_the_same_change_sent_twice_is_done_once(mandataire: Browser, year: YearKey, mode: str) -> None:
    an_entry(year)
    changed = {**opened(mandataire, mode), "libelle": "Librairie – Romans"}
    assert [mandataire.post(GRID + "/1", changed).status_code for _ in range(2)] == [303, 303]
    assert stored(year)[0].version == 2


def test_a_row_struck_out_meanwhile_says_so(mandataire: Browser, year: YearKey, mode: str) -> None:
    an_entry(year)
    line = opened(mandataire, mode)
    ledger.strike_entry(SOMEONE, year, 1)
    answer = mandataire.post(GRID + "/1", line, htmx=True)
    assert answer.status_code == 409
    assert "supprimée entre-temps" in answer.text


@pytest.mark.parametrize("gesture", ["1", "0"])
def test_a_tick_changes_the_row_of_the_grid(mandataire: Browser, year: YearKey, mode: str, gesture: str) -> None:
    an_entry(year)
    address = f"{BOOK}?vue={mode}"
    before = mandataire.get(address)
    answer = mandataire.post(BOOK + "/ecritures/1/pointage", {"pointer": gesture, "vue": mode}, htmx=True)
    swapped = pages.after_swap(before.text, answer.text, "ecriture-1")
    assert pages.shown(swapped) == pages.shown(pages.parse(mandataire.get(address).text))


def test_a_row_struck_out_leaves_the_grid(mandataire: Browser, year: YearKey, mode: str) -> None:
    an_entry(year)
    before = mandataire.get(f"{BOOK}?vue={mode}")
    answer = mandataire.post(BOOK + "/ecritures/1/supprimer", {"vue": mode}, htmx=True)
    swapped = pages.after_swap(before.text, answer.text, "book")
    assert pages.by_id(swapped, "ecriture-1") is None
    assert pages.shown(swapped) == pages.shown(pages.parse(mandataire.get(f"{BOOK}?vue={mode}").text))


@pytest.mark.parametrize("mode", GRIDS)
def test_every_entry_of_a_real_year_can_be_opened_and_saved_unchanged(app, browse, mode: str) -> None:
    key = a_case("ecole-101", app.config["STORAGE"])
    a_person("075-0101", coop_identifier="075-0101")
    browser = browse().sign_in("075-0101")
    book = "/coop/075-0101/2024-2025/cahier"
    for entry in stored(key)[::9]:
        line = opened(browser, mode, entry.number, book + "/grille")
        changed = browser.post(f"{book}/grille/{entry.number}", {**line, "libelle": entry.label + " !"})
        assert changed.status_code == 303
        after = load_facts(Year.get(key.of(Year))).by_number[entry.number]
        assert after == replace(entry, label=entry.label + " !", version=after.version)


def test_money_given_to_a_class_has_its_own_columns(mandataire: Browser, year: YearKey, mode: str) -> None:
    an_advance(year)
    given = {"regie": "CP", "versee": "80", **dict.fromkeys(TO[mode], "")}
    mandataire.follow(GRID, new_line(mandataire, mode, **given))
    (entry,) = stored(year)
    assert (entry.bank, entry.advance, entry.advance_amount, entry.allocations) == (-8_000, "CP", 8_000, ())


def test_a_part_of_the_money_leaves_the_rest_to_the_next_account(mandataire: Browser, year: YearKey) -> None:
    two = {"parts-0-part": "60", "parts-1-compte": "assurance"}
    mandataire.follow(GRID, new_line(mandataire, AUTOMATIC, **two))
    assert stored(year)[0].allocations == (Allocation("62810008", 6_000), Allocation("61681008", 2_000))


def test_a_refund_is_counted_as_one_and_said_so(mandataire: Browser, year: YearKey) -> None:
    page = mandataire.follow(GRID, new_line(mandataire, AUTOMATIC, banque_sortie="", banque_entree="80"))
    assert "Comptée comme un remboursement" in page.text
    assert stored(year)[0].allocations == (Allocation("62810008", -8_000),)


def test_a_line_typed_in_one_mode_is_read_in_that_mode(mandataire: Browser, year: YearKey) -> None:
    line = new_line(mandataire, CLASSIC)
    people.choose_ledger_view(Person.get(), AUTOMATIC)
    mandataire.follow(GRID, {**line, "vue": ""})
    assert stored(year)[0].allocations == (Allocation("62810008", 8_000),)


def test_the_accounts_to_pick_are_explained_and_the_most_used_come_first(mandataire: Browser, year: YearKey) -> None:
    an_entry(year)
    page = mandataire.get(f"{BOOK}?vue={AUTOMATIC}")
    options = list(pages.by_id(pages.parse(page.text), "comptes").iter("option"))
    assert len(options) == 14
    assert options[0].get("value") == "6180 Charges des activités éducatives"
    assert str(options[0].get("label")).startswith("Sorties, spectacles")


def test_the_foot_gives_the_totals_of_what_is_shown(mandataire: Browser, year: YearKey) -> None:
    an_entry(year)
    an_entry(year, voucher="02", label="Car", bank=-500, allocations=())
    for search, foot in (("", "12,00"), ("&cherche=car", "à ventiler : -5,00 €")):
        text = mandataire.get(f"{BOOK}?vue={CLASSIC}{search}").text
        (totals,) = re.findall(r'<tr class="totals">.*?</tr>', text, re.DOTALL)
        assert foot in pages.text_of(pages.parse_fragment(totals)[0])


def test_who_looks_for_something_is_not_asked_to_type(mandataire: Browser, mode: str) -> None:
    assert 'id="nouvelle"' not in mandataire.get(f"{BOOK}?vue={mode}&cherche=car").text


def test_a_verifier_reads_the_grid_and_types_nothing(verifier: Browser, year: YearKey, mode: str) -> None:
    an_entry(year)
    page = verifier.get(f"{BOOK}?vue={mode}&ligne=1")
    assert "Librairie du Centre" in row_of(page.text, "ecriture-1")
    assert 'form="' not in page.text
    for address in (GRID, GRID + "/1", GRID + "/1/abandon"):
        assert verifier.post(address, LINE).status_code == 403
    assert verifier.get(GRID + "/1").status_code == 403


def test_a_link_that_begins_an_entry_shows_the_form_whatever_the_mode(mandataire: Browser, year: YearKey) -> None:
    an_advance(year)
    people.choose_ledger_view(Person.get(), CLASSIC)
    assert 'id="entry-form"' not in mandataire.get(BOOK).text
    for begun in ("regie=CP", "virement=vers_banque", "jour=2024-10-01&montant=12,00"):
        assert 'id="entry-form"' in mandataire.get(f"{BOOK}?{begun}").text


def test_a_changed_amount_of_a_ticked_row_says_that_its_tick_went(
    mandataire: Browser, year: YearKey, mode: str
) -> None:
    an_entry(year)
    mandataire.get(BOOK)
    mandataire.post(BOOK + "/ecritures/1/pointage", {"pointer": "1"})
    line = opened(mandataire, mode)
    assert "dépointée" not in mandataire.follow(f"{GRID}/1", {**line, "libelle": "Librairie – Romans"}).text
    page = mandataire.follow(f"{GRID}/1", {**opened(mandataire, mode), "banque_sortie": "13"}).text
    assert "modifiée et dépointée" in page
    assert stored(year)[0].ticked_on is None
