"""The quitus in the exchange archive: there when something was drawn or seen, and the same when it comes back."""

from __future__ import annotations

import copy
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from retkoop import quitus_rows
from retkoop.actions import ledger
from retkoop.actions.exchange import import_archive
from retkoop.actions.quitus import draw_sample, look
from retkoop.actions.years import load_facts
from retkoop.audit import Actor
from retkoop.exchange_json import ArchiveFault
from retkoop.models import VoucherDraw, VoucherLook, Year, YearKey
from retkoop.quitus_rows import draw_of, looks_of
from retkoop.storage import FileStorage
from retkoop.voucher_sample import sample
from tests.factories import CASES, SOMEONE, a_case, a_draft
from tests.support.archives import document, exported

CASE = "ecole-103-sans-caisse"
DRAW = {"numero": 483_920, "rang": 1, "montant": "150.00", "hasard": 10}
LOOK = {"ecriture": 0, "avis": "vu", "remarque": "", "le": "2025-09-05T14:30:00Z"}


def archive_with(folder: Path, quitus: Any) -> Path:
    """Write the archive of a case with a quitus."""
    with zipfile.ZipFile(CASES / CASE / "exercice.zip") as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    changed = copy.deepcopy(json.loads(members["exercice.json"])) | {"quitus": quitus}
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        for name, data in {**members, "exercice.json": json.dumps(changed).encode()}.items():
            archive.writestr(name, data)
    return folder / "a.zip"


def test_a_year_without_draw_nor_look_has_no_such_key(storage: FileStorage) -> None:
    assert "quitus" not in document(exported(a_case(CASE, storage), storage))


def labels_drawn(key: YearKey) -> list[str]:
    """Give the sample by what its entries are called: their numbers are not kept by an archive."""
    draw, facts = draw_of(key), load_facts(Year.get(key.of(Year)))
    assert draw is not None
    return [line.entry.label for line in sample(facts, draw)]


def test_a_sample_that_was_drawn_before_entries_were_added_comes_back_as_it_was(
    storage: FileStorage, tmp_path: Path
) -> None:
    key = a_case(CASE, storage)
    draw_sample(SOMEONE, key, 0, 999_999_999, 10)
    drawn = labels_drawn(key)
    for number in range(20):
        ledger.add_entry(SOMEONE, key, a_draft(label=f"Ajoutée {number}"))
    assert labels_drawn(key) == drawn
    (tmp_path / "a.zip").write_bytes(before := exported(key, storage))
    import_archive(SOMEONE, tmp_path / "a.zip", storage, replace=True)
    assert exported(key, storage) == before
    assert labels_drawn(key) == drawn
    assert quitus_rows.changed_since(key, load_facts(Year.get(key.of(Year))), draw_of(key)).added == 20


def test_it_comes_back_byte_for_byte(storage: FileStorage, tmp_path: Path) -> None:
    key = a_case(CASE, storage)
    draw_sample(SOMEONE, key, 0, 12_345, 7)
    ledger.strike_entry(SOMEONE, key, 2)
    # Two of the same name, and one whose entry was struck out since.
    for person, entry, verdict, remark in (
        (7, 1, "vu", ""),
        (9, 3, "", "Où ?"),
        (8, 1, "a_revoir", "L’été"),
        (7, 4, "vu", ""),
    ):
        look(Actor("Anne" if person < 9 else "Zoé", person), key, entry, 0, verdict, remark)
    before = exported(key, storage)
    told = document(before)["quitus"]
    assert (told["tirage"]["montant"], told["tirage"]["hasard"]) == ("123.45", 7)
    said = [
        (one["nom"], [(look["ecriture"], look["avis"]) for look in one["regards"]]) for one in told["verificateurs"]
    ]
    assert sorted(said) == [("Anne", [(0, "a_revoir")]), ("Anne", [(0, "vu"), (2, "vu")]), ("Zoé", [(1, None)])]
    assert told["tirage"]["parmi"] == len(document(before)["ecritures"]), "the one that was struck out is in no archive"
    draw, labels = draw_of(key), labels_drawn(key)
    for _ in range(2):
        (tmp_path / "a.zip").write_bytes(before)
        import_archive(SOMEONE, tmp_path / "a.zip", storage, replace=True)
        assert exported(key, storage) == before
    assert replace(draw_of(key), taken=(), among=0) == replace(draw, taken=(), among=0)
    assert labels_drawn(key) == labels
    assert {look.person for look in looks_of(key)} == {-1, -2, -3}


