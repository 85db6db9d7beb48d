"""Closing, sending, and what the AD decides: every move leaves its trace, and nothing else moves a year."""

from __future__ import annotations

import contextlib
import itertools
from datetime import date
from typing import Any

import pytest
from flask import Flask
from peewee import IntegrityError, PeeweeException

from retkoop.actions import activity_report, moves
from retkoop.actions.direct_report import save_direct, turn_direct
from retkoop.actions.moves import NotReady
from retkoop.actions.reconciliation import set_statement
from retkoop.actions.tables import add_count
from retkoop.actions.years import close_year, load_facts, open_year
from retkoop.audit import OPERATOR, Actor
from retkoop.db import CLOSED as CLOSED_WORD
from retkoop.db import database, writing
from retkoop.direct import fingerprint
from retkoop.errors import Conflict, Refusal
from retkoop.facts import Allocation, DirectOperation, DirectReport
from retkoop.models import Cooperative, Year, YearKey, YearMove
from retkoop.school_year import SchoolYear
from retkoop.year_rows import activity_answers, direct_figures, documents_of, moves_of
from retkoop.year_states import MOVES, STATES, TRANSITIONS
from tests.factories import SOMEONE, a_case, a_year, an_entry
from tests.support.ledger_checks import everything_of, told
from tests.support.year_end import answer_report, finish

AD = Actor("Dominique de l’AD", 2)


def today() -> date:
    return date(2025, 9, 5)


def state_of(key: YearKey) -> str:
    return str(Year.get(key.of(Year)).state)


@pytest.fixture
def sound(app: Flask) -> YearKey:
    """Give a year that may be closed."""
    return a_case("ecole-du-bourg", app.config["STORAGE"])


@pytest.fixture
def sent(app: Flask, sound: YearKey) -> YearKey:
    """Give a year that was sent."""
    finish(sound)
    moves.send(SOMEONE, sound, today)
    return sound


def test_a_year_is_sent_once_everything_else_is_done(app: Flask, sound: YearKey) -> None:
    for step in ("open", "closed"):
        with pytest.raises(NotReady) as refused:
            moves.send(SOMEONE, sound, today)
        assert "cra" in {one.code for one in refused.value.left}
        assert state_of(sound) == step
        if step == "open":
            close_year(SOMEONE, sound, today)
    finish(sound)
    moves.send(SOMEONE, sound, today)
    assert state_of(sound) == "sent"
    assert [(one.move, one.before, one.after, one.who) for one in moves_of(sound)] == [
        ("cloture", "open", "closed", SOMEONE.name),
        ("envoi", "closed", "sent", SOMEONE.name),
    ]
    assert told(sound, "envoi")[-1] == ("envoi", "exercice", None, None)
    with pytest.raises(Conflict):
        moves.send(SOMEONE, sound, today)
    assert len(moves_of(sound)) == 2


def test_a_year_typed_in_directly_is_sent_with_its_outstanding_operations(app: Flask) -> None:
    key = a_year()
    turn_direct(SOMEONE, key)
    cheque = DirectOperation(1, date(2025, 8, 20), "Cars Martin", "0042", -3_000)
    account = Year.get(key.of(Year)).bank_account
    bus = (Allocation("61800008", 3_000),)
    seen = fingerprint(direct_figures(key), account)
    save_direct(SOMEONE, key, seen, DirectReport(97_000, 5_000, bus, (cheque,)), account)
    set_statement(SOMEONE, key, date(2025, 8, 31), 100_000)
    add_count(SOMEONE, key, date(2025, 8, 31), [(5_000, 1)])
    finish(key)
    assert "saisie" in {document.requirement for document in documents_of(key)}
    moves.send(SOMEONE, key, today)
    assert state_of(key) == "sent"


def test_what_was_sent_is_frozen_and_comes_back_when_it_is_taken_back(sent: YearKey) -> None:
    with pytest.raises(Conflict, match="figé"):
        activity_report.save_report(SOMEONE, sent, activity_answers(sent).fingerprint, {"souhaits": "Merci"})
    moves.withdraw(SOMEONE, sent)
    assert state_of(sent) == "closed"
    activity_report.save_report(SOMEONE, sent, activity_answers(sent).fingerprint, {"souhaits": "Merci"})


