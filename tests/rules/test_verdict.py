"""All checks together: every finding at once, in the order that people read them."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retkoop import rules
from retkoop.facts import Opening, Statement, YearFacts
from retkoop.rules import BLOCKS, CHECKS, WARNS, verdict
from tests.support.controls import assert_it_notices
from tests.support.year_facts import days, entry, facts, grant, prior, random_facts

TODAY = date(2025, 9, 5)
KINDS = {"ledger", "entry", "scans", "advance", "statement", "outstanding", "cash", "grants", "opening", "inventory"}


def sound() -> YearFacts:
    return facts(entry(1), statement=Statement(date(2025, 8, 31), 98_800))


def everything_wrong() -> YearFacts:
    lines = [entry(n, ticked_on=None, voucher="", scans=(), bank=-100, equipped=100) for n in range(1, 12)]
    lines.append(entry(20, bank=-16_000, advance="CP", advance_amount=16_000, allocations=()))
    lines.append(entry(21, bank=0, cash=-500, allocations=()))
    return facts(*lines, opening=Opening(1, 2, 9), grants=(grant(),), priors=(prior(),))


def test_a_sound_year_can_be_closed_and_every_check_says_bravo() -> None:
    found = verdict(sound(), TODAY)
    assert found.findings == ()
    assert found.can_close
    assert all(found.holds(code) for code, _, _ in CHECKS)


def test_a_year_with_every_mistake_shows_them_all_at_once_in_order() -> None:
    found = verdict(everything_wrong(), date(2025, 1, 1))
    codes = list(dict.fromkeys(finding.code for finding in found.findings))
    assert codes == [code for code, _, _ in CHECKS]
    assert not any(found.holds(code) for code in codes)
    assert not found.can_close


def test_warnings_alone_do_not_stand_against_closing() -> None:
    found = verdict(facts(entry(1, voucher=""), statement=Statement(date(2025, 8, 31), 98_800)), TODAY)
    assert [finding.code for finding in found.warnings] == ["PJ"]
    assert found.blocking == ()
    assert found.can_close


def test_the_table_of_checks_is_the_one_of_the_domain() -> None:
    blocking = ["DATE", "VENTILATION", "REGIES", "RELEVE", "NON_POINTEES", "JUSTIFICATIFS", "CAISSE", "SUBVENTIONS"]
    warning = ["CAISSE_NEGATIVE", "INVENTAIRE", "PJ", "REGIE_PLAFOND"]
    assert [(code, level) for code, level, _ in CHECKS] == [
        *((code, BLOCKS) for code in [*blocking, "BILAN"]),
        *((code, WARNS) for code in warning),
    ]


@settings(max_examples=60, deadline=None, print_blob=True)
@given(random_facts(), st.dates(date(2024, 9, 1), date(2026, 1, 1)))
def test_no_check_ever_fails_on_what_people_typed_and_each_finding_can_be_followed(
    year: YearFacts, today: date
) -> None:
    entries = {e.number for e in year.entries}
    numbers = {"entry": entries, "scans": entries, "advance": {a.number for a in year.advances}}
    for code, level, check in CHECKS:
        for finding in check(year, today):
            assert (finding.code, finding.level) == (code, level)
            assert finding.subject.kind in KINDS
            assert finding.subject.number in numbers.get(finding.subject.kind, {0})
            assert re.fullmatch(r"\S.*[.]", finding.message)


def test_that_property_notices_a_check_that_accuses_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    astray = (("PJ", WARNS, lambda year, today: [rules.Finding("PJ", WARNS, "Oh.", "", rules.Subject("entry", 99))]),)
    monkeypatch.setitem(globals(), "CHECKS", astray)
    assert_it_notices(
        test_no_check_ever_fails_on_what_people_typed_and_each_finding_can_be_followed, random_facts(), days
    )
