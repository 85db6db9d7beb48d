"""The country's figures are the sums of the départements' own, to the cent, in a number of queries that stays."""

from __future__ import annotations

import random

import pytest
from flask import Flask

from retkoop import national
from retkoop.actions import ledger
from retkoop.actions.direct_report import save_direct, turn_direct
from retkoop.aggregate_rows import department_year
from retkoop.aggregates import FIGURES
from retkoop.direct import fingerprint
from retkoop.facts import Allocation, DirectReport
from retkoop.federation_rows import all_years, department_lines
from retkoop.models import Entry, Year, YearKey
from retkoop.national import NationalYear
from retkoop.national_rows import national_year
from tests.factories import SOMEONE, YEAR, a_coop, a_department, a_draft, a_year
from tests.support.queries import counted

DEPARTMENTS = ("013", "02A", "075")
CODES = ("60700008", "61800008", "68000008", "70700008", "74100008")


def turn(key: YearKey, state: str) -> None:
    Year.update(state=state).where(key.of(Year)).execute()


def random_country(chance: random.Random) -> None:
    """Fill three départements: cahiers and direct reports, both banks, all states, two exercices, some struck."""
    for department in DEPARTMENTS:
        for number in range(chance.randint(0, 4)):
            coop = a_coop(f"{department}-{number:04d}")
            key = a_year(coop, chance.randint(-500, 90_000), chance.randint(0, 9_000), chance.randint(0, 99_000))
            if chance.random() < 0.5:
                years_before = key._replace(start_year=YEAR.start - 1)
                columns = {"opening_bank": chance.randint(0, 9_999), "opening_carried": 7, "bank_account": "514"}
                Year.insert(**years_before._asdict(), **columns, state=chance.choice(["validated", "open"])).execute()
            Year.update(bank_account=chance.choice(["512", "514"])).where(key.of(Year)).execute()
            _ = _direct(key, chance) if chance.random() < 0.3 else _entries(key, chance)
            turn(key, chance.choice(["validated", "validated", "validated", "sent", "open"]))


def _direct(key: YearKey, chance: random.Random) -> None:
    turn_direct(SOMEONE, key)
    accounts = tuple(Allocation(code, chance.randint(1, 50_000)) for code in sorted(chance.sample(CODES, 3)))
    typed = DirectReport(chance.randint(-9, 90_000), chance.randint(0, 900), accounts)
    account = Year.get(key.of(Year)).bank_account
    save_direct(SOMEONE, key, fingerprint(DirectReport(), account), typed, account)


def _entries(key: YearKey, chance: random.Random) -> None:
    for _ in range(chance.randint(0, 6)):
        code, amount = chance.choice(CODES), chance.randint(1, 9_999)
        signed = amount if code[0] == "7" else -amount
        moved = {"bank": signed, "cash": 0} if chance.random() < 0.7 else {"bank": 0, "cash": signed}
        number = ledger.add_entry(SOMEONE, key, a_draft(**moved, allocations=(Allocation(code, amount),)))
        if chance.random() < 0.2:
            ledger.strike_entry(SOMEONE, key, number)


def differences(found: NationalYear) -> list[tuple[str, str]]:
    """Name each figure that is not what the départements' own pages give."""
    wrong = []
    for when, start in (("now", YEAR.start), ("before", YEAR.start - 1)):
        country = getattr(found, when)
        own = {code: department_year(code, start).now for code in DEPARTMENTS}
        for code in (*FIGURES, *(account.code for account in country.chart)):
            each = {one.code: one.figure(code) for one in country.departments}
            if each != {department: sums.figure(code) for department, sums in own.items()}:
                wrong.append((when, code))
            if country.figure(code) != sum(sums.figure(code) for sums in own.values()):
                wrong.append((when, code))
        if country.validated != sum(len(sums.coops) for sums in own.values()):
            wrong.append((when, "validated"))
        if country.income - country.expenses != country.figure("resultat"):
            wrong.append((when, "income"))
    return wrong


@pytest.mark.parametrize("seed", range(6))
def test_the_country_is_the_sum_of_its_departements(app: Flask, seed: int) -> None:
    for department in DEPARTMENTS:
        a_department(department)
    random_country(random.Random(seed))
    assert differences(national_year(YEAR.start)) == []


def test_the_comparison_notices_one_cent(app: Flask) -> None:
    for department in DEPARTMENTS:
        a_department(department)
    key = a_year(a_coop("02A-0001"))
    number = ledger.add_entry(SOMEONE, key, a_draft())
    Entry.update(bank=Entry.bank + 1).where(key.of(Entry), Entry.number == number).execute()
    turn(key, "validated")
    found = national_year(YEAR.start)
    assert differences(found) == []
    found.now.departments[1].moneys["banque-512"] += 1  # type: ignore[index]
    assert differences(found) == [("now", "banque-512")] * 2


def test_it_asks_as_many_queries_for_one_cooperative_as_for_many(app: Flask) -> None:
    def asked() -> tuple[int, int]:
        with counted() as statements:
            national_year(YEAR.start)
        with counted() as others:
            department_lines(YEAR.start)
        return len(statements), len(others)

    a_year(a_coop("075-0001"))
    one = asked()
    random_country(random.Random(3))
    assert asked() == one
    assert one[1] == 3


def test_what_is_validated_counts_and_every_state_is_counted(app: Flask) -> None:
    for number, state in enumerate(("open", "closed", "sent", "returned", "validated"), 1):
        turn(a_year(a_coop(f"075-000{number}"), bank=1_000, cash=0), state)
    a_department("013")
    found = national_year(YEAR.start).now
    assert found.states == dict.fromkeys(("open", "closed", "sent", "returned", "validated"), 1)
    assert (found.coops, found.validated, found.figure("banque-512")) == (5, 1, 1_000)
    assert all_years() == [(2024, 1)]
    first, second = department_lines(YEAR.start)
    assert (first.code, first.coops, dict(first.states), first.active_at) == ("013", 0, {}, None)
    assert (second.code, second.coops, second.validated) == ("075", 5, 1)
    assert second.active_at is not None
    assert [one.code for one in national.in_order(found, "tresorerie")] == ["075", "013"]
