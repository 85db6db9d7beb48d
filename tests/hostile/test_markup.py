"""Markup in every text that people store comes out as text: on every page, every fragment, and on paper."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import StringIO
from typing import Any

import html5lib
import pytest
from flask import Flask
from jinja2.utils import LRUCache
from werkzeug.routing import Rule

from retkoop.actions import (
    bank_statements,
    book_imports,
    deposits,
    half_typed,
    handover,
    identity,
    ledger,
    membership,
    projects,
    scans,
    tables,
    year_documents,
)
from retkoop.audit import Actor
from retkoop.exports import pdf
from retkoop.facts import Allocation
from retkoop.membership import Headcount, SchoolClass
from retkoop.membership_rows import terms_for
from retkoop.models import Advance, Entry, Grant, InventoryItem, Person, Project, Year, YearKey
from tests.factories import a_draft, an_entry
from tests.support import joined
from tests.views.conftest import Browser

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
# Short enough for a PJ: each text that is shown unescaped makes this element, or gives one the attribute.
SHORT = """'"><xss a=1>"""
LONG = f"""</title></svg></textarea>{SHORT}<script>xss()</script><img src=x xss=1>{{{{7*7}}}}"""
# Shown to nobody by a page of their own: files, and what takes the year or the session away.
_ASIDE = (
    "static", "auth.", "exports.", "documents.", "federation.", "department.", "opening.edit", "year_documents.whole",
    "inventory.csv", "archives.", "year_documents.thumbnail", "federation_chart.", "federation_questionnaire.",
    "national.", "announcements.", "team.",
)  # fmt: skip


def fill(key: YearKey) -> None:
    """Store markup in every text that the screens take."""
    me = Actor(LONG, Person.get().id)
    tables.add_row(me, key, Advance, {"code": LONG[:40], "holder": LONG})
    texts: dict[str, Any] = {"label": LONG, "voucher": SHORT, "cheque": SHORT}
    an_entry(key, me, **texts, project=LONG[:80])
    receipt = (Allocation("70700008", 6_000),)
    an_entry(key, me, **{**texts, "voucher": "2" + SHORT}, bank=6_000, allocations=receipt)
    an_entry(key, me, **texts, bank=0, advance=LONG[:40], advance_amount=-1_200)
    deposits.make_slip(me, key, date(2024, 11, 5), LONG, [2])
    projects.rename_project(me, key, 1, Project.get().version, LONG[:79])
    ledger.edit_entry(me, key, 1, Entry.get(Entry.number == 1).version, a_draft(**texts, project=LONG[:79]))
    for number, place in enumerate((1, 1, None), 1):
        digest = f"{number:064x}"
        arrived = scans.Arrived(LONG[:100], digest, "image/png", 9, digest, 0, digest, "")
        scans.add_scan(me, key, arrived, place)
    scans.remove_scan(me, key, 2)
    an_entry(key, me, **texts)
    ledger.strike_entry(me, key, 4)
    bought = {"designation": LONG, "bought_on": date(2024, 11, 4), "value": 60_000, "supplier": LONG, "place": LONG}
    tables.add_row(me, key, InventoryItem, {**bought, "voucher": SHORT})
    asked = {"organisation": LONG, "purpose": LONG, "kind": "commune", "day": date(2024, 11, 4), "amount": 9}
    tables.add_row(me, key, Grant, {**asked, "voucher": SHORT})
    _report(me, key)
    _join(me, key)
    _read_files(me, key)
    tables.add_count(me, key, date(2024, 11, 4), [(500, 1)])
    for place, names in ((half_typed.FORM, ("libelle", "date", "lignes-0-compte")), (half_typed.NEW, ("libelle",))):
        half_typed.keep(key, me.person or 0, place, dict.fromkeys((*names, "pj", "cheque", "projet", "regie"), LONG))
    half_typed.keep(key, me.person or 0, 2, {"libelle": LONG, "saisie": LONG, "version": LONG})


def _join(me: Actor, key: YearKey) -> None:
    """Store markup in an adhésion, and have it certified."""
    joined.ask(terms=replace(joined.TERMS, payee=LONG[:80], payment=LONG, pledge=LONG))
    who = Headcount((SchoolClass(LONG[:40], 40, LONG[:80]),), 2)
    terms = terms_for(key.department, key.start_year)
    membership.send(me, key, 0, terms.stamp if terms else "", who, LONG[:80], joined.DAY)
    joined.pay(key)


