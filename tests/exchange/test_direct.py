"""A year typed in directly, in and out of the exchange archive."""

from __future__ import annotations

import copy
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from retkoop.actions.direct_report import save_direct, turn_cahier, turn_direct
from retkoop.actions.exchange import import_archive
from retkoop.direct import fingerprint
from retkoop.exchange_json import ArchiveFault
from retkoop.facts import Allocation, DirectOperation, DirectReport
from retkoop.models import DirectAccount, Entry, Year, YearKey
from retkoop.storage import FileStorage
from retkoop.year_rows import direct_figures
from tests.factories import CASES, SOMEONE, a_case, a_year, an_entry
from tests.support.archives import document, exported
from tests.support.typed_directly import CASE
from tests.support.typed_directly import document as cahier

OPERATION = {"date": "2025-08-18", "libelle": "Pépinières – Plants", "cheque": "12", "montant": "-156.50"}
TYPED = {"comptes": {"61800008": "1666.80", "70700008": "1977.36"}, "banque": "6579.54", "caisse": "0.00"}
KEY = YearKey("075", "075-0103", 2024)


def direct(typed: Any = None, **others: Any) -> dict[str, Any]:
    """Give the document of the case, typed in directly."""
    found = copy.deepcopy(cahier())
    found["exercice"]["mode"] = "direct"
    found |= {"ecritures": [], "actions": [], "regies": [], "saisie_directe": TYPED if typed is None else typed}
    return {**found, **others}


