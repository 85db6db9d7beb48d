"""The history of an entry, and one's own last actions with their way back."""

from __future__ import annotations

from datetime import date

from retkoop.actions import deposits, ledger, reconciliation
from retkoop.audit import Actor
from retkoop.facts import Allocation
from retkoop.models import Entry, YearKey
from tests.factories import YEAR, a_draft, a_year, an_advance, an_entry
from tests.support.ledger_checks import close_at_once
from tests.views.conftest import Browser

BOOK = f"/coop/075-0001/{YEAR.label}/cahier"
OTHER = Actor("Dominique Autre", 999)


def test_the_history_tells_who_when_before_and_after(year: YearKey, mandataire: Browser) -> None:
    an_advance(year)
    an_entry(year, actor=OTHER, project="Lecture")
    ledger.edit_entry(OTHER, year, 1, 1, a_draft(
        label="Cars – Sortie", bank=-1_500, project=None,
        allocations=(Allocation("61800008", 1_000), Allocation("60700008", 500)),
    ))  # fmt: skip
    reconciliation.tick_entry(OTHER, year, 1, date(2024, 11, 8))
    page = mandataire.get(f"{BOOK}/ecritures/1/historique").text
    assert page.count("Dominique Autre") == 3
    for words in ("Ajout", "Modification", "Pointage", "Librairie du Centre – Albums", "Cars – Sortie", "Lecture",
                  "-12,00", "-15,00", "6180 12,00", "6180 10,00", "6070 5,00"):  # fmt: skip
        assert words in page, words
    # What did not change is not told again.
    assert page.count("04/11/2024") == 1


def test_what_was_done_to_its_slip_is_in_its_history(year: YearKey, mandataire: Browser) -> None:
    an_entry(year, actor=OTHER, bank=1_200, allocations=(Allocation("70700008", 1_200),))
    an_entry(year, actor=OTHER, bank=2_400, allocations=(Allocation("70700008", 2_400),))
    slip = deposits.make_slip(OTHER, year, date(2024, 11, 8), "Remise de 2 chèques", [1, 2])
    deposits.tick_slip(OTHER, year, slip, date(2024, 11, 12))
    page = mandataire.get(f"{BOOK}/ecritures/1/historique").text
    assert "Pointage\u00a0: un bordereau de remise" in page
    assert "Pointage" not in mandataire.get(f"{BOOK}/ecritures/11/historique").text


def test_it_is_there_for_a_verifier_a_struck_entry_and_a_closed_year(year: YearKey, verifier: Browser) -> None:
    an_entry(year, actor=OTHER)
    ledger.strike_entry(OTHER, year, 1)
    close_at_once(year)
    page = verifier.get(f"{BOOK}/ecritures/1/historique").text
    assert "Cette écriture est supprimée" in page
    assert "Suppression" in page


def test_an_entry_that_does_not_exist_has_none(year: YearKey, mandataire: Browser) -> None:
    assert mandataire.get(f"{BOOK}/ecritures/7/historique").status_code == 404


def test_ones_own_actions_are_listed_and_taken_back(year: YearKey, mandataire: Browser) -> None:
    assert "Vous n’avez encore rien fait" in mandataire.get(f"{BOOK}/mes-actions").text
    an_entry(year, actor=OTHER, label="Pas la mienne")
    mandataire.post(f"{BOOK}/ecritures/1/pointage", {"pointer": "1"})
    page = mandataire.get(f"{BOOK}/mes-actions").text
    assert "Pointage" in page
    assert "Pas la mienne" in page
    assert "Ajout" not in page
    step = page.split("/mes-actions/")[1].split("/")[0]
    after = mandataire.follow(f"{BOOK}/mes-actions/{step}/annuler").text
    assert "Action annulée." in after
    assert "Annulation" in after
    assert "Rétablir" in after
    assert Entry.get(year.of(Entry), Entry.number == 1).ticked_on is None


def test_what_cannot_be_taken_back_any_more_is_said(year: YearKey, mandataire: Browser) -> None:
    an_entry(year, actor=OTHER)
    mandataire.post(f"{BOOK}/ecritures/1/pointage", {"pointer": "1"})
    step = mandataire.get(f"{BOOK}/mes-actions").text.split("/mes-actions/")[1].split("/")[0]
    reconciliation.tick_entry(OTHER, year, 1, None)
    answer = mandataire.post(f"{BOOK}/mes-actions/{step}/annuler")
    assert answer.status_code == 409
    assert "modifié depuis" in answer.text


def test_a_hostile_label_stays_text(year: YearKey, mandataire: Browser) -> None:
    an_entry(year, label='<b>x</b> & « "y" »')
    mandataire.post(f"{BOOK}/ecritures/1/supprimer")
    for page in ("ecritures/1/historique", "mes-actions"):
        assert "<b>x</b>" not in mandataire.get(f"{BOOK}/{page}").text


def test_a_year_without_a_journal_says_so(app, year: YearKey, mandataire: Browser) -> None:
    values = {"number": 5, "day": date(2024, 11, 4), "label": "Importée", "bank": -100}
    Entry.insert(**year._asdict(), **values).execute()
    assert "vient d’un exercice importé" in mandataire.get(f"{BOOK}/ecritures/5/historique").text
    assert a_year
