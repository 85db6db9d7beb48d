"""The second factor: set up by a first code, asked for once each, lost and lifted; nothing in clear is ever stored."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pyotp
import pytest
import time_machine
from flask import Flask

from retkoop import db
from retkoop.actions import backup, second_factor
from retkoop.actions.people import TooManyAttempts
from retkoop.actions.second_factor import Proof
from retkoop.association import TABLES, Message, RecoveryCode, SecondFactor, StaffEntry
from retkoop.audit import Actor, now
from retkoop.errors import Conflict, Refusal
from retkoop.models import Attempt, Journal, Person
from tests.factories import PASSWORD, a_coop, a_department, a_person

KEY, TODAY = "clé de l’instance" * 3, date(2025, 9, 5)
ANNE = Actor("Anne Petit", 1)
STEP = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """Stop the clock: a code is that of half a minute."""
    with time_machine.travel("2025-09-05T10:00:05+02:00", tick=False):
        yield


@pytest.fixture
def anne(app: Flask) -> Person:
    """Give somebody of an AD, who can be written to."""
    a_department()
    person = a_person("anne", "ad", name="Anne Petit")
    Person.update(mail="anne@exemple.fr").execute()
    return Person.get_by_id(person.id)


def secret_of(person: Person) -> str:
    secret = second_factor.waiting_secret(KEY, person, now())
    assert secret is not None
    return secret


def code_of(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(now() + steps * STEP)


def enabled(person: Person) -> tuple[str, list[str]]:
    """Set a phone up; give its secret, whose code of now is used, and the recovery codes."""
    second_factor.begin(KEY, person, PASSWORD)
    secret = secret_of(person)
    return secret, second_factor.confirm(KEY, ANNE, person, code_of(secret), now())


def lines() -> list[str]:
    """Give what the journal tells of accounts once they exist: in no order, for the clock stands still."""
    told = Journal.select(Journal.action).where(Journal.subject == "compte", Journal.action != "création")
    return sorted(line.action for line in told)


def everything() -> str:
    return repr([list(table.select().tuples()) for table in TABLES])


def test_a_first_code_sets_it_up_and_ends_the_sessions(anne: Person) -> None:
    second_factor.begin(KEY, anne, PASSWORD)
    assert second_factor.factor_of(anne) is None, "nothing is asked for before the phone has shown a code"
    secret = secret_of(anne)
    with pytest.raises(Refusal, match="pas le bon"):
        second_factor.confirm(KEY, ANNE, anne, "000000", now())
    codes = second_factor.confirm(KEY, ANNE, anne, code_of(secret), now())
    assert second_factor.factor_of(anne) is not None
    assert Person.get_by_id(anne.id).session_token != anne.session_token
    assert (len(codes), second_factor.recovery_left(anne), lines()) == (10, 10, ["double authentification"])
    kept = everything()
    assert not [word for word in (secret, *codes) if word in kept]
    with pytest.raises(Conflict, match="déjà en service"):
        second_factor.begin(KEY, anne, PASSWORD)
    with pytest.raises(Conflict, match="trop ancien"):
        second_factor.confirm(KEY, ANNE, anne, code_of(secret, 1), now())


def test_setting_it_up_asks_for_the_password_and_does_not_last(anne: Person) -> None:
    with pytest.raises(Refusal, match="mot de passe"):
        second_factor.begin(KEY, anne, "un autre")
    assert not SecondFactor.select().exists()
    second_factor.begin(KEY, anne, PASSWORD)
    first = secret_of(anne)
    assert second_factor.waiting_secret(KEY, anne, now() + timedelta(minutes=16)) is None
    second_factor.begin(KEY, anne, PASSWORD)
    assert secret_of(anne) != first


def test_a_code_serves_once(anne: Person) -> None:
    secret, _ = enabled(anne)
    with pytest.raises(Refusal, match="déjà servi"):
        second_factor.prove(KEY, anne, Proof(code_of(secret)), now())
    following = code_of(secret, 1)
    second_factor.prove(KEY, anne, Proof(following), now())
    for again in (following, code_of(secret), code_of(secret, -1)):
        with pytest.raises(Refusal, match="déjà servi"):
            second_factor.prove(KEY, anne, Proof(again), now())


def test_a_code_sent_twice_at_one_moment_serves_once(anne: Person) -> None:
    secret, _ = enabled(anne)
    code, instant, taken = code_of(secret, 1), now(), []

    def show() -> None:
        with db.database.connection_context():
            try:
                second_factor.prove(KEY, anne, Proof(code), instant)
            except Refusal:
                return
            taken.append(1)

    threads = [threading.Thread(target=show) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == [1]


def test_a_recovery_code_serves_once_and_leaves_a_line(anne: Person) -> None:
    _, codes = enabled(anne)
    second_factor.prove(KEY, anne, Proof(recovery=codes[3].upper().replace("-", " ")), now())
    assert second_factor.recovery_left(anne) == 9
    with pytest.raises(Refusal, match="déjà servi"):
        second_factor.prove(KEY, anne, Proof(recovery=codes[3]), now())
    assert lines() == ["code de secours", "double authentification"]


def test_what_is_somebody_elses_is_refused(anne: Person) -> None:
    _, codes = enabled(anne)
    basile = a_person("basile", "ad")
    theirs, _ = enabled(basile)
    for proof in (Proof(code_of(theirs, 1)), Proof(recovery=codes[0])):
        who = anne if proof.code else basile
        with pytest.raises(Refusal):
            second_factor.prove(KEY, who, proof, now())


def test_guessing_is_slowed_told_and_keeps_nobody_out_of_a_known_browser(anne: Person) -> None:
    secret, _ = enabled(anne)
    for _ in range(second_factor.ALARM):
        with pytest.raises(Refusal, match="pas le bon"):
            second_factor.prove(KEY, anne, Proof("000000"), now())
    right = code_of(secret, 1)
    with pytest.raises(TooManyAttempts):
        second_factor.prove(KEY, anne, Proof(right), now())
    told = list(Message.select())
    assert [(one.recipient, one.kind) for one in told] == [("anne@exemple.fr", "mot_de_passe")]
    assert "plusieurs codes faux" in told[0].content
    assert lines().count("codes refusés") == 1
    second_factor.prove(KEY, anne, Proof(right), now(), device="son-ordinateur")
    assert Attempt.select().where(Attempt.subject.startswith("code:")).count() == 1


def test_without_its_key_only_recovery_codes_serve(anne: Person) -> None:
    secret, codes = enabled(anne)
    with pytest.raises(Refusal, match="ne peut plus vérifier"):
        second_factor.prove("une autre clé" * 4, anne, Proof(code_of(secret, 1)), now())
    second_factor.prove("une autre clé" * 4, anne, Proof(recovery=codes[0]), now())


def test_a_backup_holds_no_secret_in_clear_and_brings_all_back(app: Flask, anne: Person, tmp_path: Path) -> None:
    secret, codes = enabled(anne)
    file, storage = tmp_path / "sauvegarde.zip", app.config["STORAGE"]
    backup.save(file, storage)
    with zipfile.ZipFile(file) as archive:
        text = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert SecondFactor.get().sealed in text
    assert not [word for word in (secret, *codes) if word in text]
    second_factor.lift(ANNE, anne)
    backup.restore(file, storage)
    second_factor.prove(KEY, anne, Proof(code_of(secret, 1)), now())
    second_factor.prove(KEY, anne, Proof(recovery=codes[0]), now())


def test_new_recovery_codes_replace_the_old_ones(anne: Person) -> None:
    secret, old = enabled(anne)
    with pytest.raises(Refusal, match="mot de passe"):
        second_factor.renew_recovery_codes(KEY, ANNE, anne, "un autre", Proof(code_of(secret, 1)), now())
    new = second_factor.renew_recovery_codes(KEY, ANNE, anne, PASSWORD, Proof(code_of(secret, 1)), now())
    assert not set(old) & set(new)
    assert RecoveryCode.select().count() == 10
    with pytest.raises(Refusal):
        second_factor.prove(KEY, anne, Proof(recovery=old[0]), now())
    second_factor.prove(KEY, anne, Proof(recovery=new[0]), now())


def test_stopping_it_asks_for_password_and_code(anne: Person) -> None:
    _, codes = enabled(anne)
    for password, proof in (("un autre", Proof(recovery=codes[0])), (PASSWORD, Proof("000000"))):
        with pytest.raises(Refusal):
            second_factor.stop(KEY, ANNE, anne, password, proof, now())
    token = Person.get_by_id(anne.id).session_token
    second_factor.stop(KEY, ANNE, anne, PASSWORD, Proof(recovery=codes[0]), now())
    assert second_factor.factor_of(anne) is None
    assert not RecoveryCode.select().exists()
    assert Person.get_by_id(anne.id).session_token != token


def test_somebody_who_lost_it_is_told_that_it_was_lifted(anne: Person) -> None:
    enabled(anne)
    StaffEntry.insert(person=anne.id, at=now(), days=5).execute()
    token = Person.get_by_id(anne.id).session_token
    second_factor.lift(Actor("Basile", 9), anne)
    assert second_factor.factor_of(anne) is None
    assert Person.get_by_id(anne.id).session_token != token
    assert second_factor.days_left(anne) == second_factor.MOST_DAYS
    (message,) = Message.select()
    assert "par Basile" in message.content
    assert Journal.select().where(Journal.who == "Basile", Journal.action.startswith("arrêt")).count() == 1
    with pytest.raises(Conflict, match="n’a pas de double"):
        second_factor.lift(ANNE, anne)


def test_each_day_without_counts_once_where_it_is_asked_for(anne: Person) -> None:
    days = [TODAY + timedelta(days=number // 3) for number in range(18)]
    left = [second_factor.note_entry(anne, day, asked_for=True) for day in days]
    assert left == [4, 4, 4, 3, 3, 3, 2, 2, 2, 1, 1, 1, 0, 0, 0, -1, -1, -1]
    enabled(anne)
    assert second_factor.note_entry(anne, TODAY, asked_for=True) is None


def test_it_is_only_offered_where_it_is_not_asked_for(anne: Person) -> None:
    left = {second_factor.note_entry(anne, TODAY + timedelta(days=n), asked_for=False) for n in range(20)}
    assert left == {second_factor.MOST_DAYS}
    assert StaffEntry.get().at is not None


@pytest.mark.parametrize("role", ["mandataire", "verificateur"])
def test_those_who_keep_books_have_none(anne: Person, role: str) -> None:
    a_coop()
    person = a_person("quelqu-un", role)
    assert second_factor.note_entry(person, TODAY, asked_for=True) is None
    assert not StaffEntry.select().exists()
