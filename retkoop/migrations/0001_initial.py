"""The tables of the first release.

Written as SQL: what peewee would generate has no STRICT, no named CHECK, no trigger and no foreign key over
several columns. `{day}`, `{stamp}`, `{int}` and `{table}` are the words that differ between the two engines.
"""

SQLITE = {"day": "TEXT", "stamp": "TEXT", "int": "INTEGER", "table": "STRICT, WITHOUT ROWID"}
POSTGRES = {"day": "date", "stamp": "timestamptz", "int": "bigint", "table": ""}

COOP = "department TEXT NOT NULL, coop TEXT NOT NULL"
YEAR = COOP + ", start_year {int} NOT NULL"
OF_COOP = "FOREIGN KEY (department, coop) REFERENCES cooperative (department, identifier)"
OF_YEAR = "FOREIGN KEY (department, coop, start_year) REFERENCES school_year (department, coop, start_year)"
TREASURY = "between -999999999 and 999999999"


def amount(name: str) -> str:
    return f"{name} {{int}} NOT NULL CONSTRAINT {{owner}}_{name}_bounded CHECK ({name} {TREASURY})"


def text(name: str, longest: int, shortest: int = 0) -> str:
    rule = f"length({name}) between {shortest} and {longest}"
    return f"{name} TEXT NOT NULL CONSTRAINT {{owner}}_{name}_length CHECK ({rule})"


def choice(name: str, *values: str) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{name} TEXT NOT NULL CONSTRAINT {{owner}}_{name}_known CHECK ({name} in ({listed}))"


def key(*columns: str) -> str:
    return f"CONSTRAINT {{owner}}_pk PRIMARY KEY ({', '.join(columns)})"


NUMBERED = ("department", "coop", "start_year", "number")
NUMBER = YEAR + ", number {int} NOT NULL"
VERSION = "version {int} NOT NULL DEFAULT 1"
# The key that a form carries: sent twice, it finds the row that it made the first time.
REPLAY = "replay_key TEXT NULL"
REPLAY_ONCE = "CONSTRAINT {owner}_replay_once UNIQUE (department, coop, start_year, replay_key)"

