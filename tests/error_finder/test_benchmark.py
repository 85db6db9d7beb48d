"""A small run of the benchmark (`python -m bench.faults`), and what keeps it honest."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from bench.faults import CHECKS, TODAY, judged, leaves_a_trace, run
from bench.mistakes import KINDS, Fault, Truth
from bench.school_years import SOURCES, a_year
from retkoop import rules
from retkoop.error_finder import causes


def test_the_true_cause_is_among_the_first_three() -> None:
    outcomes, _ = run(seed=60, number=60)
    assert {outcome.kind for outcome in outcomes} == set(KINDS)
    assert {outcome.source for outcome in outcomes} == set(SOURCES)
    assert sum(1 <= outcome.place <= 3 for outcome in outcomes) >= 0.95 * len(outcomes)


@pytest.mark.parametrize("source", SOURCES)
def test_its_years_are_right_before_the_mistake(source: str) -> None:
    for seed in range(5):
        year = a_year(Random(seed), source)
        failing = {finding.code for finding in rules.verdict(year, TODAY).findings}
        assert failing & {*CHECKS, "VENTILATION", "REGIES"} == set()
        assert causes(year) == ()


def test_a_mistake_without_a_trace_does_not_count() -> None:
    year = a_year(Random(1), "école")
    assert not leaves_a_trace(year, replace(year, projects=()))


def test_another_row_and_another_amount_are_not_the_truth() -> None:
    year = a_year(Random(1), "école")
    fault = KINDS["chiffres inversés"](Random(2), year)
    assert fault is not None
    assert leaves_a_trace(year, fault.facts)
    assert judged("chiffres inversés", "école", 1, fault).place > 0
    for wrong in (fault.truth._replace(numbers=(0,)), fault.truth._replace(amount=1), Truth(("moyen",), (0,))):
        assert judged("chiffres inversés", "école", 1, Fault(fault.facts, wrong, "")).place == 0
