"""What the fédération prepares: the next chart of accounts and the next questionnaire; and what it announces."""

from importlib import import_module

first = import_module("retkoop.migrations.0001_initial")
second = import_module("retkoop.migrations.0002_whole_cahier")

FIRST_YEAR = "first_year {int} NOT NULL CONSTRAINT {owner}_first_year CHECK (first_year between 1990 and 2200)"

TABLES = {
    # A version in the making: no screen of a cooperative reads it; it goes when it is published.
    "chart_draft": [
        FIRST_YEAR,
        first.VERSION,
        "at {stamp} NOT NULL",
        first.text("who", 200, 1),
        first.key("first_year"),
    ],
    "chart_draft_account": [
        "first_year {int} NOT NULL",
        first.text("code", 8, 8),
        first.text("short", 4, 4),
        first.choice("side", "charge", "produit"),
        first.text("label", 120, 1),
        first.text("contents", 500),
        first.choice("particularity", "", "subvention", "inventaire"),
        first.key("first_year", "code"),
        "CONSTRAINT {owner}_of FOREIGN KEY (first_year) REFERENCES chart_draft (first_year)",
    ],
    "questionnaire_draft": [
        FIRST_YEAR,
        first.text("content", 100_000, 2),
        first.VERSION,
        "at {stamp} NOT NULL",
        first.text("who", 200, 1),
        first.key("first_year"),
    ],
    "announcement": [
        "number {int} NOT NULL",
        first.text("title", 120, 1),
        first.text("text", 2_000, 1),
        "from_day {day} NOT NULL",
        "to_day {day} NOT NULL",
        first.choice("audience", "ad", "mandataires", "tous"),
        "made_at {stamp} NOT NULL",
        first.text("who", 200, 1),
        first.VERSION,
        first.REPLAY,
        first.key("number"),
        "CONSTRAINT {owner}_days CHECK (from_day <= to_day)",
        "CONSTRAINT {owner}_replay_once UNIQUE (replay_key)",
    ],
    # Somebody has read it, and does not want to see it any more.
    "announcement_seen": [
        "announcement {int} NOT NULL",
        "person {int} NOT NULL",
        "at {stamp} NOT NULL",
        first.key("announcement", "person"),
        "CONSTRAINT {owner}_announcement FOREIGN KEY (announcement) REFERENCES announcement (number)",
        "CONSTRAINT {owner}_person FOREIGN KEY (person) REFERENCES person (id)",
    ],
}


def up(migrator, db):
    postgres = "postgres" in type(db).__name__.lower()
    words = first.POSTGRES if postgres else first.SQLITE
    for name, parts in TABLES.items():
        db.execute_sql(f"CREATE TABLE {name} ({second.worded(parts, name, postgres)}) {words['table']}")
    # Which exercices a version concerns, and how many of each state: of all cooperatives at once, from this alone.
    db.execute_sql("CREATE INDEX school_year_states ON school_year (start_year, state, department)")
