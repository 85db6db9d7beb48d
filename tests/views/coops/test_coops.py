"""The screens by which an association keeps its cooperatives and their accounts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from retkoop.actions.accounts import NewAccount, make_account
from retkoop.audit import OPERATOR
from retkoop.models import Cooperative, Person, Year, find_coop
from tests.factories import PASSWORD, a_coop, a_department, a_person, a_year
from tests.views.conftest import Browser, form_of

PLACE = "/ad/075/coops"
NEW = {
    "identifiant": "075 – 1234", "nom": "Les Lilas", "uai": "0751234a", "adresse": "Paris", "compte": "514",
    "exercice": "2024-2025", "banque": "1 000,50", "caisse": "20", "report": "",
}  # fmt: skip


@pytest.fixture
def association(app: Flask, browse: Callable[[], Browser]) -> Browser:
    a_department()
    a_person("asso", "ad")
    return browse().sign_in("asso")


def test_a_cooperative_is_made_from_the_form(association: Browser) -> None:
    assert "Créez la première" in association.get(PLACE).text
    association.get(PLACE + "/nouvelle")
    page = association.follow(PLACE + "/nouvelle", NEW)
    assert "Personne ne se connecte encore" in page.text
    year = Year.get(Year.coop == "075-1234")
    assert (year.bank_account, year.opening_bank, year.opening_carried) == ("514", 100_050, 102_050)
    assert "Les Lilas" in association.get(PLACE + "?q=lilas").text
    assert "Aucune coopérative ne correspond" in association.get(PLACE + "?q=roses").text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"identifiant": "013-1234"}, "comme 075-1234"), ({"identifiant": ""}, "Ce champ est à remplir"),
        ({"uai": "0131234A"}, "pas celui d’une école du département 075"), ({"nom": ""}, "Ce champ est à remplir"),
        ({"banque": "beaucoup"}, "pas lisible"), ({"exercice": "2001-2002"}, "Ce choix n’existe pas"),
        ({"exercice": "plus-tard"}, "commence avec ces soldes"), ({"compte": "515"}, "Ce choix n’existe pas"),
    ],
)  # fmt: skip
def test_a_refused_form_says_why_and_keeps_what_was_typed(
    association: Browser, changed: dict[str, str], said: str
) -> None:
    association.get(PLACE + "/nouvelle")
    answer = association.post(PLACE + "/nouvelle", {**NEW, **changed})
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="Paris"' in answer.text
    assert Cooperative.select().count() == 0


def test_sent_twice_it_is_made_once(association: Browser) -> None:
    association.get(PLACE + "/nouvelle")
    association.post(PLACE + "/nouvelle", NEW)
    answer = association.post(PLACE + "/nouvelle", NEW)
    assert (answer.status_code, Cooperative.select().count()) == (422, 1)
    assert "déjà celui d’une coopérative" in answer.text


def test_its_identity_is_corrected_and_two_at_once_are_told(association: Browser) -> None:
    a_coop()
    page = association.get(PLACE + "/075-0001/identite")
    version = re.search(r'name="version" value="(\d+)"', page.text)
    assert version is not None
    typed = {"nom": "Les Roses", "uai": "0750002B", "version": version[1], "effectif": "120"}
    assert "Identité enregistrée" in association.follow(PLACE + "/075-0001/identite", typed).text
    assert find_coop("075-0001").name == "Les Roses"  # type: ignore[union-attr]
    answer = association.post(PLACE + "/075-0001/identite", {**typed, "nom": "Les Iris"})
    assert (answer.status_code, "Les Iris" in answer.text) == (409, True)
    assert association.post(PLACE + "/075-0001/identite", {**typed, "uai": "x"}).status_code == 422


def test_it_closes_opens_again_and_becomes_part_of_another(association: Browser) -> None:
    a_coop()
    a_coop("075-0002", name="Les Iris")
    place = PLACE + "/075-0001"
    association.get(place + "/identite")
    assert association.post(place + "/fermeture", {"jour": ""}).status_code == 422
    assert "fermée le 05/09/2024" in association.follow(place + "/fermeture", {"jour": "2024-09-05"}).text
    assert "de nouveau ouverte" in association.follow(place + "/reouverture").text
    assert association.post(place + "/reouverture").status_code == 422
    assert association.post(place + "/reunion", {"dans": "013-0001"}).status_code == 422
    done = association.follow(place + "/reunion", {"dans": "075-0002", "comptes": "oui"})
    assert "fait maintenant partie de 075-0002" in done.text


def test_those_who_keep_the_other_read_its_archives_and_write_nothing(
    association: Browser, browse: Callable[[], Browser]
) -> None:
    key = a_year()
    Year.update(state="validated").where(key.of(Year)).execute()
    a_coop("075-0002")
    a_person("dominique", coop_identifier="075-0002")
    a_person("verif", "verificateur", coop_identifier="075-0002")
    dominique, verifier = browse().sign_in("dominique"), browse().sign_in("verif")
    assert dominique.get("/coop/075-0001/2024-2025/cahier").status_code == 404
    association.get(PLACE + "/075-0001/identite")
    association.follow(PLACE + "/075-0001/reunion", {"dans": "075-0002"})
    assert dominique.get("/coop/075-0001/2024-2025/cahier").status_code == 200
    assert dominique.post("/coop/075-0001/identite", {"adresse": "Ici"}).status_code == 403
    assert dominique.post("/coop/075-0001/2024-2025/quitus/tirage").status_code == 403
    assert verifier.get("/coop/075-0001/2024-2025/cahier").status_code == 404


@pytest.mark.parametrize("asked", ["q=%00", "q=%25", "page=0", "page=99999", "page=x", "q=" + "a%20" * 50])
def test_no_question_to_the_list_is_an_error(association: Browser, asked: str) -> None:
    a_coop()
    assert association.get(f"{PLACE}?{asked}").status_code == 200


def test_a_long_list_comes_page_by_page(association: Browser) -> None:
    for number in range(1, 106):
        a_coop(f"075-{number:04d}")
    first, second = association.get(PLACE).text, association.get(PLACE + "?page=2").text
    assert "105 coopératives" in first
    assert ("075-0100" in first, "075-0101" in first) == (True, False)
    assert ("075-0100" in second, "075-0105" in second) == (False, True)


@pytest.mark.parametrize("number", ["9999999999999999999", "0"])
def test_a_number_that_is_nobodys_is_not_found(association: Browser, number: str) -> None:
    a_coop()
    association.get(PLACE)
    assert association.get(f"{PLACE}/importer/{number}").status_code in (400, 404)
    assert association.post(f"{PLACE}/075-0001/acces/{number}/fin").status_code in (400, 404)


# ---- Accounts


def test_an_account_is_given_and_its_password_shown_once(association: Browser, browse: Callable[[], Browser]) -> None:
    a_coop()
    place = PLACE + "/075-0001/acces"
    form = form_of(association.get(place), "account-form")
    typed = {**form, "nom": "Anne Petit", "fin": "2031-08-31"}
    answer = association.post(place, typed)
    secret = re.search(r'Mot de passe provisoire</dt><dd class="secret">([^<]+)', answer.text)
    assert secret is not None
    assert secret[1] not in association.get(place).text
    assert association.post(place, typed).status_code == 422
    assert Person.select().where(Person.role == "mandataire").count() == 1
    first = browse().sign_in("075-0001", secret[1])
    assert first.get("/coop/075-0001/").headers["Location"] == "/mot-de-passe"


def test_an_activation_link_is_followed_to_the_cahier(association: Browser, browse: Callable[[], Browser]) -> None:
    a_year()
    place = PLACE + "/075-0001/acces"
    form = form_of(association.get(place), "account-form")
    answer = association.post(place, {**form, "nom": "Anne Petit", "acces": "lien"})
    link = re.search(r'id="lien-adresse" value="http://localhost([^"]+)"', answer.text)
    assert link is not None
    anne = browse()
    assert "Anne Petit" in anne.get(link[1]).text
    assert anne.post(link[1], {"nouveau": PASSWORD, "encore": "autre"}).status_code == 422
    assert anne.post(link[1], {"nouveau": "court", "encore": "court"}).status_code == 422
    answer = anne.post(link[1], {"nouveau": PASSWORD, "encore": PASSWORD})
    assert answer.headers["Location"] == "/coop/075-0001/"
    assert anne.get("/coop/075-0001/2024-2025/").status_code == 200
    assert browse().get(link[1]).status_code == 404
    assert browse().get("/activation/inconnu").status_code == 404


def test_accounts_are_renewed_bounded_and_ended(association: Browser) -> None:
    given = make_account(OPERATOR, a_coop(), NewAccount("075-0001", "Anne Petit"), by_link=False)
    place = f"{PLACE}/075-0001/acces"
    one = f"{place}/{given.person.id}"
    association.get(place)
    assert "Mot de passe provisoire" in association.post(one + "/mot-de-passe").text
    assert "lien-adresse" in association.post(one + "/lien").text
    assert "jusqu’au 31/08/2031" in association.follow(one + "/mandat", {"fin": "2031-08-31"}).text
    assert association.post(one + "/mandat", {"fin": "1999-08-31"}).status_code == 422
    assert "terminé" in association.follow(one + "/fin").text
    assert "rétabli" in association.follow(one + "/retour").text


def test_a_mandate_that_is_over_lets_nobody_in(association: Browser, browse: Callable[[], Browser]) -> None:
    a_year()
    person = a_person()
    Person.update(expires_on="2001-08-31").where(Person.id == person.id).execute()
    guest = browse()
    guest.get("/connexion")
    answer = guest.post("/connexion", {"identifiant": "075-0001", "mot_de_passe": PASSWORD})
    assert answer.status_code == 422
    assert "demandez à votre association départementale" in answer.text


def test_what_is_another_departements_is_not_there(association: Browser) -> None:
    a_coop("013-0001", name="Le Port")
    stranger = make_account(OPERATOR, find_coop("013-0001"), NewAccount("013-0001", "Jean"), by_link=False)  # type: ignore[arg-type]
    a_coop()
    association.get(PLACE)
    assert "Le Port" not in association.get(PLACE).text
    for address in ("/ad/075/coops/013-0001/identite", "/ad/013/coops/013-0001/acces", "/ad/013/coops"):
        assert association.get(address).status_code == 404
    hidden = {"dans": "013-0001", "identifiant": "013-0001", "departement": "013", "fin": ""}
    assert association.post(f"{PLACE}/075-0001/acces/{stranger.person.id}/fin", hidden).status_code == 404
    assert association.post(f"{PLACE}/013-0001/reunion", hidden).status_code == 404
    assert association.post(f"{PLACE}/075-0001/reunion", hidden).status_code == 422
    assert not Person.get_by_id(stranger.person.id).disabled
