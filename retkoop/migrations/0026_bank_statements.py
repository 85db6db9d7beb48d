"""Bank statements that were read: their lines, what each settles, and how this cooperative's tables are to be read."""

from importlib import import_module

first = import_module("retkoop.migrations.0001_initial")
second = import_module("retkoop.migrations.0002_whole_cahier")

TABLES = {
    # `opening` and `closing`: balances that the file tells, before its first line of this year and on `closing_day`.
    # `basis`: what the cahier said when its lines were matched. `rows`: a table's cells, until it is used.
    "bank_statement": [
        first.NUMBER,
        first.text("name", 120, 1),
        first.text("digest", 64, 64),
        first.text("kind", 20),
        first.text("account", 60),
        "first_day {day} NOT NULL",
        "last_day {day} NOT NULL",
        "opening {int} NULL",
        "closing {int} NULL",
        "closing_day {day} NOT NULL",
        "told {int} NOT NULL",
        "known {int} NOT NULL",
        "outside {int} NOT NULL",
        first.text("basis", 64),
        first.text("mapping", 2_000),
        first.text("rows", 3_000_000),
        "at {stamp} NOT NULL",
        first.text("who", 200),
        first.VERSION,
        first.key(*first.NUMBERED),
        "CONSTRAINT {owner}_digest_once UNIQUE (department, coop, start_year, digest)",
        first.OF_YEAR,
    ],
    # `running`: what the account held after it, when the file tells. `rank`: its place in the statement.
    "bank_line": [
        first.NUMBER,
        "statement {int} NOT NULL",
        "rank {int} NOT NULL",
        "day {day} NOT NULL",
        first.text("label", 300),
        first.amount("amount"),
        first.text("cheque", 40),
        first.text("reference", 300),
        "running {int} NULL",
        first.choice("state", "waiting", "ticked", "seen", "aside"),
        first.choice("confidence", "sure", "a_verifier", "aucune"),
        first.text("reason", 300),
        first.key(*first.NUMBERED),
        "CONSTRAINT {owner}_day_in_year CHECK ({in_year})",
        "CONSTRAINT {owner}_statement FOREIGN KEY (department, coop, start_year, statement)"
        " REFERENCES bank_statement (department, coop, start_year, number)",
    ],
    # Option 0 is what is proposed, or was ticked; 1 and beyond what else it could be; -1 and below what it is not.
    "bank_link": [
        first.YEAR,
        "line {int} NOT NULL",
        "option {int} NOT NULL",
        first.choice("kind", "entry", "prior"),
        "operation {int} NOT NULL",
        first.key("department", "coop", "start_year", "line", "option", "kind", "operation"),
        "CONSTRAINT {owner}_line FOREIGN KEY (department, coop, start_year, line)"
        " REFERENCES bank_line (department, coop, start_year, number)",
    ],
    # What the columns of a bank's tables hold, by the digest of their titles.
    "bank_layout": [
        first.COOP,
        first.text("titles", 64, 64),
        first.text("mapping", 2_000, 2),
        "at {stamp} NOT NULL",
        first.key("department", "coop", "titles"),
        first.OF_COOP,
    ],
}
FROZEN = ["bank_statement", "bank_line", "bank_link"]
INDEXES = [
    "CREATE INDEX bank_line_by_statement ON bank_line (department, coop, start_year, statement)",
    "CREATE INDEX bank_line_by_state ON bank_line (department, coop, state)",
]


def up(migrator, db):
    postgres = "postgres" in type(db).__name__.lower()
    words = first.POSTGRES if postgres else first.SQLITE
    for name, parts in TABLES.items():
        db.execute_sql(f"CREATE TABLE {name} ({second.worded(parts, name, postgres)}) {words['table']}")
    guards = first.sqlite_year_guards(FROZEN)
    if postgres:
        whole = first.postgres_whole_guards([(name, "exercice_clos") for name in FROZEN])
        guards = first.postgres_year_guards(FROZEN) + whole
    for statement in [*INDEXES, *guards]:
        db.execute_sql(statement)
