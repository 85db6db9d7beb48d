"""Scans as people send them: chosen, dropped, photographed; turned, put away and brought back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from retkoop.models import Scan
from tests.browser.conftest import Watched
from tests.browser.test_accessibility import faults_of
from tests.factories import a_person, a_year, an_entry
from tests.support.papers import HOSTILE, bill, pamphlet, picture

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]

SCRIPTED = pytest.mark.parametrize("javascript", [True], indirect=True)


@pytest.fixture
def handset(chromium: Browser, javascript: bool) -> Iterator[BrowserContext]:
    """Give a phone: small, touched, and not signed in."""
    size = {"width": 390, "height": 800}
    context = chromium.new_context(
        java_script_enabled=javascript, locale="fr-FR", viewport=size, is_mobile=True, has_touch=True
    )
    context.set_default_timeout(10_000)
    yield context
    context.close()


def sent(name: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def send(page: Page, field: str, javascript: bool, *files: dict[str, Any]) -> None:
    """Choose files: they leave by themselves, or by the button where no script runs."""
    page.set_input_files(field, list(files))
    if not javascript:
        page.locator(f"form:has({field}) button").click()


def opened(sign_in: Callable[[str], Watched], path: str) -> Watched:
    """Open a screen of a year with one entry."""
    an_entry(a_year())
    a_person()
    watched = sign_in("075-0001")
    watched.page.goto(watched.page.url.rstrip("/") + path)
    return watched


ENTRY = "/cahier/ecritures/1/pieces"


def shape(page: Page) -> str:
    """Tell how the large picture lies, once it is there."""
    image = page.locator("img.large")
    expect(image).to_be_visible()
    image.evaluate("image => image.decode()")
    width, height = image.evaluate("image => [image.naturalWidth, image.naturalHeight]")
    return "high" if height > width else "wide"


def test_scans_are_joined_turned_replaced_put_away_and_brought_back(app, sign_in, javascript: bool) -> None:
    watched = opened(sign_in, ENTRY)
    page, loads = watched.page, watched.loads
    expect(page.get_by_text("Cette écriture n’a pas encore de pièce.")).to_be_visible()
    send(page, "#fichiers", javascript, sent("recto.png", picture()), sent("x.png", HOSTILE),
         sent("verso.png", picture("red")))  # fmt: skip
    expect(page.get_by_text("2 pièces reçues\u00a0: recto, verso.")).to_be_visible()
    expect(page.get_by_text("x\u00a0: Ce type de fichier n’est pas accepté.")).to_be_visible()
    expect(page.get_by_role("navigation", name="Pièces de cette écriture").get_by_role("link")).to_have_count(2)
    expect(page.get_by_role("heading", name="verso")).to_be_visible()

    if javascript:
        assert shape(page) == "high"
    page.get_by_role("button", name="Tourner à droite").click()
    expect(page.get_by_text("Pièce tournée.")).to_be_in_viewport()
    if javascript:
        assert shape(page) == "wide"
    page.get_by_role("button", name="Annuler").click()
    expect(page.get_by_text("Action annulée.")).to_be_visible()
    if javascript:
        assert shape(page) == "high"

    page.get_by_text("Remplacer par un autre fichier").click()
    send(page, "#nouveau", javascript, sent("bon.png", picture("green")))
    expect(page.get_by_text("Pièce remplacée par bon.")).to_be_visible()
    page.get_by_role("button", name="Retirer", exact=True).click()
    expect(page.get_by_text("Pièce retirée.")).to_be_visible()
    expect(page.get_by_role("heading", name="recto")).to_be_visible()
    page.get_by_text("Pièces retirées (1)").click()
    page.get_by_role("button", name="Rétablir bon").click()
    expect(page.get_by_role("heading", name="bon")).to_be_visible()
    page.get_by_text("Historique de cette pièce").click()
    expect(page.get_by_text("Remplacement par 075-0001")).to_be_visible()
    if javascript:
        assert watched.loads == loads
        before = without_passing(page)
        page.reload()
        assert without_passing(page) == before


def without_passing(page: Page) -> str:
    """Give the main part, less the messages, the keys, and what was unfolded."""
    page.evaluate("document.getElementById('messages').replaceChildren()")
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = false")
    html = page.locator("#pieces").inner_html()
    html = re.sub(r'name="(csrf_token|cle)" value="[^"]*"| data-htmx-powered="true"', "", html)
    return re.sub(r"\s+", " ", html).replace("> <", "><")


def test_a_pdf_is_read_page_by_page_with_the_keyboard(app, sign_in, javascript: bool) -> None:
    watched = opened(sign_in, ENTRY)
    page = watched.page
    send(page, "#fichiers", javascript, sent("releve.pdf", pamphlet("Une", "Deux", "Trois")))
    expect(page.get_by_text("Page 1 sur 3")).to_be_visible()
    loads = watched.loads
    for number in (2, 3):
        page.get_by_role("link", name="Suivante").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text(f"Page {number} sur 3", exact=True)).to_be_visible()
        image = page.get_by_role("img", name=f"Page {number} sur 3 de releve")
        expect(image).to_be_visible()
        if javascript:
            image.evaluate("image => image.decode()")
            assert image.evaluate("image => Math.max(image.naturalWidth, image.naturalHeight)") > 1_500
    expect(page.get_by_role("link", name="Suivante")).to_have_count(0)
    if javascript:
        assert watched.loads == loads
        assert page.evaluate("document.activeElement.id") == "page-suivante", "the focus stays where it was"
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 800})
            assert not faults_of(page), width
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("link", name="Précédente").click()
    expect(page.get_by_text("Page 2 sur 3", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_text("Page 2 sur 3", exact=True)).to_be_visible()


def test_the_scans_of_an_entry_are_put_in_order(app, sign_in, javascript: bool) -> None:
    page = opened(sign_in, ENTRY).page
    send(page, "#fichiers", javascript, sent("recto.png", picture()), sent("verso.png", picture("red")))
    expect(page.get_by_role("heading", name="verso")).to_be_visible()
    page.get_by_role("button", name="Mettre en premier").click()
    expect(page.get_by_text("Pièce mise en premier.")).to_be_visible()
    expect(page.get_by_role("button", name="Mettre en premier")).to_have_count(0)
    first = page.get_by_role("navigation", name="Pièces de cette écriture").get_by_role("link").first
    expect(first.get_by_role("img", name="Pièce 1 : verso")).to_be_visible()
    page.get_by_role("button", name="Annuler").click()
    expect(first.get_by_role("img", name="Pièce 1 : recto")).to_be_visible()


@SCRIPTED
def test_a_file_chosen_in_the_form_of_an_entry_outlives_a_refusal(app, sign_in, javascript: bool) -> None:
    watched = opened(sign_in, "/cahier?vue=simple")
    page = watched.page
    field = page.get_by_label("Photo ou PDF de la pièce")
    field.set_input_files([sent("facture.png", picture())])
    for button in ("Enregistrer", "Répartir sur une ligne de plus", "Enregistrer"):
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("alert") if button == "Enregistrer" else page.get_by_label("Ligne 2")).to_be_visible()
        assert field.evaluate("field => [...field.files].map((file) => file.name)") == ["facture.png"]
    page.reload()
    expect(page.get_by_text("Vous aviez choisi facture.")).to_be_visible()
    assert field.evaluate("field => field.files.length") == 0
    assert not faults_of(page)


@SCRIPTED
def test_choosing_is_sending_and_the_bar_moves(app, sign_in, context, javascript: bool) -> None:
    page = opened(sign_in, ENTRY).page
    expect(page.get_by_role("button", name="Envoyer", exact=True)).to_be_hidden()
    page.evaluate("""() => {
        window.seen = [];
        const bar = document.querySelector("#envoi progress");
        new MutationObserver(() => window.seen.push(bar.value)).observe(bar, {attributes: true});
    }""")
    # Slow enough for the sending to be told in parts.
    context.new_cdp_session(page).send("Network.emulateNetworkConditions", {
        "offline": False, "latency": 20, "downloadThroughput": 10**6, "uploadThroughput": 400_000,
    })  # fmt: skip
    noise = [picture(f"#0000{n:02d}", "BMP", (300, 300)) for n in range(2)]
    page.set_input_files("#fichiers", [sent("a.bmp", noise[0]), sent("b.bmp", noise[1]), sent("c.png", picture())])
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_text("Une pièce reçue\u00a0: c.")).to_be_visible()
    values = page.evaluate("window.seen")
    assert values == sorted(values)
    assert len({round(value, 2) for value in values}) > 3
    assert values[-1] == 1


@SCRIPTED
def test_files_are_dropped_on_the_page(app, sign_in, context, javascript: bool, tmp_path: Path) -> None:
    page = opened(sign_in, ENTRY).page
    paths = []
    for name, data in (("recto.png", picture()), ("facture.pdf", bill("Total TTC 12,00 €"))):
        paths.append(str(tmp_path / name))
        (tmp_path / name).write_bytes(data)
    box = page.locator("#fichiers").bounding_box()
    assert box is not None
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    hand = context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        carried = {"items": [], "files": paths, "dragOperationsMask": 1}
        hand.send("Input.dispatchDragEvent", {"type": kind, **place, "data": carried})
    expect(page.get_by_text("2 pièces reçues\u00a0: recto, facture.")).to_be_visible()
    expect(page.get_by_role("link", name="Télécharger le PDF")).to_be_visible()


@SCRIPTED
def test_a_line_that_is_cut_keeps_what_was_sent_and_may_go_on(app, sign_in, context, javascript: bool) -> None:
    watched = opened(sign_in, ENTRY)
    page = watched.page
    calls: list[str] = []

    def cut(route: Any) -> None:
        calls.append(route.request.method)
        route.abort() if len(calls) == 2 else route.continue_()

    page.route("**/cahier/ecritures/1/pieces", cut)
    page.set_input_files("#fichiers", [sent("a.png", picture("red")), sent("b.png", picture("blue"))])
    expect(page.get_by_text("La connexion a été coupée.")).to_be_visible()
    assert [row.name for row in Scan.select()] == ["a"]
    page.get_by_role("button", name="Envoyer", exact=True).click()
    expect(page.get_by_text("2 pièces reçues\u00a0: a, b.")).to_be_visible()
    assert [row.name for row in Scan.select()] == ["a", "b"], "what was sent the first time is not doubled"
    watched.complaints.clear()  # Chromium tells of the line that was cut


def test_a_phone_sends_what_the_computer_waits_for(app, sign_in, handset: BrowserContext, javascript: bool) -> None:
    page = opened(sign_in, ENTRY).page
    page.get_by_role("button", name="Afficher le code").click()
    expect(page.get_by_role("img", name="Code à viser avec le téléphone")).to_be_visible()
    if javascript:
        assert not faults_of(page)
    address = page.get_by_label("Ou tapez cette adresse sur le téléphone").input_value()
    held = Watched(handset.new_page(), address.partition("/t/")[0])
    held.page.goto(address)
    expect(held.page.get_by_text("Librairie du Centre – Albums, 12,00\u00a0€")).to_be_visible()
    if javascript:
        assert not faults_of(held.page)
        assert held.page.evaluate("document.documentElement.scrollWidth") <= 390
    send(held.page, "#photo", javascript, sent("IMG_1.png", picture()))
    expect(held.page.get_by_text("Reçu ✓")).to_be_visible()
    if javascript:
        assert not faults_of(held.page)
    else:
        page.get_by_role("link", name="Recharger").click()
    expect(page.get_by_role("heading", name="IMG_1")).to_be_visible()
    expect(page.get_by_role("button", name="Afficher le code")).to_be_visible()
    held.page.goto(address)
    expect(held.page.get_by_text("Ce code a déjà servi, ou n’est plus valable.")).to_be_visible()
    assert not held.complaints, held.complaints


def test_the_inbox_proposes_and_one_click_joins(app, sign_in, javascript: bool) -> None:
    page = opened(sign_in, "/pieces").page
    send(page, "#fichiers", javascript, sent("facture.pdf", bill("Le 04/11/2024", "Total TTC 12,00 €")),
         sent("ticket.png", picture()))  # fmt: skip
    expect(page.get_by_text("2 pièces reçues\u00a0: facture, ticket.")).to_be_visible()
    page.get_by_role("button", name="Joindre ticket").click()
    expect(page.get_by_text("Choisissez une écriture dans la liste.")).to_be_visible()
    if javascript:
        assert not faults_of(page)
    page.get_by_role("button", name="Joindre à 01").click()
    expect(page.get_by_text("Pièce jointe à l’écriture 01")).to_be_visible()
    page.get_by_label("Écriture que cette pièce prouve").fill("albums")
    page.get_by_role("button", name="Joindre ticket").click()
    expect(page.get_by_text("Aucune pièce n’attend.")).to_be_visible()
    page.get_by_role("button", name="Annuler").click()
    expect(page.get_by_role("heading", name="ticket")).to_be_visible()
    page.get_by_role("link", name="Voir les écritures sans pièce").click()
    expect(page.get_by_text("Chaque écriture a sa pièce.")).to_be_visible()


@SCRIPTED
def test_axe_finds_nothing_on_a_full_page(app, sign_in, javascript: bool) -> None:
    page = opened(sign_in, ENTRY).page
    send(page, "#fichiers", True, sent("recto.png", picture()), sent("x.png", HOSTILE), sent("f.pdf", bill("Total")))
    expect(page.get_by_text("2 pièces reçues")).to_be_visible()
    for one in page.locator("details").all():
        one.locator("summary").click()
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert not faults_of(page), width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
