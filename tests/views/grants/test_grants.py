"""The table of grants."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from retkoop.facts import Allocation
from retkoop.forms.grants import kind_called
from retkoop.models import YearKey
from tests.factories import an_entry
from tests.support import pages
from tests.views.conftest import Browser
from tests.views.helpers_tables import YEAR, close, offered, readers, stored, text, undo_of, without_form

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


def test_one_click_writes_what_the_cahier_received(mandataire: Browser, year: YearKey) -> None:
    number = received(year)
    ((address, words),) = offered(mandataire.get(GRANTS).text)
    assert (address, words) == (f"{GRANTS}/ecritures/{number}", "Inscrire Mairie – Classe verte")
    page = mandataire.follow(address, {"cle": "une"})
    assert "Subvention « Mairie » inscrite : Commune. Vérifiez qui verse et l’objet." in text(page.text)
    assert "0,00 € Bravo" in text(page.text)
    (grant,) = stored(year).grants
    assert (grant.organisation, grant.kind, grant.purpose) == ("Mairie", "commune", "Classe verte")
    assert (grant.day, grant.amount, grant.voucher) == (date(2024, 11, 12), 45_000, "07")


def test_only_what_is_lacking_is_written(mandataire: Browser, year: YearKey) -> None:
    number = received(year)
    mandataire.follow(GRANTS, {**TYPED, "montant": "150"})
    mandataire.follow(f"{GRANTS}/ecritures/{number}")
    assert [grant.amount for grant in stored(year).grants] == [15_000, 30_000]


def test_that_click_is_taken_back(mandataire: Browser, year: YearKey) -> None:
    page = mandataire.follow(f"{GRANTS}/ecritures/{received(year)}")
    mandataire.follow(*undo_of(page.text))
    assert not stored(year).grants


def test_a_second_click_writes_nothing_more(mandataire: Browser, year: YearKey) -> None:
    number = received(year)
    for _ in range(2):
        page = mandataire.follow(f"{GRANTS}/ecritures/{number}", {"cle": "une"})
    assert "« Mairie – Classe verte » est déjà dans le tableau." in text(page.text)
    assert len(stored(year).grants) == 1


@pytest.mark.parametrize("number", [999, 10**30])
def test_an_entry_that_is_not_there_is_not_found(mandataire: Browser, year: YearKey, number: int) -> None:
    assert mandataire.post(f"{GRANTS}/ecritures/{number}").status_code == 404
    assert not stored(year).grants


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Mairie – Classe verte", "commune"), ("Ville de Bar-le-Duc – Livres", "commune"),
        ("Conseil départemental – Car", "departement"), ("Conseil général 55", "departement"),
        ("Région Grand Est – Tablettes", "region"), ("Conseil Régional", "region"), ("DRAC – Artiste", "etat"),
        ("Ministère de l’Éducation nationale", "etat"), ("Agence de l’eau", "autre"), ("Général Motors", "departement"),
        ("Villeneuve – Don", "autre"),
    ],
)  # fmt: skip
def test_who_pays_is_guessed_from_the_label(label: str, kind: str) -> None:
    assert kind_called(label) == kind


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
        page = reader.get(GRANTS)
        assert "Mairie de Paris" in page.text
        assert without_form(page.text)
        assert reader.get(f"{GRANTS}/1").status_code == 403
        for address in ("", "/1", "/1/supprimer", "/ecritures/1"):
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
