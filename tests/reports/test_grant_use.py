"""What became of a grant: the project of its entry, what it cost, what is left."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from retkoop.facts import Allocation, Entry, Grant, Project, YearFacts
from retkoop.grant_reports import entry_of, grant_use, project_of
from tests.support.year_facts import entry, facts

CIRCUS, GARDEN = Project(1, "Cirque"), Project(2, "Jardin")


def a_grant(**values: Any) -> Grant:
    told = {"number": 1, "organisation": "Mairie", "kind": "commune", "purpose": "", "day": date(2024, 11, 12)}
    return Grant(**{**told, "amount": 45_000, "voucher": "07", **values})


def received(number: int, amount: int, **values: Any) -> Entry:
    return entry(number, bank=amount, allocations=(Allocation("74100008", amount),), **values)


def spent(number: int, amount: int, **values: Any) -> Entry:
    return entry(number, bank=-amount, allocations=(Allocation("61800008", amount),), **values)


def year(*entries: Entry, grants: tuple[Grant, ...] = ()) -> YearFacts:
    return replace(facts(*entries), projects=(CIRCUS, GARDEN), grants=grants)


def test_the_project_is_that_of_the_entry_of_the_same_pj() -> None:
    found = year(
        received(1, 45_000, voucher="07", project="Cirque"), received(2, 9_000, voucher="08", project="Jardin")
    )
    assert project_of(found, a_grant()) == CIRCUS
    assert project_of(found, a_grant(voucher="08")) == GARDEN


def test_without_pj_it_is_the_only_entry_of_its_amount() -> None:
    one, other = received(1, 45_000, voucher="", project="Cirque"), received(2, 45_000, voucher="", project="Jardin")
    assert entry_of(year(one), a_grant(voucher="")) == one
    assert entry_of(year(one, other), a_grant(voucher="")) is None


def test_an_expense_of_the_same_pj_is_not_its_entry() -> None:
    assert entry_of(year(spent(1, 45_000, voucher="07", project="Cirque")), a_grant()) is None


def test_an_entry_without_project_proposes_none() -> None:
    assert project_of(year(received(1, 45_000, voucher="07")), a_grant()) is None


@pytest.mark.parametrize(
    ("costs", "left"), [((20_000, 10_000), 15_000), ((45_000,), 0), ((50_000,), -5_000), ((), 45_000)]
)
def test_what_is_left_is_the_grant_less_the_expenses(costs: tuple[int, ...], left: int) -> None:
    entries = [spent(number, cost, project="Cirque") for number, cost in enumerate(costs, 2)]
    use = grant_use(year(received(1, 45_000, voucher="07", project="Cirque"), *entries), a_grant(), CIRCUS)
    assert (use.spent, use.left) == (sum(costs), left)
    assert [line.expenses for line in use.lines] == list(costs)
    assert sum(line.expenses for line in use.lines) == use.spent
    assert use.others == 0


def test_a_refund_lowers_what_was_spent() -> None:
    back = entry(3, bank=1_000, allocations=(Allocation("61800008", -1_000),), project="Cirque")
    use = grant_use(year(spent(2, 5_000, project="Cirque"), back), a_grant(), CIRCUS)
    assert (use.spent, [line.expenses for line in use.lines]) == (4_000, [5_000, -1_000])


def test_what_else_the_project_received_is_told_apart() -> None:
    families = entry(2, bank=8_000, allocations=(Allocation("70700008", 8_000),), project="Cirque")
    inside = year(received(1, 45_000, voucher="07", project="Cirque"), families)
    assert grant_use(inside, a_grant(), CIRCUS).others == 8_000
    outside = year(received(1, 45_000, voucher="07", project="Jardin"), families)
    assert grant_use(outside, a_grant(), CIRCUS).others == 8_000


def test_another_grant_of_the_same_project_is_named() -> None:
    second = a_grant(number=2, organisation="Région", amount=9_000, voucher="08")
    entries = (received(1, 45_000, voucher="07", project="Cirque"), received(2, 9_000, voucher="08", project="Cirque"))
    use = grant_use(year(*entries, grants=(a_grant(), second)), a_grant(), CIRCUS)
    assert use.other_grants == (second,)


def test_a_long_list_does_not_fit_on_the_page() -> None:
    few = [spent(number, 100, project="Cirque") for number in range(2, 26)]
    assert grant_use(year(*few), a_grant(), CIRCUS).fits
    assert not grant_use(year(*few, spent(40, 100, project="Cirque")), a_grant(), CIRCUS).fits
    assert not grant_use(year(*few[:20], *(replace(one, label="x" * 190) for one in few[20:])), a_grant(), CIRCUS).fits
