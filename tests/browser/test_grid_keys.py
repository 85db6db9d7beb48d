"""The grids as they are used: the keys of a spreadsheet, what waits, what is open beside, and no script at all."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, expect

from retkoop.actions import half_typed
from retkoop.actions.years import load_facts
from retkoop.grid import GRIDS
from retkoop.ledger_page import AUTOMATIC, CLASSIC
from retkoop.models import Person, Year, YearKey
from tests.browser.conftest import Watched
from tests.factories import a_person, a_year, an_entry

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]
# The keys do not depend on the engine: what is stored by them runs on both below.
with_script = pytest.mark.parametrize(("javascript", "engine"), [(True, "sqlite")], ids=["js"], indirect=True)


@pytest.fixture
def year(app) -> YearKey:
    """Give a year of three entries, and its mandataire."""
    key = a_year()
    a_person()
    for number in (1, 2, 3):
        an_entry(key, voucher=f"0{number}", label=f"Librairie – Album {number}")
    return key


@pytest.fixture
def grid(year: YearKey, sign_in: Callable[[str], Watched]) -> Callable[[str], Watched]:
    """Give a function that opens the cahier in a mode."""

    def show(mode: str) -> Watched:
        watched = sign_in("075-0001")
        watched.page.goto(watched.page.url.rstrip("/") + f"/cahier?vue={mode}")
        return watched

    return show


def focus_on(page: Page, row: str, name: str) -> None:
    expect(page.locator(f"#{row} [name={name}]")).to_be_focused()


def labels(key: YearKey) -> list[str]:
    return [entry.label for entry in load_facts(Year.get(key.of(Year))).entries]


@with_script
@pytest.mark.parametrize("mode", GRIDS)
def test_the_arrows_go_from_cell_to_cell_and_a_row_left_changed_is_saved(grid, year: YearKey, mode: str) -> None:
    watched = grid(mode)
    page, keys = watched.page, watched.page.keyboard
    page.locator("#grille-libelle").focus()
    loads = watched.loads
    keys.press("ArrowUp")
    focus_on(page, "ecriture-3", "libelle")
    keys.press("ArrowLeft")
    focus_on(page, "ecriture-3", "libelle")  # what was selected is let go first, as everywhere
    keys.press("ArrowLeft")
    focus_on(page, "ecriture-3", "date")
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    focus_on(page, "ecriture-3", "libelle")
    keys.press("ArrowUp")
    focus_on(page, "ecriture-2", "libelle")
    expect(page.locator("tbody .open")).to_have_count(1)
    keys.type("Romans")
    keys.press("ArrowDown")
    focus_on(page, "ecriture-3", "libelle")
    expect(page.get_by_text("Écriture 02 modifiée.")).to_be_visible()
    keys.press("ArrowDown")
    focus_on(page, "nouvelle", "libelle")
    expect(page.locator("tbody .open")).to_have_count(0)
    assert labels(year) == ["Librairie – Album 1", "Romans", "Librairie – Album 3"]
    assert watched.loads == loads


@with_script
@pytest.mark.parametrize("mode", GRIDS)
def test_enter_validates_and_escape_gives_up(grid, year: YearKey, mode: str) -> None:
    page = grid(mode).page
    row = page.get_by_role("button", name="Modifier Librairie – Album 2")
    for key, label in (("Escape", "Librairie – Album 2"), ("Enter", "Romans")):
        row.focus()
        page.keyboard.press("Enter")
        focus_on(page, "ecriture-2", "date")
        page.get_by_label("Libellé, ligne 02").focus()
        page.keyboard.type("Romans")
        page.keyboard.press(key)
        expect(page.locator("tbody .open")).to_have_count(0)
        expect(page.locator("#ecriture-2 [hx-get]")).to_be_focused()
        assert labels(year)[1] == label


@with_script
@pytest.mark.parametrize("mode", GRIDS)
def test_a_click_in_a_cell_opens_the_row_there(grid, mode: str) -> None:
    page = grid(mode).page
    page.locator("#ecriture-2 [data-name='Banque sortie']").click()
    focus_on(page, "ecriture-2", "banque_sortie")
    page.locator("#grille-cheque").click()
    expect(page.locator("tbody .open")).to_have_count(0)
    focus_on(page, "nouvelle", "cheque")


@with_script
@pytest.mark.parametrize("mode", GRIDS)
def test_a_line_half_typed_outlives_what_is_done_elsewhere(grid, year: YearKey, mode: str) -> None:
    page = grid(mode).page
    page.locator("#grille-libelle").fill("Brouillon")
    page.locator("#ecriture-2 th").click()
    focus_on(page, "ecriture-2", "libelle")
    page.keyboard.type("Romans")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Écriture 02 modifiée.")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Supprimer Librairie – Album 3")).click()
    expect(page.get_by_text("Écriture 03 supprimée.")).to_be_visible()
    assert page.locator("#grille-libelle").input_value() == "Brouillon"


@pytest.fixture
def red(year: YearKey) -> int:
    """Have the second row wait for its person, red."""
    typed = {"libelle": "À moitié", "date": "04/11/2024", "pj": "02", "banque_sortie": "12,5,0", "version": "1"}
    half_typed.keep(year, Person.get().id, 2, {**typed, "saisie": CLASSIC})
    return 2


def still_waits(page: Page, year: YearKey) -> None:
    expect(page.locator("#ecriture-2.red [name=libelle]")).to_have_value("À moitié")
    assert half_typed.waiting(year, Person.get().id)[2]["libelle"] == "À moitié"


@with_script
@pytest.mark.parametrize("mode", GRIDS)
def test_a_red_row_stays_red_whatever_is_gone_to(grid, red: int, year: YearKey, mode: str) -> None:
    page = grid(mode).page
    page.locator("#grille-libelle").click()
    still_waits(page, year)
    page.locator("#ecriture-2 [name=libelle]").click()
    for row in ("ecriture-3", "nouvelle"):
        page.keyboard.press("ArrowDown")
        focus_on(page, row, "libelle")
    expect(page.locator("tbody .open")).to_have_count(1)
    page.get_by_role("button", name="Modifier Librairie – Album 3").click()
    focus_on(page, "ecriture-3", "date")
    page.locator("#ecriture-1 th").click()
    focus_on(page, "ecriture-1", "libelle")
    page.locator("#grille-libelle").click()
    expect(page.locator("tbody .open")).to_have_count(1)
    still_waits(page, year)
    page.locator("#ecriture-2 [name=libelle]").focus()
    page.keyboard.press("Escape")
    expect(page.locator("tbody .open")).to_have_count(0)
    assert half_typed.waiting(year, Person.get().id) == {}, "negative control: Escape forgets"


@with_script
@pytest.mark.parametrize("mode", GRIDS)
def test_a_row_changed_behind_a_red_one_is_saved_when_it_is_left(grid, red: int, year: YearKey, mode: str) -> None:
    page = grid(mode).page
    page.locator("#ecriture-3 th").click()
    focus_on(page, "ecriture-3", "libelle")
    page.keyboard.type("Romans")
    page.locator("#grille-libelle").click()
    expect(page.get_by_text("Écriture 03 modifiée.")).to_be_visible()
    still_waits(page, year)
    assert labels(year)[2] == "Romans"


@with_script
@pytest.mark.parametrize("mode", GRIDS)
def test_a_row_changed_outlives_a_button_of_another_and_is_saved_by_the_next_row(
    grid, year: YearKey, mode: str
) -> None:
    page = grid(mode).page
    page.locator("#ecriture-2 th").click()
    focus_on(page, "ecriture-2", "libelle")
    page.keyboard.type("Romans")
    page.get_by_role("button", name=re.compile("^Supprimer Librairie – Album 3")).click()
    expect(page.get_by_text("Écriture 03 supprimée.")).to_be_visible()
    expect(page.locator("#ecriture-2 [name=libelle]")).to_have_value("Romans")
    page.get_by_role("button", name=re.compile("^Modifier Librairie – Album 1")).click()
    expect(page.get_by_text("Écriture 02 modifiée.")).to_be_visible()
    focus_on(page, "ecriture-1", "date")
    expect(page.locator("tbody .open")).to_have_count(1)
    assert labels(year) == ["Librairie – Album 1", "Romans"]


@with_script
@pytest.mark.parametrize("row", ["ecriture-2", "nouvelle"])
def test_who_leaves_the_page_with_something_typed_is_asked_first(grid, year: YearKey, row: str) -> None:
    page = grid(CLASSIC).page
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    copy = page.get_by_role("button", name=re.compile("^Dupliquer Librairie – Album 3"))
    page.locator(f"#{row} [name=libelle], #{row} th").first.click()
    focus_on(page, row, "libelle")
    page.keyboard.type("Romans")
    copy.click(no_wait_after=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    expect(page.locator(f"#{row} [name=libelle]")).to_have_value("Romans")
    page.locator(f"#{row} [name=libelle]").press("Escape")
    # What Escape asks of the server replaces the row: a click before its answer would be on what goes away.
    page.wait_for_function("row => document.querySelector(`#${row} [name=libelle]`)?.value !== 'Romans'", arg=row)
    page.wait_for_load_state("networkidle")
    copy.click()
    expect(page.get_by_role("heading", name="Dupliquer une écriture")).to_be_visible()
    assert asked == ["beforeunload"], "negative control: with nothing typed, nobody is asked"


@pytest.mark.parametrize("mode", GRIDS)
def test_what_is_no_entry_yet_waits_for_another_day(grid, year: YearKey, javascript: bool, mode: str) -> None:
    page = grid(mode).page
    line = page.locator("#nouvelle")
    page.get_by_label("Libellé", exact=True).fill("Car")
    page.get_by_label("Banque, sortie", exact=True).fill("12,5,0")
    page.keyboard.press("Enter")
    expect(line.get_by_text("à compléter")).to_be_visible()
    expect(line.get_by_text("n’est pas lisible")).to_be_visible()
    if javascript:
        focus_on(page, "nouvelle", "banque_sortie")
    page.goto(page.url.partition("/cahier")[0] + f"/cahier?vue={mode}")
    expect(line.get_by_text("n’est pas lisible")).to_be_visible()
    assert page.get_by_label("Libellé", exact=True).input_value() == "Car"
    page.get_by_label("Banque, sortie", exact=True).fill("12,50")
    page.get_by_role("button", name="Valider la ligne").click()
    expect(page.get_by_text("Écriture 04 enregistrée.")).to_be_visible()
    expect(page.get_by_text("à compléter")).to_have_count(0)
    expect(page.locator("#ecriture-4").get_by_text("à ventiler")).to_be_visible()


@with_script
def test_the_chosen_account_says_what_it_contains_and_the_next_one_waits_for_a_part(grid, year: YearKey) -> None:
    page = grid(AUTOMATIC).page
    page.get_by_label("Compte", exact=True).fill("6180 Charges des activités éducatives")
    expect(page.locator("#nouvelle .hint").first).to_contain_text("Sorties, spectacles")
    second = page.get_by_label("Compte 2", exact=True)
    expect(second).to_be_hidden()
    page.get_by_label("Part", exact=True).fill("8")
    expect(second).to_be_visible()
    page.get_by_label("Libellé", exact=True).fill("Musée")
    page.get_by_label("Banque, sortie", exact=True).fill("20")
    second.fill("photographe")
    second.press("Enter")
    expect(page.locator("#ecriture-4")).to_contain_text("6180\u00a0: 8,00 · 6070\u00a0: 12,00")


@pytest.mark.parametrize("javascript", [False], ids=["nojs"], indirect=True)
@pytest.mark.parametrize("mode", GRIDS)
def test_without_javascript_lines_are_added_and_rows_change_in_the_form(grid, year: YearKey, mode: str) -> None:
    page = grid(mode).page
    page.get_by_label("Date", exact=True).fill("18/10")
    page.get_by_label("Libellé", exact=True).fill("Car")
    page.get_by_label("Banque, sortie", exact=True).fill("12,50")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Écriture 04 enregistrée.")).to_be_visible()
    page.get_by_role("button", name="Modifier Car").click()
    expect(page.get_by_role("heading", name="Modifier une écriture")).to_be_visible()
    page.get_by_label("Libellé").fill("Car et train")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_text("Écriture 04 modifiée.")).to_be_visible()
    expect(page.locator("table.book")).to_be_visible()
    assert "Car et train" in labels(year)


@with_script
@pytest.mark.parametrize(("width", "mode"), [(360, CLASSIC), (360, AUTOMATIC), (1024, CLASSIC), (1280, AUTOMATIC)])
def test_nobody_scrolls_sideways_to_type_a_line(grid, year: YearKey, width: int, mode: str) -> None:
    page = grid(mode).page
    page.set_viewport_size({"width": width, "height": 800})
    fields = page.locator("#nouvelle [aria-label]").all()
    shown = [box for field in fields if (box := field.bounding_box())]
    assert len(shown) > 10
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in shown), shown
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@with_script
def test_the_two_pages_of_the_book_are_shown_apart_on_a_narrow_screen(grid, year: YearKey) -> None:
    page = grid(CLASSIC).page
    page.set_viewport_size({"width": 1024, "height": 800})
    left, right = page.locator("th", has_text="Banque sortie"), page.locator("th", has_text="6180")
    expect(left).to_be_visible()
    expect(right).to_be_hidden()
    page.get_by_label("Page de droite").check()
    expect(left).to_be_hidden()
    expect(right).to_be_visible()
    expect(page.get_by_role("rowheader", name="Librairie – Album 1")).to_be_visible()
