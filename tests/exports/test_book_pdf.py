"""The printed cahier, read back from the PDF: every entry once, totals carried, those of the CRF on the last page."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pikepdf
import pytest
from flask import Flask

from retkoop import book_groups
from retkoop.actions.years import load_facts
from retkoop.book_pages import OPERATIONS, allocation_columns, spreads
from retkoop.desks import YearDesk
from retkoop.exports import pdf
from retkoop.facts import YearFacts
from retkoop.models import Person, Year, find_coop
from retkoop.money import format_amount
from retkoop.school_year import french_date
from retkoop.views import printing
from tests.factories import CASES, a_case
from tests.support.printed import Row, pages_of
from tests.support.tags import faults_of_tags
from tests.support.year_facts import entry, facts, prior

CASE = "ecole-102-postale"
MONEY = slice(5, 13)
TOTALS = "Totaux de l’année"


class Book:
    """The printed book of the case, and the facts that it must show."""

    def __init__(self, document: bytes, shown: YearFacts) -> None:
        self.document, self.facts = document, shown
        pages = pages_of(document, OPERATIONS, allocation_columns(len(shown.chart.accounts)))
        self.left, self.right = pages[::2], pages[1::2]

    def entries(self, pages: list[list[Row]]) -> list[Row]:
        """Give the rows of entries, which begin with a PJ number of the year; long words go on below."""
        vouchers = {entry.voucher for entry in self.facts.entries}
        found: list[Row] = []
        for page in pages:
            mine = False
            for row in page:
                if row[0].split(" ")[0] in vouchers:
                    found.append(row)
                    mine = True
                elif mine and not row[0] and not any(row[5:]):
                    found[-1] = tuple(" ".join(filter(None, both)) for both in zip(found[-1], row, strict=True))
                else:
                    mine = False
        return found


@pytest.fixture(scope="module")
def books() -> dict[str, Book]:
    """Keep the book of each engine: it is printed once, and read by every test."""
    return {}


@pytest.fixture
def book(app: Flask, engine: str, books: dict[str, Book]) -> Book:
    """Print the case."""
    if engine not in books:
        key = a_case(CASE, app.config["STORAGE"])
        row = Year.get(key.of(Year))
        books[engine] = Book(printed(app, row), load_facts(row))
    return books[engine]


def printed(app: Flask, row: Year, shown: YearFacts | None = None, grouping: str = "") -> bytes:
    coop = find_coop(row.coop)
    assert coop is not None
    desk = YearDesk(coop, Person(), row)
    if shown is not None:
        desk.facts = shown
    with app.test_request_context():
        return pdf.render(*(printing.groups(desk, grouping) if grouping else printing.double_pages(desk)))


def money(cents: int) -> str:
    """Write an amount as it comes back, its thin spaces become plain ones."""
    return " ".join(format_amount(cents).split())


def some(cents: int) -> str:
    return money(cents) if cents else ""


def named(pages: list[list[Row]], name: str, columns: int) -> Iterator[Row]:
    """Give the rows whose first cells make a name."""
    for page in pages:
        yield from (row for row in page if " ".join(filter(None, row[:columns])) == name)


def test_every_entry_is_there_once_in_its_columns(book: Book) -> None:
    bank, cash = book.facts.opening.bank, book.facts.opening.cash
    wanted = []
    for e in book.facts.entries:
        bank, cash = bank + e.bank, cash + e.cash
        moved = [some(max(sign * n, 0)) for n in (e.advance_amount, e.bank, e.cash) for sign in (1, -1)]
        about = " · ".join(filter(None, [e.project, f"régie {e.advance}" if e.advance else ""]))
        ticked = french_date(e.ticked_on)[:5] if e.ticked_on else ""
        words = (e.voucher, french_date(e.day), e.label, e.cheque, about)
        wanted.append((*words, *moved, money(bank), money(cash), ticked))
    assert len(wanted) == 159
    assert book.entries(book.left) == wanted


def test_every_allocation_stands_under_its_account(book: Book) -> None:
    wanted = []
    for e in book.facts.entries:
        sums: Counter[str] = Counter()
        for line in e.allocations:
            sums[line.account] += line.amount
        amounts = [some(sums[account.code]) for account in book.facts.chart]
        wanted.append((f"{e.voucher} · {french_date(e.day)}", *amounts, ""))
    assert book.entries(book.right) == wanted


def test_the_totals_of_the_last_page_are_those_of_the_financial_report(book: Book) -> None:
    expected = json.loads((CASES / CASE / "attendu.json").read_text("utf-8"))
    by_account = {**expected["charges"], **expected["produits"]}
    ((_, *accounts, unallocated),) = named(book.right, TOTALS, 1)
    assert unallocated == "0,00"
    for account, shown in zip(book.facts.chart, accounts, strict=True):
        wanted = by_account.get(account.code, by_account.get(account.short, "0.00"))
        assert shown == money(int(wanted.replace(".", ""))), account.code
    (left,) = named(book.left, TOTALS, 5)
    assert left[11:13] == (
        money(int(expected["banque_cahier"].replace(".", ""))), money(int(expected["caisse_cahier"].replace(".", ""))),
    )  # fmt: skip
    assert any(TOTALS in row for row in book.right[-1])


def test_totals_are_carried_from_page_to_page(book: Book) -> None:
    for pages, columns, figures in ((book.left, 5, MONEY), (book.right, 1, slice(1, None))):
        on = [row[figures] for row in named(pages, "À reporter", columns)]
        back = [row[figures] for row in named(pages, "Report", columns)]
        assert on == back
        assert len(on) == len(pages) - 1
        assert len(list(named(pages, TOTALS, columns))) == 1
        assert len(list(named(pages, "Report à nouveau", columns))) == 1


def test_the_book_begins_with_the_balance_brought_forward_and_last_years_operations(book: Book) -> None:
    (brought,) = named(book.left, "Report à nouveau", 5)
    opening = book.facts.opening
    assert brought[5:] == ("", "", "", "", "", "", money(opening.bank), money(opening.cash), "")
    text = [" ".join(row) for row in book.left[0]]
    assert all(any(p.label in line and money(p.amount) in line for line in text) for p in book.facts.priors)
    assert len(book.facts.priors) == 5


def test_each_page_says_what_it_is(book: Book) -> None:
    number = len(book.left) + len(book.right)
    for rank, page in enumerate((page for both in zip(book.left, book.right, strict=True) for page in both), 1):
        text = " ".join(" ".join(filter(None, row)) for row in page)
        assert "(075-0102) · Cahier de comptabilité 2024-2025" in text
        assert ("Opérations financières" if rank % 2 else "Ventilation") in text
        assert f"page {rank} / {number}" in text
        assert "imprimé le 05/09/2025" in text


def test_it_is_one_tagged_document_whatever_its_parts(book: Book) -> None:
    with pikepdf.open(io.BytesIO(book.document)) as found:
        assert faults_of_tags(found) == []
        assert len(found.pages) == 10
        assert found.Root.Lang == "fr"
        assert str(found.docinfo.Title).startswith("Cahier de comptabilité 2024-2025 – Coopérative")
        assert found.Root.ViewerPreferences.DisplayDocTitle
        assert found.open_metadata()["pdfuaid:part"] == "1"
        assert {tuple(page.MediaBox) for page in found.pages} == {tuple(found.pages[0].MediaBox)}
        assert "/Annots" not in found.pages[0]


HOSTILE = (
    "W" * 200,
    "mot " * 50,
    "漢字" * 100,
    "🎉 fête " * 28,
    "\u202eabc" * 50,
    "a\u0301" * 100,
    "<b>&amp;'" * 22,
    "Car",
)


def test_no_page_overflows_whatever_is_written(app: Flask) -> None:
    key = a_case(CASE, app.config["STORAGE"])
    words: dict[str, Any] = {"voucher": "W" * 20, "cheque": "8" * 20, "project": "Projet de fin d’année " * 3}
    entries = [entry(n, **words, label=HOSTILE[n % 8], bank=-99_999_999, cash=-9_999_999) for n in range(1, 65)]
    priors = [prior(n, -99_999_999) for n in range(1, 12)]
    shown = facts(*entries, priors=tuple(priors))
    row = Year.get(key.of(Year))
    assert _number(printed(app, row, shown)) == 2 * len(spreads(shown))
    months = book_groups.by_month(shown)
    number = len(book_groups.pages(months)) + len(book_groups.summaries(months))
    assert _number(printed(app, row, shown, "mois")) == number


def _number(document: bytes) -> int:
    with pikepdf.open(io.BytesIO(document)) as found:
        return len(found.pages)
