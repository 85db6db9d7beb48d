"""The order of the scans of an entry, and how many pages each has."""

from importlib import import_module

first = import_module("retkoop.migrations.0001_initial")

# The lowest place is the first scan; those of the same place are in the order of their coming.
# The pages of what came before are not known, and the rows of closed years cannot be filled in.
ADDED = [
    "ALTER TABLE scan ADD COLUMN place {int} NOT NULL DEFAULT 0",
    "ALTER TABLE scan ADD COLUMN pages {int} NOT NULL DEFAULT 0 CONSTRAINT scan_pages_known CHECK (pages >= 0)",
]


def up(migrator, db):
    words = first.POSTGRES if "postgres" in type(db).__name__.lower() else first.SQLITE
    for statement in ADDED:
        db.execute_sql(statement.replace("{int}", words["int"]))
