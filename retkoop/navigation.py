"""The menu of an exercice, and where each finding is mended."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import url_for

from retkoop.desks import YearDesk
from retkoop.forms.year_documents import place_of
from retkoop.ledger_page import month_of
from retkoop.rules import Subject
from retkoop.school_year import SchoolYear


class Tile(NamedTuple):
    """A screen of an exercice: its words on the home page, what one does there, and its word in the menu, if any.

    `also` names the areas that have no word of their own in the menu, and show this one's.
    """

    endpoint: str
    words: str
    use: str
    short: str = ""
    also: tuple[str, ...] = ()

    def holds(self, area: str | None) -> bool:
        """Tell whether a page of this area belongs to the screen."""
        return area in (self.endpoint.partition(".")[0], *self.also)


TILES = (
    Tile("ledger.show", "Cahier de compta", "Saisir et retrouver les dépenses et les recettes.", "Cahier",
         ("grid", "history", "book_imports")),
    Tile("reconciliation.show", "Relevé et pointage", "Comparer le cahier au relevé de banque.", "Relevé",
         ("deposits", "bank_statements")),
    Tile("cash.show", "Arrêté de caisse", "Compter les pièces et les billets.", "Caisse"),
    Tile("grants.show", "Subventions", "Le tableau de l’argent public reçu.", "Subventions"),
    Tile("advances.show", "Régies d’avance", "L’argent confié aux classes.", "Régies"),
    Tile("projects.show", "Projets", "Ce que chaque action a coûté et rapporté.", "Projets"),
    Tile("inventory.show", "Inventaire", "Les biens durables de la coopérative.", "Inventaire"),
    Tile("deposits.show", "Remises de chèques", "Les chèques déposés ensemble à la banque."),
    Tile("scans.inbox", "Pièces justificatives", "Envoyer factures et tickets, voir ce qui manque.", "Pièces"),
    Tile("closing.show", "Clôture", "Ce qui manque pour clore l’année.", "Clôture", ("error_search",)),
    Tile("activity_report.show", "Compte rendu d’activité (CRA)", "Le questionnaire de fin d’année.", "CRA"),
    Tile("financial_report.show", "Compte rendu financier", "Le bilan, à tout moment de l’année.", "CRF"),
    Tile("quitus.show", "Quitus", "Ce que vérifient et signent les vérificateurs aux comptes."),
    Tile("year_documents.show", "Documents", "Ce que l’association départementale demande.", "Documents",
         ("quitus", "verifiers", "membership")),
    Tile("sending.path", "Ce qu’il reste à faire", "Les cinq étapes, jusqu’à l’envoi.", "Envoi"),
    Tile("membership.show", "Adhésion", "L’effectif, ce qui est dû à l’association, l’attestation."),
    Tile("identity.show", "Fiche identité", "L’école, les mandataires, la banque ; passer la main."),
    Tile("past_years.show", "Archives", "Les exercices passés, leurs papiers, comparés."),
)  # fmt: skip

# The screens that are the same whatever the exercice.
_OF_THE_COOP = {"identity.show", "past_years.show"}

# The screens of an association départementale.
AD_SCREENS = (
    ("department.dashboard", "Tableau de bord"),
    ("validation.show", "Validation"),
    ("site_controls.show", "Contrôles sur place"),
    ("coops.show", "Coopératives et accès"),
    ("aggregates.show", "Comptes agrégés"),
    ("mails.show", "Courriels"),
    ("memberships.show", "Adhésions"),
    ("jobs.show_all", "CRF et quitus en un ZIP"),
    ("team.show", "Équipe"),
    ("settings.show", "Réglages"),
)

# The areas that have no word of their own in that menu, and show this one's.
AD_AREAS = {
    "bulk_validation": "validation", "reopening": "validation", "coop_accounts": "coops", "coop_imports": "coops",
    "coop_letters": "coops", "coop_years": "coops", "coop_file": "department", "sealed_extracts": "aggregates",
}  # fmt: skip

# The screens of the fédération.
FEDERATION_SCREENS = (
    ("federation.dashboard", "Associations"),
    ("national.show", "Chiffres nationaux"),
    ("federation_chart.show", "Plan comptable"),
    ("federation_questionnaire.show", "Questionnaire du CRA"),
    ("announcements.show", "Annonces"),
    ("team.federation_show", "Équipe"),
)

# The screen of each step of the year end (year_steps.py); the AD sends a year back to its « cahier ».
STEP_SCREENS = {
    "cloture": "closing.show",
    "cahier": "ledger.show",
    "cra": "activity_report.show",
    "crf": "financial_report.show",
    "documents": "year_documents.show",
    "envoi": "sending.show",
}

# The states of an exercice (year_states.py), in a word.
STATE_WORDS = {
    "open": "en cours", "closed": "clos", "sent": "envoyé", "returned": "renvoyé, à corriger", "validated": "validé",
}  # fmt: skip

# Where the row that a finding accuses is mended: endpoint, and the anchor within its page.
_MENDS = {
    "statement": ("reconciliation.show", "releve"),
    "outstanding": ("reconciliation.show", "en-cours"),
    "cash": ("cash.show", "compter"),
    "grants": ("grants.show", "tableau"),
    "inventory": ("inventory.show", "tableau"),
    "advances": ("advances.show", "tableau"),
    "opening": ("opening.show", "soldes"),
    "closing": ("closing.show", "etat"),
    "cra": ("activity_report.show", "etat"),
    "sending": ("sending.show", "envoi"),
    "direct": ("financial_report.show", "saisie"),
    "direct_operation": ("financial_report.show", "operations"),
    "direct_account": ("financial_report.show", "comptes-titre"),
    "direct_bank": ("financial_report.show", "soldes-titre"),
    "direct_cash": ("financial_report.show", "soldes-titre"),
}
# Rows that the AD points at when it sends a year back: endpoint, and the beginning of the row's id.
_ROWS = {"grant": ("grants.show", "subvention"), "count": ("cash.show", "arrete")}


# Where the association départementale looks at what is left to a cooperative (year_summary.py).
_LEFT: dict[str, tuple[str, dict[str, Any]]] = {
    "VENTILATION": ("ledger.show", {"mois": "tout", "ventilation": "non"}), "REGIES": ("advances.show", {}),
    "RELEVE": ("reconciliation.show", {}), "NON_POINTEES": ("reconciliation.show", {"_anchor": "en-cours"}),
    "JUSTIFICATIFS": ("scans.missing", {}), "CAISSE": ("cash.show", {}), "SUBVENTIONS": ("grants.show", {}),
    "BILAN": ("closing.show", {}), "CLOTURE": ("closing.show", {}), "CRA": ("activity_report.show", {}),
    "DOCUMENTS": ("year_documents.show", {}), "ENVOI": ("sending.show", {}),
}  # fmt: skip


def left_addresses(year: SchoolYear) -> dict[str, str]:
    """Give the address of what is left, by its code, `~` standing for the cooperative: made once, not once per row."""
    return {
        code: url_for(endpoint, identifiant="~", annee=year.label, **values)
        for code, (endpoint, values) in _LEFT.items()
    }


def menu(desk: YearDesk) -> list[tuple[Tile, str]]:
    """Give the screens of an exercice, and the cooperative's own, each with its address."""
    return [(tile, _tile_address(desk, tile)) for tile in TILES]


