"""The head of the papers of a validated year stays: what its association was called then, and its logo."""

from importlib import import_module

first = import_module("retkoop.migrations.0001_initial")
second = import_module("retkoop.migrations.0002_whole_cahier")
frozen = import_module("retkoop.migrations.0016_frozen")
decided = import_module("retkoop.migrations.0022_decided_together")

TABLE = "validated_head"
PARTS = [
    first.YEAR,
    first.text("association", 200, 1),
    "logo TEXT NOT NULL CONSTRAINT {owner}_logo_digest CHECK (length(logo) in (0, 64))",
    first.key("department", "coop", "start_year"),
    first.OF_YEAR,
]
# Nobody wrote down what an association was called when the years that are validated already were: they keep the name
# of the day of this step, which is what was printed of them until then.
KEEP = f"""
INSERT INTO {TABLE} (department, coop, start_year, association, logo)
SELECT y.department, y.coop, y.start_year, d.name, coalesce(p.logo, '')
FROM school_year y JOIN department d ON d.code = y.department
LEFT JOIN department_profile p ON p.department = y.department
WHERE y.state IN {frozen.VALIDATED}
"""


def up(migrator, db):
    postgres = "postgres" in type(db).__name__.lower()
    words = first.POSTGRES if postgres else first.SQLITE
    db.execute_sql(f"CREATE TABLE {TABLE} ({second.worded(PARTS, TABLE, postgres)}) {words['table']}")
    db.execute_sql(KEEP)
    for statement in postgres_guards() if postgres else sqlite_guards():
        db.execute_sql(statement.strip())


def sqlite_guards():
    for event in ("UPDATE", "DELETE"):
        yield first.sqlite_guard(f"{TABLE}_kept_{event.lower()}", event, TABLE, "1", decided.WORD)


def postgres_guards():
    yield (
        f"CREATE TRIGGER {TABLE}_kept BEFORE UPDATE OR DELETE ON {TABLE} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_always('{decided.WORD}')"
    )
    yield from first.postgres_whole_guards([(TABLE, decided.WORD)])
