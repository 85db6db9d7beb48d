"""Every form that adds a row, sent twice by an impatient finger, adds it once."""

from __future__ import annotations

import pytest

from retkoop.models import Advance, CashCount, Grant, InventoryItem, PriorOperation, YearKey
from tests.support import pages
from tests.views.conftest import Browser

HOME = "/coop/075-0001/2024-2025/"
FORMS = {
    "subventions": (Grant, {"organisme": "Mairie", "nature": "commune", "date": "2024-11-22", "montant": "500"}),
    "inventaire": (InventoryItem, {"designation": "Appareil photo", "date": "2024-12-03", "valeur": "180"}),
    "regies": (Advance, {"code": "CP"}),
    "caisse": (CashCount, {"date": "2025-08-31", "n2000": "1"}),
    "ouverture/operations": (PriorOperation, {"date": "2024-08-25", "libelle": "Remise", "montant": "10"}),
}


@pytest.mark.parametrize("path", FORMS)
def test_it_is_added_once(mandataire: Browser, year: YearKey, path: str) -> None:
    table, typed = FORMS[path]
    page = pages.parse(mandataire.get(HOME + path.partition("/")[0]).text)
    forms = [form for form in page.iter("form") if (form.get("action") or "").partition("#")[0] == HOME + path]
    fields = {f.get("name"): f.get("value") or "" for f in forms[-1].iter("input") if f.get("type") == "hidden"}
    fields |= {s.get("name"): s.find(".//option").get("value") for s in forms[-1].iter("select")} | typed
    for _ in range(2):
        assert mandataire.post(HOME + path, fields).status_code == 303
    assert table.select().count() == 1
    # Another form, with a key of its own, adds another row: what is alike is not the same.
    if table is not Advance:
        assert mandataire.post(HOME + path, {**fields, "cle": "another"}).status_code == 303
        assert table.select().count() == 2
