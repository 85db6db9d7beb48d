"""A year with rows in every table of the cahier, by its actions.

Entries 1 (live), 2 (struck), 3 (a receipt), 4 (another, in slip 1, of project 1); régies 1 (used), 2; project 2, which
is empty; scans 1 and 3 (of entry 1), 2 (put away) and a pass; one row of every other table.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from retkoop.actions import deposits, ledger, phone, scans, tables, years
from retkoop.audit import now
from retkoop.facts import Allocation
from retkoop.models import Grant, InventoryItem, UploadPass, Year, YearKey
from tests.factories import SOMEONE, a_coop, a_year, an_advance, an_entry

DAY = date(2024, 10, 1)
GRANT = {"organisation": "Mairie", "kind": "commune", "day": DAY, "amount": 30_000}
GOOD = {"designation": "Piano", "bought_on": DAY, "value": 50_000}
PRIOR = {"day": date(2024, 7, 1), "label": "Car", "cheque": "", "amount": -2_000}
FILE = scans.Arrived("facture", "a" * 64, "image/png", 10, "a" * 64, 0, "", "")
OTHER = scans.Arrived("verso", "d" * 64, "image/png", 10, "d" * 64, 0, "", "")


def a_full_year(identifier: str) -> YearKey:
    """Make the exercice of a new cooperative, and one before it that holds a good."""
    key = a_year(a_coop(identifier))
    an_advance(key, "CP")
    an_advance(key, "CM2")
    an_entry(key)
    an_entry(key, bank=-500, advance="CP", advance_amount=500, allocations=())
    ledger.strike_entry(SOMEONE, key, 2)
    sold: dict[str, Any] = {"bank": 5_000, "allocations": (Allocation("70700008", 5_000),)}
    an_entry(key, **sold)
    an_entry(key, **sold, project="Kermesse")
    ledger.add_project(SOMEONE, key, "Vide")
    deposits.make_slip(SOMEONE, key, DAY, "Remise", [4])
    scans.add_scan(SOMEONE, key, FILE, 1)
    scans.add_scan(SOMEONE, key, FILE, 3)
    scans.remove_scan(SOMEONE, key, 2)
    scans.add_scan(SOMEONE, key, OTHER, 1)
    ends = {"expires_at": now() + phone.LIFE, "person": 1, "who": "Camille"}
    UploadPass.insert(**key._asdict(), token_digest=phone.digest_of(identifier), **ends).execute()
    tables.add_count(SOMEONE, key, DAY, [(500, 1)])
    tables.add_row(SOMEONE, key, Grant, GRANT)
    tables.add_row(SOMEONE, key, InventoryItem, GOOD)
    years.add_prior(SOMEONE, key, PRIOR)
    before = key._replace(start_year=2023)
    Year.insert(**before._asdict()).execute()
    InventoryItem.insert(**before._asdict(), number=1, **{**GOOD, "bought_on": date(2023, 10, 1)}).execute()
    return key
