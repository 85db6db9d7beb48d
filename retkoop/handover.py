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


# Of the operations that the bank has not shown; a record is bounded.
MOST_LISTED = 40


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the checklist: done or not, how it stands in words, and whether it can be asked for by now."""

    code: str
    title: str
    done: bool
    words: str
    due: bool = True


def checklist(
    facts: YearFacts, state: str, failing: Collection[str], documents: Iterable[Document],
    moves: Sequence[Moved] = (), over: bool = True,
) -> tuple[Point, ...]:  # fmt: skip
    """Give what the books tell of a handover; `failing` are the codes of the checks that found something.

    Before a year is `over`, nobody is asked to have closed it.
    """
    missing = done_and_missing(requirements(facts, documents, last_closing(state, moves)))[1]
    return (
        Point("cloture", "Exercice clos", state != OPEN, f"{STATE_WORDS[state]}.", over),
        Point("documents", "Documents pour l’association départementale", not missing, _documents(len(missing)), over),
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
    """Give what a record keeps, as plain values: the balances, each point as it stood, what was done together.

    A point that could not be asked for yet is neither done nor not: None. What the bank has not shown is listed.
    """
    waiting = reports.outstanding(facts)
    return {
        "banque": reports.bank_balance(facts),
        "caisse": reports.cash_balance(facts),
        "points": [[point.title, point.done if point.due else None, point.words] for point in points],
        "ensemble": [[words, code in together] for code, words in TOGETHER.items()],
        "remarques": remarks,
        "en_cours": [[str(one.day), one.label, one.cheque, one.amount] for one in waiting[:MOST_LISTED]],
        "de_plus": len(waiting[MOST_LISTED:]),
    }


def reservations(content: Mapping[str, Any]) -> int:
    """Count what was not in order or not done when a record was made; what was not due yet is no reservation."""
    points = sum(done is False for _, done, _ in content["points"])
    return points + sum(not done for _, done in content["ensemble"])


def account_of(name: str, accounts: Iterable[tuple[int, str, str]]) -> int:
    """Give the account (id, name, identifier) that a name stands for, 0 when none does, or more than one."""
    asked = name.casefold()
    found = {number for number, *called in accounts if asked and asked in (text.casefold() for text in called)}
    return found.pop() if len(found) == 1 else 0
