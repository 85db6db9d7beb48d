"""The goods of a cooperative over the years, and what they are worth."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from retkoop.facts import InventoryItem
from retkoop.inventory_reports import Rows, goods, inventory, inventory_sheet
from retkoop.school_year import SchoolYear

Y2023, Y2024 = SchoolYear(2023), SchoolYear(2024)


def an_item(number: int = 1, **values: Any) -> InventoryItem:
    told = {"designation": "Piano", "supplier": "Musique", "bought_on": date(2023, 10, 1), "value": 50_000}
    return InventoryItem(**{"number": number, "voucher": "12", "place": "BCD", **told, **values})


GONE = {"disposed_on": date(2024, 12, 1), "disposal_reason": "Vendu", "disposal_value": 4_000}


def test_a_good_of_an_earlier_year_is_carried() -> None:
    (good,) = inventory(Y2024, {2023: [an_item()]}).held
    assert (good.since, good.told_in, good.carried) == (2023, 2023, False)


def test_the_row_of_the_latest_year_says_what_became_of_it() -> None:
    rows = {2023: [an_item()], 2024: [an_item(4, place="Gymnase", **GONE)]}
    (good,) = goods(rows)
    assert (good.since, good.told_in, good.carried, good.item.place) == (2023, 2024, True, "Gymnase")
    found = inventory(Y2024, rows)
    assert (found.held, found.left, found.value, found.left_value, found.sold) == ((), (good,), 0, 50_000, 4_000)


def test_the_year_before_does_not_see_what_came_later() -> None:
    rows = {2023: [an_item()], 2024: [an_item(**GONE)]}
    assert inventory(Y2023, rows).value == 50_000


def test_two_goods_that_are_alike_leave_one_by_one() -> None:
    rows = {2023: [an_item(1), an_item(2)], 2024: [an_item(1, **GONE)]}
    found = inventory(Y2024, rows)
    assert (len(found.held), len(found.left)) == (1, 1)
    assert found.held[0].item.number == 2


@pytest.mark.parametrize(
    "other",
    [{"designation": "Vélo"}, {"value": 1}, {"bought_on": date(2023, 10, 2)}, {"supplier": ""}, {"voucher": ""}],
)
def test_another_good_is_another_one(other: dict[str, Any]) -> None:
    assert len(goods({2023: [an_item()], 2024: [an_item(**other)]})) == 2


def test_the_same_purchase_written_in_the_year_itself_is_another_good() -> None:
    assert len(goods({2023: [an_item(1), an_item(2)]})) == 2
    same = an_item(bought_on=date(2024, 10, 1))
    assert len(goods({2023: [same], 2024: [same]})) == 2


def test_what_left_is_not_continued() -> None:
    gone = an_item(disposed_on=date(2024, 1, 5), disposal_reason="Cassé")
    assert len(goods({2023: [gone], 2024: [an_item()]})) == 2
    found = inventory(Y2024, {2023: [gone]})
    assert (found.held, found.left, len(found.left_before)) == ((), (), 1)


def test_the_sheet_has_every_good_and_adds_up_what_is_held() -> None:
    rows = {2023: [an_item()], 2024: [an_item(**GONE), an_item(2, designation="Vélo", value=9_000)]}
    sheet = inventory_sheet(inventory(Y2024, rows))
    assert [row[1] for row in sheet.rows] == ["Piano", "Vélo"]
    assert [row[-1] for row in sheet.rows] == [None, 9_000]
    assert sheet.totals is not None
    assert sheet.totals[-1] == 9_000


def at_random(chance: random.Random) -> Rows:
    rows: dict[int, list[InventoryItem]] = {}
    for start in (2021, 2022, 2023, 2024):
        year, here = SchoolYear(start), rows.setdefault(start, [])
        for good in goods({**rows, start: []}):
            if good.item.disposed_on is None and chance.random() < 0.4:
                left = year.first_day + timedelta(chance.randrange(365))
                here.append(replace(good.item, number=len(here) + 1, disposed_on=left))
        for _ in range(chance.randrange(4)):
            day = year.first_day + timedelta(chance.randrange(365))
            here.append(an_item(len(here) + 1, value=chance.randrange(1, 3) * 100, bought_on=day))
    return rows


@pytest.mark.parametrize("seed", range(30))
def test_what_was_held_and_bought_less_what_left_is_what_is_held(seed: int) -> None:
    rows = at_random(random.Random(seed))
    before = 0
    for start in rows:
        found = inventory(SchoolYear(start), rows)
        assert found.before == before, (seed, start)
        assert found.before + found.bought - found.left_value == found.value
        assert sorted(map(repr, (*found.held, *found.left, *found.left_before))) == sorted(map(repr, found.goods))
        before = found.value
