"""What waits to be mailed and what became of it; forgotten passwords; long work, and the queue that calls for it."""

from importlib import import_module

first = import_module("retkoop.migrations.0001_initial")
second = import_module("retkoop.migrations.0002_whole_cahier")

TABLES = {
    # `content` is the letter as JSON (letters.py): no link that opens something is ever in it. `department` is empty
    # for the fédération's own people, `coop` for the AD's. `once`: nothing is told twice.
    "message": [
        first.COOP,
        "id {int} NOT NULL",
        "start_year {int} NULL",
        first.choice("kind", "validation", "renvoi", "rappel", "mot_de_passe"),
        "person {int} NOT NULL",
        first.text("recipient", 200, 3),
        first.text("subject", 200, 1),
        first.text("content", 20_000, 2),
        first.text("once", 120, 1),
        first.choice("state", "waiting", "sending", "sent", "failed", "cancelled"),
        "attempts {int} NOT NULL DEFAULT 0 CONSTRAINT message_attempts_bounded CHECK (attempts between 0 and 99)",
        first.text("error", 300),
        "made_at {stamp} NOT NULL",
        "due_at {stamp} NOT NULL",
        "claimed_at {stamp} NULL",
        "sent_at {stamp} NULL",
        first.key("department", "coop", "id"),
        "CONSTRAINT message_once UNIQUE (department, coop, once)",
        "CONSTRAINT message_sent_dated CHECK ((state = 'sent') = (sent_at is not null))",
    ],
    # Who asked to be reminded no more.
    "mail_refusal": [
        "person {int} NOT NULL",
        "at {stamp} NOT NULL",
        first.key("person"),
    ],
    # Written alike for a known and an unknown identifier; the worker looks who it is. Of the secret only the digest.
    "password_request": [
        "id {int} NOT NULL",
        first.text("lookup", 64, 1),
        "person {int} NULL",
        "digest TEXT NULL CONSTRAINT password_request_digest_length CHECK (length(digest) = 64)",
        "asked_at {stamp} NOT NULL",
        "ends_at {stamp} NOT NULL",
        "looked_at {stamp} NULL",
        "used_at {stamp} NULL",
        first.key("id"),
        "CONSTRAINT password_request_digest_once UNIQUE (digest)",
    ],
    # Long work, on the département's behalf. `once` names what may not be under way twice.
    "job": [
        first.text("department", 3, 2),
        "number {int} NOT NULL",
        first.choice("kind", "crf", "rappel"),
        "start_year {int} NOT NULL",
        first.text("once", 60, 1),
        "person {int} NOT NULL",
        first.text("who", 200, 1),
        first.choice("state", "waiting", "running", "done", "failed", "cancelled"),
        "done {int} NOT NULL DEFAULT 0 CONSTRAINT job_done_bounded CHECK (done between 0 and 1000000)",
        "total {int} NOT NULL DEFAULT 0 CONSTRAINT job_total_bounded CHECK (total between 0 and 1000000)",
        "cancel {int} NOT NULL DEFAULT 0",
        first.text("worker", 40),
        first.text("digest", 64),
        first.text("name", 120),
        "size {int} NOT NULL DEFAULT 0",
        first.text("error", 300),
        "made_at {stamp} NOT NULL",
        "beat_at {stamp} NULL",
        "ended_at {stamp} NULL",
        first.key("department", "number"),
        "CONSTRAINT job_department FOREIGN KEY (department) REFERENCES department (code)",
    ],
}
INDEXES = [
    "CREATE INDEX message_by_department ON message (department, id)",
    "CREATE INDEX message_by_state ON message (state, due_at)",
    "CREATE UNIQUE INDEX job_under_way ON job (department, once) WHERE state in ('waiting', 'running')",
]
# huey's own (contrib.sql_huey), under names of ours. They only call for work: the rows above are what counts.
QUEUE = {
    "queue_kv": ["queue TEXT NOT NULL", "key TEXT NOT NULL", "value {blob} NOT NULL", "PRIMARY KEY (queue, key)"],
    "queue_schedule": ["id {serial}", "queue TEXT NOT NULL", "data {blob} NOT NULL", "timestamp {int} NOT NULL"],
    "queue_task": ["id {serial}", "queue TEXT NOT NULL", "data {blob} NOT NULL", "priority {real} NOT NULL"],
    "queue_counter": ["queue TEXT NOT NULL", "key TEXT NOT NULL", "value {int} NOT NULL", "PRIMARY KEY (queue, key)"],
}
SQLITE = {"blob": "BLOB", "serial": "INTEGER PRIMARY KEY", "real": "REAL", "int": "INTEGER"}
POSTGRES = {"blob": "bytea", "serial": "bigserial PRIMARY KEY", "real": "double precision", "int": "bigint"}


def up(migrator, db):
    postgres = "postgres" in type(db).__name__.lower()
    words = first.POSTGRES if postgres else first.SQLITE
    for name, parts in TABLES.items():
        db.execute_sql(f"CREATE TABLE {name} ({second.worded(parts, name, postgres)}) {words['table']}")
    for statement in INDEXES:
        db.execute_sql(statement)
    types = POSTGRES if postgres else SQLITE
    for name, parts in QUEUE.items():
        # A restoration drops the tables of a backup only, and migrates again: what calls for work is left alone.
        body = ", ".join(parts).format(**types)
        db.execute_sql(f"CREATE TABLE IF NOT EXISTS {name} ({body}) {'' if postgres else 'STRICT'}")
