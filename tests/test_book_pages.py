"""The double pages of the cahier: every entry once, totals carried, the last ones those of the reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retkoop import book_pages, reports
from retkoop.book_pages import LINES, BookLine, Spread, Totals, spreads
from retkoop.facts import Allocation, Opening, YearFacts
from tests.support.controls import assert_it_notices
from tests.support.year_facts import BOOKS, CHART, GRANTS, SALES, entry, facts, prior, random_facts

LONG = "Librairie du Marché – albums de littérature jeunesse pour la bibliothèque " * 3


@st.composite
def long_books(draw: Any) -> YearFacts:
    """Draw a year of several double pages: its entries again and again, under short labels and long ones."""
    year = draw(random_facts())
    times = draw(st.integers(0, 4))
    labels = draw(st.lists(st.sampled_from(["Car", LONG[:200], "W" * 200, "a " * 100]), min_size=1, max_size=4))
    entries = [replace(e, number=7 * n + e.number) for n in range(times) for e in year.entries]
    priors = [prior(n, p.amount, p.ticked_on) for n, p in enumerate(year.priors * draw(st.integers(1, 3)), 1)]
    return replace(
        year,
        entries=tuple(replace(e, label=labels[n % len(labels)]) for n, e in enumerate(entries)),
        priors=tuple(replace(p, label=labels[n % len(labels)]) for n, p in enumerate(priors)),
    )


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make pages so short that a few entries fill several."""
    monkeypatch.setattr(book_pages, "LINES", 10)


def lines_of(year: YearFacts) -> list[BookLine]:
    return [line for spread in spreads(year) for line in spread.lines]


def every_entry_once(year: YearFacts) -> None:
    """Entries, and last year's operations, are there once, in the order of the cahier."""
    assert [line.line.entry for line in lines_of(year)] == list(year.entries)
    assert [line.prior for spread in spreads(year) for line in spread.priors] == list(year.priors)


def totals_are_carried(year: YearFacts) -> None:
    """Each double page begins with what the one before carries on, and adds its own rows to it."""
    made = spreads(year)
    assert [after.before for after in made[1:]] == [before.after for before in made[:-1]]
    for spread in made:
        for place in range(6):
            added = sum(line.moved[place] for line in spread.lines)
            assert spread.after.moved[place] == spread.before.moved[place] + added
        for place in range(len(CHART.accounts)):
            added = sum(line.accounts[place] for line in spread.lines)
            assert spread.after.accounts[place] == spread.before.accounts[place] + added


def last_totals_are_those_of_the_reports(year: YearFacts) -> None:
    """The totals of the year are those of the CRF, of the balances and of the régies."""
    last = spreads(year)[-1].after
    used = reports.account_totals(year)
    assert list(last.accounts) == [used.get(account.code, 0) for account in year.chart]
    assert (last.bank, last.cash) == (reports.bank_balance(year), reports.cash_balance(year))
    assert last.gap == sum(gap for _, gap in reports.red_entries(year))
    moved = last.moved
    assert moved.advance_out - moved.advance_back == sum(reports.advance_balances(year).values())
    assert year.opening.bank + moved.bank_in - moved.bank_out == last.bank
    assert year.opening.cash + moved.cash_in - moved.cash_out == last.cash


def no_page_overflows(year: YearFacts) -> None:
    """What stands on a page takes no more lines of text than it has."""
    for spread in spreads(year):
        assert spread.offset + sum(line.height for line in spread.lines) <= book_pages.LINES
        assert spread.lines or spread.priors or spread.of == 1


def pages_are_numbered(year: YearFacts) -> None:
    """Double pages say which they are, of how many; only the first begins the book and only the last ends it."""
    made = spreads(year)
    assert [(spread.number, spread.of) for spread in made] == [(n, len(made)) for n in range(1, len(made) + 1)]
    assert [spread.is_first for spread in made] == [True] + [False] * (len(made) - 1)
    assert [spread.is_last for spread in made] == [False] * (len(made) - 1) + [True]


PROPERTIES: list[Callable[[YearFacts], None]] = [
    every_entry_once, totals_are_carried, last_totals_are_those_of_the_reports, no_page_overflows, pages_are_numbered,
]  # fmt: skip


@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda holds: holds.__name__)
def test_it_holds_on_random_books(holds: Callable[[YearFacts], None], small_pages: None) -> None:
    settings(max_examples=40, deadline=None, print_blob=True)(given(long_books())(holds))()


def forget_the_last_line(right: Any) -> Any:
    return lambda before, lines: right(before, lines[:-1])


def start_again(right: Any) -> Any:
    return lambda before, lines: right(Totals(before.moved, before.bank, before.cash, (0,) * 14, 0), lines)


