"""What stands against closing: each check with its data beside it, where it holds and each way it fails."""

from __future__ import annotations

from datetime import date

import pytest

from retkoop import reports, rules
from retkoop.facts import Allocation, Opening, Settings, Statement, YearFacts
from retkoop.money import gap_in_words
from retkoop.rules import BLOCKS, Finding, Subject
from tests.support.year_facts import BOOKS, DURABLE, count, entry, facts, grant, prior

SEPTEMBER = date(2025, 9, 5)


def found(check: rules.Check, year: YearFacts, today: date = SEPTEMBER) -> list[Finding]:
    findings = check(year, today)
    assert all(finding.level == BLOCKS and finding.hint.endswith(".") for finding in findings)
    return findings


@pytest.mark.parametrize(
    ("today", "delay", "holds"),
    [
        (date(2025, 8, 31), 0, True), (date(2025, 9, 1), 0, True), (date(2025, 8, 30), 0, False),
        (date(2025, 9, 14), 15, False), (date(2025, 9, 15), 15, True),
    ],
)  # fmt: skip
def test_date_holds_from_31_august_or_the_day_the_ad_sets(today: date, delay: int, holds: bool) -> None:
    findings = found(rules.check_date, facts(settings=Settings(closing_delay_days=delay)), today)
    assert not findings if holds else [f.subject for f in findings] == [Subject("ledger")]


def test_date_says_from_when() -> None:
    (finding,) = found(rules.check_date, facts(), date(2025, 3, 1))
    assert finding.message == "La clôture sera possible à partir du 31/08/2025."


def test_ventilation_holds_when_every_line_keeps_the_identity() -> None:
    year = facts(
        entry(1, bank=-10_000, allocations=(Allocation("62810008", 8_000), Allocation("61681008", 2_000))),
        entry(2, bank=49_900, cash=-49_900, allocations=()),
        entry(3, bank=-15_000, advance="CP", advance_amount=15_000, allocations=()),
        entry(4, bank=0, advance="CP", advance_amount=-15_000, spent=15_000),
        entry(5, bank=1_500, spent=-1_500),
        entry(6, bank=300, cash=200, sold=500),
    )
    assert found(rules.check_allocation, year) == []


def test_ventilation_accuses_every_red_line_and_names_its_amount() -> None:
    year = facts(entry(3, bank=-1_200, spent=1_000), entry(7, voucher="", bank=500, allocations=()), entry(8))
    first, second = found(rules.check_allocation, year)
    assert (first.subject, second.subject) == (Subject("entry", 3), Subject("entry", 7))
    assert "03 « Librairie – Albums » est à ventiler : il manque 2,00\u00a0€." in first.message
    assert second.message == "L’écriture « Librairie – Albums » est à ventiler : il manque 5,00\u00a0€."
    assert first.hint == "Choisissez un compte pour ce montant."


def words_of(year: YearFacts) -> str:
    """Give what a row of the cahier says beside a line to be allocated."""
    ((line, gap),) = reports.red_entries(year)
    return gap_in_words(gap, line.moved)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param({"bank": -10_000, "spent": 10_500}, id="an expense"),
        pytest.param({"bank": 10_000, "sold": 10_500}, id="a receipt"),
        pytest.param({"bank": 10_000, "spent": -10_500}, id="a refund"),
        pytest.param({"bank": 10_000, "cash": -10_000, "sold": 500}, id="an internal transfer"),
    ],
)
def test_ventilation_says_what_is_too_much_and_asks_for_no_account(line: dict[str, int]) -> None:
    year = facts(entry(**line))
    (finding,) = found(rules.check_allocation, year)
    assert finding.message == "L’écriture 01 « Librairie – Albums » a 5,00\u00a0€ ventilés de trop."
    assert finding.hint == "Diminuez une des sommes."
    assert words_of(year) == "5,00\u00a0€ de trop"


def test_ventilation_knows_an_expense_told_as_a_receipt() -> None:
    year = facts(entry(bank=-1_200, sold=1_200))
    (finding,) = found(rules.check_allocation, year)
    assert finding.message.endswith("est ventilée à l’envers : écart de 24,00\u00a0€.")
    assert "charges" in finding.hint
    assert words_of(year) == "il manque 24,00\u00a0€"


def test_ventilation_shortens_a_long_label() -> None:
    (finding,) = found(rules.check_allocation, facts(entry(label="é" * 200, allocations=())))
    assert "é" * 59 + "…" in finding.message
    assert "é" * 60 not in finding.message


def handed(number: int, code: str, amount: int) -> object:
    return entry(number, bank=-amount, advance=code, advance_amount=amount, allocations=())


