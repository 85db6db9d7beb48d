"""What is kept of each exercice for the dashboard of its association départementale, and the AD's notes.

A summary changes whatever the state of its year: no guard of closed years here. The years that exist begin stale.
"""

from importlib import import_module

first = import_module("retkoop.migrations.0001_initial")
second = import_module("retkoop.migrations.0002_whole_cahier")


def given(part, value):
    return part.replace(" CONSTRAINT", f" DEFAULT {value} CONSTRAINT", 1)


def count(name):
    return f"{name} {{int}} NOT NULL DEFAULT 0 CONSTRAINT {{owner}}_{name}_bounded CHECK ({name} >= 0)"


TABLES = {
    # `changes` counts the writes to the year, `kept` is the count that the figures tell: stale when they differ.
    "year_summary": [
        first.YEAR,
        "changes {int} NOT NULL DEFAULT 1",
        count("kept"),
        given(first.text("basis", 60), "''"),
        "active_at {stamp} NULL",
        given(first.text("active_who", 200), "''"),
        given(first.text("active_what", 60), "''"),
        # Sums of a whole year: beyond what one amount may be.
        "bank {int} NOT NULL DEFAULT 0",
        "cash {int} NOT NULL DEFAULT 0",
        "result {int} NOT NULL DEFAULT 0",
        count("entries"),
        count("to_allocate"),
        count("unticked"),
        given(first.text("blocking", 200), "''"),
        given(first.text("warnings", 200), "''"),
        given(first.choice("report", "not_begun", "begun", "complete", "passed"), "'not_begun'"),
        count("missing"),
        "sent_back {int} NOT NULL DEFAULT 0 CONSTRAINT {owner}_sent_back_known CHECK (sent_back in (0, 1))",
        first.key("department", "coop", "start_year"),
        "CONSTRAINT {owner}_year " + first.OF_YEAR + " ON DELETE CASCADE",
    ],
    "coop_note": [
        first.COOP,
        first.text("text", 300),
        "at {stamp} NOT NULL",
        first.text("who", 200, 1),
        first.VERSION,
        first.key("department", "coop"),
        "CONSTRAINT {owner}_of " + first.OF_COOP,
    ],
}
LAST = "SELECT MAX(id) FROM journal WHERE department = y.department AND coop = y.coop AND start_year = y.start_year"
STALE = (
    "INSERT INTO year_summary (department, coop, start_year, active_at, active_who, active_what)"
    " SELECT y.department, y.coop, y.start_year, j.at, COALESCE(j.who, ''), COALESCE(j.action, '') FROM school_year y"
    f" LEFT JOIN journal j ON j.department = y.department AND j.coop = y.coop AND j.id = ({LAST})"
)


def up(migrator, db):
    postgres = "postgres" in type(db).__name__.lower()
    words = first.POSTGRES if postgres else first.SQLITE
    for name, parts in TABLES.items():
        db.execute_sql(f"CREATE TABLE {name} ({second.worded(parts, name, postgres)}) {words['table']}")
    db.execute_sql("CREATE INDEX year_summary_stale ON year_summary (department, start_year) WHERE kept <> changes")
    db.execute_sql(STALE)
