"""The screen of a bank statement: a file is sent, looked at, confirmed; what is refused says why in French."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from werkzeug.test import TestResponse

from retkoop.actions import reconciliation
from retkoop.file_tables import BankLine, BankStatement
from retkoop.models import Entry, Year, YearKey
from tests.factories import SOMEONE, a_person, an_entry
from tests.views.conftest import Browser, form_of

HOME = "/coop/075-0001/2024-2025/"
HEAD = "Date;Libellé;Montant\n"
CHEQUE, FEE = "12/11/2024;CHEQUE 8620041;-12,00\n", "29/11/2024;FRAIS TENUE DE COMPTE;-3,10\n"


def send(browser: Browser, text: str | bytes, name: str = "banque.csv") -> TestResponse:
    """Send a file of the bank, as the form does."""
    browser.get(HOME + "releve")
    data = text if isinstance(text, bytes) else text.encode()
    fields: dict[str, Any] = {"fichier": (BytesIO(data), name)}
    return browser.post(HOME + "releve/importes", fields, content_type="multipart/form-data", buffered=True)


def opened(browser: Browser, text: str | bytes, name: str = "banque.csv") -> str:
    """Send a file and give the page that comes."""
    answer = send(browser, text, name)
    assert answer.status_code == 303, answer.text
    return browser.get(answer.headers["Location"], follow_redirects=True).text


@pytest.fixture
def cheque(year: YearKey) -> YearKey:
    """Give the year with one cheque of 12,00 €."""
    an_entry(year, label="Librairie du Centre", cheque="8620041")
    return year


def test_a_clean_statement_is_ticked_from_its_page(mandataire: Browser, cheque: YearKey) -> None:
    page = opened(mandataire, HEAD + CHEQUE + "Solde au 30/11/2024;;988,00\n")
    assert "Confirmer la ligne sûre" in page
    assert "même n° de chèque" in page
    place = HOME + "releve/importes/1/confirmer"
    fields = {"vu": re.findall(r'name="vu" value="([0-9a-f]{64})"', page)[0]}
    after = mandataire.follow(place, fields).text
    assert "Une ligne pointée." in after
    assert re.search(r"<dt>Écart</dt><dd>0,00", after)
    assert Entry.get().ticked_on == date(2024, 11, 12)
    assert "déjà là" not in after


def test_the_form_works_with_nothing_chosen(mandataire: Browser, cheque: YearKey) -> None:
    mandataire.get(HOME + "releve")
    answer = mandataire.post(HOME + "releve/importes", {})
    assert answer.status_code == 422
    assert "Choisissez d’abord" in answer.text


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "vide.csv", "vide"),
        (b"%PDF-1.4", "releve.pdf", "PDF"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 40, "vieux.xls", ".xls"),
        (b"PK\x03\x04abc", "archive.zip", "abîmée"),
        (b"Bonjour\n", "lettre.csv", "n’est pas reconnu"),
        (HEAD.encode() + b"12/11/2023;CHEQUE;-12,00\n", "ancien.csv", "aucune de ses lignes"),
        (b"\0\1\2" * 30, "image.ofx", "n’est pas un relevé"),
    ],
)
def test_what_is_no_statement_is_refused_in_french_and_leaves_nothing(
    mandataire: Browser, cheque: YearKey, data: bytes, name: str, words: str
) -> None:
    answer = send(mandataire, data, name)
    assert (answer.status_code, words in answer.text) == (422, True), answer.text
    assert not BankStatement.select().exists()
    assert not BankLine.select().exists()


def test_a_faulty_line_is_named_and_its_table_may_be_read_otherwise(mandataire: Browser, cheque: YearKey) -> None:
    page = opened(mandataire, HEAD + CHEQUE + "31/02/2024;CARTE;-1,00\n")
    assert "Que disent les colonnes" in page
    place = HOME + "releve/importes/1/colonnes"
    refused = mandataire.post(place, form_fields(page))
    assert refused.status_code == 422
    assert re.search(r"Ligne.3", refused.text)
    assert not BankLine.select().exists()


def form_fields(page: str, **typed: str) -> dict[str, str]:
    """Give what the form of the columns would send."""
    chosen = re.findall(r'<select id="[^"]+" name="([^"]+)">(.*?)</select>', page, re.S)
    fields = {}
    for name, options in chosen:
        found = re.findall(r'value="([^"]*)" selected', options) or re.findall(r'value="([^"]*)"', options)
        fields[name] = found[0]
    return {**fields, **typed}


def test_the_columns_are_told_once_and_the_next_file_is_read_the_same(mandataire: Browser, cheque: YearKey) -> None:
    page = opened(mandataire, "4;12/11/2024;CHEQUE 8620041;12,00;988,00\n5;13/11/2024;CARTE;7,00;981,00\n")
    place = HOME + "releve/importes/1/colonnes"
    two = mandataire.post(place, form_fields(page, **{"colonne-0": "day"}))
    assert (two.status_code, "Deux colonnes" in two.text) == (422, True)
    told = {"colonne-0": "", "colonne-1": "day", "colonne-2": "label", "colonne-3": "debit", "colonne-4": "balance"}
    shown = mandataire.follow(place, form_fields(page, **told, titres="0")).text
    assert "Confirmer la ligne sûre" in shown
    assert "Corriger les colonnes lues" in shown
    opened(mandataire, "6;20/11/2024;PRLV ASSURANCE;5,00;976,00\n7;21/11/2024;CARTE;1,00;975,00\n", "suite.csv")
    assert [line.amount for line in BankLine.select().where(BankLine.statement == 2)] == [-500, -100]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"colonne-1": ""}, "quelle colonne est la date"),
        ({"colonne-2": ""}, "quelle colonne est le libellé"),
        ({"colonne-3": "", "colonne-4": ""}, "quelle colonne est le montant"),
        ({"colonne-3": "amount", "colonne-4": "debit"}, "Choisissez"),
        ({"colonne-1": "pirate"}, "quelle colonne est la date"),
    ],
)
def test_columns_that_cannot_be_read_say_what_is_missing(
    mandataire: Browser, cheque: YearKey, told: dict[str, str], words: str
) -> None:
    page = opened(mandataire, "4;12/11/2024;CHEQUE 8620041;12,00;988,00\n5;13/11/2024;CARTE;7,00;981,00\n")
    base = {"colonne-0": "", "colonne-1": "day", "colonne-2": "label", "colonne-3": "debit", "colonne-4": ""}
    answer = mandataire.post(HOME + "releve/importes/1/colonnes", form_fields(page, **{**base, **told}))
    assert (answer.status_code, words in answer.text) == (422, True)


def test_a_bank_line_without_entry_opens_the_form_filled_in(mandataire: Browser, cheque: YearKey) -> None:
    page = opened(mandataire, HEAD + FEE)
    (link,) = re.findall(r'href="([^"]*ligne_releve=1)#entry-form"', page)
    form = form_of(mandataire.get(link), "entry-form")
    assert (form["date"], form["lignes-0-montant"], form["nature"]) == ("2024-11-29", "3,10", "depense")
    assert form["libelle"] == "FRAIS TENUE DE COMPTE"
    typed = {**form, "pj": "02", "lignes-0-compte": "61800008"}
    after = mandataire.follow(HOME + "cahier", typed).text
    assert "Confirmer la ligne sûre" in after
    assert "saisie depuis cette ligne" in after


def test_what_was_confirmed_before_fills_in_the_account(mandataire: Browser, year: YearKey) -> None:
    an_entry(year, label="Banque – Tenue de compte", bank=-310, voucher="02", day=date(2024, 10, 29))
    first = opened(mandataire, HEAD + "29/10/2024;FRAIS TENUE DE COMPTE;-3,10\n", "octobre.csv")
    seal = re.findall(r'name="vu" value="([0-9a-f]{64})"', first)[0]
    mandataire.follow(HOME + "releve/importes/1/confirmer", {"vu": seal})
    opened(mandataire, HEAD + "29/12/2024;FRAIS TENUE DE COMPTE;-3,20\n", "decembre.csv")
    form = form_of(mandataire.get(HOME + "cahier?ligne_releve=2"), "entry-form")
    assert form["lignes-0-compte"] == "61800008"
    assert form["libelle"] == "Banque – Tenue de compte"


def test_a_line_is_settled_by_entries_chosen_by_hand(mandataire: Browser, year: YearKey) -> None:
    for number in (1, 2):
        an_entry(year, label=f"Famille {number}", bank=2_000 + number, allocations=(), voucher=f"0{number}")
    page = opened(mandataire, HEAD + "25/11/2024;DIVERS;40,05\n")
    assert "Pas encore au cahier" in page
    place = HOME + "releve/lignes/1"
    mandataire.get(place)
    assert "Cochez au moins" in mandataire.post(place, {}).text
    wrong = mandataire.post(place, {"operation": "entry-1"})
    assert (wrong.status_code, "20,01" in wrong.text) == (422, True)
    assert mandataire.post(place, {"operation": ["entry-1", "entry-99"]}).status_code == 404
    Entry.update(bank=2_004).where(Entry.number == 2).execute()
    after = mandataire.follow(place, {"operation": ["entry-1", "entry-2"]}).text
    assert "« DIVERS » pointée" in after
    assert {entry.ticked_on for entry in Entry.select()} == {date(2024, 11, 25)}


@pytest.mark.parametrize("option", ["9", "-1", "x", "²", "99999999999"])
def test_an_option_that_was_not_offered_ticks_nothing(mandataire: Browser, cheque: YearKey, option: str) -> None:
    opened(mandataire, HEAD + CHEQUE)
    assert mandataire.post(HOME + "releve/lignes/1", {"option": option}).status_code == 404
    assert Entry.get().ticked_on is None


def test_what_changed_since_the_page_was_shown_refuses_the_whole(mandataire: Browser, cheque: YearKey) -> None:
    page = opened(mandataire, HEAD + CHEQUE)
    seal = re.findall(r'name="vu" value="([0-9a-f]{64})"', page)[0]
    reconciliation.tick_entry(SOMEONE, cheque, 1, date(2024, 11, 20))
    answer = mandataire.post(HOME + "releve/importes/1/confirmer", {"vu": seal})
    assert (answer.status_code, "rien n’a été pointé" in answer.text) == (409, True)
    assert Entry.get().ticked_on == date(2024, 11, 20)


def test_a_cheque_of_another_amount_leads_to_the_entry_to_be_corrected(mandataire: Browser, cheque: YearKey) -> None:
    page = opened(mandataire, HEAD + CHEQUE.replace("12,00", "21,00"))
    assert "même n° de chèque, mais 12,00" in page.replace("\xa0", " ").replace("\u202f", " ")
    assert re.search(r'href="[^"]*cahier/ecritures/1">Corriger l’écriture', page)


def test_deleting_says_what_goes_and_gives_it_back(mandataire: Browser, cheque: YearKey) -> None:
    page = opened(mandataire, HEAD + CHEQUE)
    seal = re.findall(r'name="vu" value="([0-9a-f]{64})"', page)[0]
    mandataire.follow(HOME + "releve/importes/1/confirmer", {"vu": seal})
    asked = mandataire.get(HOME + "releve/importes/1/supprimer").text
    assert "seront dépointées" in asked
    after = mandataire.follow(HOME + "releve/importes/1/supprimer", {}).text
    assert "opérations dépointées : 1" in after.replace("\u202f", " ").replace("\xa0", " ")
    assert Entry.get().ticked_on is None
    (undo,) = re.findall(r'action="([^"]*mes-actions/\d+/annuler)"', after)
    mandataire.follow(undo, {"revenir": "reconciliation.show"})
    assert Entry.get().ticked_on == date(2024, 11, 12)


def test_a_statement_that_does_not_follow_the_one_before_says_so(mandataire: Browser, cheque: YearKey) -> None:
    held = "Date;Libellé;Montant;Solde\n"
    opened(mandataire, held + "12/11/2024;CHEQUE 8620041;-12,00;988,00\n", "novembre.csv")
    page = opened(mandataire, held + "12/12/2024;CARTE;-2,00;950,00\n", "decembre.csv")
    assert "952,00" in page
    assert "Un relevé manque peut-être" in page


def test_a_verifier_reads_a_statement_and_changes_nothing(mandataire: Browser, cheque: YearKey, browse: Any) -> None:
    opened(mandataire, HEAD + CHEQUE)
    a_person("parent", "verificateur")
    parent = browse().sign_in("parent")
    page = parent.get(HOME + "releve/importes/1").text
    assert "CHEQUE 8620041" in page
    assert "Confirmer" not in page
    assert "<button" not in re.sub(r"<header.*?</header>", "", page, flags=re.S).replace("Se déconnecter", "")


def test_long_sections_come_page_by_page_and_all_are_confirmed(mandataire: Browser, year: YearKey) -> None:
    lines = [f"{1 + n % 28:02d}/11/2024;CHEQUE {8_620_000 + n};-{10 + n},00\n" for n in range(60)]
    for n in range(60):
        an_entry(year, label=f"Achat {n}", bank=-(10 + n) * 100, cheque=str(8_620_000 + n), allocations=(),
                 day=date(2024, 10, 15), voucher=f"{n:03d}")  # fmt: skip
    page = opened(mandataire, HEAD + "".join(lines))
    assert page.count("même n° de chèque") == 50
    assert mandataire.get(HOME + "releve/importes/1?sures=2").text.count("même n° de chèque") == 10
    seal = re.findall(r'name="vu" value="([0-9a-f]{64})"', page)[0]
    mandataire.follow(HOME + "releve/importes/1/confirmer", {"vu": seal})
    assert Entry.select().where(Entry.ticked_on.is_null()).count() == 0


def test_a_direct_report_has_no_statement_to_read(mandataire: Browser, year: YearKey) -> None:
    Year.update(mode="direct").where(year.of(Year)).execute()
    assert "fichier de la banque" not in mandataire.get(HOME + "releve").text
    assert send(mandataire, HEAD + CHEQUE).status_code == 409
