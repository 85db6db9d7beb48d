"""Cahiers kept elsewhere and taken up from a table: previewed, then written, and what came of it."""

from importlib import import_module

first = import_module("retkoop.migrations.0001_initial")
second = import_module("retkoop.migrations.0002_whole_cahier")

TABLES = {
    # `made`: the numbers of the entries that it made, with a space between; empty as long as it is a preview.
    "book_import": [
        first.NUMBER,
        first.text("name", 120, 1),
        first.text("digest", 64, 64),
        first.text("mapping", 4_000, 2),
        first.text("rows", 3_000_000),
        first.text("made", 20_000),
        "at {stamp} NOT NULL",
        first.text("who", 200),
        first.key(*first.NUMBERED),
        first.OF_YEAR,
    ],
}
FROZEN = list(TABLES)


def up(migrator, db):
    postgres = "postgres" in type(db).__name__.lower()
    words = first.POSTGRES if postgres else first.SQLITE
    for name, parts in TABLES.items():
        db.execute_sql(f"CREATE TABLE {name} ({second.worded(parts, name, postgres)}) {words['table']}")
    guards = first.sqlite_year_guards(FROZEN)
    if postgres:
        whole = first.postgres_whole_guards([(name, "exercice_clos") for name in FROZEN])
        guards = first.postgres_year_guards(FROZEN) + whole
    for statement in guards:
        db.execute_sql(statement)
