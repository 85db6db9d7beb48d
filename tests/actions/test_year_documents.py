"""The documents for the AD: given, posted, replaced, put away, taken back; until the year is with the AD."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from peewee import PeeweeException

from retkoop import db, journal_rows
from retkoop.actions import moves, tables, year_documents, years
from retkoop.actions.exchange import export_archive, import_archive
from retkoop.actions.ledger import strike_entry
from retkoop.actions.moves import NotReady
from retkoop.actions.scans import Arrived
from retkoop.actions.undo import last_steps, undo, undo_all
from retkoop.actions.year_documents import (
    give_document,
    note_posted,
    remove_document,
    removed_documents,
    replace_document,
    restore_document,
)
from retkoop.audit import Actor
from retkoop.db import database
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.models import Document, Grant, PriorOperation, Year, YearKey, find_coop
from retkoop.required_documents import GIVEN, POSTED, STALE, Requirement, requirements
from retkoop.year_rows import documents_of, moves_of
from retkoop.year_states import last_closing
from tests.factories import SOMEONE, a_case, a_coop, a_year, an_entry
from tests.support.ledger_checks import close_at_once, everything_of, outcome, told
from tests.support.year_end import finish

FILE = Arrived("quitus signé", "a" * 64, "application/pdf", 10, "a" * 64, 0, "b" * 64, "", 2)
OTHER_FILE = replace(FILE, name="verso", digest="c" * 64, source_digest="c" * 64)
DAY = date(2025, 9, 12)
OTHER = Actor("Dominique Autre", 2)
GRANT = {"organisation": "Mairie", "kind": "commune", "day": date(2024, 10, 1), "amount": 30_000}


@pytest.fixture
def key(app: Flask) -> YearKey:
    return a_year()


def give(key: YearKey, requirement: str = "quitus", arrived: Arrived = FILE, **values: Any) -> int:
    return give_document(SOMEONE, key, requirement, arrived, **values).number


def kept(key: YearKey) -> list[tuple[int, str, str, date | None]]:
    return [(one.number, one.requirement, one.name, one.posted_on) for one in documents_of(key)]


def send_year(key: YearKey) -> None:
    """Put the year in the state that the AD holds it in, whatever the database lets pass by then."""
    guard = "school_year_state_known"
    database.execute_sql(f"ALTER TABLE school_year DROP CONSTRAINT {guard}")
    Year.update(state="sent").where(key.of(Year)).execute()


def test_a_file_is_kept_with_what_it_was_given_for(key: YearKey) -> None:
    number = give(key)
    (found,) = documents_of(key)
    assert (found.number, found.requirement, found.name, found.pages) == (number, "quitus", "quitus signé", 2)
    assert (found.digest, found.thumb_digest, found.posted_on) == ("a" * 64, "b" * 64, None)
    line = ("ajout", f"document:{number}", None, {"document": "quitus signé", "pour": "Quitus signé"})
    assert told(key)[-1] == line


def test_several_files_are_kept_for_one_requirement(key: YearKey) -> None:
    give(key)
    give(key, arrived=OTHER_FILE)
    assert [name for _, _, name, _ in kept(key)] == ["quitus signé", "verso"]


def test_the_same_file_given_again_is_the_first_one_and_elsewhere_another(key: YearKey) -> None:
    first = give(key)
    again = give_document(OTHER, key, "quitus", FILE)
    assert (again.number, again.step) == (first, None)
    assert give(key, "releve") != first


def test_a_form_sent_twice_gives_one_document(key: YearKey) -> None:
    first = give(key, replay_key="clé:1")
    assert give_document(SOMEONE, key, "quitus", FILE, "clé:1") == (first, None)
    remove_document(SOMEONE, key, first)
    assert give(key, replay_key="clé:1") != first


def test_what_was_posted_is_noted_with_its_day_once(key: YearKey) -> None:
    assert note_posted(SOMEONE, key, "releve", DAY) is not None
    assert note_posted(SOMEONE, key, "releve", DAY) is None
    assert [row[1:] for row in kept(key)] == [("releve", "", DAY)]
    note_posted(SOMEONE, key, "releve", date(2025, 9, 13))
    assert [row[3] for row in kept(key)] == [date(2025, 9, 13)]
    assert [line[0] for line in told(key)[-2:]] == ["envoi", "modification"]


def test_that_it_was_posted_is_taken_back(key: YearKey) -> None:
    note_posted(SOMEONE, key, "releve", DAY)
    ((number, *_),) = kept(key)
    remove_document(SOMEONE, key, number)
    assert kept(key) == []
    assert told(key)[-1][0] == "envoi repris"
    assert removed_documents(key) == []


def test_a_document_is_replaced_put_away_and_brought_back(key: YearKey) -> None:
    number = give(key)
    replace_document(SOMEONE, key, number, OTHER_FILE)
    assert replace_document(SOMEONE, key, number, OTHER_FILE) is None
    assert documents_of(key)[0].digest == "c" * 64
    remove_document(SOMEONE, key, number)
    assert remove_document(SOMEONE, key, number) is None
    assert (documents_of(key), [one.name for one in removed_documents(key)]) == ((), ["verso"])
    with pytest.raises(NotFound, match="rétablissez"):
        replace_document(SOMEONE, key, number, FILE)
    restore_document(SOMEONE, key, number)
    assert restore_document(SOMEONE, key, number) is None
    assert kept(key) == [(number, "quitus", "verso", None)]
    assert [line[0] for line in told(key)[-4:]] == ["ajout", "remplacement", "suppression", "rétablissement"]


def test_what_was_posted_has_no_file_to_replace(key: YearKey) -> None:
    note_posted(SOMEONE, key, "quitus", DAY)
    with pytest.raises(NotFound):
        replace_document(SOMEONE, key, kept(key)[0][0], FILE)


def test_it_is_given_for_what_the_year_knows_only(key: YearKey) -> None:
    an_entry(key)
    tables.add_row(SOMEONE, key, Grant, GRANT)
    PriorOperation.insert(**key._asdict(), number=1, day="2024-07-01", label="Car", amount=-100).execute()
    for requirement in ("quitus", "releve", "autre", "operation:1", "subvention:1", "report:1"):
        give(key, requirement)
    for requirement in ("", "quitus:1", "autre:1", "operation", "operation:2", "operation:01", "subvention:9", "x:1"):
        with pytest.raises(Refusal, match="demandé"):
            give(key, requirement)
    strike_entry(SOMEONE, key, 1)
    with pytest.raises(Refusal, match="demandé"):
        give(key, "operation:1", OTHER_FILE)
    with pytest.raises(Refusal, match="demandé"):
        note_posted(SOMEONE, key, "autre", DAY)
    assert len(kept(key)) == 6


def test_a_year_holds_no_more_than_an_archive_takes_back(key: YearKey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(year_documents, "MOST", 1)
    number = give(key)
    with pytest.raises(Refusal, match="le plus"):
        give(key, arrived=OTHER_FILE)
    remove_document(SOMEONE, key, number)
    note_posted(SOMEONE, key, "releve", DAY)
    with pytest.raises(Refusal, match="le plus"):
        restore_document(SOMEONE, key, number)


WRITES: dict[str, Callable[[YearKey], object]] = {
    "give": lambda k: give(k, arrived=OTHER_FILE),
    "post": lambda k: note_posted(SOMEONE, k, "releve", DAY),
    "replace": lambda k: replace_document(SOMEONE, k, 1, OTHER_FILE),
    "remove": lambda k: remove_document(SOMEONE, k, 1),
    "restore": lambda k: restore_document(SOMEONE, k, 2),
    "undo": lambda k: undo(SOMEONE, k, last_steps(k, SOMEONE.person)[0].id),
}


@pytest.fixture
def given(key: YearKey) -> YearKey:
    give(key)
    remove_document(SOMEONE, key, give(key, "autre"))
    return key


@pytest.mark.parametrize("name", WRITES)
def test_it_leaves_one_line_and_stays_at_home_before_and_after_the_closing(given: YearKey, name: str) -> None:
    others = everything_of(elsewhere := a_year(a_coop("075-0002")))
    close_at_once(given)
    before, lines = everything_of(given), len(told(given))
    WRITES[name](given)
    assert len(told(given)) == lines + 1
    after = everything_of(given)
    assert {table for table in after if after[table] != before[table]} == {"document", "journal"}
    assert everything_of(elsewhere) == others


@pytest.mark.parametrize("name", WRITES)
def test_nothing_changes_once_the_year_is_with_the_ad(given: YearKey, name: str) -> None:
    send_year(given)
    before = everything_of(given)
    with pytest.raises(Conflict, match="figé"):
        WRITES[name](given)
    assert everything_of(given) == before


@pytest.mark.parametrize("name", WRITES)
def test_a_year_that_does_not_exist_is_not_found(app: Flask, name: str) -> None:
    with pytest.raises((NotFound, IndexError)):
        WRITES[name](YearKey("075", "075-0001", 2024))


def test_the_database_refuses_too_whatever_forgot_to_look(given: YearKey) -> None:
    row = {**given._asdict(), "number": 9, "requirement": "autre", "digest": "d" * 64, "media_type": "", "name": ""}
    attempts = [
        Document.insert(row), Document.update(name="x").where(given.of(Document)),
        Document.delete().where(given.of(Document)),
    ]  # fmt: skip
    if not db.is_postgres():
        attempts.append(Document.replace({**row, "number": 1}))
    for attempt in attempts:
        assert outcome(attempt) == "accepted"
    close_at_once(given)
    for attempt in attempts:
        assert outcome(attempt) == "accepted"
    send_year_of_another(given)
    for attempt in attempts:
        assert "exercice_envoye" in outcome(attempt), attempt
    if db.is_postgres():
        with pytest.raises(PeeweeException, match="exercice_envoye"), database.atomic():
            database.execute_sql("TRUNCATE document")


def send_year_of_another(key: YearKey) -> None:
    """Send a closed year past the guard of its row, as the lead's migration will let the action do."""
    database.execute_sql("ALTER TABLE school_year DROP CONSTRAINT school_year_state_known")
    if db.is_postgres():
        database.execute_sql("ALTER TABLE school_year DISABLE TRIGGER USER")
    else:
        database.execute_sql("DROP TRIGGER school_year_closed_update")
    Year.update(state="validated").where(key.of(Year)).execute()


