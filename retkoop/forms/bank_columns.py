"""What somebody says the columns of a bank's table hold."""

from __future__ import annotations

from collections.abc import Mapping as Fields
from dataclasses import replace
from typing import Any

from retkoop.forms.table_columns import given_twice, read_columns
from retkoop.statements.columns import Mapping

# What a column may hold: how the form calls it, and the words of the screen.
ROLES = (
    ("", "Ne pas lire"), ("day", "Date"), ("label", "Libellé"), ("amount", "Montant, avec son signe"),
    ("debit", "Débit (dépenses)"), ("credit", "Crédit (recettes)"), ("side", "Sens : débit ou crédit"),
    ("cheque", "N° de chèque"), ("reference", "Référence"), ("balance", "Solde après l’opération"),
    ("value_day", "Date de valeur"),
)  # fmt: skip
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
    told = read_columns(sent, width, _KNOWN, several=("label",))
    if told.twice:
        return before, given_twice(dict(ROLES)[told.twice])
    single: dict[str, Any] = {name: told.roles.get(name, [None])[0] for name in _KNOWN - {"label"}}
    mapping = replace(
        before, **single, labels=tuple(told.roles.get("label", ())), head=told.head, order=told.order or before.order,
        mark=told.mark or before.mark,
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