def bare(folder: Path, content: dict[str, Any]) -> Path:
    (folder / "exercice.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return folder / "exercice.json"


@pytest.mark.parametrize("typed", [TYPED, {**TYPED, "operations_en_cours": [OPERATION]}, {**TYPED, "comptes": {}}])
def test_it_comes_back_byte_for_byte(storage: FileStorage, tmp_path: Path, typed: Any) -> None:
    path = bare(tmp_path, direct(typed))
    key = import_archive(SOMEONE, path, storage)
    before = exported(key, storage)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("exercice.json", json.dumps(document(before), ensure_ascii=False, indent=1) + "\n")
    assert document(before) == direct(typed)
    assert ("operations_en_cours" in document(before)["saisie_directe"]) == ("operations_en_cours" in typed)
    import_archive(SOMEONE, tmp_path / "a.zip", storage, replace=True)
    assert exported(key, storage) == before
    assert Year.get(key.of(Year)).mode == "direct"


def test_what_was_typed_on_screen_is_in_it(storage: FileStorage) -> None:
    key = a_year()
    turn_direct(SOMEONE, key)
    typed = DirectReport(5, -7, (Allocation("70700008", 12_000),), (DirectOperation(1, key.year.last_day, "A", "", 9),))
    save_direct(SOMEONE, key, fingerprint(DirectReport(), "512"), typed, "514")
    told = document(exported(key, storage))
    assert (told["exercice"]["mode"], told["ecritures"]) == ("direct", [])
    assert told["cooperative"]["compte_bancaire"] == "514"
    assert told["saisie_directe"] == {
        "comptes": {"70700008": "120.00"},
        "banque": "0.05",
        "caisse": "-0.07",
        "operations_en_cours": [{"date": "2025-08-31", "libelle": "A", "cheque": "", "montant": "0.09"}],
    }


def test_figures_set_aside_are_not_told_and_make_room(storage: FileStorage, tmp_path: Path) -> None:
    key = a_case(CASE, storage)
    plain = exported(key, storage)
    DirectAccount.insert(**key._asdict(), account="61800008", amount=1).execute()
    assert exported(key, storage) == plain
    import_archive(SOMEONE, CASES / CASE / "exercice.zip", storage, replace=True)
    assert not DirectAccount.select().exists()


def test_each_mode_replaces_the_other(storage: FileStorage, tmp_path: Path) -> None:
    key = a_case(CASE, storage)
    import_archive(SOMEONE, bare(tmp_path, direct()), storage, replace=True)
    assert (Year.get(key.of(Year)).mode, Entry.select().count()) == ("direct", 0)
    import_archive(SOMEONE, CASES / CASE / "exercice.zip", storage, replace=True)
    assert Year.get(key.of(Year)).mode == "cahier"
    assert direct_figures(key) == DirectReport()
    an_entry(key)


def test_an_account_at_zero_says_nothing(storage: FileStorage, tmp_path: Path) -> None:
    typed = {**TYPED, "comptes": {"70700008": "0.00", "61800008": "5.00"}}
    key = import_archive(SOMEONE, bare(tmp_path, direct(typed)), storage)
    assert direct_figures(key).accounts == (Allocation("61800008", 500),)
    turn_cahier(SOMEONE, key, confirmed=True)
    assert "saisie_directe" not in document(exported(key, storage))


ENTRY = cahier()["ecritures"][0]


def operations(**spoilt: Any) -> dict[str, Any]:
    return {**TYPED, "operations_en_cours": [{**OPERATION, **spoilt}]}


@pytest.mark.parametrize(
    ("content", "place", "reason"),
    [
        ({k: v for k, v in direct().items() if k != "saisie_directe"}, "saisie_directe", "clé absente"),
        ({**cahier(), "saisie_directe": TYPED}, "saisie_directe", "l’exercice est en mode « cahier »"),
        (direct(regies=cahier()["regies"], actions=cahier()["actions"], ecritures=[{**ENTRY, "piece": None}]),
         "ecritures", "en saisie directe, il n’y a pas d’écriture"),
        (direct([]), "saisie_directe", "un objet est attendu"),
        (direct({"comptes": {}, "banque": "1.00"}), "saisie_directe.caisse", "clé absente"),
        (direct({**TYPED, "resultat": "1.00"}), "saisie_directe.resultat", "clé inconnue"),
        (direct({**TYPED, "comptes": []}), "saisie_directe.comptes", "un objet est attendu"),
        (direct({**TYPED, "comptes": {"61800009": "1.00"}}), "saisie_directe.comptes.61800009", "n’existe pas"),
        (direct({**TYPED, "comptes": {"61800008": 5}}), "saisie_directe.comptes.61800008", "montant mal écrit"),
        (direct({**TYPED, "banque": "12,5"}), "saisie_directe.banque", "montant mal écrit"),
        (direct({**TYPED, "caisse": None}), "saisie_directe.caisse", "montant mal écrit"),
        (direct({**TYPED, "operations_en_cours": {}}), "saisie_directe.operations_en_cours", "une liste"),
        (direct({**TYPED, "operations_en_cours": [OPERATION] * 101}), "saisie_directe.operations_en_cours", "100"),
        (direct(operations(date="2024-08-31")), "saisie_directe.operations_en_cours[0].date", "La date doit être"),
        (direct(operations(montant="0.00")), "saisie_directe.operations_en_cours[0].montant", "nul"),
        (direct(operations(libelle=" ")), "saisie_directe.operations_en_cours[0].libelle", "ne peut pas être vide"),
        (direct(operations(pointage=None)), "saisie_directe.operations_en_cours[0].pointage", "clé inconnue"),
    ],
)  # fmt: skip
def test_what_is_no_direct_report_is_refused_with_its_place(
    storage: FileStorage, tmp_path: Path, content: dict[str, Any], place: str, reason: str
) -> None:
    with pytest.raises(ArchiveFault) as refused:
        import_archive(SOMEONE, bare(tmp_path, content), storage)
    assert refused.value.message.startswith(f"{place} : ")
    assert reason in refused.value.message
    assert not Year.select().exists()


def test_a_key_given_twice_is_refused(storage: FileStorage, tmp_path: Path) -> None:
    path = bare(tmp_path, direct())
    path.write_text(path.read_text().replace('"banque": "6579.54"', '"banque": "6579.54", "banque": "1.00"'))
    with pytest.raises(ArchiveFault, match=r"saisie_directe\.banque : cette clé est donnée deux fois"):
        import_archive(SOMEONE, path, storage)
