"""Mails that leave: through a real mail server, once, in French, with headers that nobody can add to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask import Flask

from retkoop import mail
from retkoop.actions import mails
from retkoop.association import Message
from retkoop.audit import now
from retkoop.config import Config
from retkoop.letters import Letter, new_password
from retkoop.models import Person
from tests.factories import a_person, a_year
from tests.support.mailbox import Mailbox, mail_server

LETTER = Letter("Votre CRF 2024-2025 est validé", "Bonjour Zoé,", ("L’école <b>Ferry</b> : bravo.",), ("Un point",),
                "Voir le CRF", "/coop/075-0001/2024-2025/")  # fmt: skip


@pytest.fixture
def person(app: Flask) -> Person:
    """Give a mandataire who can be written to."""
    a_year()
    someone = a_person(name="Zoé")
    Person.update(mail="zoe@exemple.fr").where(Person.id == someone.id).execute()
    return Person.get_by_id(someone.id)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """Give a mail server."""
    with mail_server() as mailbox:
        yield mailbox


def config_of(app: Flask, url: str = "") -> Config:
    return replace(app.config["RETKOOP"], smtp_url=url, base_url="https://retkoop.exemple.fr")


def post(person: Person, once: str = "un", kind: str = "validation", letter: Letter = LETTER) -> int | None:
    return mails.writing(mails.post)(person, kind, letter, once)


def deliver(app: Flask, url: str) -> int:
    with app.app_context():
        return mail.deliver(config_of(app, url))


def states() -> list[tuple[str, int, str]]:
    return [(row.state, row.attempts, row.error) for row in Message.select().order_by(Message.id)]


def test_it_arrives_once_in_text_and_in_html(app: Flask, person: Person, mailbox: Mailbox) -> None:
    number = post(person)
    assert post(person) is None
    assert deliver(app, mailbox.url) == 1
    assert deliver(app, mailbox.url) == 0
    (arrived,) = mailbox.arrived
    assert arrived["Subject"] == "Votre CRF 2024-2025 est validé"
    assert arrived["To"] == "zoe@exemple.fr"
    assert arrived["From"] == "Retkoop <ne-pas-repondre@retkoop.exemple.fr>"
    assert arrived["Message-ID"] == f"<{number}.validation@retkoop.exemple.fr>"
    assert arrived["Date"].rstrip()[-5:] in ("+0100", "+0200")
    text = arrived.get_body(("plain",)).get_content()
    assert "L’école <b>Ferry</b> : bravo." in text
    assert "- Un point" in text
    assert "https://retkoop.exemple.fr/coop/075-0001/2024-2025/" in text
    html = arrived.get_body(("html",)).get_content()
    assert "L’école &lt;b&gt;Ferry&lt;/b&gt;" in html
    assert '<html lang="fr">' in html
    assert 'href="https://retkoop.exemple.fr/coop/075-0001/2024-2025/"' in html
    assert states() == [("sent", 1, "")]


@pytest.mark.parametrize(
    ("answer", "state", "error"),
    [
        ("451 plus tard", "waiting", "Le serveur de courriel répond 451."),
        ("554 refusé", "failed", "Le serveur de courriel répond 554."),
        ("cut", "failed", mails.UNSURE),
    ],
)
def test_what_the_server_answers_decides(
    app: Flask, person: Person, mailbox: Mailbox, answer: str, state: str, error: str
) -> None:
    post(person)
    mailbox.answers = [answer]
    assert deliver(app, mailbox.url) == 0
    assert states() == [(state, 1, error)]
    # Nothing is tried again at once, nor what may have been taken ever.
    assert deliver(app, mailbox.url) == 0
    Message.update(due_at=now() - timedelta(days=1)).execute()
    assert deliver(app, mailbox.url) == (1 if state == "waiting" else 0)


def test_an_address_that_is_refused_fails(app: Flask, person: Person, mailbox: Mailbox) -> None:
    post(person)
    mailbox.refused = "550 inconnu"
    deliver(app, mailbox.url)
    assert states() == [("failed", 1, "L’adresse est refusée (550).")]


def test_a_server_that_is_away_is_tried_again_a_few_times(app: Flask, person: Person) -> None:
    post(person)
    for attempt in range(1, mails.MOST_ATTEMPTS + 1):
        Message.update(due_at=now()).execute()
        assert deliver(app, "smtp://127.0.0.1:9") == 0
        assert states() == [
            (
                "failed" if attempt == mails.MOST_ATTEMPTS else "waiting",
                attempt,
                "Le serveur de courriel ne répond pas.",
            )
        ]


def test_a_worker_killed_in_the_middle_sends_nothing_twice(app: Flask, person: Person, mailbox: Mailbox) -> None:
    post(person)
    claimed = mails.claim(now())
    assert claimed is not None
    # Killed here: whether the server took it is not known.
    assert deliver(app, mailbox.url) == 0
    assert states()[0][0] == "sending"
    Message.update(claimed_at=now() - timedelta(hours=1)).execute()
    assert deliver(app, mailbox.url) == 0
    assert states() == [("failed", 1, mails.UNSURE)]
    assert mailbox.arrived == []


def test_two_workers_never_take_the_same(app: Flask, person: Person) -> None:
    post(person, "un")
    post(person, "deux")
    first, second, third = mails.claim(now()), mails.claim(now()), mails.claim(now())
    assert first is not None
    assert second is not None
    assert third is None
    assert first.id != second.id


def test_without_a_server_it_is_a_file(app: Flask, person: Person, tmp_path: Path) -> None:
    number = post(person)
    with app.app_context():
        assert mail.deliver(replace(config_of(app), mails=tmp_path / "mails")) == 1
    (file,) = (tmp_path / "mails").iterdir()
    assert file.name == f"{number}.validation.eml"
    assert message_from_bytes(file.read_bytes(), policy=policy.default)["To"] == "zoe@exemple.fr"
    assert file.stat().st_mode & 0o077 == 0


def test_no_line_is_added_to_a_header(app: Flask, person: Person, mailbox: Mailbox) -> None:
    hostile = replace(LETTER, subject="Bravo\r\nBcc: tous@exemple.fr")
    post(person, letter=hostile)
    assert deliver(app, mailbox.url) == 0
    assert mailbox.arrived == []
    assert states()[0][0] == "failed"
    for address in (
        "a@exemple.fr\nBcc: b@exemple.fr",
        "a@exemple.fr, b@exemple.fr",
        "a@exemple",
        "@",
        "a b@exemple.fr",
    ):
        assert not mails.can_be_written_to(address)
    assert mails.can_be_written_to("zoe.martin+occe@ac-paris.exemple.fr")


def test_it_does_not_go_too_fast(app: Flask, person: Person, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for once in "abc":
        post(person, once)
    monkeypatch.setattr(mail, "MOST_A_MINUTE", 2)
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        Message.update(claimed_at=now() - timedelta(minutes=2)).where(Message.state == "sent").execute()

    monkeypatch.setattr(mail.time, "sleep", wait)
    assert deliver(app, mailbox.url) == 3
    assert waited == [1]


def test_a_password_is_not_told_to_a_server_that_does_not_hide_it(monkeypatch: pytest.MonkeyPatch) -> None:
    line = mail._Line("smtp://moi:secret@serveur.exemple.fr:2525")

    class Plain:
        def __init__(self, *args: object, **kwargs: object) -> None:
            self.said: list[str] = []

        def ehlo(self) -> None: ...

        def has_extn(self, name: str) -> bool:
            return False

        def login(self, *said: str) -> None:
            raise AssertionError("the password left in the clear")

    monkeypatch.setattr(mail.smtplib, "SMTP", Plain)
    with pytest.raises(mail.NotSent, match="ne chiffre pas"):
        line._open()


def test_a_secret_is_in_the_mail_alone(app: Flask, person: Person, mailbox: Mailbox) -> None:
    number = post(person, kind="mot_de_passe", letter=new_password("Zoé", "075-0001", 24))
    assert number is not None
    secret = mail.secret_of(config_of(app), number)
    row = Message.get()
    assert secret not in repr(row.__data__)
    with app.app_context():
        assert secret not in mail.written(row, config_of(app))["txt"]
    deliver(app, mailbox.url)
    assert f"/mot-de-passe/nouveau/{secret}" in mailbox.arrived[0].get_body(("plain",)).get_content()


def test_a_reminder_has_its_way_out_and_a_decision_has_none(app: Flask, person: Person, mailbox: Mailbox) -> None:
    post(person, "un", kind="rappel")
    post(person, "deux")
    deliver(app, mailbox.url)
    reminder, decision = mailbox.arrived
    link = reminder["List-Unsubscribe"].strip("<>")
    assert link in reminder.get_body(("plain",)).get_content()
    assert mail.opted_out(config_of(app), link.rpartition("/")[2]) == person.id
    assert decision["List-Unsubscribe"] is None
    assert "Ne plus recevoir" not in decision.get_body(("plain",)).get_content()


def test_one_that_cannot_be_written_lets_the_others_pass(app: Flask, person: Person, mailbox: Mailbox) -> None:
    post(person, "un")
    Message.update(content="{}").execute()
    post(person, "deux")
    assert deliver(app, mailbox.url) == 1
    assert [state for state, _, _ in states()] == ["failed", "sent"]
