"""Paying-in slips in the exchange archive: there when there are some, and back as they were, byte for byte."""

from __future__ import annotations

import copy
import json
import zipfile
from datetime import date
from pathlib import Path

from retkoop.actions import deposits, ledger
from retkoop.actions.exchange import import_archive
from retkoop.actions.reconciliation import tick_entry
from retkoop.actions.years import load_facts
from retkoop.deposit_reports import deposits as deposits_of
from retkoop.models import DepositLine, Year, YearKey
from retkoop.storage import FileStorage
from tests.factories import CASES, SOMEONE, a_case
from tests.support.archives import document, exported

DAY = date(2024, 10, 10)


def unticked(key: YearKey) -> list[int]:
    """Take the ticks of the year's receipts back, and give their numbers."""
    facts = load_facts(Year.get(key.of(Year)))
    receipts = [entry.number for entry in facts.entries if entry.bank > 0 and not entry.is_transfer]
    for number in receipts:
        tick_entry(SOMEONE, key, number, None)
    return receipts


def test_a_year_without_slips_has_no_such_key(storage: FileStorage) -> None:
    assert "bordereaux" not in document(exported(a_case("ecole-102-postale", storage), storage))


def test_slips_come_back_byte_for_byte(storage: FileStorage, tmp_path: Path) -> None:
    key = a_case("ecole-102-postale", storage)
    first, *others = unticked(key)
    # The numbers have a hole, and the entries are not in the order of their days.
    ledger.strike_entry(SOMEONE, key, first)
    deposits.make_slip(SOMEONE, key, date(2025, 3, 12), "À défaire", others[:1])
    deposits.undo_slip(SOMEONE, key, 1)
    march = deposits.make_slip(SOMEONE, key, date(2025, 3, 12), "Remise de mars", [others[4], others[1]])
    deposits.make_slip(SOMEONE, key, DAY, "Remise « d’octobre »", others[2:4])
    deposits.tick_slip(SOMEONE, key, march, date(2025, 3, 20))
    before = exported(key, storage)
    (tmp_path / "a.zip").write_bytes(before)
    import_archive(SOMEONE, tmp_path / "a.zip", storage, replace=True)
    assert exported(key, storage) == before
    slips = document(before)["bordereaux"]
    assert [(slip["date"], slip["libelle"]) for slip in slips] == [
        ("2025-03-12", "Remise de mars"), ("2024-10-10", "Remise « d’octobre »"),
    ]  # fmt: skip
    entries = document(before)["ecritures"]
    assert [entries[place]["pointage"] for place in slips[0]["ecritures"]] == ["2025-03-20"] * 2


def test_the_places_lead_to_the_entries(storage: FileStorage, tmp_path: Path) -> None:
    with zipfile.ZipFile(CASES / "ecole-du-bourg" / "exercice.zip") as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    told = copy.deepcopy(json.loads(members["exercice.json"]))
    told["bordereaux"] = [{"date": "2024-10-10", "libelle": "Remise", "ecritures": [3, 6]}]
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name, data in {**members, "exercice.json": json.dumps(told).encode()}.items():
            archive.writestr(name, data)
    key = import_archive(SOMEONE, tmp_path / "a.zip", storage)
    (deposit,) = deposits_of(load_facts(Year.get(key.of(Year))))
    assert deposit.total == sum(int(float(told["ecritures"][place]["banque"]) * 100) for place in (3, 6))
    assert document(exported(key, storage)) == told


def test_replacing_a_year_forgets_its_slips(storage: FileStorage) -> None:
    key = a_case("ecole-du-bourg", storage)
    deposits.make_slip(SOMEONE, key, DAY, "Remise", unticked(key)[:1])
    import_archive(SOMEONE, CASES / "ecole-du-bourg" / "exercice.zip", storage, replace=True)
    assert DepositLine.select().count() == 0
