"""Cooperatives that close or merge, the accounts that an AD hands out, its letters and its imports in preview."""

from importlib import import_module

first = import_module("retkoop.migrations.0001_initial")
second = import_module("retkoop.migrations.0002_whole_cahier")

ADDED = {
    "cooperative": [
        "closed_on {day} NULL",
        "merged_into TEXT NULL CONSTRAINT cooperative_merged_is_closed"
        " CHECK (merged_into is null or (closed_on is not null and merged_into <> identifier))",
    ],
    # When a first password was used, and when it was printed.
    "person": ["entered_at {stamp} NULL", "letter_at {stamp} NULL"],
}
OF_DEPARTMENT = "CONSTRAINT {owner}_department FOREIGN KEY (department) REFERENCES department (code)"
TABLES = {
    # One link a person, the last one made; it goes when it is used.
    "activation_link": [
        "person {int} NOT NULL",
        "digest TEXT NOT NULL CONSTRAINT activation_link_digest CHECK (length(digest) = 64)",
        "expires_at {stamp} NOT NULL",
        first.key("person"),
        "CONSTRAINT activation_link_once UNIQUE (digest)",
        "CONSTRAINT activation_link_person FOREIGN KEY (person) REFERENCES person (id)",
    ],
    # A file in preview: `lines` is what was read in it, as JSON, until it is imported.
    "coop_import": [
        "department TEXT NOT NULL",
        "number {int} NOT NULL",
        "person {int} NOT NULL",
        first.text("name", 100, 1),
        "digest TEXT NOT NULL CONSTRAINT coop_import_digest CHECK (length(digest) = 64)",
        first.text("lines", 4_000_000, 2),
        "at {stamp} NOT NULL",
        first.key("department", "number"),
        OF_DEPARTMENT,
    ],
    # Letters once made: their passwords are kept nowhere, and the form that made them makes no others.
    "letter_batch": [
        "department TEXT NOT NULL",
        "number {int} NOT NULL",
        "letters {int} NOT NULL CONSTRAINT letter_batch_letters CHECK (letters between 1 and 100000)",
        "who TEXT NOT NULL",
        "at {stamp} NOT NULL",
        first.REPLAY,
        first.key("department", "number"),
        "CONSTRAINT {owner}_replay_once UNIQUE (department, replay_key)",
        OF_DEPARTMENT,
    ],
}


def up(migrator, db):
    postgres = "postgres" in type(db).__name__.lower()
    words = first.POSTGRES if postgres else first.SQLITE
    for table, columns in ADDED.items():
        for column in columns:
            db.execute_sql(f"ALTER TABLE {table} ADD COLUMN {second.worded([column], table, postgres)}")
    # The mandate of those who keep the books ends on a day too.
    db.execute_sql("ALTER TABLE person DROP CONSTRAINT person_expiry_of_verifier")
    db.execute_sql(
        "ALTER TABLE person ADD CONSTRAINT person_expiry_of_coop CHECK (expires_on is null or coop is not null)"
    )
    for name, parts in TABLES.items():
        db.execute_sql(f"CREATE TABLE {name} ({second.worded(parts, name, postgres)}) {words['table']}")
