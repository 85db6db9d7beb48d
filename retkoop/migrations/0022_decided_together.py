"""What an AD decides besides one file at a time: validations planned together, reopenings that two people agree on,
several reasons for one return, cooperatives drawn for a control on site.
"""

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
    # `moves`: how often the year had moved when it was asked for. Whoever asks never is whoever confirms.
    "reopening_request": [
        first.NUMBER,
        "moves {int} NOT NULL",
        first.text("reason", 1_000, 3),
        *ASKED,
        "expires_at {stamp} NOT NULL",
        "ended_person {int} NULL",
        *ENDED,
        "CONSTRAINT {owner}_by_two CHECK (state <> 'done' or (person is not null and ended_person is not null"
        " and person <> ended_person))",
        first.key(*first.NUMBERED),
        first.OF_YEAR,
    ],
    # Of the move of this number; rank 0 is what is said of the whole. `row` and `code` name what it is about.
    "return_reason": [
        first.NUMBER,
        "rank {int} NOT NULL CONSTRAINT return_reason_rank CHECK (rank between 0 and 20)",
        first.text("kind", 30),
        "row {int} NOT NULL",
        first.text("code", 80),
        first.text("named", 200),
        first.text("text", 1_000, 3),
        first.key(*first.NUMBERED, "rank"),
        "CONSTRAINT {owner}_move FOREIGN KEY (department, coop, start_year, number)"
        " REFERENCES year_move (department, coop, start_year, number)",
    ],
    # `pool`: the cooperatives that could be drawn, those drawn lately with a star (site_draws.py).
    "site_draw": [
        "department TEXT NOT NULL",
        "number {int} NOT NULL",
        "start_year {int} NOT NULL",
        "seed {int} NOT NULL CONSTRAINT site_draw_seed CHECK (seed between 100000 and 999999)",
        "rate {int} NOT NULL CONSTRAINT site_draw_rate CHECK (rate between 1 and 100)",
        first.choice("base", "validated", "sent"),
        first.text("pool", 200_000, 1),
        *ASKED,
        first.key("department", "number"),
        "CONSTRAINT {owner}_department FOREIGN KEY (department) REFERENCES department (code)",
    ],
    # A cooperative that was drawn: what was found there is noted, and may be corrected.
    "site_control": [
        first.NUMBER,
        "rank {int} NOT NULL",
        first.choice("result", "", "conforme", "remarque", "a_revoir"),
        "day {day} NULL",
        first.text("checked_by", 120),
        first.text("remark", 1_000),
        first.text("who", 200),
        "at {stamp} NULL",
        first.VERSION,
        "CONSTRAINT {owner}_dated CHECK ((result = '') = (day is null))",
        "CONSTRAINT {owner}_explained CHECK (result in ('', 'conforme') or length(remark) >= 3)",
        first.key(*first.NUMBERED),
        "CONSTRAINT {owner}_draw FOREIGN KEY (department, number) REFERENCES site_draw (department, number)",
        first.OF_YEAR,
    ],
}
INDEXES = [
    "CREATE UNIQUE INDEX planned_validation_waiting ON planned_validation (department, coop, start_year)"
    " WHERE state = 'waiting'",
    "CREATE UNIQUE INDEX reopening_request_waiting ON reopening_request (department, coop, start_year)"
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
    "reopening_request": "OLD.state <> 'waiting' OR "
    + changed("department", "coop", "start_year", "number", "moves", "reason", "person", "who", "made_at",
              "expires_at"),
    "return_reason": "1 = 1",
    "site_draw": "1 = 1",
    "site_control": changed("department", "coop", "start_year", "number", "rank"),
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
