"""The compte rendu d’activité on screen: filled in little by little, nothing that is typed is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from retkoop import desks
from retkoop.actions import guard
from retkoop.actions.activity_report import save_report
from retkoop.models import Year, YearKey
from retkoop.questionnaire import Answers
from retkoop.year_rows import activity_answers
from tests.factories import SOMEONE, an_advance, an_entry
from tests.support import pages
from tests.support.ledger_checks import told
from tests.views.conftest import Browser
from tests.views.helpers_tables import YEAR, close, readers, text, without_form

CRA = f"{YEAR}/cra"
NUMBERS = {"nb_classes": "6", "nb_eleves": "148", "nb_adultes": "9"}


def send(browser: Browser, answers: dict[str, str], button: str = "", version: str = "") -> str:
    """Fill in the form as it stands and press a button; give the page that follows."""
    page = browser.get(CRA).text
    fields = {**form_of(page), **{f"q_{code}": value for code, value in answers.items()}}
    fields = {name: value for name, value in fields.items() if value != "UNTICK"}
    return browser.follow(CRA, {**fields, **({button: "1"} if button else {})}).text


def form_of(page: str) -> dict[str, str]:
    """Give what a browser would send of the page's form, its ticks and long texts included."""
    form = pages.by_id(pages.parse(page), "cra")
    assert form is not None
    boxes = [box for box in form.iter("input") if box.get("name")]
    sent = [b for b in boxes if b.get("type") != "checkbox" or b.get("checked") is not None]
    fields = {str(box.get("name")): box.get("value") or "" for box in sent}
    return {**fields, **{str(area.get("name")): area.text or "" for area in form.iter("textarea")}}


def read(page: str) -> dict[str, str]:
    """Give the answers of a page that is only read, by their question."""
    rows = [[pages.text_of(cell) for cell in row] for row in pages.parse(page).iter("tr")]
    return {question: answer for question, answer in rows if question != "Question"}


def told_of(page: str, code: str) -> str:
    """Give what stands beside a question."""
    return pages.text_of(pages.by_id(pages.parse(page), f"q_{code}-aide"))


def fault_of(page: str, code: str) -> str:
    return pages.text_of(pages.by_id(pages.parse(page), f"q_{code}-faute"))


def test_it_begins_with_what_is_asked(mandataire: Browser) -> None:
    page = mandataire.get(CRA).text
    said = text(page)
    assert "Compte Rendu d'Activité (CRA) 2024-2025" in said
    assert "Pas encore rempli" in said
    assert "3 réponses sont obligatoires" in said
    assert "Bravo" not in said
    buttons = [pages.text_of(button) for button in pages.by_id(pages.parse(page), "cra").iter("button")]
    assert buttons == ["Valider les modifications", "Passer à la suite"]
    assert told_of(page, "nb_conseils") == "si vous avez coché « Un conseil de coopérative s'est réuni »"


def test_it_keeps_everything_and_names_what_is_missing(mandataire: Browser, year: YearKey) -> None:
    typed = {"nb_classes": "sept", "nb_eleves": "154", "nb_conseils": "3", "sorties": "oui", "souhaits": "Merci\n\n!"}
    page = send(mandataire, typed)
    assert activity_answers(year).given == typed
    said = text(page)
    assert "Compte rendu d’activité enregistré. Il y reste 3 points à voir." in said
    state = pages.by_id(pages.parse(page), "etat")
    assert [link.get("href") for link in state.iter("a")] == ["#q_nb_classes", "#q_nb_adultes", "#q_nb_conseils"]
    assert "Nombre d'adultes coopérateurs À remplir." in pages.text_of(state)
    assert fault_of(page, "nb_classes") == "Écrivez un nombre entier, par exemple 12."
    assert fault_of(page, "nb_conseils").startswith("Cochez aussi « Un conseil de coopérative s'est réuni »")
    again = form_of(mandataire.get(CRA).text)
    # The token tells the second in which it was made.
    assert {**form_of(page), "csrf_token": ""} == {**again, "csrf_token": ""}
    assert {f"q_{code}": value for code, value in typed.items()}.items() <= form_of(page).items()


