"""`python -m bench.department`: the dashboard of an AD whose cooperatives are written straight into the tables."""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import server
from bench.books import PASSWORD, TODAY, days, draft
from bench.client import Client
from bench.rounds import STATIC
from retkoop import db
from retkoop.actions import people, summaries
from retkoop.application import create_app
from retkoop.association import CoopNote, KeptSummary
from retkoop.audit import OPERATOR, now
from retkoop.config import Config
from retkoop.models import Allocation, Cooperative, Department, Entry, Person, Year, YearMove
from retkoop.school_year import SchoolYear

AD = "ad075"
STARTS = (2022, 2023, 2024)
ENTRIES = 60
STATES = ("open", "open", "open", "closed", "sent", "sent", "returned", "validated")
TOWNS = ("Paris 20e", "Paris 11e", "Montreuil", "Pantin")
_BATCH = 400


def write_department(url: str, folder: Path, coops: int, stale: int) -> None:
    """Make an AD with its cooperatives, three years each, their summaries fresh but for some."""
    create_app(Config(url, f"file:{folder}/pieces", "secret-of-the-bench" * 3, today=TODAY))
    with db.database.connection_context():
        db.migrate()
        with db.database.atomic():
            Department.insert(code="075", name="OCCE de Paris").on_conflict_ignore().execute()
            people.create_person(OPERATOR, AD, "ad", PASSWORD, department="075", name="Michel Aubert")
            names = [f"075-{number:04d}" for number in range(1, coops + 1)]
            for table, rows in (
                (Cooperative, _coops(names)), (Person, _people(names)), (Year, _years(names, ("open",))),
                (Entry, _entries(names)), (Allocation, _allocations(names)), (CoopNote, _notes(names)),
            ):  # fmt: skip
                while some := list(islice(rows, _BATCH)):
                    table.insert_many(some).execute()
            _close(names)
        start = time.perf_counter()
        done = summaries.refresh()
        print(f"{done} résumés calculés en {time.perf_counter() - start:.1f} s")
        # The private server has no autovacuum, which does this elsewhere.
        db.database.execute_sql("ANALYZE")
        mine = KeptSummary.coop.in_(names[:stale]) & (KeptSummary.start_year == STARTS[-1])
        KeptSummary.update(changes=KeptSummary.changes + 1, active_at=now(), active_who="Camille").where(mine).execute()
    db.database.close_all()


def _coops(names: list[str]) -> Iterator[dict[str, Any]]:
    for rank, name in enumerate(names):
        town = TOWNS[rank % len(TOWNS)]
        yield {
            "department": "075", "identifier": name, "name": f"École {rank} des Tilleuls", "uai": f"075{rank:04d}A",
            "address": f"{rank} rue des Lilas, {town}",
        }  # fmt: skip


def _people(names: list[str]) -> Iterator[dict[str, Any]]:
    for rank, name in enumerate(names):
        for second in (1, 2):
            yield {
                "id": 1_000_000 + 2 * rank + second, "identifier": f"{name}-m{second}", "lookup": f"{name}-M{second}",
                "name": f"Camille Durand {rank}", "role": "mandataire", "department": "075", "coop": name,
                "password_hash": "-", "session_token": "-", "phone": "01 43 00 00 00", "mail": f"coop{rank}@exemple.fr",
            }  # fmt: skip


