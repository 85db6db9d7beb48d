"""The fiche identité on screen: read by all of the coop and its AD, kept by its mandataires."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from retkoop.forms.identity import account_number, is_account_number, spaced
from retkoop.models import Cooperative, Person, YearKey, find_coop
from tests.factories import a_person
from tests.support import pages
from tests.views.conftest import Browser

PAGE = "/coop/075-0001/identite"
IBAN = "FR76 3000 6000 0112 3456 7890 189"
GOOD = {
    "adresse": "12 rue des Tilleuls, 75011 Paris", "telephone": "01 23 45 67 89", "mail": "ce.0750001a@ac-paris.fr",
    "effectif": "212", "banque": "BRED", "compte": IBAN.lower(), "version": "1",
}  # fmt: skip


def coop() -> Cooperative:
    found = find_coop("075-0001")
    assert found is not None
    return found


def test_a_mandataire_keeps_it(mandataire: Browser) -> None:
    mandataire.get(PAGE)
    page = mandataire.follow(PAGE, GOOD).text
    assert "Fiche identité enregistrée." in page
    assert IBAN in page
    assert (coop().account, coop().headcount, coop().phone) == (account_number(IBAN), 212, "01 23 45 67 89")
    assert "Rien n’a changé." in mandataire.follow(PAGE, {**GOOD, "version": "2"}).text


def test_its_name_and_its_uai_are_the_associations(mandataire: Browser) -> None:
    mandataire.get(PAGE)
    mandataire.follow(PAGE, {**GOOD, "nom": "Autre", "name": "Autre", "uai": "X", "identifiant": "075-0002"})
    assert (coop().name, coop().uai) == ("Coopérative 075-0001", "0750001A")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("mail", "pas une adresse"), ("mail", "a@b"), ("mail", "x" * 201), ("telephone", "appelez-moi"),
        ("telephone", "12"), ("effectif", "beaucoup"), ("effectif", "5001"), ("effectif", "-1"),
        ("compte", "FR76 3000 6000 0112 3456 7890 188"), ("compte", "1234"), ("adresse", "x" * 301),
        ("banque", "x" * 121),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_under_its_field_and_nothing_is_kept(
    mandataire: Browser, field: str, typed: str
) -> None:
    mandataire.get(PAGE)
    answer = mandataire.post(PAGE, {**GOOD, field: typed})
    assert answer.status_code == 422
    assert f'id="{field}-faute"' in answer.text
    assert form_of_page(answer)["banque"] == ("x" * 121 if field == "banque" else "BRED")
    assert coop().bank == ""


def form_of_page(answer: Any) -> dict[str, str]:

    fields = [one for one in pages.parse(answer.text).iter("input") if one.get("name")]
    return {str(one.get("name")): one.get("value") or "" for one in fields}


def test_two_people_who_change_it_see_both(mandataire: Browser) -> None:
    mandataire.get(PAGE)
    mandataire.follow(PAGE, GOOD)
    answer = mandataire.post(PAGE, {**GOOD, "banque": "Crédit Mutuel"})
    assert answer.status_code == 409
    assert "Enregistré maintenant : BRED." in answer.text
    assert form_of_page(answer)["version"] == "2"
    mandataire.follow(PAGE, {**GOOD, "banque": "Crédit Mutuel", "version": "2"})
    assert coop().bank == "Crédit Mutuel"


def test_each_changes_how_they_are_reached_and_nobody_elses(mandataire: Browser) -> None:
    other = a_person("075-0001-b", name="Karim")
    mandataire.get(PAGE)
    told = {"moi-nom": "Camille", "moi-mail": "c@exemple.fr", "moi-telephone": "", "id": str(other.id)}
    page = mandataire.follow(PAGE + "/moi", told).text
    assert "Vos coordonnées sont enregistrées." in page
    assert "c@exemple.fr" in page
    assert "Karim" in page
    assert (Person.get_by_id(other.id).name, Person.get_by_id(other.id).mail) == ("Karim", "")
    answer = mandataire.post(PAGE + "/moi", {**told, "moi-mail": "nulle part"})
    assert (answer.status_code, 'id="moi-mail-faute"' in answer.text) == (422, True)


def test_a_verifier_and_the_association_read_it(
    mandataire: Browser, verifier: Browser, browse: Callable[[], Browser], year: YearKey
) -> None:
    mandataire.get(PAGE)
    mandataire.follow(PAGE, GOOD)
    a_person("association", "ad")
    for reader in (verifier, browse().sign_in("association")):
        page = reader.get(PAGE).text
        assert "12 rue des Tilleuls" in page
        assert "Enregistrer" not in page
        assert reader.post(PAGE, GOOD).status_code == 403


def test_it_is_among_the_tiles(mandataire: Browser) -> None:
    assert f'href="{PAGE}"' in mandataire.get("/coop/075-0001/2024-2025/").text


@pytest.mark.parametrize(
    ("number", "right"),
    [(IBAN, True), ("GB82 WEST 1234 5698 7654 32", True), ("FR76 3000 6000 0112 3456 7890 188", False), ("FR76", False),
     ("", False), ("3000 6000 0112", False), ("FR76" + "9" * 40, False)],
)  # fmt: skip
def test_an_account_number_is_known_by_its_own_check(number: str, right: bool) -> None:
    assert is_account_number(account_number(number)) is right


def test_an_account_number_is_shown_by_fours() -> None:
    assert spaced(account_number("fr76-3000 6000\u00a00112 3456 7890 189")) == IBAN
