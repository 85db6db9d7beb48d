"""The preview of what would be validated together, its half hour, and taking it back, by forms alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask

from retkoop import jobs
from retkoop.actions import bulk_validation, moves, plans
from retkoop.audit import Actor, now
from retkoop.decision_tables import PlannedValidation
from retkoop.models import Department, Person, Year, YearKey
from tests.factories import SOMEONE, a_case, a_coop, a_person, a_year
from tests.support.queries import counted
from tests.support.year_end import finish
from tests.views.conftest import Browser

QUEUE = "/ad/075/validation"
TOGETHER = f"{QUEUE}/ensemble"
FILE = f"{QUEUE}/075-0013/2024-2025"


def send(key: YearKey) -> None:
    finish(key)
    moves.send(SOMEONE, key, lambda: date(2025, 9, 5))


@pytest.fixture
def sent(app: Flask) -> YearKey:
    """Give a clean year that was sent, beside one that was once sent back."""
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    other = a_case("ecole-101", app.config["STORAGE"])
    a_person("asso", "ad", name="Michel")
    for one in (key, other):
        send(one)
    moves.send_back(SOMEONE, other, "cra", "Le nombre de classes")
    send(other)
    return key


@pytest.fixture
def association(sent: YearKey, browse: Callable[[], Browser]) -> Browser:
    return browse().sign_in("asso")


def state_of(key: YearKey) -> str:
    return str(Year.get(key.of(Year)).state)


def ticked(page: str) -> list[str]:
    return re.findall(r'name="dossier" value="([^"]+)" checked', page)


def test_from_the_preview_to_the_validation_without_a_script(association: Browser, sent: YearKey) -> None:
    page = association.get(TOGETHER)
    assert "1 dossier sans rien à regarder" in page.text
    assert "Ce sont les premières validations de 2024-2025" in page.text
    assert "Il a déjà été renvoyé («\xa0Le nombre de classes\xa0»)" in page.text
    (value,) = ticked(page.text)
    assert association.post(TOGETHER).status_code == 422, "nothing is ticked"
    page = association.follow(TOGETHER, {"dossier": value})
    assert "sera validé" in page.text
    assert "sera validé" in association.get(FILE).text
    assert ticked(association.get(TOGETHER).text) == []
    assert "Rien ne sera validé" in association.follow(f"{TOGETHER}/annulation").text
    association.follow(TOGETHER, {"dossier": value})
    association.follow(f"{FILE}/annulation")
    assert PlannedValidation.select().where(PlannedValidation.state == "waiting").count() == 0
    assert association.post(f"{FILE}/annulation").status_code == 409
    association.follow(TOGETHER, {"dossier": value})
    assert bulk_validation.carry_out(now() + plans.DELAY, lambda: date(2025, 9, 5)) == 1
    assert state_of(sent) == "validated"
    assert "sera validé" not in association.get(QUEUE).text
    assert association.get(TOGETHER).text.count("annulé le") == 2


def test_what_was_withdrawn_meanwhile_says_so_on_the_queue(association: Browser, sent: YearKey) -> None:
    association.follow(TOGETHER, {"dossier": ticked(association.get(TOGETHER).text)[0]})
    moves.withdraw(SOMEONE, sent)
    page = association.get(QUEUE).text
    assert "Programmé, et pas validé" in page
    assert "La coopérative a retiré son envoi." in page


def test_what_changed_since_the_preview_is_left_out(association: Browser, sent: YearKey) -> None:
    seen = ticked(association.get(TOGETHER).text)[0]
    moves.withdraw(SOMEONE, sent)
    send(sent)
    assert "il a changé depuis que vous l’avez vu" in association.follow(TOGETHER, {"dossier": seen}).text
    assert PlannedValidation.select().count() == 0


def test_ids_of_another_association_plan_and_cancel_nothing(
    association: Browser, sent: YearKey, browse: Callable[[], Browser]
) -> None:
    value = ticked(association.get(TOGETHER).text)[0]
    association.follow(TOGETHER, {"dossier": value})
    a_year(a_coop("013-0001"))
    a_person("port", "ad", department="013")
    other = browse().sign_in("port")
    other.get("/ad/013/validation")
    for address in (
        TOGETHER,
        f"{TOGETHER}/annulation",
        f"{FILE}/annulation",
        "/ad/013/validation/075-0013/2024-2025/annulation",
    ):
        assert other.post(address, {"dossier": value}).status_code == 404
    assert other.post("/ad/013/validation/ensemble/annulation").status_code == 409, "it has nothing planned"
    plans.cancel(SOMEONE, "075")
    other.get("/ad/013/validation/ensemble")
    assert "il a changé depuis" in other.follow("/ad/013/validation/ensemble", {"dossier": value}).text
    assert PlannedValidation.select().where(PlannedValidation.state == "waiting").count() == 0


@pytest.mark.parametrize("value", ["", "075-0013", "075-0013/2024/x", "075-0013/9999999/1", "🙂/2024/2", "a" * 5000])
def test_what_is_no_row_of_the_preview_is_no_choice(association: Browser, value: str) -> None:
    association.get(TOGETHER)
    assert association.post(TOGETHER, {"dossier": value}).status_code == 422


def test_the_preview_asks_as_often_for_two_files_as_for_three(app: Flask, association: Browser, sent: YearKey) -> None:
    with counted() as two:
        association.get(TOGETHER)
    third = a_case("ecole-103-sans-caisse", app.config["STORAGE"])
    send(third)
    with counted() as three:
        page = association.get(TOGETHER).text
    assert third.coop in page
    assert len(three) == len(two)


def test_the_worker_and_the_command_carry_out_what_is_due(app: Flask, association: Browser, sent: YearKey) -> None:
    association.follow(TOGETHER, {"dossier": ticked(association.get(TOGETHER).text)[0]})
    run = app.test_cli_runner()
    assert run.invoke(args=["validations"]).stdout == "Exercices validés : 0.\n"
    plans.cancel(SOMEONE, "075")
    department, moved = sent.department, Year.get(sent.of(Year)).moves
    chosen = [bulk_validation.Chosen(sent.coop, sent.start_year, moved)]
    early = now() - plans.DELAY - timedelta(minutes=1)
    member = Actor("Dominique", Person.get(Person.role == "ad").id)
    bulk_validation.plan(member, Department.get_by_id(department), chosen, date(2025, 9, 5), early)
    assert "attend depuis" in association.get(QUEUE).text, "without a worker, the page says so"
    jobs.init_app(app)
    jobs.validate_planned()
    assert state_of(sent) == "validated"
