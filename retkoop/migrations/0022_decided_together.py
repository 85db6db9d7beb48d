"""What an AD decides besides one file at a time: validations planned together, and their history."""

from importlib import import_module

first = import_module("retkoop.migrations.0001_initial")
second = import_module("retkoop.migrations.0002_whole_cahier")

WORD = "decision_intouchable"
STATES = ("waiting", "done", "cancelled", "refused")
# Somebody asked for it, it waits, and it ends once: who ended it and why.
ASKED = [
    "person {int} NULL",
    first.text("who", 200, 1),
    "made_at {stamp} NOT NULL",
]
ENDED = [
    first.choice("state", *STATES),
    "ended_at {stamp} NULL",
    first.text("ended_who", 200),
    first.text("why", 1_000),
    "CONSTRAINT {owner}_ended_dated CHECK ((state = 'waiting') = (ended_at is null))",
]
TABLES = {
    # `sending`: the move by which the year was sent; its figures are those that were in sight.
    "planned_validation": [
        first.NUMBER,
        "sending {int} NOT NULL",
        first.amount("bank"),
        first.amount("cash"),
        first.amount("result"),
        *ASKED,
        "due_at {stamp} NOT NULL",
        *ENDED,
        first.key(*first.NUMBERED),
        first.OF_YEAR,
    ],
}
INDEXES = [
    "CREATE UNIQUE INDEX planned_validation_waiting ON planned_validation (department, coop, start_year)"
    " WHERE state = 'waiting'",
    "CREATE INDEX planned_validation_by_state ON planned_validation (state, due_at)",
]


def changed(*columns):
    return " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in columns)


# When an UPDATE of each table is refused; a DELETE always is.
REFUSED = {
    "planned_validation": "OLD.state <> 'waiting' OR "
    + changed("department", "coop", "start_year", "number", "sending", "bank", "cash", "result", "person", "who",
              "made_at", "due_at"),
}  # fmt: skip


def up(migrator, db):
    postgres = "postgres" in type(db).__name__.lower()
    words = first.POSTGRES if postgres else first.SQLITE
    for name, parts in TABLES.items():
        db.execute_sql(f"CREATE TABLE {name} ({second.worded(parts, name, postgres)}) {words['table']}")
        for statement in postgres_guards(name) if postgres else sqlite_guards(name):
            db.execute_sql(statement.strip())
    for statement in INDEXES:
        db.execute_sql(statement)


def sqlite_guards(name):
    yield first.sqlite_guard(f"{name}_kept_update", "UPDATE", name, f"({REFUSED[name]})", WORD)
    yield first.sqlite_guard(f"{name}_kept_delete", "DELETE", name, "1", WORD)


def postgres_guards(name):
    yield f"""
    CREATE OR REPLACE FUNCTION refuse_change_of_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN RAISE EXCEPTION '{WORD}'; END IF;
      IF {REFUSED[name]} THEN RAISE EXCEPTION '{WORD}'; END IF;
      RETURN NEW;
    END $$
    """
    yield (
        f"CREATE TRIGGER {name}_kept BEFORE UPDATE OR DELETE ON {name} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_change_of_{name}()"
    )
    yield from first.postgres_whole_guards([(name, WORD)])
