"""What a year goes through after its closing, each move with its trace; years that follow the one before."""

from importlib import import_module

first = import_module("retkoop.migrations.0001_initial")
second = import_module("retkoop.migrations.0002_whole_cahier")

# Rows are added and never changed: who moved the year, from which state to which, and why.
MOVE = [
    first.NUMBER,
    first.choice(
        "move", "cloture", "envoi", "retrait", "prise_en_charge", "renvoi", "reouverture", "validation"
    ),
    first.choice("before", "open", "closed", "sent", "returned", "validated"),
    first.choice("after", "open", "closed", "sent", "returned", "validated"),
    "at {stamp} NOT NULL",
    "person {int} NULL",
    first.text("who", 200, 1),
    first.text("reason", 1_000),
    first.choice("step", "", "cahier", "cra", "crf", "documents"),
    "CONSTRAINT year_move_reasoned CHECK (move not in ('renvoi', 'reouverture') or length(reason) >= 3)",
    first.key(*first.NUMBERED),
    first.OF_YEAR,
]  # fmt: skip

SAME = [
    "ALTER TABLE school_year DROP CONSTRAINT school_year_state_known",
    "ALTER TABLE school_year ADD CONSTRAINT school_year_state_known"
    " CHECK (state in ('open', 'closed', 'sent', 'returned', 'validated'))",
    "ALTER TABLE school_year ADD COLUMN moves {int} NOT NULL DEFAULT 0",
    "ALTER TABLE school_year ADD COLUMN follows {int} NOT NULL DEFAULT 0"
    " CONSTRAINT school_year_follows_known CHECK (follows in (0, 1))",
    # Which operation of the year before it is: `ecriture:12` or `operation:3`; empty when it was typed.
    "ALTER TABLE prior_operation ADD COLUMN origin TEXT NOT NULL DEFAULT ''"
    " CONSTRAINT prior_operation_origin_length CHECK (length(origin) <= 40)",
]

# What the move of a year that is not open any more may change of its row.
MOVING = ("state", "moves", "closed_at", "version")
KEPT = (
    "department", "coop", "start_year", "mode", "bank_account", "opening_bank", "opening_cash", "opening_carried",
    "statement_day", "statement_balance", "follows",
)  # fmt: skip
TRACED = (
    "EXISTS (SELECT 1 FROM year_move WHERE department = OLD.department AND coop = OLD.coop"
    " AND start_year = OLD.start_year AND number = NEW.moves AND NEW.moves = OLD.moves + 1"
    " AND before = OLD.state AND after = NEW.state)"
)


def up(migrator, db):
    postgres = "postgres" in type(db).__name__.lower()
    words = first.POSTGRES if postgres else first.SQLITE
    db.execute_sql(f"CREATE TABLE year_move ({second.worded(MOVE, 'year_move', postgres)}) {words['table']}")
    for statement in SAME + (postgres_guards() if postgres else sqlite_guards()):
        db.execute_sql(statement.replace("{int}", words["int"]))


def sqlite_guards():
    changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in KEPT)
    shut = f"OLD.state <> 'open' AND (({changed}) OR NOT {TRACED})"
    return [
        "DROP TRIGGER school_year_closed_update",
        first.sqlite_guard("school_year_closed_update", "UPDATE", "school_year", shut, "exercice_clos"),
        *(
            first.sqlite_guard(f"year_move_kept_{event.lower()}", event, "year_move", "1", "exercice_clos")
            for event in ("UPDATE", "DELETE")
        ),
    ]


def postgres_guards():
    changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in KEPT)
    return [
        f"""
        CREATE OR REPLACE FUNCTION refuse_closed_row() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' THEN
            IF OLD.state <> 'open' THEN RAISE EXCEPTION 'exercice_clos'; END IF;
            RETURN OLD;
          END IF;
          IF OLD.state <> 'open' AND (({changed}) OR NOT {TRACED}) THEN
            RAISE EXCEPTION 'exercice_clos';
          END IF;
          RETURN NEW;
        END $$
        """,
        "CREATE TRIGGER year_move_kept BEFORE UPDATE OR DELETE ON year_move "
        "FOR EACH ROW EXECUTE FUNCTION refuse_always('exercice_clos')",
        *first.postgres_whole_guards([("year_move", "exercice_clos")]),
    ]