def _read_files(me: Actor, key: YearKey) -> None:
    """Store markup in a bank statement and in a cahier kept elsewhere: names, titles, words and cells."""
    table = StringIO()
    lines = [("Date", "Libellé", "Montant", LONG[:40]), *((f"{day}/11/2024", LONG, "-12,00", LONG) for day in (12, 13))]
    csv.writer(table, delimiter=";").writerows(lines)
    bank_statements.take_in(me, key, LONG[:100], table.getvalue().encode())
    book_imports.keep_preview(me, key, LONG[:100], table.getvalue().encode())


def _report(me: Actor, key: YearKey) -> None:
    """Store markup in the documents, the fiche identité and the record of a handover."""
    for number, requirement in enumerate(("quitus", "autre", "subvention:1"), 5):
        digest = f"{number:064x}"
        arrived = scans.Arrived(LONG[:100], digest, "image/png", 9, digest, 0, digest, "")
        year_documents.give_document(me, key, requirement, arrived)
    year_documents.remove_document(me, key, 2)
    coop = {"address": LONG, "mail": LONG, "phone": SHORT, "bank": LONG[:120], "account": SHORT}
    identity.save_identity(me, key.coop, 1, coop)
    identity.save_contact(me, Person.get(), {"name": LONG[:120], "mail": LONG, "phone": SHORT})
    told = {"points": [[LONG, False, LONG]], "ensemble": [[LONG, False]], "remarques": LONG, "banque": 1, "caisse": 1}
    handover.record_handover(me, key, handover.Told(date(2025, 9, 1), LONG[:120], LONG[:120], told))


def pages(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Give the address of every page of the year, each mode of the cahier apart."""
    known = {"identifiant": "075-0001", "annee": "2024-2025", "number": 1}
    bound = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        # The second factor is not for mandataires.
        theirs = getattr(app.view_functions[rule.endpoint], "policy", "") != "keeps_code"
        read = "GET" in (rule.methods or ()) and not rule.endpoint.startswith(_ASIDE) and theirs
        if not read or rule.arguments - set(known):
            continue
        address = bound.build(rule.endpoint, {name: known[name] for name in rule.arguments})
        yield rule, address
        if rule.endpoint in ("grants.use", "grants.use_pdf"):
            yield rule, f"{address}?action=1"
        if rule.endpoint == "ledger.show":
            yield rule, f"{address}?vue=classique&ligne=1&mois=tout"
            yield rule, f"{address}?vue=automatique&ligne=1&cherche={SHORT}&activite={SHORT}"
            yield rule, f"{address}?vue=simple&joindre={SHORT}&montant={SHORT}&tri={SHORT}"


def came_alive(html: str) -> list[str]:
    """Give the elements and attributes that the markup of a stored text made."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(html) if "<!doctype" in html[:20].lower() else parser.parseFragment(html, container="tbody")
    return [str(e.tag) for e in tree.iter() if e.tag == "xss" or "xss" in e.attrib or (e.text or "").startswith("xss(")]


def alive_on(app: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Read every page, with and without htmx; printed ones as the HTML that is printed."""
    monkeypatch.setattr(pdf, "render", lambda *parts: "".join(parts).encode())
    found, shown = {}, 0
    for rule, address in pages(app):
        for headers in ({}, {"HX-Request": "true"}):
            answer = browser.client.get(address, headers=headers)
            assert answer.status_code in (200, 204, 302, 303), (address, answer.status_code)
            shown += "xss" in answer.text
            if alive := came_alive(answer.text):
                found[f"{rule.endpoint} {headers}"] = alive
    assert shown > 40, "the texts are shown somewhere"
    return found


def test_no_stored_text_comes_alive(
    app: Flask, year: YearKey, mandataire: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(year)
    assert alive_on(app, mandataire, monkeypatch) == {}
    Year.update(state="closed").where(year.of(Year)).execute()
    for address in ("cahier", "projets/1", "remises/1", "regies", "cahier/ecritures/1/historique", "pieces"):
        assert came_alive(mandataire.client.get(f"/coop/075-0001/2024-2025/{address}").text) == []


def test_text_that_is_not_escaped_would_be_seen(
    app: Flask, year: YearKey, mandataire: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: without escaping, nearly every page comes alive."""
    fill(year)
    monkeypatch.setattr(app.jinja_env, "autoescape", False)
    monkeypatch.setattr(app.jinja_env, "cache", LRUCache(400))
    assert len(alive_on(app, mandataire, monkeypatch)) > 20
