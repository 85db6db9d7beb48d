"""The adhésion in the demonstration: what the AD asks, two cooperatives that sent theirs, one of which has paid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from retkoop.actions import membership
from retkoop.audit import Actor
from retkoop.membership import CHEQUE, Headcount, Rates, SchoolClass, Terms
from retkoop.membership_rows import membership_of, terms_for
from retkoop.models import Person, Year, YearKey
from retkoop.school_year import SchoolYear

RATES = Rates(child=180, adult=350, flat=1_500, insurance_child=40, insurance_adult=0, insurance_flat=1_000)
PAYMENT = (
    "Un chèque par coopérative, avec le bulletin d’adhésion signé, à l’adresse de l’association.\n"
    "Par virement, écrivez votre identifiant dans le libellé."
)
# How many pupils each class has; the teachers are of the demonstration too.
TILLEULS = (
    ("CP", 24, "Camille Rousseau"), ("CE1", 26, "Nadia Benali"), ("CE2", 25, "Paul Girard"),
    ("CM1", 27, "Inès Moreau"), ("CM2", 26, "Marc Lefort"), ("ULIS", 12, "Julie Caron"),
)  # fmt: skip
LILAS = (("PS-MS", 24, "Anne Petit"), ("MS-GS", 25, "Léa Fontaine"), ("GS", 25, ""))
SENT = {"075-0101": Headcount(tuple(SchoolClass(*one) for one in TILLEULS), 8),
        "075-0104": Headcount(tuple(SchoolClass(*one) for one in LILAS), 4)}  # fmt: skip
PAID = "075-0101"


def join_demo(actors: Mapping[str, Actor], today: date) -> None:
    """Say what the AD asks from the school year before on, and have two cooperatives answer for the running one."""
    year = SchoolYear.containing(today)
    staff = Person.get(Person.role == "ad", Person.department == "075")
    association = Actor(staff.name or staff.identifier, staff.id)
    terms = Terms(
        year.start - 1, RATES, due_on=date(year.start - 1, 11, 15), payee="OCCE de Paris",
        iban="FR76 3000 6000 0112 3456 7890 189", payment=PAYMENT,
    )  # fmt: skip
    membership.save_terms(association, "075", year.start - 1, 0, terms)
    for identifier, who in SENT.items():
        key = YearKey("075", identifier, year.start)
        if Year.get_or_none(key.of(Year)) is None:
            continue
        asked = terms_for("075", year.start)
        membership.send(actors[identifier], key, 0, asked.stamp if asked else "", who, actors[identifier].name, today)
        if identifier == PAID:
            due = membership_of(key).due.total
            membership.record_payment(association, key, today, due, CHEQUE, "chèque 0003417", None, today)
