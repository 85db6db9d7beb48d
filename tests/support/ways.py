"""Every way of changing a year that is not open any more, by name; raw SQL is in `raw_ways`."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from peewee import PeeweeException
from werkzeug.test import TestResponse

from retkoop import db
from retkoop.actions import book_imports
from retkoop.actions.undo import last_steps
from retkoop.association import TABLES
from retkoop.audit import Actor
from retkoop.models import Document, Year, YearKey
from tests.factories import CASES
from tests.support.bank import seal_now
from tests.support.papers import picture
from tests.support.raw_ways import CHANGED, ONLY_SQLITE, VERBS, sql_ways
from tests.views.conftest import Browser, form_of

STATES = ("closed", "sent", "validated")
COOP, OTHER = "075-0001", "075-0002"
HOME = f"/coop/{COOP}/2024-2025/"
BARE = f"/coop/{COOP}/2022-2023/"
# What an attempt came to when it was not refused.
TAKEN = "accepté"
Attempt = Callable[[], str]
# Begun while the year is open, gone on with once it is not.
Way = Callable[["World"], Attempt]


@dataclass
class World:
    """A full year, an empty one before it and the full year of a neighbour, whose mandataires have signed in."""

    app: Flask
    folder: Path
    key: YearKey
    bare: YearKey
    actor: Actor
    other: YearKey
    browser: Browser
    database: Any = None

    def rows(self) -> dict[str, list[str]]:
        """Give all that is stored of the years of both cooperatives."""
        of_a_year = [table for table in TABLES if "start_year" in table._meta.fields]
        return {table._meta.table_name: sorted(map(repr, db.fetch(table.select()))) for table in of_a_year}

    def become(self, state: str) -> None:
        """Bring both years of the cooperative to a state, without asking whether they are ready for it."""
        if state != "open":
            for key in (self.key, self.bare):
                Year.update(state=state).where(key.of(Year)).execute()

    def tried(self, way: str, state: str) -> tuple[str, bool]:
        """Go a way, begun while the year was open, and take it back: what was said, and whether anything changed."""
        with db.database.atomic() as everything:
            attempt = WAYS[way](self)
            self.become(state)
            before = self.rows()
            with db.database.atomic() as step:
                said = attempt()
                changed = self.rows() != before
                step.rollback()
            everything.rollback()
        return said, changed

    def post(self, address: str, data: dict[str, Any] | None = None) -> str:
        """Send a form with a fresh token, wherever it came from."""
        return self._own(lambda: self._said(self.browser.post(address, data)))

    def _said(self, answer: TestResponse) -> str:
        return TAKEN if answer.status_code in (200, 303) else f"{answer.status_code} {answer.text}"

    def _own(self, work: Attempt) -> str:
        """Give a request or a command what it has outside of tests: a transaction of its own, undone when refused."""
        with db.database.atomic() as transaction:
            said = work()
            if said != TAKEN:
                transaction.rollback()
        return said

    def run(self, *words: str) -> str:
        """Run a command in the transaction under way."""
        return self._own(lambda: self._told(self.app.test_cli_runner().invoke(args=list(words))))

    def _told(self, result: Result) -> str:
        return TAKEN if result.exit_code == 0 else f"{result.exit_code} {result.output}"

    def execute(self, query: Any) -> str:
        """Run a query, and give what the database says of it."""
        try:
            with db.database.atomic():
                query.execute()
        except PeeweeException as refused:
            return str(refused)
        return TAKEN

    def archive(self, identifier: str = COOP) -> str:
        """Write an archive of the very exercice that says other things, and give its path."""
        path = self.folder / f"{identifier}.zip"
        with zipfile.ZipFile(CASES / "ecole-du-bourg" / "exercice.zip") as given, zipfile.ZipFile(path, "w") as made:
            for name in given.namelist():
                data = given.read(name)
                if name == "exercice.json":
                    told = json.loads(data)
                    told["cooperative"]["identifiant"] = identifier
                    data = json.dumps(told).encode()
                made.writestr(name, data)
        return str(path)


def forged(address: str, home: str = HOME, **fields: str) -> Way:
    """Send what no page of a closed year offers, with a token of today."""
    return lambda world: lambda: world.post(home + address, dict(fields))


def old_tab(page: str, form: str, address: str = "", **typed: str) -> Way:
    """Open a form before the closing, and send it after."""

    def begin(world: World) -> Attempt:
        fields = form_of(world.browser.get(HOME + page), form)
        return lambda: world.post(HOME + (address or page), {**fields, **typed})

    return begin


def with_file(address: str, home: str = HOME, **fields: str) -> Way:
    """Send a photograph."""
    sent = lambda: {**fields, "fichiers": [(BytesIO(picture("navy")), "photo.png")]}  # noqa: E731 a stream is read once
    return lambda world: lambda: world.post(home + address, sent())


def a_bank_file(world: World) -> Attempt:
    """Send a file of the bank."""
    data = b"Date;Libell\xe9;Montant\n06/11/2024;VIR MAIRIE;50,00\n"
    return lambda: world.post(HOME + "releve/importes", {"fichier": (BytesIO(data), "banque.csv")})


def confirmed(world: World) -> Attempt:
    """Confirm, from an old tab, what is sure in a statement."""
    seal = seal_now(world.key, 1)
    return lambda: world.post(HOME + "releve/importes/1/confirmer", {"vu": seal})


def a_book_sent(world: World) -> Attempt:
    """Send a cahier kept elsewhere."""
    data = b"Date;Libell\xe9;Banque\n06/11/2024;Th\xe9\xe2tre;-50,00\n"
    return lambda: world.post(HOME + "cahier/reprise", {"fichier": (BytesIO(data), "cahier.csv")})


def book_confirmed(world: World) -> Attempt:
    """Confirm, from an old tab, what a cahier kept elsewhere would add."""
    seal = book_imports.preview(world.key, 1).seal
    return lambda: world.post(HOME + "cahier/reprise/1", {"vu": seal})


def undone(world: World) -> Attempt:
    """Take back one’s last action on the cahier."""
    _, step = last_steps(world.key, world.actor.person)[:2]
    return lambda: world.post(f"{HOME}cahier/mes-actions/{step.id}/annuler")


def document_undone(world: World) -> Attempt:
    """Take back, by the message of an old tab, that a document was sent by post."""
    step = last_steps(world.key, world.actor.person)[0]
    return lambda: world.post(HOME + "documents/annuler", {"etapes": str(step.id)})


def figures_of_an_old_tab(world: World) -> Attempt:
    """Open the CRF that is typed in directly before it is closed, and send it after."""
    assert world.post(BARE + "crf/direct") == TAKEN
    fields = form_of(world.browser.get(BARE + "crf"), "saisie")
    return lambda: world.post(BARE + "crf", {**fields, "banque": "12"})


def imported(world: World) -> Attempt:
    """Import over the year."""
    return lambda: world.run("exercice", "importer", world.archive(), "--remplacer")


def by_sql(table: Any, verb: str) -> Way:
    """Write to a table through the application's connection."""

    def begin(world: World) -> Attempt:
        if verb == ONLY_SQLITE and db.is_postgres():
            pytest.skip("PostgreSQL has no INSERT OR REPLACE")
        # The row of a full year has all the others leaning on it: the empty one stands for it.
        keys = (world.bare, world.bare._replace(start_year=2011)) if table is Year else (world.key, world.other)
        query = VERBS[verb](table, *keys)
        return lambda: world.execute(query)

    return begin


