"""The cahier on paper: the double page, or by project, by account, by month."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request

from retkoop import access, book_groups, book_pages, clock
from retkoop.desks import YearDesk
from retkoop.exports import pdf as printer
from retkoop.exports.book import allocation_ruling, operations_ruling, shared_out
from retkoop.exports.shelf import Shelf
from retkoop.facts import YearFacts
from retkoop.project_reports import project_account
from retkoop.school_year import french_date
from retkoop.views.book import asked_number
from retkoop.views.shared import row_here

blueprint = Blueprint("printing", __name__, url_prefix="/coop/<identifiant>/<annee:annee>")


@blueprint.get("/cahier.pdf")
@access.reads_year
def book(desk: YearDesk) -> Any:
    """Give the whole cahier on paper; `?par=projet`, `compte` or `mois` gathers its entries.

    `?par=projet&action=3` gives one project, and `action=sans-projet` what bears none.
    """
    grouping = request.args.get("par", "")
    known = grouping in book_groups.GROUPINGS
    project = request.args.get("action", "") if grouping == book_groups.PROJECT else ""
    document = _printed(desk, groups(desk, grouping, project) if known else double_pages(desk))
    answer = Response(document, mimetype="application/pdf")
    words = ["cahier", *([f"par-{grouping}"] if known else []), project, desk.coop.identifier, desk.year.label]
    name = re.sub(r"[^\w-]", "", "-".join(filter(None, words)), flags=re.ASCII)
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer


def _printed(desk: YearDesk, parts: list[str]) -> bytes:
    """Render, unless the year is closed and the very same document was rendered before."""
    access.give_back()
    folder = current_app.config["RETKOOP"].rendered
    if desk.is_open or folder is None:
        return printer.render(*parts)
    return Shelf(folder).rendered(parts, printer.render)


def double_pages(desk: YearDesk) -> list[str]:
    """Give the HTML of the OCCE's double pages, in the parts that are rendered side by side."""
    common = {
        "css": printer.stylesheet("print-book"),
        "left": operations_ruling(),
        "right": allocation_ruling(desk.facts.chart),
        "heads": book_pages.allocation_heads(desk.facts.chart),
        "cells": book_pages.cells,
        "foot": _foot(desk),
    }
    pages = [(spread, side) for spread in book_pages.spreads(desk.facts) for side in ("left", "right")]
    parts = shared_out(pages, printer.AT_ONCE)
    return [render_template("print/book.html", desk=desk, pages=part, **common) for part in parts]


def groups(desk: YearDesk, grouping: str, project: str = "") -> list[str]:
    """Give the HTML of the tables of one grouping, or of one project, in the parts that are rendered side by side."""
    gathered = book_groups.GROUPINGS[grouping](_of_project(desk, project) if project else desk.facts)
    summaries = () if project else book_groups.summaries(gathered)
    pages = [*book_groups.pages(gathered), *summaries]
    common = {
        "css": printer.stylesheet("print-book"),
        "words": book_groups.WORDS,
        "columns": book_groups.columns(grouping),
        "grouping": grouping,
        "summaries": summaries,
        "whole": book_groups.total(group.sums for group in gathered),
        "number": len(pages),
        "foot": _foot(desk),
    }
    parts = shared_out(list(enumerate(pages, 1)), printer.AT_ONCE)
    return [render_template("print/groups.html", desk=desk, pages=part, **common) for part in parts]


def _of_project(desk: YearDesk, asked: str) -> YearFacts:
    """Give the year with the entries of one project only, or with those that bear none."""
    project = None if asked == "sans-projet" else row_here(desk.facts.projects, asked_number("action"))
    return replace(desk.facts, entries=project_account(desk.facts, project).entries)


def _foot(desk: YearDesk) -> str:
    """Say when: a closed year is the same document at each printing, an open one is of the day."""
    closed = desk.row.closed_at
    if desk.is_open or closed is None:
        return f"imprimé le {french_date(clock.today())}, le cahier est encore ouvert"
    return f"cahier clos le {french_date(clock.paris_date(closed))}"
