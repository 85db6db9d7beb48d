"""Scans and archives: to those who may read them, and harmless in whatever browser opens them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from retkoop.actions import ledger
from retkoop.audit import now
from retkoop.models import Scan, YearKey
from tests.factories import SOMEONE, a_coop, a_person, a_year, an_entry
from tests.views.conftest import Browser

HOME = "/coop/075-0001/2024-2025"
BYTES = b"\x89PNG\r\n\x1a\n and the rest"


@pytest.fixture
def scanned(app: Flask, year: YearKey) -> YearKey:
    """Give a year with one entry and its scan, whose name is hostile."""
    digest = app.config["STORAGE"].put(BYTES)
    name = '"><script>alert(1)</script>\r\nX: y.html'
    values = {"entry": an_entry(year), "digest": digest, "media_type": "image/png", "name": name, "size": len(BYTES)}
    Scan.insert(**year._asdict(), number=1, **values).execute()
    return year


def test_a_scan_is_harmless(scanned: YearKey, mandataire: Browser) -> None:
    answer = mandataire.client.get(HOME + "/pieces/1")
    headers = answer.headers
    assert (answer.status_code, answer.data, headers["Content-Type"]) == (200, BYTES, "image/png")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"] == 'inline; filename="piece-1.png"'
    policy = {part.strip() for part in headers["Content-Security-Policy"].split(";")}
    assert policy == {"default-src 'none'", "sandbox", "frame-ancestors 'none'"}
    assert headers["Cache-Control"] == "no-store"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "script" not in str(headers)


@pytest.mark.parametrize("name", ["2", "0", "-1", "1.png", "1/", "x", "1%00"])
def test_a_scan_that_is_not_there_is_not_found(scanned: YearKey, mandataire: Browser, name: str) -> None:
    assert mandataire.client.get(f"{HOME}/pieces/{name}").status_code == 404


def test_a_scan_stays_readable_when_its_entry_is_struck_out(scanned: YearKey, mandataire: Browser) -> None:
    ledger.strike_entry(SOMEONE, scanned, 1)
    assert mandataire.client.get(HOME + "/pieces/1").status_code == 200


def test_a_scan_put_away_is_not_served(scanned: YearKey, mandataire: Browser) -> None:
    Scan.update(removed_at=now()).where(scanned.of(Scan)).execute()
    assert mandataire.client.get(HOME + "/pieces/1").status_code == 404


def test_a_scan_whose_bytes_are_lost_is_not_found(app: Flask, scanned: YearKey, mandataire: Browser) -> None:
    Scan.update(digest="0" * 64).execute()
    assert mandataire.client.get(HOME + "/pieces/1").status_code == 404


def test_readers_read_it_and_strangers_do_not(scanned: YearKey, browse: Callable[[], Browser]) -> None:
    a_year(a_coop("075-0002"))
    a_person("verif", "verificateur")
    a_person("asso", "ad")
    a_person("voisin", coop_identifier="075-0002")
    for identifier, status in (("verif", 200), ("asso", 200), ("voisin", 404)):
        browser = browse().sign_in(identifier)
        assert browser.client.get(HOME + "/pieces/1").status_code == status, identifier
    assert browser.client.get("/coop/075-0002/2024-2025/pieces/1").status_code == 404