TABLES = {
    "department": [
        text("code", 3, 2),
        text("name", 120, 1),
        "unticked_limit {int} NOT NULL DEFAULT 10 CONSTRAINT department_limit CHECK (unticked_limit between 0 and 999)",
        "closing_delay_days {int} NOT NULL DEFAULT 0 CONSTRAINT department_delay"
        " CHECK (closing_delay_days between 0 and 365)",
        choice("presentation", "comptable", "releve"),
        key("code"),
    ],
    "cooperative": [
        "department TEXT NOT NULL",
        text("identifier", 12, 1),
        text("uai", 8),
        text("name", 200, 1),
        key("department", "identifier"),
        "CONSTRAINT cooperative_identifier_once UNIQUE (identifier)",
        "CONSTRAINT cooperative_department FOREIGN KEY (department) REFERENCES department (code)",
    ],
    "person": [
        "id {int} NOT NULL",
        text("identifier", 64, 3),
        text("lookup", 64, 3),
        text("name", 120),
        choice("role", "mandataire", "verificateur", "ad", "federation"),
        "department TEXT NULL",
        "coop TEXT NULL",
        "password_hash TEXT NOT NULL",
        "session_token TEXT NOT NULL",
        "must_change {int} NOT NULL DEFAULT 0",
        "postponements {int} NOT NULL DEFAULT 0",
        "disabled {int} NOT NULL DEFAULT 0",
        key("id"),
        "CONSTRAINT person_lookup_once UNIQUE (lookup)",
        "CONSTRAINT person_place CHECK ((role in ('mandataire', 'verificateur')) = (coop is not null)"
        " AND (role = 'federation') = (department is null))",
        OF_COOP,
    ],
    "attempt": [
        "subject TEXT NOT NULL",
        "failures {int} NOT NULL",
        "blocked_until {stamp} NOT NULL",
        "last_at {stamp} NOT NULL",
        key("subject"),
    ],
    "chart_account": [
        "first_year {int} NOT NULL",
        text("code", 8, 8),
        text("short", 4, 4),
        choice("side", "charge", "produit"),
        text("label", 120, 1),
        text("contents", 500),
        text("particularity", 40),
        key("first_year", "code"),
    ],
    "school_year": [
        YEAR,
        choice("state", "open", "closed"),
        choice("mode", "cahier"),
        choice("bank_account", "512", "514"),
        amount("opening_bank"),
        amount("opening_cash"),
        amount("opening_carried"),
        "statement_day {day} NULL",
        f"statement_balance {{int}} NULL CONSTRAINT school_year_statement_bounded CHECK (statement_balance {TREASURY})",
        "closed_at {stamp} NULL",
        VERSION,
        key("department", "coop", "start_year"),
        "CONSTRAINT school_year_start CHECK (start_year between 1990 and 2200)",
        "CONSTRAINT school_year_statement_whole CHECK ((statement_day is null) = (statement_balance is null))",
        OF_COOP,
    ],
    "prior_operation": [
        NUMBER,
        "day {day} NOT NULL",
        text("label", 200, 1),
        text("cheque", 20),
        amount("amount"),
        "ticked_on {day} NULL",
        VERSION,
        REPLAY,
        key(*NUMBERED),
        "CONSTRAINT prior_operation_not_zero CHECK (amount <> 0)",
        REPLAY_ONCE,
        OF_YEAR,
    ],
    "project": [
        NUMBER,
        text("name", 80, 1),
        key(*NUMBERED),
        "CONSTRAINT project_name_once UNIQUE (department, coop, start_year, name)",
        OF_YEAR,
    ],
    "advance": [
        NUMBER,
        text("code", 40, 1),
        text("holder", 120),
        REPLAY,
        key(*NUMBERED),
        "CONSTRAINT advance_code_once UNIQUE (department, coop, start_year, code)",
        REPLAY_ONCE,
        OF_YEAR,
    ],
    "entry": [
        NUMBER,
        text("voucher", 20),
        "day {day} NOT NULL",
        text("label", 200, 1),
        text("cheque", 20),
        "project {int} NULL",
        amount("bank"),
        amount("cash"),
        "advance {int} NULL",
        amount("advance_amount"),
        "ticked_on {day} NULL",
        "struck_at {stamp} NULL",
        VERSION,
        REPLAY,
        key(*NUMBERED),
        "CONSTRAINT entry_not_zero CHECK (bank <> 0 or cash <> 0 or advance_amount <> 0)",
        "CONSTRAINT entry_advance_named CHECK ((advance is null) = (advance_amount = 0))",
        "CONSTRAINT entry_tick_needs_bank CHECK (ticked_on is null or bank <> 0)",
        "CONSTRAINT entry_day_in_year CHECK ({in_year})",
        "CONSTRAINT entry_project FOREIGN KEY (department, coop, start_year, project)"
        " REFERENCES project (department, coop, start_year, number)",
        "CONSTRAINT entry_advance FOREIGN KEY (department, coop, start_year, advance)"
        " REFERENCES advance (department, coop, start_year, number)",
        REPLAY_ONCE,
        OF_YEAR,
    ],
    "allocation": [
        YEAR,
        "entry {int} NOT NULL",
        "rank {int} NOT NULL",
        text("account", 8, 8),
        amount("amount"),
        key("department", "coop", "start_year", "entry", "rank"),
        "CONSTRAINT allocation_not_zero CHECK (amount <> 0)",
        "CONSTRAINT allocation_entry FOREIGN KEY (department, coop, start_year, entry)"
        " REFERENCES entry (department, coop, start_year, number)",
    ],
    "scan": [
        NUMBER,
        "entry {int} NOT NULL",
        text("digest", 64, 64),
        text("media_type", 40, 1),
        text("name", 120, 1),
        "size {int} NOT NULL",
        key(*NUMBERED),
        "CONSTRAINT scan_entry FOREIGN KEY (department, coop, start_year, entry)"
        " REFERENCES entry (department, coop, start_year, number)",
    ],
    "cash_count": [NUMBER, "day {day} NOT NULL", REPLAY, key(*NUMBERED), REPLAY_ONCE, OF_YEAR],
    "cash_piece": [
        YEAR,
        "cash_count {int} NOT NULL",
        "denomination {int} NOT NULL",
        "pieces {int} NOT NULL CONSTRAINT cash_piece_bounded CHECK (pieces between 0 and 99999)",
        key("department", "coop", "start_year", "cash_count", "denomination"),
        "CONSTRAINT cash_piece_denomination CHECK (denomination in"
        " (50000, 20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1))",
        "CONSTRAINT cash_piece_count FOREIGN KEY (department, coop, start_year, cash_count)"
        " REFERENCES cash_count (department, coop, start_year, number)",
    ],
    "grant_line": [
        NUMBER,
        text("organisation", 120, 1),
        choice("kind", "etat", "region", "departement", "commune", "autre"),
        text("purpose", 200),
        "day {day} NOT NULL",
        amount("amount"),
        text("voucher", 20),
        VERSION,
        REPLAY,
        key(*NUMBERED),
        REPLAY_ONCE,
        OF_YEAR,
    ],
    "inventory_item": [
        NUMBER,
        text("designation", 200, 1),
        text("supplier", 120),
        "bought_on {day} NOT NULL",
        amount("value"),
        text("voucher", 20),
        text("place", 120),
        "disposed_on {day} NULL",
        text("disposal_reason", 200),
        "disposal_value {int} NULL",
        VERSION,
        REPLAY,
        key(*NUMBERED),
        REPLAY_ONCE,
        OF_YEAR,
    ],
    "journal": [
        COOP,
        "id {int} NOT NULL",
        "at {stamp} NOT NULL",
        "person {int} NULL",
        "who TEXT NOT NULL",
        "start_year {int} NULL",
        "action TEXT NOT NULL",
        "subject TEXT NOT NULL",
        "before TEXT NULL",
        "after TEXT NULL",
        key("department", "coop", "id"),
    ],
}

