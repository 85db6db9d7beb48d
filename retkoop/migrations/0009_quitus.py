"""The quitus: the drawn sample of a year, what the vérificateurs saw in it, and accesses that end by themselves.

What vérificateurs say does not change the cahier, and goes on after the closing: no guard of closed years here.
"""

from importlib import import_module

first = import_module("retkoop.migrations.0001_initial")
second = import_module("retkoop.migrations.0002_whole_cahier")

TABLES = {
    # One draw a year, the last: its number tells the whole sample.
    "voucher_draw": [
        first.YEAR,
        "number {int} NOT NULL CONSTRAINT voucher_draw_number CHECK (number between 100000 and 999999)",
        "rank {int} NOT NULL CONSTRAINT voucher_draw_rank CHECK (rank between 1 and 9999)",
        "above {int} NOT NULL CONSTRAINT voucher_draw_above CHECK (above between 0 and 999999999)",
        "chance {int} NOT NULL CONSTRAINT voucher_draw_chance CHECK (chance between 0 and 50)",
        first.key("department", "coop", "start_year"),
        first.OF_YEAR,
    ],
    # `who` is kept as it was: the access of a vérificateur ends, what they said stays. Below zero, a person is one of
    # another instance, whose looks came by an archive.
    "voucher_look": [
        first.YEAR,
        "entry {int} NOT NULL",
        "person {int} NOT NULL",
        first.text("who", 200, 1),
        first.choice("verdict", "", "vu", "a_revoir"),
        first.text("remark", 300),
        "at {stamp} NOT NULL",
        first.VERSION,
        first.key("department", "coop", "start_year", "entry", "person"),
        "CONSTRAINT voucher_look_says_something CHECK (verdict <> '' or remark <> '')",
        "CONSTRAINT voucher_look_entry FOREIGN KEY (department, coop, start_year, entry)"
        " REFERENCES entry (department, coop, start_year, number)",
        first.OF_YEAR,
    ],
}
# Who enters by a link has no password: the digest of its secret alone is kept.
PERSON = [
    "expires_on {day} NULL CONSTRAINT person_expiry_of_verifier CHECK (expires_on is null or role = 'verificateur')",
    "quality TEXT NOT NULL DEFAULT '' CONSTRAINT person_quality_known"
    " CHECK (quality in ('', 'parent', 'enseignant', 'autre'))",
    "link_digest TEXT NULL CONSTRAINT person_link_of_verifier"
    " CHECK (link_digest is null or (length(link_digest) = 64 and role = 'verificateur'))",
]


def up(migrator, db):
    postgres = "postgres" in type(db).__name__.lower()
    words = first.POSTGRES if postgres else first.SQLITE
    for name, parts in TABLES.items():
        db.execute_sql(f"CREATE TABLE {name} ({second.worded(parts, name, postgres)}) {words['table']}")
    for column in PERSON:
        db.execute_sql(f"ALTER TABLE person ADD COLUMN {second.worded([column], 'person', postgres)}")
    db.execute_sql("CREATE UNIQUE INDEX person_link_once ON person (link_digest)")
    for statement in first.postgres_whole_guards([(name, "exercice_clos") for name in TABLES]) if postgres else []:
        db.execute_sql(statement)
