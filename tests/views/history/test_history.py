"""The history of an entry, and one's own last actions with their way back."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from retkoop.actions import advances, deposits, ledger, phone, projects, reconciliation, scans
from retkoop.actions.undo import last_steps, undo
from retkoop.audit import Actor
from retkoop.db import database
from retkoop.errors import Conflict
from retkoop.facts import Allocation
from retkoop.journal_rows import history_of
from retkoop.models import (
    Entry,
    Person,
    YearKey,
)
from tests.factories import YEAR, a_draft, a_year, an_advance, an_entry
from tests.support import pages
from tests.support.ledger_checks import close_at_once
from tests.support.papers import arrived
from tests.views.conftest import Browser

BOOK = f"/coop/075-0001/{YEAR.label}/cahier"
OTHER = Actor("Dominique Autre", 999)
DAY = date(2024, 11, 8)


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
    assert "Pointage du bordereau de remise «\u00a0Remise de 2 chèques\u00a0»" in page
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


def plain(page: str) -> str:
    return pages.text_of(pages.by_id(pages.parse(page), "contenu"))


def steps_of(page: str) -> list[str]:
    """Give what each step of a person says, and its button."""
    return [pages.text_of(item) for item in pages.parse(page).iter("li") if item.get("class") == "card"]


def test_ones_own_actions_are_listed_and_taken_back(year: YearKey, mandataire: Browser) -> None:
    assert "Vous n’avez encore rien fait" in mandataire.get(f"{BOOK}/mes-actions").text
    an_entry(year, actor=OTHER)
    mandataire.post(f"{BOOK}/ecritures/1/pointage", {"pointer": "1"})
    page = mandataire.get(f"{BOOK}/mes-actions").text
    (said,) = steps_of(page)
    assert said.startswith("Vous avez pointé l’écriture 01, Librairie du Centre – Albums, 12,00 €")
    step = page.split("/mes-actions/")[1].split("/")[0]
    after = mandataire.follow(f"{BOOK}/mes-actions/{step}/annuler").text
    assert "Action annulée." in after
    (said,) = steps_of(after)
    assert said.startswith("Vous avez annulé le pointage de l’écriture 01, Librairie du Centre – Albums, 12,00 €")
    assert "Rétablir" in said
    assert Entry.get(year.of(Entry), Entry.number == 1).ticked_on is None
    step = after.split("/mes-actions/")[1].split("/")[0]
    said, first = steps_of(mandataire.follow(f"{BOOK}/mes-actions/{step}/annuler").text)
    assert first.startswith("Vous avez pointé"), "it stands again"
    assert said.startswith("Vous avez rétabli le pointage de l’écriture 01")
    assert "Annuler" in said
    told = mandataire.get(f"{BOOK}/ecritures/1/historique").text
    for words in ("Ajout", "Pointage", "Annulation du pointage", "Rétablissement du pointage"):
        assert f"<strong>{words}</strong> par" in told


@pytest.mark.parametrize(
    ("asked", "number", "there"),
    [
        ("projects.show", "", "projets"),
        ("projects.page", "1", "projets/1"),
        ("reconciliation.show", "7", "releve"),
        ("", "", "cahier/mes-actions"),
        ("projects.remove", "1", "cahier/mes-actions"),
        ("history.mine", "", "cahier/mes-actions"),
        ("auth.sign_out", "", "cahier/mes-actions"),
        ("//ailleurs.example", "", "cahier/mes-actions"),
        ("https://ailleurs.example/projets", "1", "cahier/mes-actions"),
    ],
)
def test_who_takes_back_comes_back_to_a_page_of_ours_only(
    year: YearKey, mandataire: Browser, asked: str, number: str, there: str
) -> None:
    an_entry(year, actor=Actor("Camille", Person.get().id), project="Cirque")
    page = mandataire.get(f"{BOOK}/mes-actions").text
    step = page.split("/mes-actions/")[1].split("/")[0]
    answer = mandataire.post(f"{BOOK}/mes-actions/{step}/annuler", {"revenir": asked, "numero": number})
    assert answer.headers["Location"] == f"/coop/075-0001/{YEAR.label}/{there}#contenu"


def test_what_was_told_of_a_class_at_once_names_each_entry_with_its_amount(year: YearKey, mandataire: Browser) -> None:
    code, me = an_advance(year, "CE1"), Actor("Camille", Person.get().id)
    handed = a_draft(voucher="01", label="Avance", bank=-5_000, advance=code, advance_amount=5_000, allocations=())
    left = a_draft(
        voucher="02", label="Reliquat", bank=0, cash=3_155, advance=code, advance_amount=-3_155, allocations=()
    )
    advances.add_movements(me, year, code, [handed, left])
    said = steps_of(mandataire.get(f"{BOOK}/mes-actions").text)
    assert said[0].startswith("Vous avez saisi dans la régie CE1 : 01, Avance, 50,00 € ; 02, Reliquat, 31,55 €")


def test_what_cannot_be_taken_back_any_more_has_no_button(year: YearKey, mandataire: Browser) -> None:
    for _ in range(2):
        an_entry(year, actor=OTHER)
    for number in (1, 2):
        mandataire.post(f"{BOOK}/ecritures/{number}/pointage", {"pointer": "1"})
    page = mandataire.get(f"{BOOK}/mes-actions").text
    assert "n’est plus annulable" not in page
    first = page.split("/mes-actions/")[2].split("/")[0]
    reconciliation.tick_entry(OTHER, year, 1, None)
    second, changed = steps_of(mandataire.get(f"{BOOK}/mes-actions").text)
    assert "Annuler" in second
    assert "n’est plus annulable" in changed
    assert "Annuler" not in changed
    answer = mandataire.post(f"{BOOK}/mes-actions/{first}/annuler")
    assert answer.status_code == 409
    assert "modifié depuis" in answer.text
    assert steps_of(answer.text) == [second, changed], "an old page comes back to the list"
    assert "modifié depuis" in mandataire.post(f"{BOOK}/mes-actions/{first}/annuler", htmx=True).text


def test_what_is_said_not_to_be_taken_back_is_what_the_undo_refuses(year: YearKey, mandataire: Browser) -> None:
    """The page foresees: of each step that it offers none is refused, of each other one every one is."""
    me = Actor("Camille", Person.get().id)
    for number in range(1, 7):
        an_entry(year, actor=me, label=f"Achat {number}", project="Lecture" if number < 3 else None)
    reconciliation.tick_entry(me, year, 1, DAY)
    ledger.strike_entry(OTHER, year, 2)
    ledger.edit_entry(OTHER, year, 3, 1, a_draft(label="Autre"))
    both = (Allocation("61800008", 700), Allocation("60700008", 500))
    ledger.edit_entry(OTHER, year, 4, 1, a_draft(label="Achat 4", allocations=both))
    reconciliation.tick_entry(me, year, 5, DAY)
    reconciliation.tick_entry(OTHER, year, 5, None)
    reconciliation.tick_entry(OTHER, year, 5, DAY)
    projects.rename_project(OTHER, year, 1, 1, "Lectures")
    page = mandataire.get(f"{BOOK}/mes-actions").text
    offered = {int(link.split("/")[0]) for link in page.split("/mes-actions/")[1:]}
    steps = last_steps(year, me.person)
    assert 0 < len(offered) < len(steps)
    allowed = {step.id for step in steps if _would_pass(me, year, step.id)}
    assert offered == allowed


def _would_pass(actor: Actor, year: YearKey, step: int) -> bool:
    """Try an undo, and leave everything as it was."""
    with database.atomic() as transaction:
        try:
            undo(actor, year, step)
        except Conflict:
            return False
        finally:
            transaction.rollback()
    return True


def test_the_history_tells_of_the_scans_that_are_or_were_with_the_entry(
    app: Flask, year: YearKey, mandataire: Browser
) -> None:
    storage = app.config["STORAGE"]
    for _ in range(2):
        an_entry(year, actor=OTHER)
    kept, moved = 1, 2
    scans.add_scan(OTHER, year, arrived(storage, "red", "facture"), 1)
    scans.add_scan(OTHER, year, arrived(storage, "blue", "ticket"), 1)
    scans.attach_scan(OTHER, year, moved, 2)
    scans.replace_scan(OTHER, year, kept, arrived(storage, "green", "facture nette"))
    scans.remove_scan(OTHER, year, kept)
    scans.add_scan(OTHER, year, arrived(storage, "yellow", "attend"))
    phone.make_pass(Actor("Camille", Person.get().id), year, 1)
    first, second = (plain(mandataire.get(f"{BOOK}/ecritures/{number}/historique").text) for number in (1, 2))
    for words in (
        "Ajout de la pièce « facture » à l’écriture 01", "Remplacement de la pièce « facture »",
        "Suppression de la pièce « facture nette »", "Rattachement de la pièce « ticket »",
    ):  # fmt: skip
        assert words in first, words
    assert "Rattachement de la pièce « ticket »" in second
    assert "facture" not in second
    for page in (first, second):
        assert "attend" not in page, "a scan of no entry"
        assert "téléphone" not in page, "a code that was shown did nothing to the entry"


def test_the_scans_of_entry_1_are_not_told_of_entry_10(app: Flask, year: YearKey) -> None:
    for number in range(10):
        an_entry(year, actor=OTHER, allocations=(Allocation("61800008", 1_200),) if number else ())
    scans.add_scan(OTHER, year, arrived(app.config["STORAGE"]), 10)
    assert [line.subject for line in history_of(year, "ecriture:1")] == ["ecriture:1"]
    assert [line.subject for line in history_of(year, "ecriture:10")] == ["piece:1", "ecriture:10"]


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
