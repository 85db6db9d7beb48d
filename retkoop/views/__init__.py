"""The screens: one module per area, each view in four beats (access, input, act, render)."""

from __future__ import annotations

from flask import Flask

from retkoop.navigation import menu
from retkoop.views import (
    activity_report,
    advances,
    auth,
    cash,
    closing,
    department,
    deposits,
    documents,
    error_search,
    exports,
    federation,
    financial_report,
    grants,
    grid,
    help,
    history,
    home,
    inventory,
    ledger,
    opening,
    phone,
    printing,
    projects,
    quitus,
    reconciliation,
    scans,
    verifiers,
)

AREAS = (
    auth,
    home,
    ledger,
    grid,
    history,
    reconciliation,
    deposits,
    opening,
    cash,
    grants,
    advances,
    projects,
    inventory,
    closing,
    error_search,
    activity_report,
    financial_report,
    quitus,
    verifiers,
    scans,
    phone,
    documents,
    exports,
    printing,
    department,
    federation,
    help,
)


def init_app(app: Flask) -> None:
    """Give the application its screens."""
    for area in AREAS:
        app.register_blueprint(area.blueprint)
    app.jinja_env.globals["menu"] = menu
