"""Projects: renamed, merged, closed, removed; their entries follow, and each of it is taken back as one."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from retkoop.actions import ledger, projects
from retkoop.actions.undo import last_steps, undo
from retkoop.actions.years import load_facts
from retkoop.errors import Conflict, Refusal
from retkoop.models import Entry, Project, Year, YearKey
from tests.factories import SOMEONE, a_draft, a_year, an_entry
from tests.support.ledger_checks import told


@pytest.fixture
def key(app: Flask) -> YearKey:
    """Give a year: entries 1 and 2 (struck) of Kermesse, 3 of Jardin, 4 of none."""
    key = a_year()
    an_entry(key, project="Kermesse")
    an_entry(key, project="Kermesse")
    an_entry(key, project="Jardin")
    an_entry(key)
    ledger.strike_entry(SOMEONE, key, 2)
    return key


def named(key: YearKey) -> list[tuple[str, bool]]:
    return [(project.name, project.closed) for project in load_facts(Year.get(key.of(Year))).projects]


def labels(key: YearKey) -> dict[int, str | None]:
    """Give the project that each entry bears, struck ones included."""
    names = dict(Project.select(Project.number, Project.name).where(key.of(Project)).tuples())
    return {row.number: names.get(row.project) for row in Entry.select().where(key.of(Entry))}


def version(key: YearKey, number: int) -> int:
    return int(Project.get(key.of(Project), Project.number == number).version)


def state(key: YearKey) -> Any:
    return named(key), labels(key)


def take_back(key: YearKey) -> None:
    undo(SOMEONE, key, last_steps(key, SOMEONE.person)[0].id)


def test_a_new_name_goes_with_its_entries(key: YearKey) -> None:
    projects.rename_project(SOMEONE, key, 1, 1, "Kermesse de juin")
    assert labels(key) == {1: "Kermesse de juin", 2: "Kermesse de juin", 3: "Jardin", 4: None}
    assert told(key)[-1] == ("modification", "projet:1", {"nom": "Kermesse"}, {"nom": "Kermesse de juin"})


def test_a_name_that_is_taken_is_refused(key: YearKey) -> None:
    with pytest.raises(Refusal, match="« Jardin » existe déjà"):
        projects.rename_project(SOMEONE, key, 1, 1, "Jardin")
    assert named(key) == [("Kermesse", False), ("Jardin", False)]


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\x07"])
def test_a_name_that_is_none_is_refused(key: YearKey, name: str) -> None:
    with pytest.raises(Refusal):
        projects.rename_project(SOMEONE, key, 1, 1, name)


def test_a_project_renamed_meanwhile_is_a_conflict_unless_the_name_is_the_same(key: YearKey) -> None:
    projects.rename_project(SOMEONE, key, 1, 1, "Fête")
    lines = len(told(key))
    projects.rename_project(SOMEONE, key, 1, 1, "Fête")
    assert len(told(key)) == lines
    with pytest.raises(Conflict, match="entre-temps"):
        projects.rename_project(SOMEONE, key, 1, 1, "Kermesse de juin")


def test_merging_moves_every_entry_and_the_emptied_project_disappears(key: YearKey) -> None:
    projects.merge_projects(SOMEONE, key, 1, 1, 2)
    assert named(key) == [("Jardin", False)]
    assert labels(key) == {1: "Jardin", 2: "Jardin", 3: "Jardin", 4: None}
    assert told(key)[-1] == ("réunion", "projet:2", {"nom": "Kermesse"}, {"nom": "Jardin"})


def test_merging_tells_whoever_is_editing_one_of_its_entries(key: YearKey) -> None:
    projects.merge_projects(SOMEONE, key, 1, 1, 2)
    with pytest.raises(Conflict, match="entre-temps"):
        ledger.edit_entry(SOMEONE, key, 1, 1, a_draft(project="Jardin"))


def test_renaming_tells_whoever_is_editing_one_of_its_entries(key: YearKey) -> None:
    projects.rename_project(SOMEONE, key, 1, 1, "Fête")
    with pytest.raises(Conflict, match="entre-temps"):
        ledger.edit_entry(SOMEONE, key, 1, 1, a_draft(project="Kermesse"))
    ledger.edit_entry(SOMEONE, key, 3, 1, a_draft(project="Jardin"))
    assert named(key) == [("Fête", False), ("Jardin", False)]


def test_taking_a_new_name_back_tells_them_too(key: YearKey) -> None:
    projects.rename_project(SOMEONE, key, 1, 1, "Fête")
    seen = Entry.get(key.of(Entry), Entry.number == 1).version
    take_back(key)
    with pytest.raises(Conflict, match="entre-temps"):
        ledger.edit_entry(SOMEONE, key, 1, seen, a_draft(project="Fête"))
    assert named(key) == [("Kermesse", False), ("Jardin", False)]


def test_each_action_gives_the_step_that_takes_it_back(key: YearKey) -> None:
    before = state(key)
    for action in (
        lambda: projects.rename_project(SOMEONE, key, 1, version(key, 1), "Fête"),
        lambda: projects.close_project(SOMEONE, key, 1, True),
        lambda: projects.merge_projects(SOMEONE, key, 1, version(key, 1), 2),
    ):
        step = action()
        assert step is not None
        undo(SOMEONE, key, step)
        assert state(key) == before
    assert projects.rename_project(SOMEONE, key, 1, version(key, 1), "Kermesse") is None
    assert projects.close_project(SOMEONE, key, 1, False) is None


def test_a_project_is_not_merged_into_itself_nor_when_it_was_renamed_meanwhile(key: YearKey) -> None:
    with pytest.raises(Refusal, match="un autre projet"):
        projects.merge_projects(SOMEONE, key, 1, 1, 1)
    projects.rename_project(SOMEONE, key, 1, 1, "Fête")
    with pytest.raises(Conflict):
        projects.merge_projects(SOMEONE, key, 1, 1, 2)
    assert labels(key)[1] == "Fête"


def test_closing_keeps_the_entries_and_is_told_once(key: YearKey) -> None:
    for _ in range(2):
        projects.close_project(SOMEONE, key, 1, True)
    assert named(key) == [("Kermesse", True), ("Jardin", False)]
    assert labels(key)[1] == "Kermesse"
    assert len(told(key, "fermeture")) == 1
    projects.close_project(SOMEONE, key, 1, False)
    assert named(key)[0] == ("Kermesse", False)
    assert len(told(key, "réouverture")) == 1


def test_a_project_with_entries_stays(key: YearKey) -> None:
    with pytest.raises(Refusal, match="a des écritures"):
        projects.remove_project(SOMEONE, key, 1)


def test_a_project_with_struck_entries_only_goes(key: YearKey) -> None:
    ledger.strike_entry(SOMEONE, key, 1)
    projects.remove_project(SOMEONE, key, 1)
    assert named(key) == [("Jardin", False)]
    assert labels(key) == {1: None, 2: None, 3: "Jardin", 4: None}
    take_back(key)
    assert labels(key) == {1: "Kermesse", 2: "Kermesse", 3: "Jardin", 4: None}


@pytest.mark.parametrize("action", ["rename", "merge", "close"])
def test_it_is_taken_back_as_one_and_again(key: YearKey, action: str) -> None:
    actions = {
        "rename": lambda: projects.rename_project(SOMEONE, key, 1, 1, "Fête"),
        "merge": lambda: projects.merge_projects(SOMEONE, key, 1, 1, 2),
        "close": lambda: projects.close_project(SOMEONE, key, 1, True),
    }
    before = state(key)
    actions[action]()
    after = state(key)
    assert after != before
    take_back(key)
    assert state(key) == before
    take_back(key)
    assert state(key) == after


def test_a_merge_is_not_taken_back_over_what_somebody_changed_since(key: YearKey) -> None:
    projects.merge_projects(SOMEONE, key, 1, 1, 2)
    step = last_steps(key, SOMEONE.person)[0].id
    entry = Entry.get(key.of(Entry), Entry.number == 1)
    ledger.edit_entry(SOMEONE, key, 1, entry.version, a_draft(project=None))
    after = state(key)
    with pytest.raises(Conflict, match="modifié depuis"):
        undo(SOMEONE, key, step)
    assert state(key) == after
