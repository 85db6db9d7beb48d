"""What a year was sent and validated with stays, by SQL too: its moves in order, its CRA, its sample, its chart."""

from importlib import import_module

first = import_module("retkoop.migrations.0001_initial")

# As `year_states.TRANSITIONS` has them: a step that adds a way words the constraint anew.
WAYS = (
    ("cloture", "open", "closed"),
    ("envoi", "closed", "sent"),
    ("envoi", "returned", "sent"),
    ("retrait", "sent", "closed"),
    ("prise_en_charge", "sent", "sent"),
    ("renvoi", "sent", "returned"),
    ("reouverture", "closed", "open"),
    ("reouverture", "sent", "open"),
    ("reouverture", "returned", "open"),
    ("validation", "sent", "validated"),
)
KNOWN_MOVES = " or ".join(f"(move = '{m}' and before = '{before}' and after = '{after}')" for m, before, after in WAYS)
# A restoration loads the moves of a year that stands open meanwhile, and has its number of moves already.
IN_ORDER = (
    "EXISTS (SELECT 1 FROM school_year WHERE department = NEW.department AND coop = NEW.coop"
    " AND start_year = NEW.start_year AND ((NEW.number = moves + 1 AND NEW.before = state)"
    " OR (state = 'open' AND NEW.number <= moves)))"
)
# What is reported changes until the AD has it; what vérificateurs say, until the AD has validated.
WITH_THE_AD = ("activity_report", "activity_answer", "voucher_draw")
UNTIL_VALIDATED = ("voucher_look",)
SENT, VALIDATED = "('sent', 'validated')", "('validated')"
SENT_WORD, USED_WORD = "exercice_envoye", "version_en_usage"


def used(row, table, states, same=""):
    """Word that a version of `table` is the one of a year in one of the states, or would become it."""
    later = same.format(row="later")
    return (
        f"EXISTS (SELECT 1 FROM school_year y WHERE y.state IN {states} AND y.start_year >= {row}.first_year"
        f" {same.format(row=row)} AND NOT EXISTS (SELECT 1 FROM {table} later"
        f" WHERE later.first_year > {row}.first_year AND later.first_year <= y.start_year {later}))"
    )


# A département's own questionnaire goes before the fédération's, of its département alone.
VERSIONS = {
    "chart_account": ("('closed', 'sent', 'returned', 'validated')", ""),
    "questionnaire": (SENT, "AND ({row}.department = '' OR {row}.department = y.department)"),
}


def up(migrator, db):
    postgres = "postgres" in type(db).__name__.lower()
    db.execute_sql(f"ALTER TABLE year_move ADD CONSTRAINT year_move_known CHECK ({KNOWN_MOVES})")
    for statement in postgres_guards() if postgres else sqlite_guards():
        db.execute_sql(statement.strip())


def sqlite_guards():
    yield first.sqlite_guard("year_move_in_order", "INSERT", "year_move", f"NOT {IN_ORDER}", "exercice_clos")
    for tables, states in ((WITH_THE_AD, SENT), (UNTIL_VALIDATED, VALIDATED)):
        for table in tables:
            for event, rows in (("INSERT", ["NEW"]), ("UPDATE", ["OLD", "NEW"]), ("DELETE", ["OLD"])):
                sent = " OR ".join(
                    f"(SELECT state FROM school_year WHERE {first.SAME_YEAR.format(row=row)}) IN {states}"
                    for row in rows
                )
                yield first.sqlite_guard(f"{table}_sent_{event.lower()}", event, table, sent, SENT_WORD)
    for table, (states, same) in VERSIONS.items():
        for event, rows in (("INSERT", ["NEW"]), ("UPDATE", ["OLD", "NEW"]), ("DELETE", ["OLD"])):
            needed = " OR ".join(used(row, table, states, same) for row in rows)
            yield first.sqlite_guard(f"{table}_used_{event.lower()}", event, table, needed, USED_WORD)


LOOKS_FUNCTION = f"""
CREATE OR REPLACE FUNCTION refuse_validated_year() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    SELECT state INTO found FROM school_year WHERE department = OLD.department AND coop = OLD.coop
      AND start_year = OLD.start_year FOR SHARE;
    IF found IN {VALIDATED} THEN RAISE EXCEPTION '{SENT_WORD}'; END IF;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    SELECT state INTO found FROM school_year WHERE department = NEW.department AND coop = NEW.coop
      AND start_year = NEW.start_year FOR SHARE;
    IF found IN {VALIDATED} THEN RAISE EXCEPTION '{SENT_WORD}'; END IF;
    RETURN NEW;
  END IF;
  RETURN OLD;
END $$
"""

MOVES_FUNCTION = f"""
CREATE OR REPLACE FUNCTION refuse_move_out_of_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT {IN_ORDER} THEN RAISE EXCEPTION 'exercice_clos'; END IF;
  RETURN NEW;
END $$
"""


def version_function(table, states, same):
    return f"""
CREATE OR REPLACE FUNCTION refuse_used_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    IF {used("OLD", table, states, same)} THEN RAISE EXCEPTION '{USED_WORD}'; END IF;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    IF {used("NEW", table, states, same)} THEN RAISE EXCEPTION '{USED_WORD}'; END IF;
    RETURN NEW;
  END IF;
  RETURN OLD;
END $$
"""


def postgres_guards():
    yield MOVES_FUNCTION
    yield LOOKS_FUNCTION
    yield (
        "CREATE TRIGGER year_move_in_order BEFORE INSERT ON year_move "
        "FOR EACH ROW EXECUTE FUNCTION refuse_move_out_of_order()"
    )
    for tables, function in ((WITH_THE_AD, "refuse_sent_year"), (UNTIL_VALIDATED, "refuse_validated_year")):
        for table in tables:
            yield (
                f"CREATE TRIGGER {table}_sent BEFORE INSERT OR UPDATE OR DELETE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {function}()"
            )
    for table, (states, same) in VERSIONS.items():
        yield version_function(table, states, same)
        yield (
            f"CREATE TRIGGER {table}_used BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION refuse_used_{table}()"
        )
    yield from first.postgres_whole_guards([(table, USED_WORD) for table in VERSIONS])
