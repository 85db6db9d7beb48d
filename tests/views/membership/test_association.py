"""The AD’s adhésions: its rates, the list of the year, payments recorded, corrected, cancelled."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from retkoop.membership import PAID, SENT, Rates
from retkoop.membership_rows import membership_of, terms_for
from retkoop.models import YearKey
from tests.factories import a_coop, a_person
from tests.support.joined import ask, pay, send
from tests.views.conftest import Browser

LIST = "/ad/075/adhesions"
TERMS_PAGE = f"{LIST}/tarifs"
FILE = f"{LIST}/075-0001/2024-2025"
RATES = {
    "enfant": "1,50", "adulte": "5", "fixe": "10", "assurance_enfant": "0,50", "echeance": "2024-11-30",
    "ordre": "OCCE 075", "iban": "FR76 3000 6000 0112 3456 7890 189", "paiement": "Un chèque.\nUn bulletin.",
    "phrase": "Je m’engage.", "version": "0", "annee": "2024-2025",
}  # fmt: skip
PAYMENT = {"jour": "2024-11-20", "montant": "100", "moyen": "cheque", "reference": "0000042", "cle": "un"}


def text(page: str) -> str:
    return page.replace("\u00a0", " ").replace("&nbsp;", " ").replace("\u202f", " ")


@pytest.fixture
def association(year: YearKey, browse: Callable[[], Browser]) -> Browser:
    a_person("asso", "ad", name="Michel")
    return browse().sign_in("asso")


@pytest.fixture
def sent(year: YearKey) -> YearKey:
    ask()
    send(year)
    return year


# ---- Rates


def test_rates_are_said_for_a_year_and_go_on(association: Browser) -> None:
    page = association.follow(TERMS_PAGE, RATES).text
    assert "Tarifs enregistrés à partir de 2024-2025." in page
    terms = terms_for("075", 2026)
    assert terms is not None
    assert terms.rates == Rates(150, 500, 1_000, 50)
    assert (terms.payee, terms.payment, terms.pledge) == ("OCCE 075", "Un chèque.\nUn bulletin.", "Je m’engage.")
    later = association.get(f"{TERMS_PAGE}?annee=2025-2026").text
    assert "tarifs de 2024-2025, qui continuent" in later
    assert 'value="2025-11-30"' in later
    assert 'value="1,50"' in later
    assert ">Un chèque.\nUn bulletin.</textarea>" in later
    association.follow(TERMS_PAGE, {**RATES, "annee": "2025-2026", "enfant": "9", "echeance": ""})
    assert terms_for("075", 2024).rates.child == 150  # type: ignore[union-attr]
    assert terms_for("075", 2025).rates.child == 900  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"enfant": "beaucoup"}, "n’est pas lisible"),
        ({"enfant": "100,01"}, "100,00 € au plus"),
        ({"fixe": "-3"}, "sans le signe moins"),
        ({"enfant": "", "adulte": "", "fixe": "", "assurance_enfant": ""}, "au moins un tarif"),
        ({"echeance": "2026-11-30"}, "un jour de l’année scolaire"),
        ({"iban": "FR76 3000"}, "n’est pas un IBAN"),
        ({"phrase": " "}, "Ce champ est à remplir."),
        ({"paiement": "x" * 1_001}, "trop long"),
    ],
)
def test_what_is_wrong_with_rates_is_told(association: Browser, typed: dict[str, str], words: str) -> None:
    association.get(TERMS_PAGE)
    answer = association.post(TERMS_PAGE, {**RATES, **typed})
    assert answer.status_code == 422
    assert words in text(answer.text)
    assert terms_for("075", 2024) is None


def test_rates_changed_by_a_colleague_meanwhile_are_shown_again(association: Browser) -> None:
    association.get(TERMS_PAGE)
    ask()
    answer = association.post(TERMS_PAGE, RATES)
    assert answer.status_code == 409
    assert "entre-temps" in answer.text
    assert association.post(TERMS_PAGE, {**RATES, "version": "1"}).status_code == 303


# ---- The list


def test_the_list_shows_where_each_stands_and_is_looked_through(association: Browser, sent: YearKey) -> None:
    a_coop("075-0002", name="Les Lilas")
    pay(sent, 4_000)
    page = text(association.get(f"{LIST}?annee=2024-2025").text)
    for words in ("payée en partie", "exercice pas ouvert", "100,00", "40,00", "60,00", "2 coopératives", FILE):
        assert words in page, words
    page = association.get(f"{LIST}?annee=2024-2025&etat=payee_en_partie").text
    assert "Les Lilas" not in page
    assert "1 coopérative sur 2" in page
    assert "Aucune coopérative ne correspond" in association.get(f"{LIST}?annee=2024-2025&cherche=zzz").text


def test_the_list_says_when_rates_are_missing(association: Browser) -> None:
    assert "Indiquer les tarifs" in association.get(LIST).text


@pytest.mark.parametrize("extension", ["csv", "xlsx", "ods"])
def test_the_list_is_taken_away(association: Browser, sent: YearKey, extension: str) -> None:
    answer = association.get(f"{LIST}.{extension}?annee=2024-2025")
    name = f'attachment; filename="adhesions-075-2024-2025.{extension}"'
    assert answer.headers["Content-Disposition"] == name
    if extension == "csv":
        assert "075-0001" in answer.text
        assert "100,00" in answer.text


# ---- Payments


def test_a_payment_in_full_gives_the_certificate(association: Browser, sent: YearKey) -> None:
    page = text(association.get(FILE).text)
    assert "Joindre la coopérative" in page
    assert 'value="100,00"' in page
    page = association.follow(f"{FILE}/paiements", PAYMENT).text
    assert "L’attestation est prête" in page
    assert "075-2024-2025-0001" in page
    assert membership_of(sent).state == PAID
    assert association.post(f"{FILE}/paiements", PAYMENT).status_code == 303
    assert len(membership_of(sent).payments) == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"montant": ""}, "Indiquez un montant"),
        ({"montant": "0"}, "Indiquez un montant"),
        ({"montant": "-5"}, "sans le signe moins"),
        ({"jour": "2030-01-01"}, "Choisissez un jour"),
        ({"jour": "2020-01-01"}, "Choisissez un jour"),
        ({"jour": "hier"}, "Écrivez la date"),
        ({"moyen": "troc"}, "Ce choix n’existe pas"),
        ({"reference": "x" * 61}, "trop long"),
    ],
)
def test_what_is_wrong_with_a_payment_is_told(
    association: Browser, sent: YearKey, typed: dict[str, str], words: str
) -> None:
    association.get(FILE)
    answer = association.post(f"{FILE}/paiements", {**PAYMENT, **typed})
    assert answer.status_code == 422
    assert words in answer.text
    assert membership_of(sent).payments == ()


def test_too_much_is_recorded_and_shown(association: Browser, sent: YearKey) -> None:
    page = text(association.follow(f"{FILE}/paiements", {**PAYMENT, "montant": "110"}).text)
    assert "Payé en trop" in page
    assert "10,00 de trop" in text(association.get(f"{LIST}?annee=2024-2025").text)


def test_a_payment_is_corrected_with_a_reason_then_cancelled(association: Browser, sent: YearKey) -> None:
    association.follow(f"{FILE}/paiements", PAYMENT)
    one = f"{FILE}/paiements/1"
    assert "annule aussi" in text(association.get(one).text)
    change = {**PAYMENT, "montant": "90", "version": "1"}
    assert "Dites pourquoi" in association.post(one, change).text
    page = text(association.follow(one, {**change, "motif": "Lu trop vite"}).text)
    assert "corrigé : Lu trop vite" in page
    assert "annulée avec le paiement" in page
    stale = association.post(one, {**change, "motif": "Encore"})
    assert (stale.status_code, "entre-temps" in stale.text) == (409, True)
    assert association.post(f"{one}/annuler", {"version": "2"}).status_code == 422
    page = text(association.follow(f"{one}/annuler", {"version": "2", "raison": "Chèque refusé"}).text)
    assert "annulé</strong> : Chèque refusé" in page
    assert membership_of(sent).state == SENT
    assert association.get(f"{FILE}/paiements/2").status_code == 404


def test_nothing_is_recorded_for_what_was_not_sent(association: Browser, year: YearKey) -> None:
    assert "rien envoyé" in association.get(FILE).text
    assert association.post(f"{FILE}/paiements", PAYMENT).status_code == 409


def test_another_association_learns_nothing(association: Browser, sent: YearKey, browse: Callable[[], Browser]) -> None:
    a_coop("013-0001")
    a_person("autre", "ad", department="013")
    other = browse().sign_in("autre")
    for address in (LIST, TERMS_PAGE, FILE, "/ad/013/adhesions/075-0001/2024-2025"):
        assert other.get(address).status_code == 404
    assert other.post(f"{FILE}/paiements", PAYMENT).status_code == 404
    assert membership_of(sent).payments == ()
    assert terms_for("013", 2024) is None