def _tile_address(desk: YearDesk, tile: Tile) -> str:
    if tile.endpoint in _OF_THE_COOP:
        return url_for(tile.endpoint, identifiant=desk.coop.identifier)
    return desk.url(tile.endpoint)


def mend_address(desk: YearDesk, subject: Subject) -> str:
    """Give the address that leads to the very row that a finding accuses."""
    if subject.kind == "entry":
        return _entry_address(desk, subject.number)
    if subject.kind == "scans":
        return desk.url("scans.of_entry", number=subject.number, _anchor="pieces")
    if subject.kind == "advance":
        return desk.url("advances.show", _anchor=f"regie-{subject.number}")
    if subject.kind == "prior":
        return desk.url("ledger.show", _anchor=f"operation-{subject.number}")
    if subject.kind == "documents":
        return desk.url("year_documents.show", _anchor=place_of(subject.code) if subject.code else None)
    if subject.kind == "question":
        return desk.url("activity_report.show", _anchor=f"q_{subject.code}")
    if subject.kind in _ROWS:
        endpoint, anchor = _ROWS[subject.kind]
        return desk.url(endpoint, _anchor=f"{anchor}-{subject.number}")
    if subject.kind == "ledger":
        return desk.url("ledger.show")
    endpoint, anchor = _MENDS[subject.kind]
    return desk.url(endpoint, _anchor=anchor)


def _entry_address(desk: YearDesk, number: int) -> str:
    entry = desk.facts.by_number.get(number)
    # It may have been struck out since.
    if entry is None:
        return desk.url("ledger.struck")
    return desk.url("ledger.show", mois=month_of(entry.day), _anchor=f"ecriture-{number}")
