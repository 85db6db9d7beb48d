"""What the books tell of a handover, and what its record keeps."""

from __future__ import annotations

import json
from datetime import date

import pytest

from retkoop.facts import Document, Statement
from retkoop.handover import CASH, STATE_WORDS, TOGETHER, checklist, reservations, written
from retkoop.year_states import STATES
from tests.support.year_facts import entry, facts

GIVEN = (Document(1, "quitus", None, "image/png", "q", "a" * 64), Document(2, "releve", date(2025, 9, 1)))
STATEMENT = Statement(date(2025, 8, 31), 98_800)


def test_a_year_in_order_has_every_point_done() -> None:
    points = checklist(facts(entry(), statement=STATEMENT), "closed", (), GIVEN)
    assert [(point.code, point.done) for point in points] == [
        ("cloture", True), ("documents", True), ("regies", True), ("releve", True), ("caisse", True),
    ]  # fmt: skip
    assert points[3].words.replace("\u00a0", " ") == "988,00 € au 31/08/2025, comme dans le cahier."


@pytest.mark.parametrize(
    ("state", "failing", "given", "code"),
    [
        ("open", (), GIVEN, "cloture documents"),
        ("closed", (), GIVEN[:1], "documents"),
        ("closed", ("REGIES",), GIVEN, "regies"),
        ("closed", ("RELEVE",), GIVEN, "releve"),
        ("closed", ("CAISSE",), GIVEN, "caisse"),
    ],
)
def test_each_fault_is_the_point_that_is_not_done(
    state: str, failing: tuple[str, ...], given: tuple[Document, ...], code: str
) -> None:
    points = checklist(facts(entry(), statement=STATEMENT), state, failing, given)
    assert [point.code for point in points if not point.done] == code.split()


def test_every_state_of_a_year_has_its_words() -> None:
    assert set(STATE_WORDS) == set(STATES)


def test_a_record_keeps_all_of_it_as_plain_values_and_tells_what_was_not_in_order() -> None:
    year = facts(entry(), statement=STATEMENT)
    content = written(year, checklist(year, "closed", (), GIVEN[:1]), {CASH}, "Clé chez la directrice")
    assert json.loads(json.dumps(content)) == content
    assert (content["banque"], content["caisse"], content["remarques"]) == (98_800, 0, "Clé chez la directrice")
    told = reservations(content)
    assert told[0] == "Documents pour l’association départementale : Il manque un document."
    assert len(told) == 1 + len(TOGETHER) - 1
    assert not any(TOGETHER[CASH] in text for text in told)


def test_nothing_is_reserved_when_all_was_done() -> None:
    year = facts(entry(), statement=STATEMENT)
    assert reservations(written(year, checklist(year, "closed", (), GIVEN), set(TOGETHER), "")) == []
