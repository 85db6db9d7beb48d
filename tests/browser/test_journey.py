"""The year's main gestures, driven by what a person reads, with JavaScript and without."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from retkoop.actions.deposits import make_slip
from retkoop.facts import Allocation
from retkoop.models import Entry
from tests.browser.conftest import Watched
from tests.factories import SOMEONE, a_case, a_draft, a_person, a_year, an_entry

# werkzeug leaves a static file to the collector when the browser already has it (304).
pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]


def wait_until_still(page: Page) -> None:
    """Wait until nothing changes any more: the parts of an answer are put in place one after the other."""
    before, now = "", page.locator("main").inner_html()
    while now != before:
        page.wait_for_timeout(250)
        before, now = now, page.locator("main").inner_html()


def balances(page: Page) -> list[str]:
    wait_until_still(page)
    names = ("Solde banque", "Solde après pointage", "Solde caisse")
    return [re.sub(r"\s", " ", page.get_by_label(name, exact=True).inner_text()) for name in names]


def fill_split_expense(page: Page) -> None:
    page.get_by_label("Date", exact=True).fill("2024-10-18")
    page.get_by_label("Libellé").fill("OCCE – Adhésion et assurance")
    page.get_by_label("N° de chèque").fill("4400101")
    page.get_by_label("Nature").select_option("Dépense")
    page.get_by_label("Moyen").select_option("Banque")
    page.get_by_label("Compte").select_option("62810008")
    page.get_by_label("Montant").fill("80")
    page.get_by_role("button", name="Répartir").click()
    page.get_by_label("Compte").nth(1).select_option("61681008")
    page.get_by_label("Montant").nth(1).fill("20,00")
    page.get_by_role("button", name="Enregistrer", exact=True).click()


def test_a_split_expense_is_added_ticked_struck_out_and_brought_back(
    app, sign_in: Callable[[str], Watched], javascript: bool
) -> None:
    a_year()
    a_person()
    watched = sign_in("075-0001")
    page = watched.page
    page.get_by_role("link", name="Cahier", exact=True).click()
    assert balances(page) == ["1 000,00 €", "1 000,00 €", "50,00 €"]
    band = page.get_by_role("region", name="Clôture du cahier de compta")
    points = band.locator("summary").inner_text()
    loads = watched.loads

    fill_split_expense(page)
    expect(page.get_by_text("Écriture 01 enregistrée.")).to_be_visible()
    assert balances(page) == ["900,00 €", "1 000,00 €", "50,00 €"]
    with_entry = band.locator("summary").inner_text()
    assert with_entry != points  # the operation is not ticked and has no scan

    page.get_by_role("button", name=re.compile("^Pointer OCCE")).click()
    expect(page.get_by_role("button", name=re.compile("^Dépointer OCCE"))).to_be_visible()
    assert balances(page) == ["900,00 €", "900,00 €", "50,00 €"]
    assert band.locator("summary").inner_text() == points
    if javascript:
        assert watched.loads == loads
        before = shown(page)
        page.reload()
        assert shown(page) == before

    page.get_by_role("button", name=re.compile("^Supprimer OCCE")).click()
    expect(page.get_by_text("Écriture 01 supprimée.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Dépointer OCCE"))).to_have_count(0)
    assert balances(page) == ["1 000,00 €", "1 000,00 €", "50,00 €"]
    page.get_by_role("button", name="Annuler").click()
    expect(page.get_by_role("button", name=re.compile("^Dépointer OCCE"))).to_be_visible()
    assert balances(page) == ["900,00 €", "900,00 €", "50,00 €"]


def shown(page: Page) -> str:
    """Give what is in the main part, less the passing message and what differs at each rendering."""
    wait_until_still(page)
    page.evaluate("document.getElementById('messages').replaceChildren()")
    passing = r'name="(csrf_token|cle)" value="[^"]*"|pieces-[\w-]+|htmx-powered="true"'
    html = re.sub(passing, "", page.locator("main").inner_html())
    return re.sub(r"\s+", " ", html).replace("> <", "><")


@pytest.mark.parametrize("javascript", [True], indirect=True)  # without, each tick is a page of its own
def test_fifty_ticks_are_fifty_keys_and_no_page_load(app, sign_in, javascript: bool) -> None:
    key = a_case("ecole-101", app.config["STORAGE"])
    a_person("075-0101", coop_identifier="075-0101")
    Entry.update(ticked_on=None).where(key.of(Entry)).execute()
    watched = sign_in("075-0101")
    page = watched.page
    page.goto(page.url.rstrip("/") + "/cahier?mois=tout")
    loads = watched.loads
    ticks = page.locator(".ledger button.tick")
    assert ticks.count() > 50
    ticks.first.focus()
    for _ in range(50):
        page.keyboard.press("Space")
    expect(page.locator(".ledger .seen")).to_have_count(50)
    expect(ticks.nth(50)).to_be_focused()
    assert watched.loads == loads
    before = shown(page)
    page.reload()
    assert shown(page) == before


@pytest.mark.parametrize("javascript", [True], indirect=True)  # without, the arrows are the browser's own
def test_arrows_go_from_tick_to_tick_and_a_tick_is_taken_back(app, sign_in, javascript: bool) -> None:
    a_case("ecole-101", app.config["STORAGE"])
    a_person("075-0101", coop_identifier="075-0101")
    page = sign_in("075-0101").page
    page.goto(page.url.rstrip("/") + "/cahier?mois=2024-11")
    page.locator("#p-15").focus()
    page.keyboard.press("Space")
    expect(page.locator("#p-15")).to_have_text(re.compile("^Pointer"))
    expect(page.locator("#p-16")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    expect(page.locator("#p-15")).to_have_text(re.compile("^Dépointer"))
    page.keyboard.press("ArrowDown")
    expect(page.locator("#p-17")).to_be_focused()


@pytest.mark.parametrize("javascript", [True], indirect=True)  # without, each tick is a page of its own
def test_space_ticks_a_slip_once_and_goes_on_past_it(app, sign_in, javascript: bool) -> None:
    key = a_year()
    a_person()
    for number in (1, 2, 3, 4):
        an_entry(key, label=f"Famille {number}", bank=100, allocations=(Allocation("70700008", 100),))
    make_slip(SOMEONE, key, a_draft().day, "Remise du mardi", [1, 2, 3])
    page = sign_in("075-0001").page
    page.goto(page.url.rstrip("/") + "/cahier")
    page.locator("#p-1").focus()
    for _ in range(2):
        page.keyboard.press("Space")
    expect(page.locator(".ledger .seen")).to_have_count(4)
    expect(page.get_by_text("« Remise du mardi » pointée, avec ses 3 écritures.")).to_be_visible()
    page.locator("#messages").get_by_role("button", name="Annuler").click()
    expect(page.locator(".ledger .seen")).to_have_count(1)


def test_last_years_operations_are_ticked_in_place(app, sign_in, javascript: bool) -> None:
    a_case("ecole-101", app.config["STORAGE"])
    a_person("075-0101", coop_identifier="075-0101")
    page = sign_in("075-0101").page
    page.goto(page.url.rstrip("/") + "/cahier")
    assert balances(page)[1] == "4 004,52 €"
    page.get_by_role("button", name=re.compile("^Pointer Compagnie du Tilleul")).click()
    expect(page.get_by_role("button", name=re.compile("^Dépointer Compagnie du Tilleul"))).to_be_visible()
    assert balances(page)[1] == "3 910,89 €"


@pytest.mark.parametrize("javascript", [True], indirect=True)  # without, the page of the refusal lists what was typed
def test_what_was_typed_survives_a_session_that_ended(app, sign_in, context, javascript: bool) -> None:
    a_year()
    a_person()
    page = sign_in("075-0001").page
    page.goto(page.url.rstrip("/") + "/cahier")
    page.get_by_label("Date", exact=True).fill("2024-10-18")
    page.get_by_label("Libellé").fill("Librairie – Albums")
    page.get_by_label("Montant").fill("12")
    context.clear_cookies()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_text("Votre session est fermée")).to_be_visible()
    sign_in("075-0001").page.close()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_text("Ce que vous avez saisi est toujours là")).to_be_visible()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_text("Écriture 01 enregistrée.")).to_be_visible()


@pytest.mark.parametrize("javascript", [True], indirect=True)
def test_entries_are_typed_one_after_the_other_without_the_mouse(app, sign_in, javascript: bool) -> None:
    a_year()
    a_person()
    page = sign_in("075-0001").page
    page.goto(page.url.rstrip("/") + "/cahier")
    page.get_by_label("Date", exact=True).fill("2024-10-18")
    for number in (1, 2):
        page.get_by_label("Libellé").fill(f"Librairie – Album {number}")
        page.get_by_label("Montant").fill("12")
        page.keyboard.press("Enter")
        expect(page.get_by_text(f"Écriture 0{number} enregistrée.")).to_be_in_viewport()
        expect(page.get_by_label("Libellé")).to_be_focused()
        assert page.get_by_label("Date", exact=True).input_value() == "2024-10-18"


def test_a_line_asked_for_by_mistake_is_emptied_away(app, sign_in, javascript: bool) -> None:
    a_year()
    a_person()
    page = sign_in("075-0001").page
    page.goto(page.url.rstrip("/") + "/cahier")
    fill_split_expense(page)
    page.get_by_role("button", name=re.compile("^Modifier OCCE")).click()
    page.get_by_label("Compte").nth(1).select_option("")
    page.get_by_label("Montant").nth(1).fill("")
    page.get_by_role("button", name="Répartir").click()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_text("Écriture 01 modifiée.")).to_be_visible()
    assert balances(page)[0] == "920,00 €"
