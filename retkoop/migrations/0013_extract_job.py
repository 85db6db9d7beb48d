"""Sealing the accounts of a département is long work like the others."""

UP = [
    "ALTER TABLE job DROP CONSTRAINT job_kind_known",
    "ALTER TABLE job ADD CONSTRAINT job_kind_known CHECK (kind in ('crf', 'rappel', 'extrait'))",
]


def up(migrator, db):
    for statement in UP:
        db.execute_sql(statement)
