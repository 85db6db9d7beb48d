"""The adhésions of a département: looked for, counted, added up, taken away."""

from __future__ import annotations

from datetime import UTC, date, datetime

from retkoop.membership import PAID, PART_PAID, SENT, TO_FILL, Amounts
from retkoop.membership_board import NOT_OPENED, Line, Look, board_sheet, chosen, counts, totals
from retkoop.school_year import SchoolYear

AT = datetime(2024, 9, 30, tzinfo=UTC)
LINES = (
    Line("075-0001", "École 10", True, PAID, 2, 40, 2, Amounts(8_000, 2_000), 10_500, AT, date(2024, 10, 2)),
    Line("075-0002", "École 2", True, PART_PAID, 1, 20, 1, Amounts(4_000, 1_000), 3_000, AT, date(2024, 10, 3)),
    Line("075-0003", "Les Lilas", True, TO_FILL, 3, 60, 4),
    Line("075-0004", "Les Mûriers", False, TO_FILL),
)


def test_they_are_looked_for_by_name_identifier_and_state() -> None:
    assert [line.name for line in chosen(LINES, Look())] == ["École 2", "École 10", "Les Lilas", "Les Mûriers"]
    assert [line.identifier for line in chosen(LINES, Look("muriers"))] == ["075-0004"]
    assert [line.identifier for line in chosen(LINES, Look("075 ecole", PAID))] == ["075-0001"]
    assert [line.identifier for line in chosen(LINES, Look(etat=TO_FILL))] == ["075-0003"]
    assert [line.identifier for line in chosen(LINES, Look(etat=NOT_OPENED))] == ["075-0004"]
    assert Line("075-0005", "Fermée", False, SENT, sent_at=AT).standing == SENT


def test_an_address_that_means_nothing_shows_them_all() -> None:
    assert Look.read({"etat": "perdue", "cherche": " \x00 "}).params == {}
    assert Look.read({"etat": PAID, "cherche": "lilas"}).params == {"etat": PAID, "cherche": "lilas"}


def test_what_was_paid_too_much_by_one_does_not_pay_for_another() -> None:
    added = totals(LINES)
    assert (added.due.total, added.paid, added.left) == (15_000, 13_500, 2_000)
    assert (added.classes, added.pupils, added.adults) == (3, 60, 3)
    assert counts(LINES) == {NOT_OPENED: 1, TO_FILL: 1, SENT: 0, PART_PAID: 1, PAID: 1}


def test_the_sheet_tells_a_headcount_once_it_was_sent() -> None:
    sheet = board_sheet(LINES, SchoolYear(2024))
    assert sheet.rows[0] == (
        "075-0001", "École 10", "payée", date(2024, 9, 30), 2, 40, 2, 8_000, 2_000, 10_000, 10_500,
        date(2024, 10, 2), 0,
    )  # fmt: skip
    assert sheet.rows[2] == ("075-0003", "Les Lilas", "à remplir", *(None,) * 10)
    assert sheet.rows[3][2] == "exercice pas ouvert"
    assert sheet.totals is not None
    assert sheet.totals[9:] == (15_000, 13_500, None, 2_000)
