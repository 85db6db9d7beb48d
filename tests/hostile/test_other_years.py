"""Numbers are unique within a year only: those of the year before, of the same cooperative, reach nothing here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from retkoop import models, year_rows
from retkoop.actions import deposits, half_typed, ledger, scans, years
from retkoop.actions.undo import last_steps
from retkoop.association import TABLES
from retkoop.audit import OPERATOR, Actor
from retkoop.errors import NotFound
from retkoop.facts import Allocation
from retkoop.models import Person, YearKey
from retkoop.school_year import SchoolYear
from tests.factories import a_draft, an_advance
from tests.views.conftest import Browser

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
THIS = "/coop/075-0001/2024-2025"
FAR = 7
AREAS = ("ledger.", "grid.", "history.", "scans.", "documents.", "projects.", "deposits.", "advances.")
# Every field in which a form of these areas holds a number or a name of a row.
HELD = (
    "ecriture", "joindre", "numero", "dans", "remise", "puis", "ferme", "piece", "page", "etape", "regie", "projet",
)  # fmt: skip


@pytest.fixture
def before(year: YearKey, mandataire: Browser) -> YearKey:
    """Fill the year before this one, whose rows bear numbers up to FAR; this one has none."""
    me = Actor("Camille", Person.get().id)
    key = years.open_year(OPERATOR, models.find_coop(year.coop), SchoolYear(2023))  # type: ignore[arg-type]
    for n in range(FAR):
        an_advance(key, f"C{n}")
        day = date(2023, 11, 4)
        receipt = {"bank": 6_000, "allocations": (Allocation("70700008", 6_000),), "project": f"Projet {n}"}
        ledger.add_entry(me, key, a_draft(day=day, label=f"Secret {n}", voucher=f"{n}", **receipt))
        deposits.make_slip(me, key, day, f"Secret {n}", [n + 1])
        digest = f"{n:064x}"
        arrived = scans.Arrived(f"Secret {n}", digest, "image/png", 9, digest, 0, digest, "")
        scans.add_scan(me, key, arrived, n + 1 if n % 2 else None)
    half_typed.keep(key, me.person or 0, FAR, {"libelle": "Secret"})
    return key


def rows(key: YearKey) -> dict[str, list[str]]:
    """Give all that is stored of a year, but the row of the year itself."""
    tables = [t for t in TABLES if hasattr(t, "start_year") and hasattr(t, "coop") and t is not models.Year]
    return {t.__name__: sorted(map(repr, t.select().where(key.of(t)).tuples())) for t in tables}


def rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Give every route of these areas with each of its methods."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(AREAS):
            yield from ((rule, method) for method in ("GET", "POST") if method in (rule.methods or ()))


def ask(browser: Browser, app: Flask, rule: Rule, method: str, step: int) -> TestResponse:
    """Ask this year for the numbers of the year before, in the address and in every field."""
    known: dict[str, Any] = {"identifiant": "075-0001", "annee": "2024-2025", "number": FAR, "step": step}
    address = app.url_map.bind("localhost").build(rule.endpoint, {n: known.get(n, 1) for n in rule.arguments}, method)
    fields = {**dict.fromkeys(HELD, str(FAR)), "regie": f"C{FAR - 1}", "etape": str(step), "quarts": "1", "clos": "1"}
    entry = {"date": "2024-11-04", "libelle": "Car", "nature": "regie", "lignes-0-montant": "8", "nom": "Cirque"}
    if method == "GET":
        return browser.client.get(address, query_string=fields)
    return browser.client.post(address, data={"csrf_token": browser.token, **entry, **fields})


def test_numbers_of_another_year_reach_nothing(app: Flask, before: YearKey, mandataire: Browser) -> None:
    step, stored, asked = last_steps(before, Person.get().id)[0].id, rows(before), 0
    mandataire.get(THIS + "/cahier")
    for rule, method in rules(app):
        answer = ask(mandataire, app, rule, method, step)
        if rule.arguments & {"number", "step"}:
            assert answer.status_code == 404, (rule.rule, method, answer.status_code)
            asked += 1
        assert b"Secret" not in answer.data, (rule.rule, method)
        assert rows(before) == stored, (rule.rule, method)
    assert asked > 25


def test_a_loader_that_forgets_the_year_would_be_seen(
    app: Flask, before: YearKey, mandataire: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: rows found by cooperative and number alone are reached from the wrong year."""
    monkeypatch.setattr(YearKey, "of", lambda key, table: table.coop == key.coop)
    year_rows._worded.cache_clear()
    try:
        with pytest.raises(AssertionError):
            test_numbers_of_another_year_reach_nothing(app, before, mandataire)
    finally:
        year_rows._worded.cache_clear()


def test_a_step_of_another_year_is_not_taken_back(before: YearKey, year: YearKey) -> None:
    from retkoop.actions.undo import undo

    me = Actor("Camille", Person.get().id)
    step, stored = last_steps(before, me.person)[0].id, rows(before)
    with pytest.raises(NotFound):
        undo(me, year, step)
    assert rows(before) == stored
    undo(me, before, step)
    assert rows(before) != stored, "negative control: in its own year it is"
