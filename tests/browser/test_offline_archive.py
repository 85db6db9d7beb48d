"""The archive of a year, unzipped in a folder and opened without a server: every entry is there, with its scan."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from playwright.sync_api import Browser

from retkoop.actions.scans import add_scan, take_in
from tests.factories import SOMEONE, a_case, a_person
from tests.support.papers import a_scan, pamphlet
from tests.views.conftest import Browser as Client

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]

# Pictures come as one scrolls to them: all are asked for, and each is really drawn.
DRAWN = """async () => {
  const pictures = [...document.images];
  for (const one of pictures) one.loading = "eager";
  await Promise.all(pictures.map((one) => one.decode().catch(() => null)));
  return pictures.filter((one) => one.naturalWidth > 0).map((one) => one.getAttribute("src"));
}"""


def test_it_is_read_from_a_folder(app: Flask, chromium: Browser, tmp_path: Path) -> None:
    storage = app.config["STORAGE"]
    key = a_case("ecole-101", storage)
    for entry, colour in enumerate(("red", "teal", "navy", "gold", "pink", "lime", "plum"), 1):
        a_scan(key, storage, entry, colour, f"facture n° {entry} #{colour} 50%")
    a_scan(key, storage, 1, "olive", "verso")
    add_scan(SOMEONE, key, take_in("devis", pamphlet("Devis", "Total"), storage), 8)
    a_person(key.coop, coop_identifier=key.coop)
    client = Client(app.test_client()).sign_in(key.coop)
    answer = client.client.get(f"/coop/{key.coop}/{key.year.label}/exercice.zip", buffered=True)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        archive.extractall(tmp_path)
    told: dict[str, Any] = json.loads((tmp_path / "exercice.json").read_text("utf-8"))
    asked: list[str] = []
    page = chromium.new_page(java_script_enabled=True, offline=True)
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "index.html").as_uri())
    rows = page.locator("#cahier tbody tr")
    assert rows.count() == len(told["ecritures"])
    shown = set(page.evaluate(DRAWN))
    proven = 0
    for place, entry in enumerate(told["ecritures"], 1):
        row = page.locator(f"#ecriture-{place}")
        assert entry["libelle"] in row.inner_text()
        paths = [path for path in [entry["piece"], *entry.get("autres_pieces", [])] if path]
        links = row.locator("a.scan")
        assert [unquote(link.get_attribute("href") or "") for link in links.all()] == paths
        assert all(picture.get_attribute("src") in shown for picture in links.locator("img").all())
        assert all((tmp_path / path).is_file() for path in paths)
        proven += len(paths)
    assert proven == page.locator("a.scan img").count() > 9
    for name in page.locator("#documents a").all():
        assert (tmp_path / (name.get_attribute("href") or "")).is_file()
    assert asked
    assert all(url.startswith("file://") for url in asked)
    page.close()
