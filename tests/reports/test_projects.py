"""What projects cost and bring in: with what bears no project, they are the year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retkoop import project_reports, reports
from retkoop.facts import Allocation, Project, YearFacts
from tests.support.controls import assert_it_notices
from tests.support.year_facts import BOOKS, SALES, entry, facts, random_facts

PROJECTS = (Project(1, "Kermesse"), Project(2, "École et cinéma"), Project(3, "Fini", closed=True))


@st.composite
def years(draw: Any) -> YearFacts:
    """Draw a year whose entries bear a project or none."""
    year = draw(random_facts())
    names = st.sampled_from([None, *(project.name for project in PROJECTS)])
    entries = tuple(replace(line, project=draw(names)) for line in year.entries)
    return replace(year, entries=entries, projects=PROJECTS)


def add_up_to_the_year(year: YearFacts) -> None:
    """Σ of the projects and of what bears none = the totals of the year."""
    accounts, whole = project_reports.project_accounts(year), reports.operating_account(year)
    assert sum(len(found.entries) for found in accounts) == len(year.entries)
    assert sum(found.account.total_expenses for found in accounts) == whole.total_expenses
    assert sum(found.account.total_income for found in accounts) == whole.total_income
    assert sum(found.account.result for found in accounts) == whole.result
    assert sum(found.gap for found in accounts) == sum(gap for _, gap in reports.red_entries(year))
    assert sum(found.red for found in accounts) == len(reports.red_entries(year))


def each_is_its_lines_and_its_months(year: YearFacts) -> None:
    """A project is the sum of its entries, and of its months; alone it says what it says among the others."""
    for found in project_reports.project_accounts(year):
        assert project_reports.project_account(year, found.project) == found
        lines = project_reports.project_lines(year, found.entries)
        months = project_reports.months_of(year, found.entries)
        for parts in ([(line.expenses, line.income) for line in lines],
                      [(month.account.total_expenses, month.account.total_income) for month in months]):  # fmt: skip
            assert sum(spent for spent, _ in parts) == found.account.total_expenses
            assert sum(earned for _, earned in parts) == found.account.total_income
        assert sum(line.gap for line in lines) == found.gap


PROPERTIES = [add_up_to_the_year, each_is_its_lines_and_its_months]


@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda holds: holds.__name__)
def test_it_holds_on_random_years(holds: Callable[[YearFacts], None]) -> None:
    settings(max_examples=60, deadline=None, print_blob=True)(given(years())(holds))()


BROKEN: list[tuple[Callable[[YearFacts], None], str, Callable[[Any], Any]]] = [
    (add_up_to_the_year, "project_accounts", lambda f: lambda year: f(year)[:-1]),
    (add_up_to_the_year, "project_accounts", lambda f: lambda year: (*f(year), f(year)[-1])),
    (each_is_its_lines_and_its_months, "months_of", lambda f: lambda year, entries: f(year, entries)[1:]),
    (each_is_its_lines_and_its_months, "project_lines", lambda f: lambda year, entries: f(year, entries)[:-1]),
]


@pytest.mark.parametrize(("holds", "name", "fault"), BROKEN, ids=lambda part: getattr(part, "__name__", part))
def test_it_notices_a_fault(
    holds: Callable[[YearFacts], None], name: str, fault: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project_reports, name, fault(getattr(project_reports, name)))
    assert_it_notices(holds, years())


def test_they_come_by_name_the_closed_ones_later_and_what_bears_none_last() -> None:
    names = [found.name for found in project_reports.project_accounts(facts(projects=PROJECTS))]
    assert names == ["École et cinéma", "Kermesse", "Fini", "Sans projet"]


def test_months_without_entries_between_two_that_have_some_are_there() -> None:
    lines = (entry(1, day=date(2024, 11, 4)), entry(2, day=date(2025, 1, 9)))
    months = project_reports.months_of(facts(*lines), lines)
    assert [(m.month, m.account.total_expenses) for m in months] == [
        ("2024-11", 1_200), ("2024-12", 0), ("2025-01", 1_200),
    ]  # fmt: skip
    assert project_reports.months_of(facts(), ()) == ()


def test_gaps_that_come_to_nothing_are_counted_all_the_same() -> None:
    red = (
        entry(1, bank=-700, allocations=(), project="Kermesse"),
        entry(2, bank=700, allocations=(), project="Kermesse"),
    )
    year = facts(*red, entry(3), projects=PROJECTS)
    found = project_reports.project_account(year, PROJECTS[0])
    assert (found.gap, found.red) == (0, 2)
    assert project_reports.project_account(year, None).red == 0


def test_a_month_says_how_many_entries_it_has_even_without_figures() -> None:
    lines = (entry(1, day=date(2024, 11, 4), bank=-700, allocations=()), entry(2, day=date(2025, 1, 9)))
    months = project_reports.months_of(facts(*lines), lines)
    assert [(m.month, m.entries) for m in months] == [("2024-11", 1), ("2024-12", 0), ("2025-01", 1)]


def test_an_entry_may_both_cost_and_bring_in() -> None:
    both = (Allocation(SALES, 3_000), Allocation(BOOKS, 1_000))
    (line,) = project_reports.project_lines(facts(), [entry(bank=2_000, allocations=both)])
    assert (line.expenses, line.income, line.gap) == (1_000, 3_000, 0)


def test_a_long_list_is_read_month_by_month() -> None:
    lines = [entry(n, day=date(2024, 11 + n % 2, 4)) for n in range(project_reports.LONG + 1)]
    assert project_reports.shown_month(lines[:-1], "2024-11") == ""
    assert project_reports.shown_month(lines, "2024-11") == "2024-11"
    assert [project_reports.shown_month(lines, asked) for asked in ("", "2025-03", "x")] == ["2024-12"] * 3


@pytest.mark.parametrize("other", ["ECOLE ET CINEMA", " école  et cinéma ", "École et cinéma"])
def test_names_that_sound_the_same_are_the_same(other: str) -> None:
    assert project_reports.plain_name(other) == project_reports.plain_name("École et cinéma")


def test_the_kind_of_apostrophe_does_not_make_another_name() -> None:
    assert project_reports.plain_name("Jardin de l’école") == project_reports.plain_name("Jardin de l'école")
    assert project_reports.plain_name("Jardin 1") != project_reports.plain_name("Jardin 2")
