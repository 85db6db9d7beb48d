"""The menu of an exercice, and where each finding is mended."""

from __future__ import annotations

from retkoop.access import YearDesk
from retkoop.rules import Subject

# (endpoint, words on the tile, what one does there)
TILES = (
    ("ledger.show", "Cahier de compta", "Saisir et retrouver les dépenses et les recettes."),
    ("reconciliation.show", "Relevé et pointage", "Comparer le cahier au relevé de banque."),
    ("cash.show", "Arrêté de caisse", "Compter les pièces et les billets."),
    ("grants.show", "Subventions", "Le tableau de l’argent public reçu."),
    ("advances.show", "Régies d’avance", "L’argent confié aux classes."),
    ("inventory.show", "Inventaire", "Les biens durables de la coopérative."),
    ("financial_report.show", "Compte rendu financier", "Le bilan, à tout moment de l’année."),
    ("closing.show", "Clôture", "Ce qui manque pour clore l’année."),
)

# Where the row that a finding accuses is mended: endpoint, and the anchor within its page.
_MENDS = {
    "statement": ("reconciliation.show", "releve"),
    "outstanding": ("reconciliation.show", "en-cours"),
    "cash": ("cash.show", "compter"),
    "grants": ("grants.show", "tableau"),
    "inventory": ("inventory.show", "tableau"),
    "advances": ("advances.show", "tableau"),
    "opening": ("opening.show", "soldes"),
}


def menu(desk: YearDesk) -> list[tuple[str, str, str, str]]:
    """Give the tiles of an exercice: (endpoint, address, words, what one does there)."""
    return [(endpoint, desk.url(endpoint), words, use) for endpoint, words, use in TILES]


def mend_address(desk: YearDesk, subject: Subject) -> str:
    """Give the address that leads to the very row that a finding accuses."""
    if subject.kind == "entry":
        return _entry_address(desk, subject.number)
    if subject.kind == "advance":
        return desk.url("advances.show", _anchor=f"regie-{subject.number}")
    if subject.kind == "ledger":
        return desk.url("ledger.show")
    endpoint, anchor = _MENDS[subject.kind]
    return desk.url(endpoint, _anchor=anchor)


def _entry_address(desk: YearDesk, number: int) -> str:
    entry = desk.facts.by_number[number]
    return desk.url("ledger.show", mois=f"{entry.day:%Y-%m}", _anchor=f"ecriture-{number}")
