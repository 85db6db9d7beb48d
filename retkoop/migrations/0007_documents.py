"""The documents of the year for the association départementale: files, or what was sent by post or mail."""

from importlib import import_module

first = import_module("retkoop.migrations.0001_initial")
second = import_module("retkoop.migrations.0002_whole_cahier")

NAME = "document"
COLUMNS = [
    first.NUMBER,
    first.text("requirement", 40, 1),
    "posted_on {day} NULL",
    "digest TEXT NOT NULL DEFAULT ''",
    first.text("media_type", 40),
    first.text("name", 120),
    "size {int} NOT NULL DEFAULT 0",
    "thumb_digest TEXT NOT NULL DEFAULT ''",
    "pages {int} NOT NULL DEFAULT 0 CONSTRAINT document_pages_known CHECK (pages >= 0)",
    "removed_at {stamp} NULL",
    first.VERSION,
    first.REPLAY,
    first.key(*first.NUMBERED),
    "CONSTRAINT document_file_or_day CHECK (length(digest) = CASE WHEN posted_on IS NULL THEN 64 ELSE 0 END)",
    first.REPLAY_ONCE,
    first.OF_YEAR,
]
# They change after the closing, and no more once they are with the AD.
FROZEN = "('sent', 'validated')"
WORD = "exercice_envoye"


def up(migrator, db):
    postgres = "postgres" in type(db).__name__.lower()
    words = first.POSTGRES if postgres else first.SQLITE
    db.execute_sql(f"CREATE TABLE {NAME} ({second.worded(COLUMNS, NAME, postgres)}) {words['table']}")
    for statement in postgres_guards() if postgres else sqlite_guards():
        db.execute_sql(statement)


def sqlite_guards():
    for event, rows in (("INSERT", ["NEW"]), ("UPDATE", ["OLD", "NEW"]), ("DELETE", ["OLD"])):
        sent = " OR ".join(
            f"(SELECT state FROM school_year WHERE {first.SAME_YEAR.format(row=row)}) IN {FROZEN}" for row in rows
        )
        yield first.sqlite_guard(f"{NAME}_sent_{event.lower()}", event, NAME, sent, WORD)


# As for closed years, FOR SHARE waits for a sending that is under way. Made again by a restoration, which keeps it.
POSTGRES_FUNCTION = f"""
CREATE OR REPLACE FUNCTION refuse_sent_year() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    SELECT state INTO found FROM school_year WHERE department = OLD.department AND coop = OLD.coop
      AND start_year = OLD.start_year FOR SHARE;
    IF found IN {FROZEN} THEN RAISE EXCEPTION '{WORD}'; END IF;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    SELECT state INTO found FROM school_year WHERE department = NEW.department AND coop = NEW.coop
      AND start_year = NEW.start_year FOR SHARE;
    IF found IN {FROZEN} THEN RAISE EXCEPTION '{WORD}'; END IF;
    RETURN NEW;
  END IF;
  RETURN OLD;
END $$
"""


def postgres_guards():
    return [
        POSTGRES_FUNCTION.strip(),
        f"CREATE TRIGGER {NAME}_sent BEFORE INSERT OR UPDATE OR DELETE ON {NAME} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_sent_year()",
        *first.postgres_whole_guards([(NAME, WORD)]),
    ]
