"""What several areas need: the cahier's addresses, and the key that a form was sent with."""

from __future__ import annotations

from flask import request

from retkoop.access import YearDesk


def book_address(desk: YearDesk, month: str, anchor: str | None = None) -> str:
    """Give the address of the cahier at a month and at a row."""
    return desk.url("ledger.show", mois=month or None, _anchor=anchor)


def sent_key() -> str | None:
    """Give the key that tells a form sent twice from two forms, bounded as any input."""
    return request.form.get("cle", "")[:40] or None
