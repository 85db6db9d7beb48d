"""How many statements each page asks of the database: as many for a full year as for one just begun."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from peewee import fn
from werkzeug.test import TestResponse

from retkoop import db, reports
from retkoop.actions import activity_report, announcements, deposits, ledger, quitus, reconciliation, tables, years
from retkoop.actions.handover import Told, record_handover
from retkoop.association import ValidatedHead
from retkoop.audit import Actor, now
from retkoop.decision_tables import PlannedValidation, ReopeningRequest, ReturnReason, SiteControl, SiteDraw
from retkoop.facts import Allocation as Line
from retkoop.facts import YearFacts
from retkoop.membership import Headcount, SchoolClass
from retkoop.membership_rows import membership_of
from retkoop.models import (
    Allocation,
    DirectAccount,
    DirectOperation,
    DirectReport,
    Document,
    Entry,
    Grant,
    HalfTyped,
    InventoryItem,
    Scan,
    SentTable,
    UploadPass,
    UsedNumber,
    Year,
    YearKey,
    YearMove,
    YearTable,
)
from retkoop.year_rows import activity_answers
from tests.conftest import TODAY
from tests.factories import SOMEONE, YEAR, a_coop, a_person, a_year, an_advance, an_entry
from tests.support.bank import a_bank_statement, a_book_import
from tests.support.joined import ask, pay, send
from tests.support.queries import counted
from tests.views.conftest import Browser, form_of

PLACE = f"/coop/075-0001/{YEAR.label}/"

# 1 for who is here, 2 for the coop and the exercice, 13 for the facts and the settings; the rest is the page's own.
READ = {
    "": 23,
    "cahier?mois=2024-11": 17,
    "cahier?mois=tout": 17,
    "cahier?vue=classique&mois=2024-11": 17,
    "cahier?vue=automatique&mois=tout": 17,
    "cahier/ecritures/1": 17,
    "cahier/supprimees": 6,
    "releve": 20,
    "releve/importes": 7,
    "releve/importes/1": 22,
    "releve/importes/1/colonnes": 8,
    "releve/importes/1/supprimer": 22,
    "releve/lignes/1": 17,
    "cahier?ligne_releve=1": 20,
    "cahier/reprise": 7,
    "cahier/reprise/1": 19,
    "caisse": 16,
    "subventions": 17,
    "subventions/1/bilan?action=1": 16,
    "regies": 16,
    "regies/1/mouvement": 16,
    "projets": 16,
    "projets/1": 16,
    "projets/sans-projet": 16,
    "remises": 16,
    "pieces": 17,
    "pieces/manquantes": 16,
    "cahier/ecritures/1/pieces": 18,
    "remises/1": 16,
    "remises/1/modifier": 16,
    "inventaire": 17,
    "inventaire/1": 4,
    "inventaire.csv": 4,
    "cloture": 18,
    "cloture/ecart": 16,
    "cra": 20,
    "adhesion": 21,
    "crf": 16,
    "ouverture": 16,
    "reste-a-faire": 20,
    "envoi": 21,
    "documents": 20,
    "documents/1": 18,
    "quitus": 20,
    "quitus/verification": 18,
    "quitus/acces": 5,
    "/ad/075/": 28,
    "/ad/075/coops/075-0001": 31,
    "/ad/075/agregats": 11,
    "/ad/075/agregats/extraits": 4,
    "/ad/075/agregats/cooperatives?figure=61800008": 11,
    "/ad/075/courriels": 4,
    "/ad/075/courriels/rappel": 7,
    "/ad/075/travaux": 3,
    "/ad/075/reglages": 10,
    "/ad/075/validation": 7,
    "/ad/075/validation/075-0001/2024-2025/reouverture": 6,
    "/ad/075/validation/ensemble": 8,
    "/ad/075/validation/075-0001/2024-2025": 26,
    "/ad/075/controles?annee=2024-2025": 9,
    "/ad/075/controles/1/075-0001/2024-2025": 19,
    "/ad/075/equipe": 6,
    "/double-authentification": 3,
    "/ad/075/adhesions?annee=2024-2025": 8,
    "/ad/075/adhesions/tarifs?annee=2024-2025": 3,
    "/ad/075/adhesions/075-0001/2024-2025": 9,
    "/ad/075/adhesions/075-0001/2024-2025/paiements/1": 8,
    "/ad/075/coops": 4,
    "/ad/075/coops/lettres": 3,
    "/ad/075/coops/075-0001/identite": 5,
    "/ad/075/coops/075-0001/acces": 5,
    "/ad/075/coops/075-0001/exercices": 5,
    "/federation/": 6,
    "/federation/associations/075": 3,
    "/federation/chiffres": 10,
    "/federation/plan-comptable": 7,
    "/federation/questionnaire": 7,
    "/federation/annonces": 2,
    "/coop/075-0001/identite": 6,
    "/coop/075-0001/archives": 16,
    "/coop/075-0001/identite/passation": 19,
    "/coop/075-0001/identite/passations/1": 6,
}
# One of each asks whether the next exercice follows this one.
# One more counts the write on what is kept of the year.
WRITTEN = {"ajouter": 44, "valider une ligne": 44, "pointer": 25, "dépointer": 25, "modifier": 45, "valider le CRA": 12}
LOOKED = 27

# (entries, rows of every other table, cooperatives of the département)
SIZES = {"begun": (3, 1, 1), "full": (120, 12, 20)}


@pytest.fixture(params=SIZES)
def filled(request: pytest.FixtureRequest, app: Flask) -> YearKey:
    """Give a year just begun, then a full one."""
    entries, others, coops = SIZES[request.param]
    with db.database.atomic():
        key = a_year()
        for number in range(2, coops + 1):
            a_year(a_coop(f"075-{number:04d}"))
        _fill_tables(key, others)
        for number in range(entries):
            _add_entry(key, number, others)
        for _ in range(others):
            receipt = an_entry(key, bank=100, allocations=(Line("70700008", 100),))
            deposits.make_slip(SOMEONE, key, YEAR.first_day, "Remise", [receipt])
        trace = {"move": "prise_en_charge", "before": "sent", "after": "sent", "at": now(), "who": "AD"}
        # As after a reopening: moves that were made, of a year that is open.
        Year.update(moves=others).where(key.of(Year)).execute()
        for number in range(others):
            YearMove.insert(**key._asdict(), number=number + 1, **trace).execute()
        UsedNumber.insert(**key._asdict(), name="advance", number=1).execute()
        ValidatedHead.insert(**key._asdict(), association="OCCE 075").execute()
        HalfTyped.insert(**key._asdict(), person=1, entry=0, fields="{}", at=now()).execute()
        who = {"person": 1, "who": "Camille Test", "expires_at": now()}
        UploadPass.insert(**key._asdict(), token_digest="0" * 64, **who).execute()
        planned = {"sending": 1, "bank": 0, "cash": 0, "result": 0, "who": "AD", "made_at": now(), "due_at": now()}
        for number in range(others):
            ended = {"state": "done", "ended_at": now()} if number else {}
            PlannedValidation.insert(**key._asdict(), number=number + 1, **planned, **ended).execute()
            asked = {"moves": 0, "reason": "Une facture manque", "who": "AD", "made_at": now(), "expires_at": now()}
            over = {**ended, "state": "cancelled"} if ended else {}
            ReopeningRequest.insert(**key._asdict(), number=number + 1, **asked, **over).execute()
            made = {"seed": 123_456, "rate": 10, "base": "sent", "pool": "075-0001", "who": "AD", "made_at": now()}
            SiteDraw.insert(department="075", number=number + 1, start_year=2023, **made).execute()
            SiteControl.insert(**key._asdict(), number=number + 1, rank=1).execute()
            ReturnReason.insert(**key._asdict(), number=1, rank=number, text="Une facture manque").execute()
        quitus.draw_sample(SOMEONE, key, 0, 0, 10)
        for number in range(1, max(2, entries // 3)):
            for person in range(others):
                quitus.look(Actor(f"Anne {person}", person), key, 40 * number // 13 + 1, 0, "vu")
        a_person()
        for number in range(others):
            a_person(f"verif{number}", "verificateur")
        a_person("association", "ad")
        a_person("federation", "federation")
        announced = {"title": "Annonce", "text": "Texte", "audience": "tous", "from_day": TODAY, "to_day": TODAY}
        for number in range(others):
            announcements.announce(SOMEONE, announced, str(number))
        for number in range(others):
            a_bank_statement(key, number + 1, others)
            a_book_import(key, number + 1, made="1 2" if number else "")
        _hand_over(key, others)
        _join(key, others)
    return key


def _fill_tables(key: YearKey, rows: int) -> None:
    # Set aside, as they are in a year that went back to its cahier.
    DirectReport.insert(**key._asdict(), bank=1, cash=1).execute()
    for n in range(rows):
        account = {"account": f"6{n:07d}", "amount": 100}
        DirectAccount.insert(**key._asdict(), **account).execute()
        operation = {"number": n + 1, "day": date(2025, 8, 1), "label": "Car", "amount": -100}
        DirectOperation.insert(**key._asdict(), **operation).execute()
        day = YEAR.first_day + timedelta(days=n)
        an_advance(key, f"C{n}")
        ledger.add_project(SOMEONE, key, f"Projet {n}")
        prior = {"day": date(2024, 6, 1 + n), "label": "Photographe", "cheque": "", "amount": -100}
        years.add_prior(SOMEONE, key, prior)
        tables.add_row(SOMEONE, key, Grant, {"organisation": "Mairie", "kind": "commune", "day": day, "amount": 100})
        tables.add_row(SOMEONE, key, InventoryItem, {"designation": "Globe", "bought_on": day, "value": 100})
        tables.add_count(SOMEONE, key, day, [(2_000, 1), (100, n + 1)])
        file = {"number": n + 1, "requirement": f"subvention:{n + 1}", "digest": f"{n:064x}", "media_type": "image/png"}
        Document.insert(**key._asdict(), **file, name="lettre", size=10).execute()
        activity_report.save_report(SOMEONE, key, activity_answers(key).fingerprint, {f"q{n}": "1"}, passing=True)


def _hand_over(key: YearKey, times: int) -> None:
    content = {"banque": 0, "caisse": 0, "points": [], "ensemble": [], "remarques": ""}
    for _ in range(times):
        record_handover(SOMEONE, key, Told(YEAR.first_day, "Camille", "Dominique", content))


def _join(key: YearKey, times: int) -> None:
    ask()
    send(key, Headcount(tuple(SchoolClass(f"CP {n}", 20) for n in range(times)), 2))
    for _ in range(times):
        pay(key, 100)
    pay(key, membership_of(key).left)


def _add_entry(key: YearKey, n: int, others: int) -> None:
    """Add an entry of two lines: in turn by the bank, from the cash box, to a régie; some with a scan, some struck."""
    amount = 100 + n
    moved = ({"bank": -amount}, {"cash": -amount}, {"bank": -amount, "advance": f"C{n % others}"})[n % 3]
    lines = (Line("61800008", amount - 50), Line("60700008", 50))
    if "advance" in moved:
        moved, lines = {**moved, "advance_amount": amount}, ()
    texts = {"voucher": f"{n:03d}", "cheque": str(7_000 + n), "project": f"Projet {n % others}"}
    day = date(2024, 11, 1 + n % 28) if n < 60 else date(2025, 2, 1 + n % 28)
    number = an_entry(key, day=day, **texts, **{"bank": 0, **moved}, allocations=lines)
    if n < others:
        scan = {"number": number, "entry": number, "digest": f"{n:064x}", "media_type": "image/jpeg", "name": "facture"}
        Scan.insert(**key._asdict(), **scan, size=10).execute()
    if n % 40 == 8:
        ledger.strike_entry(SOMEONE, key, number)
    elif n % 3 == 0 and n:
        reconciliation.tick_entry(SOMEONE, key, number, day)


def signed_in(app: Flask, identifier: str) -> Browser:
    return Browser(app.test_client()).sign_in(identifier)


def asked_by_reading(app: Flask) -> dict[str, int]:
    """Count what each page asks; the first visit is not counted, since it loads the chart for all that follow."""
    browsers = {name: signed_in(app, name) for name in ("075-0001", "association", "federation")}
    browsers["075-0001"].get(PLACE)
    return {page: _count(browsers[_reader(page)].get, page) for page in READ}


def _reader(page: str) -> str:
    if page.startswith("/federation/"):
        return "federation"
    return "association" if page[:1] == "/" else "075-0001"


def _count(ask: Callable[[str], TestResponse], page: str) -> int:
    with counted() as asked:
        answer = ask(page if page[:1] == "/" else PLACE + page)
    assert answer.status_code == 200
    return len(asked)


def test_a_page_asks_as_often_whatever_it_shows(filled: YearKey, app: Flask) -> None:
    assert asked_by_reading(app) == READ


def test_a_write_asks_as_often_whatever_the_year_holds(filled: YearKey, app: Flask) -> None:
    mandataire = signed_in(app, "075-0001")
    blank = form_of(mandataire.get(PLACE + "cahier?mois=2024-11"), "entry-form")
    typed = {**blank, "date": "2024-11-28", "libelle": "Album", "lignes-0-compte": "61800008", "lignes-0-montant": "12"}
    entry = PLACE + "cahier/ecritures/1"
    line = {"date": "28/11", "libelle": "Album", "banque_sortie": "12", "compte_61800008": "12", "vue": "classique"}
    changed = {**form_of(mandataire.get(entry), "entry-form"), "libelle": "Albums", "nature": "depense"}
    shown = activity_answers(filled).fingerprint
    writes = {
        "ajouter": (lambda: mandataire.post(PLACE + "cahier", typed, htmx=True), 200),
        "valider une ligne": (lambda: mandataire.post(PLACE + "cahier/grille", {**line, "cle": "1"}, htmx=True), 200),
        "pointer": (lambda: mandataire.post(entry + "/pointage", {"pointer": "1"}, htmx=True), 200),
        "dépointer": (lambda: mandataire.post(entry + "/pointage", {"pointer": "0"}, htmx=True), 200),
        "modifier": (lambda: mandataire.post(entry, {**changed, "version": _version()}), 303),
        "valider le CRA": (lambda: mandataire.post(PLACE + "cra", {"version": shown, "q_nb_classes": "6"}), 303),
    }
    found = {}
    for name, (write, status) in writes.items():
        with counted() as asked:
            answer = write()
        assert answer.status_code == status, answer.text
        found[name] = len(asked)
    assert found == WRITTEN


# The report typed in directly: three queries more than a cahier, its figures and operations.
TYPED_DIRECTLY = {"crf": 19, "crf.pdf": 20, "cahier": 19, "cloture": 21, "releve": 19}


def test_a_report_typed_in_directly_asks_as_often_whatever_it_holds(filled: YearKey, app: Flask) -> None:
    Entry.update(struck_at=now()).where(filled.of(Entry)).execute()
    DirectAccount.update(account=fn.REPLACE(DirectAccount.account, "6000000", "6180000")).execute()
    DirectAccount.delete().where(DirectAccount.account.not_in(["61800008"])).execute()
    Year.update(mode="direct").where(filled.of(Year)).execute()
    mandataire = signed_in(app, "075-0001")
    mandataire.get(PLACE)
    assert {page: _count(mandataire.get, page) for page in TYPED_DIRECTLY} == TYPED_DIRECTLY


def _version() -> str:
    return str(Entry.get(Entry.number == 1).version)


def test_a_look_asks_as_often_whatever_was_looked_at(filled: YearKey, app: Flask) -> None:
    verifier = signed_in(app, "verif0")
    verifier.get(PLACE + "quitus/verification")
    with counted() as asked:
        answer = verifier.post(PLACE + "quitus/verification/3", {"avis": "vu", "remarque": ""}, htmx=True)
    assert answer.status_code == 200
    assert len(asked) == LOOKED


def test_a_query_for_each_row_would_be_seen(filled: YearKey, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = reports.ledger_lines

    def one_by_one(facts: YearFacts) -> tuple[reports.LedgerLine, ...]:
        for entry in facts.entries:
            list(Allocation.select().where(filled.of(Allocation), Allocation.entry == entry.number))
        return lines(facts)

    monkeypatch.setattr(reports, "ledger_lines", one_by_one)
    found = asked_by_reading(app)
    running = {page for page in READ if page[:7] == "cahier?"} | {"cloture/ecart", "crf"}
    assert {page for page, count in found.items() if count != READ[page]} == running


def test_every_table_of_a_year_is_in_the_full_one(filled: YearKey) -> None:
    every = {*YearTable.__subclasses__(), *SentTable.__subclasses__()} - {SentTable}
    assert len(every) == 38
    for table in every:
        assert table.select().where(filled.of(table)).exists(), table
