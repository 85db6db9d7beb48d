"""Every page of the cahier in its states, on one database filled once, for whoever looks at them all."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from retkoop import db
from retkoop.actions.direct_report import save_direct, turn_direct
from retkoop.direct import fingerprint
from retkoop.facts import DirectOperation, DirectReport
from retkoop.models import Year
from retkoop.storage import FileStorage
from tests.factories import PASSWORD, SOMEONE, a_case, a_coop, a_person, a_year
from tests.support import whole_year

EMPTY, FULL, CLOSED, DIRECT = "075-0001", whole_year.COOP, "075-0103", "075-0002"
VERIFIER = whole_year.VERIFIER
MODES = ("classique", "automatique", "simple")
GRIDS = MODES[:2]
PIECES = f"cahier/ecritures/{whole_year.SCANNED}/pieces"


# Whatever sticks out of the window, less what lies in a box of its own that scrolls, and what only a reader hears.
OUTSIDE = """width => [...document.querySelectorAll("main *")].filter((one) => {
  const box = one.getBoundingClientRect();
  if (!box.width || !box.height || (box.left >= -1 && box.right <= width + 1)) return false;
  if (one.closest(".vh, .skip, [popover]")) return false;
  for (let above = one.parentElement; above; above = above.parentElement)
    if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(above).overflowX)) return false;
  return true;
}).map((one) => one.outerHTML.slice(0, 120))"""


def sticking_out(page: Page, width: int) -> list[str]:
    """Make the page as wide as this, and give what sticks out of it."""
    page.set_viewport_size({"width": width, "height": 740})
    wide = page.evaluate("document.documentElement.scrollWidth")
    found: list[str] = page.evaluate(OUTSIDE, width)
    return [f"the whole page is {wide} px wide"] * (wide > width) + found


@dataclass(frozen=True)
class State:
    """A page of a cooperative, and what somebody does there before it is looked at; `who`, if not its mandataire."""

    coop: str
    path: str
    act: Callable[[Page], object] | None = None
    who: str = ""

    def __str__(self) -> str:
        return f"{self.coop} {self.path}"


def press(name: str, **typed: str) -> Callable[[Page], None]:
    """Type in fields, by their ids, then press a button and wait for what it brings."""

    def act(page: Page) -> None:
        for field, text in typed.items():
            page.locator(f"#{field.replace('__', '-')}").fill(text)
        page.get_by_role("button", name=re.compile(f"^{name}")).first.click()
        page.wait_for_load_state("networkidle")

    return act


def unfold(page: Page) -> None:
    """Open whatever is folded."""
    page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")


def press_folded(name: str, **typed: str) -> Callable[[Page], None]:
    """Open whatever is folded, then type and press."""

    def act(page: Page) -> None:
        unfold(page)
        press(name, **typed)(page)

    return act


def tick_all(page: Page) -> None:
    """Tick every cheque of a slip, and wait for the sum."""
    for box in page.locator("#slip-form input[type=checkbox]").all():
        box.check()
    page.wait_for_load_state("networkidle")


WROTE = {"grille__libelle": "Car", "grille__date": "x"}
_READ = (
    "cahier/supprimees", "projets", "projets/sans-projet", "remises", "regies", "pieces", "pieces/manquantes", "caisse",
    "releve", "documents",
)  # fmt: skip
_WRITTEN = (
    "cahier/mes-actions", f"cahier/ecritures/{whole_year.SCANNED}", f"cahier/ecritures/{whole_year.SCANNED}/copie",
    PIECES + "?piece=8", f"cahier/ecritures/{whole_year.PLAIN}/pieces", "projets/1", "projets/8", "remises/1",
    "remises/1/modifier", "regies/1/mouvement", *(f"cahier/ecritures/{n}/historique" for n in (24, 25)),
    "cahier?virement=vers_banque", "cahier?regie=CE1", "cahier?joindre=10", "pieces?piece=10",
    f"cahier/ecritures/{whole_year.STRUCK}/pieces", "documents/1", "documents/2?feuille=2",
    "subventions/1/bilan", "inventaire/1", "releve/importes/1", "releve/importes/2", "releve/importes/1/colonnes",
    "releve/importes/1/supprimer", "releve/lignes/1", "cahier?ligne_releve=1",
)  # fmt: skip
STATES = (
    *(State(coop, f"cahier?vue={mode}") for coop in (EMPTY, CLOSED) for mode in MODES),
    *(State(FULL, f"cahier?vue={mode}&mois=2024-12") for mode in MODES),
    *(State(FULL, f"cahier?vue={mode}&mois=2024-12&ligne=25") for mode in GRIDS),
    *(State(FULL, f"cahier?vue={mode}&{asked}") for mode in MODES for asked in ("cherche=car", "cherche=zzz")),
    *(State(FULL, f"cahier?vue={mode}&mois=2024-12", unfold) for mode in MODES),
    *(State(coop, path) for coop in (EMPTY, FULL, CLOSED) for path in _READ),
    *(State(FULL, path) for path in _WRITTEN),
    State(EMPTY, "cahier/mes-actions"),
    State(EMPTY, "../identite"), State(FULL, "../identite"), State(FULL, "../identite/passation"),
    State(FULL, "../identite/passations/1"), State(FULL, "../identite", press("Enregistrer la fiche", mail="x")),
    State(FULL, "../identite/passation", press("Enregistrer et signer", entrant="")),
    State(FULL, f"cahier/ecritures/{whole_year.SCANNED}/copie", press("Répartir")),
    State(FULL, PIECES, unfold),
    State(FULL, PIECES, press("Afficher le code")),
    State(FULL, "pieces", press("Joindre")),
    State(FULL, "projets", press("Créer")),
    State(FULL, "projets/1", press("Renommer", nom="Ancien projet")),
    State(FULL, "remises", press("Enregistrer")),
    State(FULL, "remises", tick_all),
    State(FULL, "regies/1/mouvement", press("Enregistrer", factures__0__montant="12,5,0")),
    State(FULL, "regies/1/mouvement", press("Vérifier", avance__montant="200")),
    State(FULL, "cra", press("Valider", q_nb_classes="sept", q_nb_conseils="3")),
    State(FULL, "documents", unfold),
    State(EMPTY, "crf"),
    State(DIRECT, "crf"),
    State(DIRECT, "crf", press("Valider", banque="mille", operations__0__libelle="Car")),
    State(DIRECT, "crf", press("Revenir au cahier")),
    State(DIRECT, "cahier"),
    State(DIRECT, "releve"),
    State(FULL, "caisse", press("Enregistrer", n2000="x")),
    *(State(coop, path) for coop in (EMPTY, FULL, CLOSED) for path in ("quitus", "quitus/verification")),
    State(EMPTY, "quitus/acces"),
    State(FULL, "quitus", press_folded("Faire un nouveau tirage", hasard="51")),
    State(FULL, "quitus/acces", press("Créer un compte", nom="")),
    State(FULL, "quitus/acces", press("Créer un lien", nom="Zoé Martin")),
    State(FULL, "quitus/verification?page=2", press("Vu", remarque__25="Bien"), VERIFIER),
    State(FULL, "quitus/verification", press("Enregistrer la remarque", remarque__1="x" * 301), VERIFIER),
    State(EMPTY, "adhesion"),
    State(FULL, "adhesion", press("Calculer", classes__0__nom="CP", classes__0__effectif="x")),
    State(FULL, "adhesion", press("Envoyer", classes__0__nom="CP")),
    State(FULL, "releve", press("Enregistrer", solde="mille")),
    State(FULL, "cahier?vue=simple", press("Enregistrer", libelle="Car", lignes__0__montant="12,5,0")),
    State(FULL, "cahier?vue=simple"),
    *(State(FULL, f"cahier?vue={mode}&mois=2024-12", press("Valider la ligne", **WROTE)) for mode in GRIDS),
    *(State(FULL, f"cahier?vue={mode}&mois=2024-12&ligne=25", press("Valider.*ligne 25", **{"grille-25__libelle": ""}))
      for mode in GRIDS),
    State("", "/aide/"), State("", "/aide/comptes/2024-2025"), State("", "/t/TOKEN"), State("", "/t/perdu"),
)  # fmt: skip


class Tour:
    """One browser that goes from state to state, signed in as whoever owns the page."""

    def __init__(self, context: BrowserContext, address: str, token: str) -> None:
        self.page, self.address, self.token = context.new_page(), address, token
        self.who = ""

    def go(self, state: State) -> Page:
        """Show a state."""
        if state.coop and (state.who or state.coop) != self.who:
            self._sign_in(state.who or state.coop)
        home = f"{self.address}/coop/{state.coop}/2024-2025/" if state.coop else self.address
        self.page.set_viewport_size({"width": 1280, "height": 800})
        self.page.goto(home + state.path.replace("TOKEN", self.token))
        if state.act:
            state.act(self.page)
        return self.page

    def _sign_in(self, who: str) -> None:
        self.page.context.clear_cookies()
        self.page.goto(self.address + "/connexion")
        self.page.get_by_label("Identifiant").fill(who)
        self.page.get_by_label("Mot de passe").fill(PASSWORD)
        self.page.get_by_role("button", name="Se connecter").click()
        self.page.wait_for_url("**/coop/**")
        self.who = who


@contextmanager
def tour(
    app: Flask, url: str, folder: Path, browser: Browser, scripted: bool = True, width: int = 1280
) -> Iterator[Tour]:
    """Fill a database, serve it, and give the browser that goes around."""
    database = db.open_database(url)
    db.database.initialize(database)
    app.config["STORAGE"] = FileStorage(folder)
    app.config["RETKOOP"] = replace(app.config["RETKOOP"], today=date(2025, 9, 5), database_url=url)
    with database.connection_context():
        token = _fill(app.config["STORAGE"])
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    size = {"width": width, "height": 800}
    context = browser.new_context(java_script_enabled=scripted, locale="fr-FR", viewport=size)
    context.set_default_timeout(10_000)
    yield Tour(context, f"http://127.0.0.1:{server.server_port}", token)
    context.close()
    server.shutdown()
    thread.join()
    database.close_all()


def _fill(storage: FileStorage) -> str:
    a_year(bank=0, cash=0)
    a_person()
    closed = a_case("ecole-103-sans-caisse", storage)
    a_person(closed.coop, coop_identifier=closed.coop)
    Year.update(state="closed").where(closed.of(Year)).execute()
    direct = a_year(a_coop(DIRECT))
    a_person(DIRECT, coop_identifier=DIRECT)
    turn_direct(SOMEONE, direct)
    typed = DirectReport(bank=100_000, operations=(DirectOperation(1, date(2025, 8, 20), "Cars Martin", "", -3_000),))
    save_direct(SOMEONE, direct, fingerprint(DirectReport(), "512"), typed, "512")
    return whole_year.fill(storage)
