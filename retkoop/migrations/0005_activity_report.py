"""The compte rendu d’activité: its questionnaire, one version per year, and what cooperatives answer."""

from importlib import import_module
from pathlib import Path

first = import_module("retkoop.migrations.0001_initial")
second = import_module("retkoop.migrations.0002_whole_cahier")

QUESTIONNAIRE = Path(__file__).parent.parent / "data" / "cra_questionnaire_2024.json"

TABLES = {
    # A year uses the newest version not after it; `department` is empty for the fédération's.
    "questionnaire": [
        "first_year {int} NOT NULL",
        first.text("department", 3),
        first.text("content", 100_000, 2),
        first.key("first_year", "department"),
    ],
    # There is a row once the step was left for the next one.
    "activity_report": [
        first.YEAR,
        "passed_at {stamp} NOT NULL",
        first.key("department", "coop", "start_year"),
        first.OF_YEAR,
    ],
    # As it was typed, right or wrong. Filled in before and after the closing: no guard of closed years here.
    "activity_answer": [
        first.YEAR,
        first.text("question", 40, 1),
        first.text("value", 5_000, 1),
        first.key("department", "coop", "start_year", "question"),
        first.OF_YEAR,
    ],
}
# TRUNCATE, which asks no year, is refused on PostgreSQL.
KEPT_WHOLE = [("activity_report", "exercice_clos"), ("activity_answer", "exercice_clos")]


def up(migrator, db):
    postgres = "postgres" in type(db).__name__.lower()
    words = first.POSTGRES if postgres else first.SQLITE
    for name, parts in TABLES.items():
        db.execute_sql(f"CREATE TABLE {name} ({second.worded(parts, name, postgres)}) {words['table']}")
    for statement in first.postgres_whole_guards(KEPT_WHOLE) if postgres else []:
        db.execute_sql(statement)
    mark = "%s" if postgres else "?"
    row = (1990, "", QUESTIONNAIRE.read_text("utf-8"))
    db.execute_sql(f"INSERT INTO questionnaire VALUES ({', '.join([mark] * len(row))})", row)