def _years(names: list[str], states: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for name in names:
        for start in STARTS:
            yield {
                "department": "075", "coop": name, "start_year": start, "opening_bank": 100_000,
                "opening_carried": 100_000, "state": states[0],
            }  # fmt: skip


def _drafts(names: list[str]) -> Iterator[tuple[dict[str, Any], Any]]:
    shift = {start: timedelta(days=round((start - 2024) * 365.25)) for start in STARTS}
    for name in names:
        for start in STARTS:
            for rank, day in enumerate(sorted(days(ENTRIES))):
                key = {"department": "075", "coop": name, "start_year": start}
                made = draft(rank, day)
                moved = made.day + shift[start]
                year = SchoolYear(start)
                yield {**key, "number": rank + 1, "day": min(max(moved, year.first_day), year.last_day)}, made


def _entries(names: list[str]) -> Iterator[dict[str, Any]]:
    for row, made in _drafts(names):
        # Class advances have tables of their own: left out, their lines are red.
        ticked = row["day"] if made.bank and row["number"] % 9 else None
        yield {
            **row, "voucher": made.voucher, "label": made.label, "cheque": made.cheque,
            "bank": made.bank or (0 if made.cash else 100), "cash": made.cash, "ticked_on": ticked,
        }  # fmt: skip


def _allocations(names: list[str]) -> Iterator[dict[str, Any]]:
    for row, made in _drafts(names):
        for rank, line in enumerate(made.allocations, 1):
            key = {name: row[name] for name in ("department", "coop", "start_year")}
            yield {**key, "entry": row["number"], "rank": rank, "account": line.account, "amount": line.amount}


def _notes(names: list[str]) -> Iterator[dict[str, Any]]:
    for name in names[::7]:
        yield {"department": "075", "coop": name, "text": "Rappeler en septembre", "at": now(), "who": "Michel Aubert"}


def _close(names: list[str]) -> None:
    """Put the years where they stand: the past ones validated, the last ones in every state."""
    for rank, name in enumerate(names):
        for start in STARTS:
            state = STATES[rank % len(STATES)] if start == STARTS[-1] else "validated"
            if state == "open":
                continue
            key = {"department": "075", "coop": name, "start_year": start}
            move = {"number": 1, "move": "cloture", "before": "open", "after": state, "at": now(), "who": "Banc"}
            YearMove.insert(**key, **move).execute()
            mine = (Year.department == "075") & (Year.coop == name) & (Year.start_year == start)
            Year.update(state=state, moves=1).where(mine).execute()


PAGES = (
    ("tableau de bord", "/ad/075/"),
    ("une recherche", "/ad/075/?cherche=montreuil&etat=pas_prete"),
    ("trié par banque", "/ad/075/?tri=banque&sens=desc"),
    ("en CSV", "/ad/075/tableau.csv"),
    ("en XLSX", "/ad/075/tableau.xlsx"),
    ("une coopérative", "/ad/075/coops/075-0001"),
)


def main() -> None:
    """Read the command line, make the département, measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.department")
    parser.add_argument("--coops", type=int, default=700, help="nombre de coopératives (par défaut 700)")
    parser.add_argument("--stale", type=int, default=0, help="nombre de résumés à recalculer (par défaut 0)")
    parser.add_argument("--rounds", type=int, default=15, help="nombre de tours (par défaut 15)")
    parser.add_argument("--postgres", action="store_true", help="PostgreSQL au lieu de SQLite (il faut ses programmes)")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="retkoop-bench-")))
        url = server.postgres(stack) if options.postgres else f"sqlite:///{folder}/retkoop.db"
        write_department(url, folder, options.coops, options.stale)
        port = stack.enter_context(server.server(url, folder))
        _measure(port, options.rounds)


def _measure(port: int, rounds: int) -> None:
    person, found = Client(port), {}
    person.sign_in(AD, PASSWORD)
    for name, path in (("fichier statique", STATIC), *PAGES):
        person.get(path)
        answers = [person.get(path) for _ in range(rounds)]
        found[name] = (statistics.median(answer.seconds for answer in answers), answers[-1])
    static = found["fichier statique"][0]
    print(f"charge {os.getloadavg()[0]:.1f} ; médiane de {rounds} demandes, en multiples du fichier statique.")
    print(f"{'':<20}{'× statique':>12}{'ms':>9}{'octets':>10}{'transmis':>10}")
    for name, (seconds, answer) in found.items():
        print(f"{name:<20}{seconds / static:>12.1f}{seconds * 1000:>9.1f}{len(answer.body):>10}{answer.wire:>10}")


if __name__ == "__main__":
    main()
