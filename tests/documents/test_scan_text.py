"""What the text of a receipt tells, and the entries it is proposed for."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retkoop.facts import Allocation, Entry, Scan
from retkoop.scan_text import MAX_AMOUNTS, MAX_CHARACTERS, MAX_DAYS, Told, proposals, read, told, written

DAY = date(2025, 3, 12)


# ---- Days


@pytest.mark.parametrize(
    "text",
    [
        "Le 12/03/2025", "12/03/25", "12-03-2025", "12.03.25", "2025-03-12", "12 mars 2025", "mercredi 12 MARS 2025.",
        "12\u00a0mars\u202f2025", "Date:12/03/2025 14:32", "le 12/3/2025,", "(12.03.2025)", "12 mars\t2025",
    ],
)  # fmt: skip
def test_it_reads_a_day_as_french_people_write_it(text: str) -> None:
    assert told(text).days == (DAY,)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1er février 2025", date(2025, 2, 1)), ("1er fe\u0301vrier 2025", date(2025, 2, 1)),
        ("15 août 2024", date(2024, 8, 15)), ("15 AOÛT 2024", date(2024, 8, 15)), ("3 déc. 2024", date(2024, 12, 3)),
        ("30 juin 2025", date(2025, 6, 30)), ("31 juil. 2025", date(2025, 7, 31)), ("29/02/2024", date(2024, 2, 29)),
    ],
)  # fmt: skip
def test_it_reads_the_months_by_name(text: str, day: date) -> None:
    assert told(text).days == (day,)


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2025", "29/02/2025", "00/03/2025", "12/13/2025", "12/03-2025", "12/03/1925", "12/03/20255",
        "112/03/2025", "01.02.03.04.05", "01-02-03-04", "n° 2025-03-120", "12 mars", "mars 2025", "12 marsouins 2025",
        "2025-13-40",
    ],
)  # fmt: skip
def test_what_is_no_day_is_not_one(text: str) -> None:
    assert told(text).days == ()


def test_each_day_is_told_once_in_the_order_of_the_text() -> None:
    assert told("12/03/2025, échéance 30 mars 2025, rappel du 12.03.25").days == (DAY, date(2025, 3, 30))


# ---- Amounts


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("12,50", 1_250), ("12.50", 1_250), ("12,50 €", 1_250), ("12,50€", 1_250), ("12,50 EUR", 1_250),
        ("€ 12,50", 1_250), ("12€50", 1_250), ("12 €", 1_200), ("12 euros", 1_200), ("0,80", 80), ("-12,50", 1_250),
        ("1 234,56 €", 123_456), ("1\u00a0234,56", 123_456), ("1\u202f234,56", 123_456), ("1.234,56", 123_456),
        ("1234,56", 123_456), ("12 345 678,90", 1_234_567_890), ("−5,00", 500), ("Prix:7,20;", 720),
        ("12,50/kg", 0), ("20,00 %", 0), ("20,00%", 0), ("5,5 %", 0), ("12,505", 0), ("1,2,3", 0), ("n° 1250", 0),
        ("06 12 34 56 78", 0), ("SIRET 123 456 789 00012", 0), ("0,00", 0),
    ],
)  # fmt: skip
def test_it_reads_an_amount_and_nothing_else(text: str, cents: int) -> None:
    assert told(text).amounts == ((cents,) if cents else ())


def test_the_cents_of_a_day_are_no_amount() -> None:
    assert told("Le 12.03.25") == Told((DAY,), ())


BILL = """Librairie du Bourg   Facture 2025-0317 du 12/03/2025
Désignation  Qté  PU HT  Total HT
Cahiers 24x32  12  3,20  38,40
Feutres  2  1,93  3,86
Total HT 42,26  TVA 20,00 % 8,45
Total TTC 50,71 €
Acompte versé 10,00 €
Net à payer : 40,71 €
Échéance : 11 avril 2025"""


def test_what_is_to_be_paid_comes_first() -> None:
    found = told(BILL)
    assert found.amounts[:2] == (4_071, 5_071)
    assert set(found.amounts) == {4_071, 5_071, 320, 3_840, 193, 386, 4_226, 845, 1_000}
    assert found.days == (DAY, date(2025, 4, 11))


def test_a_sum_is_looked_for_on_the_next_line_when_its_own_has_none() -> None:
    assert told("3,00\nTotal TTC\n45,90\n1,00").amounts == (4_590, 300, 100)
    assert told("3,00\nTotal TTC").amounts == (300,)


def test_what_is_told_is_bounded() -> None:
    many = " ".join(
        f"{number},{number % 100:02d} {1 + number % 28:02d}/{1 + number % 12:02d}/2025" for number in range(900)
    )
    found = told(many)
    assert (len(found.amounts), len(found.days)) == (MAX_AMOUNTS, MAX_DAYS)
    assert told("x" * MAX_CHARACTERS + "12,50") == Told()


@given(st.text() | st.text(alphabet="0123456789 ,.€/-\nmarsttc%er"))
def test_no_text_makes_it_fail(text: str) -> None:
    found = told(text)
    assert all(amount > 0 for amount in found.amounts)
    assert len(set(found.amounts)) == len(found.amounts)
    assert all(2000 <= day.year <= 2099 for day in found.days)


@given(
    st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(["%d/%m/%Y", "%d.%m.%y", "%Y-%m-%d", "%d-%m-%y"])
)
def test_every_day_is_read_back(day: date, form: str) -> None:
    assert told(f"Le {day.strftime(form)}.").days == (day,)


@given(st.integers(1, 99_999_999), st.sampled_from([" ", ".", "", "\u202f"]), st.sampled_from(["", " €", "€", " EUR"]))
def test_every_amount_is_read_back(cents: int, thousands: str, currency: str) -> None:
    text = f"{cents // 100:,}".replace(",", thousands) + f",{cents % 100:02d}{currency}"
    assert told(f"Total TTC : {text}\n").amounts == (cents,)


@given(st.builds(Told, st.lists(st.dates()).map(tuple), st.lists(st.integers(1)).map(tuple)))
def test_what_is_written_is_read_back(found: Told) -> None:
    assert read(written(found)) == found
    assert read("") == Told()


# ---- Entries


def entry(number: int, bank: int = 0, day: date = DAY, cash: int = 0, **more: object) -> Entry:
    plain: dict[str, object] = {
        "voucher": "", "label": "", "cheque": "", "project": None, "advance": None, "advance_amount": 0,
        "ticked_on": None,
    }  # fmt: skip
    return Entry(number=number, day=day, bank=bank, cash=cash, **(plain | more))  # type: ignore[arg-type]


def proposed(found: Told, *entries: Entry) -> list[tuple[int, str]]:
    return [(one.entry.number, one.reason.replace("\u00a0", " ")) for one in proposals(found, entries)]


SCAN = (Scan(1, "image/jpeg", "facture.jpg"),)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2025, 3, 12), "le même jour"), (date(2025, 3, 13), "le lendemain"), (date(2025, 3, 11), "la veille"),
        (date(2025, 3, 15), "3 jours après"), (date(2025, 3, 2), "10 jours avant"),
    ],
)  # fmt: skip
def test_it_says_why(day: date, words: str) -> None:
    assert proposed(Told((DAY,), (4_590,)), entry(1, -4_590, day)) == [(1, f"même montant, {words}")]


def test_a_day_far_away_is_not_said() -> None:
    assert proposed(Told((DAY,), (4_590,)), entry(1, -4_590, date(2024, 9, 1))) == [(1, "même montant")]


def test_the_same_amount_comes_before_a_near_day_and_nothing_is_proposed_without_either() -> None:
    found = proposed(
        Told((DAY,), (4_590,)), entry(1, -100), entry(2, 4_590, date(2024, 10, 1)), entry(3, -7, date(2025, 6, 1))
    )
    assert found == [(2, "même montant"), (1, "le même jour")]


def test_an_entry_without_scan_comes_before_one_that_has_some() -> None:
    found = proposed(Told((DAY,), (500,)), entry(1, -500, scans=SCAN), entry(2, -500, date(2025, 3, 20)))
    assert found == [(2, "même montant, 8 jours après"), (1, "même montant, le même jour, a déjà une pièce")]


def test_the_nearest_day_comes_first_among_equals() -> None:
    days = (date(2025, 3, 20), date(2025, 3, 13), date(2024, 11, 1))
    found = proposed(Told((DAY,), (500,)), *(entry(number, -500, day) for number, day in enumerate(days, 1)))
    assert [number for number, _ in found] == [2, 1, 3]


def test_the_sum_comes_before_a_line_of_the_bill() -> None:
    assert [number for number, _ in proposed(told(BILL), entry(1, -386), entry(2, -4_071))] == [2, 1]


def test_a_part_of_an_entry_is_recognised() -> None:
    split = entry(1, -10_000, allocations=(Allocation("62810008", 8_000), Allocation("61680008", 2_000)))
    assert proposed(Told((), (2_000,)), split) == [(1, "montant d’une part de l’écriture")]
    both = entry(2, bank=-3_000, cash=-1_000)
    assert proposed(Told((), (4_000,)), both) == [(2, "même montant")]
    assert proposed(Told((), (1_000,)), both) == [(2, "montant d’une part de l’écriture")]


def test_a_transfer_and_a_class_advance_amount_to_what_they_move() -> None:
    transfer = entry(1, bank=49_900, cash=-49_900)
    handed = entry(2, bank=-15_000, advance="CM1", advance_amount=15_000)
    spent = entry(3, advance="CM1", advance_amount=-12_750, allocations=(Allocation("61800008", 12_750),))
    for one, cents in ((transfer, 49_900), (handed, 15_000), (spent, 12_750)):
        assert proposed(Told((), (cents,)), one) == [(one.number, "même montant")]


def test_only_a_few_are_proposed() -> None:
    assert len(proposals(Told((), (500,)), [entry(number, -500) for number in range(1, 60)])) == 5
    assert proposals(Told(), [entry(1, -500)]) == ()