def test_it_is_not_taken_back_once_the_ad_looks_at_it(sent: YearKey) -> None:
    moves.take_up(AD, sent)
    with pytest.raises(Conflict, match="a commencé à l’examiner"):
        moves.withdraw(SOMEONE, sent)
    assert state_of(sent) == "sent"


def test_the_ad_sends_it_back_to_a_step_with_a_reason(sent: YearKey) -> None:
    for reason in ("", "  ", "x" * 1_001):
        with pytest.raises(Refusal, match="motif"):
            moves.send_back(AD, sent, "cra", reason)
    with pytest.raises(Refusal, match="Étape inconnue"):
        moves.send_back(AD, sent, "ailleurs", "Le quitus manque")
    moves.send_back(AD, sent, "cra", " Le nombre   de classes ")
    assert state_of(sent) == "returned"
    last = moves_of(sent)[-1]
    assert (last.move, last.step, last.reason) == ("renvoi", "cra", "Le nombre de classes")
    answer_report(sent, {"nb_classes": "9"})
    with pytest.raises(Conflict):
        an_entry(sent)
    moves.send(SOMEONE, sent, today)
    assert state_of(sent) == "sent"


def test_sent_back_to_its_cahier_it_opens_again(sent: YearKey) -> None:
    moves.send_back(AD, sent, "cahier", "Une facture manque")
    row = Year.get(sent.of(Year))
    assert (row.state, row.closed_at) == ("open", None)
    an_entry(sent, voucher="99")
    with pytest.raises(Conflict):
        moves.send(SOMEONE, sent, today)


def test_sent_back_to_its_crf_its_figures_open_again(sent: YearKey) -> None:
    moves.send_back(AD, sent, "crf", "La caisse ne va pas")
    assert state_of(sent) == "open"
    assert moves_of(sent)[-1].step == "crf"
    an_entry(sent, voucher="99")


def test_an_earlier_year_that_the_next_one_does_not_follow_opens_again(app: Flask, sound: YearKey) -> None:
    after = open_year(OPERATOR, Cooperative.get(), SchoolYear(2025))
    Year.update(follows=0, state="closed").where(after.of(Year)).execute()
    close_year(SOMEONE, sound, today)
    moves.reopen(AD, sound, "Une erreur")
    assert state_of(sound) == "open"


def test_validated_nothing_moves_it_any_more(sent: YearKey) -> None:
    moves.validate(AD, sent)
    before = everything_of(sent)
    for attempt in (
        lambda: moves.reopen(AD, sent, "Une erreur"),
        lambda: moves.send_back(AD, sent, "cra", "Une erreur"),
        lambda: moves.send_back(AD, sent, "cahier", "Une erreur"),
        lambda: moves.withdraw(SOMEONE, sent),
        lambda: moves.take_up(AD, sent),
        lambda: moves.validate(AD, sent),
        lambda: moves.send(SOMEONE, sent, today),
        lambda: an_entry(sent),
    ):
        with pytest.raises(Refusal):
            attempt()
    assert everything_of(sent) == before


def test_a_closed_cahier_opens_again_with_a_reason_that_stays(sound: YearKey) -> None:
    close_year(SOMEONE, sound, today)
    with pytest.raises(Refusal, match="motif"):
        moves.reopen(AD, sound, "")
    moves.reopen(AD, sound, "Un chèque oublié")
    assert state_of(sound) == "open"
    assert told(sound, "réouverture")[0][3] == {"motif": "Un chèque oublié"}
    an_entry(sound, voucher="99")
    with pytest.raises(Conflict, match="ouvert"):
        moves.reopen(AD, sound, "Encore une fois")


def test_a_year_stays_closed_while_a_later_one_that_began_with_it_is_closed(app: Flask, sound: YearKey) -> None:
    after = open_year(OPERATOR, Cooperative.get(), SchoolYear(2025))
    close_year(SOMEONE, sound, today)
    moves.reopen(AD, sound, "Un chèque oublié")
    assert state_of(sound) == "open", "the later one is open: it follows"
    close_year(SOMEONE, sound, today)
    Year.update(state="closed").where(after.of(Year)).execute()
    with pytest.raises(Conflict, match="2025-2026"):
        moves.reopen(AD, sound, "Un chèque oublié")
    assert state_of(sound) == "closed"


def test_a_year_is_not_closed_before_the_one_that_it_begins_with(app: Flask, sound: YearKey) -> None:
    after = open_year(OPERATOR, Cooperative.get(), SchoolYear(2025))
    with pytest.raises(Conflict, match="2024-2025 n’est pas clos"):
        close_year(SOMEONE, after, lambda: date(2026, 9, 5))
    assert state_of(after) == "open"


