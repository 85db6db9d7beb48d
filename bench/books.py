"""Made-up books, the same at every run: a cooperative with a long year and one with a short year."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from retkoop import db, reports
from retkoop.actions import ledger, people, reconciliation, tables, years
from retkoop.application import create_app
from retkoop.audit import OPERATOR, Actor
from retkoop.config import Config
from retkoop.drafts import EntryDraft
from retkoop.facts import Allocation, Opening
from retkoop.models import Advance, Cooperative, Department, Grant, InventoryItem, Year, YearKey
from retkoop.school_year import SchoolYear

PASSWORD = "cheval agrafe batterie correct"
YEAR = SchoolYear(2024)
TODAY = date(2025, 9, 5)
# The month that is shown holds as many entries in both years: only the rest of the year differs.
MONTH, MONTH_ENTRIES = "2024-11", 25
ADVANCES = ("CP", "CE1", "CM2")
PROJECTS = ("Classe verte", "Jardin")
OUTSTANDING = 6

_EXPENSES = ("61800008", "60700008", "65000008", "61681008")
_PLACES = ("Librairie du Marché", "Papeterie Colin", "Ferme des Saules", "Cars Delmas", "Musée des Arts")
_THINGS = ("albums de littérature", "peinture et pinceaux", "visite avec deux classes", "sortie en car", "goûter")
_SOMEONE = Actor("Banc d’essai", 1)


class Book(NamedTuple):
    """One cooperative: who signs in, and where the year is."""

    identifier: str
    entries: int

    @property
    def address(self) -> str:
        """Give the beginning of the year's addresses."""
        return f"/coop/{self.identifier}/{YEAR.label}/"


LONG = Book("075-9300", 300)
SHORT = Book("075-9060", 60)


def write_books(url: str, folder: Path) -> None:
    """Migrate the database of a URL and write both years in it."""
    create_app(Config(url, f"file:{folder}/pieces", "secret-of-the-bench" * 3, today=TODAY))
    with db.database.connection_context():
        db.migrate()
        with db.database.atomic():
            Department.insert(code="075", name="OCCE 75").on_conflict_ignore().execute()
            for book in (LONG, SHORT):
                _write(book)
    db.database.close_all()


def _write(book: Book) -> None:
    coop = Cooperative.create(department="075", identifier=book.identifier, name="Coopérative d’essai", uai="0750001A")
    people.create_person(OPERATOR, book.identifier, "mandataire", PASSWORD, book.identifier, name="Dominique Essai")
    key = years.open_year(OPERATOR, coop, YEAR)
    years.set_opening(OPERATOR, key, Opening(250_000, 12_000, 262_000), "512")
    years.add_prior(
        _SOMEONE, key, {"day": date(2024, 6, 28), "label": "Photographe", "cheque": "7001", "amount": -9_000}
    )
    for code in ADVANCES:
        tables.add_row(_SOMEONE, key, Advance, {"code": code, "holder": f"Classe de {code}"})
    for name in PROJECTS:
        ledger.add_project(_SOMEONE, key, name)
    numbers = [ledger.add_entry(_SOMEONE, key, draft(*ranked)) for ranked in enumerate(sorted(days(book.entries)))]
    _tick(key, numbers)
    _write_tables(key)


def days(entries: int) -> list[date]:
    """Give the days of a year's entries: MONTH_ENTRIES in November, the others spread over the other months."""
    november = [date(2024, 11, 1 + rank) for rank in range(MONTH_ENTRIES)]
    others = entries - MONTH_ENTRIES
    every = [YEAR.first_day + timedelta(days=n) for n in range(364)]
    free = [day for day in every if day.month != 11]
    return november + [free[rank * len(free) // others] for rank in range(others)]


def draft(rank: int, day: date) -> EntryDraft:
    """Give an entry of one of eight kinds, by its rank: what a school's year is made of."""
    amount = 800 + rank * 37 % 9_000
    label = f"{_PLACES[rank % 5]} – {_THINGS[rank * 3 % 5]}"
    project = (*PROJECTS, None)[rank % 3]
    texts = {"day": day, "label": label, "voucher": f"{rank + 1:03d}", "project": project}
    code = ADVANCES[rank % 3]
    match rank % 8:
        case 0:
            return EntryDraft(**texts, bank=amount * 3, allocations=(Allocation("75620008", amount * 3),))
        case 1:
            half = amount // 2
            lines = (Allocation("61800008", half), Allocation("60700008", amount - half))
            return EntryDraft(**texts, cheque=f"{7100 + rank}", bank=-amount, allocations=lines)
        case 2:
            return EntryDraft(**texts, cash=amount, allocations=(Allocation("70800008", amount),))
        case 3:
            return EntryDraft(**texts, cash=-amount // 2, allocations=(Allocation("61800008", -(-amount // 2)),))
        case 4 if rank % 3 == 0:
            return EntryDraft(**texts, bank=-amount, advance=code, advance_amount=amount)
        case 4 if rank % 3 == 1:
            return EntryDraft(**texts, bank=-5_000, cash=5_000)
        case 5:
            lines = (Allocation("70700008", amount), Allocation("75000008", 1_000))
            return EntryDraft(**texts, bank=amount + 1_000, allocations=lines)
        case _:
            account = _EXPENSES[rank % len(_EXPENSES)]
            return EntryDraft(**texts, bank=-amount, allocations=(Allocation(account, amount),))


def _tick(key: YearKey, numbers: list[int]) -> None:
    """Tick what the bank has shown, which is all but the last operations, and write the statement that agrees."""
    facts = years.load_facts(Year.get(key.of(Year)))
    through_bank = [number for number in numbers if facts.by_number[number].bank]
    for number in through_bank[:-OUTSTANDING]:
        reconciliation.tick_entry(_SOMEONE, key, number, facts.by_number[number].day)
    ticked = reports.ticked_balance(years.load_facts(Year.get(key.of(Year))))
    reconciliation.set_statement(_SOMEONE, key, YEAR.last_day, ticked)


def _write_tables(key: YearKey) -> None:
    grant = {"organisation": "Mairie", "kind": "commune", "purpose": "Sorties", "day": date(2025, 1, 14)}
    tables.add_row(_SOMEONE, key, Grant, {**grant, "amount": 40_000, "voucher": "G1"})
    item = {"designation": "Vidéoprojecteur", "bought_on": date(2024, 12, 3), "value": 45_000, "voucher": "I1"}
    tables.add_row(_SOMEONE, key, InventoryItem, item)
    tables.add_count(_SOMEONE, key, YEAR.last_day, [(2_000, 5), (200, 3)])
