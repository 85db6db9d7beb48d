"""Adding an entry."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from retkoop.actions import ledger, projects
from retkoop.errors import Refusal
from retkoop.facts import Allocation
from retkoop.models import Entry, Journal, Project, YearKey
from retkoop.year_rows import entry_facts
from tests.factories import SOMEONE, a_coop, a_draft, a_year, an_advance, an_entry
from tests.support.ledger_checks import everything_of, told


@pytest.fixture
def key(app: Flask) -> YearKey:
    return a_year()


def test_it_is_kept_as_it_was_drafted(key: YearKey) -> None:
    an_advance(key)
    ledger.add_project(SOMEONE, key, "Théâtre")
    lines = (Allocation("61681008", 2_000), Allocation("62810008", 8_000), Allocation("61681008", -5))
    draft = a_draft(
        day=date(2025, 8, 31), label="OCCE – Cotisation ’«é»", voucher="D01", cheque="0000123", bank=-10_000,
        cash=5, advance="CP", advance_amount=7, project="Théâtre", allocations=lines,
    )  # fmt: skip
    number = ledger.add_entry(SOMEONE, key, draft)
    (kept,) = entry_facts(key)
    assert (number, kept.number, kept.version, kept.ticked_on, kept.scans) == (1, 1, 1, None, ())
    assert {name: getattr(kept, name) for name in draft.__dataclass_fields__} == {
        name: getattr(draft, name) for name in draft.__dataclass_fields__
    }


def test_the_journal_tells_who_and_what(key: YearKey) -> None:
    an_entry(key)
    ((action, subject, before, after),) = told(key, "ajout")
    assert (action, subject, before) == ("ajout", "ecriture:1", None)
    assert after["libelle"] == "Librairie du Centre – Albums"
    assert (after["banque"], after["ventilation"]) == (-1_200, [["61800008", 1_200]])
    line = Journal.get(Journal.action == "ajout")
    assert (line.who, line.person) == (SOMEONE.name, SOMEONE.person)


@pytest.mark.parametrize("name", ["THEATRE", " théâtre", "Theâtre"])
def test_a_project_whose_name_sounds_the_same_is_the_same(key: YearKey, name: str) -> None:
    ledger.add_project(SOMEONE, key, "Théâtre")
    an_entry(key, project=name)
    assert entry_facts(key)[0].project == "Théâtre"
    assert told(key, "ajout")[-1][3]["projet"] == "Théâtre"
    assert Project.select().count() == 1


def test_of_two_projects_that_sound_the_same_it_takes_the_one_of_that_very_name(key: YearKey) -> None:
    for name in ("Théâtre", "theatre"):
        ledger.add_project(SOMEONE, key, name)
    an_entry(key, project="theatre")
    assert entry_facts(key)[0].project == "theatre"


def test_a_closed_project_takes_no_entry(key: YearKey) -> None:
    number = ledger.add_project(SOMEONE, key, "Théâtre")
    projects.close_project(SOMEONE, key, number, True)
    before = everything_of(key)
    with pytest.raises(Refusal, match="« Théâtre » est fermé"):
        an_entry(key, project="theatre")
    assert everything_of(key) == before
    projects.close_project(SOMEONE, key, number, False)
    an_entry(key, project="theatre")


def test_a_red_line_is_kept(key: YearKey) -> None:
    an_entry(key, allocations=())
    assert entry_facts(key)[0].allocations == ()


def test_the_same_form_sent_again_gives_the_entry_that_it_made(key: YearKey) -> None:
    first = ledger.add_entry(SOMEONE, key, a_draft(), "clé")
    before = everything_of(key)
    assert ledger.add_entry(SOMEONE, key, a_draft(label="Autre chose"), "clé") == first
    assert everything_of(key) == before


def test_another_form_or_another_coop_with_the_same_key_makes_its_own(key: YearKey) -> None:
    elsewhere = a_year(a_coop("075-0002"))
    numbers = [ledger.add_entry(SOMEONE, key, a_draft(), replay) for replay in ("a", "b", None, None, "")]
    assert numbers == [1, 2, 3, 4, 5]
    assert ledger.add_entry(SOMEONE, elsewhere, a_draft(), "a") == 1


def test_a_replay_still_answers_when_the_entry_was_struck(key: YearKey) -> None:
    number = ledger.add_entry(SOMEONE, key, a_draft(), "clé")
    ledger.strike_entry(SOMEONE, key, number)
    assert ledger.add_entry(SOMEONE, key, a_draft(), "clé") == number
    assert entry_facts(key) == ()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"day": date(2025, 9, 1)}, "dans l’exercice 2024-2025"),
        ({"bank": 0}, "ne peut pas être nul"),
        ({"label": ""}, "Écrivez un libellé"),
        ({"label": "a\x00"}, "caractère invisible"),
        ({"allocations": (Allocation("51200008", 5),)}, "Ce compte n’existe pas."),
        ({"advance": "CP", "advance_amount": 5}, "Cette régie n’existe pas."),
        ({"project": "x" * 81}, "Ce projet n’existe pas."),
    ],
)
def test_a_wrong_draft_is_refused_with_a_sentence_and_nothing_is_written(
    key: YearKey, values: dict[str, Any], sentence: str
) -> None:
    before = everything_of(key)
    with pytest.raises(Refusal, match=sentence):
        an_entry(key, **values)
    assert everything_of(key) == before


def test_a_regie_of_another_coop_is_none_of_ours(key: YearKey) -> None:
    an_advance(a_year(a_coop("075-0002")))
    with pytest.raises(Refusal, match="n’existe pas"):
        an_entry(key, advance="CP", advance_amount=5)


def test_a_number_is_never_given_twice_even_after_a_strike(key: YearKey) -> None:
    an_entry(key)
    ledger.strike_entry(SOMEONE, key, an_entry(key))
    assert an_entry(key) == 3
    assert Entry.select().count() == 3


def test_the_cahier_is_in_the_order_of_days_then_of_typing(key: YearKey) -> None:
    for day in (date(2025, 1, 2), date(2024, 9, 1), date(2025, 1, 2), date(2024, 9, 1)):
        an_entry(key, day=day)
    assert [entry.number for entry in entry_facts(key)] == [2, 4, 1, 3]
