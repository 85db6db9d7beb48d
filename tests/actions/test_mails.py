"""What is told by mail is written along with what it tells, to the mandataires who can be reached, once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from retkoop.actions import backup, mails, moves
from retkoop.association import Message
from retkoop.audit import Actor
from retkoop.db import writing
from retkoop.errors import Conflict, NotFound
from retkoop.letters import Letter
from retkoop.models import Journal, Person, YearKey
from tests.factories import SOMEONE, a_case, a_person
from tests.support.year_end import finish

AD = Actor("Dominique de l’AD", 2)


@pytest.fixture
def sent(app: Flask) -> YearKey:
    """Give a year that was sent, with two mandataires to write to, and three people not to."""
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    for name, role, mail, disabled in (
        ("anne", "mandataire", "anne@exemple.fr", 0), ("zoe", "mandataire", "zoe@exemple.fr", 0),
        ("sans", "mandataire", "", 0), ("partie", "mandataire", "partie@exemple.fr", 1),
        ("verif", "verificateur", "verif@exemple.fr", 0),
    ):  # fmt: skip
        person = a_person(name, role, coop_identifier=key.coop, name=name.title())
        Person.update(mail=mail, disabled=disabled).where(Person.id == person.id).execute()
    finish(key)
    moves.send(SOMEONE, key, lambda: date(2025, 9, 5))
    return key


def told() -> list[tuple[str, str, Letter]]:
    return [(row.kind, row.recipient, Letter.read(row.content)) for row in Message.select().order_by(Message.recipient)]


def test_a_validation_is_told_to_each_mandataire_who_can_be_reached(sent: YearKey) -> None:
    moves.validate(AD, sent)
    assert [(kind, to) for kind, to, _ in told()] == [
        ("validation", "anne@exemple.fr"),
        ("validation", "zoe@exemple.fr"),
    ]
    letter = told()[0][2]
    assert letter.subject == f"Votre CRF {sent.year.label} est validé"
    assert letter.greeting == "Bonjour Anne,"
    assert letter.address == f"/coop/{sent.coop}/{sent.year.label}/"


@pytest.mark.parametrize("step", ["cra", "cahier"])
def test_a_return_tells_the_reason_and_leads_to_the_step(sent: YearKey, step: str) -> None:
    moves.send_back(AD, sent, step, "Le nombre de classes")
    kind, _, letter = told()[0]
    assert kind == "renvoi"
    assert "Motif : Le nombre de classes" in letter.paragraphs
    assert letter.address == f"/coop/{sent.coop}/{sent.year.label}/{step}"


def test_each_return_is_told(sent: YearKey) -> None:
    for reason in ("Le quitus", "Le relevé"):
        moves.send_back(AD, sent, "documents", reason)
        moves.send(SOMEONE, sent, lambda: date(2025, 9, 5))
    assert len(told()) == 4


def test_what_did_not_happen_is_not_told(sent: YearKey) -> None:
    @writing
    def halfway() -> None:
        moves.validate(AD, sent)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        halfway()
    assert told() == []
    moves.validate(AD, sent)
    with pytest.raises(Conflict):
        moves.validate(AD, sent)
    assert len(told()) == 2


def test_a_failed_message_is_sent_again_by_somebody_and_a_sent_one_is_not(sent: YearKey) -> None:
    moves.validate(AD, sent)
    row = Message.select().first()
    with pytest.raises(Conflict, match="déjà envoyé"):
        mails.send_again(AD, sent.department, row.id)
    Message.update(state="failed", attempts=6, error="non").where(Message.id == row.id).execute()
    with pytest.raises(NotFound):
        mails.send_again(AD, "013", row.id)
    mails.send_again(AD, sent.department, row.id)
    again = mails.message_of(sent.department, row.id)
    assert (again.state, again.attempts, again.error) == ("waiting", 0, "")
    assert Journal.select().where(Journal.subject == "courriel").count() == 1
    mails.cancel(AD, sent.department, row.id)
    with pytest.raises(Conflict):
        mails.cancel(AD, sent.department, row.id)


def test_after_a_restoration_nothing_that_waited_is_sent(app: Flask, sent: YearKey, tmp_path: Path) -> None:
    moves.validate(AD, sent)
    backup.save(tmp_path / "s.zip", app.config["STORAGE"])
    backup.restore(tmp_path / "s.zip", app.config["STORAGE"])
    assert {(row.state, row.error) for row in Message.select()} == {("cancelled", mails.RESTORED)}
