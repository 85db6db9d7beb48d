"""A CRF typed in directly: the figures of the cahier that it sums up, and every identity on random figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retkoop import reports, table_reports
from retkoop.facts import Allocation, DirectOperation, DirectReport, Opening, YearFacts
from retkoop.rules import verdict
from tests.support.controls import assert_it_notices
from tests.support.year_facts import BOOKS, CHART, GRANTS, SALES, cents, count, days, facts, prior, random_facts, ticks

TODAY = date(2025, 9, 5)


def summed_up(year: YearFacts) -> YearFacts:
    """Give a year as its mandataire would type it in directly, who kept it elsewhere."""
    waiting = [line for line in reports.outstanding(year) if not line.prior]
    typed = DirectReport(
        reports.bank_balance(year),
        reports.cash_balance(year),
        tuple(Allocation(code, amount) for code, amount in reports.account_totals(year).items()),
        tuple(DirectOperation(n, o.day, o.label, o.cheque, o.amount) for n, o in enumerate(waiting, 1)),
    )
    return replace(year, entries=(), direct=typed)


@st.composite
def typed_years(draw: Any) -> YearFacts:
    """Draw a year typed in directly, its figures agreeing or not."""
    codes = draw(st.lists(st.sampled_from([account.code for account in CHART]), unique=True, max_size=4))
    amounts = draw(st.lists(cents.filter(bool), max_size=3))
    typed = DirectReport(
        draw(cents),
        draw(cents),
        tuple(Allocation(code, draw(cents.filter(bool))) for code in sorted(codes)),
        tuple(DirectOperation(n, draw(days), "Car", "", amount) for n, amount in enumerate(amounts, 1)),
    )
    late = draw(st.lists(st.tuples(cents.filter(bool), ticks), max_size=2))
    return facts(
        direct=typed,
        opening=Opening(draw(cents), draw(cents), draw(cents)),
        priors=tuple(prior(n, amount, tick) for n, (amount, tick) in enumerate(late, 1)),
    )


def same_figures(year: YearFacts) -> None:
    """Every figure of the CRF is the cahier's."""
    typed = summed_up(year)
    for figure in (
        reports.bank_balance, reports.cash_balance, reports.ticked_balance, reports.statement_gap,
        reports.account_totals, reports.operating_account, reports.balance_sheet,
        reports.balance_sheet_from_statement, reports.next_opening, reports.grants_received,
        reports.durable_goods_bought,
    ):  # fmt: skip
        assert figure(typed) == figure(year), figure.__name__
    ours, theirs = reports.reconciliation(year), reports.reconciliation(typed)
    assert (theirs.to_pay, theirs.to_receive, theirs.gap) == (ours.to_pay, ours.to_receive, ours.gap)
    assert [line.amount for line in theirs.operations] == [line.amount for line in ours.operations]


def gap_is_explained(year: YearFacts) -> None:
    """Actif − passif is the sum of its causes, to the cent, and the finding says which."""
    causes = reports.gap_causes(year)
    gap = reports.balance_sheet(year).gap
    assert gap == sum(cause.amount for cause in causes)
    assert gap == reports.balance_sheet_from_statement(year).gap
    assert {cause.code for cause in causes} <= {"saisie", "report"}
    found = [one for one in verdict(year, TODAY).findings if one.code == "BILAN"]
    assert len(found) == (gap != 0)


def reconciles(year: YearFacts) -> None:
    """The ticked balance and what is outstanding make the balance that was typed in."""
    waiting = sum(line.amount for line in reports.outstanding(year))
    assert year.direct is not None
    assert reports.ticked_balance(year) + waiting == year.direct.bank


PROPERTIES: list[tuple[Callable[[YearFacts], None], Any]] = [
    (same_figures, random_facts()), (gap_is_explained, typed_years()), (reconciles, typed_years()),
]  # fmt: skip


@pytest.mark.parametrize(("holds", "years"), PROPERTIES, ids=lambda part: getattr(part, "__name__", ""))
def test_it_holds_on_random_years(holds: Callable[[YearFacts], None], years: Any) -> None:
    settings(max_examples=40, deadline=None, print_blob=True)(given(years)(holds))()


@pytest.mark.parametrize(
    ("holds", "years", "name"),
    [
        (same_figures, random_facts(), "outstanding"),
        (gap_is_explained, typed_years(), "gap_causes"),
        (reconciles, typed_years(), "bank_balance"),
    ],
)
def test_it_notices_a_fault(
    holds: Callable[[YearFacts], None], years: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = getattr(reports, name)
    if name == "bank_balance":
        monkeypatch.setattr(reports, "ticked_balance", lambda year: kept(year))
    else:
        monkeypatch.setattr(reports, name, lambda year: kept(year)[:-1] if year.direct else kept(year))
    assert_it_notices(holds, years)


def codes_of(year: YearFacts) -> list[str]:
    return [finding.code for finding in verdict(year, TODAY).findings]


def test_nothing_typed_is_not_a_balanced_report() -> None:
    assert "BILAN" in codes_of(facts(direct=DirectReport()))


def test_what_was_typed_is_told_where_it_is_mended() -> None:
    typed = DirectReport(100_000, 500, (Allocation(SALES, 700), Allocation(BOOKS, 100), Allocation(GRANTS, 5)))
    waiting = tuple(DirectOperation(n, date(2025, 8, 1), "Car", "", -1) for n in range(1, 12))
    year = facts(direct=replace(typed, operations=waiting))
    found = {finding.code: finding for finding in verdict(year, date(2025, 5, 1)).findings}
    assert [found[code].subject.kind for code in ("DATE", "NON_POINTEES", "BILAN")] == ["direct"] * 3
    assert "pointez" not in " ".join(finding.hint for finding in found.values())
    assert "Retirez" in found["NON_POINTEES"].hint
    assert {"CAISSE", "SUBVENTIONS", "RELEVE"} <= set(found)
    assert "JUSTIFICATIFS" not in found


def test_cash_that_was_counted_or_typed_is_cash() -> None:
    day = date(2025, 8, 31)
    assert not reports.cash_used(facts(direct=DirectReport(100_000)))
    assert "CAISSE" in codes_of(facts(direct=DirectReport(99_500, 500)))
    counted = facts(direct=DirectReport(100_000), counts=(count(day, (500, 1)),))
    assert "CAISSE" in codes_of(counted)
    agreed = facts(direct=DirectReport(99_500, 500), counts=(count(day, (500, 1)),))
    assert "CAISSE" not in codes_of(agreed)
    assert table_reports.count_checks(agreed)[0].gap == 0


def test_a_cash_box_below_zero_is_told() -> None:
    assert "CAISSE_NEGATIVE" in codes_of(facts(direct=DirectReport(100_100, -100)))
    assert "CAISSE_NEGATIVE" not in codes_of(facts(direct=DirectReport(100_000)))
