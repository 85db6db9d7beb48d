"""The adhésion of a school year: what the AD asks, what a cooperative declares, what was paid, the certificates."""

from importlib import import_module

first = import_module("retkoop.migrations.0001_initial")
second = import_module("retkoop.migrations.0002_whole_cahier")


def rate(name, largest):
    return (
        f"{name} {{int}} NOT NULL DEFAULT 0 CONSTRAINT {{owner}}_{name}_bounded CHECK ({name} between 0 and {largest})"
    )


# Per head at most 100 €, the same for all at most 10 000 €.
RATES = [
    *(rate(name, 10_000) for name in ("child", "adult", "insurance_child", "insurance_adult")),
    *(rate(name, 1_000_000) for name in ("flat", "insurance_flat")),
]
OF_DECLARATION = (
    "CONSTRAINT {owner}_declaration FOREIGN KEY (department, coop, start_year)"
    " REFERENCES membership (department, coop, start_year)"
)
TABLES = {
    # The newest one that is not after a school year counts for it.
    "membership_rate": [
        "department TEXT NOT NULL",
        "first_year {int} NOT NULL",
        *RATES,
        "due_on {day} NULL",
        first.text("payee", 120),
        first.text("iban", 42),
        first.text("payment", 1_000),
        first.text("pledge", 1_000, 1),
        first.VERSION,
        first.key("department", "first_year"),
        "CONSTRAINT {owner}_department FOREIGN KEY (department) REFERENCES department (code)",
    ],
    # Amounts, rates and pledge are those of the last sending, and mean nothing before.
    "membership": [
        first.YEAR,
        "adults {int} NOT NULL CONSTRAINT membership_adults_bounded CHECK (adults between 0 and 999)",
        rate("due", 999_999_999),
        rate("insurance_due", 999_999_999),
        first.text("rates", 500),
        first.text("pledge", 1_000),
        first.text("pledged_by", 120),
        "pledged_on {day} NULL",
        "sent_at {stamp} NULL",
        first.text("sent_by", 200),
        first.VERSION,
        first.key("department", "coop", "start_year"),
        "CONSTRAINT membership_pledged_when_sent"
        " CHECK (sent_at is null or (pledged_on is not null and pledged_by <> ''))",
        first.OF_YEAR,
    ],
    "membership_class": [
        first.NUMBER,
        first.text("label", 60, 1),
        "pupils {int} NOT NULL CONSTRAINT membership_class_pupils_bounded CHECK (pupils between 1 and 999)",
        first.text("teacher", 80),
        first.key(*first.NUMBERED),
        OF_DECLARATION,
    ],
    # A payment that was cancelled stays, with the reason.
    "membership_payment": [
        first.NUMBER,
        "day {day} NOT NULL",
        "amount {int} NOT NULL CONSTRAINT membership_payment_amount_bounded CHECK (amount between 1 and 999999999)",
        first.choice("means", "cheque", "virement", "especes", "autre"),
        first.text("reference", 60),
        "recorded_at {stamp} NOT NULL",
        first.text("recorded_by", 200),
        first.text("reason", 300),
        "cancelled_at {stamp} NULL",
        first.VERSION,
        first.REPLAY,
        first.key(*first.NUMBERED),
        "CONSTRAINT membership_payment_reasoned CHECK (cancelled_at is null or reason <> '')",
        first.REPLAY_ONCE,
        OF_DECLARATION,
    ],
    # What a certificate says is kept as it was given; its number comes but once in a département and a school year.
    "membership_certificate": [
        first.NUMBER,
        "issued_on {day} NOT NULL",
        first.text("content", 20_000, 2),
        "cancelled_at {stamp} NULL",
        first.key(*first.NUMBERED),
        "CONSTRAINT membership_certificate_number_once UNIQUE (department, start_year, number)",
        OF_DECLARATION,
    ],
}


def up(migrator, db):
    postgres = "postgres" in type(db).__name__.lower()
    words = first.POSTGRES if postgres else first.SQLITE
    for name, parts in TABLES.items():
        db.execute_sql(f"CREATE TABLE {name} ({second.worded(parts, name, postgres)}) {words['table']}")
