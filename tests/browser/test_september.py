"""A September: five mandataires close and send, their association decides, mails go out, and the next year opens."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from retkoop import jobs as worker
from retkoop.actions import bulk_validation
from retkoop.actions.exchange import import_archive
from retkoop.audit import OPERATOR, now
from retkoop.db import database
from retkoop.models import Person, Year, YearKey
from tests.browser.year_end import (
    close_the_cahier,
    fill_in_the_report,
    follow,
    give_the_documents,
    press,
    read_the_financial_report,
)
from tests.factories import CASES, PASSWORD, a_case, a_person
from tests.support.mailbox import Mailbox, mail_server

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]
SCHOOLS = ("ecole-du-bourg", "ecole-101", "ecole-102-postale", "ecole-103-sans-caisse")


@pytest.fixture(scope="session", params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    """One engine is enough: what is driven does not depend on it."""
    return str(request.param)


@pytest.fixture
def mailbox(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """Give the mail server that the worker speaks to."""
    with mail_server() as box:
        monkeypatch.setitem(app.config, "RETKOOP", replace(app.config["RETKOOP"], smtp_url=box.url))
        worker.init_app(app)
        yield box


@pytest.fixture
def keys(app: Flask, tmp_path: Path) -> list[YearKey]:
    """Give five cooperatives of one association, each with its mandataire, who can be written to."""
    storage = app.config["STORAGE"]
    found = [a_case(name, storage) for name in SCHOOLS]
    found.append(import_archive(OPERATOR, _again(CASES / SCHOOLS[0] / "exercice.zip", tmp_path), storage))
    for key in found:
        person = a_person(key.coop, coop_identifier=key.coop)
        Person.update(mail=f"{key.coop}@ecole.example").where(Person.id == person.id).execute()
    a_person("ad075", "ad", name="Michel Aubert")
    return found


def found_storage(app: Flask):
    return app.config["STORAGE"]


def _again(archive: Path, folder: Path) -> Path:
    """Write the archive of a year as that of another cooperative."""
    copied = folder / "autre.zip"
    with zipfile.ZipFile(archive) as read, zipfile.ZipFile(copied, "w") as written:
        for name in read.namelist():
            data = read.read(name)
            if name == "exercice.json":
                told = json.loads(data)
                told["cooperative"] |= {"identifiant": "075-0105", "nom": "Coopérative du Lac", "uai": ""}
                data = json.dumps(told, ensure_ascii=False, indent=1).encode()
            written.writestr(name, data)
    return copied


@pytest.fixture
def enter(chromium: Browser, address: str) -> Iterator[Callable[[str], Page]]:
    """Give a function that signs somebody in, on a computer of their own."""
    contexts = []

    def enter_as(identifier: str) -> Page:
        context = chromium.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900})
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.goto(address + "/connexion")
        page.get_by_label("Identifiant").fill(identifier)
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.get_by_role("button", name="Se connecter").click()
        page.wait_for_url(re.compile("/(coop|ad)/"))
        return page

    yield enter_as
    for context in contexts:
        context.close()


def deliver(mailbox: Mailbox) -> list[tuple[str, str]]:
    """Let the worker send what waits; give to whom what was sent, since the last time."""
    database.close()
    worker.send_mails()
    database.connect()
    arrived, mailbox.arrived = mailbox.arrived, []
    return sorted((mail["To"], mail["Subject"]) for mail in arrived)


def test_september(
    app: Flask, keys: list[YearKey], enter: Callable[[str], Page], address: str, mailbox: Mailbox
) -> None:
    home = {key.coop: enter(key.coop) for key in keys}
    for page in home.values():
        close_the_cahier(page)
        fill_in_the_report(page)
        read_the_financial_report(page)
        give_the_documents(page, javascript=True)
        press(page, "Envoyer à l’association départementale")
        expect(page.get_by_role("heading", name="C’est envoyé")).to_be_visible()

    # One comes back, three are validated, and whatever is left together, half an hour later.
    back, *looked_at, last = [key.coop for key in keys]
    ad = enter("ad075")
    for coop in (back, *looked_at):
        ad.goto(f"{address}/ad/075/validation")
        ad.locator(f'main a[href*="{coop}"]').first.click()
        if coop == back:
            ad.get_by_label("Ce qu’il y a à corriger").select_option("documents")
            ad.get_by_label("Motif, que le mandataire lira").fill("Le relevé est illisible")
            press(ad, "Renvoyer à la coopérative")
        else:
            press(ad, "Prendre en charge")
            ad.get_by_label("C’est définitif").check()
            press(ad, "Valider l’exercice")
    ad.goto(f"{address}/ad/075/validation/ensemble")
    expect(ad.get_by_role("heading", name="1 dossier sans rien à regarder")).to_be_visible()
    press(ad, "Valider les dossiers cochés")
    expect(ad.get_by_role("heading", name=re.compile("programmée")).first).to_be_visible()
    states = {year.coop: year.state for year in Year.select()}
    assert states == {back: "returned", last: "sent", **dict.fromkeys(looked_at, "validated")}
    bulk_validation.carry_out(now() + timedelta(minutes=31), lambda: app.config["RETKOOP"].today)

    validated = "Votre CRF 2024-2025 est validé"
    expected = [(f"{coop}@ecole.example", validated) for coop in (*looked_at, last)]
    expected.append((f"{back}@ecole.example", "Votre exercice 2024-2025 est à compléter"))
    assert deliver(mailbox) == sorted(expected)
    assert deliver(mailbox) == []

    # Who mends sends again, and has it validated too.
    page = home[back]
    follow(page, "Sommaire")
    expect(page.get_by_text("Le relevé est illisible").first).to_be_visible()
    page.goto(f"{address}/coop/{back}/2024-2025/envoi")
    press(page, "Envoyer à l’association départementale")
    expect(page.get_by_role("heading", name="C’est envoyé")).to_be_visible()
    ad.goto(f"{address}/ad/075/validation/{back}/2024-2025")
    ad.get_by_label("C’est définitif").check()
    press(ad, "Valider l’exercice")
    assert deliver(mailbox) == [(f"{back}@ecole.example", validated)]

    # The CRF of each is on its home page, and the next year opens.
    for coop, page in home.items():
        page.goto(f"{address}/coop/{coop}/2024-2025/")
        expect(page.get_by_role("link", name="Télécharger le CRF validé (PDF)")).to_be_visible()
    paper = page.request.get(f"{address}/coop/{last}/2024-2025/crf.pdf")
    assert paper.body().startswith(b"%PDF-")
    press(page, "Ouvrir l’exercice 2025-2026")
    expect(page.get_by_role("heading", name=re.compile("2025-2026")).first).to_be_visible()
    assert Year.get(Year.coop == last, Year.start_year == 2025).follows == 1