def test_replacing_a_year_empties_it(storage: FileStorage) -> None:
    key = a_case(CASE, storage)
    draw_sample(SOMEONE, key, 0, 0, 0)
    look(Actor("Anne", 7), key, 1, 0, "vu")
    import_archive(SOMEONE, CASES / CASE / "exercice.zip", storage, replace=True)
    assert not VoucherDraw.select().exists()
    assert not VoucherLook.select().exists()


def quitus(*looks: Any, **draw: Any) -> dict[str, Any]:
    return {"tirage": {**DRAW, **draw}, "verificateurs": [{"nom": "Anne", "regards": list(looks)}] if looks else []}


@pytest.mark.parametrize(
    ("told", "place", "reason"),
    [
        ([], "quitus", "un objet est attendu"),
        ({"tirage": None}, "quitus.verificateurs", "clé absente"),
        ({"tirage": None, "verificateurs": [], "le": 1}, "quitus.le", "clé inconnue"),
        *((quitus(numero=value), "quitus.tirage.numero", "nombre entier") for value in (99_999, 10**6, True, "483920")),
        *((quitus(rang=value), "quitus.tirage.rang", "nombre entier") for value in (0, 10_000, 1.5)),
        *((quitus(hasard=value), "quitus.tirage.hasard", "nombre entier") for value in (-1, 51)),
        (quitus(parmi=3), "quitus.tirage", "vont ensemble"),
        (quitus(ecritures=[]), "quitus.tirage", "vont ensemble"),
        (quitus(parmi=10**6, ecritures=[]), "quitus.tirage.parmi", "nombre entier"),
        (quitus(parmi=True, ecritures=[]), "quitus.tirage.parmi", "nombre entier"),
        (quitus(parmi=3, ecritures=[3]), "quitus.tirage.ecritures[0]", "nombre entier"),
        (quitus(parmi=3, ecritures=[1, 1]), "quitus.tirage.ecritures[1]", "nombre entier"),
        (quitus(parmi=3, ecritures=["1"]), "quitus.tirage.ecritures[0]", "nombre entier"),
        (quitus(parmi=3, ecritures=1), "quitus.tirage.ecritures", "liste"),
        (quitus(montant="-0.01"), "quitus.tirage.montant", "négatif"),
        (quitus(montant="1"), "quitus.tirage.montant", ""),
        ({"tirage": None, "verificateurs": [{"nom": "", "regards": [LOOK]}]}, "quitus.verificateurs[0].nom", "vide"),
        (
            {"tirage": None, "verificateurs": [{"nom": "A", "regards": []}]},
            "quitus.verificateurs[0].regards",
            "au moins",
        ),
        *(
            (quitus({**LOOK, **change}), f"quitus.verificateurs[0].regards[0]{name}", reason)
            for change, name, reason in (
                ({"ecriture": -1}, ".ecriture", "nombre entier"),
                ({"ecriture": 10**6}, ".ecriture", "nombre entier"),
                ({"ecriture": True}, ".ecriture", "nombre entier"),
                ({"avis": "faux"}, ".avis", "valeur inattendue"),
                ({"avis": None}, "", "ni avis ni remarque"),
                ({"remarque": "x" * 301}, ".remarque", ""),
                ({"remarque": None}, ".remarque", "un texte est attendu"),
                ({"le": "2025-09-05"}, ".le", "instant mal écrit"),
                ({"le": "2025-13-05T14:30:00Z"}, ".le", "instant mal écrit"),
                ({"le": "2025-09-05T14:30:00+02:00"}, ".le", "instant mal écrit"),
            )
        ),
        (quitus(LOOK, LOOK), "quitus.verificateurs[0].regards[1].ecriture", "déjà regardée"),
    ],
)
def test_what_is_no_quitus_is_refused_with_its_place(
    storage: FileStorage, tmp_path: Path, told: Any, place: str, reason: str
) -> None:
    with pytest.raises(ArchiveFault) as refused:
        import_archive(SOMEONE, archive_with(tmp_path, told), storage)
    assert refused.value.message.startswith(f"{place} : ")
    assert reason in refused.value.message
    assert not Year.select().exists()


def test_a_sound_one_is_taken(storage: FileStorage, tmp_path: Path) -> None:
    """Negative control of the refusals."""
    key = import_archive(SOMEONE, archive_with(tmp_path, quitus(LOOK)), storage)
    assert [(look.entry, look.who, look.verdict) for look in looks_of(key)] == [(1, "Anne", "vu")]