INDEXES = [
    "CREATE INDEX entry_by_day ON entry (department, coop, start_year, day, number)",
    "CREATE INDEX scan_by_entry ON scan (department, coop, start_year, entry)",
    "CREATE INDEX journal_by_subject ON journal (department, coop, start_year, subject)",
    "CREATE INDEX person_by_coop ON person (department, coop)",
]

# What belongs to a year and is frozen with it.
OF_A_YEAR = [
    "prior_operation", "project", "advance", "entry", "allocation", "scan",
    "cash_count", "cash_piece", "grant_line", "inventory_item",
]  # fmt: skip

SAME_YEAR = "department = {row}.department AND coop = {row}.coop AND start_year = {row}.start_year"


def up(migrator, db):
    postgres = "postgres" in type(db).__name__.lower()
    words = POSTGRES if postgres else SQLITE
    for name, parts in TABLES.items():
        body = ", ".join(parts)
        for word, value in {**words, "owner": name, "in_year": in_year(postgres)}.items():
            body = body.replace("{" + word + "}", value)
        db.execute_sql(f"CREATE TABLE {name} ({body}) {words['table']}")
    for statement in INDEXES + (postgres_triggers() if postgres else sqlite_triggers()):
        db.execute_sql(statement)
    load_chart(db)


def in_year(postgres):
    """Word the check that a day lies in its exercice."""
    if postgres:
        return "day between make_date(start_year::int, 9, 1) and make_date(start_year::int + 1, 8, 31)"
    return "day between start_year || '-09-01' and (start_year + 1) || '-08-31'"


def sqlite_year_guards(tables):
    """Refuse every write to these tables in a closed year."""
    statements = []
    for table in tables:
        for event, rows in (("INSERT", ["NEW"]), ("UPDATE", ["OLD", "NEW"]), ("DELETE", ["OLD"])):
            closed = " OR ".join(
                f"(SELECT state FROM school_year WHERE {SAME_YEAR.format(row=row)}) IS NOT 'open'" for row in rows
            )
            statements.append(sqlite_guard(f"{table}_closed_{event.lower()}", event, table, closed, "exercice_clos"))
    return statements


