"""Finding entries again: words, sums, filters, orders, and totals that are those of what is shown."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retkoop import reports
from retkoop.facts import Advance, Allocation, YearFacts
from retkoop.ledger_page import WHOLE_YEAR, BookView, chosen_month, ledger_page
from retkoop.ledger_search import NO_PROJECT, Search, Totals, found, totals
from tests.support.year_facts import BOOKS, CODES, SALES, entry, facts, random_facts

TODAY = date(2024, 11, 20)
BOOK = facts(
    entry(1, voucher="D2", label="Librairie Éluard – Albums", cheque="4400101", project="Lecture"),
    entry(2, voucher="D10", label="Cars Meunier – Sortie", bank=-123_456, spent=123_456, ticked_on=None, scans=()),
    entry(3, voucher="D1", label="Vente de gâteaux", bank=0, cash=1_250, sold=1_250, ticked_on=None),
    entry(4, voucher="", label="Avance CP", bank=-5_000, advance="CP", advance_amount=5_000, allocations=()),
    entry(5, voucher="D3", label="À ventiler", bank=-700, allocations=(Allocation(BOOKS, 500),)),
)


def numbers(**asked: str) -> list[int]:
    return [line.entry.number for line in found(reports.ledger_lines(BOOK), Search.read(asked))]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"cherche": "librairie"}, [1]),
        ({"cherche": "ELUARD albums"}, [1]),
        ({"cherche": "albums cars"}, []),
        ({"cherche": "4400101"}, [1]),
        ({"cherche": "1 234,56"}, [2]),
        ({"cherche": "1234.56"}, [2]),
        ({"cherche": "meunier 1234,56"}, [2]),
        ({"cherche": "12,5"}, [3]),
        ({"cherche": "5"}, [5]),
        ({"cherche": "d10"}, [2]),
        ({"cherche": "(((\\"}, []),
        ({"compte": BOOKS}, [1, 2, 5]),
        ({"compte": SALES}, [3]),
        ({"compte": "inconnu"}, []),
        ({"activite": "Lecture"}, [1]),
        ({"activite": NO_PROJECT}, [2, 3, 4, 5]),
        ({"classe": "CP"}, [4]),
        ({"pointage": "oui"}, [1, 4, 5]),
        ({"pointage": "non"}, [2]),
        ({"pointage": "peut-être"}, [1, 2, 3, 4, 5]),
        ({"piece": "avec"}, [1, 3, 4, 5]),
        ({"piece": "sans"}, [2]),
        ({"ventilation": "non"}, [5]),
        ({"compte": BOOKS, "pointage": "non"}, [2]),
        ({"tri": "pj"}, [3, 1, 5, 2, 4]),
    ],
)
def test_it_finds_what_is_asked_for(asked: dict[str, str], expected: list[int]) -> None:
    # « 5 » is 5,00 €, allocated on entry 5, and no number here contains a 5.
    assert numbers(**asked) == expected


def test_what_is_asked_goes_into_the_address_and_comes_back() -> None:
    asked = {"cherche": "cars", "compte": BOOKS, "pointage": "non", "tri": "pj"}
    assert Search.read(asked).params == asked
    assert Search.read({**asked, "inconnu": "x", "cherche": "  " + "a" * 500}).cherche == "a" * 100
    assert not Search.read({"tri": "pj"}).filters
    assert Search.read(asked).filters


def test_who_looks_for_something_looks_in_the_whole_year() -> None:
    many = facts(*(entry(n) for n in range(1, 40)))
    assert chosen_month(many, BookView.read({}, "simple"), TODAY) == "2024-11"
    assert chosen_month(many, BookView.read({"cherche": "cars"}, "simple"), TODAY) == WHOLE_YEAR
    assert chosen_month(many, BookView.read({"cherche": "cars", "mois": "2025-01"}, "simple"), TODAY) == "2025-01"


def test_a_page_says_how_many_it_leaves_out_and_keeps_true_balances() -> None:
    page = ledger_page(BOOK, WHOLE_YEAR, BookView.read({"pointage": "non"}, "classique"))
    assert (len(page.lines), page.total, page.view.shown) == (1, 5, "classique")
    (line,) = page.lines
    assert line.bank == 100_000 - 1_200 - 123_456


@pytest.mark.parametrize(
    ("asked", "shown"), [("", "automatique"), ("classique", "classique"), ("autre", "automatique")]
)
def test_the_mode_is_the_addresss_or_the_persons(asked: str, shown: str) -> None:
    assert BookView.read({"vue": asked}, "automatique").shown == shown


@given(random_facts())
def test_the_totals_of_the_whole_year_are_those_of_the_reports(year: YearFacts) -> None:
    sums = totals(reports.ledger_lines(year))
    assert year.opening.bank + sums.bank_in - sums.bank_out == reports.bank_balance(year)
    assert year.opening.cash + sums.cash_in - sums.cash_out == reports.cash_balance(year)
    assert sums.accounts == reports.account_totals(year)
    assert sums.handed_out - sums.settled == sum(reports.advance_balances(year).values())
    assert sums.gap == sum(gap for _, gap in reports.red_entries(year))
    assert sums.count == len(year.entries)
    assert sums.red == len(reports.red_entries(year))


@given(random_facts(), st.sampled_from(["pointage", "piece", "ventilation", "classe"]))
def test_what_is_kept_and_what_is_left_out_make_the_whole(year: YearFacts, by: str) -> None:
    sides = {"pointage": ("oui", "non"), "piece": ("avec", "sans"), "ventilation": ("non",), "classe": CODES}[by]
    lines = reports.ledger_lines(year)
    kept = [line.entry.number for side in sides for line in found(lines, Search.read({by: side}))]
    assert len(kept) == len(set(kept))
    left = {line.entry.number for line in lines} - set(kept)
    reasons = {
        "pointage": lambda e: not e.bank, "piece": lambda e: False,
        "ventilation": lambda e: not reports.unallocated(e, year.chart), "classe": lambda e: e.advance is None,
    }  # fmt: skip
    assert all(reasons[by](year.by_number[number]) for number in left)


def test_gaps_that_come_to_nothing_are_counted_all_the_same() -> None:
    year = facts(entry(1, bank=-700, allocations=()), entry(2, bank=700, allocations=()), entry(3))
    sums = totals(reports.ledger_lines(year))
    assert (sums.gap, sums.red) == (0, 2)


def test_nothing_adds_up_to_nothing() -> None:
    assert totals([]) == Totals()
    assert facts().advances == tuple(Advance(n, code, f"Classe de {code}") for n, code in enumerate(CODES, 1))
