"""A year that follows the one before: its balances come from there, its bank is its own."""

from __future__ import annotations

import pytest

from retkoop.actions.years import open_year
from retkoop.audit import OPERATOR
from retkoop.models import Cooperative, Year, YearKey
from retkoop.school_year import SchoolYear
from tests.views.conftest import Browser

PAGE = "/coop/075-0001/2025-2026/ouverture"


@pytest.fixture
def following(year: YearKey) -> YearKey:
    return open_year(OPERATOR, Cooperative.get(), SchoolYear(2025))


def test_the_bank_alone_changes(following: YearKey, mandataire: Browser) -> None:
    page = mandataire.get(PAGE).text
    assert 'name="compte"' in page
    assert 'name="banque"' not in page
    answer = mandataire.follow(PAGE, {"compte": "514", "banque": "1", "caisse": "1", "report": "2"})
    assert "Banque enregistrée." in answer.text
    row = Year.get(following.of(Year))
    assert (row.bank_account, row.opening_bank, row.opening_cash) == ("514", 100_000, 5_000)


def test_a_bank_that_is_none_is_refused_at_its_field(following: YearKey, mandataire: Browser) -> None:
    mandataire.get(PAGE)
    answer = mandataire.post(PAGE, {"compte": "516"})
    assert answer.status_code == 422
    assert Year.get(following.of(Year)).bank_account == "512"
