"""Headless Chromium before the real application, served by a thread of this process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from werkzeug.serving import make_server

from tests.factories import PASSWORD

OPTIONS = [
    "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

# Nothing here measures speed: on a busy machine, fifty queued ticks take a while.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium once."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Serve the application on a port of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


class Watched:
    """A page and everything that a browser complained about or asked for."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.complaints: list[str] = []
        self.loads = 0
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._asked)

    def _heard(self, message) -> None:
        # A refused form answers 422, which Chromium reports as an error of its own.
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            self.complaints.append(message.text)

    def _asked(self, request) -> None:
        if not request.url.startswith((self.address, "data:")):
            self.complaints.append(f"asked {request.url}")
        if request.resource_type == "document":
            self.loads += 1


@pytest.fixture(params=[True, False], ids=["js", "nojs"])
def javascript(request: pytest.FixtureRequest) -> bool:
    """Run each journey with JavaScript and without."""
    return bool(request.param)


@pytest.fixture
def context(chromium: Browser, javascript: bool) -> Iterator[BrowserContext]:
    """Give a fresh profile."""
    context = chromium.new_context(
        java_script_enabled=javascript, locale="fr-FR", viewport={"width": 1280, "height": 900}
    )
    context.set_default_timeout(30_000)
    yield context
    context.close()


@pytest.fixture
def sign_in(context: BrowserContext, address: str) -> Iterator[Callable[[str], Watched]]:
    """Give a function that signs a person in; at the end nothing may have been complained about."""
    opened: list[Watched] = []

    def enter(identifier: str) -> Watched:
        watched = Watched(context.new_page(), address)
        opened.append(watched)
        watched.page.goto(address + "/connexion")
        watched.page.get_by_label("Identifiant").fill(identifier)
        watched.page.get_by_label("Mot de passe").fill(PASSWORD)
        watched.page.get_by_role("button", name="Se connecter").click()
        watched.page.wait_for_url("**/coop/**")
        return watched

    yield enter
    for watched in opened:
        assert not watched.complaints, watched.complaints
