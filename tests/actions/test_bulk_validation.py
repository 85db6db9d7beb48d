"""Validations planned together: clean files only, taken back for half an hour, looked at again, carried out once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from peewee import PeeweeException

from retkoop.actions import backup, bulk_validation, moves, plans
from retkoop.actions.bulk_validation import Chosen, Planned
from retkoop.association import Message
from retkoop.audit import Actor
from retkoop.clean_files import CHECKS, Dossier, figures, hour, obstacles
from retkoop.clean_rows import dossier_of, waiting_files
from retkoop.db import database, writing
from retkoop.decision_tables import PlannedValidation
from retkoop.errors import Conflict
from retkoop.models import Department, Person, VoucherLook, Year, YearKey
from retkoop.year_rows import moves_of
from retkoop.year_states import RETURN, Moved
from tests.factories import SOMEONE, a_case, a_department, a_person, an_entry
from tests.support.ledger_checks import told
from tests.support.year_end import finish
from tests.test_concurrency import at_once

MICHEL = Actor("Michel", None)
NOW = datetime(2025, 9, 5, 12, 2, tzinfo=UTC)
DUE = NOW + plans.DELAY
TODAY = date(2025, 9, 5)


def today() -> date:
    return TODAY


def state_of(key: YearKey) -> str:
    return str(Year.get(key.of(Year)).state)


def department() -> Department:
    found: Department = Department.get_by_id("075")
    return found


@pytest.fixture
def sent(app: Flask) -> YearKey:
    """Give a clean year that was sent, and its mandataire with an address."""
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    a_person(key.coop, coop_identifier=key.coop, name="Camille")
    Person.update(mail="camille@exemple.fr").where(Person.identifier == key.coop).execute()
    finish(key)
    moves.send(SOMEONE, key, today)
    return key


def tick(key: YearKey) -> list[Chosen]:
    return [Chosen(key.coop, key.start_year, Year.get(key.of(Year)).moves)]


def plan(key: YearKey) -> Planned:
    return bulk_validation.plan(MICHEL, department(), tick(key), TODAY, NOW)


def carry_out(instant: datetime = DUE) -> int:
    return bulk_validation.carry_out(instant, today)


def row() -> PlannedValidation:
    found: PlannedValidation = PlannedValidation.get()
    return found


def dossier(key: YearKey) -> Dossier:
    return dossier_of(department(), Year.get(key.of(Year)))


# ---- What is clean


def test_a_file_of_which_nothing_asks_for_a_look_is_clean(sent: YearKey) -> None:
    assert obstacles(dossier(sent), TODAY) == ()
    (file,) = waiting_files(department())
    assert (file.sent.coop, obstacles(file.dossier, TODAY)) == (sent.coop, ())


def test_each_check_finds_what_it_is_for(sent: YearKey) -> None:
    """One fault at a time, each told by its own check and by no other."""
    clean = dossier(sent)
    at, facts = clean.standing, clean.standing.facts
    assert facts.statement is not None
    off = replace(facts, statement=replace(facts.statement, balance=facts.statement.balance + 1))
    past = replace(facts, entries=facts.entries[:1])
    back = Moved(RETURN, "sent", "returned", NOW, "Michel", "Le nombre de classes", "cra")
    faulty = [
        replace(clean, standing=replace(at, state="closed")),
        replace(clean, unvalidated="2023-2024"),
        replace(clean, standing=replace(at, facts=off)),
        replace(clean, standing=replace(at, answers=replace(at.answers, passed=False))),
        replace(clean, standing=replace(at, documents=())),
        replace(clean, previous=past),
        replace(clean, standing=replace(at, moves=(at.moves[0], back, *at.moves[1:]))),
        replace(clean, again=1),
    ]
    assert len(faulty) == len(CHECKS)
    for check, one in zip(CHECKS, faulty, strict=True):
        assert [other for other in CHECKS if list(other(one, TODAY))] == [check]


def test_the_year_before_and_the_vouchers_in_doubt_are_read_from_the_rows(sent: YearKey) -> None:
    Year.insert(**{**sent._asdict(), "start_year": sent.start_year - 1}).execute()
    before = dossier(sent)
    assert before.previous is not None
    assert before.unvalidated == "", "it does not take over its balances"
    look = {"entry": 1, "person": 7, "who": "Zoé", "verdict": "a_revoir", "remark": "", "at": NOW}
    VoucherLook.insert(**sent._asdict(), **look).execute()
    assert dossier(sent).again == 1


# ---- Planned, carried out


def test_it_is_validated_when_its_hour_has_come_and_told_once(sent: YearKey) -> None:
    assert plan(sent) == Planned(1, ())
    assert carry_out(DUE - timedelta(seconds=1)) == 0
    assert state_of(sent) == "sent"
    assert carry_out() == 1
    assert state_of(sent) == "validated"
    assert carry_out() == 0
    assert (moves_of(sent)[-1].move, moves_of(sent)[-1].who) == ("validation", "Michel")
    assert [message.kind for message in Message.select()] == ["validation"]
    assert [line[0] for line in told(sent, "validation")] == ["validation"]
    assert (row().state, row().why) == ("done", "")


def test_it_is_not_planned_twice_nor_otherwise_than_it_was_seen(sent: YearKey) -> None:
    seen = tick(sent)
    plan(sent)
    assert plan(sent).number == 0
    assert PlannedValidation.select().count() == 1
    moves.take_up(MICHEL, sent)
    late = bulk_validation.plan(MICHEL, department(), seen, TODAY, NOW)
    assert (late.number, len(late.left_out)) == (0, 1)
    stranger = [Chosen("013-0001", 2024, 2), Chosen(sent.coop, 1999, 2)]
    assert bulk_validation.plan(MICHEL, department(), stranger, TODAY, NOW).number == 0


def test_what_is_not_clean_is_not_planned(sent: YearKey) -> None:
    moves.send_back(MICHEL, sent, "cra", "Le nombre de classes")
    moves.send(SOMEONE, sent, today)
    done = plan(sent)
    assert done.number == 0
    assert "Le nombre de classes" in done.left_out[0]


def test_it_is_taken_back_until_then_and_no_longer_after(sent: YearKey) -> None:
    plan(sent)
    with pytest.raises(Conflict):
        plans.cancel(MICHEL, "013")
    assert plans.cancel(MICHEL, "075", sent) == 1
    assert carry_out() == 0
    assert state_of(sent) == "sent"
    plan(sent)
    assert plans.cancel(MICHEL, "075") == 1
    plan(sent)
    carry_out()
    with pytest.raises(Conflict):
        plans.cancel(MICHEL, "075")
    states = [one.state for one in PlannedValidation.select().order_by(PlannedValidation.number)]
    assert states == ["cancelled", "cancelled", "done"], "the history stays"


@pytest.mark.parametrize("how", ["withdraw", "send_back", "validate"])
def test_a_move_of_the_year_ends_what_was_planned(sent: YearKey, how: str) -> None:
    plan(sent)
    if how == "withdraw":
        moves.withdraw(SOMEONE, sent)
        moves.send(SOMEONE, sent, today)
    elif how == "send_back":
        moves.send_back(MICHEL, sent, "documents", "Le quitus manque")
    else:
        moves.validate(MICHEL, sent)
    assert row().state == ("refused" if how == "withdraw" else "cancelled")
    assert row().why
    before = state_of(sent)
    assert carry_out() == 0
    assert state_of(sent) == before


def test_taking_it_up_leaves_it_planned(sent: YearKey) -> None:
    plan(sent)
    moves.take_up(MICHEL, sent)
    assert carry_out() == 1


def test_what_is_no_longer_clean_is_not_validated_and_says_why(sent: YearKey) -> None:
    plan(sent)
    look = {"entry": 1, "person": 7, "who": "Zoé", "verdict": "a_revoir", "remark": "", "at": NOW}
    VoucherLook.insert(**sent._asdict(), **look).execute()
    assert carry_out() == 0
    assert state_of(sent) == "sent"
    assert row().state == "refused"
    assert "revoir" in row().why
    assert Message.select().count() == 0
    (refused,) = plans.ended_of("075", NOW - timedelta(days=365))
    assert refused[0].why == row().why


def test_figures_that_are_not_those_that_were_seen_are_not_validated(
    sent: YearKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(sent)
    real = figures(dossier(sent).standing.facts)
    monkeypatch.setattr(bulk_validation, "figures", lambda facts: real._replace(bank=real.bank + 1))
    assert carry_out() == 0
    assert (state_of(sent), row().state) == ("sent", "refused")


WAYS_OUT = {
    "ended": {"disabled": 1},
    "its last day is over": {"expires_on": "2025-09-04"},
    "of another association": {"department": "013"},
    "of the fédération": {"role": "federation", "department": None},
}


@pytest.mark.parametrize("columns", WAYS_OUT.values(), ids=WAYS_OUT)
def test_what_was_planned_by_somebody_whose_access_has_ended_since_is_not_validated(
    sent: YearKey, columns: dict[str, Any]
) -> None:
    a_department("013")
    anne = a_person("asso", "ad", name="Anne")
    bulk_validation.plan(Actor("Anne", anne.id), department(), tick(sent), TODAY, NOW)
    Person.update(columns).where(Person.id == anne.id).execute()
    assert carry_out() == 0
    assert (state_of(sent), row().state) == ("sent", "refused")
    assert "n’a plus accès" in row().why
    assert [one.why for one, _ in plans.ended_of("075")] == [row().why], "its colleagues read why"
    Person.update(disabled=0, expires_on=None, department="075", role="ad").where(Person.id == anne.id).execute()
    assert carry_out() == 0, "once refused, it does not come back with the access"
    assert state_of(sent) == "sent"


def test_on_its_last_day_an_access_still_validates(sent: YearKey) -> None:
    anne = a_person("asso", "ad", name="Anne")
    bulk_validation.plan(Actor("Anne", anne.id), department(), tick(sent), TODAY, NOW)
    Person.update(expires_on=TODAY).where(Person.id == anne.id).execute()
    assert carry_out() == 1


def test_one_that_breaks_does_not_keep_the_others(sent: YearKey, monkeypatch: pytest.MonkeyPatch) -> None:
    plan(sent)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(bulk_validation, "dossier_of", broken)
    assert carry_out() == 0
    assert (state_of(sent), row().state) == ("sent", "refused")


def test_two_workers_validate_it_once(sent: YearKey) -> None:
    plan(sent)
    assert sorted(at_once([carry_out, carry_out, carry_out])) == [0, 0, 1]
    assert [moved.move for moved in moves_of(sent)].count("validation") == 1
    assert Message.select().count() == 1
    assert row().state == "done"


def test_whoever_cancels_at_that_moment_wins_or_is_told_that_it_is_too_late(sent: YearKey) -> None:
    plan(sent)
    done, cancelled = at_once([carry_out, lambda: plans.cancel(MICHEL, "075")])
    assert (done, state_of(sent)) in ((1, "validated"), (0, "sent"))
    assert isinstance(cancelled, Conflict) == bool(done)


# ---- What stays


def test_what_was_planned_is_kept_as_it_was(sent: YearKey) -> None:
    plan(sent)
    table = PlannedValidation
    for work in (table.update(bank=0), table.update(who="Personne"), table.delete()):
        with pytest.raises(PeeweeException, match="decision_intouchable"), database.atomic():
            work.execute()
    carry_out()
    with pytest.raises(PeeweeException, match="decision_intouchable"), database.atomic():
        table.update(state="waiting", ended_at=None).execute()


def test_a_restoration_carries_out_nothing_by_itself(app: Flask, sent: YearKey, tmp_path: object) -> None:
    plan(sent)
    file = tmp_path / "sauvegarde.zip"  # type: ignore[operator]
    backup.save(file, app.config["STORAGE"])
    backup.restore(file, app.config["STORAGE"])
    assert row().state == "cancelled"
    assert carry_out() == 0


def test_a_year_cannot_be_planned_while_it_is_open(app: Flask) -> None:
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    an_entry(key)
    assert plan(key).number == 0
    assert waiting_files(department()) == []


def test_the_hour_is_said_as_people_say_it() -> None:
    at = datetime(2025, 9, 5, 14, 2, tzinfo=UTC)
    assert hour(at, at) == "à 14 h 02"
    assert hour(at + timedelta(days=1), at) == "le 06/09/2025 à 14 h 02"


def test_whatever_fails_in_the_middle_leaves_the_plan_waiting(sent: YearKey) -> None:
    plan(sent)

    @writing
    def cut() -> None:
        assert plans.end(row(), plans.DONE, "Michel")
        raise Conflict("coupé")

    with pytest.raises(Conflict):
        cut()
    assert carry_out() == 1
