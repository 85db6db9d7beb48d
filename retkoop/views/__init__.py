"""The screens: one module per area, each view in four beats (access, input, act, render)."""

from __future__ import annotations

from flask import Flask

from retkoop.views import (
    advances,
    auth,
    cash,
    closing,
    department,
    documents,
    exports,
    federation,
    financial_report,
    grants,
    help,
    history,
    home,
    inventory,
    ledger,
    opening,
    reconciliation,
)

AREAS = (
    auth,
    home,
    ledger,
    history,
    reconciliation,
    opening,
    cash,
    grants,
    advances,
    inventory,
    closing,
    financial_report,
    documents,
    exports,
    department,
    federation,
    help,
)


def init_app(app: Flask) -> None:
    """Give the application its screens."""
    for area in AREAS:
        app.register_blueprint(area.blueprint)
