"""Every page, in its states, at two widths: axe finds nothing, nothing scrolls sideways, the HTML is valid."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import Page

from retkoop.actions import (
    announcements,
    chart_versions,
    deposits,
    moves,
    questionnaire_versions,
    reconciliation,
    reopening,
    site_controls,
)
from retkoop.actions.mails import post
from retkoop.actions.phone import make_pass
from retkoop.actions.quitus import draw_sample
from retkoop.actions.years import load_facts
from retkoop.audit import Actor, now
from retkoop.chart_versions import account_of
from retkoop.db import writing
from retkoop.facts import Allocation
from retkoop.letters import validated
from retkoop.models import Scan, Year
from retkoop.school_year import SchoolYear
from tests.browser.conftest import Watched
from tests.browser.states import STATES, State, Tour, sticking_out, tour
from tests.factories import PASSWORD, SOMEONE, a_case, a_coop, a_person, a_year, an_advance, an_entry
from tests.support.year_end import finish

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]

ROOT = Path(__file__).parents[2]
AXE = (ROOT / "tests" / "vendor" / "axe-core-4.14.1.min.js").read_text()
# What passes is not told: naming each node that does takes axe longer than looking at it.
FAULTS_ALONE = {"resultTypes": ["violations"]}
RULES: dict[str, Any] = {
    "runOnly": ["RGAAv4", "wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"], **FAULTS_ALONE,
}  # fmt: skip
# A month in each grid.
GRIDS = tuple(f"cahier?vue={mode}&mois=2024-11" for mode in ("classique", "automatique"))
PAGES = (
    "", "cahier", "cahier?mois=tout", "cahier?mois=2024-11", *GRIDS, "cahier/supprimees", "cahier/ecritures/1",
    "cahier/ecritures/1/copie", "releve", "ouverture", "caisse", "subventions", "regies", "inventaire", "cloture",
    "projets", "projets/sans-projet", "remises", "pieces", "pieces/manquantes", "cahier/ecritures/1/pieces",
    "cra", "crf", "crf?presentation=releve", "documents", "../identite", "../identite/passation", "../archives",
    "quitus", "quitus/verification",
)  # fmt: skip


# The rules whose answer depends on the width: enough for a page that was read whole at another one.
OF_WIDTH = {
    "runOnly": {"type": "rule", "values": ["target-size", "color-contrast", "scrollable-region-focusable"]},
    **FAULTS_ALONE,
}


def faults_of(page: Page, rules: dict[str, Any] = RULES) -> list[str]:
    """Run axe in the page and give what it found.

    A target that a bar stuck to the window's foot covers in part is scrolled free by whoever wants it: what is too
    small for axe is looked at again with the whole page in the window.
    """
    page.evaluate(AXE)
    found = _violations(page, rules)
    if any(fault.startswith("target-size") for fault in found):
        size = page.viewport_size or {}
        page.set_viewport_size({**size, "height": page.evaluate("document.documentElement.scrollHeight") + 200})
        found = _violations(page, rules)
        page.set_viewport_size(size)
    return found


def _violations(page: Page, rules: dict[str, Any]) -> list[str]:
    found = page.evaluate("rules => axe.run(document, rules)", rules)
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found["violations"] for node in rule["nodes"]]


def check(page: Page, address: str, html: dict[str, str], widths: tuple[int, ...] = (1280,)) -> None:
    """Look at a page; axe reads it at each of the widths, and nothing may stick out of a phone's 320 px."""
    answer = page.goto(address)
    assert answer is not None
    html[address.rpartition("/coop/")[2] or address] = answer.text()
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert width not in widths or not faults_of(page), (address, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)


@pytest.fixture(params=[True], ids=["js"])
def javascript(request: pytest.FixtureRequest) -> bool:
    """Axe needs JavaScript."""
    return bool(request.param)


@pytest.fixture(scope="module")
def read_by_the_checker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Collect the pages of all tests and have the W3C's checker, slow to start, read them once."""
    pages: dict[str, str] = {}
    yield pages
    folder = tmp_path_factory.mktemp("pages")
    for number, text in enumerate(pages.values()):
        (folder / f"{number}.html").write_text(text)
    jar = next((ROOT / ".tools").rglob("vnu.jar"))
    command = ["java", "-jar", str(jar), "--format", "gnu", "--errors-only", *map(str, folder.glob("*.html"))]
    report = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    wrong = [line for line in report.splitlines() if "hx-" not in line]
    assert not wrong, (wrong, list(enumerate(pages)))


