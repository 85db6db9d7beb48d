"""What somebody says the columns of a table hold: one choice a column, and how days and amounts are written."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from retkoop.statements.values import DAY_FIRST, MONTH_FIRST

ORDERS = ((DAY_FIRST, "Jour puis mois (31/08/2025)"), (MONTH_FIRST, "Mois puis jour (08/31/2025)"))
MARKS = ((",", "Une virgule (12,50)"), (".", "Un point (12.50)"))


class Told(NamedTuple):
    """The columns of each role, the line of the titles, how days and amounts are written; `twice`: a role given twice.

    `order` and `mark` are empty where nothing that exists was chosen.
    """

    roles: dict[str, list[int]]
    head: int
    order: str
    mark: str
    twice: str


def read_columns(sent: Mapping[str, str], width: int, known: Collection[str], several: Collection[str] = ()) -> Told:
    """Read the form of a table of some width; roles that are not known are none."""
    roles: dict[str, list[int]] = {}
    for column in range(width):
        role = sent.get(f"colonne-{column}", "")
        if role in known:
            roles.setdefault(role, []).append(column)
    asked = sent.get("titres", "")
    head = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 0
    twice = next((role for role, columns in roles.items() if len(columns) > 1 and role not in several), "")
    order, mark = sent.get("ordre", ""), sent.get("decimales", "")
    return Told(roles, head, order if order in dict(ORDERS) else "", mark if mark in dict(MARKS) else "", twice)


def given_twice(words: str) -> str:
    """Say that two columns cannot both be this."""
    return f"Deux colonnes sont dites « {words} » : n’en gardez qu’une."
