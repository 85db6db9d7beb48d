"""The screens: one module per area, each view in four beats (access, input, act, render)."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from retkoop.desks import YearDesk
from retkoop.navigation import AD_SCREENS, STATE_WORDS, STEP_SCREENS, menu
from retkoop.views import (
    activity_report,
    advances,
    aggregates,
    archives,
    auth,
    bulk_validation,
    cash,
    closing,
    coop_accounts,
    coop_file,
    coop_imports,
    coop_letters,
    coop_years,
    coops,
    department,
    deposits,
    documents,
    error_search,
    exports,
    federation,
    financial_report,
    forgotten,
    grants,
    grid,
    handover,
    help,
    history,
    home,
    identity,
    inventory,
    jobs,
    ledger,
    mails,
    opening,
    past_years,
    phone,
    printing,
    projects,
    quitus,
    reconciliation,
    reopening,
    scans,
    sealed_extracts,
    sending,
    settings,
    site_controls,
    validation,
    verifiers,
    year_documents,
)
from retkoop.year_steps import next_step

AREAS = (
    auth,
    forgotten,
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
    past_years,
    handover,
    quitus,
    verifiers,
    scans,
    phone,
    documents,
    exports,
    printing,
    archives,
    department,
    coop_file,
    validation,
    bulk_validation,
    reopening,
    site_controls,
    aggregates,
    sealed_extracts,
    coops,
    coop_accounts,
    coop_imports,
    coop_letters,
    mails,
    jobs,
    settings,
    coop_years,
    federation,
    help,
)

# The papers of the archive of a year: the name of each, and what gives its HTML in the parts that are rendered.
PAPERS: tuple[tuple[str, Callable[[YearDesk], list[str]]], ...] = (
    ("cahier.pdf", printing.double_pages),
    ("cra.pdf", lambda desk: [activity_report.paper(desk)]),
    ("crf.pdf", lambda desk: [financial_report.paper(desk)]),
    ("quitus.pdf", lambda desk: [quitus.paper(desk)]),
    ("inventaire.pdf", lambda desk: [inventory.paper(desk)]),
)


def init_app(app: Flask) -> None:
    """Give the application its screens."""
    for area in AREAS:
        app.register_blueprint(area.blueprint)
    app.extensions["papers"] = PAPERS
    app.jinja_env.globals.update(
        menu=menu, next_step=next_step, STEP_SCREENS=STEP_SCREENS, STATE_WORDS=STATE_WORDS, AD_SCREENS=AD_SCREENS
    )
