"""What is kept for a while goes once it is over; what is not over stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from retkoop.actions import jobs, mails, tidying
from retkoop.association import ActivationLink, Job, Message
from retkoop.audit import now
from retkoop.db import writing
from retkoop.letters import validated
from retkoop.models import Person
from retkoop.storage import Storage
from tests.factories import SOMEONE, YEAR, a_coop, a_person

LETTER = validated("Zoé", "Les Lilas", "2024-2025", "/")


@pytest.fixture
def storage(app: Flask) -> Storage:
    a_coop()
    store: Storage = app.config["STORAGE"]
    return store


def made(storage: Storage, kind: str, ended: timedelta) -> tuple[int, str]:
    """Give work of a kind that ended some time ago, and what it left."""
    number = jobs.ask(SOMEONE, "075", kind, YEAR)
    row = jobs.claim("ailleurs:1", now())
    assert row is not None
    digest = storage.put(f"{kind} {number}".encode())
    jobs.finish(row, digest, "a.zip", 5)
    Job.update(ended_at=now() - ended).where(Job.number == number).execute()
    return number, digest


@pytest.mark.parametrize(
    ("kind", "age", "stays"),
    [
        ("crf", timedelta(days=29), True), ("crf", timedelta(days=31), False),
        ("lettres", timedelta(hours=23), True), ("lettres", timedelta(hours=25), False),
        ("extrait", timedelta(days=5000), True),
    ],
)  # fmt: skip
def test_the_file_of_long_work_is_offered_for_a_while(storage: Storage, kind: str, age: timedelta, stays: bool) -> None:
    scan = storage.put(b"a scan")
    number, digest = made(storage, kind, age)
    for _ in range(2):
        tidying.tidy(now(), storage)
    assert storage.has(digest) is stays
    assert bool(jobs.job_of("075", number).digest) is stays
    assert storage.has(scan)


def test_it_goes_on_from_where_it_was_cut(storage: Storage) -> None:
    number, digest = made(storage, "crf", timedelta(days=31))
    storage.delete(digest)
    tidying.tidy(now(), storage)
    assert jobs.job_of("075", number).digest == ""


def a_mail(kind: str, state: str, at: datetime) -> None:
    zoe = Person.get()
    number = writing(mails.post)(zoe, kind, LETTER, f"{kind}{state}{at}")
    sent: dict[str, Any] = {"sent_at": at} if state == "sent" else {}
    Message.update(state=state, made_at=at, **sent).where(Message.id == number).execute()


def test_mails_that_are_over_go_after_two_years_and_those_with_a_link_after_a_month(storage: Storage) -> None:
    zoe = a_person()
    Person.update(mail="zoe@exemple.fr").where(Person.id == zoe.id).execute()
    for days in (20, 40, 700, 800):
        for kind in ("validation", "mot_de_passe"):
            a_mail(kind, "sent", now() - timedelta(days=days))
    a_mail("rappel", "waiting", now() - timedelta(days=900))
    tidying.tidy(now(), storage)
    left = sorted((-(now() - row.made_at).days, row.kind) for row in Message.select())
    assert left == [
        (-900, "rappel"), (-700, "validation"), (-40, "validation"), (-20, "mot_de_passe"), (-20, "validation"),
    ]  # fmt: skip


def test_a_link_goes_a_month_after_it_has_ended(storage: Storage) -> None:
    for number, days in enumerate((-1, 20, 40)):
        person = a_person(f"guest-{number}")
        ActivationLink.insert(
            person=person.id, digest=f"{number}" * 64, expires_at=now() - timedelta(days=days)
        ).execute()
    tidying.tidy(now(), storage)
    assert ActivationLink.select().count() == 2


def test_work_under_way_is_never_forgotten(storage: Storage) -> None:
    number = jobs.ask(SOMEONE, "075", "rappel", YEAR)
    Job.update(made_at=now() - timedelta(days=3000)).execute()
    tidying.tidy(now(), storage)
    assert jobs.job_of("075", number).state == "waiting"
    jobs.cancel(SOMEONE, "075", number)
    tidying.tidy(now(), storage)
    assert Job.select().count() == 0