def test_regies_holds_when_each_is_at_zero() -> None:
    assert found(rules.check_advances, facts(handed(1, "CP", 5_000), handed(2, "CP", -5_000))) == []


def test_regies_accuses_each_even_when_they_make_up_for_each_other() -> None:
    year = facts(handed(1, "CP", 5_000), handed(2, "ULIS", -5_000))
    first, second = found(rules.check_advances, year)
    assert first.message == (
        "Les régies d'avance ne sont pas équilibrées : régie CP, 50,00\u00a0€ ne sont ni justifiés ni rendus."
    )
    assert second.message.endswith("régie ULIS, 50,00\u00a0€ justifiés ou rendus de trop.")
    assert [f.subject for f in (first, second)] == [Subject("advance", 1), Subject("advance", 3)]


def test_releve_holds_when_the_statement_shows_the_ticked_balance() -> None:
    year = facts(
        entry(1, bank=-1_200), entry(2, bank=-500, spent=500, ticked_on=None),
        priors=(prior(1, -2_000), prior(2, 700, date(2024, 9, 3))), statement=Statement(date(2025, 8, 31), 100_800),
    )  # fmt: skip
    # 1 000,00 less what last year left outstanding (−20,00 +7,00), plus 7,00 ticked, less 12,00 ticked.
    assert found(rules.check_statement, year) == []


def test_releve_asks_for_a_statement() -> None:
    (finding,) = found(rules.check_statement, facts())
    assert finding.message == "Le solde de votre dernier relevé de banque n’est pas saisi."
    assert finding.subject == Subject("statement")


@pytest.mark.parametrize(("balance", "gap"), [(98_799, "-0,01"), (98_801, "0,01"), (0, "-988,00")])
def test_releve_names_the_gap(balance: int, gap: str) -> None:
    (finding,) = found(rules.check_statement, facts(entry(), statement=Statement(date(2025, 8, 31), balance)))
    assert f"écart de {gap}\u00a0€." in finding.message
    assert finding.subject == Subject("statement")


@pytest.mark.parametrize(("ours", "late", "limit", "holds"), [(9, 1, 10, True), (10, 1, 10, False), (0, 1, 0, False)])
def test_non_pointees_counts_last_year_s_too_against_the_ad_s_limit(
    ours: int, late: int, limit: int, holds: bool
) -> None:
    year = facts(
        *[entry(n, ticked_on=None) for n in range(1, ours + 1)],
        entry(50, bank=0, cash=-100, spent=100, ticked_on=None), entry(51),
        priors=tuple(prior(n) for n in range(1, late + 1)), settings=Settings(unticked_limit=limit),
    )  # fmt: skip
    findings = found(rules.check_unticked, year)
    if holds:
        assert findings == []
    else:
        assert [f.subject for f in findings] == [Subject("outstanding")]
        assert f"{ours + late} opérations" in findings[0].message
        assert f"en admet {limit}." in findings[0].message


def test_justificatifs_asks_nothing_of_what_is_ticked_proven_or_in_cash_only() -> None:
    year = facts(
        entry(1, voucher="", scans=()), entry(2, ticked_on=None),
        entry(3, bank=0, cash=-100, spent=100, ticked_on=None, voucher="", scans=()), priors=(prior(),),
    )  # fmt: skip
    assert found(rules.check_vouchers_of_outstanding, year) == []


def test_justificatifs_says_what_each_outstanding_entry_lacks() -> None:
    year = facts(
        entry(1, ticked_on=None, scans=()), entry(2, ticked_on=None, voucher=""),
        entry(3, ticked_on=None, voucher="", scans=()),
    )  # fmt: skip
    findings = found(rules.check_vouchers_of_outstanding, year)
    assert [f.subject for f in findings] == [Subject("scans", 1), Subject("entry", 2), Subject("scans", 3)]
    assert findings[0].message.endswith("il lui manque le scan de sa pièce justificative.")
    assert findings[1].message.endswith("il lui manque son numéro de PJ.")
    assert findings[2].message.endswith("son numéro de PJ et le scan de sa pièce justificative.")
    assert findings[0].hint.endswith("joignez le scan de sa pièce : il la prouve.")
    assert findings[1].hint.endswith("donnez-lui un numéro de PJ.")


def test_the_entries_without_scan_are_those_that_closing_asks_for_then_the_others() -> None:
    year = facts(
        entry(1, ticked_on=None, scans=()), entry(2, scans=()), entry(3),
        entry(4, scans=(), bank=500, cash=-500, allocations=()),
    )  # fmt: skip
    asked, others = rules.entries_without_scan(year)
    assert [e.number for e in asked] == [1]
    assert [e.number for e in others] == [2], "an internal transfer needs none once the statement shows it"


