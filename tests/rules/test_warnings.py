"""What deserves a look and never stands against closing."""

from __future__ import annotations

from datetime import date

import pytest

from retkoop import rules
from retkoop.facts import Entry, Opening, Settings, YearFacts
from retkoop.rules import WARNS, Finding, Subject
from tests.support.year_facts import entry, facts, item

TODAY = date(2025, 9, 5)


def found(check: rules.Check, year: YearFacts) -> list[Finding]:
    findings = check(year, TODAY)
    assert all(finding.level == WARNS and finding.hint.endswith(".") for finding in findings)
    return findings


def cash(number: int, day: date, amount: int) -> Entry:
    return entry(number, day=day, bank=0, cash=amount, sold=amount)


MONDAY, TUESDAY = date(2024, 10, 7), date(2024, 10, 8)


def test_caisse_negative_looks_at_the_end_of_the_day_only() -> None:
    assert found(rules.check_negative_cash, facts(cash(1, MONDAY, -500), cash(2, MONDAY, 500))) == []


def test_caisse_negative_accuses_the_last_expense_of_the_first_such_day() -> None:
    year = facts(cash(1, MONDAY, 500), cash(2, TUESDAY, -600), cash(3, TUESDAY, -100), cash(4, TUESDAY, 50))
    (finding,) = found(rules.check_negative_cash, year)
    assert finding.subject == Subject("entry", 3)
    assert "négative le 08/10/2024 (-1,50\u00a0€)" in finding.message


def test_caisse_negative_accuses_the_opening_when_it_is_the_fault() -> None:
    (finding,) = found(rules.check_negative_cash, facts(opening=Opening(0, -1, -1)))
    assert finding.subject == Subject("opening")


def bought(number: int, value: int) -> Entry:
    return entry(number, bank=-value, equipped=value)


@pytest.mark.parametrize(
    "year",
    [
        facts(entry()),
        facts(bought(1, 50_000), inventory=(item(1, 50_000),)),
        facts(bought(1, 50_000), inventory=(item(1, 60_000),)),
        facts(inventory=(item(1, 50_000),)),
    ],
)
def test_inventaire_holds_when_it_covers_account_6800(year: YearFacts) -> None:
    assert found(rules.check_inventory, year) == []


@pytest.mark.parametrize(
    "year",
    [
        facts(bought(1, 50_000)),
        facts(bought(1, 50_000), inventory=(item(1, 49_999),)),
        facts(bought(1, 50_000), inventory=(item(1, 50_000, date(2024, 8, 31)),)),
    ],
)
def test_inventaire_warns_of_a_purchase_that_it_does_not_cover(year: YearFacts) -> None:
    (finding,) = found(rules.check_inventory, year)
    assert finding.subject == Subject("inventory")
    assert "le compte 6800 500,00\u00a0€" in finding.message


def test_pj_holds_for_distinct_numbers_and_asks_none_of_a_transfer() -> None:
    year = facts(entry(1), entry(2), entry(3, voucher="", bank=500, cash=-500, allocations=()))
    assert found(rules.check_voucher_numbers, year) == []


def test_pj_accuses_each_missing_and_each_double_number() -> None:
    year = facts(entry(1, voucher="D1"), entry(2, voucher=""), entry(3, voucher="D1"), entry(4))
    findings = found(rules.check_voucher_numbers, year)
    assert [f.subject.number for f in findings] == [1, 2, 3]
    assert findings[0].message.startswith("Le numéro de PJ D1 sert à 2 écritures, dont « Librairie – Albums » du ")
    assert findings[1].message == "L’écriture « Librairie – Albums » n’a pas de numéro de PJ."


def test_pj_asks_one_of_a_regie_and_of_a_transfer_with_an_account() -> None:
    handed = entry(1, voucher="", bank=-500, advance="CP", advance_amount=500, allocations=())
    mixed = entry(2, voucher="", bank=500, cash=-500)
    assert len(found(rules.check_voucher_numbers, facts(handed, mixed))) == 2


def held(*amounts: int, code: str = "CP") -> list[Entry]:
    return [
        entry(n, bank=-amount, advance=code, advance_amount=amount, allocations=())
        for n, amount in enumerate(amounts, 1)
    ]


@pytest.mark.parametrize("amounts", [(15_000,), (10_000, -5_000, 10_000), (15_000, -15_000, 15_000), (-20_000,)])
def test_regie_plafond_holds_up_to_150_euros_at_any_moment(amounts: tuple[int, ...]) -> None:
    assert found(rules.check_advance_ceiling, facts(*held(*amounts))) == []


def test_regie_plafond_accuses_the_entry_that_reached_the_highest_even_if_it_came_back() -> None:
    (finding,) = found(rules.check_advance_ceiling, facts(*held(15_001, 5_000, -20_001, 16_000)))
    assert finding.subject == Subject("entry", 2)
    assert finding.message == "La régie CP est montée à 200,01\u00a0€ ; le plafond est de 150,00\u00a0€."


def test_regie_plafond_looks_at_each_class_apart_and_at_the_ceiling_that_is_set() -> None:
    two = [*held(10_000), *held(10_000, code="CM2")]
    assert found(rules.check_advance_ceiling, facts(*two)) == []
    assert len(found(rules.check_advance_ceiling, facts(*two, settings=Settings(advance_ceiling=9_999)))) == 2