def test_an_action_that_forgot_to_look_is_refused_in_words(given: YearKey) -> None:
    send_year(given)

    @db.writing
    def careless() -> None:
        Document.update(name="x").where(given.of(Document)).execute()

    with pytest.raises(Conflict, match="figé"):
        careless()


def test_what_was_done_after_the_closing_is_taken_back_and_done_again(key: YearKey) -> None:
    close_at_once(key)
    given = give_document(SOMEONE, key, "quitus", FILE)
    posted = note_posted(SOMEONE, key, "releve", DAY)
    assert given.step
    assert posted
    undo_all(SOMEONE, key, [given.step, posted])
    assert kept(key) == []
    assert [one.number for one in removed_documents(key)] == [given.number]
    undo(SOMEONE, key, last_steps(key, SOMEONE.person)[0].id)
    assert len(kept(key)) == 1


def test_an_undo_that_touches_the_cahier_is_still_refused_after_the_closing(key: YearKey) -> None:
    an_entry(key)
    (entry,) = [step.id for step in last_steps(key, SOMEONE.person)]
    given = give_document(SOMEONE, key, "quitus", FILE)
    close_at_once(key)
    assert given.step
    before = everything_of(key)
    for steps in ([entry], [entry, given.step]):
        with pytest.raises(Conflict, match="clos"):
            undo_all(SOMEONE, key, steps)
    assert everything_of(key) == before


