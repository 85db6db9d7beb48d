"""Each kind of mistake, put by hand into one small right year: it is named first, on its row and with its mend."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

import pytest

from retkoop import reports
from retkoop.error_finder import Cause, causes
from retkoop.facts import Allocation, Entry, Opening, PriorOperation, Scan, Statement, YearFacts
from retkoop.rules import Subject
from tests.support.year_facts import BOOKS, GRANTS, count, entry, facts, grant

MARCH, JUNE, JULY, AUGUST = date(2025, 3, 3), date(2025, 6, 18), date(2025, 7, 31), date(2025, 8, 31)


def paid(number: int, day: date, label: str, amount: int, **values: Any) -> Entry:
    return entry(number, day=day, label=label, bank=-amount, spent=amount, **{"ticked_on": day, **values})


def received(number: int, day: date, label: str, bank: int, cash: int = 0, **values: Any) -> Entry:
    ticked = {"ticked_on": day if bank else None}
    return entry(number, day=day, label=label, bank=bank, cash=cash, sold=bank + cash, **{**ticked, **values})


def prior(number: int, label: str, amount: int, ticked_on: date | None) -> PriorOperation:
    return PriorOperation(number, date(2024, 7, 1), label, "123", amount, ticked_on)


# Opening 1 000,00 € in bank (of which a cheque of 64,00 € is outstanding) and 50,00 € in cash.
ENTRIES = (
    paid(1, date(2024, 9, 7), "Cars Meunier – Sortie", 18_430),
    paid(2, date(2024, 10, 12), "Librairie – Albums", 7_345),
    received(3, date(2024, 11, 5), "Vente de gâteaux", 0, 12_650),
    paid(4, date(2024, 11, 14), "Piscine – Créneaux", 9_200),
    paid(5, date(2024, 12, 12), "Piscine – Créneaux", 9_200),
    paid(6, date(2025, 1, 14), "Piscine – Créneaux", 9_200),
    received(7, date(2025, 1, 20), "Participation des familles", 26_071),
    entry(8, day=MARCH, label="Remise d’espèces", bank=8_000, cash=-8_000, allocations=(), ticked_on=MARCH),
    paid(9, date(2025, 4, 11), "Papeterie – Encre", 5_718),
    received(10, date(2025, 5, 2), "Kermesse", 13_373, 1_637),
    received(11, JUNE, "Photos de classe", 41_800),
    entry(12, day=JULY, label="Boulangerie – Goûter", bank=0, cash=-1_290, spent=1_290, ticked_on=None),
    paid(13, date(2025, 8, 25), "Ferme – Visite", 23_160, ticked_on=None, cheque="901"),
)
YEAR = facts(
    *ENTRIES,
    opening=Opening(100_000, 5_000, 105_000),
    priors=(prior(1, "Studio – Photos", -6_400, date(2024, 9, 20)), prior(2, "Théâtre – Entrées", -3_100, None)),
    statement=Statement(AUGUST, 0),
    counts=(count(AUGUST, (5_000, 1), (2_000, 2), (500, 1), (100, 4), (50, 1), (20, 2), (5, 1), (2, 1)),),
)
SHOWN = reports.ticked_balance(YEAR)
RIGHT = replace(YEAR, statement=Statement(AUGUST, SHOWN))


def in_order(entries: Iterable[Entry]) -> YearFacts:
    return replace(RIGHT, entries=tuple(sorted(entries, key=lambda e: (e.day, e.number))))


def with_entry(number: int, **values: Any) -> YearFacts:
    """Give the year with another entry in the place of one."""
    return in_order(replace(e, **values) if e.number == number else e for e in ENTRIES)


def amount(number: int, bank: int, **values: Any) -> YearFacts:
    """Give the year with another amount typed in bank, its account included."""
    old = RIGHT.by_number[number]
    account = old.allocations[0].account
    return with_entry(number, bank=bank, allocations=(Allocation(account, RIGHT.chart.sign(account) * bank),), **values)


def more(*added: Entry) -> YearFacts:
    return in_order((*ENTRIES, *added))


def without(number: int) -> YearFacts:
    return replace(RIGHT, entries=tuple(e for e in ENTRIES if e.number != number))


class Mistake(NamedTuple):
    """A faulty year, and what is to be said of it first."""

    name: str
    year: YearFacts
    code: str
    subjects: tuple[Subject, ...]
    amount: int | None = None


def on(*numbers: int) -> tuple[Subject, ...]:
    return tuple(Subject("entry", number) for number in numbers)


def ticked_priors(first: date | None, second: date | None) -> YearFacts:
    one, other = RIGHT.priors
    return replace(RIGHT, priors=(replace(one, ticked_on=first), replace(other, ticked_on=second)))


TOLD = Scan(9, "application/pdf", "pj-9", told=json.dumps({"days": [], "amounts": [7_618]}))

MISTAKES = (
    Mistake("a forgotten tick", with_entry(9, ticked_on=None), "pointage_oublie", on(9)),
    Mistake("a forgotten tick of last year", ticked_priors(None, None), "pointage_oublie", (Subject("prior", 1),)),
    Mistake("a tick too early", with_entry(13, ticked_on=date(2025, 9, 4)), "pointe_a_tort", on(13)),
    Mistake("a tick of last year", ticked_priors(JULY, JULY), "pointe_a_tort", (Subject("prior", 2),)),
    Mistake("a receipt typed for an expense", amount(2, 7_345), "sens", on(2), -7_345),
    Mistake("the same, not ticked", amount(2, 7_345, ticked_on=None), "sens", on(2), -7_345),
    Mistake("in the grid", with_entry(2, bank=7_345), "sens", on(2), -7_345),
    Mistake("swapped digits", amount(9, -7_518), "chiffres", on(9), -5_718),
    Mistake("swapped digits, not ticked", amount(9, -7_518, ticked_on=None), "chiffres", on(9), -5_718),
    Mistake("swapped digits in cash", with_entry(3, cash=16_250), "chiffres", on(3), 12_650),
    Mistake("one digit", amount(9, -5_798), "montant", on(9), -5_718),
    Mistake("a digit lost, not ticked", amount(7, 2_671, ticked_on=None), "montant", on(7), 26_071),
    Mistake("a digit added", amount(7, 260_071), "montant", on(7), 26_071),
    Mistake("the comma", amount(7, 2_607_100), "montant", on(7), 26_071),
    Mistake("a transfer", with_entry(8, bank=80_000, cash=-80_000), "montant", on(8), 8_000),
    Mistake("what the accounts say", with_entry(9, bank=-1_111), "montant", on(9), -5_718),
    Mistake("what the habit says", amount(6, -4_444), "montant", on(6), -9_200),
    Mistake("a double", more(replace(ENTRIES[8], number=20, day=date(2025, 4, 13))), "doublon", on(20, 9)),
    Mistake("a double in cash", more(replace(ENTRIES[2], number=20)), "doublon", on(20, 3)),
    Mistake(
        "next year’s",
        more(paid(20, date(2024, 9, 12), "Gymnase – Location", 4_461, ticked_on=date(2025, 9, 14))),
        "autre_exercice", on(20),
    ),
    Mistake("cash for bank", with_entry(9, bank=0, cash=-5_718, ticked_on=None), "moyen", on(9), -5_718),
    Mistake("bank for cash", with_entry(12, bank=-1_290, cash=0), "moyen", on(12), -1_290),
    Mistake("bank for cash, ticked", with_entry(12, bank=-1_290, cash=0, ticked_on=JULY), "moyen", on(12), -1_290),
    Mistake(
        "last year’s typed again",
        more(paid(20, date(2024, 9, 20), "Studio – Photos", 6_400, cheque="123")),
        "report_double", (*on(20), Subject("prior", 1)),
    ),
    Mistake(
        "the opening in bank",
        replace(RIGHT, opening=Opening(110_000, 5_000, 105_000)),
        "ouverture", (Subject("opening"),), 100_000,
    ),
    Mistake(
        "the carried balance alone",
        replace(RIGHT, opening=Opening(100_000, 5_000, 150_000)),
        "ouverture", (Subject("opening"),), 105_000,
    ),
    Mistake(
        "money moved after the count",
        replace(
            more(received(20, date(2025, 7, 2), "Tombola", 0, 3_333)),
            counts=(replace(RIGHT.counts[0], day=date(2025, 7, 1), pieces=((5_000, 2), (500, 2), (1, 287))),),
        ),
        "comptage_avant", (Subject("cash"), *on(20, 12)),
    ),
    Mistake(
        "a coin",
        replace(RIGHT, counts=(replace(RIGHT.counts[0], pieces=(*RIGHT.counts[0].pieces, (1, 1))),)),
        "comptage", (Subject("cash"),), 1,
    ),
    Mistake(
        "two ticks after the statement",
        more(
            paid(20, date(2025, 8, 28), "Gymnase", 4_461, ticked_on=date(2025, 9, 3)),
            paid(21, date(2025, 8, 29), "Imprimerie", 2_717, ticked_on=date(2025, 9, 5)),
        ),
        "ensemble", on(20, 21),
    ),
    Mistake(
        "two ticks forgotten",
        replace(
            RIGHT,
            entries=tuple(replace(e, ticked_on=None) if e.number in (2, 9) else e for e in ENTRIES),
        ),
        "ensemble", on(2, 9),
    ),
    Mistake("a line to be allocated", with_entry(12, allocations=(Allocation(BOOKS, 2_190),)), "ventilation", on(12)),
    Mistake(
        "a régie that swapped digits",
        more(
            entry(20, day=MARCH, bank=0, cash=0, advance="CP", advance_amount=6_200, sold=6_200, ticked_on=None),
            entry(21, day=JUNE, bank=0, cash=0, advance="CP", advance_amount=-2_600, spent=2_600, ticked_on=None),
        ),
        "regie", on(20), 2_600,
    ),
    Mistake("a date that empties the box", with_entry(3, day=date(2025, 5, 11)), "date", on(3)),
)  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_it_names_the_mistake_first(mistake: Mistake) -> None:
    first = causes(mistake.year)[0]
    assert (first.code, first.suspects[0].subjects) == (mistake.code, mistake.subjects)
    assert first.suspects[0].amount == mistake.amount


def accused(found: tuple[Cause, ...]) -> set[tuple[str, tuple[Subject, ...], int | None]]:
    return {(c.code, suspect.subjects, suspect.amount) for c in found for suspect in c.suspects}


# An amount of nothing: what it leaves cannot be any of the mistakes above.
ELSEWHERE = 61_313


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_another_gap_does_not_accuse_that_row(mistake: Mistake) -> None:
    year = (
        replace(RIGHT, statement=Statement(AUGUST, RIGHT.statement.balance + ELSEWHERE)) if RIGHT.statement else RIGHT
    )
    assert causes(year)
    assert (mistake.code, mistake.subjects, mistake.amount) not in accused(causes(year))


def test_a_right_year_has_no_cause() -> None:
    assert reports.statement_gap(RIGHT) == 0
    assert RIGHT.counts[0].total == reports.cash_balance(RIGHT)
    assert causes(RIGHT) == ()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (7, "Une recette de 260,71\u00a0€ en banque manque peut-être au cahier."),
        (9, "Une dépense de 57,18\u00a0€ en banque manque peut-être au cahier."),
        (3, "Une recette de 126,50\u00a0€ en caisse manque peut-être au cahier."),
        (8, "Un virement interne de 80,00\u00a0€ de la caisse à la banque manque peut-être au cahier."),
        (10, "Une recette de 150,10\u00a0€ en banque et en caisse manque peut-être au cahier."),
    ],
)
def test_it_says_what_is_missing_and_which_number_lacks(number: int, words: str) -> None:
    first = causes(without(number))[0]
    assert (first.code, first.message) == ("manquante", words)
    assert f"pas de PJ {number:02d}, après PJ {number - 1:02d} «" in first.suspects[0].words


def test_it_says_in_which_month_lacks_what_comes_back() -> None:
    year = without(5)
    entries = [*year.entries, paid(20, date(2025, 2, 13), "Piscine – Créneaux", 9_200, voucher="14")]
    first = causes(replace(year, entries=tuple(entries), statement=Statement(AUGUST, SHOWN - 9_200)))[0]
    assert (first.code, first.amount) == ("manquante", -9_200)
    assert "rien en décembre 2024, après PJ 04 «" in first.suspects[1].words


def test_a_number_that_lacks_is_no_trace_where_many_lack() -> None:
    entries = tuple(replace(e, voucher=str(7 * e.number)) for e in without(7).entries)
    assert causes(replace(RIGHT, entries=entries))[0].suspects == ()


def test_an_amount_told_by_a_scan_is_believed() -> None:
    told, untold = (with_entry(9, scans=scans, bank=-6_618, allocations=(Allocation(BOOKS, 6_618),)) for scans in (
        (TOLD,), ()))  # fmt: skip
    shown = Statement(AUGUST, reports.ticked_balance(told) - 1_000)
    weighed = [causes(replace(year, statement=shown))[0] for year in (told, untold)]
    assert (weighed[0].code, weighed[0].suspects[0].subjects, weighed[0].suspects[0].amount) == (
        "montant",
        on(9),
        -7_618,
    )
    assert weighed[1].suspects[:1] == () or weighed[1].suspects[0].subjects != on(9)


def test_a_grant_that_its_table_knows_is_missing() -> None:
    year = replace(RIGHT, grants=(grant(1, 30_000),), statement=Statement(AUGUST, SHOWN + 30_000))
    assert [cause.code for cause in causes(year)][:1] == ["manquante"]
    known = received(20, MARCH, "Mairie – Subvention", 30_000, granted=30_000)
    assert known.allocations[0].account == GRANTS
    assert causes(replace(year, entries=(*ENTRIES, known))) == ()


def test_without_a_cash_box_an_entry_in_cash_is_the_bank_s() -> None:
    entries = tuple(e for e in ENTRIES if not e.cash)
    year = replace(RIGHT, entries=entries, opening=Opening(100_000, 0, 100_000), counts=())
    year = replace(year, statement=Statement(AUGUST, reports.ticked_balance(year)))
    assert causes(year) == ()
    faulty = tuple(replace(e, bank=0, cash=e.bank, ticked_on=None) if e.number == 9 else e for e in entries)
    first = causes(replace(year, entries=faulty))[0]
    assert (first.code, first.suspects[0].subjects, first.explains) == ("moyen", on(9), ("RELEVE", "CAISSE"))


def test_as_long_as_nothing_is_typed_nothing_is_accused() -> None:
    assert causes(replace(RIGHT, statement=None, counts=())) == ()


@pytest.mark.parametrize(
    ("year", "rules"),
    [
        (amount(9, -7_518), ("RELEVE",)), (with_entry(3, cash=16_250), ("CAISSE",)),
        (with_entry(8, bank=80_000, cash=-80_000), ("RELEVE", "CAISSE")),
        (with_entry(12, allocations=()), ("VENTILATION", "BILAN")),
    ],
)  # fmt: skip
def test_it_says_which_checks_would_hold_again(year: YearFacts, rules: tuple[str, ...]) -> None:
    assert causes(year)[0].explains == rules
