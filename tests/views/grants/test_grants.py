"""The table of grants."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from retkoop.facts import Allocation
from retkoop.models import YearKey
from tests.factories import an_entry
from tests.support import pages
from tests.views.conftest import Browser
from tests.views.helpers_tables import YEAR, close, offered, readers, stored, text, without_form

GRANTS = f"{YEAR}/subventions"
TYPED = {
    "organisme": "Mairie de Paris",
    "nature": "commune",
    "objet": "Classe de découverte",
    "date": "2024-11-12",
    "montant": "450,00",
    "pj": "07",
}


def received(key: YearKey, amount: int = 45_000, voucher: str = "07", label: str = "Mairie – Classe verte") -> int:
    """Enter public money in the cahier."""
    line = (Allocation("74100008", amount),)
    return an_entry(key, day=date(2024, 11, 12), label=label, voucher=voucher, bank=amount, allocations=line)


def values_of(html: str) -> dict[str, str]:
    """Give what the fields of the page hold."""
    tree = pages.parse(html)
    fields = {str(f.get("name")): f.get("value") or "" for f in tree.iter("input") if f.get("id")}
    for select in tree.iter("select"):
        fields[str(select.get("name"))] = next(
            (o.get("value") or "" for o in select.iter("option") if o.get("selected") is not None), ""
        )
    return fields


def test_an_empty_table_says_how_to_begin(mandataire: Browser) -> None:
    said = text(mandataire.get(GRANTS).text)
    assert "Aucune subvention dans le tableau. Inscrivez ci-dessous" in said
    assert "0,00 € Bravo" in said
    assert "Un don d’association n’est pas une subvention (compte 7500)." in said


def test_it_adds_a_grant_and_says_bravo(mandataire: Browser, year: YearKey) -> None:
    received(year)
    page = mandataire.follow(GRANTS, TYPED)
    said = text(page.text)
    assert "Subvention « Mairie de Paris » inscrite." in said
    assert "0,00 € Bravo" in said
    assert "pas encore dans le tableau" not in said
    (grant,) = stored(year).grants
    assert (grant.organisation, grant.kind, grant.purpose) == ("Mairie de Paris", "commune", "Classe de découverte")
    assert (grant.day, grant.amount, grant.voucher) == (date(2024, 11, 12), 45_000, "07")


def test_it_says_by_how_much_the_table_differs(mandataire: Browser, year: YearKey) -> None:
    received(year, 60_000)
    said = text(mandataire.follow(GRANTS, TYPED).text)
    assert "-150,00 €" in said
    said = text(mandataire.follow(GRANTS, {**TYPED, "montant": "200"}).text)
    assert "Le tableau compte 50,00 € de plus que le cahier" in said


def test_it_offers_what_the_cahier_received(mandataire: Browser, year: YearKey) -> None:
    number = received(year)
    page = mandataire.get(GRANTS)
    ((address, words),) = offered(page.text)
    assert (address, words) == (f"{GRANTS}?ecriture={number}", "Inscrire Mairie – Classe verte")
    filled = values_of(mandataire.get(address).text)
    assert filled == {
        "organisme": "Mairie",
        "objet": "Classe verte",
        "nature": "",
        "date": "2024-11-12",
        "montant": "450,00",
        "pj": "07",
    }
    assert "0,00 € Bravo" in text(mandataire.follow(GRANTS, {**filled, "nature": "commune"}).text)


@pytest.mark.parametrize("asked", ["999", "x", str(10**30), ""])
def test_an_entry_that_is_not_lacking_fills_nothing(mandataire: Browser, year: YearKey, asked: str) -> None:
    page = mandataire.get(f"{GRANTS}?ecriture={asked}")
    assert page.status_code == 200
    assert values_of(page.text)["organisme"] == ""


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("organisme", "", "Ce champ est à remplir."),
        ("nature", "", "Choisissez qui verse la subvention."),
        ("nature", "association", "Ce choix n’existe pas."),
        ("date", "2025-09-01", "La date doit être dans l’exercice 2024-2025, du 01/09/2024 au 31/08/2025."),
        ("date", "bientôt", "Écrivez la date comme 07/05/2025."),
        ("montant", "", "Indiquez un montant, par exemple 12,50."),
        ("montant", "0", "Le montant ne peut pas être nul."),
        ("montant", "cent", "Ce montant n’est pas lisible : écrivez par exemple 12,50 ou 1 234,56."),
        ("pj", "9" * 21, "Ce texte est trop long : 20 caractères au plus (ici 21)."),
    ],
)
def test_it_refuses_what_is_not_a_grant(
    mandataire: Browser, year: YearKey, field: str, value: str, sentence: str
) -> None:
    mandataire.get(GRANTS)
    page = mandataire.post(GRANTS, {**TYPED, field: value})
    assert page.status_code == 422
    assert pages.text_of(pages.by_id(pages.parse(page.text), f"{field}-faute")) == sentence
    kept = values_of(page.text)
    kept.pop("nature")
    expected = {**TYPED, field: value}
    expected.pop("nature")
    assert kept == expected
    assert not stored(year).grants


def test_nothing_typed_at_all_is_refused_field_by_field(mandataire: Browser) -> None:
    mandataire.get(GRANTS)
    page = mandataire.post(GRANTS, {})
    assert page.status_code == 422
    assert "4 points sont à corriger" in page.text


def test_it_edits_a_grant(mandataire: Browser, year: YearKey) -> None:
    mandataire.follow(GRANTS, TYPED)
    page = mandataire.get(f"{GRANTS}/1")
    assert {**values_of(page.text)} == TYPED
    said = text(mandataire.follow(f"{GRANTS}/1", {**TYPED, "montant": "500", "version": "1"}).text)
    assert "Subvention « Mairie de Paris » modifiée." in said
    assert stored(year).grants[0].amount == 50_000


def test_a_bad_correction_changes_nothing(mandataire: Browser, year: YearKey) -> None:
    mandataire.follow(GRANTS, TYPED)
    page = mandataire.post(f"{GRANTS}/1", {**TYPED, "montant": "?", "version": "1"})
    assert page.status_code == 422
    assert values_of(page.text)["montant"] == "?"
    assert stored(year).grants[0].amount == 45_000


@pytest.mark.parametrize("stale", ["1", "", "x", "9" * 40])
def test_a_correction_of_an_old_version_shows_both(mandataire: Browser, year: YearKey, stale: str) -> None:
    mandataire.follow(GRANTS, TYPED)
    mandataire.follow(f"{GRANTS}/1", {**TYPED, "montant": "500", "version": "1"})
    page = mandataire.post(f"{GRANTS}/1", {**TYPED, "montant": "470", "version": stale})
    assert page.status_code == 409
    assert "Enregistré maintenant : Mairie de Paris (Commune), 500,00 € le 12/11/2024" in text(page.text)
    assert values_of(page.text)["montant"] == "470"
    assert stored(year).grants[0].amount == 50_000
    mandataire.follow(f"{GRANTS}/1", {**TYPED, "montant": "470", "version": "2"})
    assert stored(year).grants[0].amount == 47_000


def test_it_removes_a_grant(mandataire: Browser, year: YearKey) -> None:
    mandataire.follow(GRANTS, TYPED)
    page = mandataire.follow(f"{GRANTS}/1/supprimer")
    assert "Subvention « Mairie de Paris » retirée." in page.text
    assert not stored(year).grants
    assert mandataire.get(f"{GRANTS}/1").status_code == 404
    assert mandataire.post(f"{GRANTS}/1/supprimer").status_code == 404
    assert mandataire.post(f"{GRANTS}/{10**30}").status_code == 404


def test_readers_see_the_table_and_change_nothing(
    mandataire: Browser, year: YearKey, browse: Callable[[], Browser]
) -> None:
    mandataire.follow(GRANTS, TYPED)
    received(year, 10_000, "08", "Région – Livres")
    for reader in readers(browse):
        page = reader.get(f"{GRANTS}?ecriture=1")
        assert "Mairie de Paris" in page.text
        assert without_form(page.text)
        assert reader.get(f"{GRANTS}/1").status_code == 403
        for address in ("", "/1", "/1/supprimer"):
            assert reader.post(GRANTS + address, TYPED).status_code == 403
    assert len(stored(year).grants) == 1


def test_a_closed_year_does_not_change(mandataire: Browser, year: YearKey) -> None:
    mandataire.follow(GRANTS, TYPED)
    close(year)
    assert without_form(mandataire.get(GRANTS).text)
    assert mandataire.get(f"{GRANTS}/1").status_code == 409
    for address in ("", "/1", "/1/supprimer"):
        assert mandataire.post(GRANTS + address, TYPED).status_code == 409
    assert stored(year).grants[0].version == 1


def test_what_people_type_is_shown_as_text(mandataire: Browser) -> None:
    page = mandataire.follow(GRANTS, {**TYPED, "organisme": "<script>alert(1)</script>"})
    assert "<script>alert" not in page.text
