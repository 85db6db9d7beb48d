"""The last number that a deleted row had: numbers are never given twice within a year, so that an old page, or an
undo, never reaches another row than its own.
"""

from importlib import import_module

first = import_module("retkoop.migrations.0001_initial")
second = import_module("retkoop.migrations.0002_whole_cahier")

NAME = "used_number"
COLUMNS = [
    first.YEAR,
    first.text("name", 40, 1),
    "number {int} NOT NULL",
    first.key("department", "coop", "start_year", "name"),
    first.OF_YEAR,
]


def up(migrator, db):
    postgres = "postgres" in type(db).__name__.lower()
    words = first.POSTGRES if postgres else first.SQLITE
    db.execute_sql(f"CREATE TABLE {NAME} ({second.worded(COLUMNS, NAME, postgres)}) {words['table']}")
    guards = (
        [*first.postgres_year_guards([NAME]), *first.postgres_whole_guards([(NAME, "exercice_clos")])]
        if postgres
        else first.sqlite_year_guards([NAME])
    )
    for statement in guards:
        db.execute_sql(statement)
