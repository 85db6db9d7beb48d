"""The documents for the AD in the exchange archive: there when there are some, and the same when they come back."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from retkoop.actions import tables
from retkoop.actions.exchange import import_archive
from retkoop.actions.scans import take_in
from retkoop.actions.year_documents import give_document, note_posted, remove_document
from retkoop.exchange_json import ArchiveFault
from retkoop.models import Document, Entry, Grant, PriorOperation, Year, YearKey
from retkoop.storage import FileStorage
from retkoop.year_rows import documents_of
from tests.factories import CASES, SOMEONE, a_case
from tests.support.archives import document, exported
from tests.support.papers import HOSTILE, arrived, pamphlet, picture

CASE = "ecole-101"


def give(key: YearKey, storage: FileStorage, requirement: str, colour: str, name: str) -> int:
    return give_document(SOMEONE, key, requirement, arrived(storage, colour, name)).number


def test_a_year_without_documents_has_no_such_key(storage: FileStorage) -> None:
    key = a_case(CASE, storage)
    before = exported(key, storage)
    assert "documents" not in document(before)
    number = give(key, storage, "quitus", "navy", "quitus")
    assert document(exported(key, storage))["documents"] == [{"pour": "quitus", "fichier": "documents/quitus.png"}]
    remove_document(SOMEONE, key, number)
    assert exported(key, storage) == before


def test_they_come_back_byte_for_byte_for_the_same_rows(storage: FileStorage, tmp_path: Path) -> None:
    key = a_case(CASE, storage)
    _fill(key, storage)
    first = exported(key, storage)
    (tmp_path / "a.zip").write_bytes(first)
    import_archive(SOMEONE, tmp_path / "a.zip", storage, replace=True)
    assert exported(key, storage) == first
    found = [(one.requirement, one.name, one.posted_on, one.pages) for one in documents_of(key)]
    grants = Grant.select().where(key.of(Grant)).count()
    assert found == [
        ("quitus", "quitus", None, 1), ("quitus", "quitus-2", None, 1), ("releve", "relevé d’août", None, 2),
        (f"subvention:{grants}", "", date(2025, 9, 1), 0), ("operation:3", "facture", None, 1),
        ("report:1", "", date(2025, 9, 2), 0), ("autre", "lettre", None, 1),
    ]  # fmt: skip
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        named = [row["fichier"] for row in document(first)["documents"] if "fichier" in row]
        assert {name for name in archive.namelist() if name.startswith("documents/")} == set(named)


def _fill(key: YearKey, storage: FileStorage) -> None:
    """Give of every sort, for rows whose numbers the archive will not keep, and for a grant that goes."""
    gone = tables.add_row(SOMEONE, key, Grant, _a_grant("Région"))
    last = tables.add_row(SOMEONE, key, Grant, _a_grant("Mairie"))
    give(key, storage, "quitus", "navy", "quitus")
    give(key, storage, "quitus", "teal", "quitus")
    give_document(SOMEONE, key, "releve", take_in("relevé d’août", pamphlet("Relevé", "Solde"), storage))
    note_posted(SOMEONE, key, f"subvention:{last}", date(2025, 9, 1))
    note_posted(SOMEONE, key, f"subvention:{gone}", date(2025, 9, 1))
    Entry.update(struck_at="2025-01-01T00:00:00+00:00").where(key.of(Entry), Entry.number == 1).execute()
    give(key, storage, "operation:4", "gold", "facture")
    if not PriorOperation.get_or_none(key.of(PriorOperation), PriorOperation.number == 1):
        PriorOperation.insert(**key._asdict(), number=1, day="2024-07-01", label="Car", amount=-100).execute()
    note_posted(SOMEONE, key, "report:1", date(2025, 9, 2))
    give(key, storage, f"subvention:{gone}", "lime", "lettre")
    tables.remove_row(SOMEONE, key, Grant, gone)


def _a_grant(organisation: str) -> dict[str, Any]:
    return {"organisation": organisation, "kind": "commune", "day": date(2024, 10, 1), "amount": 1}


def archive_with(folder: Path, documents: Any, **files: bytes) -> Path:
    """Write the archive of a case with documents."""
    with zipfile.ZipFile(CASES / CASE / "exercice.zip") as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    members["exercice.json"] = json.dumps(json.loads(members["exercice.json"]) | {"documents": documents}).encode()
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        for name, data in {**members, **{f"documents/{name}.png": data for name, data in files.items()}}.items():
            archive.writestr(name, data)
    return folder / "a.zip"


def test_an_archive_written_elsewhere_is_read(storage: FileStorage, tmp_path: Path) -> None:
    told = [{"pour": "quitus", "fichier": "documents/q.png"}, {"pour": "releve", "envoye_le": "2025-09-03"}]
    key = import_archive(SOMEONE, archive_with(tmp_path, told, q=picture()), storage)
    first, second = documents_of(key)
    assert (first.requirement, first.name, bool(first.thumb_digest)) == ("quitus", "q", True)
    assert (second.requirement, second.posted_on) == ("releve", date(2025, 9, 3))
    assert Document.get(Document.number == 1).size > 0


Q = {"pour": "quitus", "fichier": "documents/q.png"}


@pytest.mark.parametrize(
    ("documents", "place", "reason"),
    [
        ({}, "documents", "une liste est attendue"),
        ([Q] * 501, "documents", "liste trop longue"),
        ([3], "documents[0]", "un objet est attendu"),
        ([{**Q, "nom": "x"}], "documents[0].nom", "clé inconnue"),
        ([{"fichier": "documents/q.png"}], "documents[0].pour", "clé absente"),
        ([Q, {**Q, "pour": "facture"}], "documents[1].pour", "valeur inattendue"),
        ([{**Q, "rang": 0}], "documents[0].rang", "ne désigne pas une ligne"),
        ([{"pour": "quitus"}], "documents[0]", "l’un des deux"),
        ([{**Q, "envoye_le": "2025-09-01"}], "documents[0]", "l’un des deux"),
        ([{"pour": "autre", "envoye_le": "2025-09-01"}], "documents[0].envoye_le", "seul un document demandé"),
        ([{"pour": "quitus", "envoye_le": "hier"}], "documents[0].envoye_le", "date mal écrite"),
        ([{"pour": "quitus", "envoye_le": "2024-08-31"}], "documents[0].envoye_le", "avant l’exercice"),
        *(
            ([{**Q, "pour": "subvention", "rang": rank}], "documents[0].pour", "désigne une ligne")
            for rank in (-1, 10_000, True, "0", None)
        ),
        ([{**Q, "pour": "operation"}], "documents[0].pour", "désigne une ligne"),
        *(
            ([{**Q, "pour": "propre", **told}], "documents[0].pour", "« numero » désigne")
            for told in ({}, {"numero": 0}, {"numero": "7"}, {"numero": True}, {"numero": 10**9},
                         {"numero": 7, "rang": 0})
        ),
        ([{**Q, "numero": 7}], "documents[0].numero", "n’a pas de numéro"),
        *(
            ([{**Q, "fichier": path}], "documents[0].fichier", "chemin refusé")
            for path in ("pieces/q.png", "q.png", "documents/../q.png", "documents/..", "documents/a/q.png",
                         "documents/", "documents\\q.png", "/documents/q.png")
        ),
        ([{**Q, "fichier": 3}], "documents[0].fichier", "un texte est attendu"),
        ([{**Q, "fichier": "documents/absent.png"}], "documents[0].fichier", "absente de l’archive"),
        ([{**Q, "fichier": "documents/h.png"}], "documents[0].fichier", ""),
    ],
)  # fmt: skip
def test_what_is_no_document_is_refused_with_its_place(
    storage: FileStorage, tmp_path: Path, documents: Any, place: str, reason: str
) -> None:
    with pytest.raises(ArchiveFault) as refused:
        import_archive(SOMEONE, archive_with(tmp_path, documents, q=picture(), h=HOSTILE), storage)
    assert refused.value.message.startswith(f"{place} : ")
    assert reason in refused.value.message
    assert not Year.select().exists()
