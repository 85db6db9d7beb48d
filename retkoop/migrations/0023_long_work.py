"""Letters as long work, whose details a row says; reminders that leave by themselves, once a month."""

from importlib import import_module

first = import_module("retkoop.migrations.0001_initial")
second = import_module("retkoop.migrations.0002_whole_cahier")

KINDS = ("crf", "rappel", "extrait", "lettres")
ADDED = {
    "job": [first.text("details", 60).replace("NOT NULL", "NOT NULL DEFAULT ''")],
    # 0: never; from the 1st to the 28th, which every month has. `reminded_month` is the last that was reminded.
    "department": [
        "reminder_day {int} NOT NULL DEFAULT 5 CONSTRAINT department_reminder_day"
        " CHECK (reminder_day between 0 and 28)",
        first.text("reminded_month", 7).replace("NOT NULL", "NOT NULL DEFAULT ''"),
    ],
}


def up(migrator, db):
    postgres = "postgres" in type(db).__name__.lower()
    for table, columns in ADDED.items():
        for column in columns:
            db.execute_sql(f"ALTER TABLE {table} ADD COLUMN {second.worded([column], table, postgres)}")
    # Whoever is there already is not written to on the day of the migration, without having been told.
    month = "to_char(current_date, 'YYYY-MM')" if postgres else "strftime('%Y-%m', 'now')"
    db.execute_sql(f"UPDATE department SET reminded_month = {month}")
    db.execute_sql("ALTER TABLE job DROP CONSTRAINT job_kind_known")
    listed = ", ".join(f"'{kind}'" for kind in KINDS)
    db.execute_sql(f"ALTER TABLE job ADD CONSTRAINT job_kind_known CHECK (kind in ({listed}))")
