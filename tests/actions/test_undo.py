"""Taking back one's last actions: rows as they were, nobody else's work undone, until the year is closed."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from retkoop.actions import ledger, projects, reconciliation, scans, tables, years
from retkoop.actions.exchange import import_archive
from retkoop.actions.undo import MOST, last_steps, undo, undo_all
from retkoop.audit import Actor
from retkoop.errors import Conflict, NotFound
from retkoop.facts import Allocation, Opening
from retkoop.journal_rows import history_of
from retkoop.models import Advance, Department, Entry, Grant, Journal, Scan, YearKey, find_coop, find_year
from retkoop.year_rows import year_facts
from tests.factories import CASES, SOMEONE, a_case, a_coop, a_draft, a_year, an_advance, an_entry
from tests.support.ledger_checks import close_at_once, told

DAY = date(2024, 10, 1)
OTHER = Actor("Dominique Autre", 2)
GRANT = {"organisation": "Mairie", "kind": "commune", "day": DAY, "amount": 30_000}
PRIOR = {"day": date(2024, 7, 1), "label": "Car", "cheque": "", "amount": -2_000}
LONGER = a_draft(label="Albums et livres", bank=-1_500, allocations=(
    Allocation("61800008", 1_000), Allocation("60700008", 500),
))  # fmt: skip

# In the year: entry 1 (ticked on 5 November), entry 2 struck out, régie CP, count 1, grant 1, prior 1.
ACTIONS: dict[str, Callable[[YearKey], object]] = {
    "add_entry": lambda k: ledger.add_entry(SOMEONE, k, a_draft(label="Une de plus")),
    "edit_entry": lambda k: ledger.edit_entry(SOMEONE, k, 1, 2, LONGER),
    "edit_label": lambda k: ledger.edit_entry(SOMEONE, k, 1, 2, a_draft(label="Autre")),
    "strike_entry": lambda k: ledger.strike_entry(SOMEONE, k, 1),
    "restore_entry": lambda k: ledger.restore_entry(SOMEONE, k, 2),
    "add_project": lambda k: ledger.add_project(SOMEONE, k, "Cirque"),
    "tick": lambda k: reconciliation.tick_prior(SOMEONE, k, 1, DAY),
    "untick": lambda k: reconciliation.tick_entry(SOMEONE, k, 1, None),
    "statement": lambda k: reconciliation.set_statement(SOMEONE, k, DAY, 5),
    "add_count": lambda k: tables.add_count(SOMEONE, k, DAY, [(500, 1), (100, 2)]),
    "remove_count": lambda k: tables.remove_count(SOMEONE, k, 1),
    "add_grant": lambda k: tables.add_row(SOMEONE, k, Grant, GRANT),
    "edit_grant": lambda k: tables.edit_row(SOMEONE, k, Grant, 1, 1, {"amount": 7}),
    "remove_grant": lambda k: tables.remove_row(SOMEONE, k, Grant, 1),
    "add_advance": lambda k: an_advance(k, "CM2"),
    "set_holder": lambda k: tables.set_holder(SOMEONE, k, 1, "Classe de CP", "Anne"),
    "set_opening": lambda k: years.set_opening(SOMEONE, k, Opening(1, 2, 3), "514"),
    "add_prior": lambda k: years.add_prior(SOMEONE, k, PRIOR),
    "edit_prior": lambda k: years.edit_prior(SOMEONE, k, 1, 1, {**PRIOR, "amount": 9}),
    "remove_prior": lambda k: years.remove_prior(SOMEONE, k, 1),
}


def a_full_year() -> YearKey:
    key = a_year()
    an_advance(key)
    an_entry(key, actor=OTHER)
    an_entry(key, actor=OTHER, label="Supprimée")
    reconciliation.tick_entry(OTHER, key, 1, date(2024, 11, 5))
    ledger.strike_entry(OTHER, key, 2)
    tables.add_count(OTHER, key, DAY, [(500, 3)])
    tables.add_row(OTHER, key, Grant, GRANT)
    years.add_prior(OTHER, key, PRIOR)
    return key


def seen(key: YearKey) -> Any:
    """Give what people see of a year, less the versions of its rows."""
    year = find_year(find_coop(key.coop), key.start_year)
    return _plain(year_facts(year, Department.get_by_id(key.department)))


def _plain(value: Any) -> Any:
    if hasattr(value, "__dataclass_fields__"):
        names = [name for name in value.__dataclass_fields__ if name not in ("version", "chart")]
        return (type(value).__name__, *((name, _plain(getattr(value, name))) for name in names))
    return tuple(map(_plain, value)) if isinstance(value, tuple) else value


def latest(key: YearKey, actor: Actor = SOMEONE) -> int:
    return last_steps(key, actor.person)[0].id


@pytest.mark.parametrize("name", ACTIONS)
def test_each_action_is_taken_back_and_done_again(app: Flask, name: str) -> None:
    key = a_full_year()
    before = seen(key)
    ACTIONS[name](key)
    after = seen(key)
    assert after != before
    undo(SOMEONE, key, latest(key))
    assert seen(key) == before
    assert told(key)[-1][0] == "annulation"
    undo(SOMEONE, key, latest(key))
    assert seen(key) == after


def test_a_whole_afternoon_is_taken_back_step_by_step(app: Flask) -> None:
    key = a_full_year()
    states = [seen(key)]
    chance = random.Random(seed := random.randrange(10**6))
    print("seed", seed)
    names = chance.sample(["add_entry", "add_project", "untick", "statement", "add_count", "edit_grant",
                           "add_advance", "set_holder", "edit_prior", "set_opening"], 8)  # fmt: skip
    for name in names:
        ACTIONS[name](key)
        states.append(seen(key))
    for expected in reversed(states[:-1]):
        steps = [step for step in last_steps(key, SOMEONE.person) if step.action != "annulation"]
        undo(SOMEONE, key, steps[0].id)
        assert seen(key) == expected, names


def test_an_older_action_is_taken_back_when_nothing_else_touched_the_same(app: Flask) -> None:
    key = a_full_year()
    ledger.edit_entry(SOMEONE, key, 1, 2, a_draft(label="Autre"))
    edited = latest(key)
    reconciliation.tick_entry(SOMEONE, key, 1, None)
    undo(SOMEONE, key, edited)
    row = Entry.get(key.of(Entry), Entry.number == 1)
    assert (row.label, row.ticked_on) == ("Librairie du Centre – Albums", None)


def test_what_somebody_changed_since_is_left_alone(app: Flask) -> None:
    key = a_full_year()
    ledger.edit_entry(SOMEONE, key, 1, 2, a_draft(label="Autre"))
    step = latest(key)
    ledger.edit_entry(OTHER, key, 1, 3, a_draft(label="Encore autre"))
    with pytest.raises(Conflict, match="modifié depuis"):
        undo(SOMEONE, key, step)
    assert Entry.get(key.of(Entry), Entry.number == 1).label == "Encore autre"


def test_what_is_used_since_is_left_alone(app: Flask) -> None:
    key = a_full_year()
    an_advance(key, "CM2")
    step = latest(key)
    an_entry(key, actor=OTHER, advance="CM2", advance_amount=1_200, allocations=())
    with pytest.raises(Conflict, match="servi depuis"):
        undo(SOMEONE, key, step)
    assert Advance.select().where(key.of(Advance)).count() == 2


def test_nobody_takes_back_what_another_did(app: Flask) -> None:
    key = a_full_year()
    theirs = latest(key, OTHER)
    with pytest.raises(NotFound):
        undo(SOMEONE, key, theirs)
    with pytest.raises(NotFound):
        undo(SOMEONE, a_year(a_coop("075-0002")), theirs)


def test_asked_twice_it_is_taken_back_once(app: Flask) -> None:
    key = a_full_year()
    an_entry(key)
    step = latest(key)
    undo(SOMEONE, key, step)
    once = seen(key)
    undo(SOMEONE, key, step)
    assert seen(key) == once
    assert [action for action, *_ in told(key)].count("annulation") == 1


def test_a_step_done_again_and_grown_old_is_refused_rather_than_told_as_taken_back(app: Flask) -> None:
    key = a_full_year()
    an_entry(key)
    step = latest(key)
    undo(SOMEONE, key, step)
    undo(SOMEONE, key, latest(key))
    for n in range(MOST):
        an_entry(key, label=f"Écriture {n}")
    with pytest.raises(Conflict, match="seules vos 20 dernières"):
        undo(SOMEONE, key, step)


def test_one_step_named_many_times_reaches_no_further_back(app: Flask) -> None:
    key = a_full_year()
    an_entry(key)
    step = latest(key)
    for n in range(MOST + 5):
        an_entry(key, label=f"Écriture {n}")
    with pytest.raises(Conflict, match="seules vos 20 dernières"):
        undo_all(SOMEONE, key, [step] * 20)


def test_a_tick_is_never_put_back_on_another_amount(app: Flask) -> None:
    key = a_full_year()
    reconciliation.tick_entry(SOMEONE, key, 1, None)
    step = latest(key)
    ledger.edit_entry(SOMEONE, key, 1, 3, a_draft(bank=-1_300, allocations=(Allocation("61800008", 1_300),)))
    with pytest.raises(Conflict, match="modifié depuis"):
        undo(SOMEONE, key, step)
    assert Entry.get(key.of(Entry), Entry.number == 1).ticked_on is None


def test_a_scan_is_not_given_back_to_an_entry_that_is_struck_out(app: Flask) -> None:
    key = a_full_year()
    scans.add_scan(SOMEONE, key, scans.Arrived("a", "0" * 64, "image/jpeg", 9, "0" * 64, 0, "", ""), 1)
    scans.attach_scan(SOMEONE, key, 1, None)
    step = latest(key)
    ledger.strike_entry(OTHER, key, 1)
    with pytest.raises(Conflict, match="rétablissez-la"):
        undo(SOMEONE, key, step)
    assert Scan.get(key.of(Scan)).entry is None


def test_an_undo_never_reaches_another_project(app: Flask) -> None:
    key = a_full_year()
    project = ledger.add_project(OTHER, key, "Cirque")
    an_entry(key, project="Cirque")
    ledger.edit_entry(SOMEONE, key, 3, 1, a_draft())
    step = latest(key)
    projects.remove_project(OTHER, key, project)
    ledger.add_project(OTHER, key, "Voile")
    with pytest.raises(Conflict, match="supprimé depuis"):
        undo(SOMEONE, key, step)


def test_nothing_is_taken_back_once_closed(app: Flask) -> None:
    key = a_full_year()
    an_entry(key)
    step = latest(key)
    close_at_once(key)
    with pytest.raises(Conflict, match="clos"):
        undo(SOMEONE, key, step)


def test_only_the_last_twenty_are_offered(app: Flask) -> None:
    key = a_full_year()
    for n in range(MOST + 5):
        an_entry(key, label=f"Écriture {n}")
    steps = last_steps(key, SOMEONE.person)
    assert len(steps) == MOST
    assert steps[0].after["libelle"] == f"Écriture {MOST + 4}"
    oldest = min(step.id for step in steps)
    older = Journal.get(
        key.of(Journal), Journal.person == SOMEONE.person, Journal.id < oldest, Journal.action == "ajout"
    )
    with pytest.raises(Conflict, match="seules vos 20 dernières"):
        undo(SOMEONE, key, older.id)
    assert "annulation" not in [action for action, *_ in told(key)]


def test_what_was_done_in_one_go_is_taken_back_whole_though_it_is_more_than_twenty_actions(app: Flask) -> None:
    key = a_full_year()
    before = seen(key)
    steps = []
    for n in range(MOST + 5):
        an_entry(key, label=f"Écriture {n}")
        steps.append(latest(key))
    undo_all(SOMEONE, key, steps)
    assert seen(key) == before


def test_what_was_done_in_one_go_is_taken_back_whole_or_not_at_all(app: Flask) -> None:
    key = a_full_year()
    steps = []
    for label in ("Une", "Deux", "Trois"):
        an_entry(key, label=label)
        steps.append(latest(key))
    ledger.edit_entry(OTHER, key, 4, 1, a_draft(label="Deux bis"))
    standing = seen(key)
    with pytest.raises(Conflict, match="modifié depuis"):
        undo_all(SOMEONE, key, steps)
    assert seen(key) == standing


def test_a_name_that_was_taken_since_is_named_as_the_reason(app: Flask) -> None:
    key = a_full_year()
    project = ledger.add_project(OTHER, key, "Cirque")
    projects.rename_project(SOMEONE, key, project, 1, "Chapiteau")
    step = latest(key)
    ledger.add_project(OTHER, key, "Cirque")
    with pytest.raises(Conflict, match="repris depuis"):
        undo(SOMEONE, key, step)


def test_what_it_used_and_was_removed_since_is_named_as_the_reason(app: Flask) -> None:
    key = a_full_year()
    project = ledger.add_project(OTHER, key, "Cirque")
    an_entry(key, project="Cirque")
    ledger.edit_entry(SOMEONE, key, 3, 1, a_draft())
    step = latest(key)
    projects.remove_project(OTHER, key, project)
    with pytest.raises(Conflict, match="supprimé depuis"):
        undo(SOMEONE, key, step)


def test_a_struck_entry_is_not_rewritten(app: Flask) -> None:
    key = a_full_year()
    ledger.edit_entry(SOMEONE, key, 1, 2, LONGER)
    step = latest(key)
    ledger.strike_entry(OTHER, key, 1)
    with pytest.raises(Conflict, match="rétablissez-la"):
        undo(SOMEONE, key, step)


def test_a_number_is_never_given_again_so_that_what_was_removed_comes_back_beside_what_was_added(app: Flask) -> None:
    key = a_full_year()
    tables.remove_row(SOMEONE, key, Grant, 1)
    removed = latest(key)
    tables.add_row(OTHER, key, Grant, {**GRANT, "organisation": "Région"})
    undo(SOMEONE, key, removed)
    rows = Grant.select().where(key.of(Grant)).order_by(Grant.number)
    assert [(row.number, row.organisation) for row in rows] == [(1, "Mairie"), (2, "Région")]


def test_rows_that_an_import_replaced_have_no_history_and_are_not_brought_back(app: Flask) -> None:
    key = a_case("ecole-101", app.config["STORAGE"])
    ledger.strike_entry(SOMEONE, key, 1)
    step = latest(key)
    import_archive(OTHER, CASES / "ecole-101" / "exercice.zip", app.config["STORAGE"], replace=True)
    assert last_steps(key, SOMEONE.person) == []
    assert history_of(key, "ecriture:1") == []
    imported = seen(key)
    with pytest.raises(Conflict, match="ne peut plus être annulée"):
        undo(SOMEONE, key, step)
    assert seen(key) == imported


def test_the_comparison_would_see_a_row_left_behind(app: Flask) -> None:
    key = a_full_year()
    before = seen(key)
    an_entry(key)
    assert seen(key) != before
