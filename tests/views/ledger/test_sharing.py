"""Splitting an amount: what is left is said, an empty line takes it, too much is refused."""

from __future__ import annotations

from typing import Any

import pytest

from retkoop.models import Allocation, Entry, YearKey
from tests.factories import YEAR
from tests.views.conftest import Browser, form_of

BOOK = f"/coop/075-0001/{YEAR.label}/cahier"
FEE, INSURANCE = "62810008", "61681008"


def typed(mandataire: Browser, *lines: tuple[str, str], **more: str) -> dict[str, Any]:
    blank = form_of(mandataire.get(BOOK), "entry-form")
    fields = {**blank, "date": "2024-10-18", "libelle": "OCCE – Adhésion", "nature": "depense", **more}
    for rank, (account, amount) in enumerate(lines):
        fields |= {f"lignes-{rank}-compte": account, f"lignes-{rank}-montant": amount}
    return fields


def kept(year: YearKey) -> tuple[int, list[tuple[str, int]]]:
    lines = Allocation.select().where(year.of(Allocation)).order_by(Allocation.rank)
    return Entry.get(year.of(Entry)).bank, [(line.account, line.amount) for line in lines]


@pytest.mark.parametrize(
    ("lines", "total", "expected"),
    [
        ([(FEE, "80"), (INSURANCE, "20")], "", (-10_000, [(FEE, 8_000), (INSURANCE, 2_000)])),
        ([(FEE, "80"), (INSURANCE, "")], "100", (-10_000, [(FEE, 8_000), (INSURANCE, 2_000)])),
        ([(FEE, ""), (INSURANCE, "20")], "12+88", (-10_000, [(FEE, 8_000), (INSURANCE, 2_000)])),
        ([(FEE, "80"), (INSURANCE, "20")], "100", (-10_000, [(FEE, 8_000), (INSURANCE, 2_000)])),
        # What no line takes is kept, and red.
        ([(FEE, "80"), (INSURANCE, "15")], "100", (-10_000, [(FEE, 8_000), (INSURANCE, 1_500)])),
    ],
)
def test_the_sum_is_shared_out(year: YearKey, mandataire: Browser, lines: Any, total: str, expected: Any) -> None:
    assert mandataire.post(BOOK, typed(mandataire, *lines, total=total)).status_code == 303
    assert kept(year) == expected


def test_lines_that_exceed_the_sum_are_refused_and_kept_on_the_page(year: YearKey, mandataire: Browser) -> None:
    answer = mandataire.post(BOOK, typed(mandataire, (FEE, "80"), (INSURANCE, "23"), total="100"))
    assert answer.status_code == 422
    assert "Les lignes dépassent cette somme de 3,00" in answer.text
    assert not Entry.select().count()


def test_what_is_left_is_said_when_a_line_is_added(year: YearKey, mandataire: Browser) -> None:
    answer = mandataire.post(f"{BOOK}/formulaire", typed(mandataire, (FEE, "80")))
    assert "Total : 80,00" in answer.text
    answer = mandataire.post(f"{BOOK}/formulaire", typed(mandataire, (FEE, "80"), (INSURANCE, "1"), total="100"))
    assert "Reste à répartir : 19,00" in answer.text


def test_an_unreadable_sum_is_refused(year: YearKey, mandataire: Browser) -> None:
    answer = mandataire.post(BOOK, typed(mandataire, (FEE, "80"), (INSURANCE, "20"), total="cent"))
    assert answer.status_code == 422
    assert "pas lisible" in answer.text


def test_each_account_says_what_it_is_for(year: YearKey, mandataire: Browser) -> None:
    page = mandataire.get(BOOK).text
    assert 'data-aide="Sorties, spectacles' in page
    help_page = mandataire.get(f"/aide/comptes/{YEAR.label}").text
    assert "Ce qui s’achète" in help_page
    assert "Sorties, spectacles" in help_page
    assert mandataire.get("/aide/comptes/2024-2026").status_code == 404
