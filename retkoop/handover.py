"""PURE. « Je passe la main »: what is in order when a mandataire leaves the books to another, and its record."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from retkoop import reports
from retkoop.facts import Document, YearFacts
from retkoop.money import format_euros
from retkoop.required_documents import done_and_missing, requirements
from retkoop.school_year import french_date
from retkoop.year_states import CLOSED, OPEN, RETURNED, SENT, VALIDATED, Moved, last_closing

STATE_WORDS = {
    OPEN: "Le cahier est encore ouvert", CLOSED: "Le cahier est clos, pas encore envoyé",
    SENT: "Le compte rendu est envoyé à l’association départementale",
    RETURNED: "L’association départementale a renvoyé le compte rendu", VALIDATED: "L’exercice est validé",
}  # fmt: skip

# What two people do together, and only they can tell: the field, and what is written in the record.
CASH, PAPERS, CHEQUES, BANK = "caisse_comptee", "papiers", "chequier", "signature"
TOGETHER = {
    CASH: "La caisse a été comptée à deux",
    PAPERS: "Les relevés, les factures et les cahiers des années passées ont été remis",
    CHEQUES: "Le chéquier et les moyens de paiement ont été remis",
    BANK: "Le changement de signature à la banque est demandé",
}


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the checklist: done or not, and how it stands in words."""

    code: str
    title: str
    done: bool
    words: str


def checklist(
    facts: YearFacts, state: str, failing: Collection[str], documents: Iterable[Document], moves: Sequence[Moved] = ()
) -> tuple[Point, ...]:
    """Give what the books tell of a handover; `failing` are the codes of the checks that found something."""
    missing = done_and_missing(requirements(facts, documents, last_closing(state, moves)))[1]
    return (
        Point("cloture", "Exercice clos", state != OPEN, f"{STATE_WORDS[state]}."),
        Point("documents", "Documents pour l’association départementale", not missing, _documents(len(missing))),
        Point(
            "regies", "Régies d’avance à zéro", "REGIES" not in failing,
            "Une régie n’est pas à zéro." if "REGIES" in failing else "Aucune somme n’est confiée à une classe.",
        ),
        Point("releve", "Relevé de banque saisi et juste", "RELEVE" not in failing, _statement(facts, failing)),
        Point("caisse", "Arrêté de caisse juste", "CAISSE" not in failing, _cash(facts, failing)),
    )  # fmt: skip


def _documents(missing: int) -> str:
    if not missing:
        return "Tous les documents demandés sont là."
    return "Il manque un document." if missing == 1 else f"Il manque {missing} documents."


def _statement(facts: YearFacts, failing: Collection[str]) -> str:
    if facts.statement is None:
        return "Le solde du relevé n’est pas saisi."
    told = f"{format_euros(facts.statement.balance)} au {french_date(facts.statement.day)}"
    return f"{told}, ce qui ne correspond pas au cahier." if "RELEVE" in failing else f"{told}, comme dans le cahier."


def _cash(facts: YearFacts, failing: Collection[str]) -> str:
    held = format_euros(reports.cash_balance(facts))
    return f"Le cahier dit {held}, à compter." if "CAISSE" in failing else f"{held} dans la caisse."


def written(facts: YearFacts, points: Iterable[Point], together: Collection[str], remarks: str) -> dict[str, Any]:
    """Give what a record keeps, as plain values: the balances, each point as it stood, what was done together."""
    return {
        "banque": reports.bank_balance(facts),
        "caisse": reports.cash_balance(facts),
        "points": [[point.title, point.done, point.words] for point in points],
        "ensemble": [[words, code in together] for code, words in TOGETHER.items()],
        "remarques": remarks,
    }


def reservations(content: Mapping[str, Any]) -> list[str]:
    """Give what was not in order or not done when a record was made."""
    open_points = [f"{title} : {words}" for title, done, words in content["points"] if not done]
    return open_points + [f"Pas encore fait : {words}" for words, done in content["ensemble"] if not done]