def test_it_says_bravo_once_complete(mandataire: Browser, year: YearKey) -> None:
    assert "Bravo" not in text(send(mandataire, {"nb_classes": "6"}))
    said = text(send(mandataire, {**NUMBERS, "conseil_coop": "oui", "nb_conseils": "4"}))
    assert "Bravo Le compte rendu d’activité est complet" in said
    assert activity_answers(year) == Answers({**NUMBERS, "conseil_coop": "oui", "nb_conseils": "4"})


def test_an_answer_can_be_taken_away(mandataire: Browser, year: YearKey) -> None:
    send(mandataire, {**NUMBERS, "fete": "oui", "souhaits": "Rien"})
    send(mandataire, {"fete": "UNTICK", "souhaits": ""})
    assert activity_answers(year).given == NUMBERS


def test_passing_on_saves_and_leads_to_the_financial_report(mandataire: Browser, year: YearKey) -> None:
    page = send(mandataire, NUMBERS, "suite")
    assert "Compte-Rendu Financier 2024-2025" in text(page)
    assert "Compte rendu d’activité enregistré." in text(page)
    assert activity_answers(year) == Answers(NUMBERS, passed=True)
    assert "Vous pouvez encore le modifier." in text(mandataire.get(CRA).text)


def test_passing_on_too_early_loses_nothing_and_says_so(mandataire: Browser, year: YearKey) -> None:
    page = send(mandataire, {"nb_classes": "99", "nb_eleves": "150"}, "suite")
    assert "Il y reste 2 points à voir." in text(page)
    assert activity_answers(year).given == {"nb_classes": "99", "nb_eleves": "150"}


def test_what_is_far_too_long_stays_in_its_box_and_the_rest_is_kept(mandataire: Browser, year: YearKey) -> None:
    endless = "été " * 1_300
    send(mandataire, {"souhaits": "Avant"})
    fields = form_of(mandataire.get(CRA).text)
    answer = mandataire.post(CRA, {**fields, "q_nb_classes": "6", "q_souhaits": endless, "suite": "1"})
    assert answer.status_code == 422
    assert "Une réponse est trop longue pour être gardée" in text(answer.text)
    assert form_of(answer.text)["q_souhaits"] == endless.strip()
    assert activity_answers(year) == Answers({"nb_classes": "6", "souhaits": "Avant"})
    mandataire.follow(CRA, {**form_of(answer.text), "q_souhaits": "Court"})
    assert activity_answers(year).given == {"nb_classes": "6", "souhaits": "Court"}


def test_a_text_is_only_a_text(mandataire: Browser, year: YearKey) -> None:
    hostile = '</textarea><script>alert(1)</script>"\n{{ 7*7 }}'
    page = send(mandataire, {"souhaits": hostile, "nb_classes": '"><b>'})
    assert form_of(page)["q_souhaits"] == hostile
    assert "<script>alert" not in page
    assert form_of(page)["q_nb_classes"] == '"><b>'


def test_the_régies_are_proposed_and_never_stored_by_themselves(mandataire: Browser, year: YearKey) -> None:
    assert "proposé" not in mandataire.get(CRA).text
    an_advance(year, "CP")
    an_advance(year, "jamais servie")
    an_entry(year, bank=-500, advance="CP", advance_amount=500, allocations=())
    assert told_of(mandataire.get(CRA).text, "nb_coop_classe") == "proposé : 1 d’après les régies"
    assert "nb_coop_classe" not in activity_answers(year).given
    send(mandataire, NUMBERS)
    assert activity_answers(year).given == NUMBERS
    assert "proposé" not in send(mandataire, {"nb_coop_classe": "1"})


def test_last_years_answers_stand_beside(mandataire: Browser, year: YearKey) -> None:
    assert "l’an dernier" not in mandataire.get(CRA).text
    before = year._replace(start_year=2023)
    Year.insert(**before._asdict()).execute()
    save_report(SOMEONE, before, Answers().fingerprint, {"nb_classes": "6", "fete": "oui", "souhaits": "Rien"})
    page = mandataire.get(CRA).text
    assert told_of(page, "nb_classes") == "obligatoire · l’an dernier : 6"
    assert told_of(page, "fete") == "l’an dernier : oui"
    assert told_of(page, "souhaits") == "l’an dernier : Rien"
    assert told_of(page, "nb_eleves") == "obligatoire"
    assert activity_answers(year) == Answers()


