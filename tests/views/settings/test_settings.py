"""The settings of an association: what each part of the page keeps or refuses, and where people then read it."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask

from retkoop.actions.settings import save_profile
from retkoop.ad_settings import profile_part, seal
from retkoop.models import Year, YearKey
from retkoop.settings_rows import profile_of, settings_for
from tests.factories import SOMEONE, a_department, a_person, an_entry
from tests.support.papers import picture
from tests.views.conftest import Browser

PLACE = "/ad/075/reglages"
CONTACT = {
    "contact": "Claire Aubert", "adresse": " 6 rue des Écoles \r\n75005 Paris", "telephone": "01 99 00 00 75",
    "mail": "cooperatives@occe75.example",
}  # fmt: skip
TEXTS = {
    "accueil": "Relisez <b>tout</b> ; merci : https://occe.fr/aide.",
    "cloture": "",
    "documents": "",
    "validation": "",
}
RULES = {
    "limite": "5",
    "jour": "2025-09-10",
    "presentation": "releve",
    "verificateurs": "3",
    "signataires": "Le mandataire",
}
ASKED = {"demande_subvention": "oui", "demande_operation": "oui", "nom_0": "Attestation", "aide_0": "De l’année."}


@pytest.fixture
def association(app: Flask, browse: Callable[[], Browser]) -> Browser:
    a_department()
    a_person("asso", "ad", name="Dominique")
    return browse().sign_in("asso")


def seen(browser: Browser, part: str, address: str = PLACE) -> str:
    """Give the fingerprint that the page shows for a part."""
    found = re.search(rf'action="{PLACE}/{part}".*?name="vu" value="([0-9a-f]*)"', browser.get(address).text, re.DOTALL)
    assert found, part
    return found[1]


def save(browser: Browser, part: str, typed: dict[str, str]) -> str:
    return browser.follow(f"{PLACE}/{part}", {**typed, "vu": seen(browser, part)}).text


def test_an_empty_page_says_what_is_not_said_yet(association: Browser) -> None:
    text = association.get(PLACE).text
    for words in ("ne savent pas comment vous joindre", "Aucun logo", "Aucun réglage n’a encore été changé"):
        assert words in text
    assert "À partir de l’exercice 2024-2025" in text
    assert f'<a href="{PLACE}" aria-current="page">Réglages</a>' in text


def test_each_part_is_kept_and_told_with_who_changed_it(association: Browser) -> None:
    assert "Réglages enregistrés" in save(association, "contact", CONTACT)
    assert "Rien n’a changé" in save(association, "contact", CONTACT)
    save(association, "textes", TEXTS)
    save(association, "identifiants", {"schema": "uai"})
    save(association, "regles/2024-2025", RULES)
    text = save(association, "documents/2024-2025", ASKED)
    profile, settings = profile_of("075"), settings_for("075", 2024)
    assert profile.address == "6 rue des Écoles\n75005 Paris"
    assert profile.home_text == TEXTS["accueil"]
    assert (profile.scheme, settings.unticked_limit, settings.closing_delay_days) == ("uai", 5, 10)
    assert (settings.presentation, settings.verifiers, settings.signers) == ("releve", 3, ("Le mandataire",))
    assert settings.waived == {"report"}
    assert [(own.label, own.hint) for own in settings.own_documents] == [("Attestation", "De l’année.")]
    assert "Dominique : Documents demandés" in text.replace("\u00a0", " ").replace("&nbsp;", " ")
    assert "Opérations non pointées admises : 10 → 5" in text.replace("&nbsp;", " ")
    # What is saved comes back, and its number with it: emptied, it is not asked for any more.
    number = settings.own_documents[0].number
    assert f'name="numero_0" value="{number}"' in text
    save(association, "documents/2024-2025", {**ASKED, "numero_0": str(number), "nom_0": "", "aide_0": ""})
    assert settings_for("075", 2024).own_documents == ()


def test_rules_are_those_of_the_exercice_that_is_shown(association: Browser) -> None:
    save(association, "regles/2024-2025", RULES)
    address = f"{PLACE}?exercice=2025-2026"
    token = seen(association, "regles/2025-2026", address)
    association.follow(f"{PLACE}/regles/2025-2026", {**RULES, "jour": "2026-09-10", "limite": "7", "vu": token})
    assert [settings_for("075", start).unticked_limit for start in (2024, 2025, 2026)] == [5, 7, 7]
    assert "jusqu’à 2025-2026, qui a ses propres règles" in association.get(f"{PLACE}?exercice=2024-2025").text
    assert "À partir de l’exercice 2024-2025" in association.get(f"{PLACE}?exercice=1999-2000").text
    assert association.post(f"{PLACE}/regles/2019-2020", RULES).status_code == 404


@pytest.mark.parametrize(
    ("part", "typed", "said"),
    [
        ("contact", {**CONTACT, "mail": "claire"}, "Écrivez l’adresse comme nom@exemple.fr"),
        ("contact", {**CONTACT, "telephone": "demain"}, "Écrivez le numéro comme"),
        ("contact", {**CONTACT, "adresse": "a\nb\nc\nd\ne\nf"}, "trop de lignes : 5"),
        ("textes", {**TEXTS, "cloture": "x" * 601}, "600 caractères au plus (ici 601)"),
        ("textes", {**TEXTS, "cloture": "\n".join("abcdefghi")}, "trop de lignes : 8"),
        ("identifiants", {"schema": "siret"}, "Ce choix n’existe pas"),
        ("regles/2024-2025", {**RULES, "limite": ""}, "un nombre de 0 à 999"),
        ("regles/2024-2025", {**RULES, "limite": "1000"}, "un nombre de 0 à 999"),
        ("regles/2024-2025", {**RULES, "limite": "dix"}, "Écrivez un nombre entier"),
        ("regles/2024-2025", {**RULES, "jour": "2025-08-30"}, "Choisissez un jour entre le 31/08/2025"),
        ("regles/2024-2025", {**RULES, "jour": "2025-10-01"}, "où les comptes rendus sont attendus"),
        ("regles/2024-2025", {**RULES, "verificateurs": "1"}, "Ce choix n’existe pas"),
        ("regles/2024-2025", {**RULES, "presentation": "autre"}, "Ce choix n’existe pas"),
        ("regles/2024-2025", {**RULES, "signataires": "a\nb\nc\nd"}, "trop de lignes : 3"),
        ("regles/2024-2025", {**RULES, "signataires": "x" * 41}, "40 caractères au plus"),
        ("documents/2024-2025", {**ASKED, "nom_0": ""}, "Ce champ est à remplir"),
        ("documents/2024-2025", {**ASKED, "nom_1": "attestation"}, "le même nom"),
        ("documents/2024-2025", {**ASKED, "nom_1": "x" * 81}, "80 caractères au plus"),
    ],
)  # fmt: skip
def test_what_is_refused_is_said_under_its_field_and_nothing_is_kept(
    association: Browser, part: str, typed: dict[str, str], said: str
) -> None:
    before = profile_of("075"), settings_for("075", 2024)
    answer = association.post(f"{PLACE}/{part}", {**typed, "vu": seen(association, part)})
    assert answer.status_code == 422
    assert answer.text.count(said) == 2, "in the summary and under the field"
    assert 'aria-invalid="true"' in answer.text
    assert (profile_of("075"), settings_for("075", 2024)) == before


def test_what_somebody_else_saved_meanwhile_is_shown_beside_what_was_typed(association: Browser) -> None:
    token = seen(association, "contact")
    theirs = {**profile_part(profile_of("075"), "contact"), "phone": "01 02 03 04 05"}
    save_profile(SOMEONE, "075", "contact", seal(profile_part(profile_of("075"), "contact")), theirs)
    answer = association.post(f"{PLACE}/contact", {**CONTACT, "vu": token})
    assert answer.status_code == 409
    assert "Enregistré maintenant : 01 02 03 04 05" in answer.text
    assert 'value="01 99 00 00 75"' in answer.text
    # What the page now shows has been seen: saved again, it replaces it.
    again = re.search(rf'action="{PLACE}/contact".*?name="vu" value="([0-9a-f]*)"', answer.text, re.DOTALL)
    assert again
    association.follow(f"{PLACE}/contact", {**CONTACT, "vu": again[1]})
    assert profile_of("075").phone == "01 99 00 00 75"


@pytest.mark.parametrize(("part", "typed"), [("regles", RULES), ("documents", ASKED)])
def test_rules_saved_meanwhile_are_shown_too(association: Browser, part: str, typed: dict[str, str]) -> None:
    token = seen(association, f"{part}/2024-2025")
    save(association, f"{part}/2024-2025", {**typed, "nom_0": "Liste", "limite": "4", "presentation": "comptable"})
    answer = association.post(f"{PLACE}/{part}/2024-2025", {**typed, "vu": token})
    assert answer.status_code == 409
    wanted = {"regles": ("maintenant : 4", "maintenant : Solde du cahier"), "documents": ("maintenant : Liste",)}
    assert all(words in answer.text for words in wanted[part])


def test_the_rules_of_a_validated_year_are_shown_and_no_more_changed(association: Browser, year: YearKey) -> None:
    save(association, "regles/2024-2025", RULES)
    token = seen(association, "regles/2024-2025")
    Year.update(state="validated").execute()
    text = association.get(f"{PLACE}?exercice=2024-2025").text
    assert "celles de 2024-2025 ne changent plus" in text
    assert f'action="{PLACE}/regles' not in text
    assert "3 vérificateurs, Le mandataire" in text
    answer = association.post(f"{PLACE}/regles/2024-2025", {**RULES, "limite": "9", "vu": token})
    assert (answer.status_code, "ne changent plus" in answer.text) == (409, True)
    assert settings_for("075", 2024).unticked_limit == 5
    # Without asking, the page shows the exercice whose rules still change.
    assert "À partir de l’exercice 2025-2026" in association.get(PLACE).text


# ---- Logo


def send_logo(browser: Browser, data: bytes, name: str = "logo.png") -> object:
    browser.get(PLACE)
    return browser.post(f"{PLACE}/logo", {"fichiers": (BytesIO(data), name)}, content_type="multipart/form-data")


def test_a_logo_is_shown_served_as_what_it_is_and_taken_out(
    association: Browser, browse: Callable[[], Browser]
) -> None:
    assert association.get(f"{PLACE}/logo").status_code == 404
    assert send_logo(association, picture(kind="JPEG", size=(900, 300))).status_code == 303
    assert 'alt="Logo de OCCE 075"' in association.get(PLACE).text
    answer = association.get(f"{PLACE}/logo")
    assert (answer.mimetype, answer.headers["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.data.startswith(b"\x89PNG")
    assert browse().get(f"{PLACE}/logo").status_code == 302
    association.get(PLACE)
    association.follow(f"{PLACE}/logo/retirer")
    assert association.get(f"{PLACE}/logo").status_code == 404


@pytest.mark.parametrize(("data", "said"), [(b"<svg/>", "pas accepté"), (b"%PDF-1.4", "ni un PDF"), (b"", "vide")])
def test_what_is_no_logo_is_refused_with_a_sentence(association: Browser, data: bytes, said: str) -> None:
    answer = send_logo(association, data)
    assert answer.status_code == 422
    assert said in answer.text
    assert '<li><a href="#logo-fichier">' in answer.text, "the summary on top leads to the field"
    assert 'id="logo-faute"' in answer.text
    assert "Choisissez d’abord un fichier" in association.post(f"{PLACE}/logo").text


# ---- Where people read it


def test_mandataires_read_how_to_reach_it_and_its_own_words(
    association: Browser, year: YearKey, browse: Callable[[], Browser]
) -> None:
    a_person()
    mandataire = browse().sign_in("075-0001")
    home = "/coop/075-0001/2024-2025/"
    assert "Votre association départementale</h2>" not in mandataire.get(home).text, "nothing is said yet"
    save(association, "contact", CONTACT)
    save(association, "textes", {**TEXTS, "cloture": "Avant de clore.", "documents": "Avant d’envoyer."})
    text = mandataire.get(home).text
    assert 'href="tel:0199000075"' in text
    assert "6 rue des Écoles<br>75005 Paris" in text
    assert "Relisez &lt;b&gt;tout&lt;/b&gt;\u00a0; merci\u00a0:" in text
    assert '<a href="https://occe.fr/aide" rel="noopener noreferrer">https://occe.fr/aide</a>.' in text
    assert 'href="mailto:cooperatives@occe75.example"' in mandataire.get(f"{home}envoi").text
    assert "Avant de clore." in mandataire.get(f"{home}cloture").text
    assert "Avant d’envoyer." in mandataire.get(f"{home}documents").text


def test_the_quitus_the_documents_and_the_grants_follow_the_rules(
    association: Browser, year: YearKey, browse: Callable[[], Browser]
) -> None:
    an_entry(year)
    a_person()
    mandataire = browse().sign_in("075-0001")
    save(association, "regles/2024-2025", RULES)
    save(association, "documents/2024-2025", {"nom_0": "Attestation", "aide_0": "De l’année."})
    home = "/coop/075-0001/2024-2025/"
    quitus = mandataire.get(f"{home}quitus").text
    assert "Trois vérificateurs aux comptes" in quitus
    assert "Signent aussi&nbsp;: Le mandataire." in quitus
    documents = mandataire.get(f"{home}documents").text
    assert ("Attestation" in documents, "Opération non pointée" in documents) == (True, False)
    grant = {"organisme": "Ville", "nature": "commune", "objet": "x", "date": "2024-11-04", "montant": "10", "pj": ""}
    mandataire.get(f"{home}subventions")
    mandataire.post(f"{home}subventions", grant)
    assert "non demandé" in mandataire.get(f"{home}subventions").text


def test_new_cooperatives_are_asked_for_in_its_scheme(association: Browser) -> None:
    save(association, "identifiants", {"schema": "numero"})
    page = association.get("/ad/075/coops/nouvelle").text
    assert "075-1234. Il ne changera plus." in page
    typed = {"identifiant": "0750002A", "nom": "Les Lilas", "compte": "512", "exercice": "plus-tard"}
    answer = association.post("/ad/075/coops/nouvelle", typed)
    assert (answer.status_code, "Votre association identifie" in answer.text) == (422, True)
