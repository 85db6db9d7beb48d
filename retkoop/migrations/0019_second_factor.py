"""The second factor of AD and fédération accounts, its recovery codes, and when those people sign in."""

from importlib import import_module

first = import_module("retkoop.migrations.0001_initial")
second = import_module("retkoop.migrations.0002_whole_cahier")

OF_PERSON = "CONSTRAINT {owner}_person FOREIGN KEY (person) REFERENCES person (id)"
TABLES = {
    # `days`: on how many days somebody signed in without a second factor, where it is asked for; `day`, the last one.
    "staff_entry": [
        "person {int} NOT NULL",
        "at {stamp} NOT NULL",
        "days {int} NOT NULL DEFAULT 0 CONSTRAINT staff_entry_days_bounded CHECK (days between 0 and 100000)",
        "day {day} NULL",
        first.key("person"),
        OF_PERSON,
    ],
    # `sealed`: the secret, encrypted with the instance's key. `last_step`: no code of that time or before serves again.
    "second_factor": [
        "person {int} NOT NULL",
        first.text("sealed", 400, 1),
        "begun_at {stamp} NOT NULL",
        "enabled_at {stamp} NULL",
        "last_step {int} NOT NULL DEFAULT -1 CONSTRAINT second_factor_last_step_known CHECK (last_step >= -1)",
        first.key("person"),
        OF_PERSON,
    ],
    "recovery_code": [
        "person {int} NOT NULL",
        "number {int} NOT NULL CONSTRAINT recovery_code_number_bounded CHECK (number between 1 and 99)",
        "digest TEXT NOT NULL CONSTRAINT recovery_code_digest_length CHECK (length(digest) = 64)",
        "used_at {stamp} NULL",
        first.key("person", "number"),
        "CONSTRAINT recovery_code_once UNIQUE (digest)",
        OF_PERSON,
    ],
}


def up(migrator, db):
    postgres = "postgres" in type(db).__name__.lower()
    words = first.POSTGRES if postgres else first.SQLITE
    for name, parts in TABLES.items():
        db.execute_sql(f"CREATE TABLE {name} ({second.worded(parts, name, postgres)}) {words['table']}")
    # The access of whoever works for an AD or the fédération may end on a day too.
    db.execute_sql("ALTER TABLE person DROP CONSTRAINT person_expiry_of_coop")
