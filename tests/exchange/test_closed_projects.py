"""Closed projects in the exchange archive: named when there are some, and closed again when they come back."""

from __future__ import annotations

import copy
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from retkoop.actions import projects
from retkoop.actions.exchange import import_archive
from retkoop.actions.years import load_facts
from retkoop.exchange_json import ArchiveFault
from retkoop.models import Year, YearKey
from retkoop.storage import FileStorage
from tests.factories import CASES, SOMEONE, a_case
from tests.support.archives import document, exported

CASE = "ecole-102-postale"


def closed(key: YearKey) -> list[str]:
    return [project.name for project in load_facts(Year.get(key.of(Year))).projects if project.closed]


def archive_with(folder: Path, **told: Any) -> Path:
    """Write the archive of a case with more keys."""
    with zipfile.ZipFile(CASES / CASE / "exercice.zip") as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    changed = copy.deepcopy(json.loads(members["exercice.json"])) | told
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        for name, data in {**members, "exercice.json": json.dumps(changed).encode()}.items():
            archive.writestr(name, data)
    return folder / "a.zip"


def test_a_year_whose_projects_are_all_open_has_no_such_key(storage: FileStorage) -> None:
    key = a_case(CASE, storage)
    before = exported(key, storage)
    assert "actions_closes" not in document(before)
    projects.close_project(SOMEONE, key, 1, True)
    projects.close_project(SOMEONE, key, 1, False)
    assert exported(key, storage) == before


def test_closed_projects_come_back_closed_byte_for_byte(storage: FileStorage, tmp_path: Path) -> None:
    key = a_case(CASE, storage)
    for number in (2, 1):
        projects.close_project(SOMEONE, key, number, True)
    before = exported(key, storage)
    told = document(before)
    assert list(told)[-1] == "actions_closes"
    assert told["actions_closes"] == told["actions"][:2] == closed(key)
    (tmp_path / "a.zip").write_bytes(before)
    import_archive(SOMEONE, tmp_path / "a.zip", storage, replace=True)
    assert closed(key) == told["actions_closes"]
    assert exported(key, storage) == before


@pytest.mark.parametrize(
    ("told", "place", "reason"),
    [
        (["Inconnu"], r"actions_closes\[0\]", "n’est pas dans « actions »"),
        ([7], r"actions_closes\[0\]", "n’est pas dans « actions »"),
        ("Kermesse", "actions_closes", "une liste est attendue"),
        (None, "actions_closes", "une liste est attendue"),
    ],
)
def test_what_is_no_list_of_its_projects_is_refused_by_its_place(
    storage: FileStorage, tmp_path: Path, told: Any, place: str, reason: str
) -> None:
    with pytest.raises(ArchiveFault, match=f"{place} : .*{reason}"):
        import_archive(SOMEONE, archive_with(tmp_path, actions_closes=told), storage)
    assert Year.select().count() == 0


def test_a_project_closed_twice_is_refused(storage: FileStorage, tmp_path: Path) -> None:
    with zipfile.ZipFile(CASES / CASE / "exercice.zip") as opened:
        name = json.loads(opened.read("exercice.json"))["actions"][0]
    with pytest.raises(ArchiveFault, match=r"actions_closes\[1\] : ce projet est donné deux fois"):
        import_archive(SOMEONE, archive_with(tmp_path, actions_closes=[name, name]), storage)
