"""The AD decides about a year that was sent: it takes it up, sends it back, validates it; the cooperative is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date

import pytest
from flask import Flask

from retkoop import year_rows
from retkoop.actions import moves
from retkoop.actions.year_documents import give_document
from retkoop.actions.years import open_year
from retkoop.association import Message
from retkoop.audit import OPERATOR, Actor, record
from retkoop.clean_files import obstacles
from retkoop.clean_rows import waiting_files
from retkoop.facts import Allocation
from retkoop.models import ChartAccount, Department, Person, Year, YearKey
from retkoop.school_year import SchoolYear
from tests.factories import SOMEONE, a_case, a_coop, a_person, a_year, an_entry
from tests.support.papers import arrived
from tests.support.year_end import finish
from tests.views.conftest import Browser

QUEUE = "/ad/075/validation"
FILE = f"{QUEUE}/075-0013/2024-2025"
HOME = "/coop/075-0013/2024-2025/"


def send(key: YearKey) -> None:
    moves.send(SOMEONE, key, lambda: date(2025, 9, 5))


@pytest.fixture
def sent(app: Flask) -> YearKey:
    """Give a year that was sent; its mandataire has an address, AD 075 an account."""
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    a_person(key.coop, coop_identifier=key.coop, name="Camille")
    Person.update(mail="camille@exemple.fr").where(Person.identifier == key.coop).execute()
    a_person("asso", "ad", name="Michel")
    finish(key)
    send(key)
    return key


@pytest.fixture
def association(sent: YearKey, browse: Callable[[], Browser]) -> Browser:
    return browse().sign_in("asso")


def state_of(key: YearKey) -> str:
    return str(Year.get(key.of(Year)).state)


def test_from_the_queue_to_the_validation_without_a_script(
    association: Browser, sent: YearKey, browse: Callable[[], Browser]
) -> None:
    page = association.get(QUEUE).text
    assert "1 dossier" in page
    assert "C’est la première validation de 2024-2025" in association.get(FILE).text
    assert FILE in page
    assert "pris en charge" not in page
    page = association.follow(f"{FILE}/prise-en-charge").text
    assert "ne peut plus retirer" in page
    assert "pris en charge" in association.get(QUEUE).text
    assert association.post(f"{FILE}/renvoi", {"etape": "cra", "motif": ""}).status_code == 422
    assert state_of(sent) == "sent"
    association.get(FILE)
    page = association.follow(f"{FILE}/renvoi", {"etape": "cra", "motif": "Le nombre de classes"}).text
    assert "Aucun dossier n’attend" in page
    assert state_of(sent) == "returned"
    mandataire = browse().sign_in("075-0013")
    assert "Le nombre de classes" in mandataire.get(HOME).text
    send(sent)
    page = association.get(QUEUE).text
    assert "Le nombre de classes" in page
    association.get(FILE)
    unconfirmed = association.post(f"{FILE}/validation")
    assert unconfirmed.status_code == 422, "it is final: that is confirmed first"
    assert "Cochez «" in unconfirmed.text
    assert "Valider l’exercice" in unconfirmed.text
    association.get(FILE)
    assert "est validé" in association.follow(f"{FILE}/validation", {"confirme": "1"}).text
    assert state_of(sent) == "validated"
    page = association.get(FILE).text
    assert "Rien n’est à décider" in page
    assert "C’est la première validation" not in page, "the rules of the year are frozen by now"
    assert [row.kind for row in Message.select().order_by(Message.id)] == ["renvoi", "validation"]


def give_paper(app: Flask, key: YearKey) -> int:
    """Have the cooperative give its quitus, after a return to its documents, and send again."""
    moves.send_back(OPERATOR, key, "documents", "Le quitus manque")
    number = give_document(SOMEONE, key, "quitus", arrived(app.config["STORAGE"], "navy", "quitus signé")).number
    send(key)
    return int(number)


def test_the_file_tells_accounts_documents_and_who_of_the_association_typed(
    app: Flask, association: Browser, sent: YearKey
) -> None:
    page = association.get(FILE).text
    assert "semble correct" in page
    assert "Saisi en partie" not in page
    assert "Quitus signé" in page
    assert "À signer après la clôture" not in page, "it was sent by post after the closing"
    assert "il n’y a rien à comparer" in page
    number = give_paper(app, sent)
    shown = association.get(FILE).text
    assert f"{FILE}?document={number}#papiers" in shown
    assert f'src="{HOME}documents/{number}/' in association.get(f"{FILE}?document={number}").text
    assert association.get(f"{HOME}documents/{number}/fichier").status_code == 200
    record(Actor("Michel", Person.get(Person.identifier == "asso").id), sent, "modification", "crf")
    assert "Saisi en partie par l’association départementale" in association.get(FILE).text


@pytest.fixture
def forget_charts() -> Iterator[None]:
    """Published versions never change: databases of other tests know others of the same year and size."""
    year_rows._chart_version.cache_clear()
    yield
    year_rows._chart_version.cache_clear()


def test_an_account_that_was_withdrawn_since_last_year_is_compared_and_keeps_the_file_from_being_clean(
    app: Flask, browse: Callable[[], Browser], forget_charts: None
) -> None:
    gone = "67000008"
    last_year = open_year(OPERATOR, a_coop("075-0013"), SchoolYear(2023))
    an_entry(last_year, day=date(2023, 11, 4), bank=-90_000, allocations=(Allocation(gone, 90_000),))
    for account in year_rows.chart_for(2023):
        if account.code != gone:
            ChartAccount.insert(first_year=2024, **asdict(account)).execute()
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    a_person("asso", "ad", name="Michel")
    finish(key)
    send(key)
    page = browse().sign_in("asso").get(FILE).text
    assert "6700 Charges exceptionnelles" in page
    assert "retiré du plan comptable" in page
    assert f"compte={gone}" not in page
    (file,) = waiting_files(Department.get_by_id("075"))
    assert any("Compte 6700 Charges" in words for words in obstacles(file.dossier, date(2025, 9, 5)))


@pytest.mark.parametrize("what", ["prise-en-charge", "renvoi", "validation"])
def test_what_was_not_sent_is_not_decided(association: Browser, what: str) -> None:
    key = a_year(a_coop("075-0001"))
    association.get(QUEUE)
    typed = {"etape": "cra", "motif": "Une erreur", "confirme": "1"}
    assert association.post(f"{QUEUE}/075-0001/2024-2025/{what}", typed).status_code == 409
    assert state_of(key) == "open"


def test_another_association_finds_nothing(association: Browser, sent: YearKey, browse: Callable[[], Browser]) -> None:
    a_year(a_coop("013-0001"))
    a_person("port", "ad", department="013")
    other = browse().sign_in("port")
    for address in (FILE, QUEUE, "/ad/013/validation/075-0013/2024-2025"):
        assert other.get(address).status_code == 404
        assert other.post(f"{address}/validation", {"confirme": "1"}).status_code in (404, 405)
    assert state_of(sent) == "sent"
    assert "Aucun dossier n’attend" in other.get("/ad/013/validation").text


@pytest.mark.parametrize(
    ("address", "said"),
    [("camille@exemple.fr", "Son mandataire est prévenu par mail."), ("", "Aucune adresse mail n’est notée")],
)
def test_it_says_whether_somebody_has_a_mail(association: Browser, sent: YearKey, address: str, said: str) -> None:
    Person.update(mail=address).where(Person.identifier == sent.coop).execute()
    association.get(FILE)
    page = association.follow(f"{FILE}/validation", {"confirme": "1"}).text
    assert "l’exercice 2024-2025 est validé" in page
    assert said in page
    assert Message.select().count() == int(bool(address))


def test_the_queue_says_which_are_planned(association: Browser, sent: YearKey) -> None:
    assert "validation programmée" not in association.get(QUEUE).text
    ticked = f"{sent.coop}/2024/{Year.get(sent.of(Year)).moves}"
    association.get(f"{QUEUE}/ensemble")
    association.follow(f"{QUEUE}/ensemble", {"dossier": ticked})
    assert "reçu, validation programmée" in association.get(QUEUE).text