@pytest.fixture
def valid(read_by_the_checker: dict[str, str], request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Give where a test puts the HTML of its pages."""
    html: dict[str, str] = {}
    yield html
    read_by_the_checker.update({f"{request.node.name} {address}": text for address, text in html.items()})


def test_each_page_of_a_real_year(app: Flask, sign_in: Callable[[str], Watched], valid) -> None:
    key = a_case("ecole-101", app.config["STORAGE"])
    a_person(key.coop, coop_identifier=key.coop)
    page = sign_in(key.coop).page
    home = page.url
    for path in PAGES:
        check(page, home + path, valid, (1280, 320))


def test_each_page_of_an_empty_year(app: Flask, sign_in: Callable[[str], Watched], valid) -> None:
    a_year(bank=0, cash=0)
    a_person()
    page = sign_in("075-0001").page
    home = page.url
    for path in PAGES:
        if "ecritures" not in path:
            check(page, home + path, valid)


def test_each_page_of_a_closed_year_as_a_verifier_reads_it(app: Flask, sign_in, valid) -> None:
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    draw_sample(SOMEONE, key, 0, 15_000, 10)
    Year.update(state="closed").where(key.of(Year)).execute()
    a_person("verif", "verificateur", coop_identifier=key.coop)
    page = sign_in("verif").page
    home = page.url
    for path in PAGES:
        if "ecritures" not in path:
            check(page, home + path, valid)


def test_a_project_a_régie_and_a_slip(app: Flask, sign_in: Callable[[str], Watched], valid) -> None:
    key = a_case("ecole-102-postale", app.config["STORAGE"])
    receipts = [entry.number for entry in load_facts(Year.get(key.of(Year))).entries if entry.bank > 0][:4]
    for number in receipts:
        reconciliation.tick_entry(SOMEONE, key, number, None)
    deposits.make_slip(SOMEONE, key, key.year.last_day, "Remise de 3 chèques", receipts[:3])
    a_person(key.coop, coop_identifier=key.coop)
    page = sign_in(key.coop).page
    home = page.url
    for path in ("projets/1", "regies/1/mouvement", "remises", "remises/1", "remises/1/modifier", "releve"):
        check(page, home + path, valid, (1280, 320))


def test_a_movement_told_live_is_read_out(app: Flask, sign_in: Callable[[str], Watched]) -> None:
    an_advance(a_year())
    a_person()
    page = sign_in("075-0001").page
    page.goto(page.url + "regies/1/mouvement")
    page.locator("#avance-montant").fill("160")
    page.keyboard.press("Tab")
    page.get_by_role("status").filter(has_text="le plafond est de 150,00").wait_for()
    assert page.evaluate("document.activeElement.id") == "avance-date"
    assert not faults_of(page)
    page.get_by_role("button", name="Une facture de plus").click()
    page.locator("#factures-2-compte:focus").wait_for()
    page.locator("#factures-2-montant").fill("12,5,0")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.get_by_role("alert").wait_for()
    assert not faults_of(page)


def test_a_slip_adds_up_as_it_is_ticked_off(app: Flask, sign_in: Callable[[str], Watched]) -> None:
    key = a_year()
    for _ in range(2):
        an_entry(key, bank=1_500, allocations=(Allocation("70700008", 1_500),))
    a_person()
    page = sign_in("075-0001").page
    page.goto(page.url + "remises")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("status").filter(has_text="Remise de 2 chèques : 30,00 €").wait_for()
    assert not faults_of(page)


def test_the_pages_around(app: Flask, sign_in, address: str, context, valid) -> None:
    a_coop()
    a_person(must_change=True)
    page = context.new_page()
    for path in ("/connexion", "/nulle-part"):
        check(page, address + path, valid)
    page.goto(address + "/connexion")
    page.get_by_label("Identifiant").fill("075-0001")
    page.get_by_role("button", name="Se connecter").click()
    assert not faults_of(page)
    page = sign_in_of(page, address, "075-0001")
    for path in ("/mot-de-passe", "/deconnexion", "/aide/", "/coop/075-0001/", "/nulle-part"):
        check(page, address + path, valid)


def test_the_page_of_a_phone(app: Flask, address: str, context, valid) -> None:
    key = a_year()
    an_entry(key)
    camille = Actor("Camille", a_person().id)
    for entry in (1, None):
        check(context.new_page(), f"{address}/t/{make_pass(camille, key, entry)}", valid, (1280, 320))


def test_the_pages_of_the_associations(app: Flask, address: str, context, valid) -> None:
    an_entry(a_year(a_coop(address="12 rue des Tilleuls, Paris", mail="tilleuls@exemple.fr", phone="01 02 03 04 05")))
    a_coop("075-0002")
    a_person("ad075", "ad")
    a_person("federation", "federation")
    board = ("/ad/075/", "/ad/075/?cherche=zzz&tri=banque&sens=desc", "/ad/075/?annee=2024-2025&etat=pas_prete")
    key = a_year(a_coop("075-0003"))
    an_entry(key)
    Year.update(state="validated").where(key.of(Year)).execute()
    # What the fédération has in the making, with something that forbids publishing it, and what it announces.
    year = SchoolYear(2025)
    chart_versions.begin_draft(SOMEONE, year)
    chart_versions.withdraw_account(SOMEONE, year, 1, "74100008")
    chart_versions.put_account(SOMEONE, year, 2, account_of("60700008", "Achats pour la fête"))
    questionnaire_versions.begin_draft(SOMEONE, year)
    questionnaire_versions.withdraw(SOMEONE, year, 1, "nb_adultes")
    days = {"from_day": date(2025, 9, 1), "to_day": date(2025, 9, 30)}
    announcements.announce(SOMEONE, {"title": "Nouveau plan", "text": "Bonjour", "audience": "tous", **days})
    parts = (
        "", "?cherche=zzz", "associations/nouvelle", "associations/075", "plan-comptable", "plan-comptable/2024-2025",
        "plan-comptable/brouillon/2025-2026", "plan-comptable/brouillon/2025-2026/compte", "questionnaire",
        "questionnaire/brouillon/2025-2026", "questionnaire/brouillon/2025-2026/apercu", "annonces",
        "annonces/nouvelle", "annonces/1", "chiffres?annee=2024-2025",
    )  # fmt: skip
    national = tuple(f"/federation/{part}" for part in parts)
    a_person("ad075-2", "ad")
    team = "/ad/075/equipe"
    pages = {
        "ad075": (*board, "/ad/075/coops/075-0001", "/ad/075/reglages", team),
        "federation": (*national, "/federation/equipe", team),
    }
    for identifier, paths in pages.items():
        page = sign_in_of(context.new_page(), address, identifier)
        for path in paths:
            check(page, address + path, valid, (1280, 320))
        page.get_by_role("button", name="Se déconnecter").click()


def test_the_mails_and_the_long_work_of_an_association(app: Flask, address: str, context, valid) -> None:
    a_coop()
    a_person("ad075", "ad")
    person = a_person()
    person.mail = "camille@exemple.fr"
    letter = validated("Camille", "Les Lilas", "2024-2025", "/coop/075-0001/2024-2025/")
    number = writing(post)(person, "validation", letter, "un")
    for path in ("/mot-de-passe/oublie", "/courriels/arret/x"):
        check(context.new_page(), address + path, valid)
    page = sign_in_of(context.new_page(), address, "ad075")
    page.goto(f"{address}/ad/075/travaux")
    page.get_by_role("button", name="Préparer l’exercice").first.click()
    page.get_by_role("heading", name="En attente").wait_for()
    for path in ("courriels", f"courriels/{number}", "courriels/rappel", "travaux", "travaux/1"):
        check(page, f"{address}/ad/075/{path}", valid)


def test_the_decisions_of_an_association(app: Flask, address: str, context, valid) -> None:
    """The queue, a file sent back and its refused form, the preview, a reopening, a control on site."""
    keys = [a_case(name, app.config["STORAGE"]) for name in ("ecole-du-bourg", "ecole-101", "ecole-103-sans-caisse")]
    michel, anne = a_person("ad075", "ad", name="Michel"), a_person("asso2", "ad", name="Anne")
    for key in keys:
        finish(key)
    for key in keys[:2]:
        moves.send(SOMEONE, key, lambda: date(2025, 9, 5))
    reopening.ask(Actor("Anne", anne.id), keys[2], "Une facture manque", now())
    site_controls.draw(Actor("Michel", michel.id), "075", keys[0].year, 100, "sent", 0)
    page = sign_in_of(context.new_page(), address, "ad075")
    home = f"{address}/ad/075/"
    files = [f"validation/{key.coop}/2024-2025" for key in keys]
    scan = Scan.get(keys[0].of(Scan), Scan.entry.is_null(False)).number
    papers = [f"{files[0]}?operations={asked}" for asked in ("sans", f"tout&piece={scan}")]
    for path in ("", "validation/ensemble", f"{files[2]}/reouverture", "controles?annee=2024-2025",
                 f"controles/1/{keys[0].coop}/2024-2025", *files, *papers):  # fmt: skip
        check(page, home + path, valid, (1280, 320))
    page.goto(home + files[0])
    page.get_by_text("Des motifs précis").click()
    page.get_by_label("Motif (point 1)").fill("Illisible")
    page.get_by_label("N° de PJ (point 1)").fill("999")
    page.get_by_role("button", name="Renvoyer à la coopérative").click()
    page.get_by_role("alert").wait_for()
    assert not faults_of(page)
    page.goto(home + "validation/ensemble")
    page.get_by_role("button", name="Valider les dossiers cochés").click()
    page.get_by_role("heading", name="programmée").wait_for()
    check(page, home + "validation", valid, (1280, 320))


def test_the_second_factor_in_its_states(app: Flask, address: str, context, valid) -> None:
    a_coop()
    a_person("ad075", "ad")
    page, place = sign_in_of(context.new_page(), address, "ad075"), f"{address}/double-authentification"
    check(page, place, valid, (1280, 320))
    page.get_by_label("Votre mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Commencer").click()
    page.get_by_role("heading", name="1. Visez").wait_for()
    assert not faults_of(page)
    secret = page.locator("span.secret").inner_text().replace(" ", "")
    page.get_by_label("Code à 6 chiffres").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Mettre en service").click()
    page.get_by_role("heading", name="Vos codes de secours").wait_for()
    assert not faults_of(page)
    check(page, place, valid, (1280, 320))
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_load_state()
    check(sign_in_of(page, address, "ad075"), f"{address}/connexion/code", valid, (1280, 320))
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("alert").wait_for()
    assert not faults_of(page)


def sign_in_of(page: Page, address: str, identifier: str) -> Page:
    page.goto(address + "/connexion")
    page.get_by_label("Identifiant").fill(identifier)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_load_state()
    return page


def test_a_refused_form_is_read_out_too(app: Flask, sign_in) -> None:
    a_year()
    a_person()
    page = sign_in("075-0001").page
    page.goto(page.url + "cahier")
    page.get_by_label("Montant").fill("12,5,0")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.get_by_role("alert").wait_for()
    assert not faults_of(page)


@pytest.mark.parametrize("mode", ["classique", "automatique"])
def test_a_line_that_waits_is_read_out_too(app: Flask, sign_in, mode: str) -> None:
    an_entry(a_year())
    a_person()
    page = sign_in("075-0001").page
    page.goto(f"{page.url}cahier?vue={mode}")
    page.get_by_label("Libellé", exact=True).fill("Car")
    page.keyboard.press("Enter")
    page.get_by_text("à compléter").wait_for()
    for width in (1280, 1024, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert not faults_of(page), width


@pytest.fixture(scope="module")
def walk(session_app: Flask, fresh_database, tmp_path_factory, chromium) -> Iterator[Tour]:
    """Give the browser that goes from state to state."""
    url, drop = fresh_database()
    with tour(session_app, url, tmp_path_factory.mktemp("pieces"), chromium) as made:
        yield made
    drop()


@pytest.mark.parametrize("state", [one for one in STATES if one.act or one.path not in PAGES], ids=str)
def test_each_state_of_the_cahier(walk: Tour, state: State) -> None:
    """Full, open, refused, red, struck, looked for, closed: the states of states.py that are no page of the above."""
    page = walk.go(state)
    assert not faults_of(page)
    assert not sticking_out(page, 360)
    page.set_viewport_size({"width": 320, "height": 800})
    assert not faults_of(page, OF_WIDTH)


def test_axe_is_awake(context, address: str) -> None:
    """A page with faults on purpose is found out."""
    page = context.new_page()
    page.goto(address + "/connexion")
    page.evaluate("document.querySelector('label').remove(); document.documentElement.removeAttribute('lang')")
    page.evaluate("""document.querySelector('main').insertAdjacentHTML('beforeend',
        '<button id=p1></button><button id=p2></button>');
        for (const one of [p1, p2]) one.style = 'width: 9px; height: 9px; padding: 0; border: 0; min-height: 0'""")
    found = " ".join(faults_of(page))
    assert "target-size" in found
    assert "label" in found
    assert "html-has-lang" in found
