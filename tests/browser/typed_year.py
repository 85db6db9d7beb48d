"""A year of the shared cases without its entries, to be typed again, and its figures once typed."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

from flask import Flask

from retkoop.actions.exchange import import_archive
from retkoop.actions.reconciliation import tick_entry
from retkoop.actions.years import load_facts
from retkoop.audit import OPERATOR
from retkoop.exports.control import control_sheet
from retkoop.models import Scan, Year, YearKey, key_of
from retkoop.rules import verdict
from tests.factories import CASES, a_person

NAME = "ecole-102-postale"
COOP = "075-0102"


def without_entries(app: Flask, folder: Path) -> list[dict[str, Any]]:
    """Store the year with all but its entries and projects; give the entries to type."""
    with zipfile.ZipFile(CASES / NAME / "exercice.zip") as archive:
        year = json.loads(archive.read("exercice.json"))
    bare = folder / "exercice.json"
    bare.write_text(json.dumps({**year, "ecritures": [], "actions": []}))
    import_archive(OPERATOR, bare, app.config["STORAGE"])
    a_person(COOP, coop_identifier=COOP)
    entries: list[dict[str, Any]] = year["ecritures"]
    return entries


def finish(app: Flask, entries: list[dict[str, Any]]) -> None:
    """Tick what the case has ticked, and join its one scan, which another test sends through the screen."""
    year = Year.get()
    key = key_of(year)
    numbers = {entry.voucher: entry.number for entry in load_facts(year).entries}
    for entry in entries:
        if entry["pointage"]:
            tick_entry(OPERATOR, key, numbers[entry["pj"]], date.fromisoformat(entry["pointage"]))
        if entry["piece"]:
            _join(app, key, numbers[entry["pj"]])


def _join(app: Flask, key: YearKey, entry: int) -> None:
    digest = app.config["STORAGE"].put(b"scan")
    row = {"number": 1, "entry": entry, "digest": digest, "media_type": "image/png", "name": "a", "size": 4}
    Scan.insert(**key._asdict(), **row).execute()


def figures(on: date) -> dict[str, Any]:
    """Give the control sheet of the year that was typed."""
    facts = load_facts(Year.get())
    return control_sheet(facts, verdict(facts, on))


def expected() -> dict[str, Any]:
    """Give the case's own figures."""
    found: dict[str, Any] = json.loads((CASES / NAME / "attendu.json").read_text())
    return found


def typed_again() -> list[tuple[Any, ...]]:
    """Give what was typed, as the case tells an entry."""
    return [
        (e.voucher, str(e.day), e.label, e.cheque, e.project, e.bank, e.cash, e.advance, e.advance_amount,
         sorted((line.account, line.amount) for line in e.allocations))
        for e in sorted(load_facts(Year.get()).entries, key=lambda entry: entry.voucher)
    ]  # fmt: skip


def told(entries: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Give the case's entries in the same form."""
    return [
        (e["pj"], e["date"], e["libelle"], e["cheque"], e["action"], cents(e["banque"]), cents(e["caisse"]),
         e["regie"] and e["regie"]["code"], cents(e["regie"]["montant"]) if e["regie"] else 0,
         sorted((line["compte"], cents(line["montant"])) for line in e["ventilation"]))
        for e in sorted(entries, key=lambda entry: entry["pj"])
    ]  # fmt: skip


def cents(amount: str) -> int:
    """Read an amount of the file."""
    return int(amount.replace(".", ""))


def plain(amount: int) -> str:
    """Write cents as a person types them, without a sign."""
    return f"{abs(amount) // 100},{abs(amount) % 100:02d}"