def swap_the_sides(right: Any) -> Any:
    return lambda *asked: replace(right(*asked), moved=right(*asked).moved[::-1])


BROKEN: list[tuple[Callable[[YearFacts], None], str, Callable[[Any], Any]]] = [
    (every_entry_once, "_book_lines", lambda right: lambda year: right(year)[::-1]),
    (every_entry_once, "_cut", lambda right: lambda priors, lines: right(priors, lines)[:1]),
    (totals_are_carried, "_carried_on", forget_the_last_line),
    (totals_are_carried, "_carried_on", start_again),
    (last_totals_are_those_of_the_reports, "_carried_on", forget_the_last_line),
    (last_totals_are_those_of_the_reports, "_book_line", swap_the_sides),
    (no_page_overflows, "_cut", lambda right: lambda priors, lines: [(list(priors), list(lines))]),
    (no_page_overflows, "_cut", lambda right: lambda priors, lines: [*right(priors, lines), ([], [])]),
    (pages_are_numbered, "Spread", lambda right: lambda number, of, *rest: right(number, of + 1, *rest)),
]  # fmt: skip


@pytest.mark.parametrize(("holds", "name", "fault"), BROKEN, ids=lambda part: getattr(part, "__name__", part))
def test_it_notices_a_fault(
    holds: Callable[[YearFacts], None],
    name: str,
    fault: Callable[[Any], Any],
    small_pages: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(book_pages, name, fault(getattr(book_pages, name)))
    assert_it_notices(holds, long_books())


def only(year: YearFacts) -> Spread:
    (spread,) = spreads(year)
    return spread


def test_an_empty_cahier_is_one_double_page_with_its_balances() -> None:
    spread = only(facts(opening=Opening(1_200, 300, 1_500)))
    assert (spread.lines, spread.is_first, spread.is_last) == ((), True, True)
    assert (spread.after.bank, spread.after.cash) == (1_200, 300)


def test_an_operation_stands_in_the_column_of_the_paper_book() -> None:
    handed = entry(1, bank=-15_000, advance="CP", advance_amount=15_000, allocations=())
    justified = entry(2, bank=0, advance="CP", advance_amount=-12_750, spent=12_750)
    banked = entry(3, bank=49_900, cash=-49_900, allocations=())
    moved = [line.moved for line in only(facts(handed, justified, banked)).lines]
    assert moved == [(15_000, 0, 0, 15_000, 0, 0), (0, 12_750, 0, 0, 0, 0), (0, 0, 49_900, 0, 0, 49_900)]


def test_an_entry_is_shared_out_to_the_accounts_of_the_chart() -> None:
    split = entry(
        bank=0, cash=800, allocations=(Allocation(BOOKS, -200), Allocation(SALES, 500), Allocation(SALES, 100))
    )
    accounts = {account.code: n for n, account in enumerate(CHART)}
    (line,) = only(facts(split)).lines
    assert {n: cents for n, cents in enumerate(line.accounts) if cents} == {accounts[BOOKS]: -200, accounts[SALES]: 600}


def test_the_accounts_are_those_of_the_chart_whatever_their_number() -> None:
    chart = replace(CHART, accounts=tuple(a for a in CHART if a.code in (BOOKS, GRANTS)))
    year = facts(entry(1), entry(2, granted=500, bank=500), chart=chart)
    assert only(year).after.accounts == (1_200, 500)
    assert [lines[0] for lines in book_pages.allocation_heads(chart)] == ["PJ et date", "6180", "7410", "À ventiler"]
    assert sum(book_pages.allocation_columns(2)) == pytest.approx(281)


def test_the_columns_fill_the_page() -> None:
    assert sum(book_pages.OPERATIONS) == pytest.approx(281)
    assert sum(book_pages.allocation_columns(14)) == pytest.approx(281, abs=0.01)


def test_a_red_line_says_what_it_lacks() -> None:
    assert only(facts(entry(bank=-1_500))).lines[0].line.gap == -300


def test_a_long_label_takes_lines_and_makes_a_new_page() -> None:
    short = [entry(n) for n in range(LINES)]
    assert len(spreads(facts(*short))) == 1
    assert len(spreads(facts(*short[1:], entry(LINES, label=LONG[:200])))) == 2


@given(st.lists(st.integers(-3, 3)), st.lists(st.sampled_from(["", "7100"])))
def test_empty_neighbours_make_one_cell_and_no_column_is_lost(amounts: list[int], texts: list[str]) -> None:
    made = book_pages.cells(texts, amounts)
    assert [n for span, shown in made for n in [shown, *[0] * (span - 1)]] == [t or 0 for t in texts] + amounts
    assert all(span == 1 for span, shown in made if shown)
    assert all(left or right for (_, left), (_, right) in pairwise(made))
