"""PURE. What the journal says, in words: the name of an action, and what it changed, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from retkoop.chart import Chart
from retkoop.money import format_euros
from retkoop.school_year import french_date

# The fields of the journal's lines, in the words of the screen.
FIELDS = {
    "pj": "N° de PJ", "date": "Date", "libelle": "Libellé", "cheque": "N° de chèque", "projet": "Projet",
    "banque": "Banque", "caisse": "Caisse", "regie": "Régie", "ventilation": "Ventilation",
    "pointage": "Vue sur le relevé", "nom": "Nom", "clos": "Clos", "organisation": "Organisme", "kind": "Nature",
    "purpose": "Objet", "day": "Date", "amount": "Montant", "voucher": "N° de PJ", "designation": "Désignation",
    "supplier": "Fournisseur", "bought_on": "Date d’achat", "value": "Valeur", "place": "Emplacement",
    "disposed_on": "Sortie le", "disposal_reason": "Motif de la sortie", "disposal_value": "Valeur de cession",
    "label": "Libellé", "ticked_on": "Vue sur le relevé", "holder": "Titulaire", "code": "Code",
    "coupures": "Pièces et billets", "piece": "Pièce", "ecriture": "Écriture", "ecritures": "Écritures",
    "quarts": "Quarts de tour",
}  # fmt: skip
_AMOUNTS = {"banque", "caisse", "amount", "value", "disposal_value"}
_DAYS = {"date", "pointage", "day", "bought_on", "disposed_on", "ticked_on"}
# What an action was done to: the words after « de ».
_SUBJECTS = {
    "ecriture": "l’écriture", "projet": "un projet", "operation": "une opération de l’année passée",
    "releve": "le solde du relevé", "arrete": "un arrêté de caisse", "subvention": "une subvention",
    "bien": "un bien durable", "regie": "une régie", "ouverture": "les soldes de départ", "exercice": "l’exercice",
    "piece": "une pièce", "bordereau": "un bordereau de remise", "journal": "une action",
}  # fmt: skip


class Difference(NamedTuple):
    """One field before and after, in words; empty texts where there was nothing."""

    field: str
    before: str
    after: str


def sentence(action: str, subject: str, before: Any = None, after: Any = None, label: str = "") -> str:
    """Say an action in one line: « Modification : l’écriture 27 « Librairie » »; `label` is what is known by itself."""
    if action == "annulation" and isinstance(before, list):
        taken, of, was, became = before
        return f"Annulation – {sentence(taken, of, was, became, label)}"
    kind, _, number = subject.partition(":")
    words = _SUBJECTS.get(kind, kind)
    named = label or _name(after) or _name(before)
    shown = f"{words} « {named} »" if named else (f"{words} {number}" if kind == "ecriture" else words)
    return f"{action.capitalize()} : {shown}"


def _name(told: Any) -> str:
    """Give what a line of the journal calls its subject."""
    if not isinstance(told, Mapping):
        return ""
    names = ("libelle", "nom", "organisation", "designation", "label", "code", "piece")
    return next((str(told[name]) for name in names if told.get(name)), "")


def differences(before: Any, after: Any, chart: Chart) -> tuple[Difference, ...]:
    """Give the fields that an action changed; a first saying gives them all."""
    old, new = (value if isinstance(value, Mapping) else {} for value in (before, after))
    # A field that the later line does not name did not change.
    names = [name for name in FIELDS if name in (new or old)]
    told = ((name, old.get(name), new.get(name) if new else None) for name in names)
    return tuple(
        Difference(FIELDS[name], in_words(name, one, chart), in_words(name, other, chart))
        for name, one, other in told
        if in_words(name, one, chart) != in_words(name, other, chart)
    )


def in_words(name: str, value: Any, chart: Chart) -> str:
    """Write the value of a field of the journal as a person reads it."""
    if value in (None, "", [], {}):
        return ""
    if name in _AMOUNTS and isinstance(value, int):
        return format_euros(value) if value else ""
    if name in _DAYS and isinstance(value, str):
        return french_date(date.fromisoformat(value[:10]))
    if name == "ventilation":
        return ", ".join(f"{_short(code, chart)} {format_euros(amount)}" for code, amount in value)
    if name == "regie" and isinstance(value, list):
        return f"{value[0]} {format_euros(value[1])}"
    return str(value)


def _short(code: str, chart: Chart) -> str:
    return chart[code].short if code in chart else code
