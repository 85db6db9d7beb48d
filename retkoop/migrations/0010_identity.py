"""The fiche identité of a cooperative and of its mandataires; the records of handovers, which never change."""

from importlib import import_module

first = import_module("retkoop.migrations.0001_initial")
second = import_module("retkoop.migrations.0002_whole_cahier")


def added(table, name, longest):
    column = first.text(name, longest).replace(" CONSTRAINT", " DEFAULT '' CONSTRAINT", 1)
    return f"ALTER TABLE {table} ADD COLUMN {column.replace('{owner}', table)}"


ADDED = [
    added("cooperative", "address", 300),
    added("cooperative", "mail", 200),
    added("cooperative", "phone", 30),
    added("cooperative", "bank", 120),
    added("cooperative", "account", 34),
    "ALTER TABLE cooperative ADD COLUMN headcount {int} NULL CONSTRAINT cooperative_headcount_bounded"
    " CHECK (headcount between 0 and 5000)",
    "ALTER TABLE cooperative ADD COLUMN version {int} NOT NULL DEFAULT 1",
    added("person", "mail", 200),
    added("person", "phone", 30),
]
TABLES = {
    # `content` is what the books told on that day, as JSON.
    "handover": [
        first.COOP,
        "number {int} NOT NULL",
        "start_year {int} NOT NULL",
        "day {day} NOT NULL",
        first.text("leaver", 120, 1),
        first.text("taker", 120, 1),
        first.text("content", 20_000, 2),
        "at {stamp} NOT NULL",
        first.REPLAY,
        first.key("department", "coop", "number"),
        "CONSTRAINT {owner}_replay_once UNIQUE (department, coop, replay_key)",
        first.OF_COOP,
    ],
    "handover_signature": [
        first.COOP,
        "number {int} NOT NULL",
        "person {int} NOT NULL",
        "who TEXT NOT NULL",
        "at {stamp} NOT NULL",
        first.key("department", "coop", "number", "person"),
        "CONSTRAINT {owner}_of FOREIGN KEY (department, coop, number) REFERENCES handover (department, coop, number)",
    ],
}
WORD = "passation_intouchable"


def up(migrator, db):
    postgres = "postgres" in type(db).__name__.lower()
    words = first.POSTGRES if postgres else first.SQLITE
    for statement in ADDED:
        db.execute_sql(statement.replace("{int}", words["int"]))
    for name, parts in TABLES.items():
        db.execute_sql(f"CREATE TABLE {name} ({second.worded(parts, name, postgres)}) {words['table']}")
        for statement in guards(name, postgres):
            db.execute_sql(statement)


def guards(name, postgres):
    """Refuse to change or delete what was recorded."""
    if not postgres:
        return [
            first.sqlite_guard(f"{name}_kept_{event.lower()}", event, name, "1", WORD) for event in ("UPDATE", "DELETE")
        ]
    kept = (
        f"CREATE TRIGGER {name}_kept BEFORE UPDATE OR DELETE ON {name} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_always('{WORD}')"
    )
    return [kept, *first.postgres_whole_guards([(name, WORD)])]
