"""The adhésion in tests: what an AD asks, and a headcount whose amounts are those of domain.md (80,00 and 20,00)."""

from __future__ import annotations

from datetime import date

from retkoop.actions import membership
from retkoop.audit import Actor
from retkoop.membership import Headcount, Rates, SchoolClass, Terms
from retkoop.membership_rows import terms_for
from retkoop.models import YearKey
from tests.factories import SOMEONE

STAFF = Actor("Michel", 9)
DAY = date(2024, 11, 20)
# 40 pupils, 2 adults: 40 × 1,50 + 2 × 5,00 + 10,00 = 80,00, and 40 × 0,50 = 20,00.
RATES = Rates(child=150, adult=500, flat=1_000, insurance_child=50)
TERMS = Terms(2024, RATES, due_on=date(2024, 11, 30), payee="OCCE 075", payment="Un chèque par coopérative.")
WHO = Headcount((SchoolClass("CP", 18, "Anne"), SchoolClass("CE1", 22)), 2)


def ask(year: int = 2024, terms: Terms = TERMS, seen: int = 0) -> None:
    """Say what the AD asks from a school year on."""
    membership.save_terms(STAFF, "075", year, seen, terms)


def send(key: YearKey, who: Headcount = WHO, seen: int = 0) -> None:
    """Send an adhésion as a mandataire does, who reads the terms of today."""
    terms = terms_for(key.department, key.start_year)
    membership.send(SOMEONE, key, seen, terms.stamp if terms else "", who, "Camille Test", DAY)


def pay(key: YearKey, amount: int = 10_000, day: date = DAY, replay_key: str | None = None) -> int:
    """Record a payment as the AD does; give its number."""
    return membership.record_payment(STAFF, key, day, amount, "cheque", "0000042", replay_key, DAY)
