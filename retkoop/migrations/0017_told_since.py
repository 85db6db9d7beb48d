"""What came after what: documents after the closing, a sample and what it was drawn from, who hands over to whom."""

from importlib import import_module

first = import_module("retkoop.migrations.0001_initial")

COLUMNS = {
    # How many moves the year had made when it was given; not known of what was given before this was kept.
    "document": ["after_move {int} NULL CONSTRAINT document_after_move_known CHECK (after_move >= 0)"],
    # Which entries a draw took, as their numbers, and the highest number that there was: not known of earlier draws.
    "voucher_draw": [
        "taken TEXT NULL CONSTRAINT voucher_draw_taken_length CHECK (length(taken) <= 150000)",
        "among {int} NULL CONSTRAINT voucher_draw_among_known CHECK (among >= 0)",
    ],
    # The accounts of the two people, where they have one: they alone sign.
    "handover": ["leaver_person {int} NULL", "taker_person {int} NULL"],
}


def up(migrator, db):
    postgres = "postgres" in type(db).__name__.lower()
    words = first.POSTGRES if postgres else first.SQLITE
    for table, columns in COLUMNS.items():
        for column in columns:
            db.execute_sql(f"ALTER TABLE {table} ADD COLUMN {column.format(**words)}")
