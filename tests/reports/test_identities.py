"""Every identity of the domain on random years; each is shown to notice the fault that it is there for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from retkoop import reports
from retkoop.facts import YearFacts
from retkoop.reports import BalanceSheet, GapCause
from tests.support.controls import assert_it_notices
from tests.support.year_facts import CHART, CODES, random_facts


def line_identity(year: YearFacts) -> None:
    """Bank + cash + régie = Σ income − Σ expenses + what the line is said to lack."""
    red = {line.number: gap for line, gap in reports.red_entries(year)}
    for line in year.entries:
        income = sum(a.amount for a in line.allocations if a.account.startswith("7"))
        expenses = sum(a.amount for a in line.allocations if a.account.startswith("6"))
        gap = line.bank + line.cash + line.advance_amount - (income - expenses)
        assert reports.unallocated(line, CHART) == gap
        assert red.get(line.number, 0) == gap


def balances(year: YearFacts) -> None:
    """Bank, cash and each régie are their opening plus what moved."""
    assert reports.bank_balance(year) == year.opening.bank + sum(e.bank for e in year.entries)
    assert reports.cash_balance(year) == year.opening.cash + sum(e.cash for e in year.entries)
    for code in CODES:
        moved = sum(e.advance_amount for e in year.entries if e.advance == code)
        assert reports.advance_balances(year)[code] == moved


def statement_opening(year: YearFacts) -> None:
    """Opening statement balance = opening bank − last year's outstanding, plus every ticked operation."""
    opening = year.opening.bank - sum(p.amount for p in year.priors)
    nothing_ticked = replace(
        year,
        priors=tuple(replace(p, ticked_on=None) for p in year.priors),
        entries=tuple(replace(e, ticked_on=None) for e in year.entries),
    )
    assert reports.ticked_balance(nothing_ticked) == opening
    ticked = [p.amount for p in year.priors if p.ticked_on] + [e.bank for e in year.entries if e.ticked_on]
    assert reports.ticked_balance(year) == opening + sum(ticked)


def reconciles(year: YearFacts) -> None:
    """The ticked balance and the outstanding operations make the cahier's balance; the gap is the statement's."""
    table = reports.reconciliation(year)
    waiting = sum(line.amount for line in table.operations)
    assert reports.ticked_balance(year) + waiting == reports.bank_balance(year)
    assert table.to_receive - table.to_pay == waiting
    assert table.gap == (reports.statement_gap(year) or 0)


def gap_is_explained(year: YearFacts) -> None:
    """Actif − passif is the sum of its causes, to the cent."""
    causes = reports.gap_causes(year)
    assert reports.balance_sheet(year).gap == sum(cause.amount for cause in causes)
    assert all(cause.amount for cause in causes)


def presentations_agree(year: YearFacts) -> None:
    """Both presentations of the bilan show the same gap."""
    assert reports.balance_sheet(year).gap == reports.balance_sheet_from_statement(year).gap


def ledger_ends_at_the_balances(year: YearFacts) -> None:
    """The running balances end at the balances, and each line says what it lacks."""
    lines = reports.ledger_lines(year)
    last = (lines[-1].bank, lines[-1].cash) if lines else (year.opening.bank, year.opening.cash)
    assert last == (reports.bank_balance(year), reports.cash_balance(year))
    assert [(line.entry, line.gap) for line in lines if line.gap] == list(reports.red_entries(year))


def accounts_add_up(year: YearFacts) -> None:
    """The operating account holds every allocation once; its result is what the lines explain."""
    account = reports.operating_account(year)
    assert dict((*account.expenses, *account.income)) == reports.account_totals(year)
    assert all(code.startswith("6") for code, _ in account.expenses)
    assert all(code.startswith("7") for code, _ in account.income)
    assert account.result == sum(reports.allocated(e.allocations, CHART) for e in year.entries)


def next_year_follows(year: YearFacts) -> None:
    """N+1 opens with the closing balances; its error in the balance brought forward is N's whole gap."""
    following = reports.next_opening(year)
    assert following.bank + following.cash - following.carried == reports.balance_sheet(year).gap


PROPERTIES: list[Callable[[YearFacts], None]] = [
    line_identity, balances, statement_opening, reconciles, gap_is_explained, presentations_agree,
    ledger_ends_at_the_balances, accounts_add_up, next_year_follows,
]  # fmt: skip


@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda holds: holds.__name__)
def test_it_holds_on_random_years(holds: Callable[[YearFacts], None]) -> None:
    settings(max_examples=40, deadline=None, print_blob=True)(given(random_facts())(holds))()


def off_by_one_cent(function: Callable[..., int]) -> Callable[..., int]:
    return lambda *args: function(*args) + 1


def forget_ticked_priors(year: YearFacts) -> int:
    """Do as the original did: last year's operations could not be ticked."""
    opening = year.opening.bank - sum(p.amount for p in year.priors)
    return opening + sum(e.bank for e in year.entries if e.ticked_on)


BROKEN: list[tuple[Callable[[YearFacts], None], str, Callable[[Any], Any]]] = [
    (line_identity, "unallocated", lambda f: lambda line, chart: abs(f(line, chart))),
    (line_identity, "red_entries", lambda f: lambda year: f(year)[1:]),
    (balances, "bank_balance", off_by_one_cent),
    (balances, "cash_balance", lambda f: lambda year: f(year) - year.opening.cash),
    (balances, "advance_balances", lambda f: lambda year: dict.fromkeys(CODES, sum(f(year).values()))),
    (statement_opening, "ticked_balance", lambda f: forget_ticked_priors),
    (reconciles, "outstanding", lambda f: lambda year: tuple(o for o in f(year) if not o.prior)),
    (gap_is_explained, "gap_causes", lambda f: lambda year: tuple(c for c in f(year) if c.code != "regies")),
    (gap_is_explained, "gap_causes", lambda f: lambda year: (*f(year), GapCause("report", 0))),
    (presentations_agree, "balance_sheet_from_statement", lambda f: lambda year: BalanceSheet(f(year).assets, ())),
    (ledger_ends_at_the_balances, "ledger_lines", lambda f: lambda year: f(year)[:-1]),
    (accounts_add_up, "account_totals", lambda f: lambda year: {c: abs(a) for c, a in f(year).items()}),
    (next_year_follows, "next_opening", lambda f: lambda year: f(year)._replace(carried=year.opening.carried)),
]


@pytest.mark.parametrize(("holds", "name", "fault"), BROKEN, ids=lambda part: getattr(part, "__name__", part))
def test_it_notices_a_fault(
    holds: Callable[[YearFacts], None], name: str, fault: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, name, fault(getattr(reports, name)))
    assert_it_notices(holds, random_facts())
