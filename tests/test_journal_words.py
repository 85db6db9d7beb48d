"""What the journal says, in plain sentences: to who did it, and in the history of a thing."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from retkoop import journal_words
from retkoop.journal_words import deed, title

ACTIONS = Path(__file__).parent.parent / "retkoop" / "actions"
# What leaves no rows to be taken back, and is told of no single thing.
NOT_TOLD = {
    "import", "ouverture", "clôture", "lien pour téléphone", "annulation",
    "envoi", "retrait", "prise en charge", "renvoi", "validation",
}  # fmt: skip


class Line(NamedTuple):
    action: str
    subject: str
    before: Any = None
    after: Any = None


ENTRY = {"pj": "31", "libelle": "OCCE – Adhésion", "banque": -10_000, "caisse": 0, "regie": None}
LEFT = {"pj": "08", "libelle": "Reliquat", "banque": 0, "caisse": 3_155, "regie": ["CE1", -3_155]}
SCAN = {"piece": "f2", "ecriture": "27 Librairie"}
SLIP = {"libelle": "Remise de 2 chèques", "date": "2024-11-08", "ecritures": "01 Photo ; 02 Photo"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (Line("ajout", "ecriture:3", after=ENTRY), "ajouté l’écriture 31, OCCE – Adhésion, 100,00\u00a0€"),
        (Line("ajout", "ecriture:3", after=LEFT), "ajouté l’écriture 08, Reliquat, 31,55\u00a0€"),
        (Line("suppression", "ecriture:3", ENTRY), "supprimé l’écriture 31, OCCE – Adhésion, 100,00\u00a0€"),
        (Line("pointage", "ecriture:3", None, "2024-11-08"), "pointé l’écriture supprimée depuis"),
        (Line("rattachement", "piece:2", {"piece": "f2"}, SCAN), "joint la pièce « f2 » à l’écriture 27 Librairie"),
        (Line("mise en attente", "piece:2", SCAN, {"piece": "f2"}), "mis en attente la pièce « f2 »"),
        (Line("saisie", "regie:1", None, {"code": "CE1", "ecritures": "05 Graines"}),
         "saisi dans la régie CE1 : 05 Graines"),
        (Line("relevé", "releve", None, ["2024-10-31", 95_000]),
         "saisi le solde du relevé du 31/10/2024, 950,00\u00a0€"),
        (Line("ajout", "arrete:1", None, {"date": "2024-10-31", "coupures": [[2_000, 2], [50, 3]]}),
         "ajouté l’arrêté de caisse du 31/10/2024, 41,50\u00a0€"),
        (Line("ajout", "subvention:1", None, {"organisation": "Mairie", "amount": 30_000}),
         "ajouté la subvention « Mairie », 300,00\u00a0€"),
        (Line("modification", "projet:1", {"nom": "Foire"}, {"nom": "Fête"}),
         "modifié le projet « Foire », renommé « Fête »"),
        (Line("réunion", "projet:2", {"nom": "Foire"}, {"nom": "Fête"}),
         "réuni le projet « Foire » au projet « Fête »"),
        (Line("report", "ouverture", [0, 0, 0, "512"], [1, 2, 3, "512"]), "modifié les soldes de départ"),
        (Line("suppression", "bordereau:1", SLIP), "supprimé le bordereau de remise « Remise de 2 chèques »"),
    ],
)  # fmt: skip
def test_it_tells_a_person_what_they_did(line: Line, words: str) -> None:
    assert deed(line) == f"Vous avez {words}"


def test_a_thing_is_called_as_it_is_today() -> None:
    assert deed(Line("ajout", "ecriture:3", after=ENTRY), "32, OCCE, 90,00\u00a0€").endswith("32, OCCE, 90,00\u00a0€")
    assert (
        deed(Line("modification", "regie:1", {"holder": "A"}, {"holder": "B"}), "CP")
        == "Vous avez modifié la régie « CP »"
    )


@pytest.mark.parametrize(
    ("taken", "words"),
    [
        (["ajout", "ecriture:3", None, ENTRY], "l’ajout de l’écriture 31, OCCE – Adhésion, 100,00\u00a0€"),
        (["suppression", "bordereau:1", SLIP, None],
         "la suppression du bordereau de remise « Remise de 2 chèques »"),
        (["report", "ouverture", [0], [1]], "la modification des soldes de départ"),
        (["saisie", "regie:1", None, {"code": "CE1", "ecritures": "05 Graines"}],
         "la saisie dans la régie CE1 : 05 Graines"),
    ],
)  # fmt: skip
def test_it_tells_what_was_taken_back_and_what_stands_again(taken: list[Any], words: str) -> None:
    line = Line("annulation", "journal:7", taken)
    assert deed(line) == f"Vous avez annulé {words}"
    assert deed(line, again=True) == f"Vous avez rétabli {words}"


def test_a_history_does_not_name_again_what_it_is_about() -> None:
    assert title(Line("ajout", "ecriture:3", after=ENTRY), "ecriture:3") == "Ajout"
    assert title(Line("annulation", "journal:7", ["pointage", "ecriture:3", None, "x"]), "ecriture:3") == (
        "Annulation du pointage"
    )
    again = title(Line("annulation", "journal:8", ["ajout", "ecriture:3", None, ENTRY]), "ecriture:3", again=True)
    assert again == "Rétablissement de l’ajout"
    assert title(Line("mise en premier", "piece:2", SCAN, SCAN), "ecriture:3").startswith(
        "Mise en premier de la pièce « f2 »"
    )


def journalled() -> set[str]:
    """Give the name of every action that the code writes into the journal."""
    calls = (
        node.args[2]
        for path in ACTIONS.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "journal"
    )
    return {leaf.value for call in calls for leaf in ast.walk(call) if isinstance(leaf, ast.Constant)}


def test_every_action_that_is_written_has_its_words() -> None:
    assert len(journalled()) > 15
    assert journalled() - NOT_TOLD <= set(journal_words._DEEDS)
