"""What the whole cahier needs: scans without an entry yet, turned or taken away; closed projects; deposit slips;
the phone's upload pass; what a person began to type; and, in the journal, what an action changed, row by row.
"""

from importlib import import_module

first = import_module("retkoop.migrations.0001_initial")

# A scan without entry waits in the inbox. `source_digest` names what came in, before any turn of a quarter.
SCAN = [
    first.NUMBER,
    "entry {int} NULL",
    first.text("digest", 64, 64),
    first.text("media_type", 40, 1),
    first.text("name", 120, 1),
    "size {int} NOT NULL",
    first.text("source_digest", 64).replace(" CONSTRAINT", " DEFAULT '' CONSTRAINT", 1),
    "turn {int} NOT NULL DEFAULT 0 CONSTRAINT scan_turn_known CHECK (turn between 0 and 3)",
    "thumb_digest TEXT NOT NULL DEFAULT ''",
    "told TEXT NOT NULL DEFAULT ''",
    "removed_at {stamp} NULL",
    first.VERSION,
    first.REPLAY,
    first.key(*first.NUMBERED),
    "CONSTRAINT scan_entry FOREIGN KEY (department, coop, start_year, entry)"
    " REFERENCES entry (department, coop, start_year, number)",
    first.OF_YEAR,
]
# What PostgreSQL adds to the table that it has; SQLite makes it anew.
SCAN_ADDED = [
    part for part in SCAN if part.split()[0] in ("source_digest", "turn", "thumb_digest", "told", "removed_at")
] + [first.VERSION, first.REPLAY]  # fmt: skip
KEPT = "department, coop, start_year, number, entry, digest, media_type, name, size"

TABLES = {
    "deposit_slip": [
        first.NUMBER,
        "day {day} NOT NULL",
        first.text("label", 200, 1),
        first.VERSION,
        first.REPLAY,
        first.key(*first.NUMBERED),
        "CONSTRAINT deposit_slip_day_in_year CHECK ({in_year})",
        first.REPLAY_ONCE,
        first.OF_YEAR,
    ],
    "deposit_line": [
        first.YEAR,
        "entry {int} NOT NULL",
        "slip {int} NOT NULL",
        first.key("department", "coop", "start_year", "entry"),
        "CONSTRAINT deposit_line_entry FOREIGN KEY (department, coop, start_year, entry)"
        " REFERENCES entry (department, coop, start_year, number)",
        "CONSTRAINT deposit_line_slip FOREIGN KEY (department, coop, start_year, slip)"
        " REFERENCES deposit_slip (department, coop, start_year, number)",
    ],
    # Only the digest of a pass is kept: who reads the table cannot use it.
    "upload_pass": [
        first.text("token_digest", 64, 64),
        first.YEAR,
        "entry {int} NULL",
        "person {int} NOT NULL",
        "who TEXT NOT NULL",
        "expires_at {stamp} NOT NULL",
        "used_at {stamp} NULL",
        first.key("token_digest"),
        first.OF_YEAR,
    ],
    "half_typed": [
        first.YEAR,
        "person {int} NOT NULL",
        "entry {int} NOT NULL",
        first.text("fields", 8000, 2),
        "at {stamp} NOT NULL",
        first.key("department", "coop", "start_year", "person", "entry"),
        first.OF_YEAR,
    ],
}
FROZEN = ["deposit_slip", "deposit_line"]

SAME = [
    "ALTER TABLE person ADD COLUMN ledger_view TEXT NOT NULL DEFAULT 'simple'"
    " CONSTRAINT person_ledger_view_known CHECK (ledger_view in ('simple', 'automatique', 'classique'))",
    "ALTER TABLE project ADD COLUMN closed {int} NOT NULL DEFAULT 0",
    "ALTER TABLE project ADD COLUMN version {int} NOT NULL DEFAULT 1",
    "ALTER TABLE journal ADD COLUMN changes TEXT NULL",
    "CREATE INDEX journal_by_person ON journal (department, coop, start_year, person, id)",
    "CREATE INDEX deposit_line_by_slip ON deposit_line (department, coop, start_year, slip)",
]


def up(migrator, db):
    postgres = "postgres" in type(db).__name__.lower()
    words = first.POSTGRES if postgres else first.SQLITE
    for name, parts in TABLES.items():
        db.execute_sql(f"CREATE TABLE {name} ({worded(parts, name, postgres)}) {words['table']}")
    for statement in SAME + (postgres_steps() if postgres else sqlite_steps()):
        db.execute_sql(statement.replace("{int}", words["int"]))


def worded(parts, owner, postgres):
    """Write the columns and constraints of a table for one engine."""
    body = ", ".join(parts)
    for word, value in {
        **(first.POSTGRES if postgres else first.SQLITE),
        "owner": owner,
        "in_year": first.in_year(postgres),
    }.items():
        body = body.replace("{" + word + "}", value)
    return body


def sqlite_steps():
    """Rebuild the table of scans, since SQLite cannot lift a NOT NULL; its triggers went with the old one."""
    return [
        f"CREATE TABLE scan_anew ({worded(SCAN, 'scan', postgres=False)}) {first.SQLITE['table']}",
        f"INSERT INTO scan_anew ({KEPT}) SELECT {KEPT} FROM scan",
        "DROP TABLE scan",
        "ALTER TABLE scan_anew RENAME TO scan",
        "CREATE INDEX scan_by_entry ON scan (department, coop, start_year, entry)",
        *first.sqlite_year_guards(["scan", *FROZEN]),
    ]


def postgres_steps():
    added = [worded([part], "scan", postgres=True) for part in SCAN_ADDED]
    return [
        "ALTER TABLE scan ALTER COLUMN entry DROP NOT NULL",
        *(f"ALTER TABLE scan ADD COLUMN {part}" for part in added),
        f"ALTER TABLE scan ADD {worded([first.OF_YEAR], 'scan', postgres=True)}",
        *first.postgres_year_guards(FROZEN),
        *first.postgres_whole_guards([(name, "exercice_clos") for name in FROZEN]),
    ]
