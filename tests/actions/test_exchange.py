"""Importing an archive: all or nothing, never over a closed year, and out again."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from retkoop.actions import exchange
from retkoop.actions.exchange import export_archive, import_archive
from retkoop.audit import OPERATOR
from retkoop.errors import Conflict
from retkoop.models import Cooperative, Department, Entry, Journal, Scan, Year, YearKey, find_coop
from retkoop.storage import FileStorage
from tests.factories import CASES, SOMEONE, a_case, a_coop, a_year, an_entry
from tests.support.ledger_checks import close_at_once, everything_of, told

with zipfile.ZipFile(CASES / "ecole-du-bourg" / "exercice.zip") as _opened:
    MEMBERS = {name: _opened.read(name) for name in _opened.namelist()}
DOCUMENT: dict[str, Any] = json.loads(MEMBERS["exercice.json"])


@pytest.fixture
def storage(app: Flask) -> FileStorage:
    found: FileStorage = app.config["STORAGE"]
    return found


def written(path: Path, document: dict[str, Any], **others: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**MEMBERS, **others, "exercice.json": json.dumps(document).encode()}.items():
            archive.writestr(name, data)
    return path


def exported(key: YearKey, storage: FileStorage) -> dict[str, Any]:
    coop = find_coop(key.coop)
    assert coop is not None
    data = export_archive(coop, Year.get(key.of(Year)), storage)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found: dict[str, Any] = json.loads(archive.read("exercice.json"))
    return found


def test_it_makes_the_departement_and_the_coop_and_tells(storage: FileStorage) -> None:
    key = a_case("ecole-du-bourg", storage)
    coop = find_coop(key.coop)
    assert coop is not None
    assert (coop.name, Department.select().count()) == (DOCUMENT["cooperative"]["nom"], 1)
    assert told(key) == [("import", "exercice", None, {"ecritures": len(DOCUMENT["ecritures"])})]
    assert Journal.select().where(Journal.subject == "cooperative", Journal.action == "création").count() == 1
    assert all(storage.has(scan.digest) for scan in Scan.select())


def test_a_year_that_exists_is_not_replaced_unless_asked(storage: FileStorage) -> None:
    key = a_case("ecole-du-bourg", storage)
    an_entry(key)
    before = everything_of(key)
    with pytest.raises(Conflict, match="--remplacer"):
        a_case("ecole-du-bourg", storage)
    assert everything_of(key) == before


def test_replacing_replaces_everything_but_the_journal_and_the_other_years(storage: FileStorage) -> None:
    key, elsewhere = a_case("ecole-du-bourg", storage), a_year(a_coop("075-0900"))
    an_entry(elsewhere)
    an_entry(key, label="À oublier")
    lines, others, version = len(told(key)), everything_of(elsewhere), Year.get(key.of(Year)).version
    import_archive(SOMEONE, CASES / "ecole-du-bourg" / "exercice.zip", storage, replace=True)
    assert exported(key, storage) == DOCUMENT
    assert len(told(key)) == lines + 1
    assert everything_of(elsewhere) == others
    assert Year.get(key.of(Year)).version > version


def test_a_closed_year_is_never_replaced(storage: FileStorage) -> None:
    key = a_case("ecole-du-bourg", storage)
    close_at_once(key)
    before = everything_of(key)
    with pytest.raises(Conflict, match="clos"):
        import_archive(OPERATOR, CASES / "ecole-du-bourg" / "exercice.zip", storage, replace=True)
    assert everything_of(key) == before


def test_a_trouble_at_the_last_row_leaves_nothing(storage: FileStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    key = a_case("ecole-101", storage)
    before = everything_of(key)
    monkeypatch.setattr(exchange, "_store_tables", lambda key, content: 1 / 0)
    for case, replace in (("ecole-du-bourg", False), ("ecole-101", True)):
        with pytest.raises(ZeroDivisionError):
            import_archive(OPERATOR, CASES / case / "exercice.zip", storage, replace)
    assert everything_of(key) == before
    assert Cooperative.select().count() == 1


def test_a_coop_keeps_its_departement_and_takes_its_new_name(storage: FileStorage, tmp_path: Path) -> None:
    key = a_case("ecole-du-bourg", storage)
    document = copy.deepcopy(DOCUMENT)
    document["cooperative"]["nom"] = "École du Centre"
    import_archive(OPERATOR, written(tmp_path / "a.zip", document), storage, replace=True)
    coop = find_coop(key.coop)
    assert coop is not None
    assert coop.name == "École du Centre"
    document["cooperative"] |= {"identifiant": "0311111Z", "association": "031"}
    import_archive(OPERATOR, written(tmp_path / "b.zip", document), storage)
    document["cooperative"]["association"] = "038"
    with pytest.raises(exchange.ArchiveFault, match=r"cooperative\.association : 0311111Z appartient"):
        import_archive(OPERATOR, written(tmp_path / "c.zip", document), storage, replace=True)


def test_a_red_line_is_imported(storage: FileStorage, tmp_path: Path) -> None:
    document = copy.deepcopy(DOCUMENT)
    document["ecritures"][2]["ventilation"] = []
    key = import_archive(OPERATOR, written(tmp_path / "a.zip", document), storage)
    assert exported(key, storage) == document


def test_the_balance_brought_forward_is_bank_and_cash_unless_said(storage: FileStorage, tmp_path: Path) -> None:
    document = copy.deepcopy(DOCUMENT)
    document["ouverture"] |= {"banque": "10.00", "caisse": "2.50"}
    del document["ouverture"]["report_a_nouveau"]
    key = import_archive(OPERATOR, written(tmp_path / "a.zip", document), storage)
    assert exported(key, storage)["ouverture"]["report_a_nouveau"] == "12.50"


def test_scans_of_long_or_equal_names_come_back_and_go_in_again(storage: FileStorage, tmp_path: Path) -> None:
    scan = next(data for name, data in MEMBERS.items() if name.endswith(".png"))
    other = (CASES / "ecole-102-postale" / "exercice.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(other)) as opened:
        another = next(opened.read(name) for name in opened.namelist() if name != "exercice.json")
    names = ["pieces/" + "x" * 129 + ".png", "pieces/" + "x" * 129 + ".bis", "pieces/a.png", "pieces/a.b", "pieces/é/1"]
    document = copy.deepcopy(DOCUMENT)
    for entry in document["ecritures"]:
        entry["piece"] = None
    document["ecritures"][0] |= {"piece": names[0], "autres_pieces": names[1:3]}
    document["ecritures"][1] |= {"piece": None, "autres_pieces": names[3:]}
    bytes_of = {name: another if rank % 2 else scan for rank, name in enumerate(names)}
    key = import_archive(OPERATOR, written(tmp_path / "a.zip", document, **bytes_of), storage)
    assert Scan.select().count() == 5
    coop = find_coop(key.coop)
    assert coop is not None
    for step in ("first.zip", "second.zip"):
        (tmp_path / step).write_bytes(export_archive(coop, Year.get(key.of(Year)), storage))
        import_archive(OPERATOR, tmp_path / step, storage, replace=True)
    assert (tmp_path / "first.zip").read_bytes() == (tmp_path / "second.zip").read_bytes()
    assert (Scan.select().count(), Entry.select().count()) == (5, len(DOCUMENT["ecritures"]))
