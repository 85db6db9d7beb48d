"""The documents for the AD on screen: what is asked for, choosing a file, noting a letter, before and after closing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from retkoop.actions import tables
from retkoop.actions.scans import take_in
from retkoop.actions.year_documents import give_document, note_posted
from retkoop.actions.years import close_year
from retkoop.models import Document, Grant, PriorOperation, Year, YearKey
from retkoop.year_rows import documents_of
from tests.factories import SOMEONE, a_case, a_coop, a_draft, a_person, a_year, an_entry
from tests.support.ledger_checks import close_at_once
from tests.support.papers import HOSTILE, arrived, bill, pamphlet, picture
from tests.views.conftest import Browser
from tests.views.scans.conftest import files

HOME = "/coop/075-0001/2024-2025/"
PAGE = HOME + "documents"


@pytest.fixture(params=["open", "closed"])
def year(request: pytest.FixtureRequest, app: Flask) -> YearKey:
    """Give a year with a grant and an operation of each year that the bank has not shown, its cahier closed or not."""
    key = a_year()
    an_entry(key)
    grant = {"organisation": "Mairie", "kind": "commune", "day": a_draft().day, "amount": 30_000}
    tables.add_row(SOMEONE, key, Grant, grant)
    PriorOperation.insert(**key._asdict(), number=1, day="2024-07-01", label="Car", amount=-2_000).execute()
    if request.param == "closed":
        close_at_once(key)
    return key


def send(browser: Browser, code: str, *sent: tuple[str, bytes], **fields: str) -> Any:
    return browser.post(PAGE, files(*sent, pour=code, **fields))


def kept(key: YearKey) -> list[tuple[str, str]]:
    return [(one.requirement, one.name or str(one.posted_on)) for one in documents_of(key)]


def test_it_tells_all_that_is_asked_for_and_what_is_missing(mandataire: Browser) -> None:
    page = mandataire.get(PAGE).text
    assert "Il manque 5 documents sur 5" in page
    for words in ("Quitus signé", "Relevé de banque au 31 août", "Mairie, 300,00", "Librairie du Centre", "Car, 20,00"):
        assert words in page
    assert page.count("Manque encore") == 5


def test_a_chosen_file_is_sent_in_one_step_and_can_be_looked_at(mandataire: Browser, year: YearKey) -> None:
    mandataire.get(PAGE)
    answer = send(mandataire, "quitus", ("quitus signé.png", picture()))
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE + "#d-quitus")
    page = mandataire.get(PAGE).text
    assert "Document reçu" in page
    # While the cahier is open, a signed quitus vouches for figures that still change.
    still_open = Year.get(year.of(Year)).state == "open"
    assert f"Il manque {5 if still_open else 4} documents sur 5" in page
    assert ("À signer après la clôture" in page) == still_open
    assert kept(year) == [("quitus", "quitus signé")]
    looked = mandataire.get(PAGE + "/1").text
    assert "quitus signé, en grand" in looked
    assert "Ajout par" in looked


def test_several_files_are_received_in_one_sentence_and_taken_back_together(mandataire: Browser, year: YearKey) -> None:
    mandataire.get(PAGE)
    send(mandataire, "quitus", ("recto.png", picture("red")), ("verso.png", picture("blue")))
    page = mandataire.get(PAGE).text
    assert "2 documents reçus" in page
    steps = page.partition('name="etapes" value="')[2].partition('"')[0]
    assert len(steps.split()) == 2
    assert "Action annulée." in mandataire.follow(PAGE + "/annuler", {"etapes": steps}).text
    assert kept(year) == []
    assert "Documents retirés (2)" in mandataire.get(PAGE).text


def test_a_file_that_is_refused_does_not_lose_the_others(mandataire: Browser, year: YearKey) -> None:
    mandataire.get(PAGE)
    answer = send(mandataire, "releve", ("faux.pdf", HOSTILE), ("relevé.png", picture()))
    assert answer.status_code == 422
    assert "Document reçu" in answer.text
    assert "faux" in answer.text.partition('class="summary"')[2].partition("</ul>")[0]
    assert 'id="d-releve-faute"' in answer.text
    assert kept(year) == [("releve", "relevé")]


def test_nothing_chosen_is_told_under_the_field(mandataire: Browser, year: YearKey) -> None:
    mandataire.get(PAGE)
    answer = mandataire.post(PAGE, {"pour": "quitus"})
    assert answer.status_code == 422
    assert "Choisissez d’abord un fichier." in answer.text
    assert kept(year) == []


def test_what_the_year_does_not_ask_for_is_refused(mandataire: Browser, year: YearKey) -> None:
    mandataire.get(PAGE)
    for code in ("", "subvention:9", "operation:x", "quitus:1"):
        assert send(mandataire, code, ("a.png", picture())).status_code == 422
    assert kept(year) == []


def test_the_same_form_sent_twice_keeps_one_document(mandataire: Browser, year: YearKey) -> None:
    mandataire.get(PAGE)
    for _ in range(2):
        send(mandataire, "quitus", ("a.png", picture()), cle="abc")
    assert kept(year) == [("quitus", "a")]
    assert "rien n’a changé" in mandataire.get(PAGE).text


def test_htmx_is_answered_the_list_with_what_was_said(mandataire: Browser) -> None:
    mandataire.get(PAGE)
    answer = mandataire.post(PAGE, files(("a.png", picture()), pour="quitus"), htmx=True)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div id="documents">')
    assert "Document reçu" in answer.text


def test_a_letter_is_an_answer_with_its_day_and_is_taken_back(mandataire: Browser, year: YearKey) -> None:
    mandataire.get(PAGE)
    page = mandataire.follow(PAGE + "/envoye", {"pour": "report:1", "d-report-1-jour": "01/09/2025"}).text
    assert "Envoyé par courrier ou par mail le 01/09/2025" in page
    assert "Il manque 4 documents sur 5" in page
    assert kept(year) == [("report:1", "2025-09-01")]
    page = mandataire.follow(PAGE + "/1/retirer").text
    assert "La mention d’envoi est annulée." in page.replace("\u00a0", " ")
    assert kept(year) == []


@pytest.mark.parametrize("day", ["", "demain", "31/08/2024", "06/09/2025"])
def test_a_day_that_cannot_be_is_told_and_kept_in_its_field(mandataire: Browser, year: YearKey, day: str) -> None:
    mandataire.get(PAGE)
    answer = mandataire.post(PAGE + "/envoye", {"pour": "quitus", "d-quitus-jour": day})
    assert answer.status_code == 422
    assert 'id="d-quitus-jour-faute"' in answer.text
    assert 'class="summary"' in answer.text
    assert kept(year) == []


def test_a_document_is_replaced_put_away_and_brought_back(mandataire: Browser, year: YearKey, app: Flask) -> None:
    give_document(SOMEONE, year, "quitus", arrived(app.config["STORAGE"], "red", "flou"))
    mandataire.get(PAGE)
    answer = mandataire.post(PAGE + "/1/remplacer", files(("net.png", picture("blue"))))
    assert answer.headers["Location"] == PAGE + "/1"
    assert kept(year) == [("quitus", "net")]
    mandataire.get(PAGE + "/1")
    assert mandataire.post(PAGE + "/1/remplacer", files(("faux.pdf", HOSTILE))).status_code == 422
    assert mandataire.post(PAGE + "/1/retirer").headers["Location"] == PAGE + "#d-quitus"
    page = mandataire.get(PAGE).text
    assert "Documents retirés (1)" in page
    assert mandataire.get(PAGE + "/1/fichier").status_code == 404
    mandataire.get(PAGE)
    assert "Document rétabli." in mandataire.follow(PAGE + "/1/retablir").text
    assert kept(year) == [("quitus", "net")]


def test_a_document_is_served_so_that_nothing_in_it_runs(mandataire: Browser, year: YearKey, app: Flask) -> None:
    storage = app.config["STORAGE"]
    give_document(SOMEONE, year, "quitus", arrived(storage, "red", "../<b>quitus"))
    give_document(SOMEONE, year, "releve", take_in("relevé", pamphlet("Un", "Deux"), storage))
    for address, kind, shown in (
        ("/1/fichier", "image/png", 'inline; filename="document-1.png"'),
        ("/1/vignette", "image/webp", 'inline; filename="document-1-vignette.webp"'),
        ("/2/fichier", "application/pdf", 'attachment; filename="document-2.pdf"'),
        ("/2/pages/2", "image/webp", 'inline; filename="document-2-page-2.webp"'),
    ):
        answer = mandataire.get(PAGE + address)
        assert (answer.status_code, answer.mimetype) == (200, kind)
        assert answer.headers["Content-Disposition"] == shown
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
        assert answer.headers["Cache-Control"] == "no-store"
    assert mandataire.get(PAGE + "/2/pages/3").status_code == 404
    assert "Page 2 sur 2" in mandataire.get(PAGE + "/2?feuille=2").text
    assert "&lt;b&gt;quitus" in mandataire.get(PAGE).text


def test_what_was_posted_has_no_file_to_look_at(mandataire: Browser, year: YearKey) -> None:
    note_posted(SOMEONE, year, "quitus", a_draft().day)
    for address in ("/1", "/1/fichier", "/1/vignette", "/1/pages/1"):
        assert mandataire.get(PAGE + address).status_code == 404


def test_a_verifier_looks_and_changes_nothing(verifier: Browser, year: YearKey, app: Flask) -> None:
    give_document(SOMEONE, year, "quitus", arrived(app.config["STORAGE"]))
    page = verifier.get(PAGE).text
    assert 'type="file"' not in page
    assert "Retirer" not in page
    assert "Retirer" not in verifier.get(PAGE + "/1").text
    assert verifier.get(PAGE + "/1/fichier").status_code == 200
    assert send(verifier, "quitus", ("a.png", picture())).status_code == 403


def test_the_table_of_grants_tells_where_each_proof_stands(mandataire: Browser, year: YearKey, app: Flask) -> None:
    page = mandataire.get(HOME + "subventions").text
    assert '/documents#d-subvention-1">Manque encore' in page
    give_document(SOMEONE, year, "subvention:1", arrived(app.config["STORAGE"]))
    assert '/documents#d-subvention-1">Donné' in mandataire.get(HOME + "subventions").text


def test_everything_given_is_bravo(mandataire: Browser, year: YearKey, app: Flask) -> None:
    for code, colour in (("quitus", "red"), ("releve", "blue"), ("subvention:1", "lime"), ("operation:1", "navy")):
        give_document(SOMEONE, year, code, arrived(app.config["STORAGE"], colour))
    assert "Bravo" not in mandataire.get(PAGE).text
    note_posted(SOMEONE, year, "report:1", a_draft().day)
    if Year.get(year.of(Year)).state == "open":
        assert "Bravo" not in mandataire.get(PAGE).text
        close_at_once(year)
    page = mandataire.get(PAGE).text
    assert "Bravo" in page
    assert "Manque" not in page


def test_a_document_of_what_is_gone_stays_among_the_others(mandataire: Browser, year: YearKey, app: Flask) -> None:
    give_document(SOMEONE, year, "report:1", arrived(app.config["STORAGE"], name="chèque"))
    Document.update(requirement="report:9").where(year.of(Document)).execute()
    page = mandataire.get(PAGE).text
    assert "pointée ou retirée depuis" in page.partition('id="d-autre"')[2]
    mandataire.get(PAGE + "/1")
    assert mandataire.post(PAGE + "/1/retirer").headers["Location"] == PAGE + "#d-autre"


def test_while_the_cahier_is_open_the_receipt_of_an_operation_goes_to_its_entry(
    mandataire: Browser, year: YearKey
) -> None:
    page = mandataire.get(PAGE).text.partition('id="d-operation-1"')[2].partition("</section>")[0]
    still_open = "Joindre la pièce à l’écriture" in page
    assert still_open == ('type="file"' not in page)
    assert still_open == (mandataire.get(HOME + "cahier").text.count("Enregistrer") > 0)


def test_a_pdf_says_what_it_is(mandataire: Browser, year: YearKey) -> None:
    mandataire.get(PAGE)
    send(mandataire, "releve", ("août.pdf", bill("Solde au 31/08/2025 : 1 000,00 €")))
    assert documents_of(year)[0].media_type == "application/pdf"
    assert "Télécharger le PDF" in mandataire.get(PAGE + "/1").text


def test_the_neighbour_finds_nothing(year: YearKey, app: Flask, browse: Callable[[], Browser]) -> None:
    give_document(SOMEONE, year, "quitus", arrived(app.config["STORAGE"]))
    a_year(a_coop("075-0002"))
    a_person("075-0002", coop_identifier="075-0002")
    neighbour = browse().sign_in("075-0002")
    assert neighbour.get(PAGE).status_code == 404
    assert neighbour.get(PAGE + "/1/fichier").status_code == 404


def test_a_quitus_of_figures_that_changed_since_is_asked_for_again_and_may_be_posted(
    browse: Callable[[], Browser], app: Flask
) -> None:
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    a_person(key.coop, coop_identifier=key.coop)
    browser, page = browse().sign_in(key.coop), f"/coop/{key.coop}/2024-2025/documents"
    give_document(SOMEONE, key, "quitus", arrived(app.config["STORAGE"], name="signé trop tôt"))
    close_year(SOMEONE, key, lambda: date(2025, 9, 5))
    need = browser.get(page).text.partition('id="d-quitus"')[2].partition("</section>")[0]
    assert "À refaire : les chiffres ont pu changer depuis" in need
    assert "signé trop tôt" in need
    assert "Ou envoyé par courrier ou par mail" in need
    assert "À refaire" in browser.get(page.replace("documents", "reste-a-faire")).text
