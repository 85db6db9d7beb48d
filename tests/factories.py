"""Plain functions that make things, valid by default; every argument may be given."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from retkoop.actions import ledger, people, years
from retkoop.actions.exchange import import_archive
from retkoop.audit import OPERATOR, Actor
from retkoop.drafts import EntryDraft
from retkoop.facts import Allocation, Opening
from retkoop.models import Advance, Cooperative, Department, Person, YearKey
from retkoop.school_year import SchoolYear
from retkoop.storage import FileStorage

CASES = Path(__file__).parent / "cases"
PASSWORD = "cheval agrafe batterie correct"
YEAR = SchoolYear(2024)
SOMEONE = Actor("Camille Test", 1)


def a_department(code: str = "075") -> Department:
    """Make a département, once; its reminders leave when they are asked for."""
    Department.insert(code=code, name=f"OCCE {code}", reminder_day=0).on_conflict_ignore().execute()
    return Department.get_by_id(code)


def a_coop(identifier: str = "075-0001", **values: Any) -> Cooperative:
    """Make a cooperative in its département."""
    department = a_department(values.pop("department", identifier[:3]))
    defaults = {"name": f"Coopérative {identifier}", "uai": "0750001A"}
    return Cooperative.create(department=department.code, identifier=identifier, **{**defaults, **values})


def a_year(
    coop: Cooperative | None = None, bank: int = 100_000, cash: int = 5_000, carried: int | None = None
) -> YearKey:
    """Open 2024-2025 with 1 000,00 € in bank and 50,00 € in cash."""
    key = years.open_year(OPERATOR, coop or a_coop(), YEAR)
    years.set_opening(OPERATOR, key, Opening(bank, cash, bank + cash if carried is None else carried), "512")
    return key


def a_draft(**values: Any) -> EntryDraft:
    """Give a balanced expense of 12,00 € paid by the bank on 4 November."""
    defaults: dict[str, Any] = {
        "day": date(2024, 11, 4),
        "label": "Librairie du Centre – Albums",
        "voucher": "01",
        "bank": -1_200,
        "allocations": (Allocation("61800008", 1_200),),
    }
    return EntryDraft(**{**defaults, **values})


def an_entry(key: YearKey, actor: Actor = SOMEONE, **values: Any) -> int:
    """Add an entry and give its number."""
    return ledger.add_entry(actor, key, a_draft(**values))


def an_advance(key: YearKey, code: str = "CP") -> str:
    """Make a régie and give its code."""
    from retkoop.actions.tables import add_row

    add_row(SOMEONE, key, Advance, {"code": code, "holder": f"Classe de {code}"})
    return code


def a_person(identifier: str = "075-0001", role: str = "mandataire", **values: Any) -> Person:
    """Make an account whose password is PASSWORD."""
    if role in ("mandataire", "verificateur"):
        values.setdefault("coop_identifier", "075-0001")
    if role == "ad":
        values.setdefault("department", "075")
    return people.create_person(OPERATOR, identifier, role, PASSWORD, **values)


def a_case(name: str, storage: FileStorage) -> YearKey:
    """Import one of the shared years and give its key."""
    return import_archive(OPERATOR, CASES / name / "exercice.zip", storage)
