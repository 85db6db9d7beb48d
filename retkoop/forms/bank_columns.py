"""What somebody says the columns of a bank's table hold."""

from __future__ import annotations

from collections.abc import Mapping as Fields
from dataclasses import replace
from typing import Any

from retkoop.statements.columns import Mapping
from retkoop.statements.values import DAY_FIRST, MONTH_FIRST

# What a column may hold: how the form calls it, and the words of the screen.
ROLES = (
    ("", "Ne pas lire"), ("day", "Date"), ("label", "Libellé"), ("amount", "Montant, avec son signe"),
    ("debit", "Débit (dépenses)"), ("credit", "Crédit (recettes)"), ("side", "Sens : débit ou crédit"),
    ("cheque", "N° de chèque"), ("reference", "Référence"), ("balance", "Solde après l’opération"),
    ("value_day", "Date de valeur"),
)  # fmt: skip
ORDERS = ((DAY_FIRST, "Jour puis mois (31/08/2025)"), (MONTH_FIRST, "Mois puis jour (08/31/2025)"))
MARKS = ((",", "Une virgule (12,50)"), (".", "Un point (12.50)"))
_KNOWN = {name for name, _ in ROLES if name}


def roles_of(mapping: Mapping, width: int) -> list[str]:
    """Give the role of each column, as the form shows it."""
    roles = [""] * width
    for name in _KNOWN - {"label"}:
        column = getattr(mapping, name)
        if column is not None and column < width:
            roles[column] = name
    for column in mapping.labels:
        if column < width:
            roles[column] = "label"
    return roles


def read_mapping(sent: Fields[str, str], before: Mapping, width: int) -> tuple[Mapping, str]:
    """Read the form; give the mapping and, when operations cannot be read by it, a sentence that says why."""
    told: dict[str, Any] = dict.fromkeys(_KNOWN - {"label"})
    labels = []
    for column in range(width):
        role = sent.get(f"colonne-{column}", "")
        if role == "label":
            labels.append(column)
        elif role in _KNOWN:
            if told[role] is not None:
                words = dict(ROLES)[role]
                return before, f"Deux colonnes sont dites « {words} » : n’en gardez qu’une."
            told[role] = column
    asked = sent.get("titres", "")
    head = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 0
    order, mark = sent.get("ordre", ""), sent.get("decimales", "")
    mapping = replace(
        before, **told, labels=tuple(labels), head=head,
        order=order if order in dict(ORDERS) else before.order, mark=mark if mark in dict(MARKS) else before.mark,
    )  # fmt: skip
    return mapping, _fault(mapping)


def _fault(mapping: Mapping) -> str:
    if mapping.day is None:
        return "Dites quelle colonne est la date."
    if not mapping.labels:
        return "Dites quelle colonne est le libellé."
    if mapping.amount is None and mapping.debit is None and mapping.credit is None:
        return "Dites quelle colonne est le montant, ou lesquelles sont le débit et le crédit."
    if mapping.amount is not None and (mapping.debit is not None or mapping.credit is not None):
        return "Choisissez : une colonne « Montant », ou les colonnes « Débit » et « Crédit »."
    return ""