CASH = Opening(100_000, 5_000, 105_000)
LAST = date(2025, 8, 31)


@pytest.mark.parametrize(
    "year",
    [
        pytest.param(facts(entry()), id="never held nor moved"),
        pytest.param(facts(opening=CASH, counts=(count(LAST, (2_000, 2), (1_000, 1)),)), id="counted right"),
        pytest.param(
            facts(opening=CASH, counts=(count(LAST, (5_000, 1)), count(date(2024, 12, 1), number=2))), id="last"
        ),
    ],
)
def test_caisse_holds(year: YearFacts) -> None:
    assert found(rules.check_cash, year) == []


@pytest.mark.parametrize(
    ("year", "message"),
    [
        (
            facts(opening=CASH),
            "La caisse n’était pas vide au 1er septembre (solde 50,00\u00a0€) et n’a pas été comptée.",
        ),
        (facts(entry(bank=0, cash=100, sold=100)), "La caisse a servi cette année (solde 1,00\u00a0€) et n’a pas"),
        (facts(entry(1, bank=0, cash=100, sold=100), entry(2, bank=0, cash=-100, spent=100)), "(solde 0,00\u00a0€)"),
        (facts(opening=CASH, counts=(count(LAST, (2_000, 2)),)), "écart de -10,00\u00a0€."),
        (facts(opening=CASH, counts=(count(LAST, (5_000, 2)),)), "écart de 50,00\u00a0€."),
    ],
)
def test_caisse_fails(year: YearFacts, message: str) -> None:
    (finding,) = found(rules.check_cash, year)
    assert message in finding.message
    assert finding.subject == Subject("cash")


def test_subventions_holds_when_the_table_makes_account_7410() -> None:
    year = facts(
        entry(1, bank=30_000, granted=30_000), entry(2, bank=-5_000, granted=-5_000), grants=(grant(1, 25_000),)
    )
    assert found(rules.check_grants, year) == []
    assert found(rules.check_grants, facts(entry(bank=500, allocations=(Allocation("75000008", 500),)))) == []


@pytest.mark.parametrize(
    ("year", "gap"),
    [(facts(entry(bank=30_000, granted=30_000)), "-300,00"), (facts(grants=(grant(),)), "300,00")],
)
def test_subventions_names_the_gap_either_way(year: YearFacts, gap: str) -> None:
    (finding,) = found(rules.check_grants, year)
    assert f"écart de {gap}\u00a0€." in finding.message
    assert finding.subject == Subject("grants")


def test_bilan_holds_for_balanced_lines_and_a_true_opening() -> None:
    assert found(rules.check_balance_sheet, facts(entry(1), entry(2, bank=5_000, sold=5_000))) == []


@pytest.mark.parametrize(
    ("year", "subject", "cause"),
    [
        (facts(handed(1, "CM2", 5_000)), Subject("advance", 2), "des régies d’avance non soldées (-50,00\u00a0€)"),  # type: ignore[arg-type]
        (facts(entry(4, spent=700)), Subject("entry", 4), "des montants non ventilés (-5,00\u00a0€)"),
        (facts(opening=Opening(100_000, 0, 90_000)), Subject("opening"), "le report à nouveau, qui n’est pas égal"),
    ],
)
def test_bilan_says_which_cause_and_leads_to_its_row(year: YearFacts, subject: Subject, cause: str) -> None:
    (finding,) = found(rules.check_balance_sheet, year)
    assert finding.subject == subject
    assert cause in finding.message


def test_bilan_tells_all_causes_and_leads_to_the_largest() -> None:
    year = facts(entry(4, spent=700), handed(5, "CP", 9_000), opening=Opening(100_000, 0, 99_000))  # type: ignore[arg-type]
    (finding,) = found(rules.check_balance_sheet, year)
    assert finding.subject == Subject("advance", 1)
    assert finding.message.startswith("La différence entre l’actif et le passif est de -85,00\u00a0€ : ")
    assert all(amount in finding.message for amount in ("-90,00", "-5,00", "10,00"))


def test_bilan_holds_when_causes_make_up_for_each_other_and_the_others_speak() -> None:
    year = facts(handed(1, "CP", 5_000), entry(2, bank=5_000, allocations=()))  # type: ignore[arg-type]
    assert found(rules.check_balance_sheet, year) == []
    assert found(rules.check_advances, year)
    assert found(rules.check_allocation, year)


def test_no_durable_good_nor_book_is_ever_a_grant() -> None:
    assert found(rules.check_grants, facts(entry(allocations=(Allocation(BOOKS, 5), Allocation(DURABLE, 5))))) == []