def test_an_old_tab_shows_both_versions_and_a_second_go_saves(mandataire: Browser, year: YearKey) -> None:
    old = form_of(mandataire.get(CRA).text)
    send(mandataire, {"nb_classes": "6", "nb_eleves": "150", "jardin": "oui"})
    answer = mandataire.post(CRA, {**old, "q_nb_classes": "7", "q_journal": "oui", "suite": "1"})
    assert answer.status_code == 409
    assert "Quelqu’un d’autre a modifié ce compte rendu entre-temps." in text(answer.text)
    assert fault_of(answer.text, "nb_classes") == "Enregistré maintenant : 6."
    shown = form_of(answer.text)
    assert (shown["q_nb_classes"], shown["q_nb_eleves"]) == ("7", "150")
    assert (shown["q_jardin"], shown["q_journal"]) == ("oui", "oui")
    assert activity_answers(year) == Answers({"nb_classes": "6", "nb_eleves": "150", "jardin": "oui"})
    mandataire.follow(CRA, shown)
    assert activity_answers(year).given == {"nb_classes": "7", "nb_eleves": "150", "jardin": "oui", "journal": "oui"}


def test_a_form_sent_twice_is_saved_once(mandataire: Browser, year: YearKey) -> None:
    fields = {**form_of(mandataire.get(CRA).text), "q_nb_classes": "6"}
    assert [mandataire.post(CRA, fields).status_code for _ in range(2)] == [303, 303]
    assert [line[:2] for line in told(year)].count(("modification", "cra")) == 1


def test_it_can_be_taken_back_from_the_page(mandataire: Browser, year: YearKey) -> None:
    page = pages.parse(send(mandataire, {"nb_classes": "6"}))
    (undo,) = [form.get("action") for form in page.iter("form") if "annuler" in str(form.get("action"))]
    said = text(mandataire.follow(str(undo)).text)
    assert "Vous avez annulé la modification du compte rendu d’activité" in said
    assert activity_answers(year) == Answers()


def test_it_is_filled_in_after_the_closing_too(mandataire: Browser, year: YearKey) -> None:
    close(year)
    page = send(mandataire, NUMBERS)
    assert "Bravo" in text(page)
    assert activity_answers(year).given == NUMBERS
    assert "annuler" not in page


def test_once_frozen_it_is_only_read(mandataire: Browser, year: YearKey, monkeypatch: pytest.MonkeyPatch) -> None:
    send(mandataire, NUMBERS)
    fields = form_of(mandataire.get(CRA).text)
    monkeypatch.setattr(guard, "REPORTED_IN", frozenset({"closed"}))
    monkeypatch.setattr(desks, "REPORTED_IN", frozenset({"closed"}))
    page = mandataire.get(CRA).text
    assert without_form(page)
    assert read(page)["Nombre de classes"] == "6"
    answer = mandataire.post(CRA, {**fields, "q_nb_classes": "7"})
    assert answer.status_code == 409
    assert "figé" in text(answer.text)
    assert activity_answers(year).given == NUMBERS


def test_readers_read(mandataire: Browser, year: YearKey, browse: Callable[[], Browser]) -> None:
    everyone = readers(browse)
    for browser in everyone:
        page = browser.get(CRA).text
        assert without_form(page)
        assert "Le mandataire n’a encore répondu à aucune question." in text(page)
    send(mandataire, {"nb_classes": "6", "fete": "oui", "souhaits": "Merci"})
    for browser in everyone:
        page = browser.get(CRA).text
        assert without_form(page)
        assert {
            "Nombre de classes": "6",
            "Nombre d'élèves coopérateurs": "non renseigné",
            "Fête d'école, kermesse, marché": "oui",
            "Jardin ou projet environnement": "non",
        }.items() <= read(page).items()
        assert "Souhaits et remarques Merci" in text(page)
        assert "Il reste 2 points" in text(page)
        assert browser.post(CRA, {"q_nb_classes": "7"}).status_code == 403
    assert activity_answers(year).given["nb_classes"] == "6"
