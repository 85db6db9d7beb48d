"""When the report « semble correct »: every blocking check but the date."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from retkoop import reports, rules
from retkoop.chart import EXPENSE, Account, Chart
from retkoop.facts import Advance, Allocation, Entry, Opening, Statement, YearFacts
from retkoop.rules import BLOCKS, CHECKS, Finding, Subject, Verdict
from retkoop.school_year import SchoolYear

DAY = date(2024, 11, 4)
CHART = Chart((Account("61800008", "6180", EXPENSE, "Charges des activités éducatives", ""),))
FACTS = YearFacts(SchoolYear(2024), "512", CHART, Opening(10_000, 0, 10_000), statement=Statement(DAY, 10_000))


@pytest.mark.parametrize(("code", "level"), [(code, level) for code, level, _ in CHECKS])
def test_only_a_blocking_finding_other_than_the_date_makes_it_wrong(code: str, level: str) -> None:
    found = Verdict((Finding(code, level, "", "", Subject("ledger")),))
    wrong = level == BLOCKS and code != "DATE"
    assert rules.report_is_correct(found) is not wrong
    assert bool(rules.faults_of_report(found)) is wrong


def test_a_report_drawn_up_in_the_middle_of_the_year_may_be_correct() -> None:
    verdict = rules.verdict(FACTS, date(2025, 1, 15))
    assert not verdict.can_close
    assert rules.report_is_correct(verdict)


def test_the_causes_in_words_add_up_to_the_gap() -> None:
    given = Entry(1, "01", DAY, "Régie", "", None, -2_000, 0, "CP", 2_000, DAY)
    owed = Entry(2, "02", DAY, "À ventiler", "", None, -500, 0, None, 0, DAY, (Allocation("61800008", 300),))
    faulty = replace(
        FACTS, opening=Opening(10_000, 0, 9_900), entries=(given, owed), advances=(Advance(7, "CP", "Camille"),)
    )
    causes = rules.explained_gap(faulty)
    assert sum(cause.amount for cause in causes) == reports.balance_sheet(faulty).gap
    assert [(cause.amount, cause.subject) for cause in causes] == [
        (-2_000, Subject("advance", 7)),
        (-200, Subject("entry", 2)),
        (100, Subject("opening")),
    ]
    assert rules.explained_gap(FACTS) == ()
