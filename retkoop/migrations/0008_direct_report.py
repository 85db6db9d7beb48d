"""The compte rendu financier typed in directly, by coops that keep their book elsewhere: its figures, and the mode.

A year in this mode has no entry in its cahier but struck ones, by SQL too.
"""

from importlib import import_module

first = import_module("retkoop.migrations.0001_initial")
second = import_module("retkoop.migrations.0002_whole_cahier")

TABLES = {
    "direct_report": [
        first.YEAR,
        first.amount("bank"),
        first.amount("cash"),
        first.key("department", "coop", "start_year"),
        first.OF_YEAR,
    ],
    "direct_account": [
        first.YEAR,
        first.text("account", 8, 8),
        first.amount("amount"),
        first.key("department", "coop", "start_year", "account"),
        "CONSTRAINT direct_account_not_zero CHECK (amount <> 0)",
        first.OF_YEAR,
    ],
    # Of this year, not shown by the bank yet; those of last year are `prior_operation`, whatever the mode.
    "direct_operation": [
        first.NUMBER,
        "day {day} NOT NULL",
        first.text("label", 200, 1),
        first.text("cheque", 20),
        first.amount("amount"),
        first.key(*first.NUMBERED),
        "CONSTRAINT direct_operation_not_zero CHECK (amount <> 0)",
        "CONSTRAINT direct_operation_day_in_year CHECK ({in_year})",
        first.OF_YEAR,
    ],
}
MODE = [
    "ALTER TABLE school_year DROP CONSTRAINT school_year_mode_known",
    "ALTER TABLE school_year ADD CONSTRAINT school_year_mode_known CHECK (mode in ('cahier', 'direct'))",
]
IS_DIRECT = f"(SELECT mode FROM school_year WHERE {first.SAME_YEAR.format(row='NEW')}) = 'direct'"
IS_KEPT = f"EXISTS (SELECT 1 FROM entry WHERE {first.SAME_YEAR.format(row='NEW')} AND struck_at IS NULL)"


def up(migrator, db):
    postgres = "postgres" in type(db).__name__.lower()
    words = first.POSTGRES if postgres else first.SQLITE
    for name, parts in TABLES.items():
        db.execute_sql(f"CREATE TABLE {name} ({second.worded(parts, name, postgres)}) {words['table']}")
    for statement in MODE + (postgres_guards() if postgres else sqlite_guards()):
        db.execute_sql(statement)


def sqlite_guards():
    live = f"NEW.struck_at IS NULL AND {IS_DIRECT}"
    turned = f"NEW.mode = 'direct' AND OLD.mode <> 'direct' AND {IS_KEPT}"
    return [
        *first.sqlite_year_guards(list(TABLES)),
        first.sqlite_guard("entry_direct_insert", "INSERT", "entry", live, "saisie_directe"),
        first.sqlite_guard("entry_direct_update", "UPDATE", "entry", live, "saisie_directe"),
        first.sqlite_guard("school_year_direct", "UPDATE", "school_year", turned, "cahier_tenu"),
    ]


def postgres_guards():
    """The same guards; FOR SHARE waits for a change of mode that is under way, so that no entry slips past it."""
    entry = f"""
    CREATE OR REPLACE FUNCTION refuse_direct_entry() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE found text;
    BEGIN
      IF NEW.struck_at IS NOT NULL THEN RETURN NEW; END IF;
      SELECT mode INTO found FROM school_year WHERE {first.SAME_YEAR.format(row="NEW")} FOR SHARE;
      IF found = 'direct' THEN RAISE EXCEPTION 'saisie_directe'; END IF;
      RETURN NEW;
    END $$
    """
    turned = f"""
    CREATE OR REPLACE FUNCTION refuse_kept_book() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.mode = 'direct' AND OLD.mode <> 'direct' AND {IS_KEPT} THEN RAISE EXCEPTION 'cahier_tenu'; END IF;
      RETURN NEW;
    END $$
    """
    return [
        entry.strip(),
        turned.strip(),
        "CREATE TRIGGER entry_direct BEFORE INSERT OR UPDATE ON entry"
        " FOR EACH ROW EXECUTE FUNCTION refuse_direct_entry()",
        "CREATE TRIGGER school_year_direct BEFORE UPDATE ON school_year"
        " FOR EACH ROW EXECUTE FUNCTION refuse_kept_book()",
        *first.postgres_year_guards(list(TABLES)),
        *first.postgres_whole_guards([(name, "exercice_clos") for name in TABLES]),
    ]