@pytest.mark.parametrize("state", ["closed", "sent", "returned", "validated"])
def test_no_state_changes_without_its_trace(sound: YearKey, state: str) -> None:
    """By SQL too: the row of a year that is not open moves only along with the line that tells it."""
    Year.update(state=state).where(sound.of(Year)).execute()
    row = Year.get(sound.of(Year))
    for values in ({"state": "open"}, {"state": "open", "moves": 1}, {"opening_bank": 1}, {"follows": 1}):
        with pytest.raises(PeeweeException, match=CLOSED_WORD):
            write(sound, values)
    assert Year.get(sound.of(Year)).__data__ == row.__data__
    trace = {"move": "reouverture", "before": state, "after": "open", "at": "2025-09-05T10:00:00+00:00", "who": "AD"}
    with pytest.raises(PeeweeException, match=r"year_move_(reasoned|known)"):
        YearMove.insert(**sound._asdict(), number=1, **trace).execute()
    if state == "validated":
        with pytest.raises(PeeweeException, match="year_move_known"):
            YearMove.insert(**sound._asdict(), number=1, **trace, reason="Un motif").execute()
        return
    YearMove.insert(**sound._asdict(), number=1, **trace, reason="Un motif").execute()
    with pytest.raises(PeeweeException, match=CLOSED_WORD):
        write(sound, {"state": "open", "moves": 1, "opening_bank": 1})
    with pytest.raises(PeeweeException, match=CLOSED_WORD):
        write(sound, {"state": "open", "moves": 2})
    write(sound, {"state": "open", "moves": 1})
    assert state_of(sound) == "open"


def test_every_way_of_the_table_is_known_to_the_database_and_no_other(sound: YearKey) -> None:
    known = {(way.move, way.before, way.after) for way in TRANSITIONS}
    other = sound._replace(start_year=2030)
    accepted = set()
    for move, before, after in itertools.product(MOVES, STATES, STATES):
        told = {"move": move, "before": before, "after": after, "at": "2025-09-05T10:00:00+00:00", "who": "AD"}
        with contextlib.suppress(IntegrityError), database.atomic() as step:
            Year.insert(**other._asdict()).execute()
            Year.update(state=before).where(other.of(Year)).execute()
            YearMove.insert(**other._asdict(), number=1, reason="Un motif", **told).execute()
            accepted.add((move, before, after))
            step.rollback()
    assert accepted == known


@pytest.mark.parametrize(("number", "before"), [(1, "closed"), (3, "sent"), (2, "closed"), (9, "sent")])
def test_a_move_is_told_in_its_order_and_from_where_the_year_stands(sent: YearKey, number: int, before: str) -> None:
    told = {"before": before, "after": "open", "move": "reouverture", "at": "2025-09-05T10:00:00+00:00", "who": "AD"}
    right = (number, before) == (3, "sent")
    with database.atomic() as step:
        line = YearMove.insert(**sent._asdict(), number=number, reason="Un motif", **told)
        if right:
            line.execute()
        else:
            with pytest.raises(PeeweeException, match=f"{CLOSED_WORD}|UNIQUE|_pk"):
                line.execute()
        step.rollback()


def write(key: YearKey, values: dict[str, Any]) -> None:
    @writing
    def attempt() -> None:
        Year.update(values).where(key.of(Year)).execute()

    try:
        attempt()
    except Conflict as refused:
        raise PeeweeException(CLOSED_WORD) from refused


def test_the_trace_is_never_changed_nor_removed(sound: YearKey) -> None:
    close_year(SOMEONE, sound, today)
    for query in (
        YearMove.update(who="Personne").where(sound.of(YearMove)),
        YearMove.delete().where(sound.of(YearMove)),
    ):
        with pytest.raises(PeeweeException, match=CLOSED_WORD):
            query.execute()
    assert [moved.who for moved in moves_of(sound)] == [SOMEONE.name]


def test_the_figures_of_a_closed_year_are_those_it_was_sent_with(sent: YearKey) -> None:
    facts = load_facts(Year.get(sent.of(Year)))
    moves.take_up(AD, sent)
    moves.validate(AD, sent)
    assert load_facts(Year.get(sent.of(Year))) == facts
