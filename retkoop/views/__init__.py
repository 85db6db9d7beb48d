"""The screens: one module per area, each view in four beats (access, input, act, render)."""

from __future__ import annotations

from flask import Flask

from retkoop.navigation import STATE_WORDS, STEP_SCREENS, menu
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
    handover,
    help,
    history,
    home,
    identity,
    inventory,
    ledger,
    opening,
    phone,
    printing,
    projects,
    quitus,
    reconciliation,
    scans,
    sending,
    verifiers,
    year_documents,
)
from retkoop.year_steps import next_step

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
    sending,
    year_documents,
    identity,
    handover,
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
    app.jinja_env.globals.update(menu=menu, next_step=next_step, STEP_SCREENS=STEP_SCREENS, STATE_WORDS=STATE_WORDS)
