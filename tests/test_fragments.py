"""Swap parity: each answer that htmx puts in a page leaves it as a reload shows it, on a real year with data."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import unified_diff
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import pytest
from flask import Flask, template_rendered
from werkzeug.test import TestResponse

from retkoop import db
from retkoop.actions import direct_report, half_typed, quitus
from retkoop.actions.phone import find_pass, use_pass
from retkoop.audit import Actor, now
from retkoop.direct import fingerprint
from retkoop.facts import DirectOperation, DirectReport
from retkoop.models import Entry, Person
from retkoop.storage import FileStorage
from tests.factories import a_person
from tests.support import pages, swaps
from tests.support.answers import answering
from tests.support.papers import HOSTILE, arrived, picture
from tests.support.whole_year import COOP, HOME, KEY, VERIFIER, fill
from tests.views.conftest import Browser

VIEWS = Path(__file__).parents[1] / "retkoop" / "views"
# The secret of the phone's pass, which differs each time.
TOKEN = "{token}"


@dataclass(frozen=True)
class Case:
    """An answer to htmx: who gives it, from which template, on which page, asked by what.

    `typed` are the fields that a person changes, `files` what they choose. The page is then compared with the one
    that is at `then`: by default the address that the browser shows, at SAME what the form does without JavaScript.
    `target` is told only where no page of ours asks, though the view would answer. `first` is asked before by the same
    page; `given` is what was done elsewhere by then.
    """

    endpoint: str
    template: str
    page: str
    address: str
    typed: dict[str, Any] = field(default_factory=dict)
    files: tuple[tuple[str, bytes], ...] = ()
    then: str = ""
    status: int = 200
    target: str = ""
    first: str = ""
    given: Callable[[FileStorage, str], object] | None = None


SAME = "the same without htmx"
ASSOCIATION = "association"
PICTURE, FAKE = ("recto.png", picture("red")), ("faux.pdf", HOSTILE)
NEW = {"libelle": "Car", "date": "2024-12-08", "lignes-0-montant": "12", "lignes-0-compte": "61800008"}
WRONG = {**NEW, "lignes-0-montant": "12,5,0"}
LINE = {"libelle": "Car", "date": "8/12", "banque_sortie": "12"}
UNREAD = {**LINE, "date": "x"}
STORY = {"avance-montant": "200", "factures-0-montant": "12,50", "factures-0-libelle": "Ferme"}


def a_form_waits(storage: FileStorage, page: str) -> None:
    """Leave in the form what could not be kept."""
    half_typed.keep(KEY, Person.get().id, half_typed.FORM, {**WRONG, "nature": "depense", "moyen": "banque"})


def two_lines_wait(storage: FileStorage, page: str) -> None:
    """Leave in the grids a new line and an open row that could not be kept."""
    for number in (half_typed.NEW, 26):
        half_typed.keep(KEY, Person.get().id, number, {**LINE, "libelle": "", "version": "1"})


def the_phone_sends(storage: FileStorage, page: str) -> None:
    """Have the phone that aimed at the code of the page send a picture."""
    made = find_pass(re.findall(r"/t/([\w-]{43})", page)[0])
    assert made is not None
    use_pass(made, [(arrived(storage, "blue", "photo"), "cle")])


def anne_looked(storage: FileStorage, page: str) -> None:
    """Have the vérificatrice look at an entry, and another one too."""
    anne = Person.get(Person.role == "verificateur")
    for number, who in ((25, anne.id), (26, 7), (25, 7)):
        quitus.look(Actor(f"Anne {who}", who), KEY, number, 0, "a_revoir", "Floue")


def the_report_is_typed_directly(storage: FileStorage, page: str) -> None:
    """Empty the cahier, and have the CRF typed in directly, with an operation in it."""
    Entry.update(struck_at=now()).where(KEY.of(Entry)).execute()
    camille = Actor("Camille", Person.get().id)
    direct_report.turn_direct(camille, KEY)
    typed = DirectReport(bank=500, operations=(DirectOperation(1, date(2025, 8, 20), "Car", "", -200),))
    direct_report.save_direct(camille, KEY, fingerprint(DirectReport(), "512"), typed, "512")


SIMPLE, CLASSIC, AUTOMATIC = (f"cahier?vue={mode}&mois=2024-12" for mode in ("simple", "classique", "automatique"))
E25, E26, E88, E89, E90 = (f"cahier/ecritures/{number}" for number in (25, 26, 88, 89, 90))
P25, MOVED, LAST_YEAR = f"{E25}/pieces", "regies/1/mouvement", "cahier/operations/2/pointage"
TICK = "reconciliation.tick_entry", "ledger/_ticked.html"
TICK_SLIP = "reconciliation.tick_entry", "ledger/_book.html"
TICK_PRIOR = "reconciliation.tick_prior", "ledger/_ticked_prior.html"
ADD, STRIKE, RESTORE = (("ledger." + name, "ledger/_book.html") for name in ("add", "strike", "restore"))
BACK, STEP = ("history.take_back", "ledger/_book.html"), "cahier/mes-actions/*/annuler"
MORE = "ledger.add_line", "ledger/_form.html"
GIVE_UP, OPEN = ("grid.give_up", "ledger/_grid_row.html"), ("grid.change", "ledger/_grid_opened.html")
BANK = "statements/_statement.html"
ON_STATEMENT, ENTRY, INBOX = "reconciliation/_page.html", "scans/_entry.html", "scans/_inbox.html"
DOCUMENTS = "year_documents.send", "year_documents/_list.html", "documents", "documents"
BOARD = "department.dashboard", "department/_board.html", "/ad/075/?annee=2024-2025", "/ad/075/"
LOOK = "quitus.look", "quitus/_looked.html", "quitus/verification?page=2", "quitus/verification/25"
JOINED, PUPILS = "membership/_total.html", {"classes-0-nom": "CP", "classes-0-effectif": "18"}
COUNT, MOVEMENT = "cash/_total.html", "advances/_movement.html"

# Asked in both grids alike.
IN_A_GRID = {
    "a tick": Case(*TICK, "", E88 + "/pointage"),
    "a tick taken back": Case(*TICK, "", E25 + "/pointage"),
    "a slip": Case(*TICK_SLIP, "", E90 + "/pointage"),
    "a slip, lines wait": Case(*TICK_SLIP, "", E90 + "/pointage", given=two_lines_wait),
    "last year’s operation": Case(*TICK_PRIOR, "", LAST_YEAR),
    "struck out": Case(*STRIKE, "", E25 + "/supprimer"),
    "brought back": Case(*BACK, "", STEP, first=E25 + "/supprimer"),
    "a line is added": Case("grid.add", "ledger/_book.html", "", "cahier/grille", LINE),
    "a line cannot be kept": Case("grid.add", "ledger/_grid_line.html", "", "cahier/grille", UNREAD, status=422),
    "a line is given up": Case("grid.give_up", "ledger/_grid_line.html", "", "cahier/grille/0/abandon", LINE),
    "a row opens": Case(*OPEN, "", "cahier/grille/25", then="&ligne=25"),
    "lines wait, and a tick": Case(*TICK, "", E88 + "/pointage", given=two_lines_wait),
    "lines wait, one is added": Case("grid.add", "ledger/_book.html", "", "cahier/grille", LINE, given=two_lines_wait),
    "lines wait, one is closed": Case(*GIVE_UP, "", "cahier/grille/26/abandon", given=two_lines_wait),
    "lines wait, a row opens": Case(*OPEN, "", "cahier/grille/25", then="&ligne=25", given=two_lines_wait),
    "ticked out of what is looked for": Case(
        "reconciliation.tick_entry", "ledger/_book.html", "&pointage=non", E88 + "/pointage"
    ),
}
IN_AN_OPEN_ROW = {
    "saved": Case("grid.save", "ledger/_book.html", "", "cahier/grille/25", {"libelle": "Autre"}),
    "the next one opens": Case(
        "grid.save", "ledger/_book.html", "", "cahier/grille/25", {"libelle": "Autre", "puis": "26"}, then="&ligne=26"
    ),
    "cannot be kept": Case("grid.save", "ledger/_grid_line.html", "", "cahier/grille/25", {"libelle": ""}, status=422),
    "changed by two": Case(
        "grid.save", "ledger/_grid_line.html", "", "cahier/grille/25", {"libelle": "A", "version": "0"}, status=409
    ),
    "given up": Case(*GIVE_UP, "", "cahier/grille/25/abandon"),
    "another row opens": Case(*OPEN, "", "cahier/grille/26?ferme=25", then="&ligne=26"),
}

CASES = {
    "form: an entry is added": Case(*ADD, SIMPLE, "cahier", NEW),
    "form: in another month": Case(*ADD, SIMPLE, "cahier", {**NEW, "date": "2024-11-05"}),
    "form: a line to be allocated": Case(*ADD, SIMPLE, "cahier", {**NEW, "lignes-0-compte": ""}),
    "form: refused": Case("ledger.add", "ledger/_form.html", SIMPLE, "cahier", WRONG, then=SAME, status=422),
    "form: what waited is kept": Case(*ADD, SIMPLE, "cahier", NEW, given=a_form_waits),
    "form: emptied": Case(
        "ledger.clear", "ledger/_book.html", SIMPLE, "cahier/formulaire/effacer", given=a_form_waits
    ),
    "form: one more line": Case(*MORE, SIMPLE, "cahier/formulaire", NEW, then=SAME),
    "form: one more line of an entry": Case(*MORE, E25, "cahier/formulaire", then=SAME),
    "form: one more line of a copy": Case(*MORE, E25 + "/copie", "cahier/formulaire", then=SAME),
    "form: taken back": Case(*STRIKE, SIMPLE, "cahier/ecritures/91/supprimer", first="cahier"),
    "form: an entry is saved": Case(
        "ledger.save", "ledger/_form.html", E25, E25, {"libelle": ""}, then=SAME, status=422, target="entry-form"
    ),
    "simple: a tick": Case(*TICK, SIMPLE, E88 + "/pointage"),
    "simple: a slip": Case(*TICK_SLIP, SIMPLE, E90 + "/pointage"),
    "simple: a slip, what waits": Case(*TICK_SLIP, SIMPLE, E90 + "/pointage", given=a_form_waits),
    "simple: a second tick": Case(*TICK, SIMPLE, E89 + "/pointage", first=E88 + "/pointage"),
    "simple: a tick taken back": Case(*TICK, SIMPLE, E25 + "/pointage"),
    "simple: a tick, what waits": Case(*TICK, SIMPLE, E88 + "/pointage", given=a_form_waits),
    "simple: last year’s operation": Case(*TICK_PRIOR, SIMPLE, LAST_YEAR),
    "simple: struck out": Case(*STRIKE, SIMPLE, E25 + "/supprimer"),
    "simple: brought back": Case(*BACK, SIMPLE, STEP, first=E25 + "/supprimer"),
    "simple: restored": Case(
        *RESTORE, SIMPLE, E25 + "/retablir", {"vue": "simple", "mois": "2024-12"}, target="book",
        first=E25 + "/supprimer",
    ),
    "found: a tick": Case(*TICK, SIMPLE + "&cherche=e", E88 + "/pointage"),
    "found: struck out": Case(*STRIKE, SIMPLE + "&piece=avec", E25 + "/supprimer"),
    "found: ticked out of it": Case(
        "reconciliation.tick_entry", "ledger/_book.html", SIMPLE + "&pointage=non", E88 + "/pointage"
    ),
    **{f"{CLASSIC[11:20]}: {name}": replace(case, page=CLASSIC + case.page) for name, case in IN_A_GRID.items()},
    **{f"{AUTOMATIC[11:22]}: {name}": replace(case, page=AUTOMATIC + case.page) for name, case in IN_A_GRID.items()},
    **{f"classique, open: {n}": replace(case, page=CLASSIC + "&ligne=25") for n, case in IN_AN_OPEN_ROW.items()},
    **{f"automatique, open: {n}": replace(case, page=AUTOMATIC + "&ligne=25") for n, case in IN_AN_OPEN_ROW.items()},
    "statement: kept": Case("reconciliation.save", ON_STATEMENT, "releve", "releve", {"solde": "4 000,00"}),
    "statement: refused": Case(
        "reconciliation.save", ON_STATEMENT, "releve", "releve", {"solde": "mille"}, then=SAME, status=422
    ),
    "statement: an entry": Case("reconciliation.tick_entry", ON_STATEMENT, "releve", E88 + "/pointage"),
    "statement: last year’s": Case("reconciliation.tick_prior", ON_STATEMENT, "releve", LAST_YEAR),
    "statement: a slip": Case("reconciliation.tick_slip", ON_STATEMENT, "releve", "remises/1/pointage"),
    "CRF: added up": Case(
        "financial_report.add_up", "financial_report/_totals.html", "crf", "crf/totaux",
        {"c_70700008": "120", "banque": "1 000", "operations-1-libelle": "Bus", "operations-1-date": "2025-08-21",
         "operations-1-montant": "7"}, then=SAME, given=the_report_is_typed_directly,
    ),
    "count: added up": Case("cash.add_up", COUNT, "caisse", "caisse/total", {"n2000": "2", "n50": "1"}, then=SAME),
    "adhésion: added up": Case("membership.add_up", JOINED, "adhesion", "adhesion/total", PUPILS, then=SAME),
    "adhésion: unreadable": Case(
        "membership.add_up", JOINED, "adhesion", "adhesion/total", {**PUPILS, "adultes": "x"}, then=SAME, status=422
    ),
    "count: unreadable": Case("cash.add_up", COUNT, "caisse", "caisse/total", {"n50": "x"}, then=SAME, status=422),
    "slip: added up": Case(
        "deposits.add_up", "deposits/_total.html", "remises", "remises/total", {"ecriture": ["88", "89"]}, then=SAME
    ),
    "slip: added up again": Case(
        "deposits.add_up", "deposits/_total.html", "remises/1/modifier", "remises/total", {"ecriture": ["88"]},
        then=SAME,
    ),
    "bank: confirmed": Case("bank_statements.confirm", BANK, "releve/importes/1", "releve/importes/1/confirmer"),
    "bank: unticked": Case(
        "bank_statements.untick", BANK, "releve/importes/1", "releve/lignes/1/depointer",
        first="releve/importes/1/confirmer",
    ),
    "bank: refused": Case("bank_statements.refuse", BANK, "releve/importes/1", "releve/lignes/1/refuser"),
    "bank: settled": Case(
        "bank_statements.settle", BANK, "releve/importes/2", "releve/lignes/2000", {"option": "entry-87"}
    ),
    "bank: put aside": Case("bank_statements.put_aside", BANK, "releve/importes/2", "releve/lignes/2000/cote"),
    "bank: compared again": Case(
        "bank_statements.look_again", BANK, "releve/importes/1", "releve/importes/1/chercher"
    ),
    "bank: its balance": Case("bank_statements.take_balance", BANK, "releve/importes/2", "releve/importes/2/solde"),
    "régie: checked": Case(
        "advances.check_movements", "advances/_forecast.html", MOVED, MOVED + "/verifier", STORY, then=SAME
    ),
    "régie: one more receipt": Case("advances.one_more", MOVEMENT, MOVED, MOVED + "/formulaire", STORY, then=SAME),
    "régie: refused": Case(
        "advances.add_movements", MOVEMENT, MOVED, MOVED, STORY, then=SAME, status=422, target="movement-form"
    ),
    "régie: its form": Case("advances.movement", MOVEMENT, MOVED, MOVED, target="movement-form"),
    "scans: sent": Case("scans.add_to_entry", ENTRY, P25, P25, files=(PICTURE, FAKE)),
    "scans: refused": Case("scans.add_to_entry", ENTRY, P25, P25, files=(FAKE,), status=422),
    "scans: turned": Case("scans.turn", ENTRY, P25, "pieces/2/tourner?quarts=1"),
    "scans: put first": Case("scans.put_first", ENTRY, P25 + "?piece=3", "pieces/3/premiere"),
    "scans: the next page": Case("scans.of_entry", "scans/_viewer.html", P25 + "?piece=8", P25 + "?piece=8&feuille=2"),
    "scans: replaced": Case("scans.replace", ENTRY, P25, "pieces/2/remplacer", files=(PICTURE,)),
    "scans: put away": Case("scans.remove", ENTRY, P25, "pieces/2/retirer"),
    "scans: brought back": Case("scans.restore", ENTRY, P25, "pieces/4/retablir"),
    "scans: undone": Case("scans.take_back", ENTRY, P25, "pieces/annuler", first="pieces/2/retirer"),
    "scans: into the inbox": Case("scans.detach", ENTRY, P25, "pieces/2/detacher"),
    "scans: the code": Case("scans.phone_for_entry", "scans/_phone.html", P25, P25 + "/telephone", then=SAME),
    "scans: the phone sent": Case(
        "scans.phone_came_to_entry", ENTRY, P25, P25 + "/telephone", first=P25 + "/telephone", given=the_phone_sends
    ),
    "inbox: the next page": Case("scans.inbox", "scans/_viewer.html", "pieces?piece=10", "pieces?piece=10&feuille=2"),
    "inbox: turned": Case("scans.turn", INBOX, "pieces?piece=10&feuille=2", "pieces/10/tourner?quarts=1"),
    "inbox: replaced": Case("scans.replace", INBOX, "pieces?piece=5", "pieces/5/remplacer", files=(PICTURE,)),
    "inbox: put away, looked at": Case("scans.remove", INBOX, "pieces?piece=5", "pieces/5/retirer"),
    "inbox: sent": Case("scans.add_to_inbox", INBOX, "pieces", "pieces", files=(PICTURE, FAKE)),
    "inbox: joined": Case("scans.attach", INBOX, "pieces", "pieces/5/joindre", {"ecriture": "26"}),
    "inbox: joined to nothing": Case(
        "scans.attach", INBOX, "pieces", "pieces/5/joindre", {"ecriture": "xyz"}, then=SAME, status=422
    ),
    "inbox: put away": Case("scans.remove", INBOX, "pieces", "pieces/5/retirer"),
    "inbox: brought back": Case("scans.restore", INBOX, "pieces", "pieces/7/retablir"),
    "inbox: undone": Case("scans.take_back", INBOX, "pieces", "pieces/annuler", first="pieces/5/retirer"),
    "inbox: the code": Case("scans.phone_for_inbox", "scans/_phone.html", "pieces", "pieces/telephone", then=SAME),
    "inbox: the phone sent": Case(
        "scans.phone_came_to_inbox", INBOX, "pieces", "pieces/telephone", first="pieces/telephone",
        given=the_phone_sends,
    ),
    "documents: sent": Case(*DOCUMENTS, files=(PICTURE,)),
    "documents: one is refused": Case(*DOCUMENTS, files=(PICTURE, FAKE), then=SAME, status=422),
    "phone: refused": Case("phone.send", "phone/_sending.html", TOKEN, TOKEN, files=(FAKE,), then=SAME, status=422),
    "phone: sent": Case("phone.send", "phone/_sending.html", TOKEN, TOKEN, files=(PICTURE,), then=SAME),
    "quitus: seen": Case(*LOOK, {"avis": "vu"}),
    "quitus: with a remark": Case(*LOOK, {"avis": "a_revoir", "remarque": "Illisible"}),
    "quitus: a remark alone": Case(*LOOK, {"remarque": "Illisible"}),
    "quitus: taken back": Case(*LOOK, {"avis": "", "remarque": ""}, given=anne_looked),
    "quitus: too long": Case(*LOOK, {"remarque": "x" * 301}, then=SAME, status=422),
    "quitus: changed elsewhere": Case(
        *LOOK, {"remarque": "Autre chose", "version": "7"}, given=anne_looked, then=SAME, status=409
    ),
    "AD: filtered": Case(*BOARD, {"cherche": "ecole", "constat": "CRA"}, then=SAME),
    "AD: sorted": Case(*BOARD, {"tri": "banque", "sens": "desc"}, then=SAME),
    "AD: nothing found": Case(*BOARD, {"cherche": "zzz", "etat": "validee"}, then=SAME),
    "a refusal": Case(
        "reconciliation.tick_entry", "errors/_refusal.html", SIMPLE, E88 + "/pointage", {"pointer": "2"}, status=422
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def filled(
    session_app: Flask, fresh_database: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, FileStorage, list[Browser], str]]:
    """Fill one database and one storage with a real year; give them, who has signed in there, a phone’s secret."""
    url, drop = fresh_database()
    storage = FileStorage(tmp_path_factory.mktemp("pieces"))
    with _opened(session_app, url, storage):
        token = fill(storage)
        a_person(ASSOCIATION, "ad")
        browsers = [Browser(session_app.test_client()).sign_in(who) for who in (COOP, VERIFIER, ASSOCIATION)]
    yield url.removeprefix("sqlite:///"), storage, browsers, token
    drop()


@contextmanager
def _opened(app: Flask, url: str, storage: FileStorage) -> Iterator[None]:
    database = db.open_database(url)
    db.database.initialize(database)
    app.config["STORAGE"] = storage
    app.config["RETKOOP"] = replace(app.config["RETKOOP"], today=date(2025, 9, 5))
    database.connect()
    yield
    database.close_all()


class Scene:
    """The browsers before the filled year, what their pages asked, and who answered."""

    def __init__(self, app: Flask, browsers: list[Browser], token: str) -> None:
        self.app, self.browsers, self.token = app, browsers, token
        self.browser = browsers[0]
        self.storage = app.config["STORAGE"]

    def path(self, address: str) -> str:
        """Give an address in full: within the year unless it says more, or the phone’s."""
        if address == TOKEN:
            return f"/t/{self.token}"
        return address if address[:1] == "/" else HOME + address

    def send(self, ask: swaps.Ask, typed: dict[str, Any], case: Case, htmx: bool = True) -> TestResponse:
        """Send what a page asks, as htmx or as a plain form."""
        fields = {**ask.fields, **typed}
        if case.files:
            fields["fichiers"] = [(BytesIO(data), name) for name, data in case.files]
        headers = {"HX-Request": "true"} if htmx else {}
        if ask.method == "GET":
            return self.browser.client.get(ask.address, query_string=fields or None, headers=headers)
        return self.browser.client.post(ask.address, data=fields, headers=headers)

    def begin(self, case: Case) -> Element:
        """Open the page of a case, as it is once somebody has typed in it."""
        # The vérificatrice looks, the AD has its dashboard; all else is the mandataire’s.
        others = {"quitus.look": 1, "department.dashboard": 2}
        self.browser = self.browsers[others.get(case.endpoint, 0)]
        if case.given and not case.first:
            case.given(self.storage, "")
        page = pages.parse(self.browser.get(self.path(case.page)).text)
        if case.first:
            ask = swaps.ask_for(page, self.path(case.first))
            answer = self.send(ask, NEW if case.first == "cahier" else {}, case)
            page = _after(page, answer, ask)
            if case.given:
                case.given(self.storage, answer.text)
        return page

    def ask(self, case: Case, page: Element) -> swaps.Ask:
        """Give what the page of a case asks; where no page does, the address alone."""
        if not case.target:
            return swaps.ask_for(page, self.path(case.address))
        method = "GET" if case.endpoint.endswith((".show", ".movement")) else "POST"
        fields = {"csrf_token": self.browser.token} if method == "POST" else {}
        return swaps.Ask(method, self.path(case.address), fields, case.target)

    def fresh(self, case: Case, answer: TestResponse, ask: swaps.Ask) -> str:
        """Give the page that the answer has to equal."""
        if case.then == SAME:
            return self.send(ask, case.typed, case, htmx=False).text
        there = answer.headers.get("HX-Replace-Url") or self.path(case.page).replace("&ligne=25", "")
        return self.browser.get(there + case.then).text


def _after(page: Element, answer: TestResponse, ask: swaps.Ask) -> Element:
    target = answer.headers.get("HX-Retarget", "#" + ask.target).removeprefix("#")
    return pages.after_swap(swaps.text(page), answer.text, target)


def shown(page: Element) -> str:
    """Give a page without what differs at each rendering, a phone’s secret and the picture of it included."""
    return re.sub(r"/t/[\w-]{43}|passe=\w{64}| d=\"[^\"]*\"", "", pages.shown(page))


def difference(swapped: str, reloaded: str) -> list[str]:
    """Give where two pages differ, element by element."""
    lines = [page.replace("><", ">\n<").splitlines() for page in (swapped, reloaded)]
    return list(unified_diff(*lines, "swapped", "reloaded", lineterm="", n=1))


@pytest.fixture
def scenes(
    session_app: Flask, filled: tuple[str, FileStorage, list[Browser], str], tmp_path: Path
) -> Callable[[], AbstractContextManager[Scene]]:
    """Give a maker of copies of the filled year, each before the browsers of its people."""
    source, storage, browsers, token = filled

    @contextmanager
    def make() -> Iterator[Scene]:
        shutil.copy(source, tmp_path / "retkoop.db")
        with _opened(session_app, f"sqlite:///{tmp_path / 'retkoop.db'}", storage):
            yield Scene(session_app, browsers, token)

    return make


@pytest.fixture
def scene(scenes: Callable[[], AbstractContextManager[Scene]]) -> Iterator[Scene]:
    """Give a copy of the filled year of this test’s own."""
    with scenes() as made:
        yield made


@pytest.mark.parametrize("name", CASES)
def test_after_the_swap_the_page_is_what_a_reload_shows(scene: Scene, name: str) -> None:
    case = CASES[name]
    page = scene.begin(case)
    ask = scene.ask(case, page)
    if case.then == SAME:
        page = pages.parse(swaps.filled(page, case.typed, ask.address))
    rendered: list[str] = []
    with template_rendered.connected_to(lambda app, template, **kw: rendered.append(template.name), scene.app):
        answer = scene.send(ask, case.typed, case)
    endpoint, _ = scene.app.url_map.bind("localhost").match(urlsplit(ask.address).path, method=ask.method)
    assert (answer.status_code, endpoint, *rendered) == (case.status, case.endpoint, case.template), answer.text
    swapped, reloaded = shown(_after(page, answer, ask)), shown(pages.parse(scene.fresh(case, answer, ask)))
    found = difference(swapped, reloaded)
    assert not found, "\n".join(found[:40])


def test_every_view_that_may_answer_a_fragment_is_in_the_table(session_app: Flask) -> None:
    found = answering(VIEWS)
    assert len(found) > 25
    assert found <= set(session_app.view_functions)
    assert found == {case.endpoint for case in CASES.values()}


@pytest.mark.parametrize(
    "body", ["fragment('_x.html')", "_movement_page()", "render('_x.html' if is_htmx() else 'x.html')"]
)
def test_a_view_that_is_forgotten_is_found_out(tmp_path: Path, body: str) -> None:
    shutil.copytree(VIEWS, tmp_path / "views")
    with (tmp_path / "views" / "advances.py").open("a") as advances:
        advances.write(f"@blueprint.get('/x')\ndef forgotten():\n    return {body}\n")
        advances.write("@blueprint.get('/y')\ndef plain():\n    return render('y.html')\n")
    assert answering(tmp_path / "views") - answering(VIEWS) == {"advances.forgotten"}


def test_whatever_a_page_asks_of_htmx_is_in_the_table(scenes: Callable[[], AbstractContextManager[Scene]]) -> None:
    asked, tested = set(), set()
    for case in CASES.values():
        with scenes() as scene:
            page = scene.begin(case)
            asked |= {_kind(scene, ask) for ask in swaps.asks(page)}
            tested.add(_kind(scene, scene.ask(case, page)))
    assert len(asked) > 25
    assert asked - tested == set()


def _kind(scene: Scene, ask: swaps.Ask) -> tuple[str, str]:
    """Say who answers and where in the page it goes, whatever the number."""
    endpoint, _ = scene.app.url_map.bind("localhost").match(urlsplit(ask.address).path, method=ask.method)
    return str(endpoint), re.sub(r"\d+", "N", ask.target)


@pytest.mark.parametrize(("part", "instead"), [
    ('<hx-partial hx-target="#balances".*?</hx-partial>', ""), ("Dépointer", "Pointer"), (r"vu le [\d/]+", ""),
])  # fmt: skip
def test_a_swap_that_forgets_something_is_found_out(scene: Scene, part: str, instead: str) -> None:
    case = CASES["simple: a tick"]
    page = scene.begin(case)
    ask = scene.ask(case, page)
    answer = scene.send(ask, {}, case).text
    forgetful, count = re.subn(part, instead, answer, count=1, flags=re.DOTALL)
    assert count
    whole, changed = (shown(pages.after_swap(swaps.text(page), told, ask.target)) for told in (answer, forgetful))
    assert difference(whole, changed)
