"""A year sent back for several reasons, each about a row: the mandataire reads them with the way to each."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from peewee import PeeweeException

from retkoop.actions import ledger, moves
from retkoop.association import Message
from retkoop.db import database
from retkoop.decision_tables import ReturnReason
from retkoop.journal_rows import reasons_of
from retkoop.models import Person, Year, YearKey
from retkoop.return_reasons import Reason, in_one_line, plain
from retkoop.year_rows import moves_of
from tests.factories import SOMEONE, a_case, a_person
from tests.support.year_end import finish
from tests.views.conftest import Browser

FILE = "/ad/075/validation/075-0013/2024-2025"
HOME = "/coop/075-0013/2024-2025/"


@pytest.fixture
def sent(app: Flask) -> YearKey:
    """Give a year that was sent; its mandataire has an address, AD 075 an account."""
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    a_person(key.coop, coop_identifier=key.coop, name="Camille")
    Person.update(mail="camille@exemple.fr").where(Person.identifier == key.coop).execute()
    a_person("asso", "ad", name="Michel")
    finish(key)
    moves.send(SOMEONE, key, lambda: date(2025, 9, 5))
    return key


@pytest.fixture
def association(sent: YearKey, browse: Callable[[], Browser]) -> Browser:
    browser = browse().sign_in("asso")
    browser.get(FILE)
    return browser


def state_of(key: YearKey) -> str:
    return str(Year.get(key.of(Year)).state)


def points(*lines: tuple[str, str, str]) -> dict[str, str]:
    names = ("sujet", "pj", "texte")
    return {
        f"points-{n}-{name}": value for n, line in enumerate(lines) for name, value in zip(names, line, strict=True)
    }


def send_back(browser: Browser, *lines: tuple[str, str, str], step: str = "documents", reason: str = "") -> object:
    return browser.post(f"{FILE}/renvoi", {"etape": step, "motif": reason, **points(*lines)})


EVERY = (
    ("entry:0:", "3", "La facture est illisible"),
    ("documents:0:quitus", "", "Il n’est pas signé"),
    ("grant:1:", "", "Le montant n’est pas celui de l’arrêté"),
    ("question:0:nb_classes", "", "Il y en a sept"),
)


def test_each_reason_leads_the_mandataire_to_its_row(
    association: Browser, sent: YearKey, browse: Callable[[], Browser]
) -> None:
    association.follow(f"{FILE}/renvoi", {"etape": "documents", "motif": "Merci de revoir ceci", **points(*EVERY)})
    assert state_of(sent) == "returned"
    mandataire = browse().sign_in("075-0013")
    for page in (HOME, f"{HOME}reste-a-faire", f"{HOME}envoi"):
        text = mandataire.get(page).text
        for _, _, words in EVERY:
            assert words in text, page
        assert "Merci de revoir ceci" in text
        assert re.search(rf'{HOME}cahier\?mois=[^"]*#ecriture-\d+', text)
        for address in ("documents#d-quitus", "subventions#subvention-1", "cra#q_nb_classes"):
            assert f'href="{HOME}{address}"' in text
    assert 'id="subvention-1"' in mandataire.get(f"{HOME}subventions").text
    assert 'id="q_nb_classes"' in mandataire.get(f"{HOME}cra").text
    assert 'id="d-quitus"' in mandataire.get(f"{HOME}documents").text
    (message,) = Message.select()
    assert "La facture est illisible" in message.content
    assert "Quitus signé : Il n’est pas signé" in moves_of(sent)[-1].reason


def test_the_association_sees_them_again_when_it_comes_back(association: Browser, sent: YearKey) -> None:
    send_back(association, *EVERY)
    moves.send(SOMEONE, sent, lambda: date(2025, 9, 5))
    text = association.get(FILE).text
    assert "Renvoyé le" in text
    assert "Il n’est pas signé" in text


def test_an_entry_struck_out_since_still_has_its_reason(
    association: Browser, sent: YearKey, browse: Callable[[], Browser]
) -> None:
    send_back(association, EVERY[0], step="cahier")
    reason = reasons_of(sent, len(moves_of(sent)))[0]
    assert reason.kind == "entry"
    ledger.strike_entry(SOMEONE, sent, reason.row)
    text = browse().sign_in("075-0013").get(HOME).text
    assert "La facture est illisible" in text
    assert f"{HOME}cahier/supprimees" in text


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("entry:0:", "", "Illisible"), "Indiquez le numéro de la pièce."),
        (
            ("entry:0:", "999", "Illisible"),
            "Aucune écriture ne porte ce numéro : recopiez-le du cahier en entier, par exemple 01",
        ),
        (("documents:0:quitus", "3", "Illisible"), "Effacez ce numéro"),
        (("documents:0:quitus", "", ""), "Dites en quelques mots"),
        (("grant:77:", "", "Illisible"), "Ce choix n’existe pas."),
        (("entry:5:", "", "Illisible"), "Ce choix n’existe pas."),
        (("a", "", "Illisible"), "Ce choix n’existe pas."),
        (("", "", "x" * 501), "500"),
        (("", "", ""), "ici ou point par point"),
    ],
)
def test_a_reason_that_says_nothing_is_refused_and_stays_typed(
    association: Browser, sent: YearKey, line: tuple[str, str, str], said: str
) -> None:
    answer = association.post(f"{FILE}/renvoi", {"etape": "documents", "motif": "", **points(line)})
    assert answer.status_code == 422
    assert said in answer.text
    assert state_of(sent) == "sent"
    assert ReturnReason.select().count() == 0


def test_more_than_a_letter_holds_is_refused(association: Browser, sent: YearKey) -> None:
    lines = [("documents:0:quitus", "", "x" * 400)] * 3
    answer = association.post(f"{FILE}/renvoi", {"etape": "documents", "motif": "", **points(*lines)})
    assert answer.status_code == 422
    assert "raccourcissez-les" in answer.text
    assert state_of(sent) == "sent"


def test_a_single_reason_for_the_whole_is_kept_as_before(association: Browser, sent: YearKey) -> None:
    send_back(association, reason="Le relevé est illisible")
    assert moves_of(sent)[-1].reason == "Le relevé est illisible"
    assert ReturnReason.select().count() == 0


def test_reasons_are_kept_as_they_were(association: Browser, sent: YearKey) -> None:
    send_back(association, *EVERY)
    assert ReturnReason.select().count() == len(EVERY)
    for work in (ReturnReason.update(text="Autre chose"), ReturnReason.delete()):
        with pytest.raises(PeeweeException, match="decision_intouchable"), database.atomic():
            work.execute()


def test_reasons_in_one_line() -> None:
    one = Reason("documents", 0, "quitus", "Quitus signé", "Il manque")
    assert in_one_line("Le relevé", []) == "Le relevé"
    assert in_one_line("", [one]) == "Quitus signé : Il manque"
    assert in_one_line("Revoir", [one, Reason("", 0, "", "", "Tout")]) == ("Revoir • Quitus signé : Il manque • Tout")
    assert plain(" 003b ") == "3b"