def test_a_replaced_document_is_not_taken_back_to_what_it_was_before(key: YearKey) -> None:
    given = give_document(SOMEONE, key, "quitus", FILE)
    replace_document(OTHER, key, given.number, OTHER_FILE)
    assert given.step
    with pytest.raises(Conflict, match="modifié depuis"):
        undo(SOMEONE, key, given.step)


def test_its_history_tells_all_that_was_done_to_it(key: YearKey) -> None:
    number = give(key)
    give(key, arrived=OTHER_FILE)
    replace_document(OTHER, key, number, replace(FILE, digest="e" * 64))
    lines = journal_rows.history_of(key, f"document:{number}")
    assert [(line.action, line.who) for line in lines] == [
        ("remplacement", "Dominique Autre"), ("ajout", "Camille Test"),
    ]  # fmt: skip


def test_two_people_who_give_at_the_same_moment_are_both_heard(key: YearKey) -> None:
    close_at_once(key)
    both, numbers = threading.Barrier(2), []

    def work(actor: Actor, arrived: Arrived) -> None:
        with database.connection_context():
            both.wait(10)
            numbers.append(give_document(actor, key, "quitus", arrived).number)

    pairs = [(SOMEONE, FILE), (OTHER, OTHER_FILE)]
    threads = [threading.Thread(target=work, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(numbers) == [1, 2] == [row[0] for row in kept(key)]


def test_the_guards_name_every_state_in_which_reports_are_frozen() -> None:
    from retkoop.year_states import REPORTED_IN, STATES

    step: Any = importlib.import_module("retkoop.migrations.0007_documents")
    assert set(step.FROZEN.strip("()").replace("'", "").split(", ")) == set(STATES) - REPORTED_IN


# ---- A quitus vouches for the figures of one closing


def quitus_of(key: YearKey) -> Requirement:
    year = Year.get(key.of(Year))
    closing = last_closing(year.state, moves_of(key))
    return requirements(years.load_facts(year), documents_of(key), closing)[0]


@pytest.fixture
def reopened(app: Flask) -> YearKey:
    """Give a year whose quitus was given after its closing, and which was opened and closed again since."""
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    years.close_year(SOMEONE, key, lambda: DAY)
    give(key)
    assert quitus_of(key).state == GIVEN
    moves.reopen(OTHER, key, "Une facture manque")
    years.close_year(SOMEONE, key, lambda: DAY)
    return key


def test_a_quitus_given_before_the_cahier_closed_again_does_not_count_any_more(reopened: YearKey) -> None:
    asked = quitus_of(reopened)
    assert (asked.state, asked.settled, len(asked.files)) == (STALE, False, 1)
    with pytest.raises(NotReady) as refused:
        moves.send(SOMEONE, reopened, lambda: DAY)
    assert "À refaire" in next(step for step in refused.value.left if step.code == "documents").left[0].hint


@pytest.mark.parametrize("how", ["same file", "another file", "replaced", "replaced by itself", "posted"])
def test_it_counts_once_it_is_given_again_in_whatever_way(reopened: YearKey, how: str) -> None:
    number = documents_of(reopened)[0].number
    {
        "same file": lambda: give(reopened),
        "another file": lambda: give(reopened, arrived=OTHER_FILE),
        "replaced": lambda: replace_document(SOMEONE, reopened, number, OTHER_FILE),
        "replaced by itself": lambda: replace_document(SOMEONE, reopened, number, FILE),
        "posted": lambda: note_posted(SOMEONE, reopened, "quitus", DAY),
    }[how]()
    assert quitus_of(reopened).settled
    undo(SOMEONE, reopened, last_steps(reopened, SOMEONE.person)[0].id)
    assert quitus_of(reopened).state == STALE


def test_a_quitus_given_before_the_first_closing_has_to_be_given_again(app: Flask) -> None:
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    note_posted(SOMEONE, key, "quitus", DAY)
    assert quitus_of(key).words == "À signer après la clôture : les chiffres du cahier changent encore"
    years.close_year(SOMEONE, key, lambda: DAY)
    assert quitus_of(key).words == "À refaire : les chiffres ont pu changer depuis"
    note_posted(SOMEONE, key, "quitus", DAY)
    assert quitus_of(key).state == POSTED
    assert note_posted(SOMEONE, key, "quitus", DAY) is None


def test_withdrawal_and_a_return_to_a_later_step_leave_the_quitus_good(reopened: YearKey) -> None:
    give(reopened)
    finish(reopened, DAY)
    moves.send(SOMEONE, reopened, lambda: DAY)
    moves.withdraw(SOMEONE, reopened)
    assert quitus_of(reopened).state == GIVEN
    moves.send(SOMEONE, reopened, lambda: DAY)
    moves.send_back(OTHER, reopened, "documents", "Le relevé est illisible")
    assert quitus_of(reopened).state == GIVEN


def test_a_quitus_that_comes_with_an_archive_has_to_be_given_again_at_the_closing(app: Flask, tmp_path: Path) -> None:
    """An import leaves the year open: nobody tells whether what is closed then is what was signed."""
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    years.close_year(SOMEONE, key, lambda: DAY)
    note_posted(SOMEONE, key, "quitus", DAY)
    archive = tmp_path / "exercice.zip"
    archive.write_bytes(export_archive(find_coop(key.coop), Year.get(key.of(Year)), app.config["STORAGE"]))
    moves.reopen(OTHER, key, "Une facture manque")
    import_archive(SOMEONE, archive, app.config["STORAGE"], replace=True)
    years.close_year(SOMEONE, key, lambda: DAY)
    assert quitus_of(key).state == STALE