def sqlite_triggers():
    """Refuse every write to a closed year, and every change of the journal."""
    statements = sqlite_year_guards(OF_A_YEAR)
    for event in ("UPDATE", "DELETE"):
        shut = "OLD.state <> 'open'"
        statements.append(
            sqlite_guard(f"school_year_closed_{event.lower()}", event, "school_year", shut, "exercice_clos")
        )
        name = f"journal_kept_{event.lower()}"
        statements.append(sqlite_guard(name, event, "journal", "1", "journal_intouchable"))
    return statements


def sqlite_guard(name, event, table, when, word):
    return (
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, '{word}'); END"
    )


POSTGRES_FUNCTIONS = [
    # FOR SHARE waits for a closing that is under way in another transaction, so that none slips past it.
    """
    CREATE FUNCTION refuse_closed_year() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE found text;
    BEGIN
      IF TG_OP <> 'INSERT' THEN
        SELECT state INTO found FROM school_year WHERE department = OLD.department AND coop = OLD.coop
          AND start_year = OLD.start_year FOR SHARE;
        IF found IS DISTINCT FROM 'open' THEN RAISE EXCEPTION 'exercice_clos'; END IF;
      END IF;
      IF TG_OP <> 'DELETE' THEN
        SELECT state INTO found FROM school_year WHERE department = NEW.department AND coop = NEW.coop
          AND start_year = NEW.start_year FOR SHARE;
        IF found IS DISTINCT FROM 'open' THEN RAISE EXCEPTION 'exercice_clos'; END IF;
        RETURN NEW;
      END IF;
      RETURN OLD;
    END $$
    """,
    """
    CREATE FUNCTION refuse_closed_row() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF OLD.state <> 'open' THEN RAISE EXCEPTION 'exercice_clos'; END IF;
      IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
      RETURN NEW;
    END $$
    """,
    """
    CREATE FUNCTION refuse_always() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$
    """,
]


def postgres_triggers():
    """The same guards; TRUNCATE, which SQLite does not have, is refused everywhere."""
    statements = [text.strip().replace("%", "%%") for text in POSTGRES_FUNCTIONS] + postgres_year_guards(OF_A_YEAR)
    statements.append(
        "CREATE TRIGGER school_year_closed BEFORE UPDATE OR DELETE ON school_year "
        "FOR EACH ROW EXECUTE FUNCTION refuse_closed_row()"
    )
    statements.append(
        "CREATE TRIGGER journal_kept BEFORE UPDATE OR DELETE ON journal "
        "FOR EACH ROW EXECUTE FUNCTION refuse_always('journal_intouchable')"
    )
    kept = [(name, "exercice_clos") for name in [*OF_A_YEAR, "school_year"]] + [("journal", "journal_intouchable")]
    return statements + postgres_whole_guards(kept)


def postgres_year_guards(tables):
    """Refuse every write to these tables in a closed year."""
    return [
        f"CREATE TRIGGER {table}_closed BEFORE INSERT OR UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_closed_year()"
        for table in tables
    ]


def postgres_whole_guards(kept):
    """Refuse TRUNCATE: (table, the word that says why)."""
    return [
        f"CREATE TRIGGER {table}_kept_whole BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_always('{word}')"
        for table, word in kept
    ]


def load_chart(db):
    """Load the fédération's first chart of accounts."""
    from pathlib import Path

    from retkoop.chart import read_chart

    table = Path(__file__).parent.parent / "data" / "plan_comptable_2024.csv"
    mark = "%s" if "postgres" in type(db).__name__.lower() else "?"
    for account in read_chart(table.read_text("utf-8").splitlines()):
        row = (
            1990,
            account.code,
            account.short,
            account.side,
            account.label,
            account.contents,
            account.particularity,
        )
        db.execute_sql(f"INSERT INTO chart_account VALUES ({', '.join([mark] * len(row))})", row)
