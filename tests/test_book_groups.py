"""The cahier by project, by account, by month: nothing twice, nothing lost, and the whole is the year's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retkoop import book_groups, reports
from retkoop.book_groups import ACCOUNT, FOOT, GROUPINGS, HEAD, Sums, by_account, by_month, by_project, pages, total
from retkoop.facts import Allocation, YearFacts
from tests.support.controls import assert_it_notices
from tests.support.year_facts import BOOKS, SALES, entry, facts, random_facts

PROJECTS = ("Classe verte", "école et cinéma", "Éveil", "Jardin", None)


@st.composite
def years(draw: Any) -> YearFacts:
    """Draw a year whose entries have projects."""
    year = draw(random_facts())
    return replace(year, entries=tuple(replace(e, project=draw(st.sampled_from(PROJECTS))) for e in year.entries))


def every_entry_once(year: YearFacts) -> None:
    """By project and by month, each entry is in one group, in the order of the cahier."""
    for gather in (by_project, by_month):
        groups = gather(year)
        assert sorted(line.entry.number for group in groups for line in group.lines) == sorted(
            e.number for e in year.entries
        )
        order = {e.number: place for place, e in enumerate(year.entries)}
        for group in groups:
            places = [order[line.entry.number] for line in group.lines]
            assert places == sorted(places)


def every_allocation_once(year: YearFacts) -> None:
    """By account, each group comes to the total of its account in the CRF; red lines come last."""
    totals = {year.chart[code].short: amount for code, amount in reports.account_totals(year).items()}
    groups = {group.title[:4]: group.sums for group in by_account(year) if group.title != book_groups.UNALLOCATED}
    assert {short: sums.expenses or sums.income for short, sums in groups.items()} == totals
    red = [(line.entry, line.sums.gap) for g in by_account(year) if g.title == "À ventiler" for line in g.lines]
    assert red == list(reports.red_entries(year))


def the_whole_is_the_year(year: YearFacts) -> None:
    """Whatever the grouping, the groups come to the same whole: that of the reports."""
    account, gap = reports.operating_account(year), sum(gap for _, gap in reports.red_entries(year))
    for name, gather in GROUPINGS.items():
        whole = total(group.sums for group in gather(year))
        assert (whole.income, whole.expenses, whole.gap) == (account.total_income, account.total_expenses, gap)
        if name != ACCOUNT:
            assert year.opening.bank + whole.bank == reports.bank_balance(year)
            assert year.opening.cash + whole.cash == reports.cash_balance(year)
            assert whole.advance == sum(reports.advance_balances(year).values())
            assert whole.bank + whole.cash + whole.advance == whole.income - whole.expenses + whole.gap


def pages_hold_every_line_once(year: YearFacts) -> None:
    """Cut into pages, a group begins and ends once, keeps its lines in order, and no page overflows."""
    for gather in GROUPINGS.values():
        groups, cut = gather(year), pages(gather(year))
        pieces = [piece for page in cut for piece in page]
        assert [line for piece in pieces for line in piece.lines] == [line for g in groups for line in g.lines]
        assert [piece.group for piece in pieces if piece.begins] == list(groups)
        assert [piece.group for piece in pieces if piece.ends] == list(groups)
        for page in cut:
            rows = sum(line.words.height for piece in page for line in piece.lines)
            assert rows + len(page) * (HEAD + FOOT) <= book_groups.LINES


PROPERTIES: list[Callable[[YearFacts], None]] = [
    every_entry_once, every_allocation_once, the_whole_is_the_year, pages_hold_every_line_once,
]  # fmt: skip


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make pages so short that a few entries fill several."""
    monkeypatch.setattr(book_groups, "LINES", HEAD + FOOT + 6)


@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda holds: holds.__name__)
def test_it_holds_on_random_years(holds: Callable[[YearFacts], None], small_pages: None) -> None:
    settings(max_examples=40, deadline=None, print_blob=True)(given(years())(holds))()


BROKEN: list[tuple[Callable[[YearFacts], None], str, Callable[[Any], Any]]] = [
    (every_entry_once, "_groups", lambda right: lambda named: right(list(named)[1:])),
    (every_allocation_once, "_parts", lambda right: lambda year, account: list(right(year, account))[1:]),
    (the_whole_is_the_year, "_sums", lambda right: lambda *asked: right(*asked)._replace(bank=0)),
    (the_whole_is_the_year, "total", lambda right: lambda rows: Sums(*map(abs, right(rows)))),
    (pages_hold_every_line_once, "_fitting", lambda right: lambda lines, room: right(lines, room + 3)),
]


@pytest.mark.parametrize(("holds", "name", "fault"), BROKEN, ids=lambda part: getattr(part, "__name__", part))
def test_it_notices_a_fault(
    holds: Callable[[YearFacts], None],
    name: str,
    fault: Callable[[Any], Any],
    small_pages: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(book_groups, name, fault(getattr(book_groups, name)))
    assert_it_notices(holds, years())


def titles(groups: tuple[book_groups.Group, ...]) -> list[str]:
    return [group.title for group in groups]


def test_projects_are_in_alphabetical_order_and_entries_without_one_come_last() -> None:
    year = facts(*(entry(n, project=name) for n, name in enumerate([None, "Éveil", "Jardin", "Classe verte"], 1)))
    assert titles(by_project(year)) == ["Classe verte", "Éveil", "Jardin", "Sans projet"]


def test_months_without_an_entry_are_left_out() -> None:
    year = facts(entry(1, day=date(2024, 9, 3)), entry(2, day=date(2024, 11, 4)), entry(3, day=date(2024, 11, 5)))
    assert titles(by_month(year)) == ["septembre 2024", "novembre 2024"]


def test_an_entry_shared_out_stands_under_each_of_its_accounts_with_its_part() -> None:
    split = entry(bank=-1_500, allocations=(Allocation(BOOKS, 1_000), Allocation(BOOKS, 700), Allocation(SALES, 200)))
    groups = by_account(facts(split))
    assert titles(groups) == ["6180 Charges des activités éducatives", "7070 Ventes de produits pour cession"]
    assert [group.sums for group in groups] == [Sums(expenses=1_700), Sums(income=200)]


def test_gaps_that_come_to_nothing_are_counted_all_the_same() -> None:
    year = facts(entry(1, bank=-700, allocations=()), entry(2, bank=700, allocations=()), entry(3))
    for gather in GROUPINGS.values():
        whole = total(group.sums for group in gather(year))
        assert (whole.gap, whole.red) == (0, 2)


def test_projects_that_sound_alike_stand_side_by_side_in_the_same_order_each_time() -> None:
    year = facts(*(entry(n, project=name) for n, name in enumerate(["École", "Ecole", "Eau", "Étang"], 1)))
    assert titles(by_project(year)) == ["Eau", "Ecole", "École", "Étang"]


def test_an_internal_transfer_has_no_account() -> None:
    assert by_account(facts(entry(bank=500, cash=-500, allocations=()))) == ()


def test_an_empty_cahier_has_one_page_and_one_summary() -> None:
    for gather in GROUPINGS.values():
        assert gather(facts()) == ()
    assert pages(()) == ((),)
    assert book_groups.summaries(()) == ((),)


def test_many_groups_are_listed_over_several_pages() -> None:
    groups = by_project(facts(*(entry(n, project=f"Projet {n}") for n in range(80))))
    listed = book_groups.summaries(groups)
    assert [group for page in listed for group in page] == list(groups)
    assert max(map(len, listed)) + HEAD + FOOT <= book_groups.LINES
