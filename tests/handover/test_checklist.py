"""What the books tell of a handover, and what its record keeps."""

from __future__ import annotations

import json
from datetime import date

import pytest

from retkoop.facts import Document, Statement
from retkoop.handover import CASH, STATE_WORDS, TOGETHER, account_of, checklist, reservations, written
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
    assert reservations(content) == 1 + len(TOGETHER) - 1
    assert [title for title, done, _ in content["points"] if not done] == [
        "Documents pour l’association départementale"
    ]


def test_what_cannot_be_asked_for_yet_is_no_reservation() -> None:
    year = facts(entry(), statement=STATEMENT)
    early = checklist(year, "open", (), (), over=False)
    assert [point.code for point in early if not point.due] == ["cloture", "documents"]
    assert reservations(written(year, early, TOGETHER, "")) == 0
    late = checklist(year, "open", (), (), over=True)
    assert reservations(written(year, late, TOGETHER, "")) == 2, "negative control"


def test_a_record_lists_what_the_bank_has_not_shown_and_counts_what_has_no_room() -> None:
    year = facts(*(entry(n, ticked_on=None, cheque=f"{n:07d}") for n in range(1, 44)), entry(44))
    content = written(year, (), TOGETHER, "")
    assert (len(content["en_cours"]), content["de_plus"]) == (40, 3)
    day, label, cheque, amount = content["en_cours"][0]
    assert (day, label, cheque, amount) == (str(entry(1).day), entry(1).label, "0000001", entry(1).bank)


@pytest.mark.parametrize(
    ("name", "found"),
    [("Camille", 1), ("camille", 1), ("075-0001", 1), ("Dominique", 0), ("", 0), ("Alex", 0), ("075-0001-C", 3)],
)
def test_a_name_stands_for_one_account_or_for_none(name: str, found: int) -> None:
    accounts = [(1, "Camille", "075-0001"), (2, "Alex", "075-0001-b"), (3, "Alex", "075-0001-c"), (4, "", "x")]
    assert account_of(name, accounts) == found


def test_nothing_is_reserved_when_all_was_done() -> None:
    year = facts(entry(), statement=STATEMENT)
    assert reservations(written(year, checklist(year, "closed", (), GIVEN), set(TOGETHER), "")) == 0
