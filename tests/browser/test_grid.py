"""A whole year typed in each grid by the keyboard alone: the figures are the case's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from retkoop.grid import GRIDS
from retkoop.ledger_page import AUTOMATIC, CLASSIC
from tests.browser import typed_year
from tests.browser.conftest import Watched
from tests.browser.typed_year import COOP, cents, plain
from tests.support.year_facts import CHART

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]

LEFT = ("date", "libelle", "cheque", "regie", "versee", "rendue", "banque_entree", "banque_sortie", "caisse_entree",
        "caisse_sortie")  # fmt: skip
ACCOUNTS = tuple(account.code for account in CHART)
PARTS = tuple(f"{name}{rank}" for rank in range(4) for name in ("compte", "part"))


def money(entry: dict[str, Any]) -> dict[str, str]:
    """Say in which cells of the left page the money of an entry is typed, always positive."""
    moved = {"banque": cents(entry["banque"]), "caisse": cents(entry["caisse"])}
    cells = {f"{name}_{'entree' if amount > 0 else 'sortie'}": amount for name, amount in moved.items() if amount}
    if entry["regie"]:
        given = cents(entry["regie"]["montant"])
        cells["versee" if given > 0 else "rendue"] = given
    return {name: plain(amount) for name, amount in cells.items()}


def left_page(entry: dict[str, Any]) -> dict[str, str]:
    """Say what is typed in the left page, as a person writes it: the day without its year."""
    _, month, day = entry["date"].split("-")
    typed = {"date": f"{day}/{month}", "libelle": entry["libelle"], "cheque": entry["cheque"], **money(entry)}
    return typed | ({"regie": entry["regie"]["code"]} if entry["regie"] else {})


def in_columns(entry: dict[str, Any]) -> dict[str, str]:
    """Say what is typed in the columns of the accounts; a refund has its minus."""
    lines = [(line["compte"], cents(line["montant"])) for line in entry["ventilation"]]
    return {code: ("-" if amount < 0 else "") + plain(amount) for code, amount in lines}


def in_parts(entry: dict[str, Any]) -> dict[str, str]:
    """Say which accounts are picked, by their numbers; the last one takes the rest by itself."""
    cells = {}
    for rank, line in enumerate(entry["ventilation"]):
        cells[f"compte{rank}"] = line["compte"][:4]
        if rank + 1 < len(entry["ventilation"]):
            cells[f"part{rank}"] = plain(cents(line["montant"]))
    return cells


# The cells that Tab goes through from the date on, and what is typed in those of the right page.
WAYS = {CLASSIC: ((*LEFT, *ACCOUNTS), in_columns), AUTOMATIC: ((*LEFT, *PARTS), in_parts)}


def type_line(page: Page, order: tuple[str, ...], typed: dict[str, str], project: str | None) -> None:
    """Type a line from its date on, from cell to cell by Tab; the project stands two cells before."""
    keys = page.keyboard
    if project:
        keys.press("Shift+Tab")
        keys.press("Shift+Tab")
        keys.type(project)
        keys.press("Tab")
        keys.press("Tab")
    last = max(order.index(name) for name, text in typed.items() if text)
    for name in order[: last + 1]:
        if name == "libelle":  # at once: key by key, the labels alone would take half of the time
            keys.insert_text(typed[name])
        elif typed.get(name):
            keys.type(typed[name])
        if name != order[last]:
            keys.press("Tab")
    keys.press("Enter")


# The next line is open and holds the focus, and what was done is said.
READY = """said => document.activeElement?.id === "grille-date"
  && document.getElementById("messages").textContent.includes(said)"""


def reach_the_new_line(page: Page) -> None:
    """Go to the new line as the keyboard does: by the second link of the page."""
    for key in ("Tab", "Tab", "Enter"):
        page.keyboard.press(key)
    page.wait_for_function(READY, arg="")


@pytest.mark.parametrize("javascript", [True], ids=["js"], indirect=True)
@pytest.mark.parametrize("mode", GRIDS)
def test_a_year_is_typed_without_the_mouse_nor_a_page_load_and_its_figures_are_right(
    app: Flask, sign_in: Callable[[str], Watched], tmp_path: Path, mode: str
) -> None:
    entries = typed_year.without_entries(app, tmp_path)
    watched = sign_in(COOP)
    page = watched.page
    page.emulate_media(reduced_motion="reduce")
    page.goto(page.url.rstrip("/") + f"/cahier?vue={mode}&mois=2024-09")
    reach_the_new_line(page)
    loads = watched.loads
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type(entries[0]["pj"])
    page.keyboard.press("Tab")
    order, right = WAYS[mode]
    for entry in entries:
        type_line(page, order, {**left_page(entry), **right(entry)}, entry["action"])
        page.wait_for_function(READY, arg=f"Écriture {entry['pj']} enregistrée.")
    assert watched.loads == loads
    assert typed_year.typed_again() == typed_year.told(entries)
    typed_year.finish(app, entries)
    assert typed_year.expected().items() <= typed_year.figures(date(2025, 9, 10)).items()
