"""What an association settles: who it is and its words; the rules of its years, one version per first exercice."""

from importlib import import_module

first = import_module("retkoop.migrations.0001_initial")
second = import_module("retkoop.migrations.0002_whole_cahier")
frozen = import_module("retkoop.migrations.0016_frozen")

OF_DEPARTMENT = "CONSTRAINT {owner}_department FOREIGN KEY (department) REFERENCES department (code)"
TABLES = {
    "department_profile": [
        "department TEXT NOT NULL",
        first.text("contact", 120),
        first.text("address", 300),
        first.text("phone", 30),
        first.text("mail", 200),
        first.choice("scheme", "", "numero", "uai"),
        "logo TEXT NOT NULL CONSTRAINT {owner}_logo_digest CHECK (length(logo) in (0, 64))",
        *(first.text(f"{place}_text", 600) for place in ("home", "closing", "documents", "validation")),
        first.key("department"),
        OF_DEPARTMENT,
    ],
    "department_rules": [
        "department TEXT NOT NULL",
        "first_year {int} NOT NULL CONSTRAINT {owner}_start CHECK (first_year between 1990 and 2200)",
        "unticked_limit {int} NOT NULL CONSTRAINT {owner}_limit CHECK (unticked_limit between 0 and 999)",
        "closing_delay_days {int} NOT NULL CONSTRAINT {owner}_delay CHECK (closing_delay_days between 0 and 365)",
        first.choice("presentation", "comptable", "releve"),
        "verifiers {int} NOT NULL CONSTRAINT {owner}_verifiers CHECK (verifiers between 2 and 3)",
        first.text("signers", 500, 2),
        first.text("waived", 100),
        first.text("own_documents", 6_000, 2),
        first.key("department", "first_year"),
        OF_DEPARTMENT,
    ],
}
# The rules of a validated year stay; of the others too, since they share them. What a département began with is in its
# own row, and serves until the first of its rules.
VALIDATED, USED = frozen.VALIDATED, frozen.USED_WORD
RULES, SAME = "department_rules", "AND {row}.department = y.department"
BEGUN = ("unticked_limit", "closing_delay_days", "presentation")
BEGUN_CHANGES = " OR ".join(f"OLD.{name} <> NEW.{name}" for name in BEGUN)
BEGUN_USED = (
    f"({BEGUN_CHANGES}) AND EXISTS (SELECT 1 FROM school_year y WHERE y.department = OLD.code"
    f" AND y.state IN {VALIDATED} AND NOT EXISTS (SELECT 1 FROM {RULES} r"
    " WHERE r.department = y.department AND r.first_year <= y.start_year))"
)


def up(migrator, db):
    postgres = "postgres" in type(db).__name__.lower()
    words = first.POSTGRES if postgres else first.SQLITE
    for name, parts in TABLES.items():
        db.execute_sql(f"CREATE TABLE {name} ({second.worded(parts, name, postgres)}) {words['table']}")
    for statement in postgres_guards() if postgres else sqlite_guards():
        db.execute_sql(statement.strip())


def sqlite_guards():
    for event, rows in (("INSERT", ["NEW"]), ("UPDATE", ["OLD", "NEW"]), ("DELETE", ["OLD"])):
        needed = " OR ".join(frozen.used(row, RULES, VALIDATED, SAME) for row in rows)
        yield first.sqlite_guard(f"{RULES}_used_{event.lower()}", event, RULES, needed, USED)
    yield first.sqlite_guard("department_used_update", "UPDATE", "department", BEGUN_USED, USED)


BEGUN_FUNCTION = f"""
CREATE OR REPLACE FUNCTION refuse_used_department() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {BEGUN_USED} THEN RAISE EXCEPTION '{USED}'; END IF;
  RETURN NEW;
END $$
"""


def postgres_guards():
    yield frozen.version_function(RULES, VALIDATED, SAME)
    yield (
        f"CREATE TRIGGER {RULES}_used BEFORE INSERT OR UPDATE OR DELETE ON {RULES} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_used_{RULES}()"
    )
    yield BEGUN_FUNCTION
    yield (
        "CREATE TRIGGER department_used BEFORE UPDATE ON department "
        "FOR EACH ROW EXECUTE FUNCTION refuse_used_department()"
    )
    yield from first.postgres_whole_guards([(RULES, USED)])
