"""What several areas need of the cahier's addresses."""

from __future__ import annotations

from flask import url_for

from retkoop.access import YearDesk


def book_address(desk: YearDesk, month: str, anchor: str | None = None) -> str:
    """Give the address of the cahier at a month and at a row."""
    where = {"identifiant": desk.coop.identifier, "annee": desk.year.label}
    return url_for("ledger.show", **where, mois=month or None, _anchor=anchor)
