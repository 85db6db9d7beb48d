"""A scan sent with the form of an entry, and an entry begun from a scan that waits."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from retkoop.actions import scans
from retkoop.models import Entry, Scan, YearKey
from tests.factories import SOMEONE, YEAR
from tests.views.conftest import Browser, form_of

BOOK = f"/coop/075-0001/{YEAR.label}/cahier"


def picture(colour: str = "white") -> bytes:
    out = BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "PNG")
    return out.getvalue()


def typed(mandataire: Browser, *files: tuple[bytes, str], address: str = BOOK, **more: str) -> dict[str, Any]:
    fields: dict[str, Any] = form_of(mandataire.get(address), "entry-form")
    fields |= {"date": "2024-10-18", "libelle": "Librairie – Albums", "nature": "depense", "lignes-0-montant": "12"}
    return {**fields, **more, "pieces": [(BytesIO(data), name) for data, name in files]}


@pytest.mark.parametrize("htmx", [False, True])
def test_the_files_are_joined_to_the_new_entry(year: YearKey, mandataire: Browser, htmx: bool) -> None:
    files = (picture(), "facture.png"), (picture("red"), "../../ticket.png")
    answer = mandataire.post(BOOK, typed(mandataire, *files), htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)
    found = [(scan.entry, scan.name) for scan in Scan.select().order_by(Scan.number)]
    assert found == [(1, "facture"), (1, "ticket")]


def test_a_refused_file_does_not_lose_the_entry_nor_the_other_file(year: YearKey, mandataire: Browser) -> None:
    files = (b"<svg/>", "plan.pdf"), (picture(), "facture.png")
    page = mandataire.follow(BOOK, typed(mandataire, *files)).text
    assert "Écriture 01 enregistrée." in page
    assert "La pièce plan n’a pas été gardée" in page
    assert Entry.select().count() == 1
    assert [scan.name for scan in Scan.select()] == ["facture"]


def test_a_form_sent_twice_makes_one_entry_and_one_scan(year: YearKey, mandataire: Browser) -> None:
    fields = typed(mandataire)
    for _ in range(2):
        mandataire.post(BOOK, {**fields, "pieces": [(BytesIO(picture()), "facture.png")]})
    assert (Entry.select().count(), Scan.select().count()) == (1, 1)


def test_a_refused_form_keeps_no_file(year: YearKey, mandataire: Browser) -> None:
    answer = mandataire.post(BOOK, typed(mandataire, (picture(), "facture.png"), libelle=""))
    assert answer.status_code == 422
    assert not Scan.select().count()


def test_an_entry_begun_from_a_waiting_scan_takes_it(app: Flask, year: YearKey, mandataire: Browser) -> None:
    arrived = scans.take_in("facture", picture(), app.config["STORAGE"])
    number = scans.add_scan(SOMEONE, year, arrived)
    address = f"{BOOK}?jour=2024-10-18&montant=12,50&joindre={number}"
    page = mandataire.get(address)
    assert "sera jointe à cette écriture" in page.text
    assert form_of(page, "entry-form")["lignes-0-montant"] == "12,50"
    mandataire.post(BOOK, typed(mandataire, address=address))
    assert Scan.get(year.of(Scan)).entry == 1


@pytest.mark.parametrize("number", ["9", "abc", "99999999999", ""])
def test_a_scan_that_does_not_wait_is_not_joined(year: YearKey, mandataire: Browser, number: str) -> None:
    assert mandataire.post(BOOK, typed(mandataire, joindre=number)).status_code == 303
    assert Entry.select().count() == 1
