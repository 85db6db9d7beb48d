"""`python -m bench.department`: the pages of an AD with hundreds of cooperatives, alone and among a hundred ADs."""

from __future__ import annotations

import argparse
import os
import statistics
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import server
from bench.books import TODAY
from bench.client import Client
from bench.rounds import STATIC
from retkoop import db
from retkoop.actions import demo, demo_many, summaries
from retkoop.actions.demo_data import PASSWORD
from retkoop.application import create_app
from retkoop.association import CoopNote, KeptSummary
from retkoop.audit import now
from retkoop.cli_demo import SIX
from retkoop.config import Config
from retkoop.models import Cooperative, Department, Person, Table, Year, YearMove

AD = "ad075"
LAST = TODAY.year - 1
PAGES = (
    ("tableau de bord", "/ad/075/"),
    ("une recherche", "/ad/075/?cherche=freinet&etat=pas_prete"),
    ("trié par banque", "/ad/075/?tri=banque&sens=desc"),
    ("en CSV", "/ad/075/tableau.csv"),
    ("en XLSX", "/ad/075/tableau.xlsx"),
    ("coopératives", "/ad/075/coops"),
    ("une coopérative", "/ad/075/coops/075-1001"),
    ("file de validation", "/ad/075/validation"),
    ("un dossier", f"/ad/075/validation/075-1003/{LAST}-{LAST + 1}"),
    ("comptes agrégés", "/ad/075/agregats"),
    ("courriels", "/ad/075/courriels"),
    ("rappel", "/ad/075/courriels/rappel"),
)
# What another AD has of its own, copied column by column: those that name it are written anew, `{c}` is its code.
_NAMED = {
    "identifier": "replace(identifier, '075-', '{c}-')", "lookup": "replace(lookup, '075-', '{c}-')",
    "coop": "replace(coop, '075-', '{c}-')", "session_token": "session_token || '{c}'", "uai": "''",
    "department": "'{c}'", "code": "'{c}'", "id": "-(row_number() over ()) - 100000 * {c}",
}  # fmt: skip
_COPIED: tuple[type[Table], ...] = (Department, Cooperative, Person, CoopNote, Year, YearMove, KeptSummary)


def write_department(url: str, folder: Path, coops: int, stale: int) -> None:
    """Make the demonstration with so many cooperatives, their summaries fresh but for some."""
    app = create_app(Config(url, f"file:{folder}/pieces", "secret-of-the-bench" * 3, today=TODAY))
    with app.app_context(), db.database.connection_context():
        db.migrate()
        demo.make_demo(TODAY, app.config["STORAGE"])
        for _ in demo_many.make_many(coops - SIX, TODAY):
            pass
        summaries.refresh()
        # The private server has no autovacuum, which does this elsewhere.
        db.database.execute_sql("ANALYZE")
        names = [f"075-{demo_many.FIRST + rank}" for rank in range(stale)]
        mine = KeptSummary.coop.in_(names) & (KeptSummary.start_year == LAST)
        KeptSummary.update(changes=KeptSummary.changes + 1, active_at=now(), active_who="Camille").where(mine).execute()
    db.database.close_all()


def copy_department(url: str, folder: Path, ads: int) -> None:
    """Give the same closing balances to so many other ADs (PostgreSQL), guards and keys set aside."""
    create_app(Config(url, f"file:{folder}/pieces", "secret-of-the-bench" * 3, today=TODAY))
    with db.database.connection_context():
        db.database.execute_sql("SET session_replication_role = replica")
        for code in range(300, 300 + ads):
            for table in _COPIED:
                columns = [field.column_name for field in table._meta.sorted_fields]
                values = ", ".join(_NAMED.get(column, column).format(c=code) for column in columns)
                here = "code = '075'" if table is Department else "department = '075' AND {} IS NOT NULL"
                mine = here.format("coop" if "coop" in columns else "department")
                names, name = ", ".join(columns), table._meta.table_name
                db.database.execute_sql(f"INSERT INTO {name} ({names}) SELECT {values} FROM {name} WHERE {mine}")  # noqa: S608
        db.database.execute_sql("SET session_replication_role = origin")
        db.database.execute_sql("ANALYZE")
    db.database.close_all()


def main() -> None:
    """Read the command line, make the département, measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.department")
    parser.add_argument("--coops", type=int, default=700, help="nombre de coopératives (par défaut 700)")
    parser.add_argument("--stale", type=int, default=0, help="nombre de résumés à recalculer (par défaut 0)")
    parser.add_argument("--rounds", type=int, default=15, help="nombre de tours (par défaut 15)")
    parser.add_argument("--postgres", action="store_true", help="PostgreSQL au lieu de SQLite (il faut ses programmes)")
    parser.add_argument("--ads", type=int, default=0, help="mesurer encore, à côté de N autres AD (PostgreSQL)")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="retkoop-bench-")))
        postgres = options.postgres or options.ads
        url = server.postgres(stack) if postgres else f"sqlite:///{folder}/retkoop.db"
        write_department(url, folder, options.coops, options.stale)
        port = stack.enter_context(server.server(url, folder))
        alone = _measure(port, options.rounds)
        if options.ads:
            copy_department(url, folder, options.ads)
            among = _measure(port, options.rounds)
            print(f"à côté de {options.ads} autres AD, en multiples de la même page seule :")
            for name, cost in among.items():
                print(f"{name:<20}{cost / alone[name]:>12.2f}")


def _measure(port: int, rounds: int) -> dict[str, float]:
    """Print what each page costs, also as multiples of a static file; give it in seconds."""
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
    return {name: seconds for name, (seconds, _) in found.items()}


if __name__ == "__main__":
    main()
