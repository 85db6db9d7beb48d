"""A cahier kept in a spreadsheet: its columns found by their titles, its lines read, and told apart from the cahier."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from retkoop.book_table import (
    CLOSE,
    NEW,
    SAME,
    BookColumns,
    Reading,
    account_of,
    compare,
    from_json,
    propose_columns,
    read_book,
    seal_of,
    to_json,
)
from retkoop.chart import Chart, read_chart
from retkoop.coop_table import TextRow
from retkoop.facts import Allocation, Entry
from retkoop.school_year import SchoolYear

TABLE = Path(__file__).parents[1] / "retkoop" / "data" / "plan_comptable_2024.csv"
CHART = Chart(tuple(read_chart(TABLE.read_text("utf-8").splitlines())))
YEAR = SchoolYear(2024)
TITLES = "Date;N° pièce;Libellé;Recettes banque;Dépenses banque;Recettes caisse;Dépenses caisse;Compte"

SIX = {"day": 0, "voucher": 1, "label": 2, "bank_in": 3, "bank_out": 4, "cash_in": 5, "cash_out": 6}


def rows(text: str) -> list[TextRow]:
    """Give the rows of a table written with semicolons."""
    return [TextRow(at, tuple(line.split(";"))) for at, line in enumerate(text.splitlines(), 1) if line.strip(";")]


def reading(text: str) -> Reading:
    """Read a table by what is proposed for its columns."""
    table = rows(text)
    columns = propose_columns(table, CHART)
    assert columns.lacking == ""
    return read_book(table, columns, YEAR, CHART)


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        pytest.param(
            TITLES,
            {**SIX, "account": 7},
            id="plain",
        ),
        pytest.param(
            ";;;BANQUE;;CAISSE;\nDATE;PJ;DESIGNATION;Entrées;Sorties;Entrées;Sorties",
            SIX,
            id="on two lines",
        ),
        pytest.param("Date;Objet;Crédit;Débit", {"day": 0, "label": 1, "bank_in": 2, "bank_out": 3}, id="bare"),
        pytest.param("Jour;Intitulé;Banque;Caisse", {"day": 0, "label": 1, "bank": 2, "cash": 3}, id="signed"),
        pytest.param(
            "École du Bourg\n\nDate;Chèque;Libellé;Montant;Projet",
            {"day": 0, "cheque": 1, "label": 2, "bank": 3, "project": 4},
            id="below a heading",
        ),
    ],
)
def test_columns_are_found_by_their_titles(titles: str, expected: dict[str, int]) -> None:
    assert propose_columns(rows(titles + "\n05/11/2024;1;a;1,00;;;"), CHART).roles == expected


def test_columns_titled_by_an_account_share_the_amount_out() -> None:
    found = reading("Date;Libellé;Banque;6180 Fournitures;6070 Achats\n05/11/2024;Librairie;-30,00;20,00;10,00")
    (line,) = found.lines
    assert line.draft.allocations == (Allocation(code("6180"), 2_000), Allocation(code("6070"), 1_000))


def code(short: str) -> str:
    return next(account.code for account in CHART if account.short == short)


def test_lines_are_read_with_their_account_and_its_sign() -> None:
    found = reading(
        TITLES + "\n05/11/2024;01;Librairie – Albums;;12,00;;;6180\n06/11/2024;02;Kermesse;;;150,50;;7070 Ventes"
        "\n07/11/2024;;Dépôt;100,00;;;100,00;\n;;Total;100,00;12,00;150,50;100,00;"
    )
    assert found.faults == ()
    first, second, third = (line.draft for line in found.lines)
    assert (first.bank, first.allocations, first.voucher) == (-1_200, (Allocation(code("6180"), 1_200),), "01")
    assert (second.cash, second.allocations) == (15_050, (Allocation(code("7070"), 15_050),))
    assert (third.bank, third.cash, third.allocations) == (10_000, -10_000, ())


def test_a_line_without_a_date_shares_out_the_one_above() -> None:
    found = reading(TITLES + "\n05/11/2024;01;Fête;;30,00;;;6180\n;;;;12,00;;;6070")
    (line,) = found.lines
    assert (line.draft.bank, len(line.draft.allocations)) == (-4_200, 2)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("31/02/2025;01;Bus;;12,00;;;6180", "n’est pas lisible"),
        ("05/11/2023;01;Bus;;12,00;;;6180", "dans l’exercice"),
        ("05/11/2024;01;Bus;;12,0x;;;6180", "n’est pas lisible"),
        ("05/11/2024;01;Bus;;12,00;;;6999", "n’est pas dans le plan comptable"),
        ("05/11/2024;01;;;12,00;;;6180", "libellé"),
        (";01;Bus;;12,00;;;", "date"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_line_and_nothing_is_taken(line: str, words: str) -> None:
    found = reading(f"{TITLES}\n05/11/2024;01;Bon;;12,00;;;6180\n{line}")
    assert found.lines == ()
    assert [(fault.line, words in fault.message) for fault in found.faults] == [(3, True)]


@pytest.mark.parametrize(("written", "bank"), [(("-12,00", "-30,00", "5,00"), 500), (("12,00", "30,00", "-5,00"), 500)])
def test_expenses_below_zero_or_above_are_expenses_and_the_other_sign_a_refund(
    written: tuple[str, ...], bank: int
) -> None:
    found = reading(TITLES + "".join(f"\n05/11/2024;0{n};Bus {n};;{text};;;6180" for n, text in enumerate(written)))
    assert [line.draft.bank for line in found.lines] == [-1_200, -3_000, bank]


def test_an_entry_whose_words_begin_like_a_total_is_an_entry() -> None:
    lines = ("Solde du voyage au zoo", "Totalité des photos", "Report de la subvention")
    found = reading(TITLES + "".join(f"\n05/11/2024;01;{label};;12,00;;;6180" for label in lines))
    assert [line.draft.label for line in found.lines] == list(lines)


def test_an_empty_table_says_so() -> None:
    assert "Aucune écriture" in reading(TITLES).faults[0].message


def entry(number: int, **values: object) -> Entry:
    named = {"voucher": "01", "day": date(2024, 11, 5), "label": "Librairie", "cheque": "", "project": None}
    told = {**named, "bank": -1_200, "cash": 0, "advance": None, "advance_amount": 0, "ticked_on": None}
    return Entry(number, **{**told, **values})  # type: ignore[arg-type]


def test_each_line_is_exactly_there_close_to_one_or_new() -> None:
    found = reading(
        f"{TITLES}\n05/11/2024;01;LIBRAIRIE;;12,00;;;6180\n08/11/2024;07;Librairie du Centre;;12,00;;;6180"
        "\n05/12/2024;09;Librairie;;12,00;;;6180\n06/11/2024;10;Bus;;90,00;;;6180"
    )
    here = [entry(1), entry(2, day=date(2024, 11, 10), voucher="50"), entry(3, day=date(2025, 1, 20), voucher="9")]
    compared = compare(found.lines, here)
    assert [(one.what, one.entry and one.entry.number) for one in compared] == [
        (SAME, 1), (CLOSE, 2), (CLOSE, 3), (NEW, None),
    ]  # fmt: skip


def test_an_entry_stands_for_one_line_only() -> None:
    found = reading(f"{TITLES}\n05/11/2024;;Librairie;;12,00;;;6180\n05/11/2024;;Librairie;;12,00;;;6180")
    assert [one.what for one in compare(found.lines, [entry(1)])] == [SAME, NEW]


def test_the_seal_changes_with_what_would_be_done() -> None:
    found = reading(f"{TITLES}\n05/11/2024;;Librairie;;12,00;;;6180")
    assert seal_of(compare(found.lines, [])) != seal_of(compare(found.lines, [entry(1)]))


def test_columns_are_kept_as_they_are() -> None:
    columns = BookColumns(2, {"day": 0, "bank": 3}, ((4, "61800008"),), mark=".")
    assert from_json(to_json(columns)) == columns


@pytest.mark.parametrize("text", ["6180", "compte 6180", "6180 – Fournitures", "61800008"])
def test_an_account_is_known_by_its_number(text: str) -> None:
    assert account_of(text, CHART) == code("6180")
    assert account_of("618", CHART) == ""