BOUGHT = {"date": "2024-10-18", "libelle": "OCCE – Adhésion", "nature": "depense", "moyen": "banque",
          "lignes-0-compte": "62810008", "lignes-0-montant": "80"}  # fmt: skip
LINE = {"vue": "automatique", "date": "18/10", "libelle": "OCCE", "banque_sortie": "80", "parts-0-compte": "6281"}
GRANT = {"organisme": "Ville", "nature": "commune", "objet": "", "date": "2024-11-05", "montant": "8", "pj": ""}
GOOD = {"designation": "Table", "fournisseur": "", "date": "2024-11-05", "valeur": "8", "pj": "", "emplacement": ""}
POSTED = {"pour": "quitus", "d-quitus-jour": "2025-09-02"}
PRIOR = {"date": "2024-07-05", "libelle": "Bus", "cheque": "", "sens": "-", "montant": "8"}
CAHIER: dict[str, Way] = {
    "ajouter une écriture": forged("cahier", **BOUGHT),
    "ajouter une ligne de la grille": forged(
        "cahier/grille",
        vue="automatique",
        **{"date": "18/10", "libelle": "OCCE", "banque_sortie": "80", "parts-0-compte": "6281"},
    ),
    "modifier une écriture": forged("cahier/ecritures/1", version="1", **BOUGHT),
    "supprimer une écriture": forged("cahier/ecritures/1/supprimer"),
    "rétablir une écriture": forged("cahier/ecritures/2/retablir"),
    "pointer une écriture": forged("cahier/ecritures/1/pointage", pointer="1"),
    "pointer une opération de l’an dernier": forged("cahier/operations/1/pointage", pointer="1"),
    "pointer une remise": forged("remises/1/pointage", pointer="1"),
    "saisir le relevé": forged("releve", date="2025-08-31", solde="8"),
    "lire un fichier de la banque": a_bank_file,
    "confirmer ce qui est sûr": confirmed,
    "pointer une ligne du relevé": forged("releve/lignes/1", option="0"),
    "écarter ce qui est proposé": forged("releve/lignes/1/refuser"),
    "laisser une ligne de côté": forged("releve/lignes/1/cote", cote="1"),
    "comparer un relevé de nouveau": forged("releve/importes/1/chercher"),
    "reprendre le solde d’un relevé": forged("releve/importes/1/solde"),
    "supprimer un relevé": forged("releve/importes/1/supprimer"),
    "confirmer la reprise d’un cahier": book_confirmed,
    "annuler la reprise d’un cahier": forged("cahier/reprise/2/annuler"),
    "envoyer un cahier tenu ailleurs": a_book_sent,
    "dire les colonnes d’un cahier": forged(
        "cahier/reprise/1/colonnes", **{"colonne-0": "day", "colonne-1": "label", "colonne-2": "cash", "titres": "1"}
    ),
    "faire une remise": forged("remises", date="2024-11-05", libelle="Remise", ecriture="3"),
    "retirer d’une remise": forged("remises/1/retirer", ecriture="4"),
    "défaire une remise": forged("remises/1/supprimer"),
    "changer les soldes de départ": forged("ouverture", banque="8", caisse="8", report="16", compte="512"),
    "ajouter une opération de l’an dernier": forged("ouverture/operations", **PRIOR),
    "retirer une opération de l’an dernier": forged("ouverture/operations/1/supprimer"),
    "compter la caisse": forged("caisse", date="2025-08-31", n2000="2"),
    "retirer un arrêté de caisse": forged("caisse/1/supprimer"),
    "ajouter une subvention": forged("subventions", **GRANT),
    "modifier une subvention": forged("subventions/1", version="1", **GRANT),
    "retirer une subvention": forged("subventions/1/supprimer"),
    "ajouter un bien": forged("inventaire", **GOOD),
    "modifier un bien": forged("inventaire/1", version="1", **GOOD),
    "retirer un bien": forged("inventaire/1/supprimer"),
    "créer une régie": forged("regies", code="CE1", titulaire="Nous"),
    "changer le titulaire d’une régie": forged("regies/2", titulaire="Nous", vu="Classe de CM2"),
    "retirer une régie": forged("regies/2/supprimer"),
    "créer un projet": forged("projets", nom="Cirque"),
    "renommer un projet": forged("projets/1", nom="Fête", version="1"),
    "réunir deux projets": forged("projets/1/fusionner", version="1", dans="2"),
    "fermer un projet": forged("projets/1/etat", clos="1"),
    "retirer un projet": forged("projets/2/supprimer"),
    "passer à la saisie directe": forged("crf/direct", BARE),
    "envoyer une pièce": with_file("pieces"),
    "envoyer la pièce d’une écriture": with_file("cahier/ecritures/1/pieces"),
    "envoyer une pièce par téléphone": with_file("/t/passe", home=""),
    "tourner une pièce": forged("pieces/4/tourner", quarts="1"),
    "retirer une pièce": forged("pieces/1/retirer"),
    "rétablir une pièce": forged("pieces/2/retablir"),
    "détacher une pièce": forged("pieces/1/detacher"),
    "onglet ancien : nouvelle écriture": old_tab("cahier", "entry-form", **BOUGHT),
    "onglet ancien : écriture ouverte": old_tab("cahier/ecritures/1", "entry-form", libelle="Bus"),
    "onglet ancien : arrêté de caisse": old_tab("caisse", "count-form", n2000="2"),
    "onglet ancien : CRF saisi directement": figures_of_an_old_tab,
    "annuler sa dernière action": undone,
    "flask exercice importer --remplacer": imported,
}
# What is reported of a closed cahier still changes; nothing does once it is with the AD.
REPORTED: dict[str, Way] = {
    "répondre au CRA": old_tab("cra", "cra", q_souhaits="Un théâtre"),
    "noter un document envoyé par la poste": forged(
        "documents/envoye", pour="quitus", **{"d-quitus-jour": "2025-09-02"}
    ),
    "envoyer un document": with_file("documents", pour="quitus"),
    "retirer un document": forged("documents/1/retirer"),
    "annuler l’envoi d’un document": document_undone,
    **{name: by_sql(table, verb) for name, table, verb in sql_ways([Document])},
}
CAHIER |= {name: by_sql(table, verb) for name, table, verb in sql_ways(CHANGED) if table is not Document}
WAYS = CAHIER | REPORTED
