"""Paying-in slips on screen: made of what is ticked off, corrected, ticked as one line, readable on paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from retkoop import reports
from retkoop.actions import deposits, reconciliation
from retkoop.exports import pdf
from retkoop.facts import Allocation
from retkoop.models import YearKey
from tests.factories import SOMEONE, a_case, a_person, an_entry
from tests.support import pages
from tests.views.conftest import Browser, form_of
from tests.views.helpers_tables import YEAR, close, readers, stored, text, undo_of, without_form

SLIPS = f"{YEAR}/remises"
DAY = date(2024, 11, 12)


@pytest.fixture
def cheques(year: YearKey) -> YearKey:
    """Give three receipts by cheque (10, 20 and 30 €), one in cash and one expense."""
    for n in (1, 2, 3):
        a_receipt(year, 1_000 * n, label=f"Famille {n}", voucher=f"0{n}", cheque=f"7{n}")
    a_receipt(year, 500, bank=0, cash=500, label="Espèces")
    an_entry(year)
    return year


def a_receipt(key: YearKey, amount: int, **values: Any) -> int:
    return an_entry(key, **{"bank": amount, "allocations": (Allocation("70700008", amount),), **values})


def a_slip(key: YearKey, *entries: int) -> int:
    return deposits.make_slip(SOMEONE, key, DAY, "Remise du mardi", list(entries))


def offered(html: str) -> dict[str, bool]:
    """Give the receipts on offer, and whether each is ticked off."""
    tree = pages.parse(html)
    words = {label.get("for"): pages.text_of(label) for label in tree.iter("label")}
    boxes = [field for field in tree.iter("input") if field.get("type") == "checkbox"]
    return {words[box.get("id")]: box.get("checked") is not None for box in boxes}


def inside(key: YearKey, number: int = 1) -> list[int]:
    return [entry.number for entry in stored(key).entries if entry.slip == number]


def sent(*entries: int, **values: str) -> dict[str, Any]:
    return {"date": "2024-11-12", "libelle": "", "cle": "une", "ecriture": list(map(str, entries)), **values}


def test_nothing_yet_says_how_to_begin(mandataire: Browser) -> None:
    said = text(mandataire.get(SLIPS).text)
    assert "Aucune remise cette année. Enregistrez chaque chèque reçu" in said
    assert "Aucune recette n’attend d’être déposée" in said


def test_only_receipts_that_wait_are_on_offer(mandataire: Browser, cheques: YearKey) -> None:
    a_slip(cheques, 1)
    reconciliation.tick_entry(SOMEONE, cheques, 2, DAY)
    assert offered(mandataire.get(SLIPS).text) == {"Famille 3": False}


def test_it_makes_a_slip_of_what_is_ticked_off_and_names_it(mandataire: Browser, cheques: YearKey) -> None:
    mandataire.get(SLIPS)
    page = mandataire.follow(SLIPS, sent(1, 3))
    assert "« Remise de 2 chèques » enregistrée." in page.text.replace("\u00a0", " ")
    said = text(page.text)
    assert "Bordereau de remise du 12/11/2024" in said
    assert "0104/11/2024Famille 17110,00" in said
    assert "Total de la remise (2)40,00" in said
    assert inside(cheques) == [1, 3]
    assert "Remise de 2 chèques du 12/11/202412/11/2024240,00pas encore vue" in text(mandataire.get(SLIPS).text)


def test_sent_twice_it_is_made_once(mandataire: Browser, cheques: YearKey) -> None:
    mandataire.get(SLIPS)
    places = {mandataire.post(SLIPS, sent(1, 3)).headers["Location"] for _ in range(2)}
    assert places == {f"{SLIPS}/1#contenu"}
    assert len(stored(cheques).slips) == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (sent(), "Cochez au moins un chèque."),
        (sent(1, date="2024-08-01"), "La date doit être dans l’exercice"),
        (sent(1, date="hier"), "Écrivez la date comme"),
        (sent(1, libelle="x" * 201), "trop long"),
        (sent(1, 5), "relisez la liste"),
        (sent(1, 99), "relisez la liste"),
    ],
)
def test_it_refuses_and_keeps_what_was_typed(
    mandataire: Browser, cheques: YearKey, typed: dict[str, Any], sentence: str
) -> None:
    mandataire.get(SLIPS)
    page = mandataire.post(SLIPS, typed)
    assert page.status_code == 422
    assert sentence in text(page.text)
    assert offered(page.text)["Famille 1"] == ("1" in typed["ecriture"])
    assert stored(cheques).slips == ()


def test_the_total_runs_and_nothing_is_saved(mandataire: Browser, cheques: YearKey) -> None:
    before = mandataire.get(SLIPS)
    answer = mandataire.post(f"{SLIPS}/total", sent(1, 2), htmx=True)
    swapped = pages.after_swap(before.text, answer.text, "slip-total")
    assert pages.text_of(pages.by_id(swapped, "slip-total")) == "Remise de 2 chèques : 30,00 €"
    page = mandataire.post(f"{SLIPS}/total", sent(1, 2))
    assert page.status_code == 200
    assert "Remise de 2 chèques : 30,00 €" in text(page.text)
    assert offered(page.text) == {"Famille 1": True, "Famille 2": True, "Famille 3": False}
    assert stored(cheques).slips == ()


def test_the_total_of_a_slip_that_is_corrected_counts_what_it_holds(mandataire: Browser, cheques: YearKey) -> None:
    a_slip(cheques, 1, 2)
    mandataire.get(f"{SLIPS}/1/modifier")
    typed = sent(1, 3, remise="1", libelle="Mardi")
    answer = mandataire.post(f"{SLIPS}/total", typed, htmx=True)
    assert pages.text_of(pages.parse_fragment(answer.text)) == "Mardi : 40,00 €"
    page = mandataire.post(f"{SLIPS}/total", typed)
    assert "Modifier la remise du 12/11/2024" in text(page.text)
    assert offered(page.text) == {"Famille 1": True, "Famille 2": False, "Famille 3": True}


def test_it_is_corrected(mandataire: Browser, cheques: YearKey) -> None:
    a_slip(cheques, 1, 2)
    page = mandataire.get(f"{SLIPS}/1/modifier")
    assert offered(page.text) == {"Famille 1": True, "Famille 2": True, "Famille 3": False}
    kept = form_of(page, "slip-form")
    page = mandataire.follow(f"{SLIPS}/1/modifier", {**kept, "libelle": "Jeudi", "ecriture": ["2", "3"]})
    assert "« Jeudi » modifiée." in page.text.replace("\u00a0", " ")
    assert inside(cheques) == [2, 3]


def test_a_slip_corrected_meanwhile_shows_both(mandataire: Browser, cheques: YearKey) -> None:
    a_slip(cheques, 1, 2)
    mandataire.get(f"{SLIPS}/1/modifier")
    mandataire.follow(f"{SLIPS}/1/modifier", sent(1, 3, version="1", libelle="Jeudi"))
    page = mandataire.post(f"{SLIPS}/1/modifier", sent(2, version="1", libelle="Vendredi"))
    assert page.status_code == 409
    assert "Enregistré maintenant : « Jeudi » du 12/11/2024, 2 chèques, 40,00 €." in text(page.text)
    assert form_of(page, "slip-form")["libelle"] == "Vendredi"
    assert offered(page.text) == {"Famille 1": False, "Famille 2": True, "Famille 3": False}
    mandataire.follow(f"{SLIPS}/1/modifier", sent(2, version="2", libelle="Vendredi"))
    assert inside(cheques) == [2]


def test_a_refused_correction_keeps_what_was_typed(mandataire: Browser, cheques: YearKey) -> None:
    a_slip(cheques, 1, 2)
    mandataire.get(f"{SLIPS}/1/modifier")
    page = mandataire.post(f"{SLIPS}/1/modifier", sent(version="1", libelle="Jeudi"))
    assert page.status_code == 422
    assert inside(cheques) == [1, 2]


def test_one_cheque_comes_out_and_the_last_takes_the_slip_with_it(mandataire: Browser, cheques: YearKey) -> None:
    a_slip(cheques, 1, 2)
    mandataire.get(f"{SLIPS}/1")
    page = mandataire.follow(f"{SLIPS}/1/retirer", {"ecriture": "1"})
    assert "« Famille 1 » retirée de la remise." in page.text.replace("\u00a0", " ")
    page = mandataire.follow(f"{SLIPS}/1/retirer", {"ecriture": "1"})
    assert "Ce chèque n’est plus dans cette remise." in page.text
    page = mandataire.follow(f"{SLIPS}/1/retirer", {"ecriture": "2"})
    assert "la remise était vide, elle est défaite" in page.text
    assert stored(cheques).slips == ()


def test_a_name_made_of_what_it_holds_follows_it_on_every_page(mandataire: Browser, cheques: YearKey) -> None:
    mandataire.get(SLIPS)
    mandataire.follow(SLIPS, sent(1, 2, 3))
    mandataire.follow(f"{SLIPS}/1/retirer", {"ecriture": "1"})
    for page in (SLIPS, f"{SLIPS}/1", f"{YEAR}/releve"):
        said = text(mandataire.get(page).text)
        assert "Remise de 2 chèques" in said
        assert "Remise de 3 chèques" not in said
    form = form_of(mandataire.get(f"{SLIPS}/1/modifier"), "slip-form")
    assert form["libelle"] == ""
    page = mandataire.follow(f"{SLIPS}/1/modifier", {**form, "ecriture": ["2"]})
    assert "« Remise d’un chèque » modifiée." in page.text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("address", "typed", "there"),
    [
        ("", sent(3), SLIPS),
        ("/1/modifier", sent(2, 3, version="1", libelle="Jeudi"), f"{SLIPS}/1"),
        ("/1/retirer", {"ecriture": "1"}, f"{SLIPS}/1"),
        ("/1/supprimer", {}, SLIPS),
        ("/1/pointage", {"pointer": "1"}, f"{SLIPS}/1"),
    ],
)
def test_what_was_done_is_taken_back_from_its_message(
    mandataire: Browser, cheques: YearKey, address: str, typed: dict[str, Any], there: str
) -> None:
    def state() -> object:
        facts = stored(cheques)
        slips = [(slip.number, slip.label) for slip in facts.slips]
        return slips, [(entry.slip, entry.ticked_on) for entry in facts.entries]

    a_slip(cheques, 1, 2)
    before = state()
    mandataire.get(SLIPS)
    page = mandataire.follow(SLIPS + address, typed)
    assert state() != before
    answer = mandataire.post(*undo_of(page.text))
    assert answer.headers["Location"] == there + "#contenu"
    assert "Action annulée." in mandataire.get(there).text
    assert state() == before


def test_it_is_taken_apart(mandataire: Browser, cheques: YearKey) -> None:
    a_slip(cheques, 1, 2)
    mandataire.get(f"{SLIPS}/1")
    page = mandataire.follow(f"{SLIPS}/1/supprimer")
    assert "« Remise du mardi » défaite : ses écritures restent dans le cahier." in page.text.replace("\u00a0", " ")
    assert mandataire.get(f"{SLIPS}/1").status_code == 404
    assert len(stored(cheques).entries) == 5


def test_one_click_ticks_the_slip_and_one_takes_it_back(mandataire: Browser, cheques: YearKey) -> None:
    a_slip(cheques, 1, 2)
    mandataire.get(f"{SLIPS}/1")
    page = mandataire.follow(f"{SLIPS}/1/pointage", {"pointer": "1"})
    assert "vue le 05/09/2025 Dépointer" in text(page.text)
    assert [entry.ticked_on for entry in stored(cheques).entries][:3] == [date(2025, 9, 5)] * 2 + [None]
    page = mandataire.follow(f"{SLIPS}/1/pointage", {"pointer": "0"})
    assert "pas encore vue Pointer" in text(page.text)
    assert mandataire.post(f"{SLIPS}/1/pointage", {"pointer": "2"}).status_code == 422


BOOK = f"{YEAR}/cahier"


@pytest.mark.parametrize("mode", ["simple", "classique"])
def test_a_row_of_the_cahier_ticks_its_whole_slip(mandataire: Browser, cheques: YearKey, mode: str) -> None:
    a_slip(cheques, 1, 2)
    look = {"vue": mode}
    before = mandataire.get(BOOK, query_string=look)
    for asked, day in (("1", date(2025, 9, 5)), ("0", None)):
        answer = mandataire.post(f"{BOOK}/ecritures/2/pointage", {"pointer": asked, **look}, htmx=True)
        assert (answer.headers["HX-Retarget"], answer.headers["HX-Reswap"]) == ("#book", "outerMorph")
        assert [entry.ticked_on for entry in stored(cheques).entries][:3] == [day, day, None]
        swapped = pages.after_swap(before.text, answer.text, "book")
        before = mandataire.get(BOOK, query_string=look)
        assert pages.shown(swapped) == pages.shown(pages.parse(before.text))
    said = pages.text_of(pages.by_id(swapped, "messages"))
    assert "« Remise du mardi » dépointée, avec ses 2 écritures." in said.replace("\u00a0", " ")


def test_the_button_of_a_row_on_a_slip_says_so_after_the_label(mandataire: Browser, cheques: YearKey) -> None:
    a_slip(cheques, 1)
    for mode in ("simple", "classique", "automatique"):
        tree = pages.parse(mandataire.get(BOOK, query_string={"vue": mode}).text)
        buttons = [pages.text_of(pages.by_id(tree, name)) for name in ("p-1", "p-2")]
        assert buttons == ["Pointer Famille 1 (remise)", "Pointer Famille 2"]


def test_without_javascript_the_row_comes_back_with_the_message(mandataire: Browser, cheques: YearKey) -> None:
    a_slip(cheques, 1, 2)
    mandataire.get(BOOK)
    answer = mandataire.post(f"{BOOK}/ecritures/1/pointage", {"pointer": "1"})
    assert answer.headers["Location"] == f"{BOOK}#ecriture-1"
    page = mandataire.get(BOOK)
    assert "« Remise du mardi » pointée, avec ses 2 écritures." in text(page.text)
    address, fields = undo_of(page.text)
    assert "Action annulée." in mandataire.follow(address, fields).text
    assert not any(entry.ticked_on for entry in stored(cheques).entries)


def test_an_untick_taken_back_gives_each_cheque_its_own_day(mandataire: Browser, cheques: YearKey) -> None:
    a_slip(cheques, 1, 2)
    days = [date(2024, 11, 20), date(2024, 11, 25)]
    for number, day in enumerate(days, 1):
        reconciliation.tick_entry(SOMEONE, cheques, number, day)
    mandataire.get(BOOK)
    page = mandataire.follow(f"{BOOK}/ecritures/1/pointage", {"pointer": "0"})
    assert not any(entry.ticked_on for entry in stored(cheques).entries)
    mandataire.follow(*undo_of(page.text))
    assert [entry.ticked_on for entry in stored(cheques).entries][:2] == days


def test_on_paper_it_is_the_list_and_its_total(
    mandataire: Browser, cheques: YearKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_slip(cheques, 1, 2)
    assert f'href="{SLIPS}/1.pdf"' in mandataire.get(f"{SLIPS}/1").text
    monkeypatch.setattr(pdf, "render", lambda html: html.encode())
    answer = mandataire.client.get(f"{SLIPS}/1.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="remise-2024-11-12.pdf"'
    said = pages.text_of(pages.parse(answer.text)).replace("\u00a0", " ")
    for words in ("Bordereau de remise du 12/11/2024", "Remise du mardi", "Famille 1", "71", "Total de la remise (2)"):
        assert words in said
    assert "30,00 €" in said
    assert mandataire.get(f"{SLIPS}/9.pdf").status_code == 404


def test_what_is_surely_a_cheque_comes_first(mandataire: Browser, cheques: YearKey) -> None:
    a_receipt(cheques, 4_000, label="Virement de la mairie", day=date(2024, 9, 2))
    assert list(offered(mandataire.get(SLIPS).text)) == ["Famille 1", "Famille 2", "Famille 3", "Virement de la mairie"]
    said = text(mandataire.get(SLIPS).text)
    assert said.index("Recettes avec un numéro de chèque") < said.index("Famille 3") < said.index("Autres recettes")


def test_a_slip_half_seen_says_so(mandataire: Browser, cheques: YearKey) -> None:
    a_slip(cheques, 1, 2)
    reconciliation.tick_entry(SOMEONE, cheques, 1, DAY)
    assert "1 sur 2 pas encore vus Pointer" in text(mandataire.get(f"{SLIPS}/1").text)


def test_the_statement_shows_a_slip_as_one_line_and_ticks_it(mandataire: Browser, cheques: YearKey) -> None:
    a_slip(cheques, 1, 2)
    before = mandataire.get(f"{YEAR}/releve")
    said = pages.text_of(pages.by_id(pages.parse(before.text), "en-cours"))
    assert "12/11/2024 Remise du mardi +30,00 Pointer Remise du mardi" in said
    assert "Famille 1" not in said
    assert "Famille 3" in said
    answer = mandataire.post(f"{SLIPS}/1/pointage", {"pointer": "1", "page": "releve"}, htmx=True)
    swapped = pages.after_swap(before.text, answer.text, "reconciliation")
    assert pages.shown(swapped) == pages.shown(pages.parse(mandataire.get(f"{YEAR}/releve").text))
    assert "Remise du mardi" not in pages.text_of(pages.by_id(swapped, "en-cours"))
    mandataire.post(f"{SLIPS}/1/pointage", {"pointer": "0"})
    page = mandataire.follow(f"{SLIPS}/1/pointage", {"pointer": "1", "page": "releve"})
    assert "Relevé et pointage" in text(page.text)
    assert reports.ticked_balance(stored(cheques)) == 103_000


def test_the_cahier_says_in_which_slip_an_entry_is(mandataire: Browser, cheques: YearKey) -> None:
    a_slip(cheques, 1)
    row = pages.by_id(pages.parse(mandataire.get(f"{YEAR}/cahier?vue=simple").text), "ecriture-1")
    assert "remise du 12/11" in pages.text_of(row)


def test_readers_see_the_slips_and_change_nothing(
    mandataire: Browser, cheques: YearKey, browse: Callable[[], Browser]
) -> None:
    a_slip(cheques, 1, 2)
    for reader in readers(browse):
        for page in ("", "/1"):
            assert without_form(reader.get(SLIPS + page).text)
        assert reader.get(f"{SLIPS}/1/modifier").status_code == 403
        for address in ("", "/total", "/1/modifier", "/1/retirer", "/1/supprimer", "/1/pointage"):
            assert reader.post(SLIPS + address, sent(1, version="1", pointer="1")).status_code == 403
    assert inside(cheques) == [1, 2]


def test_a_closed_year_does_not_change(mandataire: Browser, cheques: YearKey) -> None:
    a_slip(cheques, 1, 2)
    mandataire.get(SLIPS)
    close(cheques)
    for page in ("", "/1"):
        assert without_form(mandataire.get(SLIPS + page).text)
    assert mandataire.get(f"{SLIPS}/1/modifier").status_code == 409
    for address in ("", "/total", "/1/modifier", "/1/retirer", "/1/supprimer", "/1/pointage"):
        assert mandataire.post(SLIPS + address, sent(1, version="1", pointer="1")).status_code == 409
    assert inside(cheques) == [1, 2]


def test_a_slip_of_a_real_year_is_swapped_as_reloaded(app: Any, browse: Callable[[], Browser]) -> None:
    key = a_case("ecole-102-postale", app.config["STORAGE"])
    a_person(key.coop, coop_identifier=key.coop)
    receipts = [entry.number for entry in stored(key).entries if entry.bank > 0 and entry.ticked_on][:3]
    for number in receipts:
        reconciliation.tick_entry(SOMEONE, key, number, None)
    deposits.make_slip(SOMEONE, key, DAY, "Trois chèques", receipts)
    browser = browse().sign_in(key.coop)
    home = f"/coop/{key.coop}/2024-2025"
    before = browser.get(f"{home}/releve")
    answer = browser.post(f"{home}/remises/1/pointage", {"pointer": "1", "page": "releve"}, htmx=True)
    swapped = pages.after_swap(before.text, answer.text, "reconciliation")
    assert pages.shown(swapped) == pages.shown(pages.parse(browser.get(f"{home}/releve").text))
