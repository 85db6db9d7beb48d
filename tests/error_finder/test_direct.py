"""The error finder on a CRF typed in directly: it accuses what was typed, and tells no gap that nobody measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from retkoop.error_finder import cash_gap, causes
from retkoop.facts import Allocation, CashCount, DirectOperation, DirectReport, Opening, Statement, YearFacts
from retkoop.rules import Subject
from tests.support.year_facts import facts

DAY = date(2025, 8, 31)
# Income 900,00, expenses 541,00, begun with 1 000,00: 1 359,00 at the bank, two operations of it not shown yet.
CHEQUE = DirectOperation(1, date(2025, 8, 28), "Librairie – livres", "0000012", -5_900)
TRANSFER = DirectOperation(2, date(2025, 8, 30), "Mairie – subvention", "", 12_345)
REPORT = DirectReport(135_900, 0, (Allocation("61800008", 54_100), Allocation("70800008", 90_000)), (CHEQUE, TRANSFER))


def a_report(statement: int = 135_900 + 5_900 - 12_345, **changes: object) -> YearFacts:
    direct = replace(REPORT, **changes)  # type: ignore[arg-type]
    return replace(facts(), opening=Opening(100_000, 0, 100_000), direct=direct, statement=Statement(DAY, statement))


def first(year: YearFacts) -> tuple[str, Subject | None, int | None]:
    cause = causes(year)[0]
    suspect = cause.suspects[0] if cause.suspects else None
    return cause.code, suspect.subjects[0] if suspect else None, suspect.amount if suspect else cause.amount


def test_a_report_that_is_right_has_no_error_to_find() -> None:
    assert causes(a_report()) == ()


@pytest.mark.parametrize(
    ("year", "found"),
    [
        # The bank has shown the cheque.
        (a_report(135_900 - 12_345), ("en_cours", Subject("direct_operation", 1), None)),
        # It is money that comes, typed as a bill.
        (a_report(operations=(CHEQUE, replace(TRANSFER, amount=-12_345))),
         ("en_cours_sens", Subject("direct_operation", 2), 12_345)),
        (a_report(operations=(CHEQUE, replace(TRANSFER, amount=13_245))),
         ("chiffres", Subject("direct_operation", 2), 12_345)),
        (a_report(operations=(CHEQUE,)), ("manquante", None, 12_345)),
        (a_report(operations=(TRANSFER,)), ("manquante", None, -5_900)),
        # Swapped digits in an account, which the bilan alone tells.
        (a_report(accounts=(Allocation("61800008", 51_400), REPORT.accounts[1])),
         ("chiffres", Subject("direct_account", 61_800_008), 54_100)),
        (a_report(accounts=(REPORT.accounts[0], Allocation("70800008", 9_000))),
         ("montant", Subject("direct_account", 70_800_008), 90_000)),
        # Swapped digits in the balance, which both tell.
        (a_report(bank=139_500), ("solde_saisi", Subject("direct_bank"), 135_900)),
    ],
)  # fmt: skip
def test_it_accuses_what_was_typed(year: YearFacts, found: tuple[str, Subject | None, int | None]) -> None:
    assert first(year) == found


def test_what_is_missing_is_missing_among_the_outstanding_operations() -> None:
    told = causes(a_report(operations=(TRANSFER,)))[0]
    assert told.message.replace("\u00a0", " ") == (
        "Une facture à payer de 59,00 € manque peut-être parmi les opérations en cours."
    )
    assert "cahier" not in told.message + told.hint


def test_every_suspect_of_a_direct_year_is_something_that_was_typed() -> None:
    years = [a_report(statement) for statement in (0, 1, 100_000, 135_900, 150_000)]
    years += [a_report(bank=bank) for bank in (1, 100_000, 135_901)]
    kinds = {s.kind for year in years for cause in causes(year) for one in cause.suspects for s in one.subjects}
    assert kinds <= {"direct_operation", "direct_account", "direct_bank", "statement", "cash"}
    assert all(one.words for year in years for cause in causes(year) for one in cause.suspects)


def test_cash_that_was_typed_and_never_counted_is_no_gap() -> None:
    year = a_report(cash=4_200)
    assert cash_gap(year) is None
    counted = replace(year, counts=(CashCount(1, DAY, ((1_000, 4),)),))
    assert cash_gap(counted) == -200, "negative control: a count tells"
    assert cash_gap(replace(year, direct=None)) == 0, "negative control: an empty cahier that never held cash"


def test_swapped_digits_in_the_cash_balance_are_found_by_the_count() -> None:
    year = replace(a_report(cash=5_400), counts=(CashCount(1, DAY, ((1_000, 4), (500, 1))),))
    assert "solde_saisi" in {cause.code for cause in causes(year)}
