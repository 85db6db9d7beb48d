"""The « fichier des écritures comptables »: as the article has it, whatever people typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retkoop.double_entry import double_entries
from retkoop.facts import Advance, Opening, YearFacts
from retkoop.fec import DESCRIPTION, FIELDS, Book, fec_of_coop, fec_of_department, file_name
from retkoop.fec_check import check_fec
from tests.reports.test_direct import typed_years
from tests.support.year_facts import YEAR, entry, facts, prior, random_facts

CLOSED = date(2025, 9, 3)


def book(year: YearFacts, identifier: str = "075-0101", closed: date | None = CLOSED) -> Book:
    return Book(identifier, "Coopérative de l’école n°101", year, closed)


def written(*books: Book, department: bool = False) -> bytes:
    return b"".join(fec_of_department(books) if department else fec_of_coop(books[0]))


def rows(data: bytes) -> list[list[str]]:
    return [line.split("\t") for line in data.decode("iso8859-15").split("\r\n")[:-1]]


def faults(data: bytes) -> object:
    return check_fec(data, YEAR.first_day, YEAR.last_day)


def test_its_first_line_names_the_eighteen_fields_of_the_article() -> None:
    assert rows(written(book(facts(entry()))))[0] == list(FIELDS)
    assert " ".join(FIELDS) == (
        "JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum CompAuxLib PieceRef PieceDate"
        " EcritureLib Debit Credit EcritureLet DateLet ValidDate Montantdevise Idevise"
    )
    assert all(name in DESCRIPTION for name in FIELDS)


def test_an_expense_is_two_lines() -> None:
    year = facts(entry(label="Librairie du Centre – Albums d’été"), opening=Opening(0, 0, 0))
    entered = ["CC", "Cahier de comptabilite", "1", "20241104"]
    said = ["01", "20241104", "Librairie du Centre - Albums d'ete"]
    rest = ["", "", "20250903", "", ""]
    assert rows(written(book(year)))[1:] == [
        [*entered, "512", "Banque", "", "", *said, "0,00", "12,00", *rest],
        [*entered, "61800008", "Charges des activites educatives", "", "", *said, "12,00", "0,00", *rest],
    ]


def test_an_open_year_gives_each_entry_its_own_day_as_validation() -> None:
    assert rows(written(book(facts(entry()), closed=None)))[-1][15] == "20241104"


def test_it_bears_the_identifier_where_a_siren_would_be() -> None:
    assert file_name("075-0101", YEAR) == "0750101FEC20250831.txt"
    assert file_name("0311111Z", YEAR) == "0311111ZFEC20250831.txt"
    assert file_name("075", YEAR) == "075FEC20250831.txt"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("\u200b@SUM", "'@SUM"),
        ("＝1+1", "'=1+1"),
        ("– 12", "'- 12"),
        ("a\tb\r\nc\u2028d", "a b c d"),
        ("Œuvre à 3 €", "OEuvre a 3 EUR"),
        ("« Le loup » | “fin”", "' Le loup ' / 'fin'"),
        ("Łódź 猫", "?odz ?"),
        ("\x85\x00", "Sans libelle"),
        ("20\u202f€\u00a0!", "20 EUR !"),
    ],
)
def test_what_people_typed_stays_one_harmless_field(typed: str, field: str) -> None:
    data = written(book(facts(entry(label=typed))))
    assert rows(data)[-1][10] == field
    assert faults(data) == ()


@settings(deadline=None, max_examples=40)
@given(random_facts(), st.text(max_size=20), st.text(max_size=20))
def test_any_cahier_whatever_is_typed_gives_a_file_without_fault(year: YearFacts, one: str, other: str) -> None:
    typed = [replace(line, label=one, voucher=other) for line in year.entries]
    year = replace(year, entries=tuple(typed), advances=tuple(replace(a, holder=one) for a in year.advances))
    for closed in (None, CLOSED):
        if double_entries(year):
            assert faults(written(book(year, closed=closed))) == ()


@settings(deadline=None, max_examples=25)
@given(typed_years())
def test_any_year_typed_in_directly_gives_a_file_without_fault(year: YearFacts) -> None:
    if double_entries(year):
        assert faults(written(book(year))) == ()


def test_every_shared_year_gives_a_file_without_fault(cases: dict[str, YearFacts]) -> None:
    books = [book(year, f"075-{number:04d}") for number, year in enumerate(cases.values(), 101)]
    for one in books:
        assert faults(written(one)) == ()
    assert faults(written(*books, department=True)) == ()


def test_the_file_of_the_departement_numbers_on_from_one_cooperative_to_the_next() -> None:
    late = facts(entry(), priors=(prior(),), bank_account="514")
    books = [book(late), book(facts(entry(), entry(2)), "075-0102", date(2025, 9, 10))]
    table = rows(written(*books, department=True))[1:]
    assert [row[0] for row in table] == ["AN-075-0101"] * 4 + ["CC-075-0101"] * 2 + ["AN-075-0102"] * 2 + [
        "CC-075-0102"
    ] * 4
    assert [int(row[2]) for row in table] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]


def test_two_classes_of_the_same_name_stay_apart_in_the_file_of_the_departement() -> None:
    line = entry(bank=-5_000, advance="CP", advance_amount=5_000, allocations=())
    books = [
        book(facts(line, advances=(Advance(1, "CP", holder),)), identifier)
        for identifier, holder in (("075-0101", "Mme Petit"), ("075-0102", "M. Grand"))
    ]
    table = rows(written(*books, department=True))
    held = [row[6:8] for row in table if row[4] == "540"]
    assert held == [["075-0101-CP", "Mme Petit"], ["075-0102-CP", "M. Grand"]]
