"""The cahier d'inventaire."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from retkoop.facts import Allocation
from retkoop.models import YearKey
from tests.factories import an_entry
from tests.support import pages
from tests.views.conftest import Browser
from tests.views.helpers_tables import YEAR, close, offered, readers, stored, text, undo_of, without_form

GOODS = f"{YEAR}/inventaire"
TYPED = {
    "designation": "Appareil photo",
    "fournisseur": "Photo Plus",
    "date": "2025-01-15",
    "valeur": "189,90",
    "pj": "12",
    "emplacement": "BCD",
}
GONE = {"sortie": "2025-06-20", "motif": "Vendu", "cession": "40"}


def bought(key: YearKey, amount: int = 18_990, voucher: str = "12", label: str = "Photo Plus – Appareil photo") -> int:
    """Enter a purchase of durable goods in the cahier."""
    line = (Allocation("68000008", amount),)
    return an_entry(key, day=date(2025, 1, 15), label=label, voucher=voucher, bank=-amount, allocations=line)


def values_of(html: str) -> dict[str, str]:
    """Give what the fields of the page hold."""
    return {str(f.get("name")): f.get("value") or "" for f in pages.parse(html).iter("input") if f.get("id")}


def test_an_empty_inventory_says_how_to_begin(mandataire: Browser) -> None:
    said = text(mandataire.get(GOODS).text)
    assert "L’inventaire est vide. Inscrivez ci-dessous le matériel qui sert plusieurs années." in said
    assert "0,00 € Bravo" in said


def test_it_adds_a_good_and_says_bravo(mandataire: Browser, year: YearKey) -> None:
    bought(year)
    page = mandataire.follow(GOODS, TYPED)
    said = text(page.text)
    assert "« Appareil photo » inscrit à l’inventaire." in said
    assert "0,00 € Bravo" in said
    (item,) = stored(year).inventory
    assert (item.designation, item.supplier, item.place) == ("Appareil photo", "Photo Plus", "BCD")
    assert (item.bought_on, item.value, item.voucher) == (date(2025, 1, 15), 18_990, "12")
    assert (item.disposed_on, item.disposal_reason, item.disposal_value) == (None, "", None)


def test_it_says_how_much_is_lacking(mandataire: Browser, year: YearKey) -> None:
    bought(year, 25_000)
    said = text(mandataire.follow(GOODS, TYPED).text)
    assert "Il manque60,10 €" in said


def test_goods_of_earlier_years_do_not_cover_this_one(mandataire: Browser, year: YearKey) -> None:
    bought(year)
    said = text(mandataire.follow(GOODS, {**TYPED, "date": "2023-01-15"}).text)
    assert "Il manque189,90 €" in said


def test_one_click_writes_what_the_cahier_bought(mandataire: Browser, year: YearKey) -> None:
    number = bought(year)
    ((address, words),) = offered(mandataire.get(GOODS).text)
    assert (address, words) == (f"{GOODS}/ecritures/{number}", "Inscrire Photo Plus – Appareil photo")
    page = mandataire.follow(address, {"cle": "une"})
    assert "« Appareil photo » inscrit à l’inventaire. Indiquez où il est." in text(page.text)
    assert "0,00 € Bravo" in text(page.text)
    assert values_of(mandataire.get(f"{GOODS}/1").text) == {
        **TYPED, "emplacement": "", **dict.fromkeys(("sortie", "motif", "cession"), "")
    }  # fmt: skip
    mandataire.follow(*undo_of(page.text))
    assert not stored(year).inventory


def test_an_invoice_of_two_goods_is_written_in_two_clicks(mandataire: Browser, year: YearKey) -> None:
    number = bought(year)
    mandataire.follow(GOODS, {**TYPED, "valeur": "100"})
    mandataire.follow(f"{GOODS}/ecritures/{number}")
    assert [item.value for item in stored(year).inventory] == [10_000, 8_990]


def test_a_second_click_writes_nothing_more(mandataire: Browser, year: YearKey) -> None:
    number = bought(year)
    for _ in range(2):
        page = mandataire.follow(f"{GOODS}/ecritures/{number}", {"cle": "une"})
    assert "est déjà à l’inventaire." in text(page.text)
    assert len(stored(year).inventory) == 1
    assert mandataire.post(f"{GOODS}/ecritures/99").status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("designation", "", "Ce champ est à remplir."),
        ("date", "", "Indiquez la date."),
        ("date", "2025-09-01", "Cette date est après la fin de l’exercice, le 31/08/2025."),
        ("valeur", "-5", "Écrivez ce montant sans le signe moins."),
        ("valeur", "", "Indiquez un montant, par exemple 12,50."),
        ("emplacement", "x" * 121, "Ce texte est trop long : 120 caractères au plus (ici 121)."),
    ],
)
def test_it_refuses_what_is_not_a_good(
    mandataire: Browser, year: YearKey, field: str, value: str, sentence: str
) -> None:
    mandataire.get(GOODS)
    page = mandataire.post(GOODS, {**TYPED, field: value})
    assert page.status_code == 422
    assert pages.text_of(pages.by_id(pages.parse(page.text), f"{field}-faute")) == sentence
    assert values_of(page.text) == {**TYPED, field: value}
    assert not stored(year).inventory


def test_a_good_leaves_with_its_day_reason_and_price(mandataire: Browser, year: YearKey) -> None:
    mandataire.follow(GOODS, TYPED)
    page = mandataire.follow(f"{GOODS}/1", {**TYPED, **GONE, "version": "1"})
    assert "le 20/06/2025 : Vendu (40,00 €)" in text(page.text)
    (item,) = stored(year).inventory
    assert (item.disposed_on, item.disposal_reason, item.disposal_value) == (date(2025, 6, 20), "Vendu", 4_000)
    assert values_of(mandataire.get(f"{GOODS}/1").text) == {**TYPED, **GONE, "cession": "40,00"}


def test_it_comes_back_when_the_disposal_was_a_mistake(mandataire: Browser, year: YearKey) -> None:
    mandataire.follow(GOODS, TYPED)
    mandataire.follow(f"{GOODS}/1", {**TYPED, **GONE, "version": "1"})
    mandataire.follow(f"{GOODS}/1", {**TYPED, "sortie": "", "motif": "", "cession": "", "version": "2"})
    (item,) = stored(year).inventory
    assert (item.disposed_on, item.disposal_reason, item.disposal_value) == (None, "", None)


@pytest.mark.parametrize(
    ("field", "value", "accused", "sentence"),
    [
        ("sortie", "", "sortie", "Indiquez la date de sortie."),
        ("sortie", "2025-01-14", "sortie", "Un bien ne peut pas sortir avant d’avoir été acheté."),
        ("sortie", "2025-09-02", "sortie", "Cette date est après la fin de l’exercice, le 31/08/2025."),
        ("motif", "", "motif", "Indiquez le motif : vendu, donné, cassé, volé…"),
        ("cession", "-1", "cession", "Écrivez ce montant sans le signe moins."),
    ],
)
def test_it_refuses_an_impossible_disposal(
    mandataire: Browser, year: YearKey, field: str, value: str, accused: str, sentence: str
) -> None:
    mandataire.follow(GOODS, TYPED)
    typed = {**TYPED, **GONE, field: value}
    page = mandataire.post(f"{GOODS}/1", {**typed, "version": "1"})
    assert page.status_code == 422
    assert pages.text_of(pages.by_id(pages.parse(page.text), f"{accused}-faute")) == sentence
    assert values_of(page.text) == typed
    assert stored(year).inventory[0].version == 1


def test_a_correction_of_an_old_version_shows_both(mandataire: Browser, year: YearKey) -> None:
    mandataire.follow(GOODS, TYPED)
    mandataire.follow(f"{GOODS}/1", {**TYPED, "emplacement": "Gymnase", "version": "1"})
    page = mandataire.post(f"{GOODS}/1", {**TYPED, "emplacement": "Préau", "version": "1"})
    assert page.status_code == 409
    assert "chez Photo Plus, Gymnase" in text(page.text)
    assert values_of(page.text)["emplacement"] == "Préau"
    assert stored(year).inventory[0].place == "Gymnase"
    mandataire.follow(f"{GOODS}/1", {**TYPED, "emplacement": "Préau", "version": "2"})
    assert stored(year).inventory[0].place == "Préau"


def test_it_removes_a_good(mandataire: Browser, year: YearKey) -> None:
    mandataire.follow(GOODS, TYPED)
    page = mandataire.follow(f"{GOODS}/1/supprimer")
    assert "« Appareil photo » retiré de l’inventaire." in page.text
    assert not stored(year).inventory
    assert mandataire.post(f"{GOODS}/1/supprimer").status_code == 404


def test_readers_see_the_goods_and_change_nothing(
    mandataire: Browser, year: YearKey, browse: Callable[[], Browser]
) -> None:
    mandataire.follow(GOODS, TYPED)
    bought(year, 5_000, "13", "Vélos – Un vélo")
    for reader in readers(browse):
        page = reader.get(GOODS)
        assert "Appareil photo" in page.text
        assert without_form(page.text)
        assert reader.get(f"{GOODS}/1").status_code == 403
        for address in ("", "/1", "/1/supprimer", "/ecritures/1"):
            assert reader.post(GOODS + address, TYPED).status_code == 403
    assert len(stored(year).inventory) == 1


def test_a_closed_year_does_not_change(mandataire: Browser, year: YearKey) -> None:
    mandataire.follow(GOODS, TYPED)
    close(year)
    assert without_form(mandataire.get(GOODS).text)
    assert mandataire.get(f"{GOODS}/1").status_code == 409
    for address in ("", "/1", "/1/supprimer"):
        assert mandataire.post(GOODS + address, TYPED).status_code == 409
    assert stored(year).inventory[0].version == 1
